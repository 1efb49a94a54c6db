/* SPDX-License-Identifier: MIT */
/* workers: who works on this state, and who only seems to. */
#include "task/workers.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/pidstat.h"
#include "base/vec.h"
#include "store/stmt.h"
#include "task/vigil.h"
#include "task/workers_parts.h"

static const char sql_enter[] =
    "INSERT INTO worker (host, boot, pid, pid_start, org, job, generation, scratch, room, started,"
    " heartbeat, ends) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
/* others may have taken it for dead while it hung */
static const char sql_beat[] =
    "UPDATE worker SET heartbeat = ?, done = ?, ended = NULL WHERE id = ?";
static const char sql_stand_in[] =
    "INSERT INTO worker (host, boot, pid, pid_start, org, started, heartbeat, ended)"
    " VALUES ('', '', 0, 0, ?1, ?2, ?2, ?2)";
static const char sql_elements[] =
    "SELECT count(*) FROM cluster_element c INDEXED BY cluster_element_open"
    " JOIN worker w ON w.id = c.worker WHERE c.ended IS NULL AND w.org = ?";
static const char sql_leave[] =
    "UPDATE worker SET ended = ?1 WHERE id = ?2 AND NOT EXISTS (SELECT 1 FROM execution"
    " WHERE worker = ?2)";
static const char sql_open[] =
    "SELECT id, host, boot, pid, pid_start, heartbeat, scratch, job, generation, org FROM worker"
    " WHERE ended IS NULL";
/* begins as the one above */
static const char sql_seen[] =
    "SELECT w.id, w.host, w.boot, w.pid, w.pid_start, w.heartbeat, w.scratch, w.job, w.generation,"
    " w.org, j.name, w.room, w.started, w.ends, w.done FROM worker w"
    " LEFT JOIN job j ON j.id = w.job WHERE w.ended IS NULL ORDER BY w.id";
static const char sql_holds[] =
    "SELECT ifnull(sum(status != 'preparing'), 0), ifnull(sum(status = 'preparing'), 0)"
    " FROM execution INDEXED BY execution_held WHERE worker = ?";

static const char sql_holder[] =
    "SELECT e.attempts, w.host, w.scratch FROM execution e JOIN worker w ON w.id = e.worker"
    " WHERE e.id = ?";

static void
read_boot(char boot[64])
{
	struct buf text = BUF_INIT;

	if (file_read("/proc/sys/kernel/random/boot_id", 4096, &text, NULL) < 0)
		buf_reset(&text);
	snprintf(boot, 64, "%.*s", (int)strcspn(buf_str(&text), "\n"), buf_str(&text));
	buf_clear(&text);
}

static void
read_host(char host[256])
{
	if (gethostname(host, 256) < 0)
		snprintf(host, 256, "localhost");
	host[255] = '\0';
}

int64_t
worker_enter(struct store *store, const struct worker_entry *entry, struct err *err)
{
	char host[256], boot[64];
	int64_t now = clock_wall(), generation = entry->job.generation;

	read_host(host);
	read_boot(boot);
	if (stmt_run(store, err, sql_enter, "ttiitIIttiiI", host, boot, (int64_t)getpid(),
		pidstat_start(getpid()), entry->org, entry->job.id ? &entry->job.id : NULL,
		entry->job.id ? &generation : NULL, entry->scratch, entry->room, now, now,
		entry->ends ? &entry->ends : NULL) < 0)
		return -1;
	return stmt_last_id(store);
}

int64_t
worker_stand_in(struct store *store, const char *org, struct err *err)
{
	if (stmt_run(store, err, sql_stand_in, "ti", org, clock_wall()) < 0)
		return -1;
	return stmt_last_id(store);
}

int
worker_beat(struct store *store, int64_t worker, int64_t done, struct err *err)
{
	return stmt_run(store, err, sql_beat, "iii", clock_wall(), done, worker) < 0 ? -1 : 0;
}

int
worker_leave(struct store *store, int64_t worker, struct err *err)
{
	return stmt_run(store, err, sql_leave, "ii", clock_wall(), worker) < 0 ? -1 : 0;
}

/* Who looks for the dead, and where. */
struct view {
	char host[256], boot[64];
	struct vigil *vigil;
};

static void
open_eyes(struct view *view, struct vigil *vigil)
{
	read_host(view->host);
	read_boot(view->boot);
	view->vigil = vigil;
}

static bool
is_here(struct stmt *row, const struct view *view)
{
	return strcmp(stmt_text(row, 1), view->host) == 0;
}

static bool
is_of_other_boot(struct stmt *row, const struct view *view)
{
	return strcmp(stmt_text(row, 2), view->boot) != 0;
}

/* Is the worker of this row, which was on this host, dead? */
static bool
is_dead_here(struct stmt *row, const struct view *view)
{
	return is_of_other_boot(row, view) ||
	    pidstat_start((pid_t)stmt_int(row, 3)) != stmt_int(row, 4);
}

