/* SPDX-License-Identifier: MIT */
/*
 * dockserve: a dock-* program as a coprocess of taskrun.
 *
 * What is in hand waits in the order in which it came. While the engine docks
 * the first, the second is put behind it, into the same process, when both are
 * alike; when there is none, the process waits for more. What has nobody to share
 * a process with is docked in one of its own, and so is what ended a process of
 * several: then it alone is to blame.
 *
 * Of an engine that takes several records in one file (cli/docksdf.h) those in hand are
 * docked together and answered together. That saves a few seconds for each, so they are only as
 * many as will most likely end in a minute, by what the last ones took: nobody waits
 * long for an answer that is there already.
 */
#include "cli/dockserve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/dockbatch.h"
#include "cli/dockgroup.h"
#include "cli/dockrun.h"
#include "cli/docksdf.h"
#include "cli/records.h"
#include "dock/docking.h"
#include "exec/pipe.h"
#include "exec/proc.h"

enum {
	KEPT = 32,        /* folders of answers that may not have been read yet */
	COMPANY = 20,     /* milliseconds to wait for somebody to share a process with */
	SECOND = 1000000, /* microseconds */
	LOOK = 500,       /* milliseconds between two looks whether a group still docks */
	MANY = 16,        /* ligands in one file */
	MINUTE = 60,      /* seconds that those of a file may take, by the last */
	OURS = 1,         /* descriptors to poll for, beside those of a group */
};

/* A request in hand. */
struct asked {
	json_int_t id;
	struct dockjob job;
	struct asked *next;
};

struct serve {
	struct app *app;
	struct dockrun *run; /* NULL: there is no engine */
	const json_t *fills;
	const struct err *none; /* why */
	struct pipe_in in;
	bool over; /* nobody asks any more */
	struct asked *first, **last;
	int count;
	struct dockgroup *group; /* docks the first, NULL: nobody does */
	char *kept[KEPT];        /* folders, in a ring */
	size_t answered;
	double took; /* seconds that the last docking took; 0: none was docked */
	struct err err;
};

/* ---- answers ---- */

static void
answer(struct serve *s, json_int_t id, const char *what, json_t *value)
{
	json_t *record = json_pack("{s:I,s:O,s:O*}", "id", id, what, value, "resources",
	    json_object_get(value, "resources"));

	app_record(s->app, record);
	json_decref(record);
	app_flush(s->app, &s->err);
}

static void
answer_verdict(struct serve *s, json_int_t id, const struct verdict *v)
{
	json_t *error = verdict_json(v);

	answer(s, id, "error", error);
	json_decref(error);
}

/* The files of an answer are read before many more are asked for: then they can go. */
static void
keep_folder(struct serve *s, const json_t *record)
{
	char **place = &s->kept[s->answered++ % KEPT], *end;
	const char *path = json_string_value(json_at(record, "/files/poses/path"));

	if (*place)
		file_remove_tree(*place, NULL);
	free(*place);
	*place = path ? xstrdup(path) : NULL;
	end = *place ? strrchr(*place, '/') : NULL;
	if (end)
		*end = '\0';
}

/* The first in hand is done with. */
static void
drop_first(struct serve *s)
{
	struct asked *a = s->first;

	s->first = a->next;
	if (!s->first)
		s->last = &s->first;
	s->count--;
	dockjob_clear(&a->job);
	free(a);
}

static void
answer_first(struct serve *s, json_t *record, const struct verdict *verdict)
{
	if (record) {
		answer(s, s->first->id, "result", record);
		keep_folder(s, record);
	} else if (!proc_caught()) {
		answer_verdict(s, s->first->id, verdict);
	}
	json_decref(record);
	drop_first(s);
}

/* ---- questions ---- */

/* What was bad before it came here travels on. */
static void
refuse_failed(struct serve *s, json_int_t id, const json_t *params)
{
	json_t *error = json_object_get(params, "error");
	struct verdict verdict = { 0 };

	if (json_is_object(error)) {
		answer(s, id, "error", error);
		return;
	}
	verdict_set(&verdict, "dependency", "the record is of something that failed");
	answer_verdict(s, id, &verdict);
}

