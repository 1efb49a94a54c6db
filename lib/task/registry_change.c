/* SPDX-License-Identifier: MIT */
/* registry_change: what people do to the registry, each deed with its line in the audit. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "store/stmt.h"
#include "store/store.h"
#include "task/audit.h"
#include "task/selection.h"
#include "task/service.h"
#include "task/task.h"

#define THERE " AND origin = 'registered' AND removed IS NULL"

static const char sql_standing[] =
    "SELECT sha256, since FROM task WHERE org = ? AND name = ? AND version = ?" THERE;
static const char sql_revive[] =
    "UPDATE task SET removed = NULL, since = ?2, status = ?3 WHERE id = ?1";
static const char sql_versions[] =
    "SELECT id, version, status, sha256 FROM task WHERE org = ?1 AND name = ?2"
    " AND (?3 IS NULL OR version = ?3) AND id > ?4" THERE " ORDER BY id LIMIT 1";
static const char sql_drop[] = "UPDATE task SET removed = ?2 WHERE id = ?1";
static const char sql_status[] = "UPDATE task SET status = ?2 WHERE id = ?1";
/* What has ended is not looked at, nor what belongs to other tasks. */
static const char sql_in_use[] =
    "SELECT e.id FROM task t CROSS JOIN lane l ON l.task = t.id CROSS JOIN execution e"
    " ON e.id = coalesce((SELECT id FROM execution INDEXED BY execution_ready"
    " WHERE lane = l.id AND status = 'queued' ORDER BY id LIMIT 1),"
    " (SELECT id FROM execution INDEXED BY execution_waiting"
    " WHERE job = l.job AND generation = l.generation AND task = t.id AND " EXECUTION_WAITING
    " ORDER BY id LIMIT 1), (SELECT id FROM execution INDEXED BY execution_held"
    " WHERE worker IS NOT NULL AND lane = l.id"
    " AND (status = 'preparing' OR status = 'running') LIMIT 1))"
    " WHERE t.org = ? AND t.name = ? AND (?3 IS NULL OR t.version = ?3)"
    " AND t.origin = 'registered' LIMIT 1";

/* One version of a registered task. */
struct standing {
	int64_t row;
	char version[160], status[16], sha256[DIGEST_HEX];
};

/* The next version behind s->row: 1, 0, -1. */
static int
next_version(struct store *store, const char *org, const char *name, const char *version,
    struct standing *s, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_versions, "ttti", org, name, version, s->row);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	s->row = stmt_int(row, 0);
	snprintf(s->version, sizeof(s->version), "%s", stmt_text(row, 1));
	snprintf(s->status, sizeof(s->status), "%s", stmt_text(row, 2));
	snprintf(s->sha256, sizeof(s->sha256), "%s", stmt_text(row, 3));
	stmt_end(row);
	return 1;
}

/* What stands under the name and version: 1, and its hash and since when; 0, -1. */
static int
standing(struct store *store, const char *org, const struct task *task, char sha256[DIGEST_HEX],
    int64_t *since, struct err *err)
{
	struct stmt *row = stmt_query(
	    store, err, sql_standing, "ttt", org, task->name, task->version);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	snprintf(sha256, DIGEST_HEX, "%s", stmt_text(row, 0));
	*since = stmt_int(row, 1);
	stmt_end(row);
	return 1;
}

/* Put the definition in place, instead of what stands there. */
static int
enrol(struct store *store, const struct registrar *by, struct task *task, const char *hash,
    const char *before, int64_t since, struct err *err)
{
	struct standing old = { 0 };
	struct audit audit = { .action = before ? "replace" : "add",
		.kind = AUDIT_TASK,
		.name = task->name,
		.version = task->version,
		.before = before,
		.after = hash };

	if (before &&
	    (next_version(store, by->org, task->name, task->version, &old, err) < 0 ||
		stmt_run(store, err, sql_drop, "ii", old.row, clock_wall()) < 0))
		return -1;
	task->origin = TASK_REGISTERED;
	if (task_keep(store, by->org, task, err) < 0 ||
	    stmt_run(store, err, sql_revive, "iit", task->row, before ? since : clock_wall(),
		task->status) < 0)
		return -1;
	return audit_write(store, by, &audit, err);
}

