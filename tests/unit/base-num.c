/* SPDX-License-Identifier: MIT */
/* num: integers, numbers, sizes and durations as people write them. */
#include "base/num.h"

#include <math.h>

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

/* What num_text promises, the slow way. */
static char *
shortest(double x, char text[NUM_TEXT])
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, NUM_TEXT, "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	return text;
}

static void
test_text(void)
{
	static const double rows[] = { 0, -0.0, 1, -1, 20, 0.1, -0.1, 1.0 / 3, 13.293, -13.293,
		1e-4, 9.9999e-5, 0.00012, 1e-6, 123456.789012, 999999999, 999999999.999999, 1e9,
		1e15, 123456789012345678, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 2.675,
		1.0000001, 100.050, 7.000001, 4503599627370497.5, 99999999.9999999 };
	unsigned long long seed = 1;
	char text[NUM_TEXT], slow[NUM_TEXT];
	int different = 0;

	for (size_t i = 0; i < COUNT(rows); i++)
		is_str(num_text(rows[i], text), shortest(rows[i], slow), "text of %a", rows[i]);
	for (int i = 0; i < 200000; i++) {
		double x;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		x = (double)(int)(seed >> 33) / (double)(1 << (seed & 7) * 3);
		if (i % 3 == 0)
			x = (double)(int)(seed >> 40) / 1000 - 8000;
		different += strcmp(num_text(x, text), shortest(x, slow)) != 0;
		x = (double)((int)(seed >> 50)) / 100000;
		different += strcmp(num_text(x, text), shortest(x, slow)) != 0;
	}
	is_int(different, 0, "texts of many numbers");
}

static void
test_whole(void)
{
	static const struct {
		int64_t n;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 7, "7" },
		{ -10, "-10" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};
	char text[NUM_TEXT];

	for (size_t i = 0; i < COUNT(rows); i++)
		is_str(num_whole(rows[i].n, text), rows[i].text, "%s", rows[i].text);
}

static void
test_people(void)
{
	static const struct {
		double seconds;
		const char *text;
	} spans[] = { { 0, "0s" }, { -3, "0s" }, { 0.0008, "0.8ms" }, { 0.01, "10ms" },
		{ 0.25, "250ms" }, { 0.9999, "1.0s" }, { 3.44, "3.4s" }, { 9.96, "10s" },
		{ 59.4, "59s" }, { 59.6, "1m00s" }, { 200, "3m20s" }, { 3599.7, "1h00m" },
		{ 3720, "1h02m" }, { 359999, "99h59m" }, { 360000, "4d04h" }, { 1e300, "36500d" },
		{ NAN, "0s" } };
	static const struct {
		int64_t bytes;
		const char *text;
	} sizes[] = { { 0, "0" }, { -5, "0" }, { 1023, "1023" }, { 1024, "1K" }, { 1536, "1.5K" },
		{ 10 << 10, "10K" }, { (1 << 20) - 1, "1M" }, { 350 << 20, "350M" },
		{ INT64_C(5) << 29, "2.5G" }, { INT64_MAX, "8388608T" } };
	char text[NUM_TEXT];
	int64_t bytes;
	double back;

	for (size_t i = 0; i < COUNT(spans); i++) {
		is_str(num_span(spans[i].seconds, text), spans[i].text, "%g s", spans[i].seconds);
		is_int(num_duration(text, &back, NULL), 0, "%s can be read", text);
	}
	for (size_t i = 0; i < COUNT(sizes); i++) {
		is_str(num_bytes(sizes[i].bytes, text), sizes[i].text, "%lld bytes",
		    (long long)sizes[i].bytes);
		if (sizes[i].bytes != INT64_MAX)
			is_int(num_size(text, &bytes, NULL), 0, "%s can be read", text);
	}
}

int
main(void)
{
	test_int();
	test_text();
	test_whole();
	test_double();
	test_size();
	test_duration();
	test_fraction();
	test_people();
	is_int(num_int("x", 0, 1, &(int64_t){ 0 }, NULL), -1, "err may be NULL");
	return done_testing();
}
