/* SPDX-License-Identifier: MIT */
/* audit: who changed what in the registry of an org. */
#include "task/audit.h"

#include <stdlib.h>

#include "base/clock.h"
#include "store/stmt.h"
#include "task/task.h"

static const char sql_write[] =
    "INSERT INTO audit (time, org, who, action, kind, name, version, before, after)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char sql_each[] =
    "SELECT id, time, who, action, kind, name, version, before, after FROM audit WHERE org = ?1"
    " AND (?2 IS NULL OR name = ?2) AND (?3 IS NULL OR version = ?3) ORDER BY id";

int
audit_write(
    struct store *store, const struct registrar *by, const struct audit *audit, struct err *err)
{
	static const char *const kinds[] = { "task", "service" };

	return stmt_run(store, err, sql_write, "itttttttt", clock_wall(), by->org, by->login,
		   audit->action, kinds[audit->kind], audit->name, audit->version, audit->before,
		   audit->after) < 0
	    ? -1
	    : 0;
}

static json_t *
record_of(struct stmt *row)
{
	static const char *const texts[] = { "who", "action", "kind", "name", "version", "before",
		"after" };
	json_t *record = json_pack(
	    "{s:s, s:I}", "type", "audit", "seq", (json_int_t)stmt_int(row, 0));
	char time[CLOCK_TEXT];

	json_object_set_new(record, "time", json_string(clock_format(stmt_int(row, 1), time)));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!stmt_is_null(row, (int)i + 2))
			json_object_set_new(
			    record, texts[i], json_string(stmt_text(row, (int)i + 2)));
	return record;
}

int
audit_each(struct store *store, const char *org, const char *given, audit_fn *fn, void *ctx,
    struct err *err)
{
	char *name = NULL;
	const char *version = given ? task_split_name(given, &name) : NULL;
	struct stmt *row = stmt_query(store, err, sql_each, "ttt", org, name, version);
	int rc = row ? 0 : -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		json_t *record = record_of(row);

		rc = fn(record, ctx, err);
		json_decref(record);
		if (rc < 0) {
			stmt_end(row);
			break;
		}
	}
	free(name);
	return rc;
}
