/* SPDX-License-Identifier: MIT */
/* stage: a step of a pipeline in a run: how it begins and ends. */
#include "cli/stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/blueprint.h"
#include "cli/items.h"
#include "cli/submit.h"
#include "cli/trials.h"
#include "plan/stencil.h"
#include "plan/study.h"
#include "task/lane.h"
#include "task/priority.h"
#include "task/task.h"

enum {
	SAVE_EVERY = 300000, /* microseconds between notes of how far a stage is */
	RANK_MOST = 9,       /* less than from one word of priority to the next */
};

static const char *const states[] = { "waiting", "held", "running", "completed", "failed",
	"skipped", "cancelled" };

_Static_assert(sizeof(states) / sizeof(*states) == STAGE_STATES, "a word for every state");

const char *
stage_state_name(enum stage_state state)
{
	return states[state];
}

bool
stage_is_over(const struct stage *s)
{
	return s->state >= STAGE_COMPLETED;
}

/* ---- before anything begins ---- */

/* The task with the time limit and the retry rules of the step. */
static struct task *
change_task(const struct step *step, const struct task *task, struct err *err)
{
	json_t *definition = json_deep_copy(task->definition), *service;
	struct task *own;

	service = json_object_get(definition, "service_config");
	if (step->timeout > 0)
		json_object_set_new(service, "timeout", json_real(step->timeout));
	if (step->retry)
		json_object_set(service, "retry", (json_t *)step->retry);
	own = task_parse(definition, err);
	json_decref(definition);
	if (own)
		own->origin = task->origin == TASK_ADHOC ? TASK_ADHOC : TASK_SHIPPED;
	return own;
}

static int
find_task(struct conduct *c, struct stage *s, struct err *err)
{
	const struct step *step = s->step;

	s->task = c->blueprint->tasks[s->place];
	if (step->timeout > 0 || step->retry)
		s->task = s->own = change_task(step, s->task, err);
	return s->task ? 0 : -1;
}

/* The longest way first; along a chain of items those that are farther, so that what was begun is
 * finished. */
static int
urgency(const struct conduct *c, const struct step *step)
{
	int depth = 0, rank;

	if (c->pipeline->mode != MODE_OPTIMIZED)
		return 0;
	for (; step->each == EACH_STEP; depth++)
		step = &c->pipeline->steps[step->each_step];
	rank = (int)step->rank + depth;
	return rank < RANK_MOST ? rank : RANK_MOST;
}

static int64_t
open_lane(struct conduct *c, const struct stage *s, const struct task *task, struct err *err)
{
	const struct step *step = s->step;
	char *tags = xasprintf("[\"%s\"]", step->id);
	struct lane_spec spec = { .job = c->run->job,
		.task = task->row,
		.queue = step->queue ? step->queue : task->rules.queue,
		.priority = task->rules.priority,
		.tags = tags };
	int64_t lane;

	if (step->priority)
		priority_parse(step->priority, &spec.priority, NULL);
	spec.priority += urgency(c, step);
	if (spec.priority > PRIORITY_MOST)
		spec.priority = PRIORITY_MOST;
	lane = lane_open(c->store, &spec, err);
	free(tags);
	return lane;
}

int
stage_prepare(struct conduct *c, struct stage *s, struct err *err)
{
	const struct step *step = s->step;
	struct submit_options o = { .app = c->app };

	s->scanned = -1;
	s->dirty = true;
	if (step->kind != STEP_TASK && step->kind != STEP_COMMAND)
		return 0;
	if (find_task(c, s, err) < 0 || task_keep(c->store, c->app->org, s->task, err) < 0)
		return -1;
	s->lane = open_lane(c, s, s->task, err);
	o.task = s->task;
	s->submit = s->lane < 0 ? NULL : submit_new(&o, err);
	return s->submit ? 0 : -1;
}

void
stage_clear(struct stage *s)
{
	submit_free(s->submit);
	items_close(s->items);
	study_free(s->study);
	task_free(s->own);
	json_decref(s->steps);
	json_decref(s->result);
	vec_clear(&s->arrivals);
	free(s->reason);
	free(s->file);
}

/* ---- beginning ---- */

void
stage_locate(struct conduct *c, struct err *err)
{
	struct err placed = { 0 };
	size_t last = formula_last(c->pipeline->formulas);

	if (last >= formula_count(c->pipeline->formulas))
		return;
	blueprint_error(
	    c->blueprint, formula_pointer(c->pipeline->formulas, last), &placed, err->text);
	err_set(err, err->kind, "%s", placed.text);
}

static struct scope
scope_of(const struct conduct *c, const struct stage *s)
{
	return (struct scope){ .root = { [ROOT_PARAMS] = c->run->params,
				   [ROOT_STEPS] = s->steps,
				   [ROOT_RUN] = c->about } };
}

