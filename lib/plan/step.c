/* SPDX-License-Identifier: MIT */
/* step: one step of a pipeline file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/quantity.h"
#include "base/strtab.h"
#include "plan/internal.h"
#include "plan/stencil.h"
#include "task/priority.h"
#include "task/retry.h"
#include "task/task.h"

/* clang-format off */
#define LIST(names) (names), sizeof(names) / sizeof(*(names))
/* clang-format on */

static const char *const kinds[] = { "task", "command", "value", "gate" };
static const char *const whens[] = { "on_success", "always", "on_failure" };
static const char *const sources[] = { "none", "list", "step", "lines", "text", "ligands",
	"optimize" };

_Static_assert(sizeof(kinds) / sizeof(*kinds) == STEP_KINDS, "a word for every kind");
_Static_assert(sizeof(whens) / sizeof(*whens) == WHEN_COUNT, "a word for every condition");
_Static_assert(sizeof(sources) / sizeof(*sources) == EACH_COUNT, "a word for every source");

const char *
step_kind_name(enum step_kind kind)
{
	return kinds[kind];
}

const char *
step_when_name(enum step_when when)
{
	return whens[when];
}

const char *
foreach_name(enum foreach_kind kind)
{
	return sources[kind];
}

const struct need *
step_need(const struct step *step, size_t other)
{
	for (size_t i = 0; i < step->nneeds; i++)
		if (step->needs[i].step == other)
			return &step->needs[i];
	return NULL;
}

/* ---- expressions ---- */

/* A text that is an expression, also one that stands in "${{ }}". */
static long
read_formula(struct reading *r, const char *pointer, const char *text)
{
	size_t len = strlen(text);
	struct err why = { 0 };

	if (strncmp(text, "${{", 3) == 0) {
		long n = scan_expression(text + 3, &why);

		if (n >= 0 && text[n + 5] == '\0') {
			text += 3;
			len = (size_t)n;
		}
	}
	if (why.kind == ERR_NONE && scan_balance(text, len, &why) == 0)
		return (long)formula_add(r->p->formulas, text, len, pointer);
	fault(&r->faults, pointer, NULL, "is no expression: %s", why.text);
	return NO_FORMULA;
}

static struct stencil *
read_stencil(
    struct reading *r, const char *pointer, const json_t *object, const char *key, json_type type)
{
	json_t *value = type == JSON_NULL ? json_object_get(object, key)
					  : fault_member(&r->faults, pointer, object, key, type);
	char *at = xasprintf("%s/%s", pointer, key);
	struct stencil *t = value ? stencil_new(value, at, r->p->formulas, &r->faults) : NULL;

	free(at);
	return t;
}

/* ---- what it does ---- */

static void
read_kind(struct reading *r, const char *pointer, struct step *step)
{
	int kind = -1;

	for (int i = 0; i < STEP_KINDS; i++) {
		if (!json_object_get(step->json, kinds[i]))
			continue;
		if (kind >= 0)
			fault(&r->faults, pointer, kinds[i], "and '%s' exclude each other",
			    kinds[kind]);
		kind = i;
	}
	if (kind < 0)
		fault(&r->faults, pointer, NULL, "lacks what to do: task, command, value or gate");
	step->kind = kind < 0 ? STEP_TASK : (enum step_kind)kind;
}

/* An object, or one expression that gives one. */
static struct stencil *
read_params(struct reading *r, const char *pointer, const json_t *object)
{
	json_t *params = json_object_get(object, "params");
	const char *text = json_string_value(params);

	if (text && strncmp(text, "${{", 3) == 0)
		return read_stencil(r, pointer, object, "params", JSON_STRING);
	if (text) {
		fault(&r->faults, pointer, "params", "must be an object, or '${{ ... }}'");
		return NULL;
	}
	return read_stencil(r, pointer, object, "params", JSON_OBJECT);
}

