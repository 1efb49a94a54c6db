/* SPDX-License-Identifier: MIT */
/* registry: what taskreg does with task files and the registry. */
#include "cli/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/vec.h"
#include "cli/session.h"
#include "cli/table.h"
#include "store/store.h"
#include "task/task.h"

enum { ROWS_MAX = 100 }; /* of a table */

/* ---- files ---- */

/* The good tasks of all files. */
struct harvest {
	struct app *app;
	json_t *seen; /* "name@version" */
	VEC(struct task *) tasks;
	int errors;
};

static void
report(const struct err *err, void *ctx)
{
	struct harvest *h = ctx;
	struct err copy = *err;

	app_report(h->app, &copy);
	h->errors++;
}

static int
keep(struct task *task, void *ctx, struct err *err)
{
	struct harvest *h = ctx;
	char *name = xasprintf("%s@%s", task->name, task->version);
	struct task *own = NULL;
	int rc = 0;

	if (json_object_get(h->seen, name))
		rc = err_set(err, ERR_INPUT, "task '%s' version %s is defined twice", task->name,
		    task->version);
	else if (!(own = task_parse(task->definition, err)))
		rc = -1;
	if (own) {
		json_object_set_new(h->seen, name, json_true());
		vec_add(&h->tasks, own);
	}
	free(name);
	return rc;
}

static void
read_files(struct harvest *h, char **files)
{
	static char *standard_input[] = { "-", NULL };

	h->seen = json_object();
	if (!*files) {
		if (isatty(STDIN_FILENO))
			app_usage(h->app, "no files, and standard input is a terminal");
		files = standard_input;
	}
	for (size_t i = 0; files[i]; i++)
		task_read_file(files[i], keep, report, h, NULL);
}

static void
clear_harvest(struct harvest *h)
{
	for (size_t i = 0; i < h->tasks.len; i++)
		task_free(h->tasks.at[i]);
	vec_clear(&h->tasks);
	json_decref(h->seen);
}

int
registry_check(struct app *app, char **files, struct err *err)
{
	struct harvest h = { .app = app };

	(void)err;
	read_files(&h, files);
	for (size_t i = 0; i < h.tasks.len; i++)
		app_detail(app, "task '%s' version %s is good", h.tasks.at[i]->name,
		    h.tasks.at[i]->version);
	clear_harvest(&h);
	return 0;
}

/* ---- registering ---- */

static void
print_record(struct app *app, const struct task *task)
{
	json_t *record = task_record(task);

	app_record(app, record);
	json_decref(record);
}

static int
register_all(struct store *store, const struct harvest *h, bool replace, struct err *err)
{
	for (size_t i = 0; i < h->tasks.len; i++) {
		struct task *task = h->tasks.at[i];
		int rc = task_register(store, h->app->org, task, replace, err);

		if (rc < 0)
			return -1;
		app_detail(h->app, "task '%s' version %s %s", task->name, task->version,
		    rc ? "is registered" : "was registered before");
	}
	return 0;
}

int
registry_add(struct app *app, char **files, bool replace, struct err *err)
{
	struct harvest h = { .app = app };
	struct store *store = NULL;
	int rc = 0;

	read_files(&h, files);
	if (h.errors) {
		app_say(app, "nothing was registered");
		goto out;
	}
	rc = -1;
	store = session_open(app, true, err);
	if (!store || store_begin(store, err) < 0)
		goto out;
	rc = register_all(store, &h, replace, err);
	if (rc == 0)
		rc = store_commit(store, err);
	else
		store_rollback(store);
	for (size_t i = 0; i < h.tasks.len && rc == 0; i++)
		print_record(app, h.tasks.at[i]);
out:
	store_close(store);
	clear_harvest(&h);
	return rc;
}

