/* SPDX-License-Identifier: MIT */
/* control: what people decide, of what waits, of what a worker holds, of what waits for others; and
 * what the journal says of it. */
#include "task/control.h"

#include <sys/stat.h>

#include "base/err.h"
#include "base/file.h"
#include "store/stmt.h"
#include "store/store.h"
#include "tap.h"
#include "task/claim.h"
#include "task/dependency.h"
#include "task/execution.h"
#include "task/flow.h"
#include "task/journal.h"
#include "task/task.h"
#include "task/workers.h"

#define ORG "lab"

static char dir[] = "/tmp/unit-control-XXXXXX/state";

static struct {
	struct store *store;
	struct task *task;
	struct job job;
	int64_t lane, worker, ids[16];
	int count;
	struct tally tally;
	struct claim_scope scope;
	struct work *works, **tail;
} s = { .tally = TALLY_INIT };

static void
commit(void)
{
	is_int(tally_write(&s.tally, s.store, NULL), 0, "changes written");
	is_int(store_commit(s.store, NULL), 0, "commit");
	is_int(store_begin(s.store, NULL), 0, "begin");
}

static void
begin_stage(void)
{
	json_t *json = json_pack(
	    "{s:s, s:{s:[s]}}", "task_id", "t", "service_config", "command", "x");
	json_t *settings = json_pack("{s:s, s:{}, s:{}}", "task", "t", "set", "inputs");

	s.store = store_open(dir, STORE_CREATE, NULL);
	s.task = task_parse(json, NULL);
	s.tail = &s.works;
	is_int(store_begin(s.store, NULL), 0, "begin");
	is_int(task_keep(s.store, ORG, s.task, NULL), 0, "a task");
	is_int(job_open(s.store, ORG, "j", s.task->row, settings, false, &s.job, NULL), 1, "a job");
	s.lane = lane_open(s.store, &(struct lane_spec){ .job = s.job, .task = s.task->row }, NULL);
	s.worker = worker_enter(s.store, &(struct worker_entry){ .org = ORG }, NULL);
	s.scope = (struct claim_scope){
		.worker = s.worker, .org = ORG, .job = s.job, .book = lane_book_new()
	};
	s.tally.who = "ada";
	json_decref(settings);
	json_decref(json);
}

static void
end_stage(void)
{
	struct work *next;

	for (; s.works; s.works = next) {
		next = s.works->next;
		work_free(s.works);
	}
	store_rollback(s.store);
	lane_book_free(s.scope.book);
	tally_clear(&s.tally);
	task_free(s.task);
	store_close(s.store);
}

/* Submit one; its number in ids. */
static int
submit(enum status status, bool approval)
{
	char key[16];
	struct submission sub = { .job = s.job,
		.task = s.task->row,
		.lane = s.lane,
		.key = key,
		.params = "{}",
		.params_len = 2,
		.status = status,
		.approval = approval,
		.class = status == ST_FAILED ? FAIL_INPUT : FAIL_NONE };
	struct standing at;

	snprintf(key, sizeof(key), "k%d", s.count);
	if (!is_int(execution_submit(s.store, &sub, &s.tally, &at, NULL), 1, "submitted"))
		exit(1);
	s.ids[s.count] = at.id;
	return s.count++;
}

static void
after(int waiter, int upon, enum rule rule)
{
	dependency_add(s.store, s.ids[waiter], s.ids[upon], rule, NULL);
}

static int
do_it(int i, enum control control)
{
	const struct control_options o = { .reason = "why not" };
	enum status was;

	return control_execution(s.store, ORG, s.ids[i], control, &o, &s.tally, &was, NULL);
}

/* Where the executions stand, by the first two letters of each. */
static void
stands(const char *want, const char *what)
{
	char got[64] = "";

	for (int i = 0; i < s.count; i++) {
		struct standpoint at = { .status = ST_COMPLETED };

		execution_status(s.store, ORG, s.ids[i], &at, NULL);
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%.2s", i ? " " : "",
		    state_name(at.status));
	}
	is_str(got, want, "%s", what);
}

