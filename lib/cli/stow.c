/* SPDX-License-Identifier: MIT */
/* stow: executions that ended elsewhere become executions of a job here. */
#include "cli/stow.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/author.h"
#include "cli/line.h"
#include "store/store.h"
#include "task/execution.h"
#include "task/failure.h"
#include "task/job.h"
#include "task/lane.h"
#include "task/state.h"
#include "task/tally.h"
#include "task/task.h"

enum { TOGETHER = 256 }; /* records in a transaction: each costs a sync */

struct stow {
	struct app *app;
	struct store *store;
	char *name;        /* of the job */
	bool named;        /* no record decides over that any more */
	struct job job;    /* id 0: not open yet */
	struct task *task; /* of the last record, NULL: there was none */
	struct tally tally;
	struct author author;
	struct buf room;
	size_t together;
	size_t stowed, there, refused, live, others;
};

struct stow *
stow_open(struct app *app, struct store *store, const char *job, const char *name)
{
	struct stow *s = xcalloc(1, sizeof(*s));

	s->app = app;
	s->store = store;
	s->name = xstrdup(job ? job : name);
	s->named = job != NULL;
	author_sign(&s->author, &s->tally, "import", NULL);
	return s;
}

/* ---- what it belongs to ---- */

static const char *
word(const json_t *record, const char *key)
{
	return json_string_value(json_object_get(record, key));
}

/* The task, or what can be said of one that did not come along. */
static struct task *
find_task(struct stow *s, const char *name, const char *version, struct err *err)
{
	char *full = xasprintf("%s@%s", name, version);
	struct task *task = task_find(s->store, s->app->org, full, NULL);
	json_t *definition;

	free(full);
	if (task)
		return task;
	definition = json_pack("{s:s, s:s, s:s, s:{s:[s]}}", "task_id", name, "version", version,
	    "description", "known from an import only", "service_config", "command", "false");
	task = task_parse(definition, err);
	json_decref(definition);
	if (task)
		task->origin = TASK_ADHOC;
	return task;
}

static int
need_task(struct stow *s, const json_t *record, struct err *err)
{
	const char *name = word(record, "task"), *version = word(record, "version");

	if (!name || !version)
		return err_set(err, ERR_INPUT, "an execution record lacks its task");
	if (s->task && strcmp(s->task->name, name) == 0 && strcmp(s->task->version, version) == 0)
		return 0;
	task_free(s->task);
	s->task = find_task(s, name, version, err);
	return s->task ? task_keep(s->store, s->app->org, s->task, err) : -1;
}

static int
need_job(struct stow *s, const json_t *record, struct err *err)
{
	const char *named = word(record, "job");
	json_t *settings;
	int rc;

	if (s->job.id)
		return 0;
	if (!s->named && named) {
		free(s->name);
		s->name = xstrdup(named);
	}
	settings = json_pack("{s:s, s:{}, s:{}}", "task", s->task->name, "set", "inputs");
	rc = job_open(s->store, s->app->org, s->name, s->task->row, settings, false, &s->job, err);
	json_decref(settings);
	return rc < 0 ? err_wrap(err, "--job gives it another name") : 0;
}

static int64_t
find_lane(struct stow *s, const json_t *record, struct err *err)
{
	json_t *tags = json_object_get(record, "tags"), *more = json_object_get(record, "metadata");
	char *tags_text = tags ? json_canonical(tags) : NULL;
	char *more_text = more ? json_canonical(more) : NULL;
	struct lane_spec spec = { .job = s->job,
		.task = s->task->row,
		.queue = word(record, "queue"),
		.priority = (int)json_integer_value(json_object_get(record, "priority")),
		.tags = tags_text,
		.metadata = more_text };
	int64_t lane = lane_open(s->store, &spec, err);

	free(tags_text);
	free(more_text);
	return lane;
}

/* ---- a record ---- */

static int64_t
time_of(const json_t *record, const char *key)
{
	const char *text = word(record, key);
	int64_t time;

	return text && clock_parse(text, 0, &time, NULL) == 0 ? time : 0;
}

static char *
text_of(const json_t *record, const char *key)
{
	const json_t *value = json_object_get(record, key);
	struct buf text = BUF_INIT;

	if (!value || json_is_null(value))
		return NULL;
	json_put(value, &text);
	return buf_take(&text);
}

static enum failure
class_of(const json_t *record)
{
	const char *class = json_string_value(json_at(record, "/error/class"));
	int found = class ? failure_find(class) : -1;

	return found < 0 ? FAIL_NONE : (enum failure)found;
}

