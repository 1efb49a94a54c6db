/* SPDX-License-Identifier: MIT */
/* artifact: the objects that belong to an execution. */
#include "task/artifact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/vec.h"
#include "store/stmt.h"
#include "task/execution.h"
#include "task/schema.h"
#include "task/task.h"

static const char sql_put[] =
    "INSERT OR REPLACE INTO artifact (execution, kind, name, sha256, size) VALUES (?, ?, ?, ?, ?)";
static const char sql_copy[] =
    "INSERT OR REPLACE INTO artifact (execution, kind, name, sha256, size)"
    " SELECT ?, kind, name, sha256, size FROM artifact WHERE execution = ? AND kind = 0";
static const char sql_list[] = "SELECT kind, name, sha256, size FROM artifact WHERE execution = ?"
			       " ORDER BY kind, name";

static const char *const kinds[] = {
	[ARTIFACT_OUTPUT] = "output", [ARTIFACT_INPUT] = "input", [ARTIFACT_LOG] = "log"
};

/* The inputs that all lines of a job have. */
struct shared {
	struct artifacts *list;
	const json_t *inputs; /* path: SHA-256 */
};

const char *
artifact_kind_name(enum artifact_kind kind)
{
	return kinds[kind];
}

void
artifacts_clear(struct artifacts *list)
{
	for (size_t i = 0; i < list->len; i++)
		free(list->at[i].name);
	vec_clear(list);
}

int
artifact_put(
    struct store *store, int64_t execution, const struct artifact *artifact, struct err *err)
{
	unsigned char raw[DIGEST_RAW];
	int rc;

	if (digest_raw(artifact->sha256, raw) < 0)
		return err_set(
		    err, ERR_INPUT, "'%s' is not the SHA-256 of an object", artifact->sha256);
	rc = stmt_run(store, err, sql_put, "iitbI", execution, (int64_t)artifact->kind,
	    artifact->name, raw, sizeof(raw), artifact->size < 0 ? NULL : &artifact->size);
	return rc < 0 ? -1 : 0;
}

int
artifact_copy_outputs(struct store *store, int64_t to, int64_t from, struct err *err)
{
	return stmt_run(store, err, sql_copy, "ii", to, from) < 0 ? -1 : 0;
}

static void
add(struct artifacts *list, enum artifact_kind kind, const char *name, const char *sha256,
    int64_t size)
{
	struct artifact one = { .kind = kind, .name = xstrdup(name), .size = size };

	snprintf(one.sha256, sizeof(one.sha256), "%s", sha256);
	vec_add(list, one);
}

static int
list_own(struct store *store, int64_t execution, struct artifacts *list, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_list, "i", execution);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		char hex[DIGEST_HEX];
		size_t len;

		digest_text(stmt_blob(row, 2, &len), hex);
		add(list, (enum artifact_kind)stmt_int(row, 0), stmt_text(row, 1), hex,
		    stmt_is_null(row, 3) ? -1 : stmt_int(row, 3));
	}
	return rc;
}

static bool
has_input(const struct artifacts *list, const char *name)
{
	for (size_t i = 0; i < list->len; i++)
		if (list->at[i].kind == ARTIFACT_INPUT && strcmp(list->at[i].name, name) == 0)
			return true;
	return false;
}

static int
add_shared(const char *pointer, json_t *path, void *ctx, struct err *err)
{
	struct shared *s = ctx;
	const char *hex = json_string_value(json_object_get(s->inputs, json_string_value(path)));

	(void)err;
	if (hex && !has_input(s->list, pointer + 1))
		add(s->list, ARTIFACT_INPUT, pointer + 1, hex, -1);
	return 0;
}

/* The files that parameters name and the settings of the job tell the content of. */
static int
list_shared(struct store *store, const char *org, int64_t execution, const struct job *job,
    struct artifacts *list, struct err *err)
{
	struct task *task = task_of_execution(store, org, execution, err);
	json_t *settings = task ? job_settings(store, job, err) : NULL, *record = NULL;
	struct shared shared = { list, json_object_get(settings, "inputs") };
	int rc = settings ? 0 : -1;

	if (rc == 0 && task->params && json_object_size(shared.inputs) > 0) {
		rc = execution_record(store, org, execution, &record, err) < 0 ? -1 : 0;
		if (rc == 0)
			rc = schema_each_path(task->params, json_object_get(record, "params"),
			    add_shared, &shared, err);
	}
	json_decref(record);
	json_decref(settings);
	task_free(task);
	return rc;
}

int
artifact_list(struct store *store, const char *org, int64_t execution, struct artifacts *list,
    struct err *err)
{
	struct standpoint stand;
	int rc = execution_status(store, org, execution, &stand, err);

	if (rc <= 0)
		return rc;
	if (list_own(store, execution, list, err) < 0 ||
	    list_shared(store, org, execution, &stand.job, list, err) < 0)
		return -1;
	return 1;
}