/* The tally tells the same as a count of the table. */
static void
sums_hold(const char *what)
{
	static const char sql_wrong[] =
	    "SELECT count(*) FROM (SELECT status, ifnull(class, '') AS class, count(*) AS n"
	    " FROM execution WHERE status IN ('failed', 'timeout', 'skipped')"
	    " GROUP BY 1, 2 UNION ALL SELECT status, '', count(*) FROM execution"
	    " WHERE status NOT IN ('failed', 'timeout', 'skipped') GROUP BY 1) e"
	    " LEFT JOIN tally t ON t.status = e.status AND t.class = e.class"
	    " WHERE t.count IS NOT e.n";
	static const char sql_lane[] = "SELECT sum(ready) = (SELECT count(*) FROM execution WHERE"
				       " status = 'queued') FROM lane";
	int64_t wrong = -1, same = 0;

	commit();
	stmt_number(s.store, NULL, &wrong, sql_wrong, "");
	stmt_number(s.store, NULL, &same, sql_lane, "");
	is_int(wrong, 0, "%s: the account holds", what);
	is_int(same, 1, "%s: so do the lanes", what);
}

static struct work *
claim(void)
{
	struct work **at = s.tail;

	is_int(claim_take(s.store, &s.scope, 1, &s.tally, &s.tail, NULL), 1, "claimed");
	return *at;
}

static int
end_work(const struct work *work, enum status status, enum failure class)
{
	struct ending end = { .id = work->id,
		.attempt = work->attempt,
		.lane = work->lane,
		.status = status,
		.class = class,
		.not_before = status == ST_RETRYING ? INT64_MAX / 2 : 0,
		.exited = true,
		.error = class == FAIL_NONE ? NULL : "{\"class\":\"signal\",\"reason\":\"x\"}" };

	return claim_end(s.store, s.worker, &end, &s.tally, NULL);
}

static void
error_is(int i, const char *want)
{
	json_t *record = NULL;

	execution_record(s.store, ORG, s.ids[i], &record, NULL);
	is_json(json_object_get(record, "error"), want, "its error");
	json_decref(record);
}

/* ---- */

static void
test_waiting(void)
{
	int a = submit(ST_QUEUED, false), held = submit(ST_HELD, true), bad;

	bad = submit(ST_FAILED, false);
	is_int(do_it(a, CONTROL_PAUSE), CONTROLLED_DONE, "paused");
	is_int(do_it(a, CONTROL_PAUSE), CONTROLLED_NOT, "not twice");
	is_int(do_it(a, CONTROL_APPROVE), CONTROLLED_NOT, "it needs no approval");
	is_int(do_it(held, CONTROL_PAUSE), CONTROLLED_NOT, "what is held is not paused");
	is_int(do_it(held, CONTROL_REJECT), CONTROLLED_DONE, "rejected");
	stands("pa ca fa", "paused, rejected");
	error_is(held, "{\"reason\":\"why not\"}");
	sums_hold("rejected");
	is_int(do_it(held, CONTROL_RETRY), CONTROLLED_DONE, "what was rejected");
	is_int(do_it(a, CONTROL_RESUME), CONTROLLED_DONE, "resumed");
	is_int(do_it(bad, CONTROL_RETRY), CONTROLLED_UNFIT, "bad input stays bad");
	stands("qu he fa", "must be approved again");
	is_int(do_it(held, CONTROL_APPROVE), CONTROLLED_DONE, "approved");
	is_int(do_it(held, CONTROL_CANCEL), CONTROLLED_DONE, "cancelled");
	is_int(do_it(held, CONTROL_RETRY), CONTROLLED_DONE, "and again");
	is_int(do_it(a, CONTROL_CANCEL), CONTROLLED_DONE, "cancelled");
	is_int(control_execution(s.store, "other", s.ids[a], CONTROL_RETRY, NULL, &s.tally,
		   &(enum status){ 0 }, NULL),
	    CONTROLLED_NONE, "not of another tenant");
	stands("ca qu fa", "the yes is not forgotten");
	is_int(do_it(held, CONTROL_CANCEL), CONTROLLED_DONE, "cancelled");
	sums_hold("waiting");
}