/* What it was, beside what submitting says. */
static int
restore(struct stow *s, const json_t *record, int64_t id, struct err *err)
{
	char *result = text_of(record, "result"), *metrics = text_of(record, "metrics");
	struct execution_life life = { .task = s->task->row,
		.result = result,
		.metrics = metrics,
		.attempts = json_integer_value(json_object_get(record, "attempts")),
		.created = time_of(record, "created"),
		.started = time_of(record, "started"),
		.ended = time_of(record, "ended") };
	int rc = execution_restore(s->store, id, &life, err);

	free(result);
	free(metrics);
	return rc;
}

static int
stow(struct stow *s, const json_t *record, enum status status, struct err *err)
{
	struct line_parts parts = { .params = json_object_get(record, "params"),
		.error = json_object_get(record, "error"),
		.key = word(record, "key") };
	struct submission sub = { .status = status, .class = class_of(record) };
	struct standing standing;
	struct line *line;
	int rc;

	if (need_task(s, record, err) < 0 || need_job(s, record, err) < 0)
		return -1;
	sub.job = s->job;
	sub.task = s->task->row;
	sub.lane = find_lane(s, record, err);
	if (sub.lane < 0)
		return -1;
	line = line_make(&parts, &s->room);
	sub.id = execution_free_id(
	    s->store, json_integer_value(json_object_get(record, "id")), err);
	sub.key = line->key;
	sub.digest = line->digest;
	sub.params = line->params;
	sub.params_len = line->params_len;
	sub.error = line->error;
	rc = sub.id < 0 ? -1 : execution_submit(s->store, &sub, &s->tally, &standing, err);
	if (rc > 0)
		rc = restore(s, record, standing.id, err) < 0 ? -1 : 1;
	s->stowed += rc > 0;
	s->there += rc == 0 && standing.digest == line->digest;
	s->refused += rc == 0 && standing.digest != line->digest;
	free(line);
	return rc < 0 ? -1 : 0;
}

/* ---- transactions ---- */

static int
settle(struct stow *s, struct err *err)
{
	if (s->together == 0)
		return 0;
	s->together = 0;
	if (tally_write(&s->tally, s->store, err) == 0)
		return store_commit(s->store, err);
	store_rollback(s->store);
	return -1;
}

int
stow_line(struct stow *s, const char *text, size_t len, struct err *err)
{
	json_t *record = json_parse(text, len, err);
	const char *type = word(record, "type"), *word_of = word(record, "status");
	int status = word_of ? state_find(word_of) : -1, rc = 0;

	if (!record)
		return -1;
	if (!type || strcmp(type, "execution") != 0 || status < 0 ||
	    !json_is_object(json_object_get(record, "params"))) {
		s->others++;
	} else if (!state_is_final((enum status)status)) {
		s->live++;
	} else {
		if (s->together == 0)
			rc = store_begin(s->store, err);
		s->together += rc == 0;
		if (rc == 0)
			rc = stow(s, record, (enum status)status, err);
		if (rc == 0 && s->together == TOGETHER)
			rc = settle(s, err);
	}
	json_decref(record);
	return rc;
}

static void
tell(const struct stow *s)
{
	if (s->job.id)
		app_say(s->app, "job '%s': %zu executions%s", s->name, s->stowed + s->there,
		    s->there == 0        ? ""
			: s->stowed == 0 ? ", all of them there already"
					 : ", some of them there already");
	if (s->refused)
		app_fail(s->app, EXIT_INPUT,
		    "%zu executions are not imported: their keys stand in job '%s' with other "
		    "parameters (--job gives it another name)",
		    s->refused, s->name);
	if (s->live)
		app_warn(s->app, "%zu executions had not ended: they are not in the job", s->live);
	if (s->others)
		app_warn(s->app,
		    "%zu records are no executions: they are in no job, and taskctl gc removes "
		    "their files",
		    s->others);
}

int
stow_close(struct stow *s, bool good, struct err *err)
{
	int rc = 0;

	if (!s)
		return 0;
	if (good)
		rc = settle(s, err);
	else if (s->together > 0)
		store_rollback(s->store);
	if (good && rc == 0)
		tell(s);
	task_free(s->task);
	tally_clear(&s->tally);
	author_clear(&s->author);
	buf_clear(&s->room);
	free(s->name);
	free(s);
	return rc;
}
