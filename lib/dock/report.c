/* SPDX-License-Identifier: MIT */
/* report: a campaign, or several, as one page: what came of it, how good, how made. */
#include "dock/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "dock/consensus.h"
#include "dock/page.h"
#include "dock/rank.h"
#include "dock/standing.h"

enum { POINTS = 5000 }; /* in a scatter plot */

struct shown {
	json_t *record;
	char *svg; /* NULL: not drawn */
};

/* What was docked alike. */
struct group {
	char *key, *name;
	struct rank *rank;
	struct standing *standing;
	VEC(double) values, seconds;
	VEC(struct shown) shown;
	json_t *request; /* of the first result */
};

struct report {
	size_t top;
	VEC(struct group) groups;
	json_t *statuses, *failures, *engines, *hosts, *receptors, *boxes, *preparations, *warnings;
	char *from, *to; /* when the first was started and the last ended, NULL: not known */
	double seconds;
};

struct report *
report_new(size_t top)
{
	struct report *r = xcalloc(1, sizeof(*r));

	r->top = top;
	r->statuses = json_object();
	r->failures = json_object();
	r->engines = json_object();
	r->hosts = json_object();
	r->receptors = json_object();
	r->boxes = json_object();
	r->preparations = json_object();
	r->warnings = json_object();
	return r;
}

static void
group_clear(struct group *g)
{
	for (size_t i = 0; i < g->shown.len; i++) {
		json_decref(g->shown.at[i].record);
		free(g->shown.at[i].svg);
	}
	vec_clear(&g->shown);
	vec_clear(&g->values);
	vec_clear(&g->seconds);
	rank_free(g->rank);
	standing_free(g->standing);
	json_decref(g->request);
	free(g->key);
	free(g->name);
}

void
report_free(struct report *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->groups.len; i++)
		group_clear(&r->groups.at[i]);
	vec_clear(&r->groups);
	json_decref(r->statuses);
	json_decref(r->failures);
	json_decref(r->engines);
	json_decref(r->hosts);
	json_decref(r->receptors);
	json_decref(r->boxes);
	json_decref(r->preparations);
	free(r->from);
	free(r->to);
	json_decref(r->warnings);
	free(r);
}

static void
count(json_t *counts, const char *what)
{
	json_int_t n = json_integer_value(json_object_get(counts, what));

	json_object_set_new(counts, what, json_integer(n + 1));
}

static const char *
text_at(const json_t *value, const char *pointer)
{
	const char *text = json_string_value(json_at(value, pointer));

	return text ? text : "";
}

/* "vina, vinardo, score_only, receptor 1234abcd": what is said of it. The caller frees. */
static char *
name_of(const json_t *result)
{
	static const char *const at[] = { "/engine", "/request/scoring", "/request/mode" };
	struct buf name = BUF_INIT;

	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++)
		if (*text_at(result, at[i]))
			buf_addf(&name, "%s%s", name.len ? ", " : "", text_at(result, at[i]));
	if (*text_at(result, "/receptor/sha256"))
		buf_addf(&name, ", receptor %.8s", text_at(result, "/receptor/sha256"));
	return buf_take(&name);
}

static struct group *
group_of(struct report *r, const json_t *result, struct err *err)
{
	char *key = xasprintf("%s|%s|%s|%s|%s", text_at(result, "/engine"),
	    text_at(result, "/request/scoring"), text_at(result, "/request/mode"),
	    text_at(result, "/receptor/sha256"), text_at(result, "/box/sha256"));
	struct rank_options options = { .unit = RANK_PARENT, .top = r->top, .mixed = true };
	struct group g = { .key = key };

	for (size_t i = 0; i < r->groups.len; i++)
		if (strcmp(r->groups.at[i].key, key) == 0) {
			free(key);
			return &r->groups.at[i];
		}
	if (r->groups.len == REPORT_GROUPS) {
		free(key);
		err_set(err, ERR_USAGE, "these are more than %d campaigns", REPORT_GROUPS);
		return NULL;
	}
	g.name = name_of(result);
	g.rank = rank_new(&options);
	g.standing = standing_new(NULL, true, NULL);
	g.request = json_deep_copy(json_object_get(result, "request"));
	vec_add(&r->groups, g);
	return &r->groups.at[r->groups.len - 1];
}

/* "rdkit 2022.09.3, openbabel 3.1.1, pH 7.4": what made the ligand ready. The caller frees. */
static char *
preparation_of(const json_t *result)
{
	const json_t *prep = json_object_get(result, "prep"), *ph = json_object_get(prep, "ph");
	struct buf text = BUF_INIT;
	const char *name;
	json_t *version;

	json_object_foreach(json_object_get(prep, "versions"), name, version)
		buf_addf(&text, "%s%s %s", text.len ? ", " : "", name,
		    json_is_string(version) ? json_string_value(version) : "");
	if (json_is_number(ph))
		buf_addf(&text, "%spH %g", text.len ? ", " : "", json_number_value(ph));
	return text.len ? buf_take(&text) : NULL;
}

