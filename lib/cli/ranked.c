/* SPDX-License-Identifier: MIT */
/* ranked: what a rank holds, printed: as records or as a table, with what was asked to be added. */
#include "cli/ranked.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/measure.h"
#include "cli/pick.h"
#include "cli/records.h"
#include "cli/table.h"
#include "dock/rank.h"
#include "dock/sieve.h"

enum { TERMINAL_ROWS = 100, COLUMNS = 16 };

static const char *
text_at(const json_t *result, const char *pointer)
{
	return json_string_value(json_at(result, pointer));
}

/* What a column says of the pose: of lists how long they are. False: nothing. */
static bool
add_cell(struct table *table, const json_t *result, int pose, const char *name)
{
	const json_t *is = sieve_look(result, score_row(result, pose), name);

	if (json_is_array(is))
		table_addf(table, "%zu", json_array_size(is));
	else if (json_is_integer(is))
		table_addf(table, "%" JSON_INTEGER_FORMAT, json_integer_value(is));
	else if (json_is_real(is))
		table_addf(table, "%.2f", json_real_value(is));
	else
		table_add(table, json_is_string(is) ? json_string_value(is) : "-");
	return is && !json_is_null(is);
}

static void
add_row(
    struct table *table, size_t place, const struct ranked *r, const json_t *states, json_t *record)
{
	const json_t *result = records_result(record);
	const struct score *by = rank_by(r->rank);
	const char *name = text_at(result, "/ligand/name");
	double value = 0;
	int pose = 0;

	score_get(by, result, &value, &pose);
	table_addf(table, "%zu", place);
	table_add(table, name ? name : text_at(record, "/key"));
	table_addf(table, "%.*f", by->judged && !*by->unit ? 0 : 3, value);
	table_addf(table, "%d", pose);
	table_addf(table, "%zu", json_array_size(json_object_get(result, "poses")));
	table_add(table, text_at(result, "/engine"));
	table_addf(table, "%zu", json_array_size(json_object_get(result, "warnings")));
	for (size_t i = 0; r->columns[i]; i++)
		r->had[i] |= add_cell(table, result, pose, r->columns[i]);
	if (states) {
		table_add(
		    table, json_string_value(json_object_get(json_array_get(states, 0), "state")));
		table_addf(table, "%zu", json_array_size(states));
	}
}

/* One record in its place: `place` counts from 1. */
static void
put_record(struct app *app, const struct ranked *r, struct table *table, size_t i, size_t place,
    json_t *record)
{
	if (rank_states(r->rank, i))
		json_object_set(record, "states", rank_states(r->rank, i));
	if (table)
		add_row(table, place, r, rank_states(r->rank, i), record);
	else
		app_record(app, record);
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
		rc = pick_unlike(r->pick, smiles, n, wanted, unread, err);
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

/* Up to n records from the first on that are wanted, with what is added to them. *shown counts. */
static int
print_some(struct app *app, const struct ranked *r, struct table *table, size_t first,
    const bool *wanted, size_t n, size_t *shown, struct err *err)
{
	json_t *records[PICK_CHUNK] = { NULL }, *results[PICK_CHUNK];
	size_t at[PICK_CHUNK], some = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (!wanted[i])
			continue;
		at[some] = first + i;
		records[some] = rank_record(r->rank, first + i, err);
		results[some] = records_result(records[some]);
		rc = records[some++] ? 0 : -1;
	}
	if (rc == 0 && r->then)
		rc = measure_some(r->measure, app, results, some, err);
	for (size_t i = 0; i < some; i++) {
		if (rc == 0)
			put_record(app, r, table, at[i], ++*shown, records[i]);
		json_decref(records[i]);
	}
	return rc;
}

/* The same, their lines as they are. */
static int
print_lines(const struct ranked *r, size_t first, const bool *wanted, size_t n, size_t *shown,
    struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		if (wanted[i]) {
			++*shown;
			rc = put_line(r->rank, first + i, err);
		}
	return rc;
}

/* How many of n come until so many are wanted. */
static size_t
until(const bool *wanted, size_t n, size_t most)
{
	size_t i = 0;

	for (; i < n && most > 0; i++)
		most -= wanted[i];
	return i;
}

/* Columns of a table that stay empty: a name that was misspelled, mostly. */
static void
say_empty(struct app *app, const struct ranked *r)
{
	for (size_t i = 0; r->columns[i]; i++)
		if (!r->had[i] && !(r->reference && strcmp(r->columns[i], "rmsd") == 0))
			app_warn(app, "none of these has '%s'", r->columns[i]);
}

static int
print_all(struct app *app, const struct ranked *r, struct table *table, struct err *err)
{
	size_t n = rank_finish(r->rank), most = limit_of(r, n);
	size_t shown = 0, unread = 0, i = 0;
	int rc = 0;

	if (r->then)
		measure_want(r->measure, r->then);
	while (rc == 0 && i < n && shown < most) {
		size_t some = n - i < PICK_CHUNK ? n - i : PICK_CHUNK;
		bool wanted[PICK_CHUNK];

		memset(wanted, true, sizeof(wanted));
		if (r->pick && pick_some(r, i, some, wanted, &unread, err) < 0)
			return -1;
		some = until(wanted, some, most - shown);
		rc = table || r->then || r->states
		    ? print_some(app, r, table, i, wanted, some, &shown, err)
		    : print_lines(r, i, wanted, some, &shown, err);
		i += some;
	}
	if (rc < 0)
		return -1;
	if (unread > 0)
		app_warn(
		    app, "%zu left out, for they have no SMILES that Open Babel reads", unread);
	if (r->then & MEASURE_RMSD && r->reference && measure_same(r->measure) == 0 && shown > 0)
		app_warn(app, "none of these is the molecule of '%s'", r->reference);
	if (table && shown > 0)
		say_empty(app, r);
	if (r->all && i < n)
		app_say(app, "%zu more: --top shows them", n - i);
	return 0;
}

/* The heads of the further columns; how many. The texts are ours: free them. */
static size_t
add_heads(const struct ranked *r, const char **heads)
{
	size_t n = 0;

	for (; n < COLUMNS && r->columns[n]; n++) {
		const struct score *score = score_find(r->columns[n]);
		bool unit = score && *score->unit;

		heads[n] = xasprintf("%s%s%s%s", score ? ">" : "", r->columns[n], unit ? " " : "",
		    unit ? score->unit : "");
	}
	return n;
}

int
ranked_print(struct app *app, const struct ranked *ranked, struct err *err)
{
	bool had[COLUMNS] = { false };
	struct ranked told = *ranked, *r = &told;
	const struct score *by = rank_by(r->rank);
	char *head = by ? xasprintf(">%s%s%s", by->name, *by->unit ? " " : "", by->unit) : NULL;
	const char *heads[9 + COLUMNS] = { ">rank", "name", head, ">pose", ">poses", "engine",
		">warnings" };
	size_t more = add_heads(r, heads + 7), columns = 7 + more;
	struct table *table;
	int rc;

	r->had = had;
	if (r->states) {
		heads[columns++] = "best state";
		heads[columns++] = ">states";
	}
	table = r->table && by ? table_new(heads, columns) : NULL;
	rc = print_all(app, r, table, err);
	if (rc == 0 && table)
		table_print(table, stdout, table_width(STDOUT_FILENO));
	table_free(table);
	for (size_t i = 0; i < more; i++)
		free((char *)heads[7 + i]);
	free(head);
	return rc;
}
