/* SPDX-License-Identifier: MIT */
/* clock: wall time in RFC 3339 (UTC), and time that never jumps. */
#include "base/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/num.h"

static int64_t
micros(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_wall(void)
{
	return micros(CLOCK_REALTIME);
}

int64_t
clock_boot(void)
{
	return micros(CLOCK_BOOTTIME);
}

char *
clock_format(int64_t wall, char text[CLOCK_TEXT])
{
	/* the second that was written last: records made one after another share it */
	static _Thread_local struct {
		time_t seconds;
		char text[24];
	} last;
	int rest = (int)(wall % 1000000);
	time_t seconds;
	struct tm tm;
	size_t len;

	if (rest < 0) /* before 1970 */
		rest += 1000000;
	seconds = (time_t)((wall - rest) / 1000000);
	if (seconds != last.seconds || !*last.text) {
		gmtime_r(&seconds, &tm);
		strftime(last.text, sizeof(last.text), "%Y-%m-%dT%H:%M:%S.", &tm);
		last.seconds = seconds;
	}
	len = strlen(last.text);
	memcpy(text, last.text, len);
	for (size_t i = len + 6; i > len; rest /= 10)
		text[--i] = (char)('0' + rest % 10);
	memcpy(text + len + 6, "Z", 2);
	return text;
}

/* `count` digits at *p, which is moved behind them, as a number in low..high. */
static bool
take_digits(const char **p, int count, int low, int high, int *out)
{
	int n = 0;

	for (int i = 0; i < count; i++) {
		if (!isdigit((unsigned char)**p))
			return false;
		n = n * 10 + *(*p)++ - '0';
	}
	*out = n;
	return n >= low && n <= high;
}

/* One of these characters; *p is moved behind it. */
static bool
take_one(const char **p, const char *set)
{
	if (!**p || !strchr(set, **p))
		return false;
	(*p)++;
	return true;
}

static bool
take_date(const char **p, struct tm *tm)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month;
	bool leap;

	if (!take_digits(p, 4, 0, 9999, &year) || !take_one(p, "-") ||
	    !take_digits(p, 2, 1, 12, &month) || !take_one(p, "-") ||
	    !take_digits(p, 2, 1, lengths[month - 1], &tm->tm_mday))
		return false;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	return leap || month != 2 || tm->tm_mday < 29;
}

/* Time of day; *micros is what stands behind the point of the seconds. */
static bool
take_time(const char **p, struct tm *tm, int *micros)
{
	int unit = 100000;

	*micros = 0;
	if (!take_digits(p, 2, 0, 23, &tm->tm_hour) || !take_one(p, ":") ||
	    !take_digits(p, 2, 0, 59, &tm->tm_min) || !take_one(p, ":") ||
	    !take_digits(p, 2, 0, 60, &tm->tm_sec))
		return false;
	if (**p != '.')
		return true;
	if (!isdigit((unsigned char)*++*p))
		return false;
	for (; isdigit((unsigned char)**p); unit /= 10)
		*micros += unit * (*(*p)++ - '0');
	return true;
}

/* Seconds that local time is ahead of UTC. */
static bool
take_offset(const char **p, int *offset)
{
	int hours, minutes, sign = **p == '-' ? -1 : 1;

	*offset = 0;
	if (take_one(p, "Zz"))
		return true;
	if (!take_one(p, "+-") || !take_digits(p, 2, 0, 23, &hours) || !take_one(p, ":") ||
	    !take_digits(p, 2, 0, 59, &minutes))
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* Of a whole text of RFC 3339. A leap second is the second after it, and only at midnight. */
static int
parse_rfc3339(const char *text, int64_t *wall, struct err *err)
{
	const char *p = text;
	struct tm tm = { 0 };
	int micros, offset;
	bool leap;
	int64_t seconds;

	if (!take_date(&p, &tm) || !take_one(&p, "Tt ") || !take_time(&p, &tm, &micros))
		goto bad;
	if (!*p)
		return err_set(err, ERR_INPUT,
		    "'%s' has no offset from UTC: add Z, or one such as +01:00", text);
	leap = tm.tm_sec == 60;
	if (!take_offset(&p, &offset) || *p)
		goto bad;
	seconds = (int64_t)timegm(&tm) - offset;
	if (leap && seconds % 86400 != 0)
		goto bad;
	*wall = seconds * 1000000 + micros;
	return 0;
bad:
	return err_set(err, ERR_INPUT,
	    "'%s' is not a time (+2h, 2026-01-31T09:30:00Z, 2026-01-31T09:30:00+01:00)", text);
}

int
clock_parse(const char *text, int64_t now, int64_t *wall, struct err *err)
{
	double seconds;

	if (*text != '+' && *text != '-')
		return parse_rfc3339(text, wall, err);
	if (num_duration(text + 1, &seconds, err) < 0)
		return err_wrap(err, "'%s' is no time from now", text);
	*wall = now + (*text == '-' ? -1 : 1) * (int64_t)(seconds * 1e6 + 0.5);
	return 0;
}
