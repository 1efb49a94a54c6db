/* SPDX-License-Identifier: MIT */
/*
 * conduct: a run of a pipeline from its first step to its last.
 *
 * The writer calls conduct() within each transaction in which something may
 * have changed: what ended is settled, every step that can begin begins, those
 * that run are fed, those that have nothing left are judged; until a round
 * changes nothing.
 */
#include "cli/conduct.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/admit.h"
#include "cli/app.h"
#include "cli/blueprint.h"
#include "cli/commit.h"
#include "cli/lineup.h"
#include "cli/panel.h"
#include "cli/stage.h"
#include "task/fingerprint.h"
#include "task/task.h"

enum { BUDGET = 1000 }; /* items in one transaction */

struct conducting {
	struct conduct conduct; /* first: a pointer to it is one to all */
	struct conductor conductor;
};

static struct conducting *
all_of(struct conduct *c)
{
	return (struct conducting *)c;
}

/* ---- whose turn it is ---- */

static bool
is_exit(const struct conduct *c, const struct stage *s)
{
	return c->pipeline->has_exit && s->place + 1 == c->pipeline->nsteps;
}

/* Has what the step waits for ended, or does it give items? */
static bool
is_ready(const struct conduct *c, const struct stage *s)
{
	for (size_t i = 0; i < s->step->nneeds; i++) {
		const struct need *need = &s->step->needs[i];
		const struct stage *other = &c->stages[need->step];

		if (stage_is_over(other))
			continue;
		if (!need->itemwise || c->pipeline->mode != MODE_OPTIMIZED || !other->begun)
			return false;
	}
	return true;
}

/* In mode sequential: have all before it in the order ended? */
static bool
is_next(const struct conduct *c, const struct stage *s)
{
	const struct pipeline *p = c->pipeline;

	if (p->mode != MODE_SEQUENTIAL)
		return true;
	for (size_t i = 0; i < p->nsteps && p->order[i] != s->place; i++)
		if (!is_exit(c, &c->stages[p->order[i]]) && !stage_is_over(&c->stages[p->order[i]]))
			return false;
	return true;
}

static bool
has_gone_wrong(const struct stage *s)
{
	return s->state == STAGE_FAILED || s->state == STAGE_CANCELLED || s->blamed;
}

/* What its word says to what became of the steps before it. NULL: it is to be run. */
static const char *
objection(const struct conduct *c, const struct stage *s, bool *blamed)
{
	bool wrong = false, skipped = false;

	for (size_t i = 0; i < s->step->nneeds; i++) {
		const struct need *need = &s->step->needs[i];
		const struct stage *other = &c->stages[need->step];

		if (need->itemwise && other->begun)
			continue; /* asked item by item */
		wrong |= has_gone_wrong(other);
		skipped |= other->state == STAGE_SKIPPED;
	}
	*blamed = wrong;
	switch (s->step->when) {
	case WHEN_SUCCESS:
		return wrong  ? "something before it failed"
		    : skipped ? "a step before it was skipped"
			      : NULL;
	case WHEN_FAILURE:
		*blamed = false;
		return wrong ? NULL : "nothing before it failed";
	default:
		return NULL;
	}
}

static int
begin(struct conduct *c, struct stage *s, struct err *err)
{
	const char *why = objection(c, s, &s->blamed);

	if (is_exit(c, s) && s->step->when == WHEN_ALWAYS)
		s->blamed = false;
	if (why) {
		stage_end(c, s, STAGE_SKIPPED, why);
		return 0;
	}
	s->blamed = false;
	return stepfile_all_there(c, s) ? stage_begin(c, s, err) : 0;
}

static enum run_status
status_of(const struct conduct *c)
{
	enum run_status status = c->cancelled ? RUN_CANCELLED : RUN_COMPLETED;

	for (size_t i = 0; i < c->pipeline->nsteps && !c->cancelled; i++)
		if (c->stages[i].state == STAGE_FAILED || c->stages[i].state == STAGE_CANCELLED)
			status = RUN_FAILED;
	return status;
}

/* One look at a step: 1 something changed, 0, -1. */
static int
advance(struct conduct *c, struct stage *s, struct err *err)
{
	enum stage_state was = s->state;
	size_t budget = c->budget;

	if (s->state == STAGE_WAITING) {
		if (c->cancelled && !is_exit(c, s)) {
			stage_end(c, s, STAGE_CANCELLED, NULL);
			return 1;
		}
		if (!is_ready(c, s) || !is_next(c, s))
			return 0;
		if (is_exit(c, s))
			json_object_set_new(
			    c->about, "status", json_string(run_status_name(status_of(c))));
		if (begin(c, s, err) < 0)
			return -1;
	}
	if (s->state == STAGE_RUNNING) {
		if (c->cancelled && !is_exit(c, s) && !s->exhausted)
			s->exhausted = s->cut = true;
		if (stage_feed(c, s, err) < 0)
			return -1;
		if (s->state == STAGE_RUNNING && s->exhausted && s->open == 0)
			stage_judge(c, s);
	}
	return s->state != was || c->budget != budget;
}

/* Those that take the items of others come first, the last before all: what was begun is finished
 * before more is begun. 1 something changed, 0, -1. */
