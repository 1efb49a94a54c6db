/* SPDX-License-Identifier: MIT */
/*
 * study: a search for parameters that is remembered.
 *
 * Every change of a trial has a number, which counts up within the study. Who has
 * read the trials up to one of them reads on from there, so that a process which
 * stays with a study never reads it anew.
 */
#include "plan/study.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strtab.h"
#include "plan/grid.h"
#include "plan/study_parts.h"
#include "store/stmt.h"

static const char sql_find[] = "SELECT id, definition FROM study WHERE org = ? AND name = ?";
static const char sql_make[] =
    "INSERT INTO study (org, name, definition, created) VALUES (?, ?, ?, ?)";
static const char sql_redefine[] = "UPDATE study SET definition = ?2 WHERE id = ?1";
static const char sql_names[] = "SELECT name FROM study WHERE org = ? ORDER BY name";
#define SELECT_TRIAL "SELECT number, change, status, asked IS NOT NULL, value, point FROM trial"
static const char sql_read[] = SELECT_TRIAL " WHERE study = ? ORDER BY number";
static const char sql_read_on[] = SELECT_TRIAL " WHERE study = ? AND change > ? ORDER BY change";
static const char sql_insert[] =
    "INSERT INTO trial (study, number, change, status, asked, point, created)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char sql_update[] =
    "UPDATE trial SET change = ?3, status = ?4, value = ?5, execution = coalesce(?6, execution),"
    " error = ?7, ended = ?8 WHERE study = ?1 AND number = ?2";
static const char sql_remove_steps[] =
    "DELETE FROM trial_step WHERE study = (SELECT id FROM study WHERE org = ? AND name = ?)";
static const char sql_remove_trials[] =
    "DELETE FROM trial WHERE study = (SELECT id FROM study WHERE org = ? AND name = ?)";
static const char sql_remove[] = "DELETE FROM study WHERE org = ? AND name = ?";

/* clang-format off */
const char *const trial_status_names[] = {
	[TRIAL_OPEN] = "open",
	[TRIAL_COMPLETED] = "completed",
	[TRIAL_FAILED] = "failed",
	[TRIAL_PRUNED] = "pruned",
};
/* clang-format on */

static_assert(sizeof(trial_status_names) / sizeof(*trial_status_names) == TRIAL_STATUSES,
    "a name for every status");

/* ---- in memory ---- */

double *
study_point(const struct study *s, size_t i)
{
	return s->points + i * s->sweep->axes.len;
}

struct known *
study_know(struct study *s, int64_t number)
{
	size_t i = (size_t)number - 1, axes = s->sweep->axes.len;

	if (i >= s->room) {
		s->room = i < 32 ? 64 : i * 2;
		s->known = xreallocarray(s->known, s->room, sizeof(*s->known));
		s->costs = xreallocarray(s->costs, s->room, sizeof(*s->costs));
		s->points = xreallocarray(s->points, s->room * axes, sizeof(*s->points));
	}
	for (; s->len <= i; s->len++)
		s->known[s->len] = (struct known){ .value = NAN };
	return &s->known[i];
}

void
study_settle(struct study *s, size_t i)
{
	double value = s->known[i].status == TRIAL_COMPLETED ? s->known[i].value : NAN;

	s->costs[i] = s->sweep->maximize ? -value : value;
}

static struct study *
study_new(struct store *store, int64_t id, const char *name, struct sweep *sweep)
{
	struct study *s = xcalloc(1, sizeof(*s));

	s->store = store;
	s->id = id;
	s->name = xstrdup(name);
	s->sweep = sweep;
	return s;
}

void
study_free(struct study *s)
{
	if (!s)
		return;
	grid_free(s->grid);
	sweep_free(s->sweep);
	free(s->name);
	free(s->known);
	free(s->points);
	free(s->costs);
	free(s);
}

const char *
study_name(const struct study *s)
{
	return s->name;
}

const struct sweep *
study_sweep(const struct study *s)
{
	return s->sweep;
}

int64_t
study_count(const struct study *s)
{
	return (int64_t)s->len;
}

void
study_trial(const struct study *s, int64_t i, struct trial *trial)
{
	const struct known *known = &s->known[i];

	*trial = (struct trial){ i + 1, known->status, study_point(s, (size_t)i), known->value };
}

/* ---- rows ---- */

static void
unpack_point(const void *blob, size_t len, double *point, size_t axes)
{
	for (size_t d = 0; d < axes; d++) {
		uint64_t bits = 0;

		if ((d + 1) * sizeof(bits) <= len)
			memcpy(&bits, (const char *)blob + d * sizeof(bits), sizeof(bits));
		bits = le64toh(bits);
		memcpy(&point[d], &bits, sizeof(bits));
	}
}

static void
pack_point(const double *point, size_t axes, struct buf *out)
{
	for (size_t d = 0; d < axes; d++) {
		uint64_t bits;

		memcpy(&bits, &point[d], sizeof(bits));
		bits = htole64(bits);
		buf_add(out, &bits, sizeof(bits));
	}
}

static void
read_row(struct study *s, struct stmt *row)
{
	int64_t number = stmt_int(row, 0);
	struct known *known = study_know(s, number);
	const void *blob;
	size_t len;

	if (stmt_int(row, 1) > s->change)
		s->change = stmt_int(row, 1);
	known->status = (enum trial_status)strtab_find(
	    trial_status_names, TRIAL_STATUSES, stmt_text(row, 2));
	if (!known->asked && stmt_int(row, 3))
		s->asked++;
	known->asked = stmt_int(row, 3);
	known->value = stmt_is_null(row, 4) ? NAN : stmt_double(row, 4);
	blob = stmt_blob(row, 5, &len);
	unpack_point(blob, len, study_point(s, (size_t)number - 1), s->sweep->axes.len);
	study_settle(s, (size_t)number - 1);
}

