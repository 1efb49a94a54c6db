/* SPDX-License-Identifier: MIT */
/* foresee: what a run of a pipeline would do, without doing it. */
#include <stdio.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/blueprint.h"
#include "cli/cluster.h"
#include "cli/items.h"
#include "cli/runs.h"
#include "plan/optimize.h"
#include "plan/pipeline.h"
#include "plan/stencil.h"
#include "plan/sweep.h"
#include "task/task.h"

/* Nothing of it depends on what becomes of other steps. */
static bool
is_known(const struct step *step)
{
	for (size_t i = 0; i < step->nneeds; i++)
		if (step->needs[i].wants || step->needs[i].itemwise)
			return false;
	return true;
}

/* How many items there are, and the first. -1 with err. */
static int64_t
count_items(const struct step *step, struct formulas *all, const struct scope *scope,
    json_t **first, struct err *err)
{
	json_t *source = stencil_fill(step->source, all, scope, err), *item;
	struct items *items = source ? items_open(step->each, source, err) : NULL;
	int64_t count = 0;
	enum items_got got = ITEMS_FATAL;

	json_decref(source);
	while (items && (got = items_next(items, &item, err)) != ITEMS_END && got != ITEMS_FATAL) {
		if (count++ == 0 && item)
			*first = json_incref(item);
		json_decref(item);
	}
	items_close(items);
	return got == ITEMS_END ? count : -1;
}

static int
add_params(const struct step *step, struct formulas *all, const struct scope *scope, json_t *record,
    struct err *err)
{
	json_t *item = scope->root[ROOT_ITEM], *params, *set;

	params = step->params      ? stencil_fill(step->params, all, scope, err)
	    : json_is_object(item) ? json_deep_copy(item)
				   : json_object();
	if (!params)
		return -1;
	set = step->set ? stencil_fill(step->set, all, scope, err) : json_object();
	if (set)
		json_fill(params, set);
	json_decref(set);
	json_object_set_new(record, "params", params);
	return set ? 0 : -1;
}

/* What is tried depends on what comes of it: the search as it would begin. */
static int
add_search(const struct step *step, struct formulas *all, const struct scope *scope, json_t *record,
    struct err *err)
{
	json_t *definition = stencil_fill(step->source, all, scope, err);
	struct sweep *sweep;
	size_t parallel;

	if (!definition)
		return -1;
	json_object_set_new(record, "optimize", definition);
	if (json_object_get(step->json, "params"))
		json_object_set(record, "params", json_object_get(step->json, "params"));
	sweep = optimize_parse(definition, &parallel, err);
	sweep_free(sweep);
	return sweep ? 0 : -1;
}

static int
add_known(const struct step *step, struct formulas *all, struct scope *scope, json_t *record,
    struct err *err)
{
	json_t *first = NULL;
	int64_t count = 1;
	int rc = 0;

	if (step->each == EACH_TRIALS)
		return add_search(step, all, scope, record, err);
	if (step->source)
		count = count_items(step, all, scope, &first, err);
	if (count < 0)
		return -1;
	json_object_set_new(record, "items", json_integer(count));
	scope->root[ROOT_ITEM] = first;
	if (count > 0)
		rc = add_params(step, all, scope, record, err);
	scope->root[ROOT_ITEM] = NULL;
	json_decref(first);
	return rc;
}

/* Where its executions would be run, and what would be submitted for them. */
static int
add_place(const struct task *task, struct cluster *cluster, json_t *record, struct err *err)
{
	const char *where = cluster_profile(cluster);
	json_int_t items = json_integer_value(json_object_get(record, "items"));
	json_t *submit;

	if (!task || !task_travels(task)) {
		json_object_set_new(record, "on", json_null());
		return 0;
	}
	json_object_set_new(record, "on", json_string(where));
	submit = cluster_foresee(cluster, task, items, err);
	if (submit)
		json_object_set_new(record, "submit", submit);
	return submit ? 0 : -1;
}

static int
foresee(struct app *app, const struct blueprint *b, size_t n, json_t *params,
    struct cluster *cluster, struct err *err)
{
	const struct pipeline *p = b->pipeline;
	const struct step *step = &p->steps[n];
	struct scope scope = { .root = { [ROOT_PARAMS] = params } };
	json_t *record = json_pack("{s:s, s:s, s:s}", "type", "step", "id", step->id, "kind",
		   step_kind_name(step->kind)),
	       *after = json_array();
	const char *what = step_kind_name(step->kind);
	int rc = 0;

	for (size_t i = 0; i < step->nneeds; i++)
		json_array_append_new(after, json_string(p->steps[step->needs[i].step].id));
	json_object_set(record, what, json_object_get(step->json, what));
	json_object_set_new(record, "after", after);
	json_object_set_new(record, "when", json_string(step_when_name(step->when)));
	if (step->condition != NO_FORMULA)
		json_object_set_new(record, "condition",
		    json_string(formula_text(p->formulas, (size_t)step->condition)));
	if (step->each != EACH_NONE && step->each != EACH_TRIALS)
		json_object_set(record, "foreach", json_object_get(step->json, "foreach"));
	if (is_known(step) && (step->kind == STEP_TASK || step->kind == STEP_COMMAND))
		rc = add_known(step, p->formulas, &scope, record, err);
	else if (json_object_get(step->json, "params"))
		json_object_set(record, "params", json_object_get(step->json, "params"));
	if (step->each == EACH_TRIALS && !json_object_get(record, "optimize"))
		json_object_set(record, "optimize", json_object_get(step->json, "optimize"));
	if (rc == 0 && cluster)
		rc = add_place(b->tasks[n], cluster, record, err);
	if (rc == 0)
		app_record(app, record);
	else
		err_wrap(err, "step '%s'", step->id);
	json_decref(record);
	return rc;
}

int
runs_foresee(struct app *app, struct store *store, const struct cluster_plan *plan,
    const struct blueprint *b, json_t *params, struct err *err)
{
	struct cluster_plan only = *plan;
	struct cluster *cluster = NULL;
	int rc = 0;

	only.dry_run = 1;
	if (plan->profile && !(cluster = cluster_open(app, store, &only, err)))
		return -1;
	for (size_t i = 0; i < b->pipeline->nsteps && rc == 0; i++)
		rc = foresee(app, b, b->pipeline->order[i], params, cluster, err);
	cluster_close(cluster);
	return rc;
}
