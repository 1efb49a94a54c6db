/* SPDX-License-Identifier: MIT */
/* clock: wall time in RFC 3339 (UTC), and time that never jumps. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

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
	int rest = (int)(wall % 1000000);
	time_t seconds;
	struct tm tm;
	size_t len;

	if (rest < 0) /* before 1970 */
		rest += 1000000;
	seconds = (time_t)((wall - rest) / 1000000);
	gmtime_r(&seconds, &tm);
	len = strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, CLOCK_TEXT - len, ".%06dZ", rest);
	return text;
}
