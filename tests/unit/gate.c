/* SPDX-License-Identifier: MIT */
/* gate: rate and breaker of a task, in memory and in the state. */
#include "task/gate.h"

#include <limits.h>
#include <string.h>

#include "base/err.h"
#include "base/file.h"
#include "store/stmt.h"
#include "store/store.h"
#include "tap.h"
#include "task/claim.h"
#include "task/task.h"

#define ORG "lab"
#define SECOND INT64_C(1000000)
#define NOW (1800000000 * SECOND)

static char dir[] = "/tmp/unit-gate-XXXXXX/state";

static struct {
	struct store *store;
	struct task *task;
	int64_t version;
} s;

static struct task *
make_task(const char *name, const char *program)
{
	json_t *json = json_pack("{s:s, s:{s:[s], s:s, s:{s:i, s:s}}}", "task_id", name,
	    "service_config", "command", program, "rate", "2/s", "breaker", "failures", 2, "pause",
	    "60s");
	struct task *task = task_parse(json, NULL);

	json_decref(json);
	is_int(task_keep(s.store, ORG, task, NULL), 0, "task %s", name);
	return task;
}

static void
begin_stage(void)
{
	s.store = store_open(dir, STORE_CREATE, NULL);
	is_int(store_begin(s.store, NULL), 0, "begin");
	s.task = make_task("t", "x");
	s.version = 1;
}

static void
end_stage(void)
{
	store_rollback(s.store);
	task_free(s.task);
	store_close(s.store);
}

/* One that another worker would have: read from the state. */
static struct gate
other(void)
{
	struct gate gate = { .task = s.task };

	is_int(gate_look(&gate, s.store, ++s.version, NULL), 0, "read");
	return gate;
}

static enum gate_news
fail(struct gate *g, int64_t id, enum failure class, const char *reason)
{
	struct ending end = { .id = id,
		.status = ST_FAILED,
		.class = class,
		.reason = reason,
		.started = NOW,
		.ended = NOW };
	enum gate_news news = gate_tell(g, &end);

	is_int(gate_write(g, s.store, NULL), 0, "written");
	return news;
}

static enum gate_news
complete(struct gate *g, int64_t id)
{
	struct ending end = { .id = id, .status = ST_COMPLETED, .started = NOW, .ended = NOW };

	return gate_tell(g, &end);
}

static void
test_rate(void)
{
	struct gate a = { 0 }, b;
	int64_t next;

	begin_stage();
	a.task = s.task;
	is_int(gate_look(&a, s.store, s.version, NULL), 0, "nothing is known of it");
	is_int(gate_room(&a, NOW, &next), 2, "full");
	gate_take(&a, 1, 2, NOW);
	ok(a.changed, "to be written");
	is_int(gate_room(&a, NOW, &next), 0, "empty");
	is_int(next, NOW + SECOND / 2, "until the next token");
	is_int(gate_room(&a, next, &next), 1, "which is there then");
	is_int(gate_write(&a, s.store, NULL), 0, "written");
	b = other();
	is_int(gate_room(&b, NOW, &next), 0, "empty for another worker too");
	gate_take(&b, 2, 1, NOW + SECOND);
	is_int(gate_write(&b, s.store, NULL), 0, "written");
	is_int(gate_look(&a, s.store, ++s.version, NULL), 0, "somebody wrote");
	is_int(gate_room(&a, NOW + SECOND, &next), 1, "what the other left");
	end_stage();
}