/* The service that came with a task is that of its newest version. */
static int
follow(struct store *store, const char *org, const char *name, struct err *err)
{
	struct task *newest = task_find(store, org, name, NULL);
	int rc = 0;

	if (newest && newest->origin == TASK_REGISTERED && newest->remote)
		rc = service_follow(store, org, newest, err);
	task_free(newest);
	return rc;
}

int
task_register(struct store *store, const struct registrar *by, struct task *task, bool replace,
    struct err *err)
{
	char *text = json_canonical(task->definition), hash[DIGEST_HEX], before[DIGEST_HEX];
	int64_t since = 0;
	int rc;

	digest_bytes(text, strlen(text), hash);
	free(text);
	rc = standing(store, by->org, task, before, &since, err);
	if (rc < 0)
		return -1;
	if (rc > 0 && strcmp(before, hash) == 0) {
		task->origin = TASK_REGISTERED;
		return task_keep(store, by->org, task, err);
	}
	if (rc > 0 && !replace)
		return err_set(err, ERR_USAGE,
		    "task '%s' version %s is registered with another definition"
		    " (another version, or --replace)",
		    task->name, task->version);
	if (enrol(store, by, task, hash, rc > 0 ? before : NULL, since, err) < 0)
		return -1;
	return follow(store, by->org, task->name, err) < 0 ? -1 : 1;
}

/* fn for each version that is meant; the number of those it changed (1, 0 or -1 each). */
typedef int version_fn(struct store *store, const struct registrar *by, const char *name,
    const struct standing *s, const char *word, struct err *err);

static int
each_version(struct store *store, const struct registrar *by, const char *given, version_fn *fn,
    const char *word, int *found, struct err *err)
{
	struct standing s = { 0 };
	char *name;
	const char *version = task_split_name(given, &name);
	int rc, count = 0;

	*found = 0;
	while ((rc = next_version(store, by->org, name, version, &s, err)) > 0) {
		rc = fn(store, by, name, &s, word, err);
		if (rc < 0)
			break;
		count += rc;
		(*found)++;
	}
	free(name);
	return rc < 0 ? -1 : count;
}

static int
remove_version(struct store *store, const struct registrar *by, const char *name,
    const struct standing *s, const char *word, struct err *err)
{
	struct audit audit = { .action = "rm",
		.kind = AUDIT_TASK,
		.name = name,
		.version = s->version,
		.before = s->sha256 };

	(void)word;
	if (stmt_run(store, err, sql_drop, "ii", s->row, clock_wall()) < 0)
		return -1;
	return audit_write(store, by, &audit, err) < 0 ? -1 : 1;
}

int
task_remove(struct store *store, const struct registrar *by, const char *given, struct err *err)
{
	char *name;
	const char *version = task_split_name(given, &name);
	int64_t id = 0;
	int found, rc = stmt_number(store, err, &id, sql_in_use, "ttt", by->org, name, version);

	if (rc > 0)
		rc = err_set(err, ERR_NO, "task '%s' is still needed: execution %lld has not ended",
		    given, (long long)id);
	else if (rc == 0)
		rc = each_version(store, by, given, remove_version, NULL, &found, err);
	if (rc >= 0 &&
	    (service_forget(store, by->org, name, err) < 0 ||
		follow(store, by->org, name, err) < 0))
		rc = -1;
	free(name);
	return rc;
}

static int
set_status(struct store *store, const struct registrar *by, const char *name,
    const struct standing *s, const char *word, struct err *err)
{
	static const char *const actions[][2] = { { "active", "activate" },
		{ "inactive", "deactivate" }, { "deprecated", "deprecate" } };
	struct audit audit = { .action = NULL,
		.kind = AUDIT_TASK,
		.name = name,
		.version = s->version,
		.before = s->status,
		.after = word };

	if (strcmp(s->status, word) == 0)
		return 0;
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(actions[i][0], word) == 0)
			audit.action = actions[i][1];
	if (stmt_run(store, err, sql_status, "it", s->row, word) < 0)
		return -1;
	return audit_write(store, by, &audit, err) < 0 ? -1 : 1;
}

int
task_set_status(struct store *store, const struct registrar *by, const char *given,
    const char *word, int *found, struct err *err)
{
	return each_version(store, by, given, set_status, word, found, err);
}
