/* SPDX-License-Identifier: MIT */
/* verdict: what an attempt came to, from how its process ended and what it wrote. */
#include "cli/verdict.h"

#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/hook.h"
#include "cli/inputs.h"
#include "cli/kept.h"
#include "exec/answer.h"
#include "exec/stream.h"
#include "task/schema.h"

enum {
	ERROUT_SHOWN = 1024, /* and in the error of the record */
	EXIT_TRY_AGAIN = 75, /* EX_TEMPFAIL of sysexits(3) */
	EXIT_GIVE_UP = 70,   /* EX_SOFTWARE: never tried again */
};

/* An attempt has ended when it began and as long after as it took: who sets the wall clock does not
 * change how long. */

/* What is being worked out. */
struct verdict {
	enum failure class;
	int exit_code; /* for the retry rule; -1: did not exit */
	const char *reason;
	char text[1024];
	json_t *result; /* NULL: null */
	json_t *errors; /* what its schema says against it, NULL: nothing */
};

static void fail(struct verdict *v, enum failure class, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
fail(struct verdict *v, enum failure class, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(v->text, sizeof(v->text), fmt, ap);
	va_end(ap);
	v->class = class;
	v->reason = v->text;
}

/* Up to `most` bytes from the end of a file. */
static void
read_tail(int fd, size_t most, struct buf *out)
{
	struct stat st;
	off_t from;
	ssize_t n;

	if (fstat(fd, &st) < 0 || st.st_size == 0)
		return;
	from = st.st_size > (off_t)most ? st.st_size - (off_t)most : 0;
	buf_reserve(out, most);
	n = pread(fd, out->data, most, from);
	if (n > 0)
		out->len = (size_t)n;
	out->data[out->len] = '\0';
}

/* Text as a JSON string; where it is not UTF-8, all but ASCII becomes '?'. */
static json_t *
string_of(const char *data, size_t len)
{
	json_t *string = json_stringn(data, len);
	char *copy;

	if (string)
		return string;
	copy = xmalloc(len + 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		copy[i] = c < 0x80 ? (char)c : '?';
	}
	string = json_stringn(copy, len);
	free(copy);
	return string;
}

static bool
is_blank(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (!isspace((unsigned char)text->data[i]))
			return false;
	return true;
}

/* The value on stdout. */
static void
read_result(int fd, const struct task *task, struct verdict *v)
{
	struct buf text = BUF_INIT;
	struct err err = { 0 };
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size == 0)
		return;
	buf_reserve(&text, (size_t)st.st_size);
	text.len = 0;
	lseek(fd, 0, SEEK_SET);
	if (file_read_fd(fd, "stdout", 0, &text, &err) == 0 && !is_blank(&text)) {
		v->result = json_parse(text.data, text.len, &err);
		if (!v->result && task->origin == TASK_ADHOC)
			v->result = json_pack("{s:o}", "stdout", string_of(text.data, text.len));
		if (!v->result)
			fail(v, FAIL_RESULT, "stdout is not one JSON value: %s", err.text);
	}
	buf_clear(&text);
}

/* {"error": {"class", "reason", "retry"}} on stdout. True when it was there. */
static bool
take_error(struct verdict *v)
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
	fail(v, class < 0 ? FAIL_ENGINE : (enum failure) class, "%s",
	    reason ? reason : "no reason given");
	retry = json_object_get(error, "retry");
	if (json_is_boolean(retry))
		v->exit_code = json_is_true(retry) ? EXIT_TRY_AGAIN : EXIT_GIVE_UP;
	return true;
}

/* Is the result what the spec of the task promises? */
static void
judge_result(struct verdict *v, const struct task *task)
{
	char *text;

	if (v->class != FAIL_NONE || !task->results)
		return;
	v->errors = schema_errors(task->results, v->result ? v->result : json_null());
	if (!v->errors)
		return;
	text = schema_errors_text(v->errors);
	fail(v, FAIL_RESULT, "the result is not what the task promises: %s", text);
	free(text);
}

