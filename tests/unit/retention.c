/* SPDX-License-Identifier: MIT */
/* retention: what is forgotten, what stays because something needs it, and the space of both. */
#include "task/retention.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "store/internal.h"
#include "stage.h"
#include "store/object.h"
#include "store/space.h"
#include "store/stmt.h"
#include "task/artifact.h"
#include "task/dependency.h"
#include "task/execution.h"
#include "task/journal.h"
#include "task/unused.h"

static char dir[] = "/tmp/unit-retention-XXXXXX/state";

static const char sql_rows[] = "SELECT count(*) FROM params";
static const char sql_keys[] = "SELECT count(*) FROM execution_key";
static const char sql_events[] = "SELECT count(*) FROM event";

static int keys;

/* The id of a new one with these params. */
static int64_t
submit(enum status status, const char *params)
{
	char key[16];
	struct standing at = { 0 };
	struct submission sub = { .job = s.job,
		.task = s.task->row,
		.lane = s.lane,
		.key = key,
		.params = params,
		.params_len = strlen(params),
		.status = status,
		.class = status == ST_FAILED ? FAIL_INPUT : FAIL_NONE };

	snprintf(key, sizeof(key), "%d", keys++);
	is_int(execution_submit(s.store, &sub, &s.tally, &at, NULL), 1, "%s", state_name(status));
	return at.id;
}

static int64_t
number(const char *sql)
{
	int64_t n = -1;

	stmt_number(s.store, NULL, &n, sql, "");
	return n;
}

static int
remove_one(const struct retention *r, int64_t id)
{
	return retention_remove(s.store, r, id, &s.tally, NULL);
}

static void
test_executions(void)
{
	struct retention r = { .org = ORG, .status = -1, .account = -1, .keep_failed = true };
	int64_t done = submit(ST_COMPLETED, "{}"), failed = submit(ST_FAILED, "{}");
	int64_t waits = submit(ST_QUEUED, "{}"), first = submit(ST_COMPLETED, "{}");
	int64_t second = submit(ST_COMPLETED, "{}"), ids[8];
	struct account_sums sums;

	is_int(dependency_add(s.store, second, first, RULE_OK, NULL), 1, "one waited for another");
	stage_commit();
	is_int(retention_page(s.store, &r, INT64_MAX, ids, 8, NULL), 0, "nothing is that old");
	r.before = clock_wall() + 1;
	is_int(retention_page(s.store, &r, INT64_MAX, ids, 8, NULL), 3, "three may go");
	ok(ids[0] == second && ids[1] == first && ids[2] == done, "the newest first");
	is_int(retention_page(s.store, &r, first, ids, 8, NULL), 1, "below one");
	is_int(retention_page(s.store, &r, INT64_MAX, ids, 2, NULL), 2, "as many as fit");
	is_int(remove_one(&r, failed), 0, "a failure stays");
	is_int(remove_one(&r, waits), 0, "what waits stays");
	is_int(remove_one(&r, first), 0, "what is needed stays");
	is_int(retention_is_needed(s.store, first, NULL, NULL, NULL), 1, "it is needed");
	is_int(remove_one(&r, second), 1, "who needed it goes");
	is_int(remove_one(&r, second), 0, "once");
	is_int(remove_one(&r, first), 1, "and then it goes too");
	r.org = "other";
	is_int(remove_one(&r, done), 0, "not of another tenant");
	r.org = ORG;
	r.account = ACC_FAILED;
	r.keep_failed = false;
	r.job = s.job;
	is_int(retention_page(s.store, &r, INT64_MAX, ids, 8, NULL), 1, "one failed of this job");
	ok(retention_bytes(s.store, failed, NULL) > 100, "it takes some bytes");
	is_int(remove_one(&r, failed), 1, "it goes");
	stage_commit();
	is_int(tally_read(s.store, ORG, s.job.id, 1, &sums, NULL), 0, "the account");
	is_int(sums.submitted, 2, "two are left");
	is_int(sums.by[ACC_COMPLETED], 1, "one of them completed");
	is_int(sums.by[ACC_FAILED], 0, "none failed");
	is_int(sums.by[ACC_WAITING], 1, "one waits");
	is_int(number(sql_rows), 2, "as many rows");
	is_int(number(sql_keys), 2, "and keys");
}

static void
test_events(void)
{
	int64_t end = journal_end(s.store, NULL), rows = number(sql_events);

	ok(rows >= 1 && end >= rows, "%lld rows of events", (long long)rows);
	tally_note(&s.tally, 0, EV_REMOVE, ST_COMPLETED);
	stage_commit();
	is_int(retention_count_events(s.store, 0, NULL), 0, "none is that old");
	is_int(retention_count_events(s.store, INT64_MAX, NULL), end, "all but the newest");
	is_int(retention_remove_events(s.store, INT64_MAX, 100, NULL), end, "go");
	is_int(retention_remove_events(s.store, INT64_MAX, 100, NULL), 0, "and no more");
	is_int(journal_end(s.store, NULL), end + 1, "the numbers go on");
	is_int(retention_remove_rest(s.store, INT64_MAX, NULL), 0, "the rest");
}

