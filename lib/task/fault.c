/* SPDX-License-Identifier: MIT */
/* fault: everything that is wrong in a definition. */
#include "task/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strtab.h"

enum { ARGV_MAX = 4096 };

int
fault(struct faults *faults, const char *pointer, const char *key, const char *fmt, ...)
{
	struct buf at = BUF_INIT;
	char what[800];
	va_list ap;

	faults->count++;
	if (!faults->fn)
		return -1;
	buf_add_str(&at, pointer);
	if (key)
		json_pointer_add(&at, key);
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	faults->fn(buf_str(&at), what, faults->ctx);
	buf_clear(&at);
	return -1;
}

void
fault_unknown(struct faults *faults, const char *pointer, const json_t *object,
    const char *const *names, size_t count)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		const char *nearest;
		char *list;

		if (strtab_find(names, count, key) >= 0 || strncmp(key, "x-", 2) == 0)
			continue;
		nearest = strtab_nearest(names, count, key);
		if (nearest) {
			fault(faults, pointer, key, "is not a member here: '%s'?", nearest);
			continue;
		}
		list = strtab_list(names, count);
		fault(faults, pointer, key, "is not a member here; there are: %s", list);
		free(list);
	}
}

void
fault_missing(struct faults *faults, const char *pointer, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		fault(faults, pointer, NULL, "lacks '%s'", key);
}

static const char *
type_words(json_type type)
{
	switch (type) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	case JSON_INTEGER:
		return "an integer";
	default:
		return "a string";
	}
}

json_t *
fault_member(struct faults *faults, const char *pointer, const json_t *object, const char *key,
    json_type type)
{
	json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return NULL;
	if (json_typeof(value) == type || (type == JSON_TRUE && json_is_boolean(value)))
		return value;
	fault(
	    faults, pointer, key, "must be %s, found %s", type_words(type), json_type_name(value));
	return NULL;
}

void
fault_quantity(struct faults *f, const char *pointer, const json_t *object, const char *key,
    enum quantity kind, double *out)
{
	json_t *value = json_object_get(object, key);
	struct err why = { 0 };
	double number;

	if (!value || json_is_null(value))
		return;
	if (json_is_number(value) && json_number_value(value) <= 0)
		fault(f, pointer, key, "must be more than 0");
	else if (quantity_read(kind, value, &number, &why) < 0)
		fault(f, pointer, key, "%s", why.text);
	else if (number <= 0)
		fault(f, pointer, key, "must be more than 0");
	else
		*out = number;
}

char **
fault_argv(struct faults *faults, const char *pointer, const json_t *object, const char *key)
{
	json_t *list = fault_member(faults, pointer, object, key, JSON_ARRAY), *arg;
	size_t i, n = json_array_size(list);
	char *at = xasprintf("%s/%s", pointer, key), index[24];
	char **argv = list ? xcalloc(n + 1, sizeof(*argv)) : NULL;

	if (list && (n == 0 || n > ARGV_MAX))
		fault(faults, pointer, key,
		    "must hold a program and its arguments, at most %d, found %zu", ARGV_MAX, n);
	json_array_foreach(list, i, arg) {
		snprintf(index, sizeof(index), "%zu", i);
		if (!json_is_string(arg))
			fault(faults, at, index, "must be a string, found %s%s",
			    json_type_name(arg),
			    json_is_object(arg) ? " (quote it: \"{name}\")" : " (quote it)");
		argv[i] = (char *)json_string_value(arg);
	}
	if (n > 0 && argv[0] && !*argv[0])
		fault(faults, at, "0", "must name a program");
	free(at);
	return argv;
}

void
fault_each(struct faults *faults, const char *pointer, const char *key, const json_t *value,
    fault_judge_fn *judge, void *ctx)
{
	char *at = xasprintf("%s/%s", pointer, key);
	const char *member;
	json_t *one, *of;
	int before = faults->count;

	json_object_foreach((json_t *)value, member, of) {
		struct err why = { 0 };

		one = json_pack("{s:O}", member, of);
		if (judge(one, ctx, &why) < 0)
			fault(faults, at, member, "is wrong: %s", why.text);
		json_decref(one);
	}
	free(at);
	if (faults->count == before) {
		struct err why = { 0 };

		if (judge(value, ctx, &why) < 0)
			fault(faults, pointer, key, "is wrong: %s", why.text);
	}
}

void
fault_keep_first(const char *pointer, const char *what, void *ctx)
{
	struct err *err = ctx;

	if (err->kind == ERR_NONE)
		err_set(err, ERR_INPUT, *pointer ? "'%s' %s" : "it%s %s", pointer, what);
}
