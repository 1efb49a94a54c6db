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
#include "base/err.h"
#include "base/file.h"
#include "base/vec.h"
#include "store/stmt.h"

static const char sql_enter[] =
    "INSERT INTO worker (host, boot, pid, pid_start, job, generation, scratch, started, heartbeat)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char sql_beat[] = "UPDATE worker SET heartbeat = ? WHERE id = ?";
static const char sql_leave[] =
    "UPDATE worker SET ended = ?1 WHERE id = ?2 AND NOT EXISTS (SELECT 1 FROM execution"
    " WHERE worker = ?2 AND status IN ('preparing', 'running'))";
static const char sql_open[] =
    "SELECT id, host, boot, pid, pid_start, heartbeat, scratch, job, generation FROM worker"
    " WHERE ended IS NULL";
static const char sql_held[] = "SELECT id, job, generation, attempts, lost, started FROM execution"
			       " WHERE worker = ? AND status IN ('preparing', 'running')";
static const char sql_lose[] =
    "UPDATE execution SET status = ?, class = ?, worker = NULL, lost = lost + 1, ended = ?,"
    " error = ? WHERE id = ?";
static const char sql_attempt[] =
    "INSERT OR REPLACE INTO attempt (execution, number, worker, started, ended, class, reason,"
    " user_time, system_time, max_rss) VALUES (?, ?, ?, ?, ?, 'lost', ?, 0, 0, 0)";

static const char lost_reason[] = "the worker died";
static const char lost_error[] =
    "{\"class\":\"lost\",\"reason\":\"the worker died each time it ran\"}";

static void
read_boot(char boot[64])
{
	struct buf text = BUF_INIT;

	if (file_read("/proc/sys/kernel/random/boot_id", 4096, &text, NULL) < 0)
		buf_reset(&text);
	snprintf(boot, 64, "%.*s", (int)strcspn(buf_str(&text), "\n"), buf_str(&text));
	buf_clear(&text);
}

/* Start time of a process in clock ticks since boot (proc(5), field 22), 0: there is none, or
 * what is left of it waits for its parent. */
static int64_t
pid_start(int64_t pid)
{
	struct buf text = BUF_INIT;
	char path[64], *p = NULL;
	int64_t start = 0;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	if (file_read(path, 4096, &text, NULL) == 0)
		p = strrchr(text.data, ')'); /* the name before it may hold anything */
	if (p && (p[1] != ' ' || strchr("ZX", p[2])))
		p = NULL;
	for (int field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p)
		start = strtoll(p + 1, NULL, 10);
	buf_clear(&text);
	return start;
}

static void
read_host(char host[256])
{
	if (gethostname(host, 256) < 0)
		snprintf(host, 256, "localhost");
	host[255] = '\0';
}

int64_t
worker_enter(struct store *store, const struct job *job, const char *scratch, struct err *err)
{
	char host[256], boot[64];
	int64_t now = clock_wall();

	read_host(host);
	read_boot(boot);
	if (stmt_run(store, err, sql_enter, "ttiiiitii", host, boot, (int64_t)getpid(),
		pid_start(getpid()), job->id, (int64_t)job->generation, scratch, now, now) < 0)
		return -1;
	return stmt_last_id(store);
}

int
worker_beat(struct store *store, int64_t worker, struct err *err)
{
	return stmt_run(store, err, sql_beat, "ii", clock_wall(), worker) < 0 ? -1 : 0;
}

int
worker_leave(struct store *store, int64_t worker, struct err *err)
{
	return stmt_run(store, err, sql_leave, "ii", clock_wall(), worker) < 0 ? -1 : 0;
}

struct dead {
	int64_t id;
	char *scratch; /* NULL: none, or on another host */
};

struct dead_list {
	struct dead *at;
	size_t len, room;
};

/* Is the worker of this row dead? */
static bool
is_dead(struct stmt *stmt, const char *host, const char *boot)
{
	if (strcmp(stmt_text(stmt, 1), host) != 0)
		return clock_wall() - stmt_int(stmt, 5) > WORKER_SILENCE;
	if (strcmp(stmt_text(stmt, 2), boot) != 0)
		return true;
	return pid_start(stmt_int(stmt, 3)) != stmt_int(stmt, 4);
}

