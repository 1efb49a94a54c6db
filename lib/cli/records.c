/* SPDX-License-Identifier: MIT */
/* records: result records from a job, files or stdin, and the files they name. */
#include "cli/records.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/source.h"
#include "cli/session.h"
#include "store/object.h"
#include "store/store.h"
#include "task/execution.h"

#define FILE_LIMIT ((size_t)256 << 20)

enum { PAGE = 256 };

json_t *
records_result(json_t *record)
{
	const char *type = json_string_value(json_object_get(record, "type"));
	json_t *result = record, *error;

	if (type && strcmp(type, "execution") == 0)
		result = json_object_get(record, "result");
	error = json_object_get(result, "error");
	if (!json_is_object(result) || (error && !json_is_null(error)))
		return NULL;
	return result;
}

int
records_selected(struct app *app, struct store *store, struct selection *sel, app_record_fn *fn,
    void *ctx, struct err *err)
{
	int64_t ids[PAGE];
	int n;

	while ((n = execution_ids(store, sel, ids, PAGE, err)) > 0) {
		for (int i = 0; i < n; i++) {
			json_t *record;
			int rc = execution_record(store, app->org, ids[i], &record, err);

			sel->after = ids[i];
			if (rc == 0) /* gone since */
				continue;
			if (rc > 0) {
				rc = fn(app, record, ctx, err);
				json_decref(record);
			}
			if (rc != 0)
				return rc < 0 ? -1 : 0;
		}
	}
	return n;
}

int
records_each_line(struct app *app, const char *name, char **files, app_line_fn *line,
    app_record_fn *fn, void *ctx, struct err *err)
{
	struct selection sel = { .org = app->org, .status = -1, .account = -1 };
	struct store *store;
	int rc;

	if (!name)
		return app_each_line(app, files, line, fn, ctx, err);
	if (files && *files)
		return err_set(err, ERR_USAGE, "--job and files exclude each other");
	store = session_open(app, false, err);
	if (!store)
		return -1;
	rc = session_job(app, store, name, 0, &sel.job, err);
	if (rc == 0)
		rc = records_selected(app, store, &sel, fn, ctx, err);
	store_close(store);
	return rc;
}

int
records_each(
    struct app *app, const char *name, char **files, app_record_fn *fn, void *ctx, struct err *err)
{
	return records_each_line(app, name, files, NULL, fn, ctx, err);
}

int
records_named(struct app *app, const char *name, app_record_fn *fn, void *ctx, struct err *err)
{
	char *files[] = { (char *)name, NULL };
	bool file = strcmp(name, "-") == 0 || strchr(name, '/') || strstr(name, ".json") ||
	    access(name, F_OK) == 0;

	return records_each(app, file ? NULL : name, file ? files : NULL, fn, ctx, err);
}

static void
close_state(struct app *app)
{
	store_close(app->store);
}

static int
read_object(struct app *app, const char *sha256, struct buf *out, struct err *err)
{
	int rc;

	if (!app->store)
		app->store = session_open(app, false, err);
	app->at_end = close_state;
	if (!app->store)
		return -1;
	rc = object_get(app->store, sha256, out, err);
	if (rc == 0)
		return err_set(err, ERR_INPUT, "object '%s' is not in the state directory '%s'",
		    sha256, store_dir(app->store));
	return rc < 0 ? -1 : 0;
}

int
records_file(struct app *app, const json_t *entry, struct buf *out, struct err *err)
{
	const char *text;
	json_t *value;

	if (json_is_string(entry))
		return source_read_file(json_string_value(entry), FILE_LIMIT, out, err);
	if ((value = json_object_get(entry, "text")) && (text = json_string_value(value))) {
		buf_add(out, text, json_string_length(value));
		return 0;
	}
	if ((text = json_string_value(json_object_get(entry, "path"))))
		return source_read_file(text, FILE_LIMIT, out, err);
	if ((text = json_string_value(json_object_get(entry, "object"))))
		return read_object(app, text, out, err);
	return err_set(err, ERR_INPUT, "a file has 'text', 'path' or 'object'; found none of them");
}
