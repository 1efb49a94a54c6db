/* SPDX-License-Identifier: MIT */
/* strays: what workers that died left running on this host. */
#include "cli/strays.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/vec.h"
#include "exec/tree.h"
#include "task/workers.h"

struct folders {
	char **at;
	size_t len, room;
};

static void
add_folder(const char *scratch, void *ctx)
{
	struct folders *folders = ctx;

	vec_add(folders, xstrdup(scratch));
}

int
strays_clear(struct store *store, struct err *err)
{
	struct folders folders = VEC_INIT;
	int dead = workers_need_reaping(store, add_folder, &folders, err);

	if (dead > 0)
		tree_sweep(folders.at, folders.len);
	for (size_t i = 0; i < folders.len; i++)
		free(folders.at[i]);
	vec_clear(&folders);
	return dead;
}