static int
remove_one(struct app *app, struct store *store, const char *name, struct err *err)
{
	int n = task_remove(store, app->org, name, err);
	struct task *task;

	if (n != 0) {
		if (n > 0)
			app_detail(
			    app, "task '%s' is removed (%d version%s)", name, n, n == 1 ? "" : "s");
		return n < 0 ? -1 : 0;
	}
	task = task_find(NULL, app->org, name, NULL);
	task_free(task);
	if (task)
		return err_set(err, ERR_USAGE,
		    "task '%s' is shipped, not registered: it cannot be removed", name);
	return err_set(err, ERR_USAGE, "no task '%s' is registered", name);
}

int
registry_remove(struct app *app, char **names, struct err *err)
{
	struct store *store = session_open(app, false, err);
	int rc = 0;

	if (!store || store_begin(store, err) < 0) {
		store_close(store);
		return -1;
	}
	for (size_t i = 0; names[i] && rc == 0; i++)
		rc = remove_one(app, store, names[i], err);
	if (rc == 0)
		rc = store_commit(store, err);
	else
		store_rollback(store);
	store_close(store);
	return rc;
}

/* ---- looking ---- */

struct listing {
	struct app *app;
	const struct registry_filter *filter;
	struct table *table; /* NULL: records */
	int left_out;
};

static bool
has_tag(const json_t *definition, const char *tag)
{
	json_t *tags = json_object_get(definition, "tags"), *value;
	size_t i;

	json_array_foreach(tags, i, value)
		if (strcmp(json_string_value(value), tag) == 0)
			return true;
	return false;
}

static const char *
text_of(const struct task *task, const char *key)
{
	const char *text = json_string_value(json_object_get(task->definition, key));

	return text ? text : "";
}

static bool
is_wanted(const struct registry_filter *f, const struct task *task)
{
	if (f->status && strcmp(f->status, task->status) != 0)
		return false;
	if (f->category && strcmp(f->category, text_of(task, "category")) != 0)
		return false;
	for (size_t i = 0; f->tags && f->tags[i]; i++)
		if (!has_tag(task->definition, f->tags[i]))
			return false;
	return true;
}

static int
list_one(struct task *task, void *ctx, struct err *err)
{
	struct listing *l = ctx;

	(void)err;
	if (!is_wanted(l->filter, task))
		return 0;
	if (!l->table) {
		print_record(l->app, task);
		return 0;
	}
	if (table_rows(l->table) == ROWS_MAX) {
		l->left_out++;
		return 0;
	}
	table_add(l->table, task->name);
	table_add(l->table, task->version);
	table_add(l->table, task->status);
	table_add(l->table, text_of(task, "category"));
	table_add(l->table, task_origin_name(task->origin));
	table_add(l->table,
	    *text_of(task, "name") ? text_of(task, "name") : text_of(task, "description"));
	return 0;
}

int
registry_list(struct app *app, const struct registry_filter *filter, bool json, struct err *err)
{
	static const char *const heads[] = { "task", "version", "status", "category", "origin",
		"name" };
	struct listing l = { .app = app, .filter = filter };
	struct store *store;
	int rc;

	if (session_open_if_any(app, &store, err) < 0)
		return -1;
	if (!json && isatty(STDOUT_FILENO))
		l.table = table_new(heads, sizeof(heads) / sizeof(*heads));
	rc = task_each(store, app->org, list_one, &l, err);
	if (l.table && table_rows(l.table) > 0)
		table_print(l.table, stdout, table_width(STDOUT_FILENO));
	if (l.left_out)
		app_say(app, "%d more tasks are not shown (--json shows all)", l.left_out);
	table_free(l.table);
	store_close(store);
	return rc;
}

int
registry_show(struct app *app, const char *name, bool json, struct err *err)
{
	struct task *task = NULL;
	struct store *store;
	json_t *record;

	if (session_open_if_any(app, &store, err) < 0)
		return -1;
	task = task_find(store, app->org, name, err);
	store_close(store);
	if (!task)
		return -1;
	if (json || !isatty(STDOUT_FILENO)) {
		print_record(app, task);
	} else {
		record = task_record(task);
		json_dumpf(record, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(record);
	}
	task_free(task);
	return 0;
}
