/* SPDX-License-Identifier: MIT */
/* strays: what workers that died left: processes, folders, and executions that they held. */
#include "cli/strays.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/file.h"
#include "base/vec.h"
#include "cli/app.h"
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

static void
clear(struct folders *folders)
{
	for (size_t i = 0; i < folders->len; i++)
		free(folders->at[i]);
	vec_clear(folders);
}

int
strays_clear(struct store *store, struct vigil *vigil, struct err *err)
{
	struct folders folders = VEC_INIT;
	int dead = workers_need_reaping(store, vigil, add_folder, &folders, err);

	if (dead > 0)
		tree_sweep(folders.at, folders.len);
	clear(&folders);
	return dead;
}

int
strays_reap(
    struct app *app, struct store *store, struct vigil *vigil, struct tally *tally, struct err *err)
{
	struct folders folders = VEC_INIT;
	struct worker_reaping reaping = {
		.vigil = vigil, .tally = tally, .removed = add_folder, .ctx = &folders
	};
	int n = workers_reap(store, &reaping, err);

	/* also of one that died a moment ago: from now on nobody knows that it was there */
	if (folders.len > 0)
		tree_sweep(folders.at, folders.len);
	for (size_t i = 0; i < folders.len; i++)
		if (file_remove_tree(folders.at[i], NULL) == 0)
			app_detail(app, "removed '%s' of a worker that died", folders.at[i]);
	clear(&folders);
	return n;
}
