/* SPDX-License-Identifier: MIT */
/* schema_walk: a value held against a schema, step by step, and what is said about it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "task/schema_node.h"

enum {
	SHOWN = 60,       /* bytes of a string that a message shows */
	DEPTH_MAX = 3000, /* schemas within each other */
	STEPS_MAX = 10000000,
};

char *
place_text(const struct place *at)
{
	VEC(const struct place *) places = VEC_INIT;
	struct buf text = BUF_INIT;

	for (; at; at = at->up)
		vec_add(&places, at);
	for (size_t i = places.len; i-- > 0;)
		if (places.at[i]->key)
			json_pointer_add(&text, places.at[i]->key);
		else
			buf_addf(&text, "/%zu", places.at[i]->index);
	vec_clear(&places);
	return buf_take(&text);
}

/* The start of a string, cut between characters. */
static void
show_string(const json_t *value, struct buf *out)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value), cut = utf8_cut(text, len, SHOWN);
	json_t *start = json_stringn(text, cut);

	json_put(start, out);
	json_decref(start);
	if (cut < len)
		buf_addf(out, "... (%zu bytes)", len);
}

void
schema_show(const json_t *value, struct buf *out)
{
	if (json_is_string(value))
		show_string(value, out);
	else if (json_is_array(value))
		buf_addf(out, "an array of %zu", json_array_size(value));
	else if (json_is_object(value))
		buf_addf(out, "an object of %zu", json_object_size(value));
	else
		json_put(value, out);
}

void
schema_error_text(const char *pointer, const char *expected, const char *found, struct buf *out)
{
	if (*pointer)
		buf_addf(out, "'%s'", pointer);
	else
		buf_add_str(out, "it");
	buf_addf(out, " must be %s", expected);
	if (found)
		buf_addf(out, ", found %s", found);
}

void
walk_fail(struct walk *w, const char *rule, const json_t *found, const char *expected, ...)
{
	struct buf text = BUF_INIT;
	struct schema_error error = { NULL, rule, NULL, NULL };
	char *where, *want;
	va_list ap;

	if (w->left <= 0) /* what is found now may be wrong: see schema_check */
		return;
	w->errors++;
	if (!w->report)
		return;
	va_start(ap, expected);
	want = xvasprintf(expected, ap);
	va_end(ap);
	if (found)
		schema_show(found, &text);
	where = place_text(w->at);
	error.pointer = where;
	error.expected = want;
	error.found = found ? buf_str(&text) : NULL;
	w->report(&error, w->ctx);
	buf_clear(&text);
	free(where);
	free(want);
}

void
walk_value(struct walk *w, const struct schema *node, const json_t *value)
{
	unsigned kind = 1u << json_typeof(value);

	if (w->depth == DEPTH_MAX)
		w->left = 0;
	if (w->left <= 0)
		return;
	w->left--;
	if (!(node->kinds & kind)) {
		walk_fail(
		    w, "type", value, "%s%s", node->type->words, node->nullable ? " or null" : "");
		return;
	}
	w->depth++;
	for (size_t i = 0; i < node->nsteps && !(w->quick && w->errors); i++)
		if (node->steps[i].rule->kinds & kind)
			node->steps[i].rule->check(w, node, &node->steps[i], value);
	w->depth--;
}

void
walk_inner(
    struct walk *w, const struct schema *node, const struct schema *inner, const json_t *value)
{
	struct through through = { w->through, node, value };

	w->through = &through;
	walk_value(w, inner, value);
	w->through = through.up;
}

bool
walk_fits(struct walk *w, const struct schema *from, const struct schema *node, const json_t *value,
    bool all, int *errors)
{
	struct walk apart = *w;

	apart.report = NULL;
	apart.errors = 0;
	apart.quick = !all;
	walk_inner(&apart, from, node, value);
	*errors = apart.errors;
	w->left = apart.left;
	return *errors == 0;
}

int
schema_check(const struct schema *schema, const json_t *value, schema_report_fn *report, void *ctx)
{
	struct walk w = { .report = report, .ctx = ctx, .left = STEPS_MAX };

	walk_value(&w, schema, value);
	if (w.left <= 0) {
		w.left = 1;
		walk_fail(
		    &w, "limit", value, "something that can be checked in %d steps", STEPS_MAX);
	}
	return w.errors;
}

bool
schema_fits(const struct schema *node, const json_t *value)
{
	struct walk w = { .quick = true, .left = STEPS_MAX };

	walk_value(&w, node, value);
	return w.errors == 0 && w.left > 0;
}
