/* SPDX-License-Identifier: MIT */
/* station: where a worker works. */
#include "cli/station.h"

#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/app.h"
#include "store/store.h"
#include "task/history.h"
#include "task/workers.h"

/* The path of a folder in $TMPDIR or /tmp that nobody else will think of. */
static char *
scratch_name(struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		err_sys(err, "cannot read random numbers");
		return NULL;
	}
	return xasprintf("%s/dockline-%016llx%016llx", tmp && *tmp == '/' ? tmp : "/tmp",
	    (unsigned long long)random[0], (unsigned long long)random[1]);
}

static char *
room_text(const struct station_plan *plan)
{
	json_t *room = room_json(plan->capacity), *queues = json_array();
	char *text;

	for (size_t i = 0; plan->queues && plan->queues[i]; i++)
		json_array_append_new(queues, json_string(plan->queues[i]));
	if (plan->queues)
		json_object_set(room, "queues", queues);
	text = json_canonical(room);
	json_decref(queues);
	json_decref(room);
	return text;
}

int
station_enter(struct station *s, struct app *app, struct store *store,
    const struct station_plan *plan, struct err *err)
{
	struct worker_entry entry = { .org = app->org, .job = plan->job, .ends = plan->ends };
	char *room;

	s->scratch = scratch_name(err);
	if (!s->scratch)
		return -1;
	room = room_text(plan);
	entry.scratch = s->scratch;
	entry.room = room;
	s->worker = worker_enter(store, &entry, err);
	free(room);
	if (s->worker > 0) {
		s->history = history_new();
		return 0;
	}
	s->worker = 0;
	free(s->scratch);
	s->scratch = NULL;
	return -1;
}

int
station_settle(struct station *s, struct store *store, struct err *err)
{
	if (mkdir(s->scratch, 0700) == 0)
		return 0;
	err_sys(err, "cannot create a folder '%s'", s->scratch);
	station_leave(s, store, NULL);
	return -1;
}

static int
leave(const struct station *s, struct store *store, struct err *err)
{
	if (store_begin(store, err) < 0)
		return -1;
	if (history_write(s->history, store, clock_boot(), err) < 0 ||
	    worker_beat(store, s->worker, s->done, err) < 0 ||
	    worker_leave(store, s->worker, err) < 0) {
		store_rollback(store);
		return -1;
	}
	return store_commit(store, err);
}

int
station_leave(struct station *s, struct store *store, struct err *err)
{
	int rc = 0;

	if (s->scratch)
		file_remove_tree(s->scratch, NULL);
	if (s->worker)
		rc = leave(s, store, err);
	station_clear(s);
	return rc;
}

void
station_clear(struct station *s)
{
	free(s->scratch);
	history_free(s->history);
	*s = (struct station){ 0 };
}