/* The condition of a step that is not asked for each item: 1 true, 0 false, -1. */
static int
ask_condition(struct conduct *c, const struct stage *s, const struct scope *scope, struct err *err)
{
	json_t *value;
	int rc;

	if (s->step->condition == NO_FORMULA ||
	    (s->step->each != EACH_NONE && s->step->each != EACH_TRIALS))
		return 1;
	value = formula_run(c->pipeline->formulas, (size_t)s->step->condition, scope, err);
	rc = !value ? -1 : !json_is_false(value) && !json_is_null(value);
	json_decref(value);
	return rc;
}

static int
make_value(struct conduct *c, struct stage *s, const struct scope *scope, struct err *err)
{
	s->result = stencil_fill(s->step->value, c->pipeline->formulas, scope, err);
	if (!s->result)
		return -1;
	s->total = s->completed = 1;
	stage_end(c, s, STAGE_COMPLETED, NULL);
	return 0;
}

static int
judge_gate(struct conduct *c, struct stage *s, const struct scope *scope, struct err *err)
{
	struct formulas *all = c->pipeline->formulas;
	json_t *value = formula_run(all, (size_t)s->step->that, scope, err), *message = NULL;
	struct buf text = BUF_INIT;

	if (!value)
		return -1;
	s->result = value;
	s->total = 1;
	s->completed = json_is_true(value);
	s->failed = !s->completed;
	if (s->completed) {
		stage_end(c, s, STAGE_COMPLETED, NULL);
		return 0;
	}
	if (s->step->message && !(message = stencil_fill(s->step->message, all, scope, err)))
		return -1;
	if (message)
		json_is_string(message) ? buf_add_str(&text, json_string_value(message))
					: json_put(message, &text);
	else
		buf_addf(&text, "not true: %s", formula_text(all, (size_t)s->step->that));
	stage_end(c, s, STAGE_FAILED, buf_str(&text));
	buf_clear(&text);
	json_decref(message);
	return 0;
}

static int
open_items(struct conduct *c, struct stage *s, const struct scope *scope, struct err *err)
{
	json_t *source;
	int rc;

	if (!s->step->source)
		return 0;
	source = stencil_fill(s->step->source, c->pipeline->formulas, scope, err);
	if (!source)
		return -1;
	if (s->step->each == EACH_TRIALS)
		rc = trials_begin(c, s, source, err);
	else
		rc = (s->items = items_open(s->step->each, source, err)) ? 0 : -1;
	json_decref(source);
	return rc;
}

/* Everything that may go wrong here is the fault of the step, not of the run. */
static int
begin_work(struct conduct *c, struct stage *s, struct err *err)
{
	struct scope scope;
	int rc;

	s->steps = outlook_steps(c, s, err);
	if (!s->steps)
		return -1;
	scope = scope_of(c, s);
	rc = ask_condition(c, s, &scope, err);
	if (rc <= 0) {
		if (rc == 0)
			stage_end(c, s, STAGE_SKIPPED, "its condition is not true");
		return rc;
	}
	if (s->step->approval && !s->approval) {
		json_t *text = stencil_fill(s->step->approval, c->pipeline->formulas, &scope, err);

		rc = text ? stage_hold(c, s, json_string_value(text), err) : -1;
		json_decref(text);
		return rc;
	}
	if (s->step->kind == STEP_VALUE)
		return make_value(c, s, &scope, err);
	if (s->step->kind == STEP_GATE)
		return judge_gate(c, s, &scope, err);
	s->state = STAGE_RUNNING;
	s->begun = true;
	return open_items(c, s, &scope, err);
}

int
stage_begin(struct conduct *c, struct stage *s, struct err *err)
{
	struct err why = { 0 };

	if (s->started == 0)
		s->started = clock_wall();
	s->dirty = true;
	s->saved = 0;
	json_decref(s->steps);
	s->steps = NULL;
	if (begin_work(c, s, &why) == 0)
		return 0;
	if (why.kind != ERR_INPUT && why.kind != ERR_USAGE)
		return err_set(err, why.kind, "%s", why.text);
	stage_locate(c, &why);
	stage_end(c, s, STAGE_FAILED, why.text);
	return 0;
}

/* ---- ending ---- */

static void
say_end(const struct conduct *c, const struct stage *s)
{
	char span[NUM_TEXT];
	const char *took = num_span((double)(s->ended - s->started) / 1e6, span);

	if (s->state == STAGE_FAILED)
		app_warn(c->app, "%s: failed%s%s", s->step->id, s->reason ? ": " : "",
		    s->reason ? s->reason : "");
	else if (s->reason)
		app_say(c->app, "%s: %s: %s", s->step->id, states[s->state], s->reason);
	else if (s->step->each != EACH_NONE)
		app_say(c->app, "%s: %s: %lld of %lld items (%s)", s->step->id, states[s->state],
		    (long long)s->completed, (long long)s->total, took);
	else
		app_say(c->app, "%s: %s (%s)", s->step->id, states[s->state], took);
	if (c->why && s->kept + s->again + s->fresh > 0)
		app_say(c->app, "%s: %lld kept, %lld again, %lld new, %lld of them changed",
		    s->step->id, (long long)s->kept, (long long)s->again, (long long)s->fresh,
		    (long long)s->changed);
}

