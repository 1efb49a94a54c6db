/* SPDX-License-Identifier: MIT */
/* axis: one parameter of a search, and the space that several of them span. */
#include "plan/axis.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"

#define NEAR 1e-9 /* of the range: what numbers lose on their way through other programs */

enum { DIGITS = 10 }; /* of a float: more say nothing */

/* clang-format off */
const char *const axis_kind_names[] = {
	[AXIS_FLOAT] = "float",
	[AXIS_LOG_FLOAT] = "log-float",
	[AXIS_INT] = "int",
	[AXIS_LOG_INT] = "log-int",
	[AXIS_CATEGORICAL] = "categorical",
};
/* clang-format on */

static_assert(
    sizeof(axis_kind_names) / sizeof(*axis_kind_names) == AXIS_KINDS, "a name for every kind");

bool
axis_is_log(const struct axis *axis)
{
	return axis->kind == AXIS_LOG_FLOAT || axis->kind == AXIS_LOG_INT;
}

bool
axis_is_whole(const struct axis *axis)
{
	return axis->kind == AXIS_INT || axis->kind == AXIS_LOG_INT;
}

void
axis_count_cells(struct axis *axis)
{
	double span = axis->max - axis->min;

	if (axis->kind == AXIS_CATEGORICAL)
		axis->cells = json_array_size(axis->values);
	else if (axis->step > 0)
		axis->cells = (uint64_t)floor(span / axis->step * (1 + NEAR)) + 1;
	else if (axis_is_whole(axis))
		axis->cells = (uint64_t)span + 1;
	else
		axis->cells = span > 0 ? 0 : 1;
}

/* ---- places ---- */

/* Where the range begins and ends, as places are spread over it. Each value of a log-int has
 * half a number to either side. */
static void
bounds(const struct axis *axis, double *low, double *high)
{
	double margin = axis->kind == AXIS_LOG_INT ? 0.5 : 0;

	*low = axis->min - margin;
	*high = axis->max + margin;
	if (axis_is_log(axis)) {
		*low = log(*low);
		*high = log(*high);
	}
}

/* The number of the cell, of those whose cells are alike. */
static uint64_t
cell_at(const struct axis *axis, double place)
{
	double cell = floor(place * (double)axis->cells);

	if (cell < 0)
		return 0;
	return cell >= (double)axis->cells ? axis->cells - 1 : (uint64_t)cell;
}

static bool
has_equal_cells(const struct axis *axis)
{
	return axis->cells > 0 && axis->kind != AXIS_LOG_INT;
}

static double
middle(const struct axis *axis, uint64_t cell)
{
	return ((double)cell + 0.5) / (double)axis->cells;
}

/* x without digits that are noise: of a range as many as DIGITS, of a logarithmic one of x itself.
 */
static double
tidy(const struct axis *axis, double x)
{
	double of = axis_is_log(axis) ? x : axis->max - axis->min;
	double scale = pow(10, DIGITS - ceil(log10(of)));

	if (!(scale >= 1 && scale <= 1e22) || fabs(x) * scale > AXIS_MOST)
		return x;
	return rint(x * scale) / scale;
}

static double
number_at(const struct axis *axis, double place)
{
	double low, high, x;

	if (has_equal_cells(axis)) {
		double step = axis->step > 0 ? axis->step : 1;

		x = axis->min + (double)cell_at(axis, place) * step;
	} else {
		bounds(axis, &low, &high);
		x = low + place * (high - low);
		if (axis_is_log(axis))
			x = exp(x);
		if (axis_is_whole(axis))
			x = rint(x);
	}
	if (!axis_is_whole(axis))
		x = tidy(axis, x);
	return fmin(fmax(x, axis->min), axis->max);
}

static double
place_of(const struct axis *axis, double x)
{
	double low, high;

	if (has_equal_cells(axis))
		return middle(axis,
		    (uint64_t)fmax(0, rint((x - axis->min) / (axis->step > 0 ? axis->step : 1))));
	bounds(axis, &low, &high);
	x = ((axis_is_log(axis) ? log(x) : x) - low) / (high - low);
	return fmin(fmax(x, 0), 1);
}

json_t *
axis_value(const struct axis *axis, double place)
{
	double x;

	if (axis->kind == AXIS_CATEGORICAL)
		return json_incref(json_array_get(axis->values, (size_t)cell_at(axis, place)));
	x = number_at(axis, place);
	return axis_is_whole(axis) ? json_integer((json_int_t)x) : json_real(x);
}

double
axis_snap(const struct axis *axis, double place)
{
	if (has_equal_cells(axis))
		return middle(axis, cell_at(axis, place));
	return place_of(axis, number_at(axis, place));
}

uint64_t
axis_grid_size(const struct axis *axis)
{
	return axis->points ? axis->points : axis->cells;
}

