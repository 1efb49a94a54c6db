/* SPDX-License-Identifier: MIT */
/* lane: executions that are alike for whoever claims them. */
#include "task/lane.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/err.h"
#include "store/stmt.h"
#include "task/gate.h"
#include "task/task.h"

static const char sql_find[] =
    "SELECT id FROM lane WHERE job = ? AND generation = ? AND task = ? AND queue = ?"
    " AND priority = ? AND tags = ? AND metadata = ?";
static const char sql_new[] =
    "INSERT INTO lane (job, generation, task, queue, priority, tags, metadata)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char sql_get[] =
    "SELECT l.job, l.generation, j.name, l.queue, l.priority, l.task FROM lane l"
    " JOIN job j ON j.id = l.job WHERE l.id = ?";

int64_t
lane_open(struct store *store, const struct lane_spec *spec, struct err *err)
{
	const char *queue = spec->queue ? spec->queue : QUEUE_DEFAULT;
	const char *tags = spec->tags ? spec->tags : "[]";
	const char *metadata = spec->metadata ? spec->metadata : "{}";
	int64_t generation = spec->job.generation, priority = spec->priority, id;
	int rc = stmt_number(store, err, &id, sql_find, "iiititt", spec->job.id, generation,
	    spec->task, queue, priority, tags, metadata);

	if (rc != 0)
		return rc < 0 ? -1 : id;
	if (stmt_run(store, err, sql_new, "iiititt", spec->job.id, generation, spec->task, queue,
		priority, tags, metadata) < 0)
		return -1;
	return stmt_last_id(store);
}

struct lane_entry {
	struct lane lane;
	UT_hash_handle hh;
};

struct task_entry {
	int64_t row;
	struct task *task;
	_Atomic int64_t mean, held;
	struct gate gate;
	UT_hash_handle hh;
};

struct lane_book {
	struct lane_entry *lanes;
	struct task_entry *tasks;
	lane_task_fn *prepare;
	void *ctx;
};

struct lane_book *
lane_book_new(void)
{
	return xcalloc(1, sizeof(struct lane_book));
}

void
lane_book_prepare(struct lane_book *book, lane_task_fn *fn, void *ctx)
{
	book->prepare = fn;
	book->ctx = ctx;
}

void
lane_book_free(struct lane_book *book)
{
	struct lane_entry *l, *next_lane;
	struct task_entry *t, *next_task;

	if (!book)
		return;
	HASH_ITER(hh, book->lanes, l, next_lane)
	{
		HASH_DEL(book->lanes, l);
		free(l->lane.job_name);
		free(l->lane.queue);
		free(l);
	}
	HASH_ITER(hh, book->tasks, t, next_task)
	{
		HASH_DEL(book->tasks, t);
		task_free(t->task);
		free(t);
	}
	free(book);
}

static struct task_entry *
task_get(struct lane_book *book, struct store *store, int64_t row, struct err *err)
{
	struct task_entry *entry;
	struct task *task;

	HASH_FIND(hh, book->tasks, &row, sizeof(row), entry);
	if (entry)
		return entry;
	task = task_at(store, row, err);
	if (!task)
		return NULL;
	entry = xcalloc(1, sizeof(*entry));
	entry->row = row;
	entry->task = task;
	entry->gate.task = task;
	if (book->prepare)
		book->prepare(task, book->ctx);
	HASH_ADD(hh, book->tasks, row, sizeof(row), entry);
	return entry;
}

static struct lane_entry *
read_lane(struct lane_book *book, struct store *store, int64_t id, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_get, "i", id);
	int rc = stmt ? stmt_next(stmt, err) : -1;
	struct lane_entry *entry = NULL;
	struct task_entry *task;

	if (rc == 0)
		err_set(err, ERR_STORE, "no lane %lld", (long long)id);
	if (rc <= 0)
		return NULL;
	entry = xcalloc(1, sizeof(*entry));
	entry->lane = (struct lane){ .id = id,
		.job = { stmt_int(stmt, 0), (int)stmt_int(stmt, 1) },
		.job_name = stmt_is_null(stmt, 2) ? NULL : xstrdup(stmt_text(stmt, 2)),
		.queue = xstrdup(stmt_text(stmt, 3)),
		.priority = (int)stmt_int(stmt, 4) };
	task = task_get(book, store, stmt_int(stmt, 5), err);
	stmt_end(stmt);
	if (task) {
		entry->lane.task = task->task;
		entry->lane.mean = &task->mean;
		entry->lane.held = &task->held;
		entry->lane.gate = &task->gate;
		return entry;
	}
	free(entry->lane.job_name);
	free(entry->lane.queue);
	free(entry);
	return NULL;
}

struct lane *
lane_get(struct lane_book *book, struct store *store, int64_t id, struct err *err)
{
	struct lane_entry *entry;

	HASH_FIND(hh, book->lanes, &id, sizeof(id), entry);
	if (entry)
		return &entry->lane;
	entry = read_lane(book, store, id, err);
	if (!entry)
		return NULL;
	HASH_ADD(hh, book->lanes, lane.id, sizeof(entry->lane.id), entry);
	return &entry->lane;
}
