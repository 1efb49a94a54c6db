/* SPDX-License-Identifier: MIT */
/* pipeline: a file of steps, read and judged. */
#include "plan/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strtab.h"
#include "plan/internal.h"
#include "plan/stencil.h"
#include "task/schema.h"
#include "task/task.h"

/* clang-format off */
#define LIST(names) (names), sizeof(names) / sizeof(*(names))
/* clang-format on */

static const char *const modes[] = { "sequential", "parallel", "optimized" };

_Static_assert(sizeof(modes) / sizeof(*modes) == MODE_COUNT, "a word for every mode");

const char *
pipeline_mode_name(enum pipeline_mode mode)
{
	return modes[mode];
}

/* ---- members ---- */

int
read_word(struct reading *r, const char *pointer, const json_t *object, const char *key,
    const char *const *names, size_t count, int absent)
{
	json_t *value = fault_member(&r->faults, pointer, object, key, JSON_STRING);
	int found;
	char *list;

	if (!value)
		return absent;
	found = strtab_find(names, count, json_string_value(value));
	if (found >= 0)
		return found;
	list = strtab_list(names, count);
	fault(&r->faults, pointer, key, "must be one of %s, found '%s'", list,
	    json_string_value(value));
	free(list);
	return absent;
}

const char *
read_text(struct reading *r, const char *pointer, const json_t *object, const char *key)
{
	return json_string_value(fault_member(&r->faults, pointer, object, key, JSON_STRING));
}

size_t
read_count(struct reading *r, const char *pointer, const json_t *object, const char *key)
{
	json_t *value = fault_member(&r->faults, pointer, object, key, JSON_INTEGER);

	if (value && json_integer_value(value) < 1) {
		fault(&r->faults, pointer, key, "must be at least 1, found %lld",
		    (long long)json_integer_value(value));
		return 0;
	}
	return value ? (size_t)json_integer_value(value) : 0;
}

/* ---- parameters ---- */

struct schema_fault {
	struct reading *r;
	const char *pointer;
};

static void
report_schema(const struct schema_error *e, void *ctx)
{
	struct schema_fault *f = ctx;
	char *at = xasprintf("%s%s", f->pointer, e->pointer);

	fault(&f->r->faults, at, NULL, "must be %s%s%s", e->expected, e->found ? ", found " : "",
	    e->found ? e->found : "");
	free(at);
}

/* A parameter is a schema with a default; or a default alone, whose type is meant. */
static json_t *
read_param(struct reading *r, const char *pointer, const json_t *value, bool *required)
{
	struct schema_fault f = { r, pointer };
	json_t *schema, *need;

	*required = false;
	if (!json_is_object(value))
		return json_is_null(value) || json_is_array(value)
		    ? json_pack("{s:O}", "default", value)
		    : json_pack("{s:s, s:O}", "type", json_type_name(value), "default", value);
	schema = json_copy((json_t *)value);
	need = json_object_get(schema, "required");
	*required = !json_object_get(schema, "default") && !json_is_false(need);
	if (json_is_boolean(need))
		json_object_del(schema, "required");
	schema_lint(schema, (char *const[]){ "" }, 1, report_schema, &f);
	return schema;
}

static void
read_params(struct reading *r)
{
	json_t *params = fault_member(&r->faults, "", r->p->document, "params", JSON_OBJECT),
	       *value;
	json_t *properties = json_object(), *required = json_array();
	const char *name;

	json_object_foreach(params, name, value) {
		char *at = xasprintf("/params/%s", name);
		bool needed;

		if (!scan_is_word(name))
			fault(&r->faults, "/params", name,
			    "must be letters, digits and '_', and begin with no digit");
		json_object_set_new(properties, name, read_param(r, at, value, &needed));
		if (needed)
			json_array_append_new(required, json_string(name));
		free(at);
	}
	r->p->params = json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties,
	    "required", required, "additionalProperties", 0);
	if (json_array_size(required) == 0) /* no schema has an empty list */
		json_object_del(r->p->params, "required");
}

