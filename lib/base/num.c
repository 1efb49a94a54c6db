/* SPDX-License-Identifier: MIT */
/* num: numbers written by people, read strictly. */
#include "base/num.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

int
num_int(const char *text, int64_t lo, int64_t hi, int64_t *out, struct err *err)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || *end || isspace((unsigned char)*text))
		return err_set(err, ERR_INPUT, "'%s' is not a whole number", text);
	if (errno == ERANGE || n < lo || n > hi)
		return err_set(
		    err, ERR_INPUT, "'%s' is not in %" PRId64 "..%" PRId64, text, lo, hi);
	*out = n;
	return 0;
}

/* The number at the start of text; *end is where it stops, text itself when there is none. */
static double
leading_number(const char *text, char **end)
{
	const char *p = text;

	if (*p == '-' || *p == '+')
		p++;
	if (!isdigit((unsigned char)*p) && !(*p == '.' && isdigit((unsigned char)p[1]))) {
		*end = (char *)text;
		return 0;
	}
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		*end = (char *)p + 1;
		return 0;
	}
	errno = 0;
	return strtod(text, end);
}

int
num_double(const char *text, double *out, struct err *err)
{
	char *end;
	double x = leading_number(text, &end);

	if (end == text || *end || !isfinite(x))
		return err_set(err, ERR_INPUT, "'%s' is not a finite number", text);
	*out = x;
	return 0;
}

char *
num_whole(int64_t n, char text[NUM_TEXT])
{
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;
	char digits[NUM_TEXT], *from = digits + sizeof(digits);

	do
		*--from = (char)('0' + rest % 10);
	while (rest /= 10);
	if (n < 0)
		*--from = '-';
	memcpy(text, from, (size_t)(digits + sizeof(digits) - from));
	text[digits + sizeof(digits) - from] = '\0';
	return text;
}

/*
 * Numbers with few decimals, without printf. A decimal of at most 15 digits is what %.15g gives
 * for the double next to it; m / 10^k is that double when both are exact and the division is
 * rounded correctly. False: x is another number.
 */
static bool
few_decimals(double x, char text[NUM_TEXT])
{
	static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };
	double size = fabs(x);
	char *to = text;

	if (!(size >= 1e-4 && size < 1e9)) /* %g writes smaller ones with an exponent */
		return false;
	for (int k = 0; k < (int)(sizeof(tens) / sizeof(*tens)); k++) {
		double m = rint(size * tens[k]);
		int64_t whole;

		if (m / tens[k] != size)
			continue;
		whole = (int64_t)m / (int64_t)tens[k];
		if (x < 0)
			*to++ = '-';
		to += strlen(num_whole(whole, to));
		if (k == 0)
			return true;
		/* the decimals with a 1 in front keep their zeros; the point takes its place */
		num_whole((int64_t)m - whole * (int64_t)tens[k] + (int64_t)tens[k], to);
		*to = '.';
		return true;
	}
	return false;
}

char *
num_text(double x, char text[NUM_TEXT])
{
	if (few_decimals(x, text))
		return text;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, NUM_TEXT, "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	return text;
}

int
num_size(const char *text, int64_t *bytes, struct err *err)
{
	static const char units[] = "KMGT";
	char *end;
	double x = leading_number(text, &end);
	const char *unit;

	if (end == text || x < 0 || !isfinite(x))
		goto bad;
	if (*end && (unit = strchr(units, toupper((unsigned char)*end)))) {
		for (const char *u = units; u <= unit; u++)
			x *= 1024;
		end++;
		if (*end == 'i')
			end++;
	}
	if (*end == 'B')
		end++;
	if (*end || x > 9e18)
		goto bad;
	*bytes = (int64_t)x;
	return 0;
bad:
	return err_set(err, ERR_INPUT, "'%s' is not a size (4096, 700M, 1.5G)", text);
}

/* The unit at *end, smaller than `below` (0: any), which is passed; 0 when there is none. */
static double
unit_seconds(char **end, double below)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = { { "ms", 0.001 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t len = strlen(units[i].name);

		if (strncmp(*end, units[i].name, len) != 0)
			continue;
		*end += len;
		return below > 0 && units[i].seconds >= below ? 0 : units[i].seconds;
	}
	return 0;
}

int
num_duration(const char *text, double *seconds, struct err *err)
{
	double total = 0, x, unit = 0;
	const char *p = text;
	char *end;

	do {
		x = leading_number(p, &end);
		if (end == p || *p == '-' || *p == '+')
			goto bad;
		if (!*end && p == text) {
			total = x;
			break;
		}
		unit = unit_seconds(&end, unit);
		if (unit == 0)
			goto bad;
		total += x * unit;
		p = end;
	} while (*p);
	if (!(total <= NUM_DURATION_MAX))
		return err_set(err, ERR_INPUT, "'%s' is longer than 36500 days", text);
	*seconds = total;
	return 0;
bad:
	return err_set(err, ERR_INPUT, "'%s' is not a duration (90, 55m, 2h, 1h30m)", text);
}

char *
num_span(double seconds, char text[NUM_TEXT])
{
	long long s = seconds < NUM_DURATION_MAX ? (long long)(seconds + 0.5) : 0;

	if (!(seconds > 0))
		snprintf(text, NUM_TEXT, "0s");
	else if (seconds >= NUM_DURATION_MAX)
		snprintf(text, NUM_TEXT, "36500d");
	else if (seconds < 0.00995)
		snprintf(text, NUM_TEXT, "%.1fms", seconds * 1000);
	else if (seconds < 0.9995)
		snprintf(text, NUM_TEXT, "%.0fms", seconds * 1000);
	else if (seconds < 9.95)
		snprintf(text, NUM_TEXT, "%.1fs", seconds);
	else if (s < 60)
		snprintf(text, NUM_TEXT, "%llds", s);
	else if (s < 3600)
		snprintf(text, NUM_TEXT, "%lldm%02llds", s / 60, s % 60);
	else if (s < 100 * 3600)
		snprintf(text, NUM_TEXT, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else
		snprintf(text, NUM_TEXT, "%lldd%02lldh", s / 86400, s / 3600 % 24);
	return text;
}

char *
num_bytes(int64_t bytes, char text[NUM_TEXT])
{
	static const char units[] = "KMGT";
	double x = (double)bytes;
	int unit = -1;

	while (x >= 1023.5 && unit < 3) {
		x /= 1024;
		unit++;
	}
	if (unit < 0)
		snprintf(text, NUM_TEXT, "%lld", bytes > 0 ? (long long)bytes : 0LL);
	else if (x < 9.95 && x - (double)(long)x >= 0.05 && x - (double)(long)x < 0.95)
		snprintf(text, NUM_TEXT, "%.1f%c", x, units[unit]);
	else
		snprintf(text, NUM_TEXT, "%.0f%c", x, units[unit]);
	return text;
}

int
num_fraction(const char *text, double *fraction, struct err *err)
{
	char *end;
	double x = leading_number(text, &end);
	bool percent = end > text && *end == '%';

	if (percent)
		x /= 100;
	if (end == text || end[percent] || !(x >= 0 && x <= 1))
		return err_set(err, ERR_INPUT, "'%s' is not a part of the whole (0.1, 10%%)", text);
	*fraction = x;
	return 0;
}
