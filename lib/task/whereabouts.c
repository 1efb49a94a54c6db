/* SPDX-License-Identifier: MIT */
/* whereabouts: where on clusters executions are, as far as was last heard. */
#include "task/whereabouts.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "store/stmt.h"
#include "task/job.h"

#define PLACE \
	"SELECT j.profile, j.name, j.batch, c.element, c.batch, c.state, c.node, c.reason," \
	" c.known, j.state, c.executions," \
	" (SELECT count(*) FROM execution e INDEXED BY execution_held WHERE e.worker = c.worker)"

static const char sql_of[] = PLACE " FROM cluster_element c JOIN cluster_job j ON j.id = c.job"
				   " WHERE c.worker = ? AND c.ended IS NULL";
static const char sql_each[] = PLACE
    " FROM cluster_job j INDEXED BY cluster_job_open"
    " JOIN cluster_element c INDEXED BY cluster_element_open ON c.job = j.id"
    " WHERE j.ended IS NULL AND c.ended IS NULL AND j.org = ? ORDER BY j.id, c.element";
/* executions are taken in order: what the first and the last are of, all are */
#define END_IS_OF(order) \
	"EXISTS (SELECT 1 FROM (SELECT e.job, e.generation FROM execution e" \
	" INDEXED BY execution_held WHERE e.worker = c.worker ORDER BY e.id " order " LIMIT 1) o" \
	" WHERE o.job = ?2 AND o.generation = ?3)"
static const char sql_of_job[] =
    "SELECT j.name, c.element, c.executions FROM cluster_job j INDEXED BY cluster_job_open"
    " JOIN cluster_element c INDEXED BY cluster_element_open ON c.job = j.id"
    " WHERE j.ended IS NULL AND c.ended IS NULL AND j.org = ?1"
    " AND (?2 = 0 OR (" END_IS_OF("ASC") " AND " END_IS_OF("DESC") "))";
static const char sql_sums[] =
    "SELECT p.profile, p.calls, p.asked, count(DISTINCT j.id), count(c.element),"
    " ifnull(sum((SELECT count(*) FROM execution e INDEXED BY execution_held"
    " WHERE e.worker = c.worker)), 0) FROM cluster p"
    " LEFT JOIN cluster_job j ON j.profile = p.profile AND j.ended IS NULL AND j.org = ?"
    " LEFT JOIN cluster_element c ON c.job = j.id AND c.ended IS NULL"
    " GROUP BY p.profile ORDER BY p.profile";

static void
set_text(json_t *to, const char *key, struct stmt *row, int column)
{
	if (!stmt_is_null(row, column))
		json_object_set_new(to, key, json_string(stmt_text(row, column)));
}

static json_t *
place_of(struct stmt *row)
{
	json_t *place = json_object();
	char told[CLOCK_TEXT];

	set_text(place, "profile", row, 0);
	set_text(place, "name", row, 1);
	set_text(place, "job", row, 2);
	json_object_set_new(place, "element", json_integer(stmt_int(row, 3)));
	set_text(place, "id", row, 4);
	/* before the first answer: how far we are with it */
	if (stmt_is_null(row, 4) && strcmp(stmt_text(row, 5), "unknown") == 0)
		set_text(place, "state", row, 9);
	else
		set_text(place, "state", row, 5);
	set_text(place, "node", row, 6);
	set_text(place, "reason", row, 7);
	json_object_set_new(place, "told", json_string(clock_format(stmt_int(row, 8), told)));
	return place;
}

int
whereabouts_of(struct store *store, int64_t worker, json_t **place, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_of, "i", worker);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	*place = place_of(row);
	stmt_end(row);
	return 1;
}

static const char *
text_at(const json_t *place, const char *key)
{
	return json_string_value(json_object_get(place, key));
}

void
whereabouts_text(const json_t *place, struct buf *text)
{
	const char *id = text_at(place, "id"), *job = text_at(place, "job"),
		   *state = text_at(place, "state"), *node = text_at(place, "node"),
		   *reason = text_at(place, "reason");

	buf_addf(text, "%s ", text_at(place, "profile"));
	if (id || !job)
		buf_add_str(text, id ? id : "");
	else
		buf_addf(text, "%s element %lld", job,
		    (long long)json_integer_value(json_object_get(place, "element")));
	if (strcmp(state, "running") != 0 || !node)
		buf_addf(text, "%s%s", id || job ? " " : "", state);
	if (node)
		buf_addf(text, " on %s", node);
	if (reason)
		buf_addf(text, ": %s", reason);
}

int
whereabouts_each(
    struct store *store, const char *org, whereabouts_fn *fn, void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_each, "t", org);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		json_t *place = place_of(row);

		rc = fn(place, stmt_int(row, 10), stmt_int(row, 11), ctx);
		json_decref(place);
		if (rc != 0) {
			stmt_end(row);
			break;
		}
	}
	return rc;
}

int
whereabouts_of_job(struct store *store, const char *org, const struct job *job,
    whereabouts_element_fn *fn, void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(
	    store, err, sql_of_job, "tii", org, job->id, (int64_t)job->generation);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		rc = fn(stmt_text(row, 0), (int)stmt_int(row, 1), stmt_int(row, 2), ctx);
		if (rc != 0) {
			stmt_end(row);
			break;
		}
	}
	return rc;
}

json_t *
whereabouts_sums(struct store *store, const char *org, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_sums, "t", org);
	json_t *sums = json_array();
	char asked[CLOCK_TEXT];
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0)
		json_array_append_new(sums,
		    json_pack("{s:s, s:I, s:I, s:I, s:I, s:s?}", "profile", stmt_text(row, 0),
			"jobs", (json_int_t)stmt_int(row, 3), "elements",
			(json_int_t)stmt_int(row, 4), "executions", (json_int_t)stmt_int(row, 5),
			"calls", (json_int_t)stmt_int(row, 1), "asked",
			stmt_int(row, 2) ? clock_format(stmt_int(row, 2), asked) : NULL));
	if (rc == 0)
		return sums;
	json_decref(sums);
	return NULL;
}
