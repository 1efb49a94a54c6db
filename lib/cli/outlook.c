/* SPDX-License-Identifier: MIT */
/* outlook: what the expressions of a step see of other steps. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/stage.h"
#include "store/store.h"
#include "task/execution.h"

enum { RESULTS_MAX = 100000 };

static void
set(json_t *record, const char *key, const json_t *value)
{
	if (value)
		json_object_set(record, key, (json_t *)value);
}

/* What became of one execution, into what is seen of its step. */
static int
add_outcome(struct conduct *c, int64_t execution, unsigned wants, json_t *record, struct err *err)
{
	struct upshot out;
	int rc = upshot_read(c->store, execution, wants & WANT_PARAMS, &out, err);

	if (rc <= 0)
		return rc;
	json_object_set_new(record, "id", json_integer(execution));
	json_object_set_new(record, "key", json_string(out.key));
	json_object_set_new(record, "status", json_string(state_name(out.status)));
	set(record, "error", out.error);
	set(record, "result", out.result);
	set(record, "params", out.params);
	upshot_clear(&out);
	return 1;
}

static int
add_results(struct conduct *c, const struct stage *s, json_t *record, struct err *err)
{
	json_t *results = json_array();
	int64_t item = -1, execution;
	int rc;

	json_object_set_new(record, "results", results);
	if (s->completed > RESULTS_MAX)
		return err_set(err, ERR_INPUT,
		    "steps.%s.results would hold %lld results, more than %d: take steps.%s.file",
		    s->step->id, (long long)s->completed, RESULTS_MAX, s->step->id);
	while ((rc = run_next_item(c->store, c->run->id, s->place, item, &item, &execution, err)) >
	    0) {
		struct upshot out;

		rc = upshot_read(c->store, execution, false, &out, err);
		if (rc < 0)
			return -1;
		if (rc > 0 && out.status == ST_COMPLETED)
			json_array_append(results, out.result ? out.result : json_null());
		upshot_clear(&out);
	}
	return rc;
}

static int
add_whole(struct conduct *c, struct stage *s, unsigned wants, json_t *record, struct err *err)
{
	bool runs = s->step->kind == STEP_TASK || s->step->kind == STEP_COMMAND;
	int64_t execution;
	int rc = 0;

	if (runs && s->step->each == EACH_NONE)
		rc = run_item(c->store, c->run->id, s->place, 0, &execution, err);
	if (rc > 0)
		rc = add_outcome(c, execution, wants, record, err);
	if (rc < 0)
		return -1;
	set(record, s->study ? "best" : "result", s->result);
	json_object_set_new(record, "status", json_string(stage_state_name(s->state)));
	if (s->reason && !json_object_get(record, "error"))
		json_object_set_new(record, "error", json_pack("{s:s}", "reason", s->reason));
	json_object_set_new(record, "total", json_integer(s->total));
	json_object_set_new(record, "completed", json_integer(s->completed));
	json_object_set_new(record, "failed", json_integer(s->failed));
	json_object_set_new(record, "skipped", json_integer(s->skipped));
	json_object_set_new(record, "cancelled", json_integer(s->cancelled));
	if (wants & WANT_RESULTS && add_results(c, s, record, err) < 0)
		return -1;
	if (wants & WANT_FILE)
		json_object_set_new(record, "file", json_string(s->file));
	return 0;
}

json_t *
outlook_steps(struct conduct *c, const struct stage *s, struct err *err)
{
	json_t *steps = json_object();

	for (size_t i = 0; i < s->step->nneeds; i++) {
		const struct need *need = &s->step->needs[i];
		struct stage *other = &c->stages[need->step];
		json_t *record;

		if (need->wants == 0 || need->itemwise)
			continue;
		record = json_object();
		json_object_set_new(steps, other->step->id, record);
		if (add_whole(c, other, need->wants, record, err) < 0) {
			json_decref(steps);
			return NULL;
		}
	}
	return steps;
}

/* What became of this item in a step farther before. */
static int
add_ancestor(struct conduct *c, const struct need *need, const struct arrival *arrival,
    json_t *steps, struct err *err)
{
	const struct step *step = &c->pipeline->steps[need->step];
	json_t *record = json_object();
	int64_t execution;
	int rc = run_item(c->store, c->run->id, need->step, arrival->item, &execution, err);

	json_object_set_new(steps, step->id, record);
	if (rc > 0)
		rc = add_outcome(c, execution, need->wants, record, err);
	if (rc == 0)
		json_object_set_new(record, "status", json_string("skipped"));
	return rc < 0 ? -1 : 0;
}

json_t *
outlook_item(struct conduct *c, const struct stage *s, const struct arrival *arrival, json_t **item,
    char **key, enum status *status, struct err *err)
{
	struct upshot out;
	json_t *steps;
	int rc = upshot_read(c->store, arrival->execution, false, &out, err);

	if (rc <= 0) {
		if (rc == 0)
			err_set(err, ERR_STORE, "execution %lld of the run was removed",
			    (long long)arrival->execution);
		return NULL;
	}
	*item = out.result ? json_incref(out.result) : json_null();
	*status = out.status;
	*key = out.key;
	out.key = NULL;
	upshot_clear(&out);
	steps = json_copy(s->steps);
	for (size_t i = 0; i < s->step->nneeds; i++) {
		const struct need *need = &s->step->needs[i];

		if (need->itemwise && need->wants &&
		    add_ancestor(c, need, arrival, steps, err) < 0) {
			json_decref(steps);
			json_decref(*item);
			free(*key);
			return NULL;
		}
	}
	return steps;
}
