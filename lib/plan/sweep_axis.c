/* SPDX-License-Identifier: MIT */
/* sweep_axis: the axes of a sweep file, read and judged. */
#include "plan/sweep_axis.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/strtab.h"
#include "task/fault.h"

/* clang-format off */
#define LIST(names) (names), sizeof(names) / sizeof(*(names))
/* clang-format on */

/* Words that lines of params and of results use for themselves. */
static const char *const reserved[] = { "error", "key", "metrics", "params", "result", "status",
	"step", "type" };

/* The axis that is being read. */
struct reading {
	struct faults *f;
	const char *at; /* its pointer */
	const json_t *object;
	struct axes *axes; /* those before it */
	struct axis *axis;
	bool grid;
};

/* ---- numbers ---- */

/* A member that is a number. False: it is missing or wrong, which was told unless it may be. */
static bool
read_number(const struct reading *r, const char *key, bool needed, double *out)
{
	const json_t *value = json_object_get(r->object, key);

	if (value && json_is_number(value) && fabs(json_number_value(value)) <= DBL_MAX / 4) {
		*out = json_number_value(value);
		return true;
	}
	if (value && !json_is_null(value))
		fault(r->f, r->at, key, "must be a number, found %s", json_type_name(value));
	else if (needed)
		fault(r->f, r->at, NULL, "lacks '%s', a number", key);
	return false;
}

static void
check_whole(const struct reading *r, const char *key, double x)
{
	if (axis_is_whole(r->axis) && (x != floor(x) || fabs(x) > AXIS_MOST))
		fault(r->f, r->at, key, "must be an integer of at most 2^53, because the axis is");
}

static void
read_range(const struct reading *r)
{
	struct axis *a = r->axis;
	bool low = read_number(r, "min", true, &a->min);
	bool high = read_number(r, "max", true, &a->max);
	double least = a->kind == AXIS_LOG_INT ? 1 : DBL_MIN;

	if (low)
		check_whole(r, "min", a->min);
	if (high)
		check_whole(r, "max", a->max);
	if (low && axis_is_log(a) && a->min < least)
		fault(r->f, r->at, "min", "must be %s, because the axis is logarithmic",
		    a->kind == AXIS_LOG_INT ? "at least 1" : "above 0");
	if (low && high && a->max < a->min)
		fault(r->f, r->at, "max", "must not be below 'min'");
}

static void
read_step(const struct reading *r)
{
	struct axis *a = r->axis;

	if (!read_number(r, "step", false, &a->step))
		return;
	if (axis_is_log(a)) {
		fault(r->f, r->at, "step",
		    "is for axes that are not logarithmic; 'points' says"
		    " how many values a grid has");
		a->step = 0;
	} else if (a->step <= 0 || a->step > a->max - a->min) {
		fault(r->f, r->at, "step", "must be above 0 and at most the range");
		a->step = 0;
	} else {
		check_whole(r, "step", a->step);
	}
	if (a->step > 0 && (a->max - a->min) / a->step > AXIS_MOST)
		fault(r->f, r->at, "step", "is too small for the range");
}

static void
read_points(const struct reading *r)
{
	const json_t *value = json_object_get(r->object, "points");
	struct axis *a = r->axis;
	json_int_t n = json_integer_value(value);

	if (value && (!json_is_integer(value) || n < 1 || n > SWEEP_POINTS_MOST))
		fault(r->f, r->at, "points", "must be an integer in 1..%d", SWEEP_POINTS_MOST);
	else if (value && a->cells > 0 && (uint64_t)n > a->cells)
		fault(r->f, r->at, "points", "must be at most %llu, so many values there are",
		    (unsigned long long)a->cells);
	else
		a->points = (uint64_t)n;
	if (r->grid && !value && a->cells == 0)
		fault(r->f, r->at, NULL, "lacks 'points', how many values a grid has%s",
		    axis_is_log(a) ? "" : ", or 'step'");
}

static void
read_numeric(const struct reading *r)
{
	static const char *const known[] = { "type", "min", "max", "step", "points", "when" };
	int before = r->f->count;

	fault_unknown(r->f, r->at, r->object, LIST(known));
	read_range(r);
	if (r->f->count > before)
		return;
	read_step(r);
	axis_count_cells(r->axis);
	read_points(r);
}

/* ---- categories ---- */

static void
read_values(const struct reading *r, json_t *values, const char *at)
{
	json_t *value, *other;
	char index[24];
	size_t i, k;

	if (json_array_size(values) == 0 || json_array_size(values) > SWEEP_VALUES_MOST)
		fault(r->f, at, NULL, "must list the values, at most %d", SWEEP_VALUES_MOST);
	json_array_foreach(values, i, value) {
		snprintf(index, sizeof(index), "%zu", i);
		for (k = 0; k < i; k++) {
			other = json_array_get(values, k);
			if (!json_equal(other, value))
				continue;
			fault(r->f, at, index, "is there already");
			break;
		}
	}
	r->axis->kind = AXIS_CATEGORICAL;
	r->axis->values = json_incref(values);
	axis_count_cells(r->axis);
}

