/* SPDX-License-Identifier: MIT */
/* workers_parts: the dead, who are found by one and buried by the other (task/workers.h). */
#ifndef TASK_WORKERS_PARTS_H
#define TASK_WORKERS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct store;
struct vigil;

struct dead {
	int64_t id;
	char *scratch; /* NULL: none, or on another host */
	bool rebooted; /* its host was, since */
};

struct dead_list {
	struct dead *at;
	size_t len, room;
};

/* Workers that are dead for certain; vigil may be NULL. Clear the list in every case. 0 or -1. */
int workers_find_dead(
    struct store *store, struct vigil *vigil, struct dead_list *dead, struct err *err);
void workers_clear_dead(struct dead_list *dead);

#endif
