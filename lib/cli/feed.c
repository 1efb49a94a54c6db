/* SPDX-License-Identifier: MIT */
/*
 * feed: where the items of a stage come from, and what is submitted for them.
 *
 * Of each stage at most WINDOW executions are open at a time, so neither the
 * queue nor memory grows with the number of items. Items that another step
 * gives come in two ways: those that had ended already when we began, or that
 * ended before we came to them, are found by going through the items of that
 * step once (scanned); those that end behind that place arrive one by one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/items.h"
#include "cli/stage.h"
#include "cli/trials.h"
#include "plan/stencil.h"

enum { WINDOW = 8192 };

/* An item on its way. */
struct feeding {
	struct stage *s;
	int64_t item;
	json_t *value, *steps; /* owned */
	char *key;             /* what it is known by among the items; owned */
	enum status before;    /* what became of it in the step before */
};

static void
feeding_clear(struct feeding *f)
{
	json_decref(f->value);
	json_decref(f->steps);
	free(f->key);
}

/* ---- one item ---- */

static struct scope
scope_of(const struct conduct *c, const struct feeding *f)
{
	return (struct scope){ .root = { [ROOT_PARAMS] = c->run->params,
				   [ROOT_STEPS] = f->steps,
				   [ROOT_ITEM] = f->value,
				   [ROOT_RUN] = c->about } };
}

static json_t *
own_params(const struct feeding *f, struct err *err)
{
	if (f->s->step->each == EACH_NONE)
		return json_object();
	if (json_is_string(f->value) && f->s->step->each == EACH_TEXT)
		return json_pack("{s:O}", "line", f->value);
	if (json_is_object(f->value))
		return json_deep_copy(f->value);
	err_set(err, ERR_INPUT, "the item is no object, and there is no 'params': found %s",
	    json_type_name(f->value));
	return NULL;
}

static json_t *
make_params(struct conduct *c, const struct feeding *f, struct err *err)
{
	const struct step *step = f->s->step;
	struct scope scope = scope_of(c, f);
	json_t *params, *set;

	params = step->params ? stencil_fill(step->params, c->pipeline->formulas, &scope, err)
			      : own_params(f, err);
	if (params && !json_is_object(params)) {
		err_set(
		    err, ERR_INPUT, "'params' must be an object, found %s", json_type_name(params));
		json_decref(params);
		return NULL;
	}
	if (!params || !step->set)
		return params;
	set = stencil_fill(step->set, c->pipeline->formulas, &scope, err);
	if (set)
		json_fill(params, set);
	else
		json_decref(params);
	json_decref(set);
	return set ? params : NULL;
}

static bool
word_holds(enum step_when when, enum status before)
{
	if (when == WHEN_ALWAYS)
		return true;
	return (before == ST_COMPLETED) == (when == WHEN_SUCCESS);
}

/* Is it to be run? 1, 0, -1: the condition went wrong. */
static int
is_wanted(struct conduct *c, const struct feeding *f, struct err *err)
{
	const struct step *step = f->s->step;
	struct scope scope = scope_of(c, f);
	json_t *value;
	int rc;

	if (step->each == EACH_STEP && !word_holds(step->when, f->before))
		return 0;
	if (step->condition == NO_FORMULA || step->each == EACH_NONE || step->each == EACH_TRIALS)
		return 1;
	value = formula_run(c->pipeline->formulas, (size_t)step->condition, &scope, err);
	rc = !value ? -1 : !json_is_false(value) && !json_is_null(value);
	json_decref(value);
	return rc;
}

static int
feed_item(struct conduct *c, struct feeding *f, struct err *err)
{
	struct err why = { 0 };
	int wanted = is_wanted(c, f, &why), rc;
	json_t *params;

	c->budget -= c->budget > 0;
	f->s->dirty = true;
	if (wanted == 0) {
		f->s->skipped++;
		return 0;
	}
	params = wanted > 0 ? make_params(c, f, &why) : NULL;
	if (!params)
		stage_locate(c, &why);
	rc = stage_submit(c, f->s, f->item, f->key, params, &why, err);
	json_decref(params);
	return rc;
}

/* ---- where items come from ---- */

/* The key of an item: its own, or its number. */
static char *
key_of(const json_t *value, int64_t item)
{
	const char *key = json_string_value(json_object_get(value, "key"));

	return key && *key ? xstrdup(key) : xasprintf("%lld", (long long)item + 1);
}

/* A key without the number that tells it from another with other parameters. */
static char *
base_key(const char *key)
{
	const char *tilde = strrchr(key, '~');

	if (!tilde || !tilde[1] || tilde[1 + strspn(tilde + 1, "0123456789")])
		return xstrdup(key);
	return xstrndup(key, (size_t)(tilde - key));
}

static int
feed_once(struct conduct *c, struct stage *s, struct err *err)
{
	struct feeding f = { .s = s, .steps = json_incref(s->steps) };
	int rc;

	s->exhausted = true;
	s->total = 1;
	rc = feed_item(c, &f, err);
	feeding_clear(&f);
	return rc;
}

