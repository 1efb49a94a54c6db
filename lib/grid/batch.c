/* SPDX-License-Identifier: MIT */
/* batch: array jobs of a batch system, however it is spoken to. */
#include "grid/batch.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/err.h"
#include "base/strtab.h"
#include "grid/local.h"
#include "grid/remote.h"

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

struct batch *
batch_open(const char *profile, const char *state, char *const *options, struct err *err)
{
	if (strcmp(profile, "local") == 0)
		return local_open(state, options, err);
	return remote_open(profile, state, options, err);
}

void
batch_close(struct batch *b)
{
	if (b)
		b->ops->close(b);
}

int
batch_name(char name[BATCH_UUID], struct err *err)
{
	unsigned char raw[16];
	char *at = name;

	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return err_sys(err, "cannot read random numbers");
	raw[6] = (raw[6] & 0x0f) | 0x40;
	raw[8] = (raw[8] & 0x3f) | 0x80;
	for (size_t i = 0; i < sizeof(raw); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		at += snprintf(at, 3, "%02x", raw[i]);
	}
	return 0;
}