/* What stands in the way of a value that nobody gave, or of a name that is none. */
static int
check_names(const struct pipeline *p, const json_t *values, struct err *err)
{
	const json_t *properties = json_object_get(p->params, "properties"), *name;
	const char *names[1024], *key;
	size_t count = 0, i;
	json_t *value;

	json_object_foreach((json_t *)properties, key, value)
		if (count < sizeof(names) / sizeof(*names))
			names[count++] = key;
	json_object_foreach((json_t *)values, key, value) {
		const char *near = strtab_nearest(names, count, key);

		if (!json_object_get(properties, key))
			return err_set(err, ERR_USAGE, "pipeline '%s' has no parameter '%s'%s%s%s",
			    p->name, key, near ? ", perhaps '" : "", near ? near : "",
			    near ? "' is meant" : "");
	}
	json_array_foreach(json_object_get(p->params, "required"), i, name) {
		const json_t *about = json_object_get(properties, json_string_value(name));
		const char *text = json_string_value(json_object_get(about, "description"));

		if (!json_object_get(values, json_string_value(name)))
			return err_set(err, ERR_USAGE,
			    "pipeline '%s' needs parameter '%s' (-p %s=...)%s%s", p->name,
			    json_string_value(name), json_string_value(name), text ? ": " : "",
			    text ? text : "");
	}
	return 0;
}

int
pipeline_take_params(const struct pipeline *p, json_t *values, struct err *err)
{
	struct schema *schema;
	struct err why = { 0 };
	int rc;

	if (check_names(p, values, err) < 0)
		return -1;
	schema = schema_new(p->params, "", SCHEMA_REQUEST, NULL, NULL);
	if (!schema)
		BUG("parameters that were good are no schema");
	schema_fill_defaults(schema, values);
	rc = schema_judge(schema, values, &why);
	schema_free(schema);
	if (rc < 0)
		return err_set(err, ERR_USAGE, "parameters of '%s': %s", p->name, why.text);
	return 0;
}

/* ---- steps ---- */

char *
step_pointer(const struct pipeline *p, size_t step)
{
	if (p->has_exit && step + 1 == p->nsteps)
		return xstrdup("/on_exit");
	return xasprintf("/steps/%zu", step);
}

static void
read_id(struct reading *r, size_t n, struct step *step)
{
	char *at = step_pointer(r->p, n);
	bool exit = strcmp(at, "/on_exit") == 0;

	step->id = read_text(r, at, step->json, "id");
	if (!step->id && exit)
		step->id = "on_exit";
	else if (!step->id)
		fault_missing(&r->faults, at, step->json, "id");
	else if (!scan_is_word(step->id))
		fault(&r->faults, at, "id",
		    "must be letters, digits and '_', and begin with no digit, found '%s'",
		    step->id);
	else if (pipeline_find(r->p, step->id) != (long)n)
		fault(&r->faults, at, "id", "is '%s', as an earlier step's", step->id);
	if (!step->id)
		step->id = "";
	free(at);
}

static void
read_steps(struct reading *r, const json_t *steps, const json_t *exit)
{
	struct pipeline *p = r->p;
	size_t n = json_array_size(steps), i;
	json_t *json;

	p->has_exit = exit != NULL;
	p->steps = xcalloc(n + 1, sizeof(*p->steps));
	p->nsteps = n + p->has_exit;
	json_array_foreach(steps, i, json)
		p->steps[i].json = json;
	if (exit)
		p->steps[n].json = exit;
	for (i = 0; i < p->nsteps; i++)
		read_id(r, i, &p->steps[i]);
	for (i = 0; i < p->nsteps; i++) {
		char *at = step_pointer(p, i);

		if (json_is_object(p->steps[i].json))
			step_read(r, at, &p->steps[i]);
		else
			fault(&r->faults, at, NULL, "must be an object, found %s",
			    json_type_name(p->steps[i].json));
		free(at);
	}
}