static void
read_categorical(const struct reading *r)
{
	static const char *const known[] = { "type", "values", "when" };
	json_t *values = fault_member(r->f, r->at, r->object, "values", JSON_ARRAY);
	char *at = xasprintf("%s/values", r->at);

	fault_unknown(r->f, r->at, r->object, LIST(known));
	if (values)
		read_values(r, values, at);
	else if (!json_object_get(r->object, "values"))
		fault(r->f, r->at, NULL, "lacks 'values', a list");
	free(at);
}

/* ---- conditions ---- */

static size_t
axis_named(const struct axes *axes, const char *name)
{
	size_t i = 0;

	while (i < axes->len && strcmp(axes->at[i].name, name) != 0)
		i++;
	return i;
}

static void
add_place(const struct reading *r, const char *at, const char *key, const struct axis *on,
    const json_t *value, struct axis_when *when)
{
	struct err why = { 0 };

	if (axis_place(on, value, &when->places[when->nplaces], &why) < 0)
		fault(r->f, at, key, "names no value of its axis: %s", why.text);
	else
		when->nplaces++;
}

/* In force where axis `on` has the value, or one of the list. */
static void
add_condition(const struct reading *r, const char *at, size_t on, json_t *value)
{
	const struct axis *axis = &r->axes->at[on];
	struct axis_when when = { .axis = on };
	json_t *one;
	size_t i;

	when.places = xcalloc(json_array_size(value) + 1, sizeof(*when.places));
	if (!json_is_array(value))
		add_place(r, at, axis->name, axis, value, &when);
	json_array_foreach(value, i, one)
		add_place(r, at, axis->name, axis, one, &when);
	r->axis->when = xreallocarray(r->axis->when, r->axis->nwhen + 1, sizeof(*r->axis->when));
	r->axis->when[r->axis->nwhen++] = when;
}

static void
read_when(const struct reading *r)
{
	json_t *when = fault_member(r->f, r->at, r->object, "when", JSON_OBJECT), *value;
	char *at = xasprintf("%s/when", r->at);
	const char *name;

	json_object_foreach(when, name, value) {
		size_t on = axis_named(r->axes, name);

		if (on == r->axes->len)
			fault(r->f, at, name, "must name an axis that stands above this one");
		else if (r->axes->at[on].cells == 0)
			fault(r->f, at, name,
			    "must name an axis whose values can be counted:"
			    " int, categorical, or with 'step'");
		else
			add_condition(r, at, on, value);
	}
	free(at);
}

/* ---- all of them ---- */

static int
kind_of(const struct reading *r)
{
	const json_t *type = fault_member(r->f, r->at, r->object, "type", JSON_STRING);
	int kind;
	char *list;

	if (!type && json_object_get(r->object, "values"))
		return AXIS_CATEGORICAL;
	kind = type ? strtab_find(axis_kind_names, AXIS_KINDS, json_string_value(type)) : -1;
	if (kind >= 0)
		return kind;
	list = strtab_list(axis_kind_names, AXIS_KINDS);
	if (type)
		fault(r->f, r->at, "type", "must be one of %s, found '%.100s'", list,
		    json_string_value(type));
	else if (!json_object_get(r->object, "type"))
		fault(r->f, r->at, NULL, "lacks 'type': one of %s", list);
	free(list);
	return -1;
}

static void
read_axis(struct reading *r, json_t *value)
{
	int kind;

	if (json_is_array(value)) {
		read_values(r, value, r->at);
		return;
	}
	if (!json_is_object(value)) {
		fault(r->f, r->at, NULL,
		    "must be an axis (an object) or a list of values, found %s;"
		    " what does not vary stands in 'params'",
		    json_type_name(value));
		return;
	}
	r->object = value;
	kind = kind_of(r);
	if (kind < 0)
		return;
	r->axis->kind = (enum axis_kind)kind;
	if (kind == AXIS_CATEGORICAL)
		read_categorical(r);
	else
		read_numeric(r);
	read_when(r);
}

void
sweep_read_axes(const json_t *object, bool grid, struct axes *axes, struct faults *f)
{
	struct reading r = { .f = f, .axes = axes, .grid = grid };
	const char *name;
	json_t *value;

	axes->at = xcalloc(json_object_size(object) + 1, sizeof(*axes->at));
	json_object_foreach((json_t *)object, name, value) {
		struct buf at = BUF_INIT;

		buf_add_str(&at, "/axes");
		json_pointer_add(&at, name);
		r.at = buf_str(&at);
		r.axis = &axes->at[axes->len];
		r.axis->name = xstrdup(name);
		if (strtab_find(LIST(reserved), name) >= 0)
			fault(f, r.at, NULL, "cannot be an axis: lines use this word themselves");
		read_axis(&r, value);
		axes->len++;
		buf_clear(&at);
	}
}
