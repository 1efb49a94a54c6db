/* SPDX-License-Identifier: MIT */
/* why: in one line, what an execution waits for, or how it ended. */
#include "cli/why.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "cli/reasons.h"
#include "cli/room.h"
#include "store/store.h"
#include "task/service.h"
#include "task/task.h"
#include "task/why.h"
#include "task/workers.h"

struct looking {
	const struct why *w;
	struct hands *hands;
};

static bool
serves_queue(const json_t *room, const char *queue)
{
	json_t *queues = json_object_get(room, "queues"), *name;
	size_t i;

	if (!queues)
		return true;
	json_array_foreach(queues, i, name)
		if (json_is_string(name) && strcmp(json_string_value(name), queue) == 0)
			return true;
	return false;
}

static int
look_at(const struct worker_seen *worker, void *ctx)
{
	const struct why *w = ((struct looking *)ctx)->w;
	struct hands *hands = ((struct looking *)ctx)->hands;
	struct room has, one;
	json_t *room;

	if (worker->dead)
		return 0;
	hands->alive++;
	hands->holder = hands->holder || worker->id == w->worker;
	if (worker->job.id &&
	    (worker->job.id != w->job.id || worker->job.generation != w->job.generation))
		return 0;
	room = worker->room ? json_parse(worker->room, strlen(worker->room), NULL) : NULL;
	if (serves_queue(room, w->queue)) {
		room_read(room, &has);
		room_of_task(w->task, 0, &one);
		hands->serving++;
		hands->roomy += !room || room_fits(&has, &one, 1) > 0;
	}
	json_decref(room);
	return 0;
}

static int
look_at_service(struct service **service, void *ctx, struct err *err)
{
	const struct service_state *state = &(*service)->state;
	struct hands *hands = ctx;

	(void)err;
	hands->services++;
	if (state->health != SERVICE_UNHEALTHY && state->breaker.state == BREAKER_CLOSED)
		return 0;
	hands->shut++;
	snprintf(hands->cause, sizeof(hands->cause), "%s", state->cause);
	return 0;
}

/* Who may run it: workers, and services. */
static int
look_around(struct app *app, struct store *store, struct looking *looking, struct err *err)
{
	const struct task *task = looking->w->task;

	if (workers_each(store, app->org, look_at, looking, err) < 0)
		return -1;
	if (!task->remote)
		return 0;
	return service_each(store, app->org, task->name, look_at_service, looking->hands, err);
}

static void
print_line(const struct answer *a)
{
	struct buf shown = BUF_INIT;

	utf8_visible(a->text.data, a->text.len, UTF8_CONTROLS, &shown);
	printf("%lld: %s\n", (long long)a->w->id, buf_str(&shown));
	buf_clear(&shown);
}

static void
print_record(struct app *app, struct answer *a)
{
	const struct why *w = a->w;
	json_t *r = json_pack("{s:s, s:I, s:s, s:s?, s:s, s:s, s:s, s:s}", "type", "why", "id",
	    (json_int_t)w->id, "key", w->key, "job", w->job_name, "task", w->task->name, "status",
	    state_name(w->status), "reason", a->reason, "text", buf_str(&a->text));

	json_object_update(r, a->record);
	app_record(app, r);
	json_decref(r);
}

static int
find(struct app *app, struct store *store, int64_t id, struct why *w, struct hands *hands,
    struct err *err)
{
	struct looking looking = { w, hands };
	int rc;

	if (store_read(store, err) < 0)
		return -1;
	rc = why_find(store, app->org, id, w, err);
	if (rc > 0 && look_around(app, store, &looking, err) < 0) {
		why_clear(w);
		rc = -1;
	}
	store_read_end(store);
	return rc;
}

int
why_tell(struct app *app, struct store *store, int64_t id, bool as_record, struct err *err)
{
	struct why w = { 0 };
	struct hands hands = { 0 };
	struct answer a = { .w = &w, .hands = &hands, .now = clock_wall() };
	int rc = find(app, store, id, &w, &hands, err);

	if (rc <= 0)
		return rc;
	a.record = json_object();
	reasons_tell(&a);
	if (as_record)
		print_record(app, &a);
	else
		print_line(&a);
	buf_clear(&a.text);
	json_decref(a.record);
	why_clear(&w);
	return 1;
}
