/* SPDX-License-Identifier: MIT */
/* job: a named set of executions; giving the same command again resumes it. */
#include "task/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/utf8.h"
#include "store/stmt.h"

static const char sql_find[] = "SELECT id, generation FROM job WHERE org = ? AND name = ?";
static const char sql_like[] =
    "SELECT j.id, j.generation FROM job j JOIN job_setting s ON s.job = j.id"
    " AND s.generation = j.generation WHERE j.org = ?1 AND j.name IS NULL AND s.task = ?2"
    " AND s.settings = ?3 AND EXISTS (SELECT 1 FROM tally t WHERE t.job = j.id AND t.count > 0"
    " AND t.status NOT IN ('completed', 'failed', 'timeout', 'cancelled', 'skipped'))"
    " AND EXISTS (SELECT 1 FROM worker w JOIN cluster_job c ON c.submitter = w.id"
    " WHERE w.job = j.id AND c.profile = ?4) ORDER BY j.id DESC LIMIT 1";
static const char sql_new[] =
    "INSERT INTO job (org, name, generation, created) VALUES (?, ?, 1, ?)";
static const char sql_next_generation[] = "UPDATE job SET generation = ? WHERE id = ?";
static const char sql_keep_settings[] =
    "INSERT INTO job_setting (job, generation, task, settings, created) VALUES (?, ?, ?, ?, ?)";
static const char sql_settings[] =
    "SELECT settings FROM job_setting WHERE job = ? AND generation = ?";
static const char sql_started[] =
    "SELECT t.name, s.created FROM job_setting s JOIN task t ON t.id = s.task"
    " WHERE s.job = ? AND s.generation = ?";
static const char sql_each[] =
    "SELECT id, generation, name, created FROM job WHERE org = ? AND name IS NOT NULL"
    " ORDER BY id DESC";

int
job_find(struct store *store, const char *org, const char *name, struct job *job, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_find, "tt", org, name);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return rc;
	job->id = stmt_int(stmt, 0);
	job->generation = (int)stmt_int(stmt, 1);
	stmt_end(stmt);
	return 1;
}

json_t *
job_settings(struct store *store, const struct job *job, struct err *err)
{
	struct stmt *stmt = stmt_query(
	    store, err, sql_settings, "ii", job->id, (int64_t)job->generation);
	int rc = stmt ? stmt_next(stmt, err) : -1;
	json_t *settings;

	if (rc == 0)
		err_set(err, ERR_STORE, "job %lld has no settings", (long long)job->id);
	if (rc <= 0)
		return NULL;
	settings = json_parse(stmt_text(stmt, 0), strlen(stmt_text(stmt, 0)), err);
	stmt_end(stmt);
	return settings;
}

int
job_started(
    struct store *store, const struct job *job, char **task, int64_t *created, struct err *err)
{
	struct stmt *stmt = stmt_query(
	    store, err, sql_started, "ii", job->id, (int64_t)job->generation);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return rc;
	*task = xstrdup(stmt_text(stmt, 0));
	*created = stmt_int(stmt, 1);
	stmt_end(stmt);
	return 1;
}

static int
keep_settings(struct store *store, const struct job *job, int64_t task, const json_t *settings,
    struct err *err)
{
	char *text = json_canonical(settings);
	int rc = stmt_run(store, err, sql_keep_settings, "iiiti", job->id, (int64_t)job->generation,
	    task, text, clock_wall());

	free(text);
	return rc < 0 ? -1 : 0;
}

/* What stands for a member in a message: a string as it is, another value as JSON, or "not given".
 */
static char *
shown(const json_t *value)
{
	if (!value)
		return strdup("not given");
	if (json_is_string(value))
		return strdup(json_string_value(value));
	return json_canonical(value);
}

/* Name the first member that differs between two objects of a kind ("--set", "input"), or, with
 * `in_both`, of those that both have. */
