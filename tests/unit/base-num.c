/* SPDX-License-Identifier: MIT */
/* num: integers, numbers, sizes and durations as people write them. */
#include "base/num.h"

#include "base/err.h"
#include "tap.h"

static void
test_int(void)
{
	static const struct {
		const char *text;
		int64_t lo, hi, value;
		const char *error;
	} rows[] = {
		{ "0", 0, 9, 0, NULL },
		{ "-5", -9, 9, -5, NULL },
		{ "+7", 0, 9, 7, NULL },
		{ "007", 0, 9, 7, NULL },
		{ "9223372036854775807", 0, INT64_MAX, INT64_MAX, NULL },
		{ "-9223372036854775808", INT64_MIN, 0, INT64_MIN, NULL },
		{ "9223372036854775808", 0, INT64_MAX, 0,
		    "'9223372036854775808' is not in 0..9223372036854775807" },
		{ "10", 0, 9, 0, "'10' is not in 0..9" },
		{ "-1", 0, 9, 0, "'-1' is not in 0..9" },
		{ "", 0, 9, 0, "'' is not a whole number" },
		{ "-", 0, 9, 0, "'-' is not a whole number" },
		{ " 1", 0, 9, 0, "' 1' is not a whole number" },
		{ "1 ", 0, 9, 0, "'1 ' is not a whole number" },
		{ "1.0", 0, 9, 0, "'1.0' is not a whole number" },
		{ "0x1", 0, 9, 0, "'0x1' is not a whole number" },
		{ "1e3", 0, 9999, 0, "'1e3' is not a whole number" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };
		int64_t value = 0;
		int rc = num_int(rows[i].text, rows[i].lo, rows[i].hi, &value, &err);

		is_str(rc < 0 ? err.text : NULL, rows[i].error, "int '%s'", rows[i].text);
		is_int(value, rows[i].value, "int '%s': value", rows[i].text);
	}
}

static void
test_double(void)
{
	static const struct {
		const char *text;
		double value;
		bool good;
	} rows[] = {
		{ "0", 0, true },
		{ "-1.5", -1.5, true },
		{ ".5", 0.5, true },
		{ "5.", 5, true },
		{ "+1e-3", 0.001, true },
		{ "1E2", 100, true },
		{ "9007199254740993", 9007199254740992, true },
		{ "1e-400", 0, true },
		{ "", 0, false },
		{ ".", 0, false },
		{ "-", 0, false },
		{ "1e400", 0, false },
		{ "nan", 0, false },
		{ "inf", 0, false },
		{ "-infinity", 0, false },
		{ "0x1p3", 0, false },
		{ "1,5", 0, false },
		{ " 1", 0, false },
		{ "1 ", 0, false },
		{ "1e", 0, false },
		{ "--1", 0, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };
		double value = 0;
		int rc = num_double(rows[i].text, &value, &err);

		ok((rc == 0) == rows[i].good && value == rows[i].value, "double '%s': %s",
		    rows[i].text, err.text);
	}
}

static void
test_size(void)
{
	static const struct {
		const char *text;
		int64_t bytes; /* -1: refused */
	} rows[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "700M", 700 << 20 },
		{ "1K", 1024 },
		{ "1k", 1024 },
		{ "4G", (int64_t)4 << 30 },
		{ "1.5GiB", (int64_t)3 << 29 },
		{ "2T", (int64_t)2 << 40 },
		{ "10KB", 10240 },
		{ "2.5Gi", (int64_t)5 << 29 },
		{ "5B", 5 },
		{ "", -1 },
		{ "G", -1 },
		{ "-1K", -1 },
		{ "1X", -1 },
		{ "1KK", -1 },
		{ "1i", -1 },
		{ "1 K", -1 },
		{ "99999999T", -1 },
		{ "nan", -1 },
		{ "1KiBs", -1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };
		int64_t bytes = -1;
		int rc = num_size(rows[i].text, &bytes, &err);

		is_int(bytes, rows[i].bytes, "size '%s'", rows[i].text);
		ok(rc == 0 || strstr(err.text, "is not a size (4096, 700M, 1.5G)"), "size '%s': %s",
		    rows[i].text, err.text);
	}
}

#define NO_DURATION "is not a duration (90, 55m, 2h, 1h30m)"
#define TOO_LONG "is longer than 36500 days"

static void
test_duration(void)
{
	static const struct {
		const char *text;
		double seconds; /* -1: refused */
		const char *error;
	} rows[] = {
		{ "0", 0, NULL },
		{ "90", 90, NULL },
		{ "1.5", 1.5, NULL },
		{ "55m", 3300, NULL },
		{ "2h", 7200, NULL },
		{ "4h", 14400, NULL },
		{ "2.5s", 2.5, NULL },
		{ "1d", 86400, NULL },
		{ "1d12h", 129600, NULL },
		{ "1h30m", 5400, NULL },
		{ "250ms", 0.25, NULL },
		{ "1m30.5s", 90.5, NULL },
		{ "36500d", 36500 * 86400.0, NULL },
		{ "36500d1ms", -1, TOO_LONG },
		{ "3153600001", -1, TOO_LONG },
		{ "1e308d", -1, TOO_LONG },
		{ "1e309", -1, TOO_LONG },
		{ "", -1, NO_DURATION },
		{ "m", -1, NO_DURATION },
		{ "-1", -1, NO_DURATION },
		{ "-0", -1, NO_DURATION },
		{ "+1", -1, NO_DURATION },
		{ "1h-5m", -1, NO_DURATION },
		{ "1h+5m", -1, NO_DURATION },
		{ "1h30", -1, NO_DURATION },
		{ "30m1h", -1, NO_DURATION },
		{ "1m1m", -1, NO_DURATION },
		{ "5x", -1, NO_DURATION },
		{ "5 m", -1, NO_DURATION },
		{ "5M", -1, NO_DURATION },
		{ "1w", -1, NO_DURATION },
		{ "nan", -1, NO_DURATION },
		{ "inf", -1, NO_DURATION },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };
		double seconds = -1;
		int rc = num_duration(rows[i].text, &seconds, &err);

		ok(seconds == rows[i].seconds, "duration '%s': %g", rows[i].text, seconds);
		ok(rc == 0 ? !rows[i].error : strstr(err.text, rows[i].error) != NULL,
		    "duration '%s': %s", rows[i].text, err.text);
	}
}

static void
test_fraction(void)
{
	static const struct {
		const char *text;
		double fraction; /* -1: refused */
	} rows[] = {
		{ "0", 0 },
		{ "0.1", 0.1 },
		{ "1", 1 },
		{ "10%", 0.1 },
		{ "12.5%", 0.125 },
		{ "100%", 1 },
		{ "100.1%", -1 },
		{ "10", -1 },
		{ "-1%", -1 },
		{ "", -1 },
		{ "%", -1 },
		{ "5%%", -1 },
		{ "5 %", -1 },
		{ "nan%", -1 },
		{ "1e999%", -1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };
		double fraction = -1;
		int rc = num_fraction(rows[i].text, &fraction, &err);

		ok(fraction == rows[i].fraction, "fraction '%s': %g", rows[i].text, fraction);
		ok(rc == 0 || strstr(err.text, "is not a part of the whole (0.1, 10%)"),
		    "fraction '%s': %s", rows[i].text, err.text);
	}
}

int
main(void)
{
	test_int();
	test_double();
	test_size();
	test_duration();
	test_fraction();
	is_int(num_int("x", 0, 1, &(int64_t){ 0 }, NULL), -1, "err may be NULL");
	return done_testing();
}
