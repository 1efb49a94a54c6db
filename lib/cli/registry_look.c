/* SPDX-License-Identifier: MIT */
/* registry_look: what taskreg shows of the registry. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/registry.h"
#include "cli/session.h"
#include "cli/table.h"
#include "store/store.h"
#include "task/audit.h"
#include "task/task.h"

enum { ROWS_MAX = 100 }; /* of a table */

void
registry_print(struct app *app, const struct task *task)
{
	json_t *record = task_record(task);

	app_record(app, record);
	json_decref(record);
}

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
		registry_print(l->app, task);
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

static void
print_value(struct app *app, const json_t *value, bool json)
{
	if (json || !isatty(STDOUT_FILENO)) {
		app_record(app, value);
		return;
	}
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
}

int
registry_show(struct app *app, const char *name, bool json, bool openapi, struct err *err)
{
	struct task *task = NULL;
	struct store *store;
	json_t *record;
	int rc = 0;

	if (session_open_if_any(app, &store, err) < 0)
		return -1;
	task = task_find(store, app->org, name, err);
	store_close(store);
	if (!task)
		return -1;
	record = openapi ? json_incref(task->spec) : task_record(task);
	if (record)
		print_value(app, record, json);
	else
		rc = err_set(err, ERR_NO, "task '%s' has no interface_spec", name);
	json_decref(record);
	task_free(task);
	return rc;
}

/* ---- the audit ---- */

struct history {
	struct app *app;
	struct table *table; /* NULL: records */
};

static const char *
member(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

static int
log_one(const json_t *record, void *ctx, struct err *err)
{
	struct history *h = ctx;

	(void)err;
	if (!h->table) {
		app_record(h->app, record);
		return 0;
	}
	table_add(h->table, member(record, "time"));
	table_add(h->table, member(record, "who"));
	table_add(h->table, member(record, "action"));
	table_add(h->table, member(record, "kind"));
	table_addf(h->table, "%s%s%s", member(record, "name"),
	    *member(record, "version") ? "@" : "", member(record, "version"));
	table_addf(h->table, "%.12s", member(record, "before"));
	table_addf(h->table, "%.12s", member(record, "after"));
	return 0;
}

int
registry_log(struct app *app, char **names, bool json, struct err *err)
{
	static const char *const heads[] = { "time", "who", "action", "kind", "name", "before",
		"after" };
	struct history h = { app, NULL };
	struct store *store;
	int rc = 0;

	if (session_open_if_any(app, &store, err) < 0)
		return -1;
	if (!json && isatty(STDOUT_FILENO))
		h.table = table_new(heads, sizeof(heads) / sizeof(*heads));
	if (store && !*names)
		rc = audit_each(store, app->org, NULL, log_one, &h, err);
	for (; store && *names && rc == 0; names++)
		rc = audit_each(store, app->org, *names, log_one, &h, err);
	if (h.table && table_rows(h.table) > 0)
		table_print(h.table, stdout, table_width(STDOUT_FILENO));
	table_free(h.table);
	store_close(store);
	return rc;
}