static void
judge_exit(struct verdict *v, int code, const char *errout)
{
	const char *last = errout + strlen(errout);

	if (code == 0)
		return;
	while (last > errout && last[-1] == '\n')
		last--;
	while (last > errout && last[-1] != '\n')
		last--;
	fail(v, code >= 64 && code <= 66 ? FAIL_INPUT : FAIL_ENGINE, "exit %d%s%.*s", code,
	    *last ? ": " : "", (int)strcspn(last, "\n"), last);
}

/* What went before the work failed, or was ended: the work was not begun. */
static void
judge_before(
    struct verdict *v, const struct slot *slot, const struct outcome *o, const char *errout)
{
	char what[64], text[512];
	bool input = o->exited && o->code >= 64 && o->code <= 66;

	if (slot->timed_out)
		snprintf(what, sizeof(what), "ran longer than %g s", slot->limit);
	else if (slot->out_of_memory)
		snprintf(what, sizeof(what), "used too much memory");
	else if (slot->overflowed)
		snprintf(what, sizeof(what), "wrote more than 64 MiB");
	else
		proc_describe(o, what);
	fail(v, input ? FAIL_INPUT : FAIL_REJECTED, "%s",
	    hook_complain(
		"before", slot->task->rules.hooks.before[0], what, errout, text, sizeof(text)));
}

static void
fail_memory(struct verdict *v, const struct slot *slot)
{
	if (slot->room.memory > 0 && slot->used > slot->room.memory)
		fail(v, FAIL_MEMORY, "used %lld MiB of memory, %lld MiB are its limit",
		    (long long)slot->used >> 20, (long long)slot->room.memory >> 20);
	else
		fail(v, FAIL_MEMORY, "killed because the machine ran out of memory");
}

