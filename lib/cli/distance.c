/* SPDX-License-Identifier: MIT */
/* distance: how far the elements are that are out on clusters. */
#include "cli/distance.h"

#include <stdlib.h>

#include "base/err.h"
#include "grid/outbox.h"
#include "store/store.h"
#include "task/whereabouts.h"

/* A file of another machine may hold anything. */
static int64_t
within(int64_t count, int64_t most)
{
	return count < 0 ? 0 : count > most ? most : count;
}

static struct begun_count
read_note(const char *folder, const char *name, int element, int64_t given)
{
	char *path = outbox_note(folder, name, element);
	struct begun *note = begun_open_at(path);
	struct begun_count count = { 0 };

	if (note)
		count = begun_told(note);
	begun_free(note);
	free(path);
	count.ended = within(count.ended, given);
	count.failed = within(count.failed, count.ended);
	return count;
}

struct begun_count
distance_of(struct store *store, const char *name, int element, int64_t given)
{
	char *folder = outbox_path(store_dir(store));
	struct begun_count count = read_note(folder, name, element, given);

	free(folder);
	return count;
}

struct adding {
	const char *folder;
	struct begun_count *sum;
};

static int
add(const char *name, int element, int64_t given, void *ctx)
{
	struct adding *a = ctx;
	struct begun_count one = read_note(a->folder, name, element, given);

	a->sum->ended += one.ended;
	a->sum->failed += one.failed;
	return 0;
}

int
distance_of_job(struct store *store, const char *org, const struct job *job,
    struct begun_count *sum, struct err *err)
{
	char *folder = outbox_path(store_dir(store));
	struct adding a = { folder, sum };
	int rc;

	*sum = (struct begun_count){ 0 };
	rc = whereabouts_of_job(store, org, job, add, &a, err);
	free(folder);
	return rc;
}
