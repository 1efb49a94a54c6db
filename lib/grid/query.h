/* SPDX-License-Identifier: MIT */
/*
 * query: where the elements of array jobs are, as far as the scheduler says.
 *
 * One call asks for all jobs of the user at once. The answer is kept in the
 * shared file, so that processes side by side, and those that come one after
 * the other from cron, ask no more than one of them would: a call at most every
 * PACE_PAUSE seconds, less often where it takes long to answer. Nobody waits
 * while somebody else asks: the answer before is used. What the live answer
 * leaves out is looked up in the accounting where there is one, and counted
 * where that does not know it either (grid/status.h).
 *
 * DOCKLINE_CLUSTER_PAUSE (seconds) is the pause on a cluster of one's own.
 */
#ifndef GRID_QUERY_H
#define GRID_QUERY_H

#include <stddef.h>
#include <stdint.h>

#include "grid/batch.h"

struct err;
struct query;
struct scheduler;

enum {
	QUERY_PAUSE_MAX = 300, /* seconds from one answer to the next question, at most */
	QUERY_SLOW = 30,       /* between PACE_PAUSE and that: times what the answer took */
};

/* Of whom one wants to know. */
struct query_want {
	const char *job; /* id as submit said */
	int64_t count;   /* of its elements, 0 .. count-1 whatever the scheduler counts from */
};

/* What is known of an element. Texts are borrowed until the next query_look. */
struct query_found {
	enum batch_state state;
	const char *word;   /* of the scheduler, "" where it said nothing */
	const char *reason; /* why it waits or failed, "" */
	const char *node;   /* "" */
	int missed;         /* answers in a row that left it out */
};

/* The scheduler is borrowed. */
struct query *query_new(struct scheduler *scheduler);
void query_free(struct query *query);

/* Have the newest answer, asking for it where that is due. 1: it is newer than the last one seen
 * here; 0: it is not; -1: the scheduler did not answer (the old answer stays, nobody counts as
 * missing; err tells). */
int query_look(struct query *query, const struct query_want *wants, size_t n, struct err *err);

/* What the answer says of an element. */
void query_find(
    const struct query *query, const char *job, int64_t element, struct query_found *found);

/* Wall clock (microseconds) of the answer, 0: none was had yet. */
int64_t query_asked(const struct query *query);

/* Seconds until the scheduler may be asked again, 0: now. */
double query_pause(const struct query *query);

#endif