static void
take_in(struct serve *s, json_int_t id, json_t *params)
{
	struct asked *a = xcalloc(1, sizeof(*a));
	json_t *request = json_copy(params);
	struct verdict verdict = { 0 };

	a->id = id;
	json_object_del(request, "error"); /* null, or it would be no result */
	json_fill(request, s->fills);
	if (dockjob_load(&a->job, s->run, request, &verdict) == 0) {
		*s->last = a;
		s->last = &a->next;
		s->count++;
	} else {
		answer_verdict(s, id, &verdict);
		dockjob_clear(&a->job);
		free(a);
	}
	json_decref(request);
}

static void
on_request(struct serve *s, json_t *message)
{
	json_int_t id = json_integer_value(json_object_get(message, "id"));
	json_t *params = records_result(json_object_get(message, "params"));
	struct verdict verdict = { 0 };

	if (!s->run) {
		verdict_set(&verdict, "rejected", "%s", s->none->text);
		answer_verdict(s, id, &verdict);
	} else if (!params) {
		refuse_failed(s, id, json_object_get(message, "params"));
	} else if (json_object_get(params, "skipped")) {
		answer(s, id, "result", params);
	} else {
		take_in(s, id, params);
	}
}

/* Read what was asked. A line that is no request ends us: nobody could be told. */
static void
listen(struct serve *s)
{
	const char *line;
	size_t len;

	if (pipe_read(&s->in) < 0) {
		pipe_in_close(&s->in);
		s->over = true;
		open("/dev/null", O_RDONLY); /* as 0, which no file of a child may be */
	}
	while (s->err.kind == ERR_NONE && pipe_next(&s->in, &line, &len)) {
		json_t *message = json_parse(line, len, &s->err);

		if (message && !json_is_object(json_object_get(message, "params")))
			err_set(&s->err, ERR_INPUT, "a request has no 'params'");
		else if (message)
			on_request(s, message);
		json_decref(message);
	}
}

/* ---- docking ---- */

/* How many in hand one file may have. The first is docked alone. */
static size_t
file_room(const struct serve *s)
{
	if (s->took <= 0)
		return 1;
	return s->took * MANY < MINUTE ? MANY : (size_t)(MINUTE / s->took) + 1;
}

/* Those in hand, from the first, that are docked together. */
static size_t
join(const struct serve *s, struct dockjob **jobs)
{
	size_t n = 0, most = file_room(s);

	for (struct asked *a = s->first; a && n < most; a = a->next) {
		if (!docksdf_joins(jobs, n, &a->job, s->run))
			break;
		jobs[n++] = &a->job;
	}
	return n;
}

static void
dock_file(struct serve *s, struct dockjob *const *jobs, size_t n)
{
	struct dockend ends[MANY] = { { .record = NULL } };

	docksdf_run(jobs, n, s->run, ends);
	for (size_t i = 0; i < n; i++) {
		s->took = json_number_value(json_object_get(ends[i].record, "elapsed"));
		answer_first(s, ends[i].record, &ends[i].verdict);
	}
}

static void
dock_alone(struct serve *s)
{
	struct verdict verdict = { 0 };
	struct dockjob *jobs[MANY];
	json_t *record;
	size_t n = join(s, jobs);

	if (n > 0) {
		dock_file(s, jobs, n);
		return;
	}
	record = dockjob_run(&s->first->job, s->run, &verdict);
	answer_first(s, record, &verdict);
}

static void
end_group(struct serve *s)
{
	dockgroup_free(s->group);
	s->group = NULL;
}

/* Give the group what it takes, or start one on the first two. The first that is not its own ends
 * it. */
static void
use_group(struct serve *s, struct asked *first)
{
	struct asked *next = first ? first->next : NULL;
	struct err why = { 0 };

	if (s->group && first && dockgroup_count(s->group) == 0) {
		if (!dockgroup_takes(s->group, &first->job) ||
		    dockgroup_put(s->group, &first->job, &why) < 0)
			end_group(s);
	}
	if (!s->group && next && dockgroup_alike(&first->job, &next->job, s->run))
		s->group = dockgroup_new(s->run, &first->job, &why);
	if (s->group && next && dockgroup_takes(s->group, &next->job))
		dockgroup_put(s->group, &next->job, &why);
	if (why.kind != ERR_NONE)
		app_detail(s->app, "dock each alone: %s", why.text);
}

