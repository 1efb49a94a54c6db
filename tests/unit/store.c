/* SPDX-License-Identifier: MIT */
/* store: transactions, objects, and the life of executions in a state directory. */
#include "store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "store/lock.h"
#include "store/object.h"
#include "store/stmt.h"
#include "tap.h"
#include "task/claim.h"
#include "task/control.h"
#include "task/execution.h"
#include "task/audit.h"
#include "task/task.h"
#include "task/workers.h"

#define ORG "lab"

static char dir[] = "/tmp/unit-store-XXXXXX/state";
static const char sql_tasks[] = "SELECT count(*) FROM task";

/* A store opened at the test's directory. */
static struct store *
open_store(int flags)
{
	struct err err = { 0 };
	struct store *store = store_open(dir, flags, &err);

	ok(store != NULL, "opened %s", err.text);
	return store;
}

static struct task *
some_task(const char *name, const char *version, const char *program)
{
	json_t *json = json_pack("{s:s, s:s, s:{s:[s]}}", "task_id", name, "version", version,
	    "service_config", "command", program);
	struct task *task = task_parse(json, NULL);

	json_decref(json);
	return task;
}

static int64_t
count_tasks(struct store *store)
{
	int64_t n = -1;

	stmt_number(store, NULL, &n, sql_tasks, "");
	return n;
}

static void
test_open(void)
{
	struct err err = { 0 };
	struct task *task = some_task("t", "1", "x");
	struct store *one, *two;
	struct stat st;

	ok(!store_open(dir, 0, &err) && err.kind == ERR_STORE, "none yet: %s", err.text);
	ok(access(dir, F_OK) < 0, "and none was made");
	one = open_store(STORE_CREATE);
	ok(stat(dir, &st) == 0 && (st.st_mode & 0777) == 0700, "private");
	is_str(store_dir(one), dir, "its directory");
	two = open_store(0);
	is_int(store_begin(one, &err), 0, "begin");
	is_int(task_keep(one, ORG, task, &err), 0, "write");
	is_int(count_tasks(two), 0, "not seen before the commit");
	store_rollback(one);
	is_int(count_tasks(one), 0, "taken back");
	store_close(two);
	store_close(one);
	store_close(NULL);
	task_free(task);
}

static void
test_objects(void)
{
	static const char hello[] =
	    "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
	struct store *store = open_store(0);
	struct buf out = BUF_INIT, packed = BUF_INIT, big = BUF_INIT;
	char hex[DIGEST_HEX], again[DIGEST_HEX];

	is_int(object_get(store, hello, &out, NULL), 0, "not there");
	is_int(store_begin(store, NULL), 0, "begin");
	is_int(object_put(store, "hello\n", 6, hex, NULL), 0, "put");
	is_int(object_put(store, "hello\n", 6, again, NULL), 0, "put again");
	is_int(store_commit(store, NULL), 0, "commit");
	is_str(hex, hello, "its address is its SHA-256");
	is_str(again, hello, "the same twice");
	is_int(object_get(store, hello, &out, NULL), 1, "get");
	is_str(buf_str(&out), "hello\n", "what was put");
	is_int(object_get(store, "nonsense", &out, NULL), -1, "no address at all");
	for (int i = 0; i < 1000; i++)
		buf_addf(&big, "{\"line\":%d}", i);
	object_pack(big.data, big.len, &packed);
	ok(packed.len < big.len / 2, "long text is packed");
	buf_reset(&out);
	is_int(object_unpack(packed.data, packed.len, &out, NULL), 0, "unpack");
	is_str(buf_str(&out), big.data, "to the same");
	object_pack("{}", 2, &packed);
	is_int((long long)packed.len, 2, "short text stays");
	buf_clear(&out);
	buf_clear(&packed);
	buf_clear(&big);
	store_close(store);
}

