/* SPDX-License-Identifier: MIT */
/* optimize: what `optimize:` on a step of a pipeline holds. */
#include "plan/optimize.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "plan/internal.h"
#include "plan/stencil.h"
#include "plan/sweep.h"

/* Faults of a sweep that is a part of a larger document. */
struct inside {
	struct faults *faults;
	const char *pointer;
};

static void
pass_on(const char *pointer, const char *what, void *ctx)
{
	const struct inside *in = ctx;
	char *at = xasprintf("%s%s", in->pointer, pointer);

	fault(in->faults, at, NULL, "%s", what);
	free(at);
}

/* The members that are those of a sweep; a fault for others that a pipeline has no use for. */
static json_t *
sweep_part(struct faults *f, const char *pointer, const json_t *object)
{
	json_t *part = json_copy((json_t *)object);

	if (json_object_del(part, "name") == 0)
		fault(f, pointer, "name", "means nothing here: the run and the step name it");
	if (json_object_del(part, "pruner") == 0)
		fault(f, pointer, "pruner", "means nothing here: trials tell nothing on their way");
	json_object_del(part, "parallel");
	return part;
}

/* What is not known before the step begins is judged then; in its place stands what is good. */
static void
leave_out_open(json_t *part)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(part, next, key, value)
		if (stencil_is_open(value))
			json_object_del(part, key);
	if (!json_object_get(part, "axes"))
		json_object_set_new(part, "axes", json_pack("{s:[i]}", "unknown", 0));
}

static void
lint(struct faults *f, const char *pointer, const json_t *object)
{
	struct inside in = { f, pointer };
	json_t *part = sweep_part(f, pointer, object), *parallel;

	parallel = json_object_get(object, "parallel");
	if (parallel && !stencil_is_open(parallel) && json_integer_value(parallel) < 1)
		fault(f, pointer, "parallel", "must be an integer of at least 1");
	if (!json_object_get(part, "axes"))
		fault(f, pointer, NULL, "lacks 'axes', the parameters to search");
	leave_out_open(part);
	sweep_lint(part, -1, pass_on, &in);
	json_decref(part);
}

void
optimize_read(struct reading *r, const char *pointer, struct step *step)
{
	json_t *object = fault_member(&r->faults, pointer, step->json, "optimize", JSON_OBJECT);
	char *at;

	if (!object)
		return;
	at = xasprintf("%s/optimize", pointer);
	if (json_object_get(step->json, "foreach"))
		fault(&r->faults, pointer, "optimize", "and 'foreach' exclude each other");
	if (strlen(step->id) > OPTIMIZE_ID_MOST)
		fault(&r->faults, pointer, "id", "must be at most %d letters, with 'optimize'",
		    OPTIMIZE_ID_MOST);
	lint(&r->faults, at, object);
	step->each = EACH_TRIALS;
	stencil_free(step->source);
	step->source = stencil_new(object, at, r->p->formulas, &r->faults);
	if (!json_object_get(step->json, "allow_failed")) {
		step->allow = 1;
		step->allow_is_part = true;
	}
	free(at);
}

/* Is the expression one of a member of the step? */
static bool
stands_in(const struct formulas *all, size_t n, const char *pointer, const char *member)
{
	const char *at = formula_pointer(all, n);
	size_t len = strlen(pointer), size = strlen(member);

	return strncmp(at, pointer, len) == 0 && at[len] == '/' &&
	    strncmp(at + len + 1, member, size) == 0 &&
	    (at[len + 1 + size] == '/' || at[len + 1 + size] == '\0');
}

void
optimize_check(struct reading *r, const char *pointer, const struct step *step)
{
	const struct formulas *all = r->p->formulas;
	bool named = false;

	for (size_t f = step->formulas_from; f < step->formulas_to; f++)
		if (stands_in(all, f, pointer, "params"))
			named |= formula_names(all, f, ROOT_ITEM);
	if (step->each == EACH_TRIALS && step->params && !named)
		fault(&r->faults, pointer, "params",
		    "does not use what 'optimize' tries: name it as ${{ item.AXIS }}, or give what"
		    " stays the same in 'set'");
}

struct sweep *
optimize_parse(const json_t *definition, size_t *parallel, struct err *err)
{
	const json_t *value = json_object_get(definition, "parallel");
	json_t *part;
	struct sweep *sweep;

	if (!json_is_object(definition)) {
		err_set(err, ERR_INPUT, "'optimize' must be an object, found %s",
		    json_type_name(definition));
		return NULL;
	}
	if (value && !json_is_null(value) && json_integer_value(value) < 1) {
		err_set(err, ERR_INPUT, "'/parallel' must be an integer of at least 1");
		return NULL;
	}
	part = json_copy((json_t *)definition);
	json_object_del(part, "parallel");
	sweep = sweep_parse(part, "optimize", -1, err);
	json_decref(part);
	*parallel = (size_t)json_integer_value(value);
	if (sweep && *parallel == 0 && sweep->method == SWEEP_BAYES)
		*parallel = OPTIMIZE_PARALLEL;
	return sweep;
}
