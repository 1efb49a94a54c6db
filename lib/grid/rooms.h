/* SPDX-License-Identifier: MIT */
/* rooms: what a cluster has to give to an element, as it says itself. */
#ifndef GRID_ROOMS_H
#define GRID_ROOMS_H

#include "grid/batch.h"

struct scheduler;

/* Ask, at most once an hour for all processes of the user. What stays is where an element goes that
 * is ordered into this partition (several, with commas; NULL: none is named), nothing where that is
 * not known. An answer is no more than a hint: one that fails says nothing. */
void rooms_ask(struct scheduler *scheduler, const char *partition, struct batch_rooms *rooms);
void rooms_clear(struct batch_rooms *rooms);

#endif