double
axis_grid_place(const struct axis *axis, uint64_t i)
{
	double low = axis->min, high = axis->max, t;

	if (axis->kind == AXIS_CATEGORICAL)
		return middle(axis, i);
	if (!axis->points)
		return place_of(axis, low + (double)i * (axis->step > 0 ? axis->step : 1));
	t = axis->points > 1 ? (double)i / (double)(axis->points - 1) : 0.5;
	if (axis->cells == 0)
		return t;
	if (axis->kind == AXIS_LOG_INT)
		return place_of(axis, rint(low * pow(high / low, t)));
	return place_of(axis, low + t * (high - low));
}

/* ---- values ---- */

static int
refuse(const struct axis *axis, const json_t *value, struct err *err)
{
	char low[NUM_TEXT], high[NUM_TEXT], step[NUM_TEXT];
	struct buf found = BUF_INIT, wanted = BUF_INIT;

	json_put(value, &found);
	if (axis->kind == AXIS_CATEGORICAL) {
		buf_add_str(&wanted, "one of ");
		json_put(axis->values, &wanted);
	} else {
		buf_addf(&wanted, "%s in %s..%s", axis_is_whole(axis) ? "an integer" : "a number",
		    num_text(axis->min, low), num_text(axis->max, high));
		if (axis->step > 0)
			buf_addf(&wanted, " in steps of %s", num_text(axis->step, step));
	}
	err_set(err, ERR_INPUT, "'%s' must be %.300s, found %.100s", axis->name, buf_str(&wanted),
	    buf_str(&found));
	buf_clear(&wanted);
	buf_clear(&found);
	return -1;
}

/* 1 and 1.0 are the same category. */
static bool
is_same(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	return json_equal(a, b);
}

int
axis_place(const struct axis *axis, const json_t *value, double *place, struct err *err)
{
	double x, near = NEAR * fmax(axis->max - axis->min, fabs(axis->max));
	json_t *category;
	size_t i;

	json_array_foreach(axis->values, i, category) {
		if (is_same(category, value)) {
			*place = middle(axis, i);
			return 0;
		}
	}
	if (axis->kind == AXIS_CATEGORICAL || !json_is_number(value))
		return refuse(axis, value, err);
	x = json_number_value(value);
	if (x < axis->min - near || x > axis->max + near)
		return refuse(axis, value, err);
	x = fmin(fmax(x, axis->min), axis->max);
	*place = axis_snap(axis, place_of(axis, x));
	if (axis->cells > 0 && fabs(number_at(axis, *place) - x) > near)
		return refuse(axis, value, err);
	return 0;
}

/* ---- points ---- */

static bool
holds(const struct axis_when *when, const double *point)
{
	for (size_t i = 0; i < when->nplaces; i++)
		if (point[when->axis] == when->places[i])
			return true;
	return false;
}

/* Equal places are equal but for rounding. */
static bool
is_near(double a, double b)
{
	return isnan(a) ? isnan(b) : fabs(a - b) <= NEAR;
}

bool
axes_same(const struct axes *axes, const double *a, const double *b)
{
	for (size_t i = 0; i < axes->len; i++)
		if (!is_near(a[i], b[i]))
			return false;
	return true;
}

bool
axes_in_force(const struct axes *axes, size_t i, const double *point)
{
	const struct axis *axis = &axes->at[i];

	for (size_t k = 0; k < axis->nwhen; k++)
		if (!holds(&axis->when[k], point))
			return false;
	return true;
}

void
axes_settle(const struct axes *axes, double *point)
{
	for (size_t i = 0; i < axes->len; i++)
		point[i] = axes_in_force(axes, i, point) ? axis_snap(&axes->at[i], point[i]) : NAN;
}

json_t *
axes_values(const struct axes *axes, const double *point)
{
	json_t *values = json_object();

	for (size_t i = 0; i < axes->len; i++)
		if (!isnan(point[i]))
			json_object_set_new(
			    values, axes->at[i].name, axis_value(&axes->at[i], point[i]));
	return values;
}

int
axes_point(const struct axes *axes, const json_t *values, double *point, struct err *err)
{
	for (size_t i = 0; i < axes->len; i++) {
		const struct axis *axis = &axes->at[i];
		const json_t *value = json_object_get(values, axis->name);

		point[i] = NAN;
		if (!axes_in_force(axes, i, point))
			continue;
		if (!value)
			return err_set(err, ERR_INPUT, "lacks '%s'", axis->name);
		if (axis_place(axis, value, &point[i], err) < 0)
			return -1;
	}
	return 0;
}

uint64_t
axes_cells(const struct axes *axes)
{
	uint64_t cells = 1;

	for (size_t i = 0; i < axes->len; i++)
		if (__builtin_mul_overflow(cells, axes->at[i].cells, &cells))
			return 0;
	return cells;
}

void
axes_clear(struct axes *axes)
{
	for (size_t i = 0; i < axes->len; i++) {
		struct axis *axis = &axes->at[i];

		for (size_t k = 0; k < axis->nwhen; k++)
			free(axis->when[k].places);
		free(axis->when);
		free(axis->name);
		json_decref(axis->values);
	}
	free(axes->at);
	*axes = (struct axes){ 0 };
}