int
study_look(struct study *s, struct err *err)
{
	struct stmt *rows = s->change == 0
	    ? stmt_query(s->store, err, sql_read, "i", s->id)
	    : stmt_query(s->store, err, sql_read_on, "ii", s->id, s->change);
	int rc = -1;

	while (rows && (rc = stmt_next(rows, err)) == 1)
		read_row(s, rows);
	return rc;
}

int
study_insert(struct study *s, size_t i, struct err *err)
{
	const struct known *known = &s->known[i];
	struct buf point = BUF_INIT;
	int64_t asked = s->asked - 1;
	int rc;

	pack_point(study_point(s, i), s->sweep->axes.len, &point);
	rc = stmt_run(s->store, err, sql_insert, "iiitIbi", s->id, (int64_t)i + 1, ++s->change,
	    trial_status_names[known->status], known->asked ? &asked : NULL, point.data, point.len,
	    clock_wall());
	buf_clear(&point);
	return rc < 0 ? -1 : 0;
}

int
study_update(struct study *s, size_t i, int64_t execution, const json_t *error, struct err *err)
{
	const struct known *known = &s->known[i];
	struct buf text = BUF_INIT;
	int64_t now = clock_wall();
	int rc;

	if (error)
		json_put(error, &text);
	rc = stmt_run(s->store, err, sql_update, "iiitDItI", s->id, (int64_t)i + 1, ++s->change,
	    trial_status_names[known->status], isnan(known->value) ? NULL : &known->value,
	    execution ? &execution : NULL, error ? text.data : NULL,
	    known->status == TRIAL_OPEN ? NULL : &now);
	buf_clear(&text);
	return rc < 0 ? -1 : 0;
}

/* ---- studies ---- */

static struct sweep *
parse_definition(const char *text, const char *name, struct err *err)
{
	json_t *definition = json_parse(text, strlen(text), err);
	struct sweep *sweep = definition ? sweep_parse(definition, name, -1, err) : NULL;

	json_decref(definition);
	if (!sweep)
		err_wrap(err, "study '%s'", name);
	return sweep;
}

int
study_find(
    struct store *store, const char *org, const char *name, struct study **study, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_find, "tt", org, name);
	int rc = row ? stmt_next(row, err) : -1;
	struct sweep *sweep;

	*study = NULL;
	if (rc <= 0)
		return rc;
	sweep = parse_definition(stmt_text(row, 1), name, err);
	if (sweep)
		*study = study_new(store, stmt_int(row, 0), name, sweep);
	stmt_end(row);
	if (*study && study_look(*study, err) == 0)
		return 1;
	study_free(*study);
	*study = NULL;
	return -1;
}

static char *
definition_text(const struct sweep *sweep)
{
	struct buf text = BUF_INIT;

	json_put(sweep->definition, &text);
	return buf_take(&text);
}

/* A study goes on with the sweep as it is said now. */
static int
renew(struct study *s, struct sweep *sweep, struct err *err)
{
	const char *difference = sweep_difference(s->sweep, sweep);
	char *text;
	int rc;

	if (difference) {
		sweep_free(sweep);
		return err_set(err, ERR_USAGE,
		    "study '%s' was begun with another '%s': give this"
		    " one another name (--study), or remove that one (tasksweep rm %s)",
		    s->name, difference, s->name);
	}
	text = definition_text(sweep);
	rc = json_equal(s->sweep->definition, sweep->definition)
	    ? 0
	    : stmt_run(s->store, err, sql_redefine, "it", s->id, text);
	free(text);
	sweep_free(s->sweep);
	s->sweep = sweep;
	return rc < 0 ? -1 : 0;
}

static struct study *
make(struct store *store, const char *org, struct sweep *sweep, const char *name, struct err *err)
{
	char *text = definition_text(sweep);
	struct study *s = NULL;

	if (stmt_run(store, err, sql_make, "ttti", org, name, text, clock_wall()) >= 0)
		s = study_new(store, stmt_last_id(store), name, sweep);
	else
		sweep_free(sweep);
	free(text);
	return s;
}

struct study *
study_begin(
    struct store *store, const char *org, struct sweep *sweep, const char *name, struct err *err)
{
	char *own = xstrdup(name ? name : sweep->name);
	struct study *s = NULL;
	int rc = study_find(store, org, own, &s, err);

	if (rc == 0)
		s = make(store, org, sweep, own, err);
	else if (rc < 0)
		sweep_free(sweep);
	else if (renew(s, sweep, err) < 0) {
		study_free(s);
		s = NULL;
	}
	free(own);
	return s;
}

int
study_each(struct store *store, const char *org, study_name_fn *fn, void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_names, "t", org);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) == 1) {
		if (fn(stmt_text(row, 0), ctx, err) < 0) {
			stmt_end(row);
			return -1;
		}
	}
	return rc;
}

int
study_remove(struct store *store, const char *org, const char *name, struct err *err)
{
	if (stmt_run(store, err, sql_remove_steps, "tt", org, name) < 0 ||
	    stmt_run(store, err, sql_remove_trials, "tt", org, name) < 0)
		return -1;
	return stmt_run(store, err, sql_remove, "tt", org, name);
}
