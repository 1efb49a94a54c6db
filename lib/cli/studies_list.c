/* SPDX-License-Identifier: MIT */
/* studies_list: all studies, listed and removed. */
#include <unistd.h>

#include "base/err.h"
#include "base/num.h"
#include "cli/session.h"
#include "cli/studies.h"
#include "cli/sweeps.h"
#include "cli/table.h"
#include "plan/study.h"
#include "store/store.h"

struct list {
	struct app *app;
	struct store *store;
	struct table *table; /* NULL: records */
};

static int64_t
count_of(const json_t *summary, const char *status)
{
	return json_integer_value(json_object_get(json_object_get(summary, "counts"), status));
}

static void
list_row(struct table *table, const json_t *summary)
{
	const json_t *best = json_object_get(summary, "best");
	char text[NUM_TEXT];

	table_add(table, json_string_value(json_object_get(summary, "study")));
	table_add(table, json_string_value(json_object_get(summary, "method")));
	table_addf(
	    table, "%lld", (long long)json_integer_value(json_object_get(summary, "trials")));
	for (int i = 0; i < TRIAL_STATUSES; i++)
		table_addf(table, "%lld", (long long)count_of(summary, trial_status_names[i]));
	table_add(table, json_string_value(json_object_get(summary, "metric")));
	table_add(table,
	    best ? sweeps_number(json_real_value(json_object_get(best, "value")), text) : NULL);
	table_add(table, json_string_value(json_object_get(best, "key")));
}

static int
list_study(const char *name, void *ctx, struct err *err)
{
	struct list *l = ctx;
	struct study *study;
	json_t *summary;

	if (study_find(l->store, l->app->org, name, &study, err) < 0)
		return -1;
	if (!study)
		return 0;
	summary = study_summary(study);
	if (l->table)
		list_row(l->table, summary);
	else
		app_record(l->app, summary);
	json_decref(summary);
	study_free(study);
	return 0;
}

/* Copied, since another statement of theirs is run for each. */
static int
keep_name(const char *name, void *ctx, struct err *err)
{
	(void)err;
	return json_array_append_new(ctx, json_string(name));
}

int
studies_list(struct app *app, bool json, struct err *err)
{
	static const char *const heads[] = { "STUDY", "METHOD", ">TRIALS", ">OPEN", ">COMPLETED",
		">FAILED", ">PRUNED", "METRIC", ">BEST", "KEY" };
	struct list l = { .app = app };
	json_t *names = json_array(), *name;
	size_t i;
	int rc = session_open_if_any(app, &l.store, err);

	if (rc == 0 && l.store)
		rc = study_each(l.store, app->org, keep_name, names, err);
	if (!json && isatty(STDOUT_FILENO))
		l.table = table_new(heads, sizeof(heads) / sizeof(*heads));
	json_array_foreach(names, i, name)
		if (rc == 0)
			rc = list_study(json_string_value(name), &l, err);
	if (l.table && rc == 0 && table_rows(l.table) > 0)
		table_print(l.table, stdout, table_width(STDOUT_FILENO));
	table_free(l.table);
	json_decref(names);
	session_close(l.store);
	return rc;
}

int
studies_remove(struct app *app, char **names, struct err *err)
{
	struct store *store = session_open(app, false, err);
	int rc = store ? store_begin(store, err) : -1;

	for (; rc == 0 && *names; names++) {
		rc = study_remove(store, app->org, *names, err);
		if (rc == 0)
			rc = err_set(err, ERR_USAGE, "no study '%s'", *names);
		else
			rc = rc < 0 ? -1 : 0;
	}
	if (rc == 0)
		rc = store_commit(store, err);
	else if (store)
		store_rollback(store);
	session_close(store);
	return rc;
}
