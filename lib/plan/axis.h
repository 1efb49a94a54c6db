/* SPDX-License-Identifier: MIT */
/*
 * axis: one parameter of a search, and the space that several of them span.
 *
 * A point of the space is a double in 0..1 for each axis, its place, however
 * the values are spaced; NAN where a conditional axis is not in force. Places
 * of points are snapped: an axis whose values can be counted has one place for
 * each value, the middle of its cell, and equal values have equal places. Floats
 * are written with ten digits of their range.
 */
#ifndef PLAN_AXIS_H
#define PLAN_AXIS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum axis_kind { AXIS_FLOAT, AXIS_LOG_FLOAT, AXIS_INT, AXIS_LOG_INT, AXIS_CATEGORICAL, AXIS_KINDS };

/* In force only where another axis, which stands before it, has one of these places. */
struct axis_when {
	size_t axis;
	double *places;
	size_t nplaces;
};

struct axis {
	char *name;
	enum axis_kind kind;
	double min, max; /* of numbers */
	double step;     /* 0: none */
	json_t *values;  /* of categories, an array */
	uint64_t cells;  /* how many values there are, 0: no end of them */
	uint64_t points; /* how many of them a grid has, 0: all */
	struct axis_when *when;
	size_t nwhen; /* all of them must hold */
};

struct axes {
	struct axis *at;
	size_t len;
};

/* Integers beyond this are not exact in a double: 2^53. */
#define AXIS_MOST 9007199254740992.0

extern const char *const axis_kind_names[AXIS_KINDS];

/* Are places spread over the logarithm? Are the values integers? */
bool axis_is_log(const struct axis *axis);
bool axis_is_whole(const struct axis *axis);

/* Set cells, once kind, min, max, step and values are known. */
void axis_count_cells(struct axis *axis);

/* The value at a place, which need not be snapped. The caller owns it. */
json_t *axis_value(const struct axis *axis, double place);

/* The place that the value at this place has by itself. */
double axis_snap(const struct axis *axis, double place);

/* The place of a value into *place. -1 with ERR_INPUT: it is none of this axis; err says what would
 * be. A number within rounding (1e-9 of the range) of the range or a step is taken. */
int axis_place(const struct axis *axis, const json_t *value, double *place, struct err *err);

/* How many values a grid has along the axis (0: it cannot be one), and the place of one of them.
 * They may repeat where a log-int has `points`. */
uint64_t axis_grid_size(const struct axis *axis);
double axis_grid_place(const struct axis *axis, uint64_t i);

/* Is axis i in force at a point, of which the axes before i are known? */
bool axes_in_force(const struct axes *axes, size_t i, const double *point);

/* Are two points the same, but for rounding? */
bool axes_same(const struct axes *axes, const double *a, const double *b);

/* Snap all places, and make those NAN that are not in force. */
void axes_settle(const struct axes *axes, double *point);

/* The values at a point, in the order of the axes, only those in force. The caller owns it. */
json_t *axes_values(const struct axes *axes, const double *point);

/* The point of an object with values. -1 with ERR_INPUT: one is missing or wrong. Members that are
 * no axis, or of an axis that is not in force, are passed over. */
int axes_point(const struct axes *axes, const json_t *values, double *point, struct err *err);

/* How many points there are when every axis can be counted, 0: no end of them, or more than
 * UINT64_MAX. An upper bound where axes are conditional. */
uint64_t axes_cells(const struct axes *axes);

void axes_clear(struct axes *axes);

#endif
