/* SPDX-License-Identifier: MIT */
/* enrol: the executions of a stage: submitted, found standing, and settled when they end. */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/admit.h"
#include "cli/app.h"
#include "cli/idset.h"
#include "cli/line.h"
#include "cli/stage.h"
#include "cli/submit.h"
#include "cli/trials.h"
#include "task/control.h"
#include "task/fingerprint.h"
#include "task/lane.h"
#include "task/schema.h"
#include "task/task.h"

struct open_item {
	int64_t execution, item;
	size_t place;
	UT_hash_handle hh;
};

/* ---- settling ---- */

/* Those that take the items of the stage get this one. */
static void
pass_on(struct conduct *c, const struct stage *s, int64_t item, int64_t execution)
{
	struct arrival arrival = { item, execution };

	for (size_t i = 0; i < c->pipeline->nsteps; i++) {
		struct stage *next = &c->stages[i];

		if (next->step->each == EACH_STEP && (size_t)next->step->each_step == s->place &&
		    next->begun && !next->exhausted && item <= next->scanned)
			vec_add(&next->arrivals, arrival);
	}
}

static void
count(struct stage *s, enum status status)
{
	if (status == ST_COMPLETED)
		s->completed++;
	else if (status == ST_CANCELLED)
		s->cancelled++;
	else
		s->failed++;
	s->dirty = true;
}

static int
note_end(struct conduct *c, struct stage *s, int64_t item, int64_t execution, enum status status,
    struct err *err)
{
	if (execution == s->approval) {
		if (status == ST_COMPLETED)
			return stage_begin(c, s, err);
		stage_end(
		    c, s, c->cancelled ? STAGE_CANCELLED : STAGE_FAILED, "it was not approved");
		return 0;
	}
	if (s->study && trials_tell(c, s, item, execution, status, err) < 0)
		return -1;
	count(s, status);
	pass_on(c, s, item, execution);
	if (status == ST_COMPLETED || !s->step->fail_fast || s->given_up)
		return 0;
	s->exhausted = s->given_up = true;
	return stage_cancel_open(c, s, err);
}

int
stage_settle(struct conduct *c, int64_t execution, struct err *err)
{
	struct open_item *open;
	struct standpoint stand;
	struct stage *s;
	int64_t item;
	int rc;

	HASH_FIND(hh, c->open, &execution, sizeof(execution), open);
	if (!open)
		return 0;
	rc = execution_status(c->store, c->app->org, execution, &stand, err);
	if (rc < 0 || (rc > 0 && !state_is_final(stand.status)))
		return rc < 0 ? -1 : 0;
	s = &c->stages[open->place];
	item = open->item;
	HASH_DEL(c->open, open);
	free(open);
	s->open--;
	idset_mark(c->admission->asked, execution);
	return note_end(c, s, item, execution, rc > 0 ? stand.status : ST_CANCELLED, err);
}

int
stage_cancel_open(struct conduct *c, struct stage *s, struct err *err)
{
	static const struct control_options why = { .reason = "its pipeline goes on without it" };
	struct open_item *open, *next;
	enum status was;
	int rc;

	HASH_ITER(hh, c->open, open, next)
	{
		const struct stage *of = &c->stages[open->place];

		if (s ? of != s : c->pipeline->has_exit && of->place + 1 == c->pipeline->nsteps)
			continue;
		rc = control_execution(c->store, c->app->org, open->execution, CONTROL_CANCEL, &why,
		    c->admission->tally, &was, err);
		if (rc < 0)
			return -1;
		c->admission->ordered |= rc == CONTROLLED_ENDING || rc == CONTROLLED_ORDERED;
		vec_add(&c->ended, open->execution); /* what no worker holds has ended by that */
	}
	return 0;
}

bool
stage_is_open(const struct conduct *c, int64_t execution)
{
	struct open_item *open;

	HASH_FIND(hh, c->open, &execution, sizeof(execution), open);
	return open != NULL;
}

void
stage_forget_open(struct conduct *c)
{
	struct open_item *open, *next;

	HASH_ITER(hh, c->open, open, next)
	{
		HASH_DEL(c->open, open);
		free(open);
	}
}

/* ---- submitting ---- */

static void
tell_why(struct conduct *c, const struct stage *s, const char *key, const char *what)
{
	if (c->why)
		app_say(c->app, "%s: %s: %s", s->step->id, key, what);
}

/* Which parameter differs from what stands under the key? */
static void
tell_change(struct conduct *c, const struct stage *s, const struct line *line, const json_t *params)
{
	struct upshot out;
	const char *name, *found = NULL;
	char *text;
	json_t *value;

	if (!c->why || upshot_read(c->store, c->admission->other, true, &out, NULL) <= 0)
		return;
	json_object_foreach((json_t *)params, name, value)
		if (!found && !json_equal(value, json_object_get(out.params, name)))
			found = name;
	text = found ? xasprintf("parameter '%s' changed", found)
		     : xstrdup("a file that it names changed");
	tell_why(c, s, line->key, text);
	free(text);
	upshot_clear(&out);
}

/* It stands already: 1 it is as good as ended, 0 it is open, -1. */
static int
take_standing(struct conduct *c, struct stage *s, const struct line *line,
    struct standing *standing, struct err *err)
{
	enum status was;
	int rc;

