/* SPDX-License-Identifier: MIT */
/* scalar: what an unquoted word of YAML means. */
#include "base/scalar.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/num.h"

enum shape {
	SHAPE_TEXT,
	SHAPE_INTEGER,
	SHAPE_NUMBER,
	SHAPE_ZERO,  /* leading zeros */
	SHAPE_OTHER, /* octal or hexadecimal */
};

static const struct {
	const char *text;
	json_type type;
} words[] = {
	{ "", JSON_NULL },
	{ "~", JSON_NULL },
	{ "null", JSON_NULL },
	{ "Null", JSON_NULL },
	{ "NULL", JSON_NULL },
	{ "true", JSON_TRUE },
	{ "True", JSON_TRUE },
	{ "TRUE", JSON_TRUE },
	{ "false", JSON_FALSE },
	{ "False", JSON_FALSE },
	{ "FALSE", JSON_FALSE },
};

/* null, true or false if it is such a word. */
static json_t *
word_value(const char *text)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i].text, text) != 0)
			continue;
		if (words[i].type == JSON_NULL)
			return json_null();
		return json_boolean(words[i].type == JSON_TRUE);
	}
	return NULL;
}

static bool
is_inf_or_nan(const char *text)
{
	static const char *const names[] = { ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", NULL };

	if (*text == '-' || *text == '+')
		text++;
	for (size_t i = 0; names[i]; i++)
		if (strcmp(names[i], text) == 0)
			return true;
	return false;
}

static const char *
digits(const char *p)
{
	while (isdigit((unsigned char)*p))
		p++;
	return p;
}

/* Of a text whose integer digits are start..p. */
static enum shape
fraction_shape(const char *start, const char *p)
{
	const char *whole = p;

	if (*p == '.') {
		p = digits(p + 1);
		if (whole == start && p == whole + 1)
			return SHAPE_TEXT;
	} else if (p == start) {
		return SHAPE_TEXT;
	}
	if (*p == 'e' || *p == 'E') {
		p += p[1] == '-' || p[1] == '+' ? 2 : 1;
		if (!isdigit((unsigned char)*p))
			return SHAPE_TEXT;
		p = digits(p);
	}
	return *p ? SHAPE_TEXT : SHAPE_NUMBER;
}

static enum shape
number_shape(const char *text)
{
	const char *start = text + (*text == '-' || *text == '+');
	const char *end = digits(start);

	if (start[0] == '0' && start[1] == 'x' && start[2] &&
	    !start[2 + strspn(start + 2, "0123456789abcdefABCDEF")])
		return SHAPE_OTHER;
	if (start[0] == '0' && start[1] == 'o' && start[2] &&
	    !start[2 + strspn(start + 2, "01234567")])
		return SHAPE_OTHER;
	if (end > start && !*end)
		return *start == '0' && end > start + 1 ? SHAPE_ZERO : SHAPE_INTEGER;
	return fraction_shape(start, end);
}

static json_t *
integer_value(const char *text, struct err *err)
{
	int64_t n;

	if (num_int(text, INT64_MIN, INT64_MAX, &n, NULL) == 0)
		return json_integer(n);
	err_set(err, ERR_INPUT, "'%s' does not fit into 64 bits: quote it if it is a name", text);
	return NULL;
}

static json_t *
number_value(const char *text, struct err *err)
{
	double x;

	if (num_double(text, &x, NULL) == 0)
		return json_real(x);
	err_set(err, ERR_INPUT, "'%s' is too large for a number: quote it if it is a name", text);
	return NULL;
}

static json_t *
string_value(const char *text, size_t len, struct err *err)
{
	json_t *value = json_stringn(text, len);

	if (!value)
		err_set(err, ERR_INPUT, "the text is not UTF-8");
	return value;
}

json_t *
scalar_plain(const char *text, size_t len, struct err *err)
{
	json_t *value = word_value(text);

	if (value)
		return value;
	if (is_inf_or_nan(text)) {
		err_set(err, ERR_INPUT,
		    "'%s' is no number in JSON: leave it out, write null, or quote it", text);
		return NULL;
	}
	switch (number_shape(text)) {
	case SHAPE_INTEGER:
		return integer_value(text, err);
	case SHAPE_NUMBER:
		return number_value(text, err);
	case SHAPE_ZERO:
		err_set(
		    err, ERR_INPUT, "'%s' has leading zeros: write it without, or quote it", text);
		return NULL;
	case SHAPE_OTHER:
		err_set(err, ERR_INPUT, "'%s' is not decimal: write a decimal number, or quote it",
		    text);
		return NULL;
	case SHAPE_TEXT:
		break;
	}
	return string_value(text, len, err);
}

/* Turn an integer into a real; anything else stays. */
static json_t *
to_real(json_t *value)
{
	json_t *real;

	if (!json_is_integer(value))
		return value;
	real = json_real((double)json_integer_value(value));
	json_decref(value);
	return real;
}

json_t *
scalar_tagged(const char *kind, const char *text, size_t len, struct err *err)
{
	static const struct {
		const char *kind, *type;
	} kinds[] = { { "int", "integer" }, { "float", "number" }, { "bool", "boolean" },
		{ "null", "null" } };
	json_t *value;

	if (strcmp(kind, "str") == 0)
		return string_value(text, len, err);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		value = scalar_plain(text, len, err);
		if (value && strcmp(kind, "float") == 0)
			value = to_real(value);
		if (value && strcmp(json_type_name(value), kinds[i].type) != 0) {
			json_decref(value);
			value = NULL;
			err_set(err, ERR_INPUT, "'%s' is not what its tag !!%s says", text, kind);
		}
		return value;
	}
	err_set(err, ERR_INPUT, "the tag !!%s does not fit a scalar", kind);
	return NULL;
}
