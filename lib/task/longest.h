/* SPDX-License-Identifier: MIT */
/*
 * longest: which of what waits in a lane most likely takes longest, by what its task says.
 *
 * `cost` of a service_config is an expression of jq over the parameters: a number, the larger the
 * longer it takes. Only the last of a lane are asked for it: begun with the longest, the slots of a
 * worker end together (R. L. Graham, SIAM J. Appl. Math. 17, 416-429, 1969: nothing takes more than
 * 4/3 of the best there is), while an order of chance leaves one of them with the longest of all
 * when the others are done. Before them the oldest goes first, whatever it costs.
 */
#ifndef TASK_LONGEST_H
#define TASK_LONGEST_H

#include <stdint.h>

struct err;
struct lane;
struct longest;
struct store;

enum {
	LONGEST_EACH = 16, /* of the last so many for each slot the longest goes first: of 64 slots
			    * 17 % of 30 dockings each are lost at the end without, 8 % with 8,
			    * 0.8 % with 16, 0.4 % with all (simulated, of small and large ones) */
	LONGEST_MOST = 4096, /* and of at most so many */
};

struct longest *longest_new(void);
void longest_free(struct longest *l);

/* Has its task a cost, and are at most `among` of the lane queued? 1, 0 or -1. Within a
 * transaction, as what follows. */
int longest_is_time(struct store *store, const struct lane *lane, int among, struct err *err);

/* Up to `most` of those queued in the lane, the longest first, of equal ones the oldest: the
 * number, or -1. A cost that cannot be had (an error, no number) is 0. */
int longest_pick(struct longest *l, struct store *store, const struct lane *lane, int most,
    int64_t *ids, struct err *err);

#endif