static void
read_work(struct reading *r, const char *pointer, struct step *step)
{
	char *at = xasprintf("%s/gate", pointer);
	const char *text;

	step->task = read_text(r, pointer, step->json, "task");
	step->argv = fault_argv(&r->faults, pointer, step->json, "command");
	step->params = read_params(r, pointer, step->json);
	step->set = read_stencil(r, pointer, step->json, "set", JSON_OBJECT);
	step->value = read_stencil(r, pointer, step->json, "value", JSON_NULL);
	step->approval = read_stencil(r, pointer, step->json, "approval", JSON_STRING);
	step->message = read_stencil(r, pointer, step->json, "message", JSON_STRING);
	step->that = NO_FORMULA;
	text = read_text(r, pointer, step->json, "gate");
	if (text)
		step->that = read_formula(r, at, text);
	free(at);
}

/* Members that mean nothing to a step that starts no execution, or has no items. */
static void
check_sense(struct reading *r, const char *pointer, const struct step *step)
{
	static const char *const working[] = { "params", "set", "foreach", "optimize", "timeout",
		"retry", "priority", "queue", "max_parallel", "fail_fast", "allow_failed" };
	static const char *const many[] = { "max_parallel", "fail_fast", "allow_failed" };
	bool works = step->kind == STEP_TASK || step->kind == STEP_COMMAND;

	for (size_t i = 0; !works && i < sizeof(working) / sizeof(*working); i++)
		if (json_object_get(step->json, working[i]))
			fault(&r->faults, pointer, working[i], "means nothing to a step with '%s'",
			    kinds[step->kind]);
	for (size_t i = 0; works && i < sizeof(many) / sizeof(*many); i++)
		if (json_object_get(step->json, many[i]) && step->each == EACH_NONE &&
		    !json_object_get(step->json, "foreach"))
			fault(&r->faults, pointer, many[i], "means nothing without 'foreach'");
	if (step->each == EACH_TRIALS && step->max_parallel)
		fault(&r->faults, pointer, "max_parallel",
		    "means nothing here: 'parallel' in 'optimize' says how many trials at once");
	if (step->kind != STEP_GATE && json_object_get(step->json, "message"))
		fault(&r->faults, pointer, "message", "means nothing without 'gate'");
}

/* ---- when ---- */

static void
read_when(struct reading *r, const char *pointer, struct step *step)
{
	json_t *when = json_object_get(step->json, "when"), *value;
	char *at = xasprintf("%s/when", pointer);
	const char *key;
	int word;

	step->condition = NO_FORMULA;
	if (strcmp(pointer, "/on_exit") == 0)
		step->when = WHEN_ALWAYS;
	if (json_is_string(when)) {
		word = strtab_find(LIST(whens), json_string_value(when));
		if (word >= 0)
			step->when = (enum step_when)word;
		else
			step->condition = read_formula(r, at, json_string_value(when));
	} else if (json_is_object(when) && json_object_size(when) == 1) {
		json_object_foreach(when, key, value) {
			char *inner = xasprintf("%s/%s", at, key);

			word = strtab_find(LIST(whens), key);
			if (word < 0 || !json_is_string(value))
				fault(&r->faults, at, key,
				    "must be always, on_success or on_failure, with an expression");
			else
				step->condition = read_formula(r, inner, json_string_value(value));
			step->when = word < 0 ? WHEN_SUCCESS : (enum step_when)word;
			free(inner);
		}
	} else if (when && !json_is_null(when)) {
		fault(&r->faults, at, NULL,
		    "must be always, on_success, on_failure, or a jq expression, found %s",
		    json_type_name(when));
	}
	free(at);
}

/* ---- items ---- */

static void
read_source(struct reading *r, const char *at, struct step *step, const char *kind, json_t *value)
{
	int found = strtab_find(LIST(sources), kind);
	char *inner = xasprintf("%s/%s", at, kind);

	if (found < EACH_STEP || found == EACH_TRIALS || !json_is_string(value)) {
		fault(&r->faults, at, kind, "must be step, lines, text or ligands, with a text");
	} else if (found == EACH_STEP) {
		step->each = EACH_STEP;
		step->each_step = pipeline_find(r->p, json_string_value(value));
		if (step->each_step < 0)
			fault(&r->faults, inner, NULL, "is '%s', but there is no such step",
			    json_string_value(value));
	} else {
		step->each = (enum foreach_kind)found;
		step->source = stencil_new(value, inner, r->p->formulas, &r->faults);
	}
	free(inner);
}

