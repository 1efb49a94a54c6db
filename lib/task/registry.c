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
    "INSERT INTO task (org, name, version, status, origin, definition, sha256, created)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET removed = NULL";
static const char sql_row[] =
    "SELECT id FROM task WHERE org = ? AND name = ? AND sha256 = ? AND origin = ?";
static const char sql_by_version[] =
    "SELECT sha256 FROM task WHERE org = ? AND name = ? AND version = ? AND origin = 'registered'"
    " AND removed IS NULL";
static const char sql_drop_version[] =
    "UPDATE task SET removed = ? WHERE org = ? AND name = ? AND version = ?"
    " AND origin = 'registered' AND removed IS NULL";
static const char sql_find[] =
    "SELECT id, definition FROM task WHERE org = ? AND name = ?"
    " AND (?3 IS NULL OR version = ?3) AND origin = 'registered' AND removed IS NULL"
    " ORDER BY status = 'active' DESC, id DESC LIMIT 1";
static const char sql_known[] = "SELECT 1 FROM task WHERE org = ? AND name = ? LIMIT 1";
static const char sql_of_execution[] =
    "SELECT t.id, t.definition, t.origin FROM execution e JOIN task t ON t.id = e.task"
    " JOIN job j ON j.id = e.job WHERE e.id = ? AND j.org = ?";
static const char sql_at[] = "SELECT id, definition, origin FROM task WHERE id = ?";
static const char sql_each[] =
    "SELECT id, definition FROM task WHERE org = ? AND origin = 'registered' AND removed IS NULL"
    " ORDER BY name, id DESC";
static const char sql_in_use[] =
    "SELECT e.id FROM task t JOIN execution e ON e.task = t.id WHERE t.org = ? AND t.name = ?"
    " AND (?3 IS NULL OR t.version = ?3) AND t.origin = 'registered' AND e.status NOT IN"
    " ('completed', 'failed', 'timeout', 'cancelled', 'skipped') LIMIT 1";
static const char sql_remove[] =
    "UPDATE task SET removed = ?4 WHERE org = ?1 AND name = ?2 AND (?3 IS NULL OR version = ?3)"
    " AND origin = 'registered' AND removed IS NULL";

/* A task file that is being read. */
struct reading {
	const struct yaml_doc *doc;
	task_fn *fn;
	task_wrong_fn *wrong;
	void *ctx;
	struct err *err;
	int rc;
};

/* An error at a member of the document: told, or kept as the one that stops. */
static void
placed(struct reading *r, const char *pointer, enum err_kind kind, const char *text)
{
	struct err err = { 0 };

	if (r->rc < 0)
		return;
	yaml_error(r->doc, pointer, &err, "%s", text);
	err.kind = kind;
	if (r->wrong) {
		r->wrong(&err, r->ctx);
		return;
	}
	r->rc = err_set(r->err, kind, "%s", err.text);
}

static void
place_fault(const char *pointer, const char *what, void *ctx)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, *pointer ? "'%s' %s" : "it%s %s", pointer, what);
	placed(ctx, pointer, ERR_INPUT, buf_str(&text));
	buf_clear(&text);
}

static void
read_document(struct reading *r)
{
	struct err why = { 0 };
	struct task *task;

	if (task_lint(r->doc->value, place_fault, r) > 0)
		return;
	task = task_parse(r->doc->value, &why);
	if (!task || r->fn(task, r->ctx, &why) < 0)
		placed(r, "/task_id", why.kind, why.text);
	task_free(task);
}

int
task_read_file(const char *path, task_fn *fn, task_wrong_fn *wrong, void *ctx, struct err *err)
{
	struct reading r = { NULL, fn, wrong, ctx, err, 0 };
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct err why = { 0 };

	if (yaml_read(path, &docs, &why) == 0 && docs.len == 0)
		err_set(&why, ERR_INPUT, "%s: no task in it", path);
	if (why.kind && wrong)
		wrong(&why, ctx);
	else if (why.kind)
		r.rc = err_set(err, why.kind, "%s", why.text);
	for (size_t i = 0; i < docs.len && !why.kind && r.rc == 0; i++) {
		r.doc = &docs.at[i];
		read_document(&r);
	}
	yaml_docs_clear(&docs);
	return r.rc;
}

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
	if (task)
		task->row = stmt_int(stmt, 0);
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

int
task_register(
    struct store *store, const char *org, struct task *task, bool replace, struct err *err)
{
	char *text = json_canonical(task->definition), hex[DIGEST_HEX];
	struct stmt *stmt;
	int rc, same = 0;

	digest_bytes(text, strlen(text), hex);
	free(text);
	stmt = stmt_query(store, err, sql_by_version, "ttt", org, task->name, task->version);
	rc = stmt ? stmt_next(stmt, err) : -1;
	if (rc > 0) {
		same = strcmp(stmt_text(stmt, 0), hex) == 0;
		stmt_end(stmt);
	}
	if (rc < 0)
		return -1;
	if (rc > 0 && !same && !replace)
		return err_set(err, ERR_USAGE,
		    "task '%s' version %s is registered with another definition"
		    " (another version, or --replace)",
		    task->name, task->version);
	if (rc > 0 && !same &&
	    stmt_run(store, err, sql_drop_version, "ittt", clock_wall(), org, task->name,
		task->version) < 0)
		return -1;
	task->origin = TASK_REGISTERED;
	return task_keep(store, org, task, err) < 0 ? -1 : !same;
}

/* Split name@version; version NULL when there is none. The caller frees *name. */
static const char *
split_version(const char *given, char **name)
{
	char *at;

	*name = xstrdup(given);
	at = strrchr(*name, '@');
	if (!at)
		return NULL;
	*at = '\0';
	return at + 1;
}

int
task_remove(struct store *store, const char *org, const char *given, struct err *err)
{
	char *name;
	const char *version = split_version(given, &name);
	int64_t id = 0;
	int rc;

	rc = stmt_number(store, err, &id, sql_in_use, "ttt", org, name, version);
	if (rc > 0)
		rc = err_set(err, ERR_NO, "task '%s' is still needed: execution %lld has not ended",
		    given, (long long)id);
	else if (rc == 0)
		rc = stmt_run(store, err, sql_remove, "ttti", org, name, version, clock_wall());
	free(name);
	return rc;
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

static struct task *
find_registered(
    struct store *store, const char *org, const char *name, const char *version, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_find, "ttt", org, name, version);
	int rc = stmt ? stmt_next(stmt, err) : -1;
	struct task *task = NULL;

	if (rc > 0) {
		task = task_of(stmt, err);
		stmt_end(stmt);
	}
	return task;
}

/* The task of the one row of a query with its origin; NULL when there is no row, or on error. */
static struct task *
task_of_query(struct stmt *stmt, int *rc, struct err *err)
{
	struct task *task;

	*rc = stmt ? stmt_next(stmt, err) : -1;
	if (*rc <= 0)
		return NULL;
	task = task_of(stmt, err);
	for (int origin = TASK_REGISTERED; task && origin <= TASK_ADHOC; origin++)
		if (strcmp(task_origin_name((enum task_origin)origin), stmt_text(stmt, 2)) == 0)
			task->origin = (enum task_origin)origin;
	stmt_end(stmt);
	return task;
}

int
task_check_name(struct store *store, const char *org, const char *name, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_known, "tt", org, name);
	int rc = row ? stmt_next(row, err) : -1;
	struct task *task;

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

	version = split_version(given, &name);
	if (store)
		task = find_registered(store, org, name, version, &why);
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
