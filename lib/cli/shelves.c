/* SPDX-License-Identifier: MIT */
/* shelves: pipelines stored, listed and removed (pipelines.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/app.h"
#include "cli/blueprint.h"
#include "cli/pipelines.h"
#include "cli/session.h"
#include "cli/table.h"
#include "plan/draw.h"
#include "plan/pipeline.h"
#include "plan/shelf.h"
#include "store/store.h"

static json_t *
record_of(const struct blueprint *b)
{
	json_t *record = draw_record(b->pipeline);

	json_object_set_new(record, "origin", json_string(b->stored ? "stored" : "shipped"));
	return record;
}

/* What is known of a pipeline in a list. */
static void
show(struct app *app, struct table *table, const struct blueprint *b)
{
	json_t *record;

	if (table) {
		table_add(table, b->pipeline->name);
		table_add(table, b->pipeline->version);
		table_add(table, b->stored ? "stored" : "shipped");
		table_add(table, b->pipeline->description);
		return;
	}
	record = record_of(b);
	app_record(app, record);
	json_decref(record);
}

/* ---- storing ---- */

static int
add_one(struct app *app, struct store *store, const char *file, json_t *records, struct err *err)
{
	struct blueprint b = { 0 };
	int rc;

	if (!blueprint_is_file(file))
		return err_set(err, ERR_USAGE, "'%s' is no name of a file (./%s)", file, file);
	rc = blueprint_open(&b, app, store, file, err);
	if (rc == 0)
		rc = shelf_add(store, app->org, b.pipeline->name, b.pipeline->version, b.text, err);
	b.stored = true;
	if (rc >= 0)
		json_array_append_new(records, record_of(&b));
	blueprint_clear(&b);
	return rc < 0 ? -1 : 0;
}

int
pipelines_add(struct app *app, char **files, struct err *err)
{
	struct store *store = session_open(app, true, err);
	json_t *records = json_array(), *record;
	int rc = store ? store_begin(store, err) : -1;
	size_t i;

	for (i = 0; rc == 0 && files[i]; i++) {
		rc = add_one(app, store, files[i], records, err);
		if (rc < 0)
			store_rollback(store);
	}
	if (rc == 0)
		rc = store_commit(store, err);
	if (rc == 0)
		json_array_foreach(records, i, record)
			app_record(app, record);
	json_decref(records);
	session_close(store);
	return rc;
}

/* ---- listing ---- */

struct listing {
	struct app *app;
	struct store *store;
	struct table *table; /* NULL: records */
	json_t *seen;
};

static int
list_stored(const struct shelved *p, void *ctx)
{
	struct listing *l = ctx;
	struct blueprint b = { 0 };
	struct err why = { 0 };

	if (blueprint_read(&b, l->app, l->store, p->name, p->text, strlen(p->text), &why) == 0) {
		b.stored = true;
		json_object_set_new(l->seen, p->name, json_true());
		show(l->app, l->table, &b);
	} else {
		app_report(l->app, &why);
	}
	blueprint_clear(&b);
	return 0;
}

static void
list_shipped(struct listing *l, const char *name)
{
	struct blueprint b = { 0 };
	struct err why = { 0 };

	if (json_object_get(l->seen, name))
		return;
	if (blueprint_open(&b, l->app, l->store, name, &why) == 0)
		show(l->app, l->table, &b);
	else
		app_report(l->app, &why);
	blueprint_clear(&b);
}

int
pipelines_list(struct app *app, bool json, struct err *err)
{
	static const char *const heads[] = { "pipeline", "version", "origin", "description" };
	struct listing l = { .app = app };
	char **names;
	int rc = session_open_if_any(app, &l.store, err);

	if (rc < 0)
		return -1;
	l.seen = json_object();
	if (!json && isatty(STDOUT_FILENO))
		l.table = table_new(heads, sizeof(heads) / sizeof(*heads));
	if (l.store)
		rc = shelf_each(l.store, app->org, list_stored, &l, err);
	names = blueprint_shipped();
	for (size_t i = 0; names[i]; i++) {
		if (rc == 0)
			list_shipped(&l, names[i]);
		free(names[i]);
	}
	free(names);
	if (l.table && table_rows(l.table) > 0)
		table_print(l.table, stdout, table_width(STDOUT_FILENO));
	table_free(l.table);
	json_decref(l.seen);
	session_close(l.store);
	return rc;
}

/* ---- removing ---- */

int
pipelines_remove(struct app *app, char **names, struct err *err)
{
	struct store *store = session_open(app, false, err);
	int rc = store ? store_begin(store, err) : -1;

	for (size_t i = 0; rc == 0 && names[i]; i++) {
		int n = shelf_remove(store, app->org, names[i], err);

		if (n == 0)
			err_set(err, ERR_USAGE, "no pipeline '%s' is stored", names[i]);
		rc = n > 0 ? 0 : -1;
		if (rc < 0)
			store_rollback(store);
	}
	if (rc == 0)
		rc = store_commit(store, err);
	session_close(store);
	return rc;
}
