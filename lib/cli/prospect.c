/* SPDX-License-Identifier: MIT */
/* prospect: who there is to run what is submitted. */
#include "cli/prospect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/capacity.h"
#include "cli/slot.h"
#include "exec/proc.h"
#include "store/store.h"
#include "task/task.h"
#include "task/workers.h"

/* A task, or a queue, and whether somebody is there for it. */
struct need {
	const struct task *task;
	struct room one;          /* what one execution takes */
	double most[ROOM_LIMITS]; /* of each of its limits, the most that anybody has */
	bool met;
};

struct queue {
	const char *name;
	bool served;
};

struct survey {
	const char *job;
	VEC(struct need) needs;
	VEC(struct queue) queues;
	double cpus, gpus; /* the most that anybody has */
	int64_t memory;
	int workers;
};

static void
begin(struct survey *s, const struct prospect *p)
{
	const char *name;
	struct task *task;

	*s = (struct survey){ .job = p->job };
	for (size_t at = 0; (task = p->tasks.next(p->tasks.of, &at));) {
		struct need need = { .task = task };

		room_of_task(task, 0, &need.one);
		vec_add(&s->needs, need);
	}
	for (size_t at = 0; p->queue && (name = p->queue(p->tasks.of, &at));) {
		struct queue queue = { name, false };
		size_t i = 0;

		while (i < s->queues.len && strcmp(s->queues.at[i].name, name) != 0)
			i++;
		if (i == s->queues.len)
			vec_add(&s->queues, queue);
	}
}

static void
end(struct survey *s)
{
	vec_clear(&s->needs);
	vec_clear(&s->queues);
}

/* Somebody has so much: is it enough? */
static void
compare(struct need *need, const struct room *room)
{
	for (int i = 0; i < need->one.nlimits; i++) {
		double amount = room_limit(room, need->one.limits[i].name);

		if (need->most[i] < amount)
			need->most[i] = amount;
	}
	if (room_fits(room, &need->one, 1) > 0)
		need->met = true;
}

static void
add_room(struct survey *s, const struct room *room)
{
	if (room->cpus > s->cpus)
		s->cpus = room->cpus;
	if (room->gpus > s->gpus)
		s->gpus = room->gpus;
	if (room->memory > s->memory)
		s->memory = room->memory;
	for (size_t i = 0; i < s->needs.len; i++)
		compare(&s->needs.at[i], room);
}

/* Somebody serves these; NULL: all. */
static void
add_queues(struct survey *s, const json_t *served)
{
	for (size_t i = 0; i < s->queues.len; i++) {
		struct queue *queue = &s->queues.at[i];
		json_t *name;
		size_t k;

		queue->served = queue->served || !served;
		json_array_foreach(served, k, name)
			if (strcmp(json_string_value(name), queue->name) == 0)
				queue->served = true;
	}
}

static int
add_worker(const struct worker_seen *w, void *ctx)
{
	struct survey *s = ctx;
	json_t *json;
	struct room room;

	if (w->dead || (w->job.id && !(s->job && w->job_name && strcmp(s->job, w->job_name) == 0)))
		return 0;
	s->workers++;
	json = w->room ? json_parse(w->room, strlen(w->room), NULL) : NULL;
	room_read(json, &room);
	add_room(s, &room);
	add_queues(s, json_object_get(json, "queues"));
	json_decref(json);
	return 0;
}

/* What a need takes that nobody has. */
static void
tell_need(const struct survey *s, const struct need *need, struct buf *text)
{
	const struct room *one = &need->one;
	char takes[NUM_TEXT], most[NUM_TEXT];
	size_t before = text->len;

	if (one->cpus > s->cpus)
		buf_addf(text, ", %s core%s (the most there are: %s)", num_text(one->cpus, takes),
		    one->cpus == 1 ? "" : "s", num_text(s->cpus, most));
	if (one->memory > s->memory)
		buf_addf(text, ", %lld MiB of memory (the most there are: %lld)",
		    (long long)one->memory >> 20, (long long)s->memory >> 20);
	if (one->gpus > s->gpus)
		buf_addf(text, ", %s GPU%s (the most there are: %s)", num_text(one->gpus, takes),
		    one->gpus == 1 ? "" : "s", num_text(s->gpus, most));
	for (int i = 0; i < one->nlimits; i++)
		if (one->limits[i].amount > need->most[i])
			buf_addf(text, ", %s of limit '%s' (the most there are: %s)",
			    num_text(one->limits[i].amount, takes), one->limits[i].name,
			    num_text(need->most[i], most));
	if (text->len == before)
		buf_add_str(text, ", more at once than any of them has");
}

/* "no worker can run task 'x': it takes 2 GPUs (the most there are: 0)" */
static char *
tell(const struct survey *s, const struct need *need)
{
	struct buf needs = BUF_INIT, text = BUF_INIT;

	tell_need(s, need, &needs);
	buf_addf(&text, "no worker can run task '%s': it takes %s", need->task->name,
	    buf_str(&needs) + strlen(", "));
	buf_clear(&needs);
	return buf_take(&text);
}

int
prospect_judge(const struct prospect *p, const struct room *own, struct err *err)
{
	struct survey s;
	int rc;

	begin(&s, p);
	add_room(&s, own);
	rc = workers_each(p->store, p->app->org, add_worker, &s, err);
	for (size_t i = 0; i < s.needs.len && rc == 0; i++)
		if (!s.needs.at[i].met) {
			char *text = tell(&s, &s.needs.at[i]);

			rc = err_set(err, ERR_USAGE, "%s", text);
			free(text);
		}
	end(&s);
	return rc;
}

static void
warn(const struct prospect *p, const struct survey *s)
{
	for (size_t i = 0; i < s->needs.len; i++)
		if (!s->needs.at[i].met) {
			char *text = tell(s, &s->needs.at[i]);

			app_warn(p->app, "%s", text);
			free(text);
		}
	for (size_t i = 0; i < s->queues.len && s->workers > 0; i++)
		if (!s->queues.at[i].served)
			app_warn(p->app, "no worker serves queue '%s': taskwork --queue %s",
			    s->queues.at[i].name, s->queues.at[i].name);
}

int
prospect_warn(const struct prospect *p, int *workers, struct err *err)
{
	struct survey s;
	struct room host;
	int rc;

	begin(&s, p);
	capacity_of_host(&host);
	add_room(&s, &host);
	rc = workers_each(p->store, p->app->org, add_worker, &s, err);
	if (rc == 0)
		warn(p, &s);
	*workers = s.workers;
	end(&s);
	return rc;
}

int
prospect_hire(const struct prospect *p, int jobs, struct err *err)
{
	char *program = slot_program("taskwork"), number[16];
	char *argv[] = { "taskwork", "-q", "--state", (char *)store_dir(p->store), "--org",
		p->app->org, jobs ? "-j" : NULL, number, NULL };
	struct proc_spec spec = {
		.argv = argv, .program = program, .out = -1, .err = -1, .detached = true
	};
	pid_t pid;

	snprintf(number, sizeof(number), "%d", jobs);
	pid = proc_start(&spec, err);
	free(program);
	if (pid < 0)
		return -1;
	app_say(p->app, "a worker runs on: process %d", (int)pid);
	return 0;
}