static void
test_locks(void)
{
	char path[64];
	int a, b;

	snprintf(path, sizeof(path), "%s/test.lock", dir);
	a = lock_open(path);
	b = lock_open(path);
	is_int(lock_write(a), 0, "one writes");
	is_int(lock_write(b), 0, "another one too");
	lock_write_end(b);
	is_int(lock_checkpoint(b, false), -1, "no checkpoint meanwhile");
	lock_write_end(a);
	is_int(lock_checkpoint(b, false), 0, "then it may");
	is_int(lock_checkpoint(a, false), -1, "one at a time");
	lock_checkpoint_end(b);
	is_int(lock_write(a), 0, "and writing goes on");
	lock_write_end(a);
	close(a);
	close(b);
}

static const char sql_room[] = "CREATE TABLE room (x BLOB)";
static const char sql_fill[] = "INSERT INTO room VALUES (randomblob(?))";

static void
fill(struct store *store, int64_t bytes)
{
	ok(store_begin(store, NULL) == 0 && stmt_run(store, NULL, sql_fill, "i", bytes) >= 0 &&
		store_commit(store, NULL) == 0,
	    "%lld bytes are written", (long long)bytes);
}

/* How long the log is. */
static long long
log_size(void)
{
	struct stat st = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "%s/state.db-wal", dir);
	return stat(path, &st) == 0 ? (long long)st.st_size : 0;
}

static void
test_leaving(void)
{
	struct store *one = open_store(0), *other = open_store(0);

	ok(store_begin(one, NULL) == 0 && stmt_run(one, NULL, sql_room, "") >= 0 &&
		store_commit(one, NULL) == 0,
	    "a table");
	fill(one, 1 << 20);
	fill(other, 1);
	store_close(one);
	ok(log_size() > 1 << 20, "who leaves first leaves the log as it is");
	store_close(other);
	is_int(log_size(), 0, "the last one empties it");
	one = open_store(0);
	fill(one, 1);
	store_close(one);
	ok(log_size() > 0, "what is short may stay");
}

static void
test_registry(void)
{
	struct store *store = open_store(0);
	struct task *one = some_task("t", "1", "x"), *other = some_task("t", "1", "y");
	struct task *two = some_task("t", "2", "x"), *found;
	struct err err = { 0 };

	is_int(store_begin(store, NULL), 0, "begin");
	is_int(task_register(store, &(struct registrar){ ORG, "me" }, one, false, &err), 1, "new");
	is_int(task_register(store, &(struct registrar){ ORG, "me" }, one, false, &err), 0,
	    "the same again");
	is_int(task_register(store, &(struct registrar){ ORG, "me" }, other, false, &err), -1,
	    "another one: %s", err.text);
	is_int(task_register(store, &(struct registrar){ ORG, "me" }, other, true, &err), 1,
	    "replaced");
	is_int(task_register(store, &(struct registrar){ ORG, "me" }, two, false, &err), 1,
	    "another version");
	found = task_find(store, ORG, "t@1", &err);
	is_str(found ? found->argv[0] : NULL, "y", "the replaced version");
	task_free(found);
	found = task_find(store, ORG, "t", &err);
	is_str(found ? found->version : NULL, "2", "the newest version");
	task_free(found);
	ok(!task_find(store, "others", "t", &err), "not of another tenant");
	is_int(task_remove(store, &(struct registrar){ ORG, "me" }, "t@2", &err), 1,
	    "one version removed");
	is_int(task_remove(store, &(struct registrar){ ORG, "me" }, "t@2", &err), 0, "it is gone");
	is_int(task_remove(store, &(struct registrar){ ORG, "me" }, "t", &err), 1, "all removed");
	ok(!task_find(store, ORG, "t", &err) && err.kind == ERR_USAGE, "none: %s", err.text);
	is_int(store_commit(store, NULL), 0, "commit");
	task_free(one);
	task_free(other);
	task_free(two);
	store_close(store);
}

/* What the test of executions works with. */
struct stage {
	struct store *store;
	struct task *task;
	struct job job;
	int64_t lane;
	struct tally tally;
	int64_t worker;
	struct claim_scope scope;
};

