/* SPDX-License-Identifier: MIT */
/* selection: what is found of a few jobs, lanes and statuses, page by page. */
#include "task/selection.h"

#include "base/err.h"
#include "base/path.h"
#include "fixture.h"
#include "store/stmt.h"
#include "store/store.h"
#include "tap.h"

/* Executions 1 to 12: each lane has one after the other. */
static const char *const rows[] = {
	"INSERT INTO task VALUES (1, 'o', 'dock', '1', 'active', 'adhoc', x'7b7d', 'a', 0, NULL, "
	"NULL),"
	" (2, 'o', 'prep', '1', 'active', 'adhoc', x'7b7d', 'b', 0, NULL, NULL)",
	"INSERT INTO job VALUES (1, 'o', 'a', 1, 0), (2, 'o', 'b', 2, 0), (3, 'other', 'a', 1, 0)",
	"INSERT INTO lane (id, job, generation, task, queue, priority, tags, metadata) VALUES"
	" (1, 1, 1, 1, 'default', 0, '[]', '{}'), (2, 1, 1, 2, 'gpu', 0, '[\"x\"]', '{}'),"
	" (3, 2, 1, 1, 'gpu', 0, '[\"x y\",\"z\"]', '{}'), (4, 2, 2, 1, 'default', 0, '[\"z\"]', "
	"'{}'),"
	" (5, 3, 1, 1, 'default', 0, '[\"x\"]', '{}'), (65, 2, 2, 2, 'q', 3, '[\"xy\"]', '{}')",
};
static const char sql_execution[] =
    "INSERT INTO execution (id, task, job, generation, key, digest, status, lane, created)"
    " SELECT ?1, task, job, generation, 'k' || ?1, 0, ?2, id, 0 FROM lane WHERE id = ?3";

static const struct {
	int lane;
	enum status status;
} executions[] = { { 1, ST_QUEUED }, { 2, ST_COMPLETED }, { 3, ST_FAILED }, { 4, ST_TIMEOUT },
	{ 5, ST_QUEUED }, { 65, ST_BLOCKED }, { 1, ST_COMPLETED }, { 2, ST_FAILED },
	{ 3, ST_QUEUED }, { 4, ST_SCHEDULED }, { 5, ST_FAILED }, { 65, ST_CANCELLED } };

#define ANY .status = -1, .account = -1

static const struct {
	const char *what;
	struct selection sel;
	const char *ids;
} cases[] = {
	{ "everything of the org", { .org = "o", ANY }, "1 2 3 4 6 7 8 9 10 12" },
	{ "another org", { .org = "other", ANY }, "5 11" },
	{ "no org", { .org = "x", ANY }, "" },
	{ "behind an id", { .org = "o", ANY, .after = 8 }, "9 10 12" },
	{ "a job", { .org = "o", ANY, .job = { 1, 1 } }, "1 2 7 8" },
	{ "an older generation", { .org = "o", ANY, .job = { 2, 1 } }, "3 9" },
	{ "the newest", { .org = "o", ANY, .job = { 2, 2 } }, "4 6 10 12" },
	{ "a task", { .org = "o", ANY, .task = "prep" }, "2 6 8 12" },
	{ "a queue", { .org = "o", ANY, .queue = "gpu" }, "2 3 8 9" },
	{ "a tag, not a part of one", { .org = "o", ANY, .tag = "x" }, "2 8" },
	{ "a tag with a blank", { .org = "o", ANY, .tag = "x y" }, "3 9" },
	{ "a tag of two lanes", { .org = "o", ANY, .tag = "z" }, "3 4 9 10" },
	{ "tag, queue and task", { .org = "o", ANY, .tag = "z", .queue = "gpu", .task = "dock" },
	    "3 9" },
	{ "a status", { .org = "o", .status = ST_QUEUED, .account = -1 }, "1 9" },
	{ "an account", { .org = "o", .status = -1, .account = ACC_FAILED }, "3 4 8" },
	{ "what failed of a job",
	    { .org = "o", .status = -1, .account = ACC_FAILED, .job = { 2, 2 } }, "4" },
	{ "what waits of a job and a tag",
	    { .org = "o", .status = ST_BLOCKED, .account = -1, .job = { 2, 2 }, .tag = "xy" },
	    "6" },
	{ "all but the first three", { .org = "o", ANY, .skip = 3 }, "4 6 7 8 9 10 12" },
	{ "all but the first of a queue", { .org = "o", ANY, .queue = "gpu", .skip = 1 }, "3 8 9" },
	{ "none is left", { .org = "o", ANY, .skip = 10 }, "" },
};

static void
fill(struct store *store, struct err *err)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		ok(stmt_run(store, err, rows[i], "") >= 0, "rows are written: %s", err->text);
	for (size_t i = 0; i < COUNT(executions); i++)
		ok(stmt_run(store, err, sql_execution, "iti", (int64_t)i + 1,
		       state_name(executions[i].status), (int64_t)executions[i].lane) == 1,
		    "execution %zu is written: %s", i + 1, err->text);
}

/* The ids with pages of so many, as a text. */
static void
collect(struct store *store, struct selection sel, int room, struct buf *text)
{
	struct err err = { 0 };
	int64_t ids[16];
	int n;

	while ((n = execution_ids(store, &sel, ids, room, &err)) > 0) {
		for (int i = 0; i < n; i++)
			buf_addf(text, "%s%lld", text->len ? " " : "", (long long)ids[i]);
		sel.after = ids[n - 1];
	}
	is_int(n, 0, "it ends well: %s", err.text);
}

static void
test_cases(struct store *store)
{
	static const int rooms[] = { 1, 3, 16 };

	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t k = 0; k < COUNT(rooms); k++) {
			struct buf text = BUF_INIT;

			collect(store, cases[i].sel, rooms[k], &text);
			is_str(buf_str(&text), cases[i].ids, "%s, pages of %d", cases[i].what,
			    rooms[k]);
			buf_clear(&text);
		}
}

/* More rows than are passed by in one snapshot, the last of them wanted. */
static void
test_many(struct store *store)
{
	static const char sql[] =
	    "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)"
	    " INSERT INTO execution (id, task, job, generation, key, digest, status, lane, created)"
	    " SELECT i, 1, 1, 1, i, 0, iif(i = 60000, 'submitted', 'completed'), 1, 0 FROM n";
	struct selection sel = { .org = "o", .status = ST_SUBMITTED, .account = -1 };
	struct buf text = BUF_INIT;
	struct err err = { 0 };

	ok(stmt_run(store, &err, sql, "") > 0, "many rows: %s", err.text);
	collect(store, sel, 16, &text);
	is_str(buf_str(&text), "60000", "the last of many");
	buf_reset(&text);
	sel = (struct selection){ .org = "o", ANY, .skip = 59909 };
	collect(store, sel, 16, &text);
	is_str(buf_str(&text), "59999 60000", "all but the last two are passed over");
	buf_clear(&text);
}

int
main(void)
{
	char *root = fixture_root(), *dir = path_join(root, "state");
	struct err err = { 0 };
	struct store *store = store_open(dir, STORE_CREATE, &err);

	if (ok(store != NULL, "a new state: %s", err.text) && store_begin(store, &err) == 0) {
		fill(store, &err);
		test_cases(store);
		test_many(store);
		store_rollback(store);
	}
	store_close(store);
	free(dir);
	fixture_free(root);
	return done_testing();
}
