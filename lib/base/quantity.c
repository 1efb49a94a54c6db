/* SPDX-License-Identifier: MIT */
/* quantity: a member that is a number, or a text with a unit. */
#include "base/quantity.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/num.h"

static int
read_bytes(const char *text, double *out, struct err *err)
{
	int64_t bytes;

	if (num_size(text, &bytes, err) < 0)
		return -1;
	*out = (double)bytes;
	return 0;
}

static const struct {
	const char *words;
	int (*read)(const char *text, double *out, struct err *err);
	double low, high;
	const char *range;
} kinds[] = {
	[QUANTITY_NUMBER] = { "a number", num_double, -HUGE_VAL, HUGE_VAL, "finite" },
	[QUANTITY_SECONDS] = { "seconds or a duration", num_duration, 0, NUM_DURATION_MAX,
	    "between 0 and 36500 days" },
	[QUANTITY_BYTES] = { "bytes or a size", read_bytes, 0, 0x1p62, "between 0 and 4194304T" },
	[QUANTITY_FRACTION] = { "a number or a percentage", num_fraction, 0, 1,
	    "between 0 and 1 (0% and 100%)" },
};

static_assert(sizeof(kinds) / sizeof(*kinds) == QUANTITY_KINDS, "a row for every kind");

static int
keep_in_range(enum quantity kind, double x, double *out, struct err *err)
{
	if (!isfinite(x) || !(x >= kinds[kind].low && x <= kinds[kind].high))
		return err_set(err, ERR_INPUT, "must be %s", kinds[kind].range);
	*out = x;
	return 0;
}

int
quantity_text(enum quantity kind, const char *text, double *out, struct err *err)
{
	double x;

	if (kinds[kind].read(text, &x, err) < 0)
		return err_wrap(err, "is wrong");
	return keep_in_range(kind, x, out, err);
}

int
quantity_read(enum quantity kind, const json_t *value, double *out, struct err *err)
{
	if (json_is_string(value))
		return quantity_text(kind, json_string_value(value), out, err);
	if (!json_is_number(value))
		return err_set(err, ERR_INPUT, "must be %s, found %s", kinds[kind].words,
		    json_type_name(value));
	return keep_in_range(kind, json_number_value(value), out, err);
}