static int
find_dead(struct store *store, struct dead_list *dead, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_open, "");
	char host[256], boot[64];
	int rc = -1;

	read_host(host);
	read_boot(boot);
	while (stmt && (rc = stmt_next(stmt, err)) > 0) {
		bool here = strcmp(stmt_text(stmt, 1), host) == 0;
		struct dead one = { stmt_int(stmt, 0), NULL };

		if (!is_dead(stmt, host, boot))
			continue;
		if (here && stmt_text(stmt, 6))
			one.scratch = xstrdup(stmt_text(stmt, 6));
		vec_add(dead, one);
	}
	return rc;
}

static void
clear_dead(struct dead_list *dead)
{
	for (size_t i = 0; i < dead->len; i++)
		free(dead->at[i].scratch);
	vec_clear(dead);
}

int
workers_need_reaping(struct store *store, struct err *err)
{
	struct dead_list dead = VEC_INIT;
	int rc = find_dead(store, &dead, err);

	if (rc == 0)
		rc = dead.len > 0;
	clear_dead(&dead);
	return rc;
}

static bool
works_on(struct stmt *stmt, const struct job *job)
{
	if (stmt_is_null(stmt, 7))
		return true;
	return stmt_int(stmt, 7) == job->id && stmt_int(stmt, 8) == job->generation;
}

int
workers_of_job(struct store *store, const struct job *job, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_open, "");
	char host[256], boot[64];
	int n = 0, rc = -1;

	read_host(host);
	read_boot(boot);
	while (stmt && (rc = stmt_next(stmt, err)) > 0)
		n += works_on(stmt, job) && !is_dead(stmt, host, boot);
	return rc < 0 ? -1 : n;
}

/* One execution that a dead worker held. */
static int
lose(struct store *store, struct stmt *row, int64_t worker, struct tally *tally, struct err *err)
{
	int64_t id = stmt_int(row, 0), job = stmt_int(row, 1), now = clock_wall();
	int generation = (int)stmt_int(row, 2);
	bool gone = stmt_int(row, 4) + 1 >= WORKER_MAX_LOST;
	enum status status = gone ? ST_FAILED : ST_QUEUED;
	enum failure class = gone ? FAIL_LOST : FAIL_NONE;

	if (stmt_run(store, err, sql_attempt, "iiiiit", id, stmt_int(row, 3), worker,
		stmt_int(row, 5), now, lost_reason) < 0)
		return -1;
	if (stmt_run(store, err, sql_lose, "ttIti", state_name(status), failure_name(class),
		gone ? &now : NULL, gone ? lost_error : NULL, id) < 0)
		return -1;
	tally_add(tally, job, generation, ST_RUNNING, FAIL_NONE, -1);
	tally_add(tally, job, generation, status, class, 1);
	return 0;
}

static int
reap_one(struct store *store, int64_t worker, struct tally *tally, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_held, "i", worker);
	int n = 0, rc = -1;

	while (stmt && (rc = stmt_next(stmt, err)) > 0) {
		if (lose(store, stmt, worker, tally, err) < 0) {
			stmt_end(stmt);
			return -1;
		}
		n++;
	}
	if (rc < 0 || worker_leave(store, worker, err) < 0)
		return -1;
	return n;
}

int
workers_reap(struct store *store, struct tally *tally, worker_scratch_fn *removed, void *ctx,
    struct err *err)
{
	struct dead_list dead = VEC_INIT;
	int n = 0, rc = find_dead(store, &dead, err);

	for (size_t i = 0; i < dead.len && rc >= 0; i++) {
		rc = reap_one(store, dead.at[i].id, tally, err);
		if (rc < 0)
			break;
		n += rc;
		if (dead.at[i].scratch && removed)
			removed(dead.at[i].scratch, ctx);
	}
	clear_dead(&dead);
	return rc < 0 ? -1 : n;
}
