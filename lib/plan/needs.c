/* SPDX-License-Identifier: MIT */
/*
 * needs: what the steps of a pipeline need of each other, and an order in which they can go.
 *
 * A step needs those in its depends_on, the one whose items it takes, and all
 * that its expressions name. Of the steps whose items it gets (item by item,
 * also through others) it may know what became of the item; of all others what
 * became of the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/strtab.h"
#include "base/vec.h"
#include "plan/internal.h"
#include "task/order.h"

static const struct {
	const char *name;
	unsigned wants;
	bool one, whole; /* of one item; of all of a step */
} members[] = {
	{ "status", WANT_STATUS, true, true },
	{ "id", WANT_STATUS, true, true },
	{ "key", WANT_STATUS, true, true },
	{ "error", WANT_STATUS, true, true },
	{ "total", WANT_STATUS, false, true },
	{ "completed", WANT_STATUS, false, true },
	{ "failed", WANT_STATUS, false, true },
	{ "skipped", WANT_STATUS, false, true },
	{ "cancelled", WANT_STATUS, false, true },
	{ "result", WANT_RESULT, true, true },
	{ "params", WANT_PARAMS, true, true },
	{ "results", WANT_RESULTS, false, true },
	{ "file", WANT_FILE, false, true },
	{ "best", WANT_STATUS, false, true },
};

enum { MEMBERS = sizeof(members) / sizeof(*members) };

/* The mentions of one expression. */
struct looking {
	struct reading *r;
	struct step *step;
	size_t number;
	const char *pointer; /* of the expression */
};

static struct need *
add_need(struct step *step, size_t other)
{
	struct need *need = (struct need *)step_need(step, other);

	if (need)
		return need;
	step->needs = xreallocarray(step->needs, step->nneeds + 1, sizeof(*step->needs));
	need = &step->needs[step->nneeds++];
	*need = (struct need){ .step = other };
	return need;
}

/* Does the step get the items of other, directly or through others? */
static bool
is_itemwise(const struct pipeline *p, const struct step *step, size_t other)
{
	size_t left = p->nsteps;

	for (; left-- > 0 && step->each == EACH_STEP && step->each_step >= 0;
	     step = &p->steps[step->each_step])
		if ((size_t)step->each_step == other)
			return true;
	return false;
}

static void
no_such(
    struct looking *l, const char *what, const char *name, const char *const *names, size_t count)
{
	const char *near = strtab_nearest(names, count, name);

	fault(&l->r->faults, l->pointer, NULL, "names %s '%s', which there is not%s%s%s", what,
	    name, near ? "; perhaps '" : "", near ? near : "", near ? "' is meant" : "");
}

static unsigned
read_member(struct looking *l, const struct mention *m, bool itemwise, const struct step *other)
{
	char *name;
	const char *names[MEMBERS];
	int found = -1;

	if (!m->member)
		return WANT_STATUS | WANT_RESULT;
	name = xstrndup(m->member, m->member_len);
	for (int i = 0; i < MEMBERS; i++) {
		names[i] = members[i].name;
		if (strcmp(names[i], name) == 0)
			found = i;
	}
	if (found < 0)
		no_such(l, "the member", name, names, MEMBERS);
	else if (itemwise && !members[found].one)
		fault(&l->r->faults, l->pointer, NULL,
		    "names 'steps.%s.%s', but gets the items of '%s' one by one", other->id, name,
		    other->id);
	else if (!itemwise && other->each != EACH_NONE && strcmp(name, "result") == 0)
		fault(&l->r->faults, l->pointer, NULL,
		    "names 'steps.%s.result', but '%s' has items: results is an array of them,"
		    " file a file",
		    other->id, other->id);
	else if (strcmp(name, "best") == 0 && other->each != EACH_TRIALS)
		fault(&l->r->faults, l->pointer, NULL,
		    "names 'steps.%s.best', but '%s' has no 'optimize'", other->id, other->id);
	free(name);
	return found < 0 ? 0 : members[found].wants;
}

