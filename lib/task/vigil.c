/* SPDX-License-Identifier: MIT */
/* vigil: workers of other hosts, watched for signs of life. */
#include "task/vigil.h"

#include <stdlib.h>

#include "base/vec.h"

struct watched {
	int64_t worker, heartbeat;
	int64_t looked; /* last, by clock_boot */
	int64_t silent; /* for so long while we looked */
};

struct vigil {
	VEC(struct watched) seen;
};

struct vigil *
vigil_new(void)
{
	return xcalloc(1, sizeof(struct vigil));
}

void
vigil_free(struct vigil *vigil)
{
	if (!vigil)
		return;
	vec_clear(&vigil->seen);
	free(vigil);
}

bool
vigil_is_silent(
    struct vigil *vigil, int64_t worker, int64_t heartbeat, int64_t now, int64_t silence)
{
	for (size_t i = 0; i < vigil->seen.len; i++) {
		struct watched *w = &vigil->seen.at[i];

		if (w->worker != worker)
			continue;
		if (w->heartbeat != heartbeat)
			*w = (struct watched){ worker, heartbeat, now, 0 };
		w->silent += now - w->looked < silence / 4 ? now - w->looked : silence / 4;
		w->looked = now;
		return w->silent >= silence;
	}
	vec_add(&vigil->seen, ((struct watched){ worker, heartbeat, now, 0 }));
	return false;
}
