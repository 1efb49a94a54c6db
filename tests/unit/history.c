/* SPDX-License-Identifier: MIT */
/* history: what is learned in memory, and by several workers in the state. */
#include "task/history.h"

#include <math.h>

#include "base/err.h"
#include "base/file.h"
#include "store/store.h"
#include "tap.h"
#include "task/task.h"

static char dir[] = "/tmp/unit-history-XXXXXX/state";

static int64_t
count(struct history *h, struct store *store, int64_t task)
{
	const struct estimate *known = history_of(h, store, task, NULL);

	return known ? known->elapsed.count : -1;
}

static void
test_history(struct store *store, int64_t task)
{
	struct history *a = history_new(), *b = history_new(), *c;

	is_int(count(a, store, task), 0, "nothing is known");
	ok(!history_is_due(a, INT64_MAX), "nor to be written");
	history_add(a, task, 1, 0.5, 1 << 20);
	history_add(a, task, 3, NAN, 0);
	is_int(count(a, store, task), 2, "known before it is written");
	is_int(count(b, store, task), 0, "but not to others");
	ok(!history_is_due(a, 0) && history_is_due(a, INT64_MAX), "due after some time");
	is_int(history_write(a, store, 0, NULL), 0, "written");
	ok(!history_is_due(a, INT64_MAX), "nothing more to write");
	history_add(b, task, 5, 5, 2 << 20);
	is_int(history_write(b, store, 0, NULL), 0, "another worker");
	is_int(count(b, store, task), 3, "knows then what both learned");
	c = history_new();
	history_add(c, task, 7, 7, 0);
	is_int(count(c, store, task), 4, "and so does who comes later");
	is_int(history_of(c, store, task, NULL)->cpu.count, 3, "processor time where it was told");
	is_int(history_of(c, store, task, NULL)->memory.count, 2, "memory, too");
	ok(history_of(c, store, task, NULL)->elapsed.max == 7, "the longest");
	is_int(history_write(c, store, 0, NULL), 0, "written");
	is_int(history_write(c, store, 0, NULL), 0, "nothing to write");
	is_int(count(c, store, task), 4, "once");
	history_free(a);
	history_free(b);
	history_free(c);
}

int
main(void)
{
	json_t *json = json_pack(
	    "{s:s, s:{s:[s]}}", "task_id", "t", "service_config", "command", "x");
	struct task *task = task_parse(json, NULL);
	char *slash = strrchr(dir, '/');
	struct store *store;

	json_decref(json);
	*slash = '\0';
	ok(mkdtemp(dir) != NULL, "a folder");
	*slash = '/';
	store = store_open(dir, STORE_CREATE, NULL);
	is_int(store_begin(store, NULL), 0, "begin");
	is_int(task_keep(store, "lab", task, NULL), 0, "a task");
	test_history(store, task->row);
	store_rollback(store);
	store_close(store);
	task_free(task);
	*slash = '\0';
	file_remove_tree(dir, NULL);
	return done_testing();
}