static void
judge(struct verdict *v, const struct slot *slot, const struct task *task, const struct outcome *o,
    const char *errout)
{
	char text[64];

	v->exit_code = o->exited ? o->code : -1;
	if (slot->before) {
		judge_before(v, slot, o, errout);
		return;
	}
	if (slot->timed_out) {
		fail(v, FAIL_TIMEOUT, "ran longer than %g s", slot->limit);
		return;
	}
	if (slot->out_of_memory) {
		fail_memory(v, slot);
		return;
	}
	if (slot->overflowed) {
		fail(v, FAIL_RESULT, "wrote more than 64 MiB to stdout or stderr");
		return;
	}
	read_result(slot->out, task, v);
	if (take_error(v))
		return;
	if (!o->exited)
		fail(v, FAIL_SIGNAL, "%s%s", proc_describe(o, text),
		    o->signal == SIGKILL ? ": out of memory?" : "");
	else if (o->code != 0 || !v->reason)
		judge_exit(v, o->code, errout);
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
error_text(const struct verdict *v, const struct buf *errout)
{
	size_t skip = errout->len > ERROUT_SHOWN ? errout->len - ERROUT_SHOWN : 0;
	json_t *error = json_object_get(v->result, "error");
	json_t *out = json_is_object(error) ? json_copy(error) : json_object();
	struct buf text = BUF_INIT;

	json_object_set_new(out, "class", json_string(failure_name(v->class)));
	json_object_set_new(out, "reason", string_of(v->reason, strlen(v->reason)));
	if (v->errors)
		json_object_set(out, "errors", v->errors);
	if (errout->len)
		json_object_set_new(
		    out, "stderr", string_of(errout->data + skip, errout->len - skip));
	json_put(out, &text);
	json_decref(out);
	return buf_take(&text);
}

static void
decide_status(struct ending *end, const struct verdict *v, const struct task *task)
{
	if (v->class == FAIL_NONE) {
		end->status = ST_COMPLETED;
		return;
	}
	end->status = v->class == FAIL_TIMEOUT ? ST_TIMEOUT : ST_FAILED;
	if (!retry_wants(&task->retry, v->class, v->exit_code, end->tries))
		return;
	end->status = ST_RETRYING;
	end->not_before = clock_wall() + retry_delay(&task->retry, end->tries, (uint64_t)end->id);
}

static void
cancel(struct ended *e)
{
	e->end.status = ST_CANCELLED;
	e->end.class = FAIL_NONE;
	free(e->error);
	e->end.error = e->error = xstrdup("{\"reason\":\"cancelled\"}");
}

/* Put the verdict into the ending. */
static void
conclude(
    struct ended *e, const struct verdict *v, const struct task *task, const struct buf *errout)
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

/* What it wrote to stdout, where that is no result. */
static void
keep_output(const struct slot *slot, struct ended *e)
{
	struct buf out = BUF_INIT;

	read_tail(slot->out, ATTEMPT_INLINE, &out);
	if (out.len == ATTEMPT_INLINE)
		kept_log(&e->kept, ATTEMPT_STDOUT, e->end.attempt, slot->out, slot->log_cap);
	e->end.out_len = out.len;
	e->end.out = e->out = buf_take(&out);
}

/* And to stderr, of which the end was read. */
static void
keep_errout(const struct slot *slot, struct ended *e, struct buf *errout)
{
	if (errout->len == ATTEMPT_INLINE)
		kept_log(&e->kept, ATTEMPT_STDERR, e->end.attempt, slot->err, slot->log_cap);
	e->end.errout_len = errout->len;
	e->end.errout = e->errout = buf_take(errout);
}

/* The work is done. */
static void
drop_work(struct work *work)
{
	inputs_remove(work);
	work_free(work);
}

struct ended *
verdict_of(struct slot *slot, const struct outcome *outcome)
{
	const struct task *task = slot->task;
	struct ended *e = xcalloc(1, sizeof(*e));
	struct verdict v = { 0 };
	struct buf errout = BUF_INIT;
	struct ending *end = &e->end;
	struct err why = { 0 };

	*end = (struct ending){ .id = slot->work->id,
		.attempt = slot->work->attempt,
		.tries = slot->work->attempt - slot->work->spent,
		.lane = slot->work->lane,
		.progressed = slot->progressed,
		.started = slot->started,
		.ended = slot->started + clock_boot() - slot->begun,
		.exited = outcome->exited,
		.code = outcome->code,
		.signal = outcome->signal,
		.user_time = outcome->user,
		.system_time = outcome->system,
		.max_rss = outcome->max_rss };
	read_tail(slot->err, ATTEMPT_INLINE, &errout);
	judge(&v, slot, task, outcome, buf_str(&errout));
	if (slot->cancelled && v.class == FAIL_NONE) /* it ended as asked, and that is no result */
		fail(&v, FAIL_SIGNAL, "cancelled");
	judge_result(&v, task);
	if (v.class == FAIL_NONE && kept_files(&e->kept, v.result, slot->dir, &why) < 0)
		fail(&v, FAIL_RESULT, "%s", why.text);
	e->interrupted = slot->interrupted && !slot->cancelled && v.class != FAIL_NONE;
	conclude(e, &v, task, &errout);
	if (slot->cancelled)
		cancel(e);
	keep_errout(slot, e, &errout);
	if (v.class != FAIL_NONE)
		keep_output(slot, e);
	json_decref(v.result);
	json_decref(v.errors);
	drop_work(slot->work);
	slot->work = NULL;
	slot->pid = 0;
	slot->before = false;
	contain_clean(slot, !outcome->exited);
	slot_drop_folder(slot);
	return e;
}

/* What ended at a coprocess. */
static struct ended *
ended_of(const struct work *work)
{
	struct ended *e = xcalloc(1, sizeof(*e));

	e->end = (struct ending){ .id = work->id,
		.attempt = work->attempt,
		.tries = work->attempt - work->spent,
		.lane = work->lane,
		.started = work->begun,
		.ended = work->begun + clock_boot() - work->since };
	return e;
}

struct ended *
verdict_of_answer(struct work *work, struct slot *slot, const struct answer *answer)
{
	struct ended *e = ended_of(work);
	struct buf errout = BUF_INIT;
	struct verdict v = { .exit_code = -1 };
	struct err why = { 0 };

	v.result = json_incref(answer->result ? answer->result : answer->message);
	if (answer->fault)
		fail(&v, FAIL_RESULT, "%s", answer->fault);
	else if (!answer->result && !take_error(&v))
		fail(&v, FAIL_RESULT, "the answer is neither a result nor an error");
	judge_result(&v, slot->task);
	if (v.class == FAIL_NONE && kept_files(&e->kept, v.result, slot->dir, &why) < 0)
		fail(&v, FAIL_RESULT, "%s", why.text);
	if (v.class != FAIL_NONE)
		read_tail(slot->err, ATTEMPT_INLINE, &errout);
	conclude(e, &v, slot->task, &errout);
	if (work->cancelled && v.class != FAIL_NONE)
		cancel(e);
	e->end.errout_len = errout.len;
	e->end.errout = e->errout = buf_take(&errout);
	json_decref(v.result);
	json_decref(v.errors);
	drop_work(work);
	return e;
}

struct ended *
verdict_of_call(struct work *work, const struct call_end *call)
{
	size_t len = call->log_len < ATTEMPT_INLINE ? call->log_len : ATTEMPT_INLINE;
	struct ended *e = ended_of(work);
	struct verdict v = { .exit_code = -1, .result = json_incref(call->result) };
	struct buf log = BUF_INIT;

	if (call->class != FAIL_NONE)
		fail(&v, call->class, "%s", call->reason);
	take_error(&v);
	if (v.class != FAIL_NONE && call->log)
		buf_add(&log, call->log, len);
	conclude(e, &v, work->lane->task, &log);
	if (e->end.status == ST_RETRYING && e->end.not_before < clock_wall() + call->wait)
		e->end.not_before = clock_wall() + call->wait;
	e->end.progressed = call->progressed;
	e->end.errout_len = log.len;
	e->end.errout = e->errout = buf_take(&log);
	json_decref(v.result);
	drop_work(work);
	return e;
}

struct ended *
verdict_of_death(struct work *work, struct slot *slot)
{
	const struct outcome *outcome = stream_outcome(slot->stream);
	struct ended *e = ended_of(work);
	struct buf errout = BUF_INIT;
	struct verdict v = { .exit_code = -1 };

	if (slot->out_of_memory)
		fail_memory(&v, slot);
	else if (stream_end(slot->stream) == STREAM_LATE)
		fail(&v, FAIL_TIMEOUT, "%s", stream_why(slot->stream));
	else if (stream_end(slot->stream) == STREAM_WRONG)
		fail(&v, FAIL_RESULT, "%s", stream_why(slot->stream));
	else
		fail(&v, outcome->exited ? FAIL_ENGINE : FAIL_SIGNAL,
		    "the coprocess died of it: %s", stream_why(slot->stream));
	e->end.exited = outcome->exited;
	e->end.code = outcome->code;
	e->end.signal = outcome->signal;
	e->end.max_rss = outcome->max_rss;
	read_tail(slot->err, ATTEMPT_INLINE, &errout);
	conclude(e, &v, slot->task, &errout);
	keep_errout(slot, e, &errout);
	drop_work(work);
	return e;
}

struct ended *
verdict_unstarted(struct work *work, const struct err *why)
{
	struct ended *e = xcalloc(1, sizeof(*e));
	struct buf none = BUF_INIT;
	struct verdict v = { .exit_code = EXIT_GIVE_UP };
	int64_t now = clock_wall();

	e->end = (struct ending){ .id = work->id,
		.attempt = work->attempt,
		.tries = work->attempt - work->spent,
		.lane = work->lane,
		.started = now,
		.ended = now,
		.exited = false };
	if (why) {
		fail(&v, why->kind == ERR_INPUT ? FAIL_INPUT : FAIL_REJECTED, "%s", why->text);
		conclude(e, &v, work->lane->task, &none);
	} else {
		cancel(e);
	}
	drop_work(work);
	return e;
}

void
ended_free(struct ended *e)
{
	if (!e)
		return;
	kept_free(e->kept);
	free(e->result);
	free(e->error);
	free(e->metrics);
	free(e->reason);
	free(e->errout);
	free(e->out);
	free(e);
}
