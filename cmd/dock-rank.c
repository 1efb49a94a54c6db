/* SPDX-License-Identifier: MIT */
/* dock-rank: docking results in order, the best first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/leftout.h"
#include "cli/records.h"
#include "cli/rmsd.h"
#include "cli/table.h"
#include "dock/rank.h"

enum { TERMINAL_ROWS = 100 };

static struct {
	int best_per_ligand, json, mixed, per_state, table;
	char *by, *job, *max, *min, *reference, *top;
} o;

static const struct poptOption options[] = {
	{ "best-per-ligand", 0, POPT_ARG_NONE, &o.best_per_ligand, 0,
	    "one record for each parent (--top implies it)", NULL },
	{ "by", 0, POPT_ARG_STRING, &o.by, 0, "rank by this score", "SCORE" },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "take the records of this job", "NAME" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "records, on a terminal too", NULL },
	{ "max", 0, POPT_ARG_STRING, &o.max, 0, "leave out scores above", "X" },
	{ "min", 0, POPT_ARG_STRING, &o.min, 0, "leave out scores below", "X" },
	{ "mixed", 0, POPT_ARG_NONE, &o.mixed, 0, "rank together what was docked differently",
	    NULL },
	{ "per-state", 0, POPT_ARG_NONE, &o.per_state, 0, "count states, not parents", NULL },
	{ "reference", 0, POPT_ARG_STRING, &o.reference, 0, "add the RMSD of poses to this",
	    "FILE" },
	{ "table", 0, POPT_ARG_NONE, &o.table, 0, "a table, not records", NULL },
	{ "top", 0, POPT_ARG_STRING, &o.top, 0, "only the best N ligands, or N percent", "N|N%" },
	APP_RECORD_OPTIONS,
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

/* What was not ranked, and what was. */
struct tally {
	struct rank *rank;
	struct rmsd *rmsd; /* NULL: not asked for */
	struct leftout left;
	size_t filtered;
};

static void
parse_top(struct app *app, struct rank_options *ranking)
{
	char *text = xstrdup(o.top), *percent = strchr(text, '%');
	int64_t n;
	int rc;

	if (percent && !percent[1]) {
		*percent = '\0';
		rc = num_double(text, &ranking->percent, NULL);
		if (rc == 0 && (ranking->percent <= 0 || ranking->percent > 100))
			rc = -1;
	} else {
		rc = num_int(text, 1, INT64_MAX, &n, NULL);
		ranking->top = rc == 0 ? (size_t)n : 0;
	}
	if (rc < 0)
		app_usage(
		    app, "--top takes a count from 1 or a percentage up to 100%%, not '%s'", o.top);
	free(text);
}

static void
parse_limit(
    struct app *app, const char *name, const char *text, double *value, const double **limit)
{
	struct err err = { 0 };

	if (!text)
		return;
	if (num_double(text, value, &err) < 0)
		app_usage(app, "--%s: %s", name, err.text);
	*limit = value;
}

static void
parse_options(struct app *app, struct rank_options *ranking)
{
	static double min, max;

	ranking->mixed = o.mixed;
	if (o.by && !(ranking->by = score_find(o.by))) {
		char *names = score_list();

		app_fail(app, EXIT_USAGE, "there are the scores %s", names);
		free(names);
		app_usage(app, "no score '%s'", o.by);
	}
	if (o.top)
		parse_top(app, ranking);
	if (o.per_state && (o.top || o.best_per_ligand))
		ranking->unit = RANK_STATE;
	else if (o.top || o.best_per_ligand)
		ranking->unit = RANK_PARENT;
	parse_limit(app, "min", o.min, &min, &ranking->min);
	parse_limit(app, "max", o.max, &max, &ranking->max);
	if (o.job && app->nargs > 0)
		app_usage(app, "records come from --job or from files, not from both");
	if (o.json && o.table)
		app_usage(app, "--json and --table exclude each other");
}

/* What came of adding a result: 0 to go on, -1. */
static int
added(struct app *app, struct tally *tally, int rc, struct err *err)
{
	if (rc < 0 && (err->kind != ERR_INPUT || app->strict))
		return -1;
	if (rc < 0)
		app_report(app, err);
	tally->filtered += rc == 0;
	return 0;
}

static int
take(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct tally *tally = ctx;
	json_t *result = leftout_result(app, record, &tally->left);

	if (!result)
		return 0;
	return added(app, tally, rank_add(tally->rank, record, result, err), err);
}

/* Most lines show all that is needed without being read as a record. */
static int
take_line(struct app *app, const char *text, size_t len, void *ctx, struct err *err)
{
	struct tally *tally = ctx;
	int rc = rank_add_text(tally->rank, text, len, err);

	if (rc == RANK_UNSEEN)
		return 2;
	app_count(app, false);
	return added(app, tally, rc, err);
}

static const char *
text_at(const json_t *result, const char *pointer)
{
	return json_string_value(json_at(result, pointer));
}

/* The RMSD of the best pose, where there is one. */
static void
add_rmsd_cell(struct table *table, const json_t *result, int pose)
{
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(result, "poses"), i, row) {
		const json_t *rmsd = json_object_get(row, "rmsd");

		if (json_integer_value(json_object_get(row, "rank")) == pose &&
		    json_is_number(rmsd)) {
			table_addf(table, "%.2f", json_number_value(rmsd));
			return;
		}
	}
	table_add(table, "-");
}

