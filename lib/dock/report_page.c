/* SPDX-License-Identifier: MIT */
/* report_page: what a report has gathered, as the parts of a page. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/num.h"
#include "dock/consensus.h"
#include "dock/page.h"
#include "dock/rank.h"
#include "dock/report.h"
#include "dock/report_parts.h"
#include "dock/standing.h"
#include "dock/together.h"

enum { POINTS = 5000 }; /* in a scatter plot */

static int
compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(const double *values, size_t n)
{
	double *copy = xcalloc(n + 1, sizeof(*copy)), middle;

	memcpy(copy, values, n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), compare_numbers);
	middle = n == 0 ? 0 : n % 2 ? copy[n / 2] : (copy[n / 2 - 1] + copy[n / 2]) / 2;
	free(copy);
	return middle;
}

static const json_t *
result_of(const json_t *record)
{
	const json_t *result = json_object_get(record, "result");

	return json_is_object(result) ? result : record;
}

/* Has the best of the group this score besides the one it is ordered by? */
static bool
has_column(const struct group *g, const struct score *score)
{
	double value;

	return score != standing_by(g->standing) && g->shown.len > 0 &&
	    score_get(score, result_of(g->shown.at[0].record), &value, NULL);
}

/* Clashes, contacts. */
static bool
is_count(const struct score *score)
{
	return score->judged && !*score->unit;
}

static void
write_shown(const struct group *g, size_t i, struct buf *out)
{
	const struct shown *shown = &g->shown.at[i];
	const struct score *by = standing_by(g->standing);
	const json_t *result = result_of(shown->record);
	char text[64], *smiles = together_smiles(result);
	double value;
	int pose = 1;

	page_row_begin(out);
	page_cell(num_whole((int64_t)i + 1, text), true, out);
	buf_add_str(out, "<td>");
	buf_add_str(out, shown->svg ? shown->svg : "");
	buf_add_str(out, "</td>");
	page_cell(report_text(result, "/ligand/name"), false, out);
	score_get(by, result, &value, &pose);
	snprintf(text, sizeof(text), "%.3f", value);
	page_cell(text, true, out);
	page_cell(num_whole(pose, text), true, out);
	for (size_t k = 0; score_any(k); k++) {
		if (!has_column(g, score_any(k)))
			continue;
		*text = '\0';
		if (score_get(score_any(k), result, &value, NULL))
			snprintf(text, sizeof(text), "%.*f", is_count(score_any(k)) ? 0 : 3, value);
		page_cell(text, true, out);
	}
	page_cell(smiles ? smiles : "", false, out);
	page_row_end(out);
	free(smiles);
}

static void
write_table(const struct group *g, struct buf *out)
{
	const struct score *by = standing_by(g->standing);

	buf_addf(out,
	    "<table class=\"ranked\"><tr><th>rank</th><th></th><th>name</th><th>%s "
	    "%s</th><th>pose</th>",
	    by->name, by->unit);
	for (size_t k = 0; score_any(k); k++)
		if (has_column(g, score_any(k)))
			buf_addf(out, "<th>%s</th>", score_any(k)->name);
	buf_add_str(out, "<th>SMILES</th></tr>\n");
	for (size_t i = 0; i < g->shown.len; i++)
		write_shown(g, i, out);
	buf_add_str(out, "</table>\n");
}

/* What all of a group have in common: hashes of what they were docked to stand elsewhere. */
static void
write_params(json_t *request, struct buf *out)
{
	const char *name;
	json_t *value;

	buf_add_str(out, "<p class=\"note\">parameters: ");
	json_object_foreach(request, name, value) {
		struct buf text = BUF_INIT;

		if (strstr(name, "sha256"))
			continue;
		if (!json_is_string(value))
			json_put(value, &text);
		buf_add_str(out, "<code>");
		page_text(name, out);
		buf_add_char(out, '=');
		page_text(json_is_string(value) ? json_string_value(value) : buf_str(&text), out);
		buf_add_str(out, "</code> ");
		buf_clear(&text);
	}
	buf_add_str(out, "</p>\n");
}

/* Hours, or few seconds. */
static void
add_time(double seconds, struct buf *out)
{
	if (seconds < 360)
		buf_addf(out, "%.1f s", seconds);
	else
		buf_addf(out, "%.2f hours", seconds / 3600);
}

