/* SPDX-License-Identifier: MIT */
/* throttle: nothing is begun while this host is too busy. */
#ifndef CLI_THROTTLE_H
#define CLI_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

struct app;
struct config;

/* What is too busy; zero-initialised nothing is. */
struct throttle_limits {
	double load;         /* more than this, the mean of a minute; 0: any */
	int64_t free_memory; /* less than this, bytes; 0: any */
	double pressure;     /* more percent of 10 s in which some process waited for memory or
				disk; 0: any */
};

struct throttle {
	const struct app *app;
	struct throttle_limits limits;

	/* its own */
	int64_t next; /* look, by clock_boot */
	bool on;
	char why[96]; /* while it is on */
};

/* The limits of config.yaml and its variables. */
void throttle_configure(const struct config *config, struct throttle_limits *limits);

/* Is it too busy now? Looked at once a second; a change is told with -v. */
bool throttle_check(struct throttle *t, int64_t now);

#endif