static int
advance_chains(struct conduct *c, struct err *err)
{
	int changed = 0;

	for (size_t i = c->pipeline->nsteps; i-- > 0 && changed >= 0;) {
		struct stage *s = &c->stages[c->pipeline->order[i]];
		int rc = s->step->each == EACH_STEP ? advance(c, s, err) : 0;

		changed = rc < 0 ? -1 : changed | rc;
	}
	return changed;
}

static int
settle_all(struct conduct *c, struct err *err)
{
	for (size_t i = 0; i < c->ended.len; i++) /* it may grow on the way */
		if (stage_settle(c, c->ended.at[i], err) < 0)
			return -1;
	c->ended.len = 0;
	return 0;
}

static int
note_cancel(struct conduct *c, struct err *err)
{
	int asked = c->cancelled ? 1 : run_asked(c->store, c->run->id, err);

	if (asked <= 0)
		return asked;
	c->cancelled = true;
	if (c->cancelling)
		return 0;
	c->cancelling = true;
	app_say(c->app, "cancelled: ending what runs");
	return stage_cancel_open(c, NULL, err);
}

static int64_t
count_failed(const struct conduct *c)
{
	int64_t failed = 0;

	for (size_t i = 0; i < c->pipeline->nsteps; i++)
		failed += c->stages[i].failed;
	return failed;
}

/* Everything has ended? */
static int
conclude(struct conduct *c, struct err *err)
{
	struct conductor *conductor = &all_of(c)->conductor;
	bool over = true;

	for (size_t i = 0; i < c->pipeline->nsteps; i++)
		over &= stage_is_over(&c->stages[i]);
	for (size_t i = 0; i < c->pipeline->nsteps; i++)
		if (stage_save(c, &c->stages[i], over, err) < 0)
			return -1;
	conductor->failed = count_failed(c);
	if (!over || conductor->over)
		return 0;
	c->run->status = status_of(c);
	if (run_end(c->store, c->run->id, c->run->status, c->error, err) < 0)
		return -1;
	conductor->over = true;
	panel_wipe(c->panel);
	return 0;
}

static int
conduct(void *ctx, struct admission *a, struct err *err)
{
	struct conduct *c = ctx;
	int changed = 1;

	c->admission = a;
	c->budget = BUDGET;
	if (all_of(c)->conductor.over)
		return 0;
	if (settle_all(c, err) < 0 || note_cancel(c, err) < 0)
		return -1;
	while (changed > 0 && c->budget > 0) {
		changed = settle_all(c, err);
		if (changed >= 0)
			changed = advance_chains(c, err);
		for (size_t i = 0; i < c->pipeline->nsteps && changed >= 0; i++) {
			int rc = advance(c, &c->stages[c->pipeline->order[i]], err);

			changed = rc < 0 ? -1 : changed | rc;
		}
	}
	if (changed < 0 || conclude(c, err) < 0)
		return -1;
	return c->budget == 0 || c->ended.len > 0;
}

static void
ended(void *ctx, int64_t id)
{
	struct conduct *c = ctx;

	vec_add(&c->ended, id);
}

static int
look(void *ctx, bool news, struct err *err)
{
	struct conduct *c = ctx;
	int wrote = stepfile_write(c, err);

	lineup_draw(c);
	if (wrote != 0)
		return wrote;
	for (size_t i = 0; i < c->pipeline->nsteps; i++)
		if (stage_is_due(&c->stages[i]))
			return 1;
	return c->cancelled || !news ? 0 : run_asked(c->store, c->run->id, err);
}

/* ---- life ---- */

struct conduct *
conduct_new(const struct conduct_options *o, struct err *err)
{
	struct conducting *all = xcalloc(1, sizeof(*all));
	struct conduct *c = &all->conduct;

	c->app = o->app;
	c->store = o->store;
	c->run = o->run;
	c->blueprint = o->blueprint;
	c->pipeline = o->blueprint->pipeline;
	c->carrier = o->carrier;
	c->why = o->why;
	c->memory = fingerprints_new();
	c->panel = panel_new(o->app);
	c->stages = xcalloc(c->pipeline->nsteps, sizeof(*c->stages));
	c->about = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "id", (json_int_t)o->run->id, "job",
	    o->run->job_name, "pipeline", o->run->name, "version", o->run->version, "dir",
	    o->run->dir, "status", "running");
	all->conductor = (struct conductor){
		.ctx = c, .ended = ended, .conduct = conduct, .look = look
	};
	for (size_t i = 0; i < c->pipeline->nsteps; i++) {
		c->stages[i].step = &c->pipeline->steps[i];
		c->stages[i].place = i;
	}
	for (size_t i = 0; i < c->pipeline->nsteps; i++) {
		if (stage_prepare(c, &c->stages[i], err) < 0) {
			conduct_free(c);
			return NULL;
		}
	}
	return c;
}

void
conduct_free(struct conduct *c)
{
	if (!c)
		return;
	stage_forget_open(c);
	stepfile_drop(c);
	for (size_t i = 0; i < c->pipeline->nsteps; i++)
		stage_clear(&c->stages[i]);
	free(c->stages);
	json_decref(c->about);
	vec_clear(&c->ended);
	buf_clear(&c->room);
	fingerprints_free(c->memory);
	panel_free(c->panel);
	free(c->error);
	free(all_of(c));
}

struct conductor *
conduct_conductor(struct conduct *c)
{
	return &all_of(c)->conductor;
}