static int
compare_members(const char *name, const char *kind, const json_t *old, const json_t *new,
    bool in_both, struct err *err)
{
	json_t *both = json_object();
	const char *key;
	json_t *value;
	int rc = 0;

	json_object_update(both, (json_t *)old);
	json_object_update(both, (json_t *)new);
	json_object_foreach(both, key, value) {
		const json_t *was = json_object_get(old, key), *is = json_object_get(new, key);
		char *was_text, *is_text;

		if (json_equal(was, is) || (in_both && !(was && is)))
			continue;
		was_text = shown(was);
		is_text = shown(is);
		rc = err_set(err, ERR_USAGE,
		    "job '%s' was started with another %s '%s': it was %s, now it is %s"
		    " (another --job, or --new-inputs)",
		    name, kind, key, was_text, is_text);
		free(was_text);
		free(is_text);
		break;
	}
	json_decref(both);
	return rc;
}

/* 0 when equal, else -1 with the difference. A changed file is the news; that another one was named
 * is told by the value that names it. */
static int
compare(const char *name, const json_t *old, const json_t *new, struct err *err)
{
	const json_t *old_inputs = json_object_get(old, "inputs");
	const json_t *new_inputs = json_object_get(new, "inputs");
	const char *old_task = json_string_value(json_object_get(old, "task"));
	const char *new_task = json_string_value(json_object_get(new, "task"));

	if (!old_task || strcmp(old_task, new_task) != 0)
		return err_set(err, ERR_USAGE,
		    "job '%s' belongs to task '%s', not to '%s'"
		    " (another --job, or --new-inputs)",
		    name, old_task ? old_task : "?", new_task);
	if (compare_members(name, "content of input", old_inputs, new_inputs, true, err) < 0 ||
	    compare_members(name, "value of", json_object_get(old, "force"),
		json_object_get(new, "force"), false, err) < 0 ||
	    compare_members(name, "value of", json_object_get(old, "set"),
		json_object_get(new, "set"), false, err) < 0)
		return -1;
	return compare_members(name, "content of input", old_inputs, new_inputs, false, err);
}

static int
resume(struct store *store, const char *name, int64_t task, const json_t *settings, bool new_inputs,
    struct job *job, struct err *err)
{
	json_t *old = job_settings(store, job, err);
	int rc;

	if (!old)
		return -1;
	rc = compare(name, old, settings, err);
	json_decref(old);
	if (rc == 0 || !new_inputs)
		return rc;
	job->generation++;
	if (stmt_run(store, err, sql_next_generation, "ii", (int64_t)job->generation, job->id) < 0)
		return -1;
	return keep_settings(store, job, task, settings, err) < 0 ? -1 : 1;
}

int
job_find_like(struct store *store, const char *org, const char *profile, int64_t task,
    const json_t *settings, struct job *job, struct err *err)
{
	char *text = json_canonical(settings);
	struct stmt *stmt = stmt_query(store, err, sql_like, "titt", org, task, text, profile);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc > 0) {
		*job = (struct job){ stmt_int(stmt, 0), (int)stmt_int(stmt, 1) };
		stmt_end(stmt);
	}
	free(text);
	return rc;
}

int
job_open(struct store *store, const char *org, const char *name, int64_t task,
    const json_t *settings, bool new_inputs, struct job *job, struct err *err)
{
	int rc = name ? job_find(store, org, name, job, err) : 0;

	if (rc < 0)
		return -1;
	if (rc > 0)
		return resume(store, name, task, settings, new_inputs, job, err);
	if (name && !utf8_valid(name, strlen(name)))
		return err_set(err, ERR_USAGE, "the name of the job is not UTF-8");
	if (stmt_run(store, err, sql_new, "tti", org, name, clock_wall()) < 0)
		return -1;
	job->id = stmt_last_id(store);
	job->generation = 1;
	return keep_settings(store, job, task, settings, err) < 0 ? -1 : 1;
}

int
job_each(struct store *store, const char *org, job_fn *fn, void *ctx, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_each, "t", org);
	int rc;

	if (!stmt)
		return -1;
	while ((rc = stmt_next(stmt, err)) > 0) {
		struct job job = { stmt_int(stmt, 0), (int)stmt_int(stmt, 1) };

		if (fn(&job, stmt_text(stmt, 2), stmt_int(stmt, 3), ctx) != 0) {
			stmt_end(stmt);
			return 0;
		}
	}
	return rc;
}
