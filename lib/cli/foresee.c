/* SPDX-License-Identifier: MIT */
/* foresee: what a run of a pipeline would do, without doing it. */
#include <stdio.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/blueprint.h"
#include "cli/items.h"
#include "cli/runs.h"
#include "plan/optimize.h"
#include "plan/pipeline.h"
#include "plan/stencil.h"
#include "plan/sweep.h"

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

static int
foresee(struct app *app, const struct blueprint *b, size_t n, json_t *params, struct err *err)
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
	if (rc == 0)
		app_record(app, record);
	else
		err_wrap(err, "step '%s'", step->id);
	json_decref(record);
	return rc;
}

int
runs_foresee(struct app *app, const struct blueprint *b, json_t *params, struct err *err)
{
	for (size_t i = 0; i < b->pipeline->nsteps; i++)
		if (foresee(app, b, b->pipeline->order[i], params, err) < 0)
			return -1;
	return 0;
}
