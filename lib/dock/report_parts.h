/* SPDX-License-Identifier: MIT */
/*
 * report_parts: what a report gathers (report.c) and what its page is written from (report_page.c).
 */
#ifndef DOCK_REPORT_PARTS_H
#define DOCK_REPORT_PARTS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct rank;
struct standing;

struct shown {
	json_t *record;
	char *svg; /* NULL: not drawn */
};

/* What was docked alike. */
struct group {
	char *key, *name;
	struct rank *rank;
	struct standing *standing;
	VEC(double) values, seconds; /* seconds: of those that were docked for it */
	size_t cached;
	VEC(struct shown) shown;
	json_t *request; /* of the first result */
};

struct report {
	size_t top;
	VEC(struct group) groups;
	json_t *statuses, *failures, *engines, *hosts, *receptors, *boxes, *preparations, *warnings;
	char *from, *to;     /* when the first was started and the last ended, NULL: not known */
	double seconds, cpu; /* of engines, and of their processors */
	int64_t max_rss;     /* bytes, the largest; 0: not known */
	size_t cached;       /* results that are copies, whose dockings had taken */
	double saved;        /* so many seconds: not counted again */
};

/* "" where there is none. Borrowed. */
const char *report_text(const json_t *value, const char *pointer);

#endif
