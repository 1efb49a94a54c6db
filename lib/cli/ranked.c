/* SPDX-License-Identifier: MIT */
/* ranked: what a rank holds, printed: as records or as a table, with what was asked to be added. */
#include "cli/ranked.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/pick.h"
#include "cli/pocket.h"
#include "cli/records.h"
#include "cli/rmsd.h"
#include "cli/table.h"
#include "dock/rank.h"

enum { TERMINAL_ROWS = 100 };

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
add_row(struct table *table, size_t place, const struct score *by, bool with_rmsd,
    const json_t *states, json_t *record)
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
	if (with_rmsd)
		add_rmsd_cell(table, result, pose);
	if (states) {
		table_add(
		    table, json_string_value(json_object_get(json_array_get(states, 0), "state")));
		table_addf(table, "%zu", json_array_size(states));
	}
}

/* What is added to a record: 0, or -1. *same counts those of the reference's molecule. */
static int
add_to(struct app *app, const struct ranked *r, json_t *result, size_t *same, struct err *err)
{
	int rc = r->rmsd ? rmsd_add(r->rmsd, app, result, err) : 0;

	if (rc > 0)
		*same += (size_t)rc;
	if (rc >= 0 && r->pocket)
		rc = pocket_add(r->pocket, app, result, err);
	if (rc >= 0)
		return 0;
	if (err->kind != ERR_INPUT || app->strict)
		return -1;
	app_report(app, err);
	return 0;
}

/* One record in its place: `place` counts from 1. */
static int
put_record(struct app *app, const struct ranked *r, struct table *table, size_t i, size_t place,
    size_t *same, struct err *err)
{
	json_t *record = rank_record(r->rank, i, err);
	int rc = -1;

	if (record)
		rc = add_to(app, r, records_result(record), same, err);
	if (rc == 0 && rank_states(r->rank, i))
		json_object_set(record, "states", rank_states(r->rank, i));
	if (rc == 0 && table)
		add_row(table, place, rank_by(r->rank), r->reference != NULL,
		    rank_states(r->rank, i), record);
	else if (rc == 0)
		app_record(app, record);
	json_decref(record);
	return rc;
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

/* Which of the next n records are wanted. */
static int
pick_some(
    const struct ranked *r, size_t first, size_t n, bool *wanted, size_t *unread, struct err *err)
{
	json_t *records[PICK_CHUNK] = { NULL };
	const char *smiles[PICK_CHUNK];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		records[i] = rank_record(r->rank, first + i, err);
		smiles[i] = text_at(records_result(records[i]), "/smiles");
		rc = records[i] ? 0 : -1;
	}
	if (rc == 0)
		rc = pick_chunk(r->pick, smiles, n, wanted, unread, err);
	for (size_t i = 0; i < n; i++)
		json_decref(records[i]);
	return rc;
}

/* How many are shown at most, when so many are there. */
static size_t
limit_of(const struct ranked *r, size_t n)
{
	if (r->table && r->all && isatty(STDOUT_FILENO) && n > TERMINAL_ROWS)
		return TERMINAL_ROWS;
	if (r->percent > 0)
		return (size_t)ceil((double)n * r->percent / 100 - 1e-9);
	return r->top > 0 && r->top < n ? r->top : n;
}

static int
print_all(struct app *app, const struct ranked *r, struct table *table, struct err *err)
{
	size_t n = rank_finish(r->rank), most = limit_of(r, n);
	size_t shown = 0, same = 0, unread = 0, i = 0;
	bool wanted[PICK_CHUNK];
	int rc = 0;

	for (; rc == 0 && i < n && shown < most; i++) {
		size_t left = n - i < PICK_CHUNK ? n - i : PICK_CHUNK;

		if (r->pick && i % PICK_CHUNK == 0 &&
		    pick_some(r, i, left, wanted, &unread, err) < 0)
			return -1;
		if (r->pick && !wanted[i % PICK_CHUNK])
			continue;
		shown++;
		rc = table || r->rmsd || r->pocket || r->states
		    ? put_record(app, r, table, i, shown, &same, err)
		    : put_line(r->rank, i, err);
	}
	if (rc < 0)
		return -1;
	if (unread > 0)
		app_warn(
		    app, "%zu left out, for they have no SMILES that Open Babel reads", unread);
	if (r->rmsd && same == 0 && shown > 0)
		app_warn(app, "none of these is the molecule of '%s'", r->reference);
	if (r->all && i < n)
		app_say(app, "%zu more: --top shows them", n - i);
	return 0;
}

int
ranked_print(struct app *app, const struct ranked *r, struct err *err)
{
	const struct score *by = rank_by(r->rank);
	char *head = by ? xasprintf(">%s%s%s", by->name, *by->unit ? " " : "", by->unit) : NULL;
	const char *heads[10] = { ">rank", "name", head, ">pose", ">poses", "engine", ">warnings" };
	size_t columns = 7;
	struct table *table;
	int rc;

	if (r->reference)
		heads[columns++] = ">rmsd Å";
	if (r->states) {
		heads[columns++] = "best state";
		heads[columns++] = ">states";
	}
	table = r->table && by ? table_new(heads, columns) : NULL;
	rc = print_all(app, r, table, err);
	if (rc == 0 && table)
		table_print(table, stdout, table_width(STDOUT_FILENO));
	table_free(table);
	free(head);
	return rc;
}