	if (standing->status == ST_COMPLETED) {
		s->kept++;
		return 1;
	}
	s->again++;
	if (!state_is_final(standing->status))
		return 0;
	tell_why(c, s, line->key, state_name(standing->status));
	rc = control_execution(c->store, c->app->org, standing->id, CONTROL_RETRY, NULL,
	    c->admission->tally, &was, err);
	return rc < 0 ? -1 : rc != CONTROLLED_DONE;
}

static void
open_item(struct conduct *c, struct stage *s, int64_t item, int64_t execution)
{
	struct open_item *open = xcalloc(1, sizeof(*open));

	open->execution = execution;
	open->item = item;
	open->place = s->place;
	HASH_ADD(hh, c->open, execution, sizeof(open->execution), open);
	s->open++;
}

static int
admit(struct conduct *c, struct stage *s, int64_t item, const struct line *line,
    const json_t *params, struct submission *sub, struct err *err)
{
	struct standing standing;
	int rc = admit_line(c->admission, line, sub, &standing, err);

	if (rc < 0)
		return -1;
	if (rc == ADMIT_REFUSED)
		return err_set(err, ERR_INPUT, "%s: a file that it names is not there", line->key);
	if (item >= 0 && run_set_item(c->store, c->run->id, s->place, item, standing.id, err) < 0)
		return -1;
	if (rc == ADMIT_NEW) {
		s->fresh++;
		s->changed += c->admission->other != 0;
		if (c->admission->other)
			tell_change(c, s, line, params);
		if (c->admission->other && s->study && item >= 0 && trials_reopen(s, item, err) < 0)
			return -1;
		rc = state_is_final(standing.status);
	} else {
		rc = take_standing(c, s, line, &standing, err);
		if (rc < 0)
			return -1;
	}
	if (item < 0)
		s->approval = standing.id;
	open_item(c, s, item, standing.id);
	if (!rc)
		return 0;
	return stage_settle(c, standing.id, err);
}

/* The content of files that parameters name, mixed into a digest. */
static int
mix_file(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	struct conduct *c = ((void **)ctx)[0];
	struct buf *text = ((void **)ctx)[1];
	char hex[DIGEST_HEX];
	int64_t size;

	(void)pointer;
	(void)err;
	if (fingerprints_file(c->memory, json_string_value(string), hex, &size, NULL) == 0)
		buf_add_str(text, hex);
	return 0;
}

static void
mix_files(struct conduct *c, const struct stage *s, struct line *line, json_t *params)
{
	struct buf text = BUF_INIT;
	void *ctx[2] = { c, &text };
	char hex[DIGEST_HEX];

	if (!s->task->params || !schema_has_paths(s->task->params))
		return;
	buf_addf(&text, "%lld", (long long)line->digest);
	schema_each_path(s->task->params, params, mix_file, ctx, NULL);
	digest_bytes(text.data, text.len, hex);
	hex[16] = '\0';
	line->digest = (int64_t)(strtoull(hex, NULL, 16) >> 1);
	buf_clear(&text);
}

/* What cannot be submitted is an execution that has failed, so that the account closes. */
static struct line *
make_failed(struct conduct *c, const struct err *why, const char *key)
{
	json_t *params = json_object();
	struct line_parts parts = { .params = params,
		.status = ST_FAILED,
		.class = FAIL_INPUT,
		.key = key,
		.error = json_pack("{s:s, s:s}", "class", "input", "reason", why->text) };
	struct line *line = line_make(&parts, &c->room);

	json_decref(params);
	json_decref((json_t *)parts.error);
	return line;
}

/* The key of an item of a stage. */
static char *
full_key(const struct stage *s, const char *key)
{
	return key ? xasprintf("%s/%s", s->step->id, key) : xstrdup(s->step->id);
}

int
stage_submit(struct conduct *c, struct stage *s, int64_t item, const char *item_key, json_t *params,
    const struct err *refused, struct err *err)
{
	char *key = full_key(s, item_key);
	struct submission sub = { .job = c->run->job, .task = s->task->row, .lane = s->lane };
	struct err why = { 0 };
	struct line *line = NULL;
	int rc;

	if (params)
		line = submit_make(s->submit, json_incref(params), key, NULL, &why);
	if (line)
		mix_files(c, s, line, params);
	else
		line = make_failed(c, params ? &why : refused, key);
	sub.status = line->status;
	sub.class = line->class;
	sub.error = line->error;
	rc = admit(c, s, item, line, params, &sub, err);
	free(line);
	free(key);
	return rc;
}

int
stage_hold(struct conduct *c, struct stage *s, const char *message, struct err *err)
{
	char *key = xasprintf("%s:approval", s->step->id);
	json_t *params = json_pack(
	    "{s:s, s:s}", "approval", message ? message : "", "step", s->step->id);
	struct line_parts parts = { .params = params, .status = ST_HELD, .key = key };
	struct line *line = line_make(&parts, &c->room);
	struct submission sub = {
		.job = c->run->job, .task = c->carrier->row, .status = ST_HELD, .approval = true
	};
	int rc = -1;

	s->state = STAGE_HELD;
	s->dirty = true;
	s->saved = 0;
	sub.lane = lane_open(
	    c->store, &(struct lane_spec){ .job = c->run->job, .task = c->carrier->row }, err);
	if (sub.lane > 0)
		rc = admit(c, s, -1, line, params, &sub, err);
	if (rc == 0 && s->state == STAGE_HELD)
		app_say(c->app, "%s: %s (taskctl approve %lld, or reject)", s->step->id, message,
		    (long long)s->approval);
	free(line);
	json_decref(params);
	free(key);
	return rc;
}