static void
test_orders(void)
{
	int i = submit(ST_QUEUED, false);
	struct work *work = claim();
	struct order *orders = NULL, **tail = &orders;

	is_int(do_it(i, CONTROL_RESUME), CONTROLLED_NOT, "it is not paused");
	is_int(do_it(i, CONTROL_PAUSE), CONTROLLED_ORDERED, "its worker is told");
	is_int(do_it(i, CONTROL_RESUME), CONTROLLED_DONE, "taken back in time");
	is_int(claim_has_orders(s.store, s.worker, NULL), 0, "no order is left");
	is_int(do_it(i, CONTROL_CANCEL), CONTROLLED_ORDERED, "cancel");
	is_int(do_it(i, CONTROL_CANCEL), CONTROLLED_ORDERED, "the same again");
	is_int(do_it(i, CONTROL_PAUSE), CONTROLLED_ENDING, "cannot be paused any more");
	is_int(do_it(i, CONTROL_RETRY), CONTROLLED_ENDING, "nor retried");
	is_int(claim_orders(s.store, s.worker, &tail, NULL), 1, "the worker is told");
	is_int(orders ? (int)orders->request : -1, REQUEST_CANCEL, "what");
	free(orders);
	is_int(claim_has_orders(s.store, s.worker, NULL), 0, "once");
	is_int(do_it(i, CONTROL_PAUSE), CONTROLLED_ENDING, "and that is not forgotten");
	is_int(end_work(work, ST_RETRYING, FAIL_SIGNAL), 1, "it failed before it was cancelled");
	stands("ca", "cancelled all the same");
	error_is(i, "{\"reason\":\"why not\"}");
	sums_hold("cancelled between tries");
	is_int(do_it(i, CONTROL_RETRY), CONTROLLED_DONE, "retried");
	work = claim();
	is_int(work->attempt, 2, "the second attempt");
	is_int(work->spent, 1, "the first does not count");
	is_int(do_it(i, CONTROL_PAUSE), CONTROLLED_ORDERED, "pause");
	is_int(end_work(work, ST_RETRYING, FAIL_SIGNAL), 1, "it fails before");
	stands("pa", "rests until its time");
	is_int(do_it(i, CONTROL_RESUME), CONTROLLED_DONE, "resumed");
	stands("sc", "and waits for it");
	is_int(do_it(i, CONTROL_CANCEL), CONTROLLED_DONE, "cancelled");
	sums_hold("orders");
}

/* A worker gives back what it did not end, or dies. */
static void
test_given_up(void)
{
	static const char sql_kill[] = "UPDATE worker SET pid_start = 1 WHERE id = ?";
	int a = submit(ST_QUEUED, false), b = submit(ST_QUEUED, false), c, d;
	struct work *work = claim();
	struct order *orders = NULL, **tail = &orders;

	is_int(claim_change(s.store, s.worker, work->lane, work->id, 1, EV_START, &s.tally, NULL),
	    1, "it runs");
	is_int(claim_change(s.store, s.worker, work->lane, work->id, 1, EV_PAUSE, &s.tally, NULL),
	    1, "and was paused");
	is_int(claim_change(s.store, s.worker, work->lane, work->id, 1, EV_RETURN, &s.tally, NULL),
	    1, "its worker stops");
	work = claim();
	is_int(work->id, s.ids[b], "the other one");
	do_it(b, CONTROL_CANCEL);
	is_int(claim_change(s.store, s.worker, work->lane, work->id, 1, EV_RETURN, &s.tally, NULL),
	    1, "its worker stops");
	stands("pa ca", "as asked");
	sums_hold("given back");
	is_int(do_it(a, CONTROL_RESUME), CONTROLLED_DONE, "resumed");
	claim();
	c = submit(ST_QUEUED, false);
	claim();
	d = submit(ST_QUEUED, false);
	claim();
	do_it(a, CONTROL_PAUSE);
	do_it(c, CONTROL_CANCEL);
	is_int(claim_orders(s.store, s.worker, &tail, NULL), 2, "told");
	while (orders) {
		struct order *next = orders->next;

		free(orders);
		orders = next;
	}
	do_it(d, CONTROL_PAUSE);
	stmt_run(s.store, NULL, sql_kill, "i", s.worker);
	is_int(workers_reap(s.store, &(struct worker_reaping){ .tally = &s.tally }, NULL), 3,
	    "the worker is dead");
	stands("qu ca ca pa", "what was told to end has ended, what was to rest rests");
	error_is(c, "{\"reason\":\"why not\"}");
	sums_hold("dead worker");
	do_it(a, CONTROL_CANCEL);
	do_it(d, CONTROL_CANCEL);
}

