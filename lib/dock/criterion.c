/* SPDX-License-Identifier: MIT */
/* criterion: "rmsd<2", "contacts~ASP25,ILE50": what a value must be. */
#include "dock/criterion.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/num.h"
#include "base/scan.h"
#include "dock/contacts.h"

static const char name_characters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

/* Longer ones before their beginnings. */
static const struct {
	const char *text;
	enum criterion_op op;
} ops[] = {
	{ "<=", CRITERION_AT_MOST },
	{ ">=", CRITERION_AT_LEAST },
	{ "==", CRITERION_EQUAL },
	{ "!=", CRITERION_UNLIKE },
	{ "!~", CRITERION_LACKS },
	{ "<", CRITERION_LESS },
	{ ">", CRITERION_MORE },
	{ "=", CRITERION_EQUAL },
	{ "~", CRITERION_HAS },
};

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* The operator at *text, which moves behind it; -1: there is none. */
static int
read_op(const char **text)
{
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		size_t len = strlen(ops[i].text);

		if (strncmp(*text, ops[i].text, len) != 0)
			continue;
		*text += len;
		return ops[i].op;
	}
	return -1;
}

/* One value without the blanks around it. */
static void
add_value(struct criterion *c, const char *text, size_t len)
{
	struct criterion_value value = { 0 };

	while (len > 0 && strchr(" \t", *text)) {
		text++;
		len--;
	}
	while (len > 0 && strchr(" \t", text[len - 1]))
		len--;
	value.text = xstrndup(text, len);
	value.is_number = len > 0 && num_double(value.text, &value.number, NULL) == 0;
	vec_add(&c->values, value);
}

int
criterion_parse(struct criterion *c, const char *text, struct err *err)
{
	const char *name = skip_blanks(text), *at;
	size_t len = strspn(name, name_characters);
	int op;

	*c = (struct criterion){ .text = xstrdup(text), .name = xstrndup(name, len) };
	at = skip_blanks(name + len);
	op = read_op(&at);
	if (len == 0 || op < 0)
		return err_set(err, ERR_USAGE,
		    "'%s' is not a name, one of < <= > >= = != ~ !~ and a value", text);
	c->op = (enum criterion_op)op;
	for (;;) {
		size_t n = strcspn(at, ",");

		add_value(c, at, n);
		if (!at[n])
			break;
		at += n + 1;
	}
	if (op <= CRITERION_AT_LEAST && (c->values.len > 1 || !c->values.at[0].is_number))
		return err_set(err, ERR_USAGE, "'%s' compares with no number", text);
	return 0;
}

void
criterion_clear(struct criterion *c)
{
	for (size_t i = 0; i < c->values.len; i++)
		free(c->values.at[i].text);
	vec_clear(&c->values);
	free(c->text);
	free(c->name);
	*c = (struct criterion){ 0 };
}

struct operand
operand_of(const json_t *value)
{
	struct operand out = { .kind = OPERAND_NONE };

	if (json_is_number(value)) {
		out.kind = OPERAND_NUMBER;
		out.number = json_number_value(value);
	} else if (json_is_string(value) || json_is_boolean(value)) {
		out.kind = OPERAND_TEXT;
		out.text = json_is_string(value) ? json_string_value(value)
		    : json_is_true(value)        ? "true"
						 : "false";
		out.len = json_is_string(value) ? json_string_length(value) : strlen(out.text);
	} else if (json_is_array(value)) {
		out.kind = OPERAND_LIST;
		out.list = value;
	}
	return out;
}

bool
operand_scanned(const struct scan_found *found, struct operand *out)
{
	struct scan_found inside;

	*out = (struct operand){ .kind = OPERAND_NONE };
	if (!found->at || scan_is_null(found))
		return true;
	if (scan_is_number(found)) {
		out->kind = OPERAND_NUMBER;
		return scan_number(found, &out->number);
	}
	out->kind = OPERAND_TEXT;
	out->text = found->at; /* true, false */
	out->len = found->len;
	if (!scan_is_string(found))
		return *found->at == 't' || *found->at == 'f';
	if (!scan_plain(found, &inside))
		return false;
	out->text = inside.at;
	out->len = inside.len;
	return true;
}

/* A text that is a number counts as one. */
static bool
number_of(const struct operand *o, double *out)
{
	char *copy;
	int rc;

	if (o->kind == OPERAND_NUMBER)
		*out = o->number;
	else if (o->kind == OPERAND_LIST)
		*out = (double)json_array_size(o->list);
	if (o->kind != OPERAND_TEXT)
		return o->kind != OPERAND_NONE;
	copy = xstrndup(o->text, o->len);
	rc = *copy ? num_double(copy, out, NULL) : -1;
	free(copy);
	return rc == 0;
}

static bool
equals(const struct operand *o, const struct criterion_value *value)
{
	double number;

	if (value->is_number && number_of(o, &number) && number == value->number)
		return true;
	return o->kind == OPERAND_TEXT && o->len == strlen(value->text) &&
	    memcmp(o->text, value->text, o->len) == 0;
}

static bool
holds(const char *text, size_t len, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= len; i++)
		if (strncasecmp(text + i, part, n) == 0)
			return true;
	return false;
}

/* Does it hold the value? contacts: they are residues. */
static bool
has(const struct operand *o, const struct criterion_value *value, bool contacts)
{
	size_t i;
	json_t *item;

	if (o->kind == OPERAND_TEXT)
		return holds(o->text, o->len, value->text);
	if (o->kind != OPERAND_LIST)
		return equals(o, value);
	json_array_foreach((json_t *)o->list, i, item) {
		const char *text = json_string_value(item);

		if (!text)
			continue;
		if (contacts ? contacts_names(text, value->text)
			     : holds(text, strlen(text), value->text))
			return true;
	}
	return false;
}

static bool
any(const struct criterion *c, const struct operand *o)
{
	bool equal = c->op == CRITERION_EQUAL || c->op == CRITERION_UNLIKE;
	bool contacts = strcmp(c->name, "contacts") == 0;

	for (size_t i = 0; i < c->values.len; i++)
		if (equal ? equals(o, &c->values.at[i]) : has(o, &c->values.at[i], contacts))
			return true;
	return false;
}

bool
criterion_fits(const struct criterion *c, const struct operand *o)
{
	double number, limit = c->values.at[0].number;

	if (o->kind == OPERAND_NONE)
		return false;
	if (c->op == CRITERION_EQUAL || c->op == CRITERION_HAS)
		return any(c, o);
	if (c->op == CRITERION_UNLIKE || c->op == CRITERION_LACKS)
		return !any(c, o);
	if (!number_of(o, &number))
		return false;
	switch (c->op) {
	case CRITERION_LESS:
		return number < limit;
	case CRITERION_AT_MOST:
		return number <= limit;
	case CRITERION_MORE:
		return number > limit;
	default:
		return number >= limit;
	}
}
