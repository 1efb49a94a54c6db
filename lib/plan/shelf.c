/* SPDX-License-Identifier: MIT */
/* shelf: pipelines that are stored in the state. */
#include "plan/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "store/stmt.h"

static const char sql_version[] =
    "SELECT text FROM pipeline WHERE org = ? AND name = ? AND version = ? AND removed IS NULL";
static const char sql_add[] =
    "INSERT INTO pipeline (org, name, version, text, created) VALUES (?, ?, ?, ?, ?)";
static const char sql_find[] =
    "SELECT text FROM pipeline WHERE org = ? AND name = ? AND (?3 IS NULL OR version = ?3)"
    " AND removed IS NULL ORDER BY id DESC LIMIT 1";
static const char sql_remove[] = "UPDATE pipeline SET removed = ?4 WHERE org = ?1 AND name = ?2"
				 " AND (?3 IS NULL OR version = ?3) AND removed IS NULL";
static const char sql_each[] =
    "SELECT name, version, text, created FROM pipeline WHERE org = ? AND removed IS NULL"
    " ORDER BY name, id DESC";

/* The first column of the only row: 1 (the caller frees), 0, -1. */
static int
take_text(struct stmt *stmt, char **text, struct err *err)
{
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return rc;
	*text = xstrdup(stmt_text(stmt, 0));
	stmt_end(stmt);
	return 1;
}

int
shelf_add(struct store *store, const char *org, const char *name, const char *version,
    const char *text, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_version, "ttt", org, name, version);
	char *old = NULL;
	int rc = take_text(stmt, &old, err);

	if (rc > 0)
		rc = strcmp(old, text) == 0 ? 0
					    : err_set(err, ERR_USAGE,
						  "pipeline '%s' version %s is stored, and is "
						  "another: give it another version",
						  name, version);
	else if (rc == 0)
		rc = stmt_run(store, err, sql_add, "tttti", org, name, version, text, clock_wall());
	free(old);
	return rc;
}

/* NAME@VERSION in two; version is NULL without one. The caller frees the name. */
static char *
split(const char *name, const char **version)
{
	const char *at = strchr(name, '@');

	*version = at ? at + 1 : NULL;
	return at ? xstrndup(name, (size_t)(at - name)) : xstrdup(name);
}

int
shelf_find(struct store *store, const char *org, const char *name, char **text, struct err *err)
{
	const char *version;
	char *own = split(name, &version);
	int rc = take_text(stmt_query(store, err, sql_find, "ttt", org, own, version), text, err);

	free(own);
	return rc;
}

int
shelf_remove(struct store *store, const char *org, const char *name, struct err *err)
{
	const char *version;
	char *own = split(name, &version);
	int rc = stmt_run(store, err, sql_remove, "ttti", org, own, version, clock_wall());

	free(own);
	return rc;
}

int
shelf_each(struct store *store, const char *org, shelf_fn *fn, void *ctx, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_each, "t", org);
	int rc = stmt ? 1 : -1;

	while (rc > 0 && (rc = stmt_next(stmt, err)) > 0) {
		struct shelved p = { stmt_text(stmt, 0), stmt_text(stmt, 1), stmt_text(stmt, 2),
			stmt_int(stmt, 3) };

		if (fn(&p, ctx) != 0) {
			stmt_end(stmt);
			return 0;
		}
	}
	return rc;
}