/* Times of the same form are in order as texts. */
static void
note_times(struct report *r, const json_t *record)
{
	const char *from = text_at(record, "/started"), *to = text_at(record, "/ended");

	if (*from && (!r->from || strcmp(from, r->from) < 0)) {
		free(r->from);
		r->from = xstrdup(from);
	}
	if (*to && (!r->to || strcmp(to, r->to) > 0)) {
		free(r->to);
		r->to = xstrdup(to);
	}
}

/* What is counted of every result. */
static void
account(struct report *r, struct group *g, const json_t *result)
{
	const json_t *elapsed = json_object_get(result, "elapsed");
	char *engine = xasprintf("%s %s, SHA-256 %s", text_at(result, "/engine"),
	    text_at(result, "/version"), text_at(result, "/sha256"));
	char *preparation = preparation_of(result);
	json_t *warning;
	size_t i;

	if (preparation)
		count(r->preparations, preparation);
	free(preparation);
	count(r->statuses, "completed");
	count(r->engines, engine);
	count(r->hosts, text_at(result, "/host"));
	count(r->receptors, text_at(result, "/receptor/sha256"));
	count(r->boxes, text_at(result, "/box/sha256"));
	json_array_foreach(json_object_get(result, "warnings"), i, warning)
		if (json_is_string(warning))
			count(r->warnings, json_string_value(warning));
	if (json_is_number(elapsed)) {
		r->seconds += json_number_value(elapsed);
		vec_add(&g->seconds, json_number_value(elapsed));
	}
	free(engine);
}

int
report_add(struct report *r, const json_t *record, const json_t *result, struct err *err)
{
	const struct score *by = score_default(result);
	struct group *g;
	double value;

	if (!score_get(by, result, &value, NULL))
		return err_set(err, ERR_INPUT, "a result has no score '%s'", by->name);
	g = group_of(r, result, err);
	if (!g || standing_add(g->standing, record, result, err) < 0)
		return -1;
	if (rank_add(g->rank, record, result, err) < 0)
		return -1;
	vec_add(&g->values, value);
	note_times(r, record);
	account(r, g, result);
	return 0;
}

void
report_failed(struct report *r, const json_t *record)
{
	const char *status = json_string_value(json_object_get(record, "status"));
	const json_t *error = json_object_get(record, "error");
	char *what;

	if (!json_is_object(error))
		error = json_at(record, "/result/error");
	if (!json_is_object(error) && status) {
		count(r->statuses, status);
		return;
	}
	count(r->statuses, status ? status : "failed");
	what = xasprintf("%s: %.200s", text_at(error, "/class"), text_at(error, "/reason"));
	count(r->failures, what);
	free(what);
}

size_t
report_groups(struct report *r)
{
	for (size_t i = 0; i < r->groups.len; i++) {
		struct group *g = &r->groups.at[i];
		size_t n = g->shown.len ? 0 : rank_finish(g->rank);

		standing_finish(g->standing);
		for (size_t k = 0; k < n; k++) {
			struct shown shown = { .record = rank_record(g->rank, k, NULL) };

			if (shown.record)
				vec_add(&g->shown, shown);
		}
	}
	return r->groups.len;
}

size_t
report_shown(const struct report *r, size_t group)
{
	return r->groups.at[group].shown.len;
}

json_t *
report_record(const struct report *r, size_t group, size_t i)
{
	return r->groups.at[group].shown.at[i].record;
}

void
report_depict(struct report *r, size_t group, size_t i, char *svg)
{
	struct shown *shown = &r->groups.at[group].shown.at[i];

	free(shown->svg);
	shown->svg = svg;
}

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
	char text[64];
	double value;
	int pose = 1;

	page_row_begin(out);
	page_cell(num_whole((int64_t)i + 1, text), true, out);
	buf_add_str(out, "<td>");
	buf_add_str(out, shown->svg ? shown->svg : "");
	buf_add_str(out, "</td>");
	page_cell(text_at(result, "/ligand/name"), false, out);
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
	page_cell(text_at(result, "/smiles"), false, out);
	page_row_end(out);
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

static void
write_group(const struct group *g, struct buf *out)
{
	const struct score *by = standing_by(g->standing);
	char *label = xasprintf("%s%s%s of the best pose, %s is better", by->name,
	    *by->unit ? ", " : "", by->unit, by->higher ? "higher" : "lower");
	double total = 0;

	page_heading(g->name, out);
	page_histogram(g->values.at, g->values.len, label, out);
	for (size_t i = 0; i < g->seconds.len; i++)
		total += g->seconds.at[i];
	buf_addf(out,
	    "<p>%zu results; median %s %.3f; %.1f s of engine time for each (median), %.2f hours "
	    "in "
	    "all.</p>\n",
	    g->values.len, by->name, median(g->values.at, g->values.len),
	    median(g->seconds.at, g->seconds.len), total / 3600);
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

void
report_write(const struct report *r, struct buf *out)
{
	page_heading("What came of it", out);
	page_counts("status", r->statuses, out);
	buf_addf(out, "<p>%.2f hours of engine time", r->seconds / 3600);
	if (r->from && r->to)
		buf_addf(out, ", between %.19s and %.19s UTC", r->from, r->to);
	buf_add_str(out, ".</p>\n");
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
