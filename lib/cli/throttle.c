/* SPDX-License-Identifier: MIT */
/* throttle: nothing is begun while this host is too busy. */
#include "cli/throttle.h"

#include <stdio.h>
#include <unistd.h>

#include "base/num.h"
#include "cli/app.h"
#include "cli/config.h"
#include "exec/pressure.h"

enum { PAUSE = 1000000 }; /* microseconds between looks */

void
throttle_configure(const struct config *config, struct throttle_limits *limits)
{
	int64_t total = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);

	limits->load = config_number(config, CONFIG_WORKER_MAX_LOAD);
	limits->free_memory = config_room(config, CONFIG_WORKER_MIN_FREE_MEMORY, total);
}

/* What is too much, in t->why. */
static bool
is_busy(struct throttle *t)
{
	const struct throttle_limits *limits = &t->limits;
	char now[NUM_TEXT], limit[NUM_TEXT];
	struct pressure p;

	pressure_read(&p, "");
	if (limits->load > 0 && p.load > limits->load)
		snprintf(t->why, sizeof(t->why), "load %s is above %s", num_text(p.load, now),
		    num_text(limits->load, limit));
	else if (limits->free_memory > 0 && p.free_memory >= 0 &&
	    p.free_memory < limits->free_memory)
		snprintf(t->why, sizeof(t->why), "%s of memory are free, less than %s",
		    num_bytes(p.free_memory, now), num_bytes(limits->free_memory, limit));
	else if (limits->pressure > 0 && p.memory > limits->pressure)
		snprintf(t->why, sizeof(t->why), "memory pressure %g%% is above %g%%", p.memory,
		    limits->pressure);
	else if (limits->pressure > 0 && p.io > limits->pressure)
		snprintf(t->why, sizeof(t->why), "disk pressure %g%% is above %g%%", p.io,
		    limits->pressure);
	else
		return false;
	return true;
}

bool
throttle_check(struct throttle *t, int64_t now)
{
	const struct throttle_limits *limits = &t->limits;
	bool was = t->on;

	if (limits->load <= 0 && limits->free_memory <= 0 && limits->pressure <= 0)
		return false;
	if (now < t->next)
		return t->on;
	t->next = now + PAUSE;
	t->on = is_busy(t);
	if (t->on && !was)
		app_detail(t->app, "nothing is begun: %s", t->why);
	else if (was && !t->on)
		app_detail(t->app, "goes on");
	return t->on;
}