static void
add_row(struct table *table, size_t place, const struct score *by, json_t *record)
{
	const json_t *result = records_result(record);
	const char *name = text_at(result, "/ligand/name");
	double value = 0;
	int pose = 0;

	score_get(by, result, &value, &pose);
	table_addf(table, "%zu", place);
	table_add(table, name ? name : text_at(record, "/key"));
	table_addf(table, "%.3f", value);
	table_addf(table, "%d", pose);
	table_addf(table, "%zu", json_array_size(json_object_get(result, "poses")));
	table_add(table, text_at(result, "/engine"));
	table_addf(table, "%zu", json_array_size(json_object_get(result, "warnings")));
	if (o.reference)
		add_rmsd_cell(table, result, pose);
}

/* The i-th record, with the RMSD of its poses where that was asked for; *same counts those of the
 * reference's molecule. */
static json_t *
record_at(
    struct app *app, struct rank *rank, struct rmsd *rmsd, size_t i, size_t *same, struct err *err)
{
	json_t *record = rank_record(rank, i, err);
	int rc;

	if (!record || !rmsd)
		return record;
	rc = rmsd_add(rmsd, app, records_result(record), err);
	if (rc >= 0) {
		*same += (size_t)rc;
		return record;
	}
	if (err->kind == ERR_INPUT && !app->strict) {
		app_report(app, err);
		return record;
	}
	json_decref(record);
	return NULL;
}

static int
put_record(struct app *app, struct rank *rank, struct table *table, struct rmsd *rmsd, size_t i,
    size_t *same, struct err *err)
{
	json_t *record = record_at(app, rank, rmsd, i, same, err);

	if (!record)
		return -1;
	if (table)
		add_row(table, i + 1, rank_by(rank), record);
	else
		app_record(app, record);
	json_decref(record);
	return 0;
}

/* The record as it is. */
static int
put_line(struct rank *rank, size_t i, struct err *err)
{
	size_t len;
	const char *text = rank_text(rank, i, &len, err);

	if (!text)
		return -1;
	if (fwrite(text, 1, len, stdout) == len && putc('\n', stdout) != EOF)
		return 0;
	return err_set(err, ERR_NO, "%s", ""); /* app_finish says why */
}

static int
print_all(
    struct app *app, struct rank *rank, struct table *table, struct rmsd *rmsd, struct err *err)
{
	size_t n = rank_finish(rank), shown = n, same = 0;

	if (table && !o.top && isatty(STDOUT_FILENO) && n > TERMINAL_ROWS)
		shown = TERMINAL_ROWS;
	for (size_t i = 0; i < shown; i++) {
		int rc = table || rmsd ? put_record(app, rank, table, rmsd, i, &same, err)
				       : put_line(rank, i, err);

		if (rc < 0)
			return -1;
	}
	if (rmsd && same == 0 && shown > 0)
		app_warn(app, "none of these is the molecule of '%s'", o.reference);
	if (shown < n)
		app_say(app, "%zu more: --top shows them", n - shown);
	return 0;
}

static int
print_ranked(struct app *app, struct rank *rank, struct rmsd *rmsd, struct err *err)
{
	const struct score *by = rank_by(rank);
	bool as_table = o.table || (isatty(STDOUT_FILENO) && !o.json);
	char *head = by ? xasprintf(">%s%s%s", by->name, *by->unit ? " " : "", by->unit) : NULL;
	const char *heads[] = { ">rank", "name", head, ">pose", ">poses", "engine", ">warnings",
		">rmsd Å" };
	struct table *table = as_table && by ? table_new(heads, o.reference ? 8 : 7) : NULL;
	int rc = print_all(app, rank, table, rmsd, err);

	if (rc == 0 && table)
		table_print(table, stdout, table_width(STDOUT_FILENO));
	table_free(table);
	free(head);
	return rc;
}

/* Once: versions differ where machines do, and mostly they score alike. */
static void
tell_versions(struct app *app, const struct rank *rank)
{
	const char *one, *other;

	if (rank_versions(rank, &one, &other))
		app_warn(app, "versions %s and %s of the engine are ranked together", one, other);
}

static int
run(struct app *app, struct tally *tally, struct err *err)
{
	if (o.reference && !(tally->rmsd = rmsd_open(o.reference, err)))
		return -1;
	if (records_each_line(app, o.job, app->args, take_line, take, tally, err) < 0)
		return -1;
	leftout_say(app, &tally->left);
	tell_versions(app, tally->rank);
	if (tally->filtered > 0)
		app_say(app, "%zu left out by --min and --max", tally->filtered);
	return print_ranked(app, tally->rank, tally->rmsd, err);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("dock-rank", "[FILE ...]", options, argc, argv);
	struct rank_options ranking = { 0 };
	struct tally tally = { 0 };
	int rc;

	parse_options(app, &ranking);
	tally.rank = rank_new(&ranking);
	rc = run(app, &tally, &err);
	rank_free(tally.rank);
	rmsd_close(tally.rmsd);
	return app_finish(app, rc, &err);
}