static void
test_graph(void)
{
	static const char sql_awaits[] = "INSERT INTO waiting SELECT ?1, count(*)"
					 " FROM dependency WHERE execution = ?1";
	int a = submit(ST_QUEUED, false), other = submit(ST_QUEUED, false), b, c, d, e;
	struct work *work, *second;

	b = submit(ST_BLOCKED, false);
	c = submit(ST_BLOCKED, true);
	d = submit(ST_BLOCKED, false);
	e = submit(ST_BLOCKED, false);
	after(b, a, RULE_OK);
	after(c, b, RULE_OK);
	after(d, a, RULE_OK);
	after(d, other, RULE_OK);
	after(e, a, RULE_FAIL);
	after(e, other, RULE_ANY);
	for (int i = b; i <= e; i++)
		is_int(stmt_run(s.store, NULL, sql_awaits, "i", s.ids[i]), 1, "it waits");
	work = claim();
	second = claim();
	is_int(end_work(work, ST_FAILED, FAIL_SIGNAL), 1, "the first fails");
	stands("fa pr sk sk sk bl", "what waited for it is skipped");
	is_int(do_it(b, CONTROL_RETRY), CONTROLLED_BROKEN, "not retried by itself");
	is_int(do_it(a, CONTROL_RETRY), CONTROLLED_DONE, "the first is");
	stands("qu pr bl bl bl bl", "and all is as before");
	sums_hold("revived");
	is_int(end_work(second, ST_FAILED, FAIL_SIGNAL), 1, "the other fails");
	stands("qu fa bl bl sk bl", "one is skipped");
	work = claim();
	is_int(end_work(work, ST_FAILED, FAIL_SIGNAL), 1, "the first fails again");
	stands("fa fa sk sk sk qu", "who waited for that is let go");
	is_int(do_it(a, CONTROL_RETRY), CONTROLLED_DONE, "the first once more");
	stands("qu fa bl bl sk qu", "what has another cause stays, what was let go too");
	is_int(do_it(c, CONTROL_CANCEL), CONTROLLED_DONE, "cancelled");
	is_int(do_it(c, CONTROL_RETRY), CONTROLLED_DONE, "and wanted again");
	stands("qu fa bl bl sk qu", "it waits again");
	work = claim();
	is_int(end_work(work, ST_COMPLETED, FAIL_NONE), 1, "completed");
	stands("co fa qu bl sk qu", "goes on");
	is_int(do_it(other, CONTROL_RETRY), CONTROLLED_DONE, "the other");
	stands("co qu qu bl bl qu", "waits for one of two");
	is_int(do_it(b, CONTROL_CANCEL), CONTROLLED_DONE, "cancelled");
	stands("co qu ca sk bl qu", "cancelled too, so to speak");
	sums_hold("graph");
}

struct seen {
	char text[4096];
};

static int
see(const struct happening *h, void *ctx)
{
	struct seen *seen = ctx;
	size_t at = strlen(seen->text);

	snprintf(seen->text + at, sizeof(seen->text) - at, "%s%s %s %s %s", at ? ", " : "",
	    h->execution < 0       ? "job"
		: h->execution > 0 ? "execution"
				   : "-",
	    event_name(h->event), state_name(h->from), h->who ? h->who : "-");
	return 0;
}

static void
test_journal(void)
{
	struct seen seen = { "" };
	int64_t from = journal_end(s.store, NULL);
	int i = submit(ST_QUEUED, false);
	enum status was;

	claim();
	is_int(do_it(i, CONTROL_PAUSE), CONTROLLED_ORDERED, "told");
	is_int(control_priority(s.store, ORG, s.ids[i], 5, &s.tally, &was, NULL), CONTROLLED_NOT,
	    "too late");
	is_int(flow_pause(s.store, ORG, FLOW_JOB, "j", &s.tally, NULL), 1, "the job rests");
	is_int(flow_pause(s.store, ORG, FLOW_JOB, "j", &s.tally, NULL), 0, "already");
	is_int(flow_wake(s.store, ORG, FLOW_ALL, NULL, &s.tally, NULL), 0, "all does not rest");
	is_int(flow_wake(s.store, ORG, FLOW_JOB, "j", &s.tally, NULL), 1, "the job wakes");
	is_int(flow_pause(s.store, ORG, FLOW_QUEUE, "q", &s.tally, NULL), 1, "a queue rests");
	commit();
	is_int(journal_each(s.store, from, see, &seen, NULL), from + 6, "six events");
	is_str(seen.text,
	    "execution ready submitted ada, execution claim queued ada, execution pause preparing"
	    " ada, job pause submitted ada, job resume submitted ada, - pause submitted ada",
	    "what the journal says");
}

static void
stage(void (*test)(void))
{
	char *slash = strrchr(dir, '/');

	s.count = 0;
	s.worker = 0;
	begin_stage();
	test();
	end_stage();
	*slash = '\0';
	file_remove_tree(dir, NULL);
	mkdir(dir, 0700);
	*slash = '/';
}

int
main(void)
{
	char *slash = strrchr(dir, '/');

	*slash = '\0';
	ok(mkdtemp(dir) != NULL, "a folder");
	*slash = '/';
	stage(test_waiting);
	stage(test_orders);
	stage(test_given_up);
	stage(test_graph);
	stage(test_journal);
	*slash = '\0';
	file_remove_tree(dir, NULL);
	return done_testing();
}
