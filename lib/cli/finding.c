/* SPDX-License-Identifier: MIT */
/* finding: what is found out about an attempt, piece by piece, until it is concluded. */
#include "cli/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "cli/verdict.h"
#include "task/schema.h"
#include "task/task.h"

enum { ERROUT_SHOWN = 1024 }; /* of stderr, in the error of the record */

struct ended *
finding_ending(const struct work *work, int64_t started, int64_t ended)
{
	struct ended *e = xcalloc(1, sizeof(*e));

	e->end = (struct ending){ .id = work->id,
		.attempt = work->attempt,
		.tries = work->attempt - work->spent,
		.past = work->past,
		.lane = work->lane,
		.started = started,
		.ended = ended };
	return e;
}

void
finding_fail(struct finding *v, enum failure class, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(v->text, sizeof(v->text), fmt, ap);
	va_end(ap);
	v->text[utf8_whole(v->text, strlen(v->text))] = '\0';
	v->class = class;
	v->reason = v->text;
}

json_t *
finding_string(const char *data, size_t len)
{
	json_t *string = json_stringn(data, len);
	char *copy;

	if (string)
		return string;
	copy = xmalloc(len + 1);
	memcpy(copy, data, len);
	utf8_repair(copy, len);
	string = json_stringn(copy, len);
	free(copy);
	return string;
}

bool
finding_take_error(struct finding *v)
{
	json_t *error = json_object_get(v->result, "error");
	const char *word, *reason;
	json_t *retry;
	int class;

	if (!json_is_object(error))
		return false;
	word = json_string_value(json_object_get(error, "class"));
	reason = json_string_value(json_object_get(error, "reason"));
	class = word ? failure_find(word) : -1;
	finding_fail(v, class < 0 ? FAIL_ENGINE : (enum failure) class, "%s",
	    reason ? reason : "no reason given");
	retry = json_object_get(error, "retry");
	if (json_is_boolean(retry))
		v->exit_code = json_is_true(retry) ? EXIT_TRY_AGAIN : EXIT_GIVE_UP;
	return true;
}

void
finding_check(struct finding *v, const struct task *task)
{
	char *text;

	if (v->class != FAIL_NONE || !task->results)
		return;
	v->errors = schema_errors(task->results, v->result ? v->result : json_null());
	if (!v->errors)
		return;
	text = schema_errors_text(v->errors);
	finding_fail(v, FAIL_RESULT, "the result is not what the task promises: %s", text);
	free(text);
}

static char *
metrics_of(const struct task *task, const json_t *result)
{
	struct buf text = BUF_INIT;
	json_t *metrics, *pointer;
	const char *name;

	if (!task->metrics || !result)
		return NULL;
	metrics = json_object();
	json_object_foreach(task->metrics, name, pointer) {
		json_t *value = json_at(result, json_string_value(pointer));

		if (json_is_number(value))
			json_object_set(metrics, name, value);
	}
	if (json_object_size(metrics) > 0)
		json_put(metrics, &text);
	json_decref(metrics);
	return text.len ? buf_take(&text) : NULL;
}

static char *
error_text(const struct finding *v, const struct buf *errout)
{
	size_t skip = utf8_tail(buf_str(errout), errout->len, ERROUT_SHOWN);
	json_t *error = json_object_get(v->result, "error");
	json_t *out = json_is_object(error) ? json_copy(error) : json_object();
	struct buf text = BUF_INIT;

	json_object_set_new(out, "class", json_string(failure_name(v->class)));
	json_object_set_new(out, "reason", finding_string(v->reason, strlen(v->reason)));
	if (v->errors)
		json_object_set(out, "errors", v->errors);
	if (errout->len)
		json_object_set_new(
		    out, "stderr", finding_string(errout->data + skip, errout->len - skip));
	json_put(out, &text);
	json_decref(out);
	return buf_take(&text);
}

static void
decide_status(struct ending *end, const struct finding *v, const struct task *task)
{
	int alike = end->past[v->class].counted + 1;

	end->past = NULL;
	if (v->class == FAIL_NONE) {
		end->status = ST_COMPLETED;
		return;
	}
	end->status = v->class == FAIL_TIMEOUT ? ST_TIMEOUT : ST_FAILED;
	if (!retry_wants(&task->retry, v->class, v->exit_code, end->tries, alike))
		return;
	end->status = ST_RETRYING;
	end->not_before = clock_wall() + retry_delay(&task->retry, end->tries, (uint64_t)end->id);
}

void
finding_cancelled(struct ended *e)
{
	e->end.status = ST_CANCELLED;
	e->end.class = FAIL_NONE;
	free(e->error);
	e->end.error = e->error = xstrdup("{\"reason\":\"cancelled\"}");
}

void
finding_conclude(
    const struct finding *v, struct ended *e, const struct task *task, const struct buf *errout)
{
	struct ending *end = &e->end;

	end->class = v->class;
	decide_status(end, v, task);
	if (v->class == FAIL_NONE && v->result) {
		struct buf text = BUF_INIT;

		json_put(v->result, &text);
		end->result_len = text.len;
		end->result = e->result = buf_take(&text);
		end->metrics = e->metrics = metrics_of(task, v->result);
	} else if (v->class != FAIL_NONE) {
		end->error = e->error = error_text(v, errout);
		end->reason = e->reason = xstrdup(v->reason);
	}
}

void
finding_clear(struct finding *v)
{
	json_decref(v->result);
	json_decref(v->errors);
	*v = (struct finding){ 0 };
}
