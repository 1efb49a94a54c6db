/* SPDX-License-Identifier: MIT */
/*
 * batch_state: the words for the states of elements.
 *
 * Programs that only read what came home need these, and nothing that speaks to
 * a batch system.
 */
#include <assert.h>

#include "base/strtab.h"
#include "grid/batch.h"

static const char *const states[] = {
	[BATCH_UNKNOWN] = "unknown",
	[BATCH_QUEUED] = "queued",
	[BATCH_RUNNING] = "running",
	[BATCH_PAUSED] = "paused",
	[BATCH_DONE] = "done",
	[BATCH_FAILED] = "failed",
	[BATCH_TIMEOUT] = "timeout",
	[BATCH_MEMORY] = "memory",
	[BATCH_LOST] = "lost",
	[BATCH_CANCELLED] = "cancelled",
};

static_assert(sizeof(states) / sizeof(*states) == BATCH_STATES, "a word for every state");

const char *
batch_state_name(enum batch_state state)
{
	return states[state];
}

int
batch_state_find(const char *name)
{
	return strtab_find(states, BATCH_STATES, name);
}

bool
batch_state_is_over(enum batch_state state)
{
	return state >= BATCH_DONE;
}
