/* SPDX-License-Identifier: MIT */
/* stencil: a JSON value with ${{ jq }} in its texts. */
#include "plan/stencil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "plan/scan.h"
#include "task/fault.h"

enum kind { CONSTANT, FORMULA, TEXT, OBJECT, ARRAY };

struct stencil {
	enum kind kind;
	json_t *value;  /* CONSTANT */
	size_t formula; /* FORMULA: its number */
	char *key;      /* as a member of an OBJECT */
	VEC(struct stencil *) parts;
};

static json_t *fill_parts(
    const struct stencil *t, struct formulas *all, const struct scope *scope, struct err *err);

static struct stencil *
new_node(enum kind kind)
{
	struct stencil *t = xcalloc(1, sizeof(*t));

	t->kind = kind;
	return t;
}

static struct stencil *
constant(json_t *value)
{
	struct stencil *t = new_node(CONSTANT);

	t->value = value;
	return t;
}

static void
add_text(struct stencil *t, struct buf *literal)
{
	if (literal->len > 0)
		vec_add(&t->parts, constant(json_stringn(literal->data, literal->len)));
	buf_reset(literal);
}

/* One "${{ ... }}", which p stands behind the "${{" of. What follows it, or NULL. */
static const char *
add_formula(struct stencil *t, const char *p, const char *pointer, struct formulas *all,
    struct faults *faults)
{
	struct stencil *part;
	struct err why = { 0 };
	long len = scan_expression(p, &why);

	if (len < 0) {
		fault(faults, pointer, NULL, "has no good expression: %s", why.text);
		return NULL;
	}
	part = new_node(FORMULA);
	part->formula = formula_add(all, p, (size_t)len, pointer);
	if (!*formula_text(all, part->formula))
		fault(faults, pointer, NULL, "has an empty '${{ }}'");
	vec_add(&t->parts, part);
	return p + len + 2;
}

static struct stencil *
read_text(const json_t *value, const char *pointer, struct formulas *all, struct faults *faults)
{
	struct stencil *t = new_node(TEXT), *only;
	struct buf literal = BUF_INIT;
	const char *p = json_string_value(value);

	while (p && *p) {
		if (strncmp(p, "$${{", 4) == 0) {
			buf_add_str(&literal, "${{");
			p += 4;
		} else if (strncmp(p, "${{", 3) == 0) {
			add_text(t, &literal);
			p = add_formula(t, p + 3, pointer, all, faults);
		} else {
			buf_add_char(&literal, *p++);
		}
	}
	add_text(t, &literal);
	buf_clear(&literal);
	if (t->parts.len == 0)
		vec_add(&t->parts, constant(json_string("")));
	if (t->parts.len > 1)
		return t;
	only = t->parts.at[0];
	t->parts.len = 0;
	stencil_free(t);
	return only;
}

static bool
all_constant(const struct stencil *t)
{
	for (size_t i = 0; i < t->parts.len; i++)
		if (t->parts.at[i]->kind != CONSTANT)
			return false;
	return true;
}

static struct stencil *
read_parts(const json_t *value, const char *pointer, struct formulas *all, struct faults *faults)
{
	struct stencil *t = new_node(json_is_object(value) ? OBJECT : ARRAY), *whole;
	struct buf at = BUF_INIT;
	const char *key;
	json_t *part;
	size_t i;

	json_object_foreach((json_t *)value, key, part) {
		buf_reset(&at);
		buf_add_str(&at, pointer);
		json_pointer_add(&at, key);
		vec_add(&t->parts, stencil_new(part, buf_str(&at), all, faults));
		t->parts.at[t->parts.len - 1]->key = xstrdup(key);
	}
	json_array_foreach(value, i, part) {
		buf_reset(&at);
		buf_addf(&at, "%s/%zu", pointer, i);
		vec_add(&t->parts, stencil_new(part, buf_str(&at), all, faults));
	}
	buf_clear(&at);
	if (!all_constant(t))
		return t;
	whole = constant(fill_parts(t, NULL, NULL, NULL));
	stencil_free(t);
	return whole;
}

struct stencil *
stencil_new(const json_t *value, const char *pointer, struct formulas *all, struct faults *faults)
{
	if (json_is_string(value) && strstr(json_string_value(value), "${{"))
		return read_text(value, pointer, all, faults);
	if (json_is_object(value) || json_is_array(value))
		return read_parts(value, pointer, all, faults);
	return constant(json_deep_copy(value));
}

void
stencil_free(struct stencil *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->parts.len; i++)
		stencil_free(t->parts.at[i]);
	vec_clear(&t->parts);
	json_decref(t->value);
	free(t->key);
	free(t);
}

bool
stencil_is_open(const json_t *value)
{
	const char *key, *text = json_string_value(value);
	json_t *part;
	size_t i;

	if (text)
		return strstr(text, "${{") != NULL;
	json_object_foreach((json_t *)value, key, part)
		if (stencil_is_open(part))
			return true;
	json_array_foreach(value, i, part)
		if (stencil_is_open(part))
			return true;
	return false;
}

bool
stencil_is_constant(const struct stencil *t)
{
	return t->kind == CONSTANT;
}

/* ---- filling in ---- */

static json_t *
fill_text(const struct stencil *t, struct formulas *all, const struct scope *scope, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *out = NULL;

	for (size_t i = 0; i < t->parts.len; i++) {
		const struct stencil *part = t->parts.at[i];
		json_t *value = stencil_fill(part, all, scope, err);

		if (!value)
			goto out;
		if (json_is_null(value)) {
			err_set(err, ERR_INPUT, "'%s' is null, which is no text",
			    formula_text(all, part->formula));
			goto out;
		}
		if (json_is_string(value))
			buf_add(&text, json_string_value(value), json_string_length(value));
		else
			json_put(value, &text);
		json_decref(value);
	}
	out = json_stringn(buf_str(&text), text.len);
out:
	buf_clear(&text);
	return out;
}

static json_t *
fill_parts(
    const struct stencil *t, struct formulas *all, const struct scope *scope, struct err *err)
{
	json_t *out = t->kind == OBJECT ? json_object() : json_array();

	for (size_t i = 0; i < t->parts.len; i++) {
		const struct stencil *part = t->parts.at[i];
		json_t *value = stencil_fill(part, all, scope, err);

		if (!value) {
			json_decref(out);
			return NULL;
		}
		if (t->kind == ARRAY)
			json_array_append_new(out, value);
		else if (part->kind == FORMULA && json_is_null(value))
			json_decref(value);
		else
			json_object_set_new(out, part->key, value);
	}
	return out;
}

json_t *
stencil_fill(
    const struct stencil *t, struct formulas *all, const struct scope *scope, struct err *err)
{
	switch (t->kind) {
	case CONSTANT:
		return json_deep_copy(t->value);
	case FORMULA:
		return formula_run(all, t->formula, scope, err);
	case TEXT:
		return fill_text(t, all, scope, err);
	default:
		return fill_parts(t, all, scope, err);
	}
}