static void
compile(struct reading *r)
{
	struct err why = { 0 };
	size_t wrong;

	if (formulas_compile(r->p->formulas, &wrong, &why) < 0)
		fault(&r->faults, formula_pointer(r->p->formulas, wrong), NULL, "is wrong: %s",
		    why.text);
}

static void
read_head(struct reading *r, const char *name)
{
	static const char *const known[] = { "name", "version", "description", "tags", "template",
		"mode", "max_parallel", "params", "steps", "on_exit" };
	struct pipeline *p = r->p;
	const char *own = read_text(r, "", p->document, "name");
	json_t *tag;
	size_t i;

	fault_unknown(&r->faults, "", p->document, LIST(known));
	p->name = own ? own : name;
	if (own && !task_is_name(own))
		fault(&r->faults, "", "name", TASK_NAME_RULE ", found '%s'", own);
	p->version = read_text(r, "", p->document, "version");
	p->version = p->version ? p->version : "1";
	if (!task_is_name(p->version))
		fault(&r->faults, "", "version", TASK_NAME_RULE ", found '%s'", p->version);
	p->description = read_text(r, "", p->document, "description");
	json_array_foreach(fault_member(&r->faults, "", p->document, "tags", JSON_ARRAY), i, tag)
		if (!json_is_string(tag))
			fault(&r->faults, "", "tags", "must hold words, found %s",
			    json_type_name(tag));
	p->is_template = json_is_true(
	    fault_member(&r->faults, "", p->document, "template", JSON_TRUE));
	p->mode = (enum pipeline_mode)read_word(
	    r, "", p->document, "mode", LIST(modes), MODE_OPTIMIZED);
	p->max_parallel = read_count(r, "", p->document, "max_parallel");
}

static void
read_all(struct reading *r, const char *name, size_t max_steps)
{
	struct pipeline *p = r->p;
	json_t *steps, *exit;

	if (!json_is_object(p->document)) {
		fault(&r->faults, "", NULL, "must be an object with steps, found %s",
		    json_type_name(p->document));
		return;
	}
	read_head(r, name);
	fault_missing(&r->faults, "", p->document, "steps");
	steps = fault_member(&r->faults, "", p->document, "steps", JSON_ARRAY);
	exit = fault_member(&r->faults, "", p->document, "on_exit", JSON_OBJECT);
	if (steps && (json_array_size(steps) == 0 || json_array_size(steps) > max_steps)) {
		fault(&r->faults, "", "steps",
		    "must hold 1 to %zu steps, found %zu (pipeline.max_steps in config.yaml)",
		    max_steps, json_array_size(steps));
		return;
	}
	read_params(r);
	read_steps(r, steps, exit);
	if (r->faults.count == 0)
		needs_read(r);
	if (r->faults.count == 0)
		compile(r);
}

struct pipeline *
pipeline_parse(json_t *document, const char *name, size_t max_steps, fault_fn *fn, void *ctx)
{
	struct pipeline *p = xcalloc(1, sizeof(*p));
	struct reading r = { p, { fn, ctx, 0 } };

	p->document = json_incref(document);
	p->formulas = formulas_new();
	read_all(&r, name, max_steps);
	if (r.faults.count == 0)
		return p;
	pipeline_free(p);
	return NULL;
}

void
pipeline_free(struct pipeline *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nsteps; i++)
		step_clear(&p->steps[i]);
	free(p->steps);
	free(p->order);
	formulas_free(p->formulas);
	json_decref(p->params);
	json_decref(p->document);
	free(p);
}

long
pipeline_find(const struct pipeline *p, const char *id)
{
	for (size_t i = 0; i < p->nsteps; i++)
		if (p->steps[i].id && strcmp(p->steps[i].id, id) == 0)
			return (long)i;
	return NO_STEP;
}

size_t
pipeline_main_steps(const struct pipeline *p)
{
	return p->nsteps - p->has_exit;
}
