/* SPDX-License-Identifier: MIT */
/* attempt: what the tries of an execution wrote. */
#include "task/attempt.h"

#include <stdio.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/vec.h"
#include "store/object.h"
#include "store/stmt.h"

static const char sql_object[] =
    "SELECT sha256 FROM artifact WHERE execution = ? AND kind = 2 AND name = ?";
static const char sql_inline[] =
    "SELECT stdout, stderr FROM attempt WHERE execution = ? AND number = ?";
static const char sql_list[] =
    "SELECT number, ended, class FROM attempt WHERE execution = ? AND number > ? ORDER BY number";

char *
attempt_log_name(enum attempt_stream stream, int attempt, char name[ATTEMPT_LOG])
{
	snprintf(
	    name, ATTEMPT_LOG, "%s.%d", stream == ATTEMPT_STDOUT ? "stdout" : "stderr", attempt);
	return name;
}

/* The whole of it: 1, 0 when there is no object of it, -1. */
static int
read_object(
    struct store *store, int64_t execution, const char *name, struct buf *out, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_object, "it", execution, name);
	int rc = row ? stmt_next(row, err) : -1;
	char hex[DIGEST_HEX];
	size_t len;

	if (rc <= 0)
		return rc;
	digest_text(stmt_blob(row, 0, &len), hex);
	stmt_end(row);
	return object_get(store, hex, out, err);
}

int
attempt_log(struct store *store, int64_t execution, int attempt, enum attempt_stream stream,
    struct buf *out, struct err *err)
{
	char name[ATTEMPT_LOG];
	struct stmt *row;
	const void *data;
	size_t len;
	int rc = read_object(store, execution, attempt_log_name(stream, attempt, name), out, err);

	if (rc != 0)
		return rc;
	row = stmt_query(store, err, sql_inline, "ii", execution, (int64_t)attempt);
	rc = row ? stmt_next(row, err) : -1;
	if (rc <= 0)
		return rc;
	data = stmt_blob(row, stream == ATTEMPT_STDOUT ? 0 : 1, &len);
	if (len > 0)
		rc = object_unpack(data, len, out, err) < 0 ? -1 : 1;
	else
		rc = 0;
	stmt_end(row);
	return rc;
}

int
attempt_list(
    struct store *store, int64_t execution, int after, struct attempts *list, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_list, "ii", execution, (int64_t)after);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct attempt a = { (int)stmt_int(row, 0), stmt_int(row, 1),
			!stmt_is_null(row, 2) };

		vec_add(list, a);
	}
	return rc;
}
