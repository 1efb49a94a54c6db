/* SPDX-License-Identifier: MIT */
/* registry: tasks by name: those in the state, and those that are shipped (task.h). */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/yaml.h"
#include "store/object.h"
#include "store/stmt.h"
#include "store/store.h"
#include "task/service.h"
#include "task/task.h"

static const char sql_keep[] =
    "INSERT INTO task (org, name, version, status, origin, definition, sha256, created, since)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT DO NOTHING";
static const char sql_row[] =
    "SELECT id FROM task WHERE org = ? AND name = ? AND sha256 = ? AND origin = ?";
static const char sql_find[] =
    "SELECT id, definition, origin, status FROM task WHERE org = ? AND name = ?"
    " AND (?3 IS NULL OR version = ?3) AND origin = 'registered' AND removed IS NULL"
    " ORDER BY status = 'active' DESC, status = 'deprecated' DESC, since DESC, id DESC LIMIT 1";
static const char sql_known[] =
    "SELECT 1 FROM task WHERE org = ? AND name = ? AND (?3 IS NULL OR version = ?3) LIMIT 1";
static const char sql_of_execution[] =
    "SELECT t.id, t.definition, t.origin, t.status FROM execution e JOIN task t ON t.id = e.task"
    " JOIN job j ON j.id = e.job WHERE e.id = ? AND j.org = ?";
static const char sql_at[] = "SELECT id, definition, origin, status FROM task WHERE id = ?";
static const char sql_each[] =
    "SELECT id, definition, origin, status FROM task WHERE org = ? AND origin = 'registered'"
    " AND removed IS NULL ORDER BY name, since DESC, id DESC";

/* The task of a row: id, definition, origin, status. What people made of its status since it was
 * registered stands in the row only. */
static struct task *
task_of(struct stmt *stmt, struct err *err)
{
	struct buf text = BUF_INIT;
	struct task *task = NULL;
	json_t *definition = NULL;
	const void *data;
	size_t len;

	data = stmt_blob(stmt, 1, &len);
	if (object_unpack(data, len, &text, err) == 0)
		definition = json_parse(buf_str(&text), text.len, err);
	if (definition)
		task = task_parse(definition, err);
	if (task) {
		task->row = stmt_int(stmt, 0);
		task->status = task_status_word(stmt_text(stmt, 3));
	}
	for (int origin = TASK_REGISTERED; task && origin <= TASK_ADHOC; origin++)
		if (strcmp(task_origin_name((enum task_origin)origin), stmt_text(stmt, 2)) == 0)
			task->origin = (enum task_origin)origin;
	json_decref(definition);
	buf_clear(&text);
	return task;
}

int
task_keep(struct store *store, const char *org, struct task *task, struct err *err)
{
	char *canonical = json_canonical(task->definition), hex[DIGEST_HEX];
	struct buf text = BUF_INIT, packed = BUF_INIT;
	int rc;

	digest_bytes(canonical, strlen(canonical), hex);
	free(canonical);
	json_put(task->definition, &text); /* members stay in the order they were written */
	object_pack(text.data, text.len, &packed);
	buf_clear(&text);
	rc = stmt_run(store, err, sql_keep, "tttttbti", org, task->name, task->version,
	    task->status, task_origin_name(task->origin), packed.data, packed.len, hex,
	    clock_wall());
	if (rc >= 0)
		rc = stmt_number(store, err, &task->row, sql_row, "tttt", org, task->name, hex,
		    task_origin_name(task->origin));
	buf_clear(&packed);
	if (rc > 0 && task->remote && service_keep(store, org, task, err) < 0)
		rc = -1;
	return rc > 0 ? 0 : -1;
}

struct wanted {
	const char *name, *version;
	struct task *found;
};

/* Keep the task of the wanted name: parsed again, as fn only borrows. */
static int
take_wanted(struct task *task, void *ctx, struct err *err)
{
	struct wanted *w = ctx;

	if (w->found || strcmp(task->name, w->name) != 0)
		return 0;
	if (w->version && strcmp(task->version, w->version) != 0)
		return 0;
	w->found = task_parse(task->definition, err);
	if (!w->found)
		return -1;
	w->found->origin = TASK_SHIPPED;
	return 0;
}

/* The task of the one row of a query; NULL when there is no row, or on error. */
static struct task *
task_of_query(struct stmt *stmt, int *rc, struct err *err)
{
	struct task *task;

	*rc = stmt ? stmt_next(stmt, err) : -1;
	if (*rc <= 0)
		return NULL;
	task = task_of(stmt, err);
	stmt_end(stmt);
	return task;
}