static bool
is_only(int64_t id, void *ctx)
{
	return id == *(int64_t *)ctx;
}

static int
is_there(const char *hex)
{
	int64_t size;

	return object_find(s.store, hex, &size, NULL);
}

static void
test_objects(void)
{
	char linked[DIGEST_HEX], named[DIGEST_HEX], idle[DIGEST_HEX], late[DIGEST_HEX], params[160];
	struct artifact artifact = { .kind = ARTIFACT_OUTPUT, .name = (char *)"poses", .size = 6 };
	struct unused unused;
	int64_t id, objects, bytes;
	size_t at = 0;

	object_put(s.store, "linked", 6, linked, NULL);
	object_put(s.store, "named", 5, named, NULL);
	object_put(s.store, "idle", 4, idle, NULL);
	object_put(s.store, "late", 4, late, NULL);
	snprintf(params, sizeof(params), "{\"a\":{\"object\":\"%s\"},\"b\":\"%s0\"}", named, idle);
	id = submit(ST_QUEUED, params);
	memcpy(artifact.sha256, linked, DIGEST_HEX);
	is_int(artifact_put(s.store, id, &artifact, NULL), 0, "linked");
	stage_commit();
	is_int(unused_find(s.store, &unused, NULL, NULL, NULL), 0, "looked for");
	is_int((long long)unused.left, 2, "two are unused");
	is_int(unused_count(s.store, &unused, &objects, &bytes, NULL), 0, "counted");
	is_int(objects, 0, "but new");
	is_int(unused_remove(s.store, &unused, &at, NULL), 0, "so they stay");
	db_run(&s.store->objects, NULL, "UPDATE object SET stored = 1", "");
	unused_count(s.store, &unused, &objects, &bytes, NULL);
	ok(objects == 2 && bytes > 0, "they grow old");
	snprintf(params, sizeof(params), "{\"late\":\"object:%s\"}", late);
	submit(ST_QUEUED, params);
	at = 0;
	is_int(unused_remove(s.store, &unused, &at, NULL), 1, "one is named meanwhile");
	stage_commit();
	ok(is_there(linked) == 1 && is_there(named) == 1 && is_there(late) == 1, "those are there");
	is_int(is_there(idle), 0, "that one is gone");
	unused_clear(&unused);
	is_int(unused_find(s.store, &unused, is_only, &id, NULL), 0, "if that execution went");
	is_int((long long)unused.left, 2, "its two would be unused");
	unused_clear(&unused);
	db_begin(&s.store->objects, NULL);
	object_put(s.store, "linked", 6, linked, NULL);
	stage_commit();
	is_int(unused_find(s.store, &unused, is_only, &id, NULL), 0, "again");
	unused_count(s.store, &unused, &objects, &bytes, NULL);
	is_int(objects, 1, "what is stored again is new");
	unused_clear(&unused);
}

static void
test_space(void)
{
	char path[80], hex[DIGEST_HEX], *noise = xmalloc(4 << 20);
	struct store *copy;
	struct unused unused;
	int64_t before;
	size_t at = 0;

	srandom(1);
	for (size_t i = 0; i < 4 << 20; i++)
		noise[i] = (char)random();
	object_put(s.store, noise, 4 << 20, hex, NULL);
	stage_commit();
	store_rollback(s.store);
	is_int(space_give_back(s.store, NULL), 0, "logs emptied");
	before = space_used(s.store);
	ok(before > 4 << 20, "%lld bytes", (long long)before);
	snprintf(path, sizeof(path), "%s-copy", dir);
	mkdir(path, 0700);
	is_int(space_copy(s.store, path, NULL), 0, "copied");
	copy = store_open(path, 0, NULL);
	ok(copy && object_find(copy, hex, &before, NULL) == 1, "the copy is a state");
	store_close(copy);
	before = space_used(s.store);
	is_int(space_hold_alone(s.store, NULL), 0, "nobody copies");
	is_int(store_begin(s.store, NULL), 0, "begin");
	db_run(&s.store->objects, NULL, "UPDATE object SET stored = 1", "");
	unused_find(s.store, &unused, NULL, NULL, NULL);
	is_int(unused_remove(s.store, &unused, &at, NULL), 1, "removed");
	is_int(store_commit(s.store, NULL), 0, "commit");
	unused_clear(&unused);
	space_release(s.store);
	is_int(space_give_back(s.store, NULL), 0, "given back");
	ok(before - space_used(s.store) > 4 << 20, "%lld bytes are left",
	    (long long)space_used(s.store));
	free(noise);
}

int
main(void)
{
	char *slash = strrchr(dir, '/');

	*slash = '\0';
	if (!mkdtemp(dir))
		return 5;
	*slash = '/';
	stage_begin(dir);
	test_executions();
	test_events();
	test_objects();
	test_space();
	stage_end();
	*slash = '\0';
	file_remove_tree(dir, NULL);
	return done_testing();
}
