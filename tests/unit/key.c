/* SPDX-License-Identifier: MIT */
/* key: who has it, many at once, two that want one place, and what is removed. */
#include "task/key.h"

#include "base/alloc.h"
#include "fixture.h"
#include "stage.h"
#include "store/internal.h"
#include "store/place.h"
#include "store/stmt.h"
#include "task/execution.h"
#include "task/retention.h"

static const char sql_move[] = "UPDATE execution_key SET place = ? WHERE place = ?";
static const char sql_old[] =
    "INSERT INTO task VALUES (1, 'lab', 't', '1', 'active', 'adhoc', x'7b7d', 'x', 1, NULL);"
    "INSERT INTO job VALUES (1, 'lab', 'j', 1, 1);"
    "INSERT INTO execution (id, task, job, generation, key, digest, status, created)"
    " VALUES (7, 1, 1, 1, 'a', 4, 'queued', 1), (8, 1, 1, 1, 'b', 5, 'failed', 1)";
static const char sql_rows[] = "SELECT count(*) FROM execution_key";

/* Submit, reserved or not: the id; negative: who has the key. */
static int64_t
submit(const char *key, const struct wish *wish)
{
	struct standing at = { 0 };
	struct submission sub = { .job = s.job,
		.task = s.task->row,
		.lane = s.lane,
		.key = key,
		.id = wish ? wish->id : 0,
		.reserved = wish && wish->taken,
		.params = "{}",
		.params_len = 2,
		.status = ST_COMPLETED };
	int rc = execution_submit(s.store, &sub, &s.tally, &at, NULL);

	if (rc < 0)
		return 0;
	return rc ? at.id : -at.id;
}

static int64_t
place(const char *key)
{
	return place_of(s.job.id, s.job.generation, s.task->row, key);
}

/* The row of a key, wherever it is, moves to a place: as if the key was made to it. */
static void
move(int64_t to, int64_t from)
{
	is_int(stmt_run(s.store, NULL, sql_move, "ii", to, from), 1, "moved");
}

static int64_t
rows(void)
{
	int64_t n = -1;

	stmt_number(s.store, NULL, &n, sql_rows, "");
	return n;
}

static int
remove_one(int64_t id)
{
	struct retention r = { .org = ORG, .status = -1, .account = -1, .before = INT64_MAX };

	return retention_remove(s.store, &r, id, &s.tally, NULL);
}

static void
test_one(void)
{
	int64_t a = submit("a", NULL), b = submit("b", NULL);

	ok(a > 0 && b == a + 1, "two keys, two executions");
	is_int(submit("a", NULL), -a, "the first has its key");
	is_int(submit("b", NULL), -b, "the second too");
}

/* As "x" would be at the place of "y" if both were made to one number. */
static void
test_collision(void)
{
	int64_t x = submit("x", NULL), y, z;

	move(place("y"), place("x"));
	y = submit("y", NULL);
	is_int(y, x + 1, "another key has its place: it is new still");
	is_int(submit("y", NULL), -y, "and is found behind it");
	move(place_next(place_next(place("y"))), place_next(place("y")));
	z = submit("y", NULL);
	is_int(z, y + 1, "but not behind a place that nobody has");
	is_int(submit("y", NULL), -z, "who stands nearer is found");
}

/* Who leaves hides nobody behind it. */
static void
test_leaving(void)
{
	int64_t first = submit("first", NULL), other = submit("other", NULL), again;
	int64_t before = rows();

	move(place_next(place("first")), place("other"));
	is_int(remove_one(first), 1, "the first is removed");
	is_int(rows(), before, "its place is marked, for somebody stands behind it");
	again = submit("first", NULL);
	ok(again > other, "the key is free again");
	is_int(rows(), before + 1, "behind the mark and the other");
	is_int(submit("first", NULL), -again, "it is found there");
	is_int(remove_one(again), 1, "and removed");
	is_int(rows(), before, "with its row: nobody stands behind that");
}

static void
test_many(void)
{
	struct wish wishes[] = { { .key = "m1" }, { .key = "a" }, { .key = "m2" }, { .key = "m1" },
		{ .key = "m3" } };
	int64_t m3 = submit("third", NULL), ids[COUNT(wishes)];

	for (size_t i = 0; i < COUNT(wishes); i++)
		wishes[i].task = s.task->row;
	move(place("m3"), place("third"));
	is_int(key_reserve(s.store, &s.job, wishes, COUNT(wishes), NULL), 0, "reserved");
	ok(wishes[0].taken && wishes[2].taken, "new keys are taken");
	ok(!wishes[1].taken, "not what stands");
	ok(!wishes[3].taken, "and none twice");
	ok(!wishes[4].taken, "nor what another key has the place of");
	for (size_t i = 0; i < COUNT(wishes); i++) {
		is_int(wishes[i].id, m3 + 1 + (int64_t)i, "ids follow each other");
		ids[i] = submit(wishes[i].key, &wishes[i]);
	}
	is_int(ids[0], wishes[0].id, "m1 is new");
	ok(ids[1] < 0, "a stands");
	is_int(ids[2], wishes[2].id, "m2 is new");
	is_int(ids[3], -ids[0], "m1 stands by now");
	is_int(ids[4], wishes[4].id, "m3 is new");
	is_int(submit("m3", NULL), -ids[4], "and is found");
	is_int(submit("m2", NULL), -ids[2], "m2 too");
	ok(submit("next", NULL) > ids[4], "ids go on behind them");
}

static void
test_mixed(void)
{
	struct wish wishes[] = { { .key = "p", .derived = true }, { .key = "q" } };

	is_int(key_reserve(s.store, &s.job, wishes, COUNT(wishes), NULL), 0, "mixed");
	ok(!wishes[0].taken && !wishes[1].taken && wishes[0].id == 0, "nothing is reserved");
	is_int(key_reserve(s.store, &s.job, wishes, 0, NULL), 0, "none at all");
}

/* A state of schema 1, which had an index, knows its keys still. */
static void
test_old_state(const char *root)
{
	char *dir = xasprintf("%s/old", root), *path = xasprintf("%s/state.db", dir);
	struct db db = { .name = "state.db", .gate = -1, .seated = true };
	struct submission sub = { .job = { 1, 1 }, .task = 1, .key = "b" };
	struct standing at = { 0 };
	struct store *store;
	int64_t under;

	mkdir(dir, 0700);
	is_int(sqlite3_open(path, &db.handle), SQLITE_OK, "a file");
	is_int(migrate(&db, schema_state, 1, NULL), 0, "as it was");
	is_int(sqlite3_exec(db.handle, sql_old, NULL, NULL, NULL), SQLITE_OK, "two executions");
	sqlite3_close(db.handle);
	store = store_open(dir, 0, NULL);
	is_int(key_find(store, &sub, &under, &at, NULL), 0, "a key stands");
	ok(at.id == 8 && at.digest == 5 && at.status == ST_FAILED, "it is the second's");
	sub.key = "c";
	is_int(key_find(store, &sub, &under, &at, NULL), 1, "another does not");
	store_close(store);
	free(path);
	free(dir);
}

int
main(void)
{
	char *root = fixture_root(), *dir = xasprintf("%s/state", root);

	stage_begin(dir);
	test_one();
	test_collision();
	test_leaving();
	test_many();
	test_mixed();
	test_old_state(root);
	stage_commit();
	stage_end();
	free(dir);
	fixture_free(root);
	return done_testing();
}