static void
test_breaker(void)
{
	struct gate a = { 0 }, b;
	int64_t next;

	begin_stage();
	a.task = s.task;
	is_int(complete(&a, 1), GATE_NOTHING, "all is well");
	ok(!a.changed, "nothing to write");
	is_int(fail(&a, 2, FAIL_ENGINE, "exit 3: lig_1"), GATE_NOTHING, "one failure");
	b = other();
	is_int(b.breaker.failures, 1, "seen by others");
	is_int(fail(&b, 3, FAIL_ENGINE, "exit 3: lig_2"), GATE_OPENED, "the second, for one cause");
	ok(b.shut, "shut");
	is_str(gate_reason(&b), "exit 3: lig_2", "why");
	is_int(gate_room(&b, NOW, &next), 0, "open");
	is_int(next, NOW + 60 * SECOND, "for its pause");
	is_int(gate_look(&a, s.store, ++s.version, NULL), 0, "the first looks again");
	is_str(gate_reason(&a), "exit 3: lig_2", "and knows why");
	ok(a.shut && a.breaker.opened_at == NOW, "and rests");
	is_int(gate_room(&a, NOW + 60 * SECOND, &next), 1, "one probe, whatever the rate");
	gate_take(&a, 7, 1, NOW + 60 * SECOND);
	ok(!a.shut && a.breaker.probe == 7, "the probe");
	is_int(gate_room(&a, NOW + 60 * SECOND, &next), 0, "nothing else");
	is_int(next, 0, "until it ends");
	is_int(gate_write(&a, s.store, NULL), 0, "written");
	gate_forget(&a, 8);
	is_int(a.breaker.state, BREAKER_HALF_OPEN, "another one that is given back");
	is_int(gate_lose(s.store, 7, NULL), 0, "its worker dies");
	is_int(gate_look(&a, s.store, ++s.version, NULL), 0, "read");
	is_int(gate_room(&a, NOW + 61 * SECOND, &next), 1, "another probe");
	gate_take(&a, 9, 1, NOW + 61 * SECOND);
	gate_forget(&a, 9);
	is_int(gate_room(&a, NOW + 62 * SECOND, &next), 1, "given back: another one");
	gate_take(&a, 10, 1, NOW + 62 * SECOND);
	is_int(complete(&a, 10), GATE_CLOSED, "it works");
	end_stage();
}

static void
test_hopeless(void)
{
	struct gate a = { 0 };
	const int64_t id = 10;
	int64_t now = NOW;

	begin_stage();
	a.task = s.task;
	is_int(gate_look(&a, s.store, s.version, NULL), 0, "read");
	fail(&a, 1, FAIL_REJECTED, "no such program");
	is_int(fail(&a, 2, FAIL_REJECTED, "no such program"), GATE_OPENED, "open");
	for (int i = 0; i < GATE_PROBES; i++) {
		struct ending end = { .id = id + i, .status = ST_FAILED, .class = FAIL_REJECTED };

		ok(!gate_is_hopeless(&a), "probe %d may help", i);
		now += 61 * SECOND;
		gate_take(&a, end.id, 1, now);
		end.ended = end.started = now;
		is_int(gate_tell(&a, &end), GATE_REOPENED, "it does not");
	}
	ok(gate_is_hopeless(&a), "no use to wait");
	is_int(gate_write(&a, s.store, NULL), 0, "written");
	a = other();
	ok(!gate_is_hopeless(&a), "whoever comes new does not know that");
	gate_hurry(&a, now);
	is_int(gate_room(&a, now, &(int64_t){ 0 }), 1, "and may try at once");
	end_stage();
}

static void
test_adhoc(void)
{
	char *plain[] = { (char *)"x", NULL }, *each[] = { (char *)"{x}", NULL };
	struct gate a = { 0 };

	begin_stage();
	task_free(s.task);
	s.task = task_adhoc(plain, false, NULL);
	is_int(task_keep(s.store, ORG, s.task, NULL), 0, "kept");
	a.task = s.task;
	for (int i = 0; i < 10; i++)
		is_int(fail(&a, i + 1, FAIL_ENGINE, "exit 1"), GATE_NOTHING, "its own affair");
	for (int i = 0; i < 4; i++)
		is_int(fail(&a, i + 20, FAIL_REJECTED, "no"), GATE_NOTHING, "not there");
	is_int(fail(&a, 30, FAIL_REJECTED, "no"), GATE_OPENED, "never there");
	ok(gate_is_hopeless(&a), "nor ever will be");
	task_free(s.task);
	s.task = task_adhoc(each, false, NULL);
	is_int(task_keep(s.store, ORG, s.task, NULL), 0, "kept");
	a = (struct gate){ .task = s.task };
	for (int i = 0; i < 10; i++)
		is_int(fail(&a, i + 1, FAIL_REJECTED, "no"), GATE_NOTHING, "each its own program");
	end_stage();
}

int
main(void)
{
	char *slash = strrchr(dir, '/');

	*slash = '\0';
	ok(mkdtemp(dir) != NULL, "a folder");
	*slash = '/';
	test_rate();
	test_breaker();
	test_hopeless();
	test_adhoc();
	*slash = '\0';
	file_remove_tree(dir, NULL);
	return done_testing();
}