static void
read_foreach(struct reading *r, const char *pointer, struct step *step)
{
	json_t *each = json_object_get(step->json, "foreach"), *value;
	const char *key, *text = json_string_value(each);
	char *at = xasprintf("%s/foreach", pointer);

	step->each_step = NO_STEP;
	if (json_is_object(each) && json_object_size(each) == 1) {
		json_object_foreach(each, key, value)
			read_source(r, at, step, key, value);
	} else if (json_is_array(each) || (text && strncmp(text, "${{", 3) == 0)) {
		step->each = EACH_LIST;
		step->source = stencil_new(each, at, r->p->formulas, &r->faults);
	} else if (each && !json_is_null(each)) {
		fault(&r->faults, at, NULL,
		    "must be a list, '${{ ... }}', or {step: ID}, {lines: FILE}, {text: FILE},"
		    " {ligands: FILE}");
	}
	free(at);
}

static void
read_allowance(struct reading *r, const char *pointer, struct step *step)
{
	json_t *value = json_object_get(step->json, "allow_failed");
	struct err why = { 0 };

	if (!value || json_is_null(value))
		return;
	step->allow_is_part = json_is_string(value);
	if (json_is_integer(value) && json_integer_value(value) >= 0)
		step->allow = (double)json_integer_value(value);
	else if (!step->allow_is_part ||
	    quantity_read(QUANTITY_FRACTION, value, &step->allow, &why) < 0)
		fault(&r->faults, pointer, "allow_failed",
		    "must be a number of items, or a part of them as \"5%%\"");
}

/* ---- how it runs ---- */

static void
read_manner(struct reading *r, const char *pointer, struct step *step)
{
	json_t *timeout = json_object_get(step->json, "timeout");
	struct retry_policy policy;
	struct err why = { 0 };
	int level;

	step->max_parallel = read_count(r, pointer, step->json, "max_parallel");
	step->fail_fast = json_is_true(
	    fault_member(&r->faults, pointer, step->json, "fail_fast", JSON_TRUE));
	if (timeout && quantity_read(QUANTITY_SECONDS, timeout, &step->timeout, &why) < 0)
		fault(&r->faults, pointer, "timeout", "%s", why.text);
	retry_default(&policy);
	step->retry = json_object_get(step->json, "retry");
	why = (struct err){ 0 };
	if (step->retry && retry_parse(step->retry, &policy, &why) < 0)
		fault(&r->faults, pointer, "retry", "is wrong: %s", why.text);
	step->queue = read_text(r, pointer, step->json, "queue");
	if (step->queue && !task_is_name(step->queue))
		fault(&r->faults, pointer, "queue", TASK_NAME_RULE ", found '%s'", step->queue);
	step->priority = read_text(r, pointer, step->json, "priority");
	why = (struct err){ 0 };
	if (step->priority && priority_parse(step->priority, &level, &why) < 0)
		fault(&r->faults, pointer, "priority", "is wrong: %s", why.text);
}

/* ---- all of it ---- */

void
step_read(struct reading *r, const char *pointer, struct step *step)
{
	static const char *const known[] = { "id", "description", "task", "command", "value",
		"gate", "params", "set", "message", "depends_on", "when", "foreach", "optimize",
		"max_parallel", "fail_fast", "allow_failed", "approval", "timeout", "retry",
		"priority", "queue" };

	fault_unknown(&r->faults, pointer, step->json, LIST(known));
	step->description = read_text(r, pointer, step->json, "description");
	step->formulas_from = formula_count(r->p->formulas);
	read_kind(r, pointer, step);
	read_work(r, pointer, step);
	read_when(r, pointer, step);
	read_foreach(r, pointer, step);
	read_allowance(r, pointer, step);
	optimize_read(r, pointer, step);
	read_manner(r, pointer, step);
	check_sense(r, pointer, step);
	step->formulas_to = formula_count(r->p->formulas);
}

void
step_clear(struct step *step)
{
	free(step->argv);
	stencil_free(step->params);
	stencil_free(step->set);
	stencil_free(step->value);
	stencil_free(step->approval);
	stencil_free(step->message);
	stencil_free(step->source);
	free(step->needs);
}