static void
see_step(struct looking *l, const struct mention *m)
{
	const struct pipeline *p = l->r->p;
	char *name = m->name ? xstrndup(m->name, m->name_len) : NULL;
	long other = name ? pipeline_find(p, name) : NO_STEP;
	bool itemwise;

	if (other == NO_STEP && m->sure && !name) {
		fault(&l->r->faults, l->pointer, NULL,
		    "names 'steps' without saying which: steps.ID");
	} else if (other == NO_STEP && m->sure) {
		const char **names = xcalloc(p->nsteps, sizeof(*names));

		for (size_t i = 0; i < p->nsteps; i++)
			names[i] = p->steps[i].id;
		no_such(l, "step", name, names, p->nsteps);
		free(names);
	} else if (other >= 0) {
		itemwise = is_itemwise(p, l->step, (size_t)other);
		add_need(l->step, (size_t)other)->wants |= read_member(
		    l, m, itemwise, &p->steps[other]);
	}
	free(name);
}

static void
see_param(struct looking *l, const struct mention *m)
{
	const json_t *properties = json_object_get(l->r->p->params, "properties");
	size_t count = json_object_size(properties), i = 0;
	char *name = m->name ? xstrndup(m->name, m->name_len) : NULL;
	const char **names, *key;
	json_t *value;

	if (name && m->sure && !json_object_get(properties, name)) {
		names = xcalloc(count + 1, sizeof(*names));
		json_object_foreach((json_t *)properties, key, value)
			names[i++] = key;
		no_such(l, "parameter", name, names, count);
		free(names);
	}
	free(name);
}

static void
see_run(struct looking *l, const struct mention *m)
{
	static const char *const names[] = { "id", "job", "pipeline", "version", "dir", "status" };
	char *name = m->name ? xstrndup(m->name, m->name_len) : NULL;

	if (name && m->sure && strtab_find(names, 6, name) < 0)
		no_such(l, "the member of run", name, names, 6);
	free(name);
}

static void
see(const struct mention *m, void *ctx)
{
	struct looking *l = ctx;

	switch (m->root) {
	case ROOT_PARAMS:
		see_param(l, m);
		break;
	case ROOT_STEPS:
		see_step(l, m);
		break;
	case ROOT_RUN:
		see_run(l, m);
		break;
	default:
		if (m->sure && l->step->each == EACH_NONE)
			fault(&l->r->faults, l->pointer, NULL,
			    "names 'item', but its step has no 'foreach' or 'optimize'");
	}
}

/* ---- depends_on ---- */

static void
depend(struct reading *r, struct step *step, const char *at, const char *index, const json_t *value)
{
	const struct pipeline *p = r->p;
	const char **names, *near;
	long other = json_is_string(value) ? pipeline_find(p, json_string_value(value)) : NO_STEP;

	if (other >= 0) {
		add_need(step, (size_t)other);
		return;
	}
	if (!json_is_string(value)) {
		fault(&r->faults, at, index, "must be the id of a step, found %s",
		    json_type_name(value));
		return;
	}
	names = xcalloc(p->nsteps, sizeof(*names));
	for (size_t i = 0; i < p->nsteps; i++)
		names[i] = p->steps[i].id;
	near = strtab_nearest(names, p->nsteps, json_string_value(value));
	fault(&r->faults, at, index, "is '%s', but there is no such step%s%s%s",
	    json_string_value(value), near ? "; perhaps '" : "", near ? near : "",
	    near ? "' is meant" : "");
	free(names);
}

static void
read_depends(struct reading *r, const char *pointer, struct step *step)
{
	json_t *list = json_object_get(step->json, "depends_on"), *value;
	char *at = xasprintf("%s/depends_on", pointer), index[24];
	size_t i;

	if (json_is_string(list))
		depend(r, step, at, NULL, list);
	else if (list && !json_is_array(list) && !json_is_null(list))
		fault(&r->faults, at, NULL, "must be the id of a step, or a list of them");
	json_array_foreach(list, i, value) {
		snprintf(index, sizeof(index), "%zu", i);
		depend(r, step, at, index, value);
	}
	free(at);
}