/* Submit under a key: what execution_submit says. */
static int
submit(struct stage *s, const char *key, int64_t digest, enum status status, struct standing *at)
{
	struct submission sub = { .job = s->job,
		.task = s->task->row,
		.lane = s->lane,
		.key = key,
		.digest = digest,
		.params = "{}",
		.params_len = 2,
		.status = status,
		.class = status == ST_FAILED ? FAIL_INPUT : FAIL_NONE };

	return execution_submit(s->store, &sub, &s->tally, at, NULL);
}

static void
sums_are(struct stage *s, int waiting, int running, int completed, int failed, const char *when)
{
	struct account_sums sums;

	is_int(tally_write(&s->tally, s->store, NULL), 0, "%s: tally written", when);
	is_int(tally_read(s->store, ORG, s->job.id, s->job.generation, &sums, NULL), 0, "and read");
	is_int(sums.by[ACC_WAITING], waiting, "%s: waiting", when);
	is_int(sums.by[ACC_RUNNING], running, "%s: running", when);
	is_int(sums.by[ACC_COMPLETED], completed, "%s: completed", when);
	is_int(sums.by[ACC_FAILED], failed, "%s: failed", when);
	is_int(sums.submitted, waiting + running + completed + failed, "%s: the sum closes", when);
}

static void
prepare_stage(struct stage *s)
{
	json_t *settings = json_pack(
	    "{s:s, s:{}, s:{}, s:{}}", "task", "t", "set", "force", "inputs");
	json_t *others = json_pack(
	    "{s:s, s:{s:i}, s:{}, s:{}}", "task", "t", "set", "a", 1, "force", "inputs");
	struct err err = { 0 };
	struct job again;

	s->store = open_store(0);
	s->task = some_task("t", "1", "x");
	is_int(store_begin(s->store, NULL), 0, "begin");
	is_int(task_keep(s->store, ORG, s->task, NULL), 0, "task kept");
	is_int(job_find(s->store, ORG, "j", &s->job, NULL), 0, "no job");
	is_int(
	    job_open(s->store, ORG, "j", s->task->row, settings, false, &s->job, NULL), 1, "new");
	is_int(job_open(s->store, ORG, "j", s->task->row, settings, false, &again, NULL), 0,
	    "resumed");
	ok(again.id == s->job.id && again.generation == 1, "the same job");
	is_int(job_open(s->store, ORG, "j", s->task->row, others, false, &again, &err), -1, "%s",
	    err.text);
	is_int(err.kind, ERR_USAGE, "other settings are wrong usage");
	is_int(job_open(s->store, ORG, "j", s->task->row, others, true, &again, NULL), 1,
	    "another generation");
	is_int(again.generation, 2, "its number");
	s->lane = lane_open(s->store,
	    &(struct lane_spec){ .job = s->job, .task = s->task->row, .priority = 0 }, NULL);
	ok(s->lane > 0, "a lane");
	is_int(lane_open(s->store,
		   &(struct lane_spec){ .job = s->job, .task = s->task->row, .tags = "[]" }, NULL),
	    s->lane, "the same again");
	json_decref(settings);
	json_decref(others);
}

static int
take(struct stage *s, int most, struct work ***tail)
{
	s->scope = (struct claim_scope){ .worker = s->worker,
		.org = ORG,
		.job = s->job,
		.book = s->scope.book ? s->scope.book : lane_book_new() };
	return claim_take(s->store, &s->scope, most, &s->tally, tail, NULL);
}

static bool
waits(struct stage *s, int64_t *due)
{
	struct claim_waits waits;

	is_int(tally_write(&s->tally, s->store, NULL), 0, "changes written");
	is_int(claim_waiting(s->store, &s->scope, &waits, NULL), 0, "looked");
	*due = waits.due;
	return waits.doors[CLAIM_OPEN];
}