/* Is the worker of this row dead, for certain? */
static bool
is_dead(struct stmt *row, const struct view *view)
{
	int64_t heartbeat = stmt_int(row, 5);

	if (is_here(row, view))
		return is_dead_here(row, view);
	if (view->vigil &&
	    vigil_is_silent(view->vigil, stmt_int(row, 0), heartbeat, clock_boot(), WORKER_SILENCE))
		return true;
	return clock_wall() - heartbeat > WORKER_FORGOTTEN;
}

/* For showing: does it seem dead? */
static bool
seems_dead(struct stmt *row, const struct view *view)
{
	if (is_here(row, view))
		return is_dead_here(row, view);
	return clock_wall() - stmt_int(row, 5) > WORKER_SILENCE;
}

int
workers_find_dead(struct store *store, struct vigil *vigil, struct dead_list *dead, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_open, "");
	struct view view;
	int rc = -1;

	open_eyes(&view, vigil);
	while (stmt && (rc = stmt_next(stmt, err)) > 0) {
		struct dead one = { .id = stmt_int(stmt, 0),
			.rebooted = is_of_other_boot(stmt, &view) };

		if (!is_dead(stmt, &view))
			continue;
		if (is_here(stmt, &view) && stmt_text(stmt, 6))
			one.scratch = xstrdup(stmt_text(stmt, 6));
		vec_add(dead, one);
	}
	return rc;
}

void
workers_clear_dead(struct dead_list *dead)
{
	for (size_t i = 0; i < dead->len; i++)
		free(dead->at[i].scratch);
	vec_clear(dead);
}

int
workers_need_reaping(struct store *store, struct vigil *vigil, worker_scratch_fn *removed,
    void *ctx, struct err *err)
{
	struct dead_list dead = VEC_INIT;
	int rc = workers_find_dead(store, vigil, &dead, err);

	for (size_t i = 0; removed && i < dead.len; i++)
		if (dead.at[i].scratch)
			removed(dead.at[i].scratch, ctx);
	if (rc == 0)
		rc = dead.len > 0;
	workers_clear_dead(&dead);
	return rc;
}

static bool
works_on(struct stmt *stmt, const char *org, const struct job *job)
{
	if (stmt_text(stmt, 9) && strcmp(stmt_text(stmt, 9), org) != 0)
		return false;
	if (stmt_is_null(stmt, 7) || job->id == 0)
		return stmt_is_null(stmt, 7);
	return stmt_int(stmt, 7) == job->id && stmt_int(stmt, 8) == job->generation;
}

int
workers_of_job(struct store *store, const char *org, const struct job *job, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_open, "");
	int64_t elements = 0;
	struct view view;
	int n = 0, rc = -1;

	open_eyes(&view, NULL);
	while (stmt && (rc = stmt_next(stmt, err)) > 0)
		n += works_on(stmt, org, job) && !seems_dead(stmt, &view);
	if (rc == 0 && n == 0 && stmt_number(store, err, &elements, sql_elements, "t", org) < 0)
		rc = -1;
	return rc < 0 ? -1 : n + (int)elements;
}

static int
count_held(struct store *store, struct worker_seen *w, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_holds, "i", w->id);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	w->running = stmt_int(row, 0);
	w->claimed = stmt_int(row, 1);
	stmt_end(row);
	return 0;
}

static struct worker_seen
seen_of(struct stmt *row)
{
	return (struct worker_seen){ .id = stmt_int(row, 0),
		.host = stmt_text(row, 1),
		.pid = stmt_int(row, 3),
		.job = { stmt_int(row, 7), (int)stmt_int(row, 8) },
		.job_name = stmt_text(row, 10),
		.room = stmt_text(row, 11),
		.started = stmt_int(row, 12),
		.heartbeat = stmt_int(row, 5),
		.ends = stmt_int(row, 13),
		.done = stmt_int(row, 14) };
}

int
workers_each(struct store *store, const char *org, worker_seen_fn *fn, void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_seen, "");
	struct view view;
	int rc = -1;

	open_eyes(&view, NULL);
	while (row && (rc = stmt_next(row, err)) > 0) {
		struct worker_seen w = seen_of(row);

		if (stmt_text(row, 9) && strcmp(stmt_text(row, 9), org) != 0)
			continue;
		w.dead = seems_dead(row, &view);
		rc = count_held(store, &w, err);
		if (rc == 0)
			rc = fn(&w, ctx);
		if (rc != 0) {
			stmt_end(row);
			break;
		}
	}
	return rc;
}

int
worker_of_execution(
    struct store *store, int64_t execution, int *attempt, char **scratch, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_holder, "i", execution);
	int rc = row ? stmt_next(row, err) : -1;
	char host[256];

	if (scratch)
		*scratch = NULL;
	if (rc <= 0)
		return rc;
	*attempt = (int)stmt_int(row, 0);
	read_host(host);
	if (scratch && strcmp(stmt_text(row, 1), host) == 0 && !stmt_is_null(row, 2))
		*scratch = xstrdup(stmt_text(row, 2));
	stmt_end(row);
	return 1;
}
