/* SPDX-License-Identifier: MIT */
/* workers: who is dead, who only seems to be, and who comes back. */
#include "task/workers.h"

#include "base/clock.h"
#include "base/err.h"
#include "fixture.h"
#include "stage.h"
#include "store/stmt.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

/* What its row says of a worker that is this process. */
static void
test_dead(void)
{
	static const char sql_change[] =
	    "UPDATE worker SET host = ifnull(?, host), boot = ifnull(?, boot), pid = pid + ?,"
	    " pid_start = pid_start + ?, heartbeat = heartbeat - ?, ended = NULL WHERE id = ?";
	static const struct {
		const char *host, *boot;
		int64_t pid, start, age;
		int dead, seems;
		const char *why;
	} vectors[] = {
		{ NULL, NULL, 0, 0, 0, 0, 0, "alive" },
		{ NULL, NULL, 0, 0, 3 * DAY, 0, 0, "alive, whatever its heartbeat says" },
		{ NULL, NULL, 0, 1, 0, 1, 1, "another process has its number" },
		{ NULL, NULL, 1 << 29, 0, 0, 1, 1, "there is no such process" },
		{ NULL, "b", 0, 0, 0, 1, 1, "before the host was booted" },
		{ "h", NULL, 0, 1, 10 * SECOND, 0, 0, "on another host, heard of just now" },
		{ "h", "b", 0, 1, -3600 * SECOND, 0, 0, "that seems to be ahead" },
		{ "h", "b", 0, 1, 3600 * SECOND, 0, 1, "that seems to be late, or it is dead" },
		{ "h", "b", 0, 1, 2 * DAY, 1, 1, "heard of two days ago" },
	};

	for (size_t i = 0; i < COUNT(vectors); i++) {
		int64_t id = worker_enter(s.store, &(struct worker_entry){ .org = ORG }, NULL);

		stmt_run(s.store, NULL, sql_change, "ttiiii", vectors[i].host, vectors[i].boot,
		    vectors[i].pid, vectors[i].start, vectors[i].age, id);
		is_int(workers_need_reaping(s.store, NULL, NULL, NULL, NULL), vectors[i].dead, "%s",
		    vectors[i].why);
		is_int(workers_of_job(s.store, ORG, &(struct job){ 0 }, NULL), !vectors[i].seems,
		    "%s, as shown", vectors[i].why);
		stmt_run(s.store, NULL, "DELETE FROM worker WHERE id = ?", "i", id);
	}
}

/* One that hung, and was taken for dead by others: who dies later must be found. */
static void
test_back(void)
{
	static const char sql_open[] = "UPDATE worker SET ended = 1 WHERE ended IS NULL";
	int64_t id = worker_enter(s.store, &(struct worker_entry){ .org = ORG }, NULL);

	is_int(worker_leave(s.store, id, NULL), 0, "given up by others");
	is_int(workers_of_job(s.store, ORG, &(struct job){ 0 }, NULL), 0, "nobody works");
	is_int(worker_beat(s.store, id, 0, NULL), 0, "it goes on");
	is_int(workers_of_job(s.store, ORG, &(struct job){ 0 }, NULL), 1, "and is there again");
	is_int(stmt_run(s.store, NULL, sql_open, ""), 1, "among those that may die");
}

int
main(void)
{
	char *root = fixture_root();
	char *dir = path_join(root, "state");

	stage_begin(dir);
	test_dead();
	test_back();
	stage_commit();
	stage_end();
	free(dir);
	fixture_free(root);
	return done_testing();
}