static void
test_life(void)
{
	struct stage s = { .tally = TALLY_INIT };
	struct standing at;
	struct work *works = NULL, **tail = &works, *work;
	struct ending end = {
		.status = ST_COMPLETED, .result = "[1]", .result_len = 3, .exited = true
	};
	int64_t due;

	prepare_stage(&s);
	is_int(submit(&s, "a", 1, ST_QUEUED, &at), 1, "submitted");
	end.id = at.id;
	is_int(submit(&s, "b", 2, ST_QUEUED, &at), 1, "another one");
	is_int(submit(&s, "c", 3, ST_FAILED, &at), 1, "failed before it began");
	is_int(submit(&s, "a", 7, ST_QUEUED, &at), 0, "the key stands");
	ok(at.id == end.id && at.digest == 1 && at.status == ST_QUEUED, "what stands");
	sums_are(&s, 2, 0, 0, 1, "submitted");
	s.worker = worker_enter(s.store, &(struct worker_entry){ .org = ORG, .job = s.job }, NULL);
	ok(s.worker > 0, "a worker");
	is_int(take(&s, 10, &tail), 2, "claimed");
	is_int(works->id, end.id, "oldest first");
	is_int(works->attempt, 1, "the first attempt");
	sums_are(&s, 0, 2, 0, 1, "claimed");
	end.attempt = 2;
	end.lane = works->lane;
	is_int(claim_end(s.store, s.worker, &end, &s.tally, NULL), 0, "another attempt's end");
	end.attempt = 1;
	is_int(claim_end(s.store, s.worker + 1, &end, &s.tally, NULL), 0, "another worker's");
	is_int(claim_end(s.store, s.worker, &end, &s.tally, NULL), 1, "its own end");
	is_int(claim_end(s.store, s.worker, &end, &s.tally, NULL), 0, "not twice");
	work = works->next;
	is_int(worker_leave(s.store, s.worker, NULL), 0, "a worker that holds one");
	is_int(workers_of_job(s.store, ORG, &s.job, NULL), 1, "does not leave");
	is_int(claim_change(s.store, s.worker, work->lane, work->id, 1, EV_RETURN, &s.tally, NULL),
	    1, "given back");
	sums_are(&s, 1, 0, 1, 1, "given back");
	is_int(waits(&s, &due), 1, "one waits");
	tail = &work->next;
	is_int(take(&s, 10, &tail), 1, "claimed again");
	is_int(work->next->attempt, 1, "the attempt did not count");
	end = (struct ending){ .id = work->id,
		.attempt = 1,
		.lane = work->lane,
		.status = ST_RETRYING,
		.class = FAIL_SIGNAL,
		.not_before = INT64_MAX / 2,
		.error = "{\"class\":\"signal\"}" };
	is_int(claim_end(s.store, s.worker, &end, &s.tally, NULL), 1, "to be tried again");
	is_int(waits(&s, &due), 0, "it is not queued");
	ok(due == INT64_MAX / 2, "it waits for its time");
	sums_are(&s, 1, 0, 1, 1, "retrying");
	is_int(control_retry_failed(s.store, ORG, &s.job, &s.tally, NULL), 0,
	    "what was never begun is not tried again");
	is_int(control_cancel_waiting(s.store, ORG, &s.job, &s.tally, NULL), 1,
	    "what waits is cancelled");
	is_int(worker_leave(s.store, s.worker, NULL), 0, "now it leaves");
	is_int(workers_of_job(s.store, ORG, &s.job, NULL), 0, "and is gone");
	is_int(tally_write(&s.tally, s.store, NULL), 0, "tally");
	is_int(store_commit(s.store, NULL), 0, "commit");
	while ((work = works)) {
		works = work->next;
		work_free(work);
	}
	lane_book_free(s.scope.book);
	tally_clear(&s.tally);
	task_free(s.task);
	store_close(s.store);
}

int
main(void)
{
	char *slash = strrchr(dir, '/');

	*slash = '\0';
	ok(mkdtemp(dir) != NULL, "a folder");
	*slash = '/';
	test_open();
	test_objects();
	test_locks();
	test_leaving();
	test_registry();
	test_life();
	*slash = '\0';
	file_remove_tree(dir, NULL);
	return done_testing();
}
