/* SPDX-License-Identifier: MIT */
/* dock-doctor: what this machine has for docking, and what is wrong with it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/doctor.h"
#include "cli/table.h"

static struct {
	int json, table;
} o;

static const struct poptOption options[] = {
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "records, on a terminal too", NULL },
	{ "table", 0, POPT_ARG_NONE, &o.table, 0, "a table, not records", NULL },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

static const char *
text(const json_t *check, const char *key)
{
	return json_string_value(json_object_get(check, key));
}

/* What there is: a version, a number, a file system. */
static void
add_what(struct table *table, const json_t *check)
{
	const char *found = text(check, "version");
	json_int_t n = json_integer_value(json_object_get(check, "count"));
	json_int_t bytes = json_integer_value(json_object_get(check, "bytes"));

	if (!found)
		found = text(check, "file_system");
	if (found)
		table_add(table, found);
	else if (bytes > 0)
		table_addf(table, "%.1f GiB", (double)bytes / (1 << 30));
	else if (n > 0)
		table_addf(table, "%lld", (long long)n);
	else
		table_add(table, "-");
}

/* Where it is and what is to be known; for what is missing, how to get it. */
static void
add_more(struct table *table, const json_t *check)
{
	const char *path = text(check, "path"), *package = text(check, "package");
	const char *variable = text(check, "variable"), *tls = text(check, "tls");
	struct buf more = BUF_INIT;
	size_t i;
	json_t *note;

	if (path)
		buf_add_str(&more, path);
	if (tls)
		buf_addf(&more, "TLS by %s", tls);
	if (package)
		buf_addf(&more, "Debian package %s", package);
	else if (variable)
		buf_add_str(&more, "not in Debian");
	if (variable)
		buf_addf(&more, "%s%s names it", more.len ? "; " : "", variable);
	json_array_foreach(json_object_get(check, "notes"), i, note)
		buf_addf(&more, "%s%s", more.len ? "; " : "", json_string_value(note));
	table_add(table, buf_str(&more));
	buf_clear(&more);
}

static void
print_table(const json_t *checks)
{
	static const char *const heads[] = { "group", "check", "status", "version", "about" };
	struct table *table = table_new(heads, 5);
	size_t i;
	json_t *check;

	json_array_foreach((json_t *)checks, i, check) {
		table_add(table, text(check, "group"));
		table_add(table, text(check, "check"));
		table_add(table, text(check, "status"));
		add_what(table, check);
		add_more(table, check);
	}
	table_print(table, stdout, 0);
	table_free(table);
}

static void
print_records(struct app *app, const json_t *checks)
{
	size_t i;
	json_t *check;

	json_array_foreach((json_t *)checks, i, check)
		app_record(app, check);
}

static int
run(struct app *app, struct err *err)
{
	json_t *checks = doctor_examine(app, err);

	if (!checks)
		return -1;
	if (o.table || (isatty(STDOUT_FILENO) && !o.json))
		print_table(checks);
	else
		print_records(app, checks);
	if (!doctor_can_dock(checks))
		app_fail(app, EXIT_NO, "nothing can be docked here: vina and obabel are needed");
	json_decref(checks);
	return 0;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("dock-doctor", "", options, argc, argv);

	if (app->nargs > 0)
		app_usage(app, "'%s': no operands are taken", app->args[0]);
	if (o.json && o.table)
		app_usage(app, "--json and --table exclude each other");
	return app_finish(app, run(app, &err), &err);
}