/* The next from a list or a file. */
static int
feed_next(struct conduct *c, struct stage *s, struct err *err)
{
	struct feeding f = { .s = s, .item = s->total, .steps = json_incref(s->steps) };
	struct err why = { 0 };
	enum items_got got = items_next(s->items, &f.value, &why);
	int rc = 0;

	if (got == ITEMS_END || got == ITEMS_FATAL) {
		s->exhausted = true;
		if (got == ITEMS_FATAL)
			s->reason = xstrdup(why.text);
	} else {
		s->total++;
		f.key = key_of(f.value, f.item);
		rc = got == ITEMS_ITEM ? feed_item(c, &f, err)
				       : stage_submit(c, s, f.item, f.key, NULL, &why, err);
	}
	feeding_clear(&f);
	return rc;
}

/* The next trial of a search: 1; 0: there is none now; -1. */
static int
feed_trial(struct conduct *c, struct stage *s, struct err *err)
{
	struct feeding f = { .s = s, .steps = json_incref(s->steps) };
	int rc = trials_next(s, &f.item, &f.value, err);

	if (rc > 0) {
		s->total++;
		f.key = key_of(NULL, f.item);
		rc = feed_item(c, &f, err) < 0 ? -1 : 1;
	}
	feeding_clear(&f);
	return rc;
}

/* One that came from the step before. */
static int
feed_arrival(struct conduct *c, struct stage *s, const struct arrival *arrival, struct err *err)
{
	struct feeding f = { .s = s, .item = arrival->item };
	char *key, *slash;
	int rc;

	s->total++;
	f.steps = outlook_item(c, s, arrival, &f.value, &key, &f.before, err);
	if (!f.steps)
		return -1;
	slash = strchr(key, '/');
	f.key = slash ? base_key(slash + 1) : key_of(NULL, f.item);
	free(key);
	rc = feed_item(c, &f, err);
	feeding_clear(&f);
	return rc;
}

/* Look at the next item of the step before: if it has ended, it is there; else it will arrive. */
static int
scan_next(struct conduct *c, struct stage *s, struct err *err)
{
	const struct stage *from = &c->stages[s->step->each_step];
	struct arrival arrival;
	int rc = run_next_item(
	    c->store, c->run->id, from->place, s->scanned, &arrival.item, &arrival.execution, err);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		s->scanned = INT64_MAX;
		return 0;
	}
	s->scanned = arrival.item;
	c->budget -= c->budget > 0;
	return stage_is_open(c, arrival.execution) ? 0 : feed_arrival(c, s, &arrival, err);
}

/* All items have come: those that the step before skipped are skipped here, too. */
static void
close_chain(struct stage *s, const struct stage *from)
{
	s->exhausted = true;
	if (from->total > s->total) {
		s->skipped += from->total - s->total;
		s->total = from->total;
	}
}

/* 1: one was fed; 0: there is none now; -1. */
static int
feed_chain(struct conduct *c, struct stage *s, struct err *err)
{
	const struct stage *from = &c->stages[s->step->each_step];
	struct arrival arrival;

	if (s->taken < s->arrivals.len) {
		arrival = s->arrivals.at[s->taken++];
		if (s->taken == s->arrivals.len)
			s->taken = s->arrivals.len = 0;
		return feed_arrival(c, s, &arrival, err) < 0 ? -1 : 1;
	}
	if (s->scanned < INT64_MAX)
		return scan_next(c, s, err) < 0 ? -1 : 1;
	if (stage_is_over(from) || (from->exhausted && from->open == 0))
		close_chain(s, from);
	return 0;
}

/* Has a step that takes its items more of them than it can use now? */
static bool
is_ahead(const struct conduct *c, const struct stage *s)
{
	for (size_t i = 0; i < c->pipeline->nsteps; i++) {
		const struct stage *next = &c->stages[i];

		if (next->step->each == EACH_STEP && (size_t)next->step->each_step == s->place &&
		    next->arrivals.len - next->taken >= WINDOW)
			return true;
	}
	return false;
}

static bool
has_room(const struct conduct *c, const struct stage *s)
{
	size_t most = c->pipeline->max_parallel;
	int64_t all = 0;

	if (s->open >= WINDOW || is_ahead(c, s))
		return false;
	if (s->study && !trials_have_room(s))
		return false;
	if (s->step->max_parallel && s->open >= (int64_t)s->step->max_parallel)
		return false;
	if (most == 0)
		return true;
	for (size_t i = 0; i < c->pipeline->nsteps; i++)
		all += c->stages[i].open;
	return all < (int64_t)most;
}

int
stage_feed(struct conduct *c, struct stage *s, struct err *err)
{
	int rc = 1;

	while (rc > 0 && s->state == STAGE_RUNNING && !s->exhausted && c->budget > 0 &&
	    has_room(c, s)) {
		if (s->step->each == EACH_NONE)
			rc = feed_once(c, s, err) < 0 ? -1 : 1;
		else if (s->step->each == EACH_STEP)
			rc = feed_chain(c, s, err);
		else if (s->step->each == EACH_TRIALS)
			rc = feed_trial(c, s, err);
		else
			rc = feed_next(c, s, err) < 0 ? -1 : 1;
	}
	return rc < 0 ? -1 : 0;
}