static void
write_summary(const struct group *g, struct buf *out)
{
	double total = 0;

	for (size_t i = 0; i < g->seconds.len; i++)
		total += g->seconds.at[i];
	buf_addf(out, "<p>%zu results", g->values.len);
	if (g->cached > 0)
		buf_addf(out, ", %zu of them from the cache", g->cached);
	buf_addf(out, "; median %s %.3f", standing_by(g->standing)->name,
	    median(g->values.at, g->values.len));
	if (g->seconds.len > 0) {
		buf_addf(out, "; %.1f s of engine time for each (median), ",
		    median(g->seconds.at, g->seconds.len));
		add_time(total, out);
		buf_add_str(out, " in all");
	}
	buf_add_str(out, ".</p>\n");
}

static void
write_group(const struct group *g, struct buf *out)
{
	const struct score *by = standing_by(g->standing);
	char *label = xasprintf("%s%s%s of the best pose, %s is better", by->name,
	    *by->unit ? ", " : "", by->unit, by->higher ? "higher" : "lower");

	page_heading(g->name, out);
	page_histogram(g->values.at, g->values.len, label, out);
	write_summary(g, out);
	write_params(g->request, out);
	write_table(g, out);
	free(label);
}

/* Two groups: correlation, and the plot of what both have. */
static void
write_pair(const struct group *a, const struct group *b, struct buf *out)
{
	VEC(double) x = VEC_INIT, y = VEC_INIT;
	const struct standing_row *row;
	double rho = consensus_spearman(a->standing, b->standing);

	for (size_t i = 0; (row = standing_row(a->standing, i)) && x.len < POINTS; i++) {
		const struct standing_row *other = standing_find(b->standing, row->name);

		if (!other)
			continue;
		vec_add(&x, row->value);
		vec_add(&y, other->value);
	}
	buf_add_str(out, "<p>");
	page_text(a->name, out);
	buf_add_str(out, " and ");
	page_text(b->name, out);
	buf_addf(out, ": %zu molecules in both, ", x.len);
	if (isnan(rho))
		buf_add_str(out, "too few to compare</p>\n");
	else
		buf_addf(out, "rank correlation of the scores as they are better %.3f</p>\n", rho);
	page_scatter(x.at, y.at, x.len, a->name, b->name, out);
	vec_clear(&x);
	vec_clear(&y);
}

static void
write_provenance(const struct report *r, struct buf *out)
{
	page_heading("How it was made", out);
	page_counts("engine", r->engines, out);
	page_counts("receptor, SHA-256", r->receptors, out);
	page_counts("box, SHA-256", r->boxes, out);
	if (json_object_size(r->preparations) > 0)
		page_counts("preparation of ligands", r->preparations, out);
	page_counts("host", r->hosts, out);
	if (json_object_size(r->warnings) > 0)
		page_counts("warning", r->warnings, out);
}

/* What was spent on it, and what was not. */
static void
write_costs(const struct report *r, struct buf *out)
{
	buf_add_str(out, "<p>");
	add_time(r->seconds, out);
	buf_add_str(out, " of engine time");
	if (r->cpu > 0) {
		buf_add_str(out, ", ");
		add_time(r->cpu, out);
		buf_add_str(out, " of CPU time");
	}
	if (r->max_rss > 0)
		buf_addf(out, ", at most %.0f MB of memory", (double)r->max_rss / 1e6);
	if (r->from && r->to)
		buf_addf(out, ", between %.19s and %.19s UTC", r->from, r->to);
	buf_add_str(out, ".</p>\n");
	if (r->cached == 0)
		return;
	buf_addf(out, "<p>%zu result%s answered from the cache: docked before, in ", r->cached,
	    r->cached == 1 ? " was" : "s were");
	add_time(r->saved, out);
	buf_add_str(out, ", which are not counted again.</p>\n");
}

void
report_write(const struct report *r, struct buf *out)
{
	page_heading("What came of it", out);
	page_counts("status", r->statuses, out);
	write_costs(r, out);
	if (json_object_size(r->failures) > 0)
		page_counts("failure, by class", r->failures, out);
	for (size_t i = 0; i < r->groups.len; i++)
		write_group(&r->groups.at[i], out);
	if (r->groups.len > 1)
		page_heading("Agreement", out);
	for (size_t i = 0; i < r->groups.len; i++)
		for (size_t k = i + 1; k < r->groups.len; k++)
			write_pair(&r->groups.at[i], &r->groups.at[k], out);
	write_provenance(r, out);
}