int
task_check_name(struct store *store, const char *org, const char *name, struct err *err)
{
	char *bare;
	const char *version = task_split_name(name, &bare);
	struct stmt *row = stmt_query(store, err, sql_known, "ttt", org, bare, version);
	int rc = row ? stmt_next(row, err) : -1;
	struct task *task;

	free(bare);
	if (rc > 0)
		stmt_end(row);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	task = task_find(store, org, name, err);
	task_free(task);
	return task ? 0 : -1;
}

struct task *
task_of_execution(struct store *store, const char *org, int64_t execution, struct err *err)
{
	int rc;
	struct task *task = task_of_query(
	    stmt_query(store, err, sql_of_execution, "it", execution, org), &rc, err);

	if (rc == 0)
		err_set(err, ERR_NO, "no execution %lld", (long long)execution);
	return task;
}

struct task *
task_at(struct store *store, int64_t row, struct err *err)
{
	int rc;
	struct task *task = task_of_query(stmt_query(store, err, sql_at, "i", row), &rc, err);

	if (rc == 0)
		err_set(err, ERR_STORE, "no task %lld", (long long)row);
	return task;
}

static struct task *
find_shipped(const char *name, const char *version, struct err *err)
{
	char *file = xasprintf("tasks/%s.yaml", name), *path = path_share(file);
	struct wanted wanted = { name, version, NULL };

	if (path && !strchr(name, '/'))
		task_read_file(path, take_wanted, NULL, &wanted, err);
	free(file);
	free(path);
	return wanted.found;
}

static int
add_name(struct task *task, void *ctx, struct err *err)
{
	struct buf *names = ctx;
	const char *last = names->len ? strrchr(names->data, ' ') : NULL;

	(void)err;
	last = last ? last + 1 : buf_str(names);
	if (strcmp(last, task->name) == 0) /* another version */
		return 0;
	buf_addf(names, "%s%s", names->len ? ", " : "", task->name);
	return 0;
}

struct task *
task_find(struct store *store, const char *org, const char *given, struct err *err)
{
	struct err why = { 0 };
	struct buf names = BUF_INIT;
	struct task *task = NULL;
	const char *version;
	char *name;
	int rc;

	version = task_split_name(given, &name);
	if (store)
		task = task_of_query(
		    stmt_query(store, &why, sql_find, "ttt", org, name, version), &rc, &why);
	if (!task && !why.kind)
		task = find_shipped(name, version, &why);
	free(name);
	if (task)
		return task;
	if (why.kind) {
		err_set(err, why.kind, "%s", why.text);
		return NULL;
	}
	task_each(store, org, add_name, &names, NULL);
	err_set(err, ERR_USAGE, "no task '%s'; there are: %s", given,
	    names.len ? names.data : "none (is DOCKLINE_SHARE right?)");
	buf_clear(&names);
	return NULL;
}

struct listing {
	task_fn *fn;
	void *ctx;
	json_t *seen; /* names */
};

static int
list_shipped(struct task *task, void *ctx, struct err *err)
{
	struct listing *l = ctx;

	if (json_object_get(l->seen, task->name))
		return 0;
	task->origin = TASK_SHIPPED;
	return l->fn(task, l->ctx, err);
}

static int
is_definition(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && dot != entry->d_name && strcmp(dot, ".yaml") == 0;
}

static int
each_shipped(struct listing *l, struct err *err)
{
	char *dir = path_share("tasks");
	struct dirent **entries = NULL;
	int n = dir ? scandir(dir, &entries, is_definition, alphasort) : 0, rc = 0;

	for (int i = 0; i < n; i++) {
		char *path = path_join(dir, entries[i]->d_name);

		if (rc == 0)
			rc = task_read_file(path, list_shipped, NULL, l, err);
		free(path);
		free(entries[i]);
	}
	free(entries);
	free(dir);
	return rc;
}

int
task_each(struct store *store, const char *org, task_fn *fn, void *ctx, struct err *err)
{
	struct listing l = { fn, ctx, json_object() };
	struct stmt *stmt = store ? stmt_query(store, err, sql_each, "t", org) : NULL;
	int rc = 0;

	while (stmt && (rc = stmt_next(stmt, err)) > 0) {
		struct task *task = task_of(stmt, err);

		if (task)
			json_object_set_new(l.seen, task->name, json_true());
		rc = task ? fn(task, ctx, err) : -1;
		task_free(task);
		if (rc != 0) {
			stmt_end(stmt);
			break;
		}
	}
	if (rc == 0)
		rc = each_shipped(&l, err);
	json_decref(l.seen);
	return rc;
}