static void
read_step(struct reading *r, size_t n)
{
	struct pipeline *p = r->p;
	struct step *step = &p->steps[n];
	char *pointer = step_pointer(p, n);

	read_depends(r, pointer, step);
	if (step->each == EACH_STEP)
		add_need(step, (size_t)step->each_step);
	for (size_t f = step->formulas_from; f < step->formulas_to; f++) {
		struct looking l = { r, step, f, formula_pointer(p->formulas, f) };
		const char *text = formula_text(p->formulas, f);

		scan_mentions(text, strlen(text), see, &l);
	}
	optimize_check(r, pointer, step);
	for (size_t i = 0; i < step->nneeds; i++)
		step->needs[i].itemwise = is_itemwise(p, step, step->needs[i].step);
	if (p->has_exit && n + 1 == p->nsteps)
		for (size_t i = 0; i + 1 < p->nsteps; i++)
			add_need(step, i);
	else if (p->has_exit && step_need(step, p->nsteps - 1))
		fault(&r->faults, pointer, NULL, "waits for on_exit, which comes after all");
	free(pointer);
}

/* ---- order ---- */

static void
tell_cycle(struct reading *r, const uint32_t *cycle, size_t len)
{
	struct pipeline *p = r->p;
	char *pointer = step_pointer(p, cycle[0]);
	struct buf text = BUF_INIT;

	for (size_t i = 0; i <= len && i < 12; i++)
		buf_addf(&text, "%s%s", i ? " -> " : "", p->steps[cycle[i % len]].id);
	if (len == 1)
		fault(&r->faults, pointer, NULL, "waits for itself");
	else
		fault(&r->faults, pointer, NULL,
		    "is part of a cycle: %s%s, each waits for the next", buf_str(&text),
		    len >= 12 ? " ..." : "");
	buf_clear(&text);
	free(pointer);
}

/* How far it is from each step to an end. */
static void
rank(struct pipeline *p)
{
	for (size_t i = p->nsteps; i-- > 0;) {
		struct step *step = &p->steps[p->order[i]];

		for (size_t k = 0; k < step->nneeds; k++) {
			struct step *before = &p->steps[step->needs[k].step];

			if (before->rank < step->rank + 1)
				before->rank = step->rank + 1;
		}
	}
}

static void
find_order(struct reading *r)
{
	struct pipeline *p = r->p;
	struct span *spans = xcalloc(p->nsteps, sizeof(*spans));
	uint32_t *wanted = xcalloc(p->nsteps, sizeof(*wanted));
	uint32_t *order = xcalloc(p->nsteps, sizeof(*order));
	VEC(uint32_t) upon = VEC_INIT;
	size_t cycle;

	for (size_t i = 0; i < p->nsteps; i++) {
		wanted[i] = (uint32_t)i;
		spans[i] = (struct span){ (uint32_t)upon.len, (uint32_t)p->steps[i].nneeds };
		for (size_t k = 0; k < p->steps[i].nneeds; k++)
			vec_add(&upon, (uint32_t)p->steps[i].needs[k].step);
	}
	cycle = order_find(spans, upon.at, wanted, p->nsteps, order);
	if (cycle > 0) {
		tell_cycle(r, order, cycle);
	} else {
		p->order = xcalloc(p->nsteps, sizeof(*p->order));
		for (size_t i = 0; i < p->nsteps; i++)
			p->order[i] = order[i];
		rank(p);
	}
	vec_clear(&upon);
	free(spans);
	free(wanted);
	free(order);
}

void
needs_read(struct reading *r)
{
	for (size_t i = 0; i < r->p->nsteps; i++)
		read_step(r, i);
	if (r->faults.count == 0)
		find_order(r);
}