void
stage_end(struct conduct *c, struct stage *s, enum stage_state state, const char *reason)
{
	s->state = state;
	s->ended = clock_wall();
	if (s->started == 0)
		s->started = s->ended;
	if (reason) {
		free(s->reason);
		s->reason = xstrdup(reason);
	}
	s->dirty = true;
	s->saved = 0;
	items_close(s->items);
	s->items = NULL;
	vec_clear(&s->arrivals);
	say_end(c, s);
	if (state == STAGE_FAILED && !c->error)
		c->error = xasprintf("%s: %s", s->step->id, s->reason ? s->reason : "failed");
}

static bool
is_allowed(const struct stage *s, int64_t failed)
{
	if (s->step->allow_is_part)
		return (double)failed <= s->step->allow * (double)s->total;
	return (double)failed <= s->step->allow;
}

/* Why its only execution failed. */
static char *
reason_of(struct conduct *c, const struct stage *s)
{
	struct upshot out = { 0 };
	const char *text = NULL;
	char *reason;
	int64_t id;

	if (run_item(c->store, c->run->id, s->place, 0, &id, NULL) <= 0 ||
	    upshot_read(c->store, id, false, &out, NULL) <= 0)
		return NULL;
	text = json_string_value(json_object_get(out.error, "reason"));
	reason = xasprintf("execution %lld: %s%s%s", (long long)id, state_name(out.status),
	    text ? ": " : "", text ? text : "");
	upshot_clear(&out);
	return reason;
}

/* Of a search: the best is its result. */
static void
judge_search(struct conduct *c, struct stage *s)
{
	const char *metric = trials_metric(s);
	struct buf item = BUF_INIT;

	s->result = trials_best(c, s);
	if (!s->result) {
		buf_addf(&item, "no trial has given a value of '%s'", metric);
		stage_end(c, s, STAGE_FAILED, buf_str(&item));
	} else {
		json_put(json_object_get(s->result, "item"), &item);
		app_say(c->app, "%s: best %s %.6g with %s", s->step->id, metric,
		    json_number_value(json_object_get(s->result, "value")), buf_str(&item));
		stage_end(c, s, STAGE_COMPLETED, NULL);
	}
	buf_clear(&item);
}

void
stage_judge(struct conduct *c, struct stage *s)
{
	int64_t bad = s->failed + s->cancelled;
	char *reason = s->reason;

	if (reason) { /* its items could not be read to the end */
		s->reason = NULL;
		stage_end(c, s, STAGE_FAILED, reason);
		free(reason);
	} else if (c->cancelled && (s->cut || s->cancelled > 0)) {
		stage_end(c, s, STAGE_CANCELLED, NULL);
	} else if (bad > 0 && (s->cancelled > 0 || !is_allowed(s, bad))) {
		reason = s->step->each == EACH_NONE
		    ? reason_of(c, s)
		    : xasprintf("%lld of %lld items: taskstat --job %s --tag %s --status failed",
			  (long long)bad, (long long)s->total, c->run->job_name, s->step->id);
		stage_end(c, s, STAGE_FAILED, reason);
		free(reason);
	} else if (s->step->each != EACH_NONE && s->total > 0 && s->skipped == s->total) {
		stage_end(c, s, STAGE_SKIPPED, "no item was to be run");
	} else if (s->study) {
		judge_search(c, s);
	} else {
		stage_end(c, s, STAGE_COMPLETED, NULL);
	}
}

/* ---- in the state ---- */

bool
stage_is_due(const struct stage *s)
{
	return s->dirty && (s->saved == 0 || clock_boot() - s->saved >= SAVE_EVERY);
}

int
stage_save(struct conduct *c, struct stage *s, bool now, struct err *err)
{
	struct run_step row = { s->step->id, states[s->state], s->total, s->completed, s->failed,
		s->skipped, s->cancelled, s->started, s->ended, s->reason, NULL };
	struct buf result = BUF_INIT;
	int rc;

	if (!s->dirty || (!now && !stage_is_due(s)))
		return 0;
	if (s->result) {
		json_put(s->result, &result);
		row.result = buf_str(&result);
	}
	rc = run_save_step(c->store, c->run->id, s->place, &row, err);
	buf_clear(&result);
	s->dirty = false;
	s->saved = clock_boot();
	return rc;
}