/* The group has docked the first. */
static void
take_poses(struct serve *s)
{
	struct verdict verdict = { 0 };
	struct buf poses = BUF_INIT;
	json_t *record;
	struct docking_cost cost;
	struct dockrun run = *dockgroup_run(s->group); /* which may be gone in a moment */
	bool ended, died;

	dockgroup_take(s->group, &poses, &cost);
	ended = dockgroup_has_ended(s->group);
	died = ended && dockgroup_count(s->group) > 0; /* of the one behind it */
	if (ended)
		end_group(s);
	else
		use_group(s, s->first->next); /* nobody is to wait while we judge */
	record = dockjob_conclude(&s->first->job, &run, &poses, &cost, &verdict);
	buf_clear(&poses);
	answer_first(s, record, &verdict);
	if (died && !proc_caught())
		dock_alone(s);
}

/* Does a group dock the first? */
static bool
is_busy(const struct serve *s)
{
	return s->group && dockgroup_count(s->group) > 0;
}

/* Has the first, which a group docks, had its time? */
static bool
is_late(const struct serve *s, int64_t now)
{
	double limit = is_busy(s) ? s->first->job.request.timeout : 0;

	return limit > 0 && now >= dockgroup_begun(s->group) + (int64_t)(limit * SECOND);
}

static void
give_up(struct serve *s)
{
	struct judge_end end = { .timed_out = true, .limit = s->first->job.request.timeout };
	struct verdict verdict = { 0 };

	end_group(s);
	judge_end(s->run->engine, &end, &verdict);
	answer_first(s, NULL, &verdict);
}

/* Milliseconds until there is something to do without anybody's news. */
static int
wait_time(const struct serve *s, int64_t now)
{
	bool busy = is_busy(s);
	double limit = busy ? s->first->job.request.timeout : 0;
	int most = busy ? LOOK : -1;
	int64_t left;

	if (!s->group && s->count > 0 && request_joins(&s->first->job.request))
		return s->count < MANY ? COMPANY : 0;
	if (!s->group && s->count > 0)
		return s->count > 1 || !request_groups(&s->first->job.request, &s->run->version)
		    ? 0
		    : COMPANY;
	if (limit <= 0)
		return most;
	left = dockgroup_begun(s->group) + (int64_t)(limit * SECOND) - now;
	return left < 0 ? 0 : left < most * (int64_t)1000 ? (int)(left / 1000 + 1) : most;
}

static void
hear_group(struct serve *s, const struct pollfd *fds)
{
	bool alone;

	switch (dockgroup_ready(s->group, fds)) {
	case DOCKGROUP_DONE:
		take_poses(s);
		break;
	case DOCKGROUP_ENDED:
		alone = is_busy(s);
		end_group(s);
		if (alone)
			dock_alone(s);
		break;
	case DOCKGROUP_NOTHING:
		break;
	}
}

/* Wait for a question, and for the group. False: for nothing that came in time. */
static bool
look(struct serve *s)
{
	struct pollfd fds[OURS + DOCKGROUP_FDS] = { { .fd = s->in.fd, .events = POLLIN } };
	int n = OURS, found;

	if (s->group) {
		dockgroup_fds(s->group, fds + OURS);
		n += DOCKGROUP_FDS;
	}
	found = poll(fds, (nfds_t)n, wait_time(s, clock_boot()));
	if (found > 0 && fds[0].revents)
		listen(s);
	if (found >= 0 && s->group)
		hear_group(s, fds + OURS);
	return found > 0;
}

static void
step(struct serve *s)
{
	bool company = !s->over && look(s);

	if (s->over && is_busy(s))
		look(s);
	if (proc_caught())
		return;
	use_group(s, s->first);
	if (is_late(s, clock_boot()))
		give_up(s);
	else if (!s->group && s->first && !company)
		dock_alone(s);
}

int
dockserve(struct app *app, struct dockrun *run, const json_t *fills, struct err *err)
{
	struct serve s = { .app = app, .run = run, .fills = fills, .none = err };

	s.last = &s.first;
	fcntl(s.in.fd, F_SETFL, O_NONBLOCK);
	while ((!s.over || s.first) && !proc_caught() && s.err.kind == ERR_NONE)
		step(&s);
	end_group(&s);
	while (s.first)
		drop_first(&s);
	for (size_t i = 0; i < KEPT; i++)
		free(s.kept[i]);
	pipe_in_clear(&s.in);
	if (s.err.kind == ERR_NONE)
		return run ? 0 : -1;
	*err = s.err;
	return -1;
}
