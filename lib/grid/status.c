/* SPDX-License-Identifier: MIT */
/* status: what the words of a scheduler mean. */
#include "grid/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum batch_state
status_of(const json_t *states, const char *word)
{
	char *known = xstrndup(word ? word : "", word ? strcspn(word, " +") : 0);
	const char *name = json_string_value(json_object_get(states, known));
	int state = name ? batch_state_find(name) : -1;

	free(known);
	return state < 0 ? BATCH_UNKNOWN : (enum batch_state)state;
}

const char *
status_failure(enum batch_state state)
{
	static const char *const classes[BATCH_STATES] = {
		[BATCH_DONE] = "lost",
		[BATCH_FAILED] = "engine",
		[BATCH_TIMEOUT] = "timeout",
		[BATCH_MEMORY] = "memory",
		[BATCH_LOST] = "lost",
	};

	return classes[state];
}
