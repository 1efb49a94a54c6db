/* SPDX-License-Identifier: MIT */
/* artifacts: the files of an execution, listed and streamed out. */
#include "cli/artifacts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "cli/table.h"
#include "store/object.h"
#include "task/artifact.h"

/* Whether the content is stored; sets the size then. 1, 0, -1. */
static int
is_stored(struct store *store, struct artifact *a, struct err *err)
{
	int64_t size;
	int rc = object_find(store, a->sha256, &size, err);

	if (rc > 0)
		a->size = size;
	return rc;
}

static void
show_record(struct app *app, int64_t execution, const struct artifact *a, bool stored)
{
	json_t *r = json_pack("{s:s, s:I, s:s, s:s, s:s, s:o, s:b}", "type", "artifact",
	    "execution", (json_int_t)execution, "kind", artifact_kind_name(a->kind), "name",
	    a->name, "sha256", a->sha256, "size", a->size < 0 ? json_null() : json_integer(a->size),
	    "stored", stored);

	app_record(app, r);
	json_decref(r);
}

static void
show_row(struct table *table, const struct artifact *a, bool stored)
{
	table_add(table, artifact_kind_name(a->kind));
	table_add(table, a->name);
	if (a->size < 0)
		table_add(table, "");
	else
		table_addf(table, "%lld", (long long)a->size);
	table_add(table, stored ? "yes" : "no");
	table_add(table, a->sha256);
}

int
artifacts_show(
    struct app *app, struct store *store, int64_t execution, bool as_table, struct err *err)
{
	static const char *const heads[] = { "KIND", "NAME", ">BYTES", "STORED", "SHA256" };
	struct table *table = as_table ? table_new(heads, sizeof(heads) / sizeof(*heads)) : NULL;
	struct artifacts list = VEC_INIT;
	int rc = artifact_list(store, app->org, execution, &list, err);

	for (size_t i = 0; i < list.len && rc > 0; i++) {
		int stored = is_stored(store, &list.at[i], err);

		if (stored < 0)
			rc = -1;
		else if (table)
			show_row(table, &list.at[i], stored);
		else
			show_record(app, execution, &list.at[i], stored);
	}
	if (table && rc > 0 && table_rows(table) > 0)
		table_print(table, stdout, table_width(fileno(stdout)));
	table_free(table);
	artifacts_clear(&list);
	return rc;
}

static const struct artifact *
find_kind(const struct artifacts *list, enum artifact_kind kind, const char *name)
{
	for (size_t i = 0; i < list->len; i++)
		if (list->at[i].kind == kind && strcmp(list->at[i].name, name) == 0)
			return &list->at[i];
	return NULL;
}

static const struct artifact *
find(const struct artifacts *list, const char *name)
{
	static const enum artifact_kind order[] = { ARTIFACT_OUTPUT, ARTIFACT_LOG, ARTIFACT_INPUT };
	const struct artifact *found = NULL;

	for (size_t i = 0; i < ARTIFACT_KINDS && !found; i++)
		found = find_kind(list, order[i], name);
	for (size_t i = 0; i < ARTIFACT_KINDS && !found; i++) {
		const char *word = artifact_kind_name(order[i]);
		size_t len = strlen(word);

		if (strncmp(name, word, len) == 0 && name[len] == '/')
			found = find_kind(list, order[i], name + len + 1);
	}
	return found;
}

static int
stream(struct app *app, struct store *store, const struct artifact *a, struct err *err)
{
	struct buf content = BUF_INIT;
	int rc = object_get(store, a->sha256, &content, err);

	if (rc == 0)
		app_fail(app, EXIT_NO, "the content of '%s' is not stored: its SHA-256 is %s",
		    a->name, a->sha256);
	if (rc > 0 && content.len && fwrite(content.data, 1, content.len, stdout) < content.len)
		app_output_failed(app);
	buf_clear(&content);
	return rc;
}

int
artifacts_stream(
    struct app *app, struct store *store, int64_t execution, const char *name, struct err *err)
{
	struct artifacts list = VEC_INIT;
	int rc = artifact_list(store, app->org, execution, &list, err);
	const struct artifact *found = rc > 0 ? find(&list, name) : NULL;

	if (rc == 0)
		app_fail(app, EXIT_NO, "no execution %lld", (long long)execution);
	else if (rc > 0 && !found) {
		app_fail(app, EXIT_NO, "execution %lld has no artifact '%s'%s",
		    (long long)execution, name,
		    list.len ? ": taskstat artifact lists them" : " nor any other");
		rc = 0;
	} else if (rc > 0) {
		rc = stream(app, store, found, err);
	}
	artifacts_clear(&list);
	return rc;
}
