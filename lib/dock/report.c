/* SPDX-License-Identifier: MIT */
/* report: a campaign, or several, gathered: what came of it, how good, how made. */
#include "dock/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "dock/rank.h"
#include "dock/report_parts.h"
#include "dock/standing.h"

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

const char *
report_text(const json_t *value, const char *pointer)
{
	const char *text = json_string_value(json_at(value, pointer));

	return text ? text : "";
}

/* "vina, vinardo, score_only, receptor 1234abcd", where an engine has several to be ordered by also
 * "by cnn_vs": what is said of it. The caller frees. */
static char *
name_of(const json_t *result, const struct score *by)
{
	static const char *const at[] = { "/engine", "/request/scoring", "/request/mode" };
	struct buf name = BUF_INIT;

	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++)
		if (*report_text(result, at[i]))
			buf_addf(&name, "%s%s", name.len ? ", " : "", report_text(result, at[i]));
	if (strcmp(report_text(result, "/engine"), "gnina") == 0)
		buf_addf(&name, ", by %s", by->name);
	if (*report_text(result, "/receptor/sha256"))
		buf_addf(&name, ", receptor %.8s", report_text(result, "/receptor/sha256"));
	return buf_take(&name);
}

static struct group *
group_of(struct report *r, const json_t *result, const struct score *by, struct err *err)
{
	char *key = xasprintf("%s|%s|%s|%s|%s|%s", report_text(result, "/engine"),
	    report_text(result, "/request/scoring"), report_text(result, "/request/mode"),
	    report_text(result, "/receptor/sha256"), report_text(result, "/box/sha256"), by->name);
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
	g.name = name_of(result, by);
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
	const char *from = report_text(record, "/started"), *to = report_text(record, "/ended");

	if (*from && (!r->from || strcmp(from, r->from) < 0)) {
		free(r->from);
		r->from = xstrdup(from);
	}
	if (*to && (!r->to || strcmp(to, r->to) > 0)) {
		free(r->to);
		r->to = xstrdup(to);
	}
}

static double
number_at(const json_t *value, const char *pointer)
{
	return json_number_value(json_at(value, pointer));
}

/* What the engine took for it. A copy of a result has the costs of the docking it is a copy of. */
static void
account_cost(struct report *r, struct group *g, const json_t *result)
{
	const json_t *elapsed = json_object_get(result, "elapsed");
	int64_t max_rss = json_integer_value(json_at(result, "/resources/max_rss"));

	if (json_is_object(json_object_get(result, "cached"))) {
		r->cached++;
		g->cached++;
		r->saved += json_number_value(elapsed);
		return;
	}
	if (json_is_number(elapsed))
		vec_add(&g->seconds, json_number_value(elapsed));
	r->seconds += json_number_value(elapsed);
	r->cpu += number_at(result, "/resources/user_time") +
	    number_at(result, "/resources/system_time");
	if (max_rss > r->max_rss)
		r->max_rss = max_rss;
}

/* What is counted of every result. */
static void
account(struct report *r, struct group *g, const json_t *result)
{
	char *engine = xasprintf("%s %s, SHA-256 %s", report_text(result, "/engine"),
	    report_text(result, "/version"), report_text(result, "/sha256"));
	char *preparation = preparation_of(result);
	json_t *warning;
	size_t i;

	if (preparation)
		count(r->preparations, preparation);
	free(preparation);
	count(r->statuses, "completed");
	count(r->engines, engine);
	count(r->hosts, report_text(result, "/host"));
	count(r->receptors, report_text(result, "/receptor/sha256"));
	count(r->boxes, report_text(result, "/box/sha256"));
	json_array_foreach(json_object_get(result, "warnings"), i, warning)
		if (json_is_string(warning))
			count(r->warnings, json_string_value(warning));
	free(engine);
	account_cost(r, g, result);
}

int
report_add(struct report *r, const json_t *record, const json_t *result, struct err *err)
{
	const struct score *by = score_default(result);
	struct group *g;
	double value;

	if (!score_get(by, result, &value, NULL))
		return err_set(err, ERR_INPUT, "a result has no score '%s'", by->name);
	g = group_of(r, result, by, err);
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
	what = xasprintf("%s: %.200s", report_text(error, "/class"), report_text(error, "/reason"));
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
