/* SPDX-License-Identifier: MIT */
/* order: what is asked of a scheduler for an array job. */
#include "grid/order.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/strtab.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

enum kind { TEXT, NUMBER, SPAN, BYTES, WHOLE, FLAG, LIST };

static const struct {
	const char *name;
	enum kind kind;
	size_t at; /* in struct order */
} members[] = {
	{ "partition", TEXT, offsetof(struct order, partition) },
	{ "account", TEXT, offsetof(struct order, account) },
	{ "qos", TEXT, offsetof(struct order, qos) },
	{ "constraint", TEXT, offsetof(struct order, constraint) },
	{ "reservation", TEXT, offsetof(struct order, reservation) },
	{ "cpus", NUMBER, offsetof(struct order, cpus) },
	{ "gpus", NUMBER, offsetof(struct order, gpus) },
	{ "memory", BYTES, offsetof(struct order, memory) },
	{ "walltime", SPAN, offsetof(struct order, walltime) },
	{ "warning", SPAN, offsetof(struct order, warning) },
	{ "throttle", WHOLE, offsetof(struct order, throttle) },
	{ "no_requeue", FLAG, offsetof(struct order, no_requeue) },
	{ "modules", LIST, offsetof(struct order, modules) },
	{ "preamble", LIST, offsetof(struct order, preamble) },
	{ "options", LIST, offsetof(struct order, options) },
};

static int
unfit(const char *name, const char *wanted, struct err *err)
{
	return err_set(err, ERR_INPUT, "'%s' must be %s", name, wanted);
}

static int
read_text(const char *name, const json_t *value, const char **out, struct err *err)
{
	if (!json_is_string(value))
		return unfit(name, "a text", err);
	*out = json_string_value(value);
	return 0;
}

static int
read_number(const char *name, const json_t *value, double *out, struct err *err)
{
	const char *text = json_string_value(value);

	if (text ? num_double(text, out, NULL) < 0 : !json_is_number(value))
		return unfit(name, "a number", err);
	if (!text)
		*out = json_number_value(value);
	return *out >= 0 ? 0 : unfit(name, "0 or more", err);
}

static int
read_span(const char *name, const json_t *value, double *out, struct err *err)
{
	const char *text = json_string_value(value);

	if (!text)
		return read_number(name, value, out, err);
	if (num_duration(text, out, NULL) < 0)
		return unfit(name, "a time, such as 90m or 2h", err);
	return 0;
}

static int
read_bytes(const char *name, const json_t *value, int64_t *out, struct err *err)
{
	const char *text = json_string_value(value);

	if (text && num_size(text, out, NULL) < 0)
		return unfit(name, "a size, such as 700M or 4G", err);
	if (!text && !json_is_integer(value))
		return unfit(name, "a size, such as 700M or 4G", err);
	if (!text)
		*out = json_integer_value(value);
	return *out >= 0 ? 0 : unfit(name, "0 or more", err);
}

static int
read_whole(const char *name, const json_t *value, int64_t *out, struct err *err)
{
	const char *text = json_string_value(value);

	if (text ? num_int(text, 0, INT32_MAX, out, NULL) < 0
		 : !json_is_integer(value) || json_integer_value(value) < 0)
		return unfit(name, "a whole number", err);
	if (!text)
		*out = json_integer_value(value);
	return 0;
}

static int
read_flag(const char *name, const json_t *value, bool *out, struct err *err)
{
	static const char *const words[] = { "false", "true", "no", "yes" };
	int word = json_is_string(value) ? strtab_find(words, 4, json_string_value(value))
					 : json_is_true(value);

	if (word < 0 || (!json_is_boolean(value) && !json_is_string(value)))
		return unfit(name, "true or false", err);
	*out = word & 1;
	return 0;
}

static int
read_list(const char *name, const json_t *value, const json_t **out, struct err *err)
{
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!json_is_string(json_array_get(value, i)))
			return unfit(name, "a list of texts", err);
	if (!json_is_array(value) && !json_is_string(value))
		return unfit(name, "a list of texts", err);
	*out = value;
	return 0;
}

static int
read_member(struct order *order, size_t i, const json_t *value, struct err *err)
{
	void *at = (char *)order + members[i].at;
	const char *name = members[i].name;

	switch (members[i].kind) {
	case TEXT:
		return read_text(name, value, at, err);
	case NUMBER:
		return read_number(name, value, at, err);
	case SPAN:
		return read_span(name, value, at, err);
	case BYTES:
		return read_bytes(name, value, at, err);
	case WHOLE:
		return read_whole(name, value, at, err);
	case FLAG:
		return read_flag(name, value, at, err);
	case LIST:
		return read_list(name, value, at, err);
	}
	BUG("kind of '%s'", name);
}

/* "there is no 'walltme': 'walltime' is meant?" */
static int
unknown(const char *name, enum err_kind kind, struct err *err)
{
	const char *names[COUNT(members)], *near;
	char *list;

	for (size_t i = 0; i < COUNT(members); i++)
		names[i] = members[i].name;
	near = strtab_nearest(names, COUNT(members), name);
	if (near)
		return err_set(err, kind, "there is no '%s': '%s' is meant?", name, near);
	list = strtab_list(names, COUNT(members));
	err_set(err, kind, "there is no '%s': %s", name, list);
	free(list);
	return -1;
}

static int
find_member(const char *name)
{
	for (size_t i = 0; i < COUNT(members); i++)
		if (strcmp(members[i].name, name) == 0)
			return (int)i;
	return -1;
}

int
order_read(struct order *order, const json_t *object, struct err *err)
{
	const char *name;
	json_t *value;
	int i;

	json_object_foreach((json_t *)object, name, value) {
		i = find_member(name);
		if (i < 0)
			return unknown(name, ERR_INPUT, err);
		if (!json_is_null(value) && read_member(order, (size_t)i, value, err) < 0)
			return -1;
	}
	return 0;
}

int
order_set(json_t *object, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	struct order probe = { .name = NULL };
	json_t *value;
	char *name;
	int i;

	if (!equals)
		return err_set(err, ERR_USAGE, "'%s' is not NAME=VALUE", text);
	name = xstrndup(text, (size_t)(equals - text));
	i = find_member(name);
	value = json_string(equals + 1);
	if (i < 0)
		unknown(name, ERR_USAGE, err);
	else if (!value || read_member(&probe, (size_t)i, value, err) < 0)
		i = err_set(err, ERR_USAGE, "'%s' does not take '%s'", name, equals + 1);
	else
		json_object_set(object, name, value);
	json_decref(value);
	free(name);
	return i < 0 ? -1 : 0;
}
