/* SPDX-License-Identifier: MIT */
/* stencil: values with expressions in their texts, filled in. */
#include "plan/stencil.h"

#include "base/err.h"
#include "tap.h"
#include "task/fault.h"

static const char scope_text[] =
    "{\"params\": {\"n\": 3, \"s\": \"text\", \"o\": {\"a\": [1]}}, \"item\": {\"x\": 1.5},"
    " \"run\": {\"id\": 9007199254740993}}";

/* What becomes of a value; NULL: an error that holds the text. */
static const struct {
	const char *value, *filled, *error;
} vectors[] = {
	{ "1", "1", NULL },
	{ "\"plain\"", "\"plain\"", NULL },
	{ "\"${{ params.n }}\"", "3", NULL },
	{ "\"${{params.o}}\"", "{\"a\":[1]}", NULL },
	{ "\"${{ .params.s }}\"", "\"text\"", NULL },
	{ "\"${{ run.id }}\"", "9007199254740993", NULL },
	{ "\"${{ params.none }}\"", "null", NULL },
	{ "\"${{ params.none.deeper }}\"", "null", NULL },
	{ "\"${{ params.n + 1 }}\"", "4", NULL },
	{ "\"${{ item.x * 2 }}\"", "3", NULL },
	{ "\"a-${{ params.n }}-${{ params.s }}\"", "\"a-3-text\"", NULL },
	{ "\"${{ params.o }}!\"", "\"{\\\"a\\\":[1]}!\"", NULL },
	{ "\"$${{ params.n }}\"", "\"${{ params.n }}\"", NULL },
	{ "[\"$${{ x\", 1]", "[\"${{ x\",1]", NULL },
	{ "{\"a\": [\"${{ params.n }}\", null], \"b\": null, \"c\": \"${{ params.none }}\"}",
	    "{\"a\":[3,null],\"b\":null}", NULL },
	{ "\"x${{ params.none }}\"", NULL, "null" },
	{ "\"${{ params.n.deeper }}\"", NULL, "integer has no member 'deeper'" },
	{ "\"${{ params.n[] }}\"", NULL, "Cannot iterate over number" },
	{ "\"${{ empty }}\"", NULL, "0 results" },
	{ "\"${{ 1, 2 }}\"", NULL, "2 results" },
	{ "\"${{ run.id + 1 }}\"", NULL, "2^53" },
};

static void
try(size_t i, const struct scope *scope)
{
	json_t *value = json_loads(vectors[i].value, JSON_DECODE_ANY, NULL), *filled;
	struct formulas *all = formulas_new();
	struct faults faults = { NULL, NULL, 0 };
	struct stencil *t = stencil_new(value, "", all, &faults);
	struct err err = { 0 };
	size_t wrong;

	is_int(faults.count, 0, "%s is read", vectors[i].value);
	is_int(formulas_compile(all, &wrong, &err), 0, "and compiled");
	filled = stencil_fill(t, all, scope, &err);
	is_json(filled, vectors[i].filled, "what becomes of %s", vectors[i].value);
	if (vectors[i].error)
		ok(strstr(err.text, vectors[i].error), "and why: %s", err.text);
	json_decref(filled);
	stencil_free(t);
	formulas_free(all);
	json_decref(value);
}

int
main(void)
{
	json_t *values = json_loads(scope_text, 0, NULL);
	struct scope scope = { .root = { [ROOT_PARAMS] = json_object_get(values, "params"),
				   [ROOT_ITEM] = json_object_get(values, "item"),
				   [ROOT_RUN] = json_object_get(values, "run") } };

	for (size_t i = 0; i < COUNT(vectors); i++)
		try(i, &scope);
	json_decref(values);
	return done_testing();
}
