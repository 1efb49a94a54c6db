/* SPDX-License-Identifier: MIT */
/* logentry: the logs of one execution, as far as they were printed. */
#include "cli/logentry.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/kept.h"
#include "cli/live.h"
#include "cli/log.h"
#include "task/execution.h"
#include "task/workers.h"

struct logentry *
logentry_new(int64_t id, int printed)
{
	struct logentry *e = xcalloc(1, sizeof(*e));

	e->id = id;
	e->printed = printed;
	return e;
}

void
logentry_free(struct logentry *e)
{
	live_free(e->live);
	buf_clear(&e->part[0].rest);
	buf_clear(&e->part[1].rest);
	free(e);
}

/* ---- tries that ended ---- */

static bool
is_wanted(const struct log_way *l, enum attempt_stream stream)
{
	if (!l->o->errout && !l->o->out)
		return true;
	return stream == ATTEMPT_STDERR ? l->o->errout : l->o->out;
}

/* What it wrote to stdout as a result: text as it was, other values only when they are asked for.
 */
static int
add_result(const struct log_way *l, int64_t id, struct buf *out, struct err *err)
{
	json_t *record, *result;
	const char *status, *task, *text;
	int rc = execution_record(l->store, l->app->org, id, &record, err);

	if (rc <= 0)
		return rc;
	result = json_object_get(record, "result");
	status = json_string_value(json_object_get(record, "status"));
	task = json_string_value(json_object_get(record, "task"));
	text = json_string_value(json_object_get(result, "stdout"));
	if (strcmp(status, state_name(ST_COMPLETED)) != 0 || json_is_null(result)) {
		/* the last try failed, or wrote nothing */
	} else if (text && json_object_size(result) == 1) {
		buf_add_str(out, text);
	} else if (l->o->out || strncmp(task, "adhoc:", 6) == 0) {
		json_put(result, out);
		buf_add_char(out, '\n');
	}
	json_decref(record);
	return 0;
}

/* One stream of a try, from where it was read to while it ran. */
static int
print_stream(const struct log_way *l, struct logentry *e, const struct attempt *a, bool last,
    enum attempt_stream stream, struct err *err)
{
	bool live = e->live && live_attempt(e->live) == a->number;
	struct buf text = BUF_INIT;
	int64_t missing;
	size_t from;
	int rc = attempt_log(l->store, e->id, a->number, stream, &text, err);

	if (rc == 0 && stream == ATTEMPT_STDOUT && last && !a->failed)
		rc = add_result(l, e->id, &text, err);
	from = kept_behind(&text, live ? e->seen[stream] : 0, &missing);
	if (rc >= 0 && missing > 0) {
		char *mark = xasprintf("\n[... %lld bytes left out ...]\n", (long long)missing);

		logtext_add(l->text, &e->part[stream], mark, strlen(mark));
		free(mark);
	}
	if (rc >= 0 && from < text.len)
		logtext_add(l->text, &e->part[stream], text.data + from, text.len - from);
	if (rc >= 0)
		logtext_end(l->text, &e->part[stream]);
	buf_clear(&text);
	return rc < 0 ? -1 : 0;
}

static void
begin_try(struct logentry *e, int number)
{
	for (int stream = 0; stream < 2; stream++) {
		e->part[stream].execution = e->id;
		e->part[stream].attempt = number;
		e->part[stream].stream = (enum attempt_stream)stream;
		e->seen[stream] = 0;
	}
}

static int
print_try(const struct log_way *l, struct logentry *e, const struct attempt *a, bool last,
    struct err *err)
{
	static const enum attempt_stream order[] = { ATTEMPT_STDERR, ATTEMPT_STDOUT };
	bool live = e->live && live_attempt(e->live) == a->number;
	int rc = 0;

	if (a->ended < l->o->since || (l->o->attempt && a->number != l->o->attempt))
		return 0;
	if (!live)
		begin_try(e, a->number);
	for (size_t i = 0; i < 2 && rc == 0; i++)
		if (is_wanted(l, order[i]))
			rc = print_stream(l, e, a, last, order[i], err);
	return rc;
}

int
logentry_ended(struct logentry *e, const struct log_way *l, struct err *err)
{
	struct attempts list = VEC_INIT;
	int rc = attempt_list(l->store, e->id, e->printed, &list, err);

	for (size_t i = 0; i < list.len && rc == 0; i++) {
		rc = print_try(l, e, &list.at[i], i == list.len - 1, err);
		e->printed = list.at[i].number;
		if (e->live && live_attempt(e->live) <= e->printed) {
			live_free(e->live);
			e->live = NULL;
		}
	}
	vec_clear(&list);
	return rc;
}

/* ---- the try that runs ---- */

static int
open_live(const struct log_way *l, struct logentry *e, struct err *err)
{
	char *scratch;
	int attempt, rc = worker_of_execution(l->store, e->id, &attempt, &scratch, err);

	if (rc <= 0)
		return rc;
	if (e->live && live_attempt(e->live) != attempt) {
		live_free(e->live);
		e->live = NULL;
	}
	if (!e->live && scratch && attempt > e->printed &&
	    (!l->o->attempt || l->o->attempt == attempt)) {
		e->live = live_open(scratch, e->id, attempt, l->notice);
		begin_try(e, attempt);
	}
	free(scratch);
	return 0;
}

int
logentry_go_on(struct logentry *e, const struct log_way *l, struct err *err)
{
	int rc = 0;

	for (int i = 0; i < 2 && e->live && rc >= 0; i++) {
		enum attempt_stream stream = i == 0 ? ATTEMPT_STDERR : ATTEMPT_STDOUT;
		struct buf text = BUF_INIT;

		if (!is_wanted(l, stream))
			continue;
		rc = live_read(e->live, l->store, stream, e->seen[stream], &text, err);
		logtext_add(l->text, &e->part[stream], buf_str(&text), text.len);
		e->seen[stream] += (int64_t)text.len;
		buf_clear(&text);
	}
	return rc < 0 ? -1 : 0;
}

int
logentry_runs(struct logentry *e, const struct log_way *l, struct err *err)
{
	return open_live(l, e, err) < 0 ? -1 : logentry_go_on(e, l, err);
}

void
logentry_end(struct logentry *e, const struct log_way *l)
{
	logtext_end(l->text, &e->part[ATTEMPT_STDERR]);
	logtext_end(l->text, &e->part[ATTEMPT_STDOUT]);
}
