/* SPDX-License-Identifier: MIT */
/* text: the parameters and the result of executions: JSON texts, packed. */
#include "store/text.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "store/alike.h"
#include "store/internal.h"
#include "store/stmt.h"

enum { LONG = 1 << 10 }; /* what is shorter is not packed, see store/alike */

static const char *const names[] = { [TEXT_PARAMS] = "params", [TEXT_RESULT] = "result" };

static const char *const sql_put[] = {
	[TEXT_PARAMS] = "INSERT INTO params (execution, data) VALUES (?, ?)",
	[TEXT_RESULT] = "INSERT OR REPLACE INTO result (execution, data) VALUES (?, ?)",
};
static const char *const sql_get[] = {
	[TEXT_PARAMS] = "SELECT data FROM params WHERE execution = ?",
	[TEXT_RESULT] = "SELECT data FROM result WHERE execution = ?",
};

int
text_put(struct store *store, enum text text, int64_t execution, int64_t task, const char *data,
    size_t len, struct err *err)
{
	struct buf packed = BUF_INIT, params = BUF_INIT;
	bool based = text == TEXT_RESULT && len > LONG;
	char family[48];
	int rc = 0;

	snprintf(family, sizeof(family), "%s %lld", names[text], (long long)task);
	if (based)
		rc = text_get(store, TEXT_PARAMS, execution, &params, err);
	if (rc >= 0)
		rc = alike_pack(
		    &store->state, family, data, len, based ? &params : NULL, &packed, err);
	if (rc >= 0)
		rc = stmt_add(store, err, sql_put[text], "ib", execution, packed.data, packed.len);
	buf_clear(&params);
	buf_clear(&packed);
	return rc < 0 ? -1 : 0;
}

int
text_column(struct store *store, struct stmt *row, int column, const struct buf *params,
    struct buf *out, struct err *err)
{
	size_t len;
	const void *data = stmt_blob(row, column, &len);

	return alike_unpack(&store->state, data, len, params, out, err);
}

int
text_get(struct store *store, enum text text, int64_t execution, struct buf *out, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_get[text], "i", execution);
	int rc = row ? stmt_next(row, err) : -1;
	struct buf params = BUF_INIT;
	const void *data;
	size_t len;

	if (rc <= 0)
		return rc;
	data = stmt_blob(row, 0, &len);
	if (alike_has_base(data, len) && text == TEXT_RESULT)
		rc = text_get(store, TEXT_PARAMS, execution, &params, err);
	if (rc >= 0)
		rc = text_column(store, row, 0, &params, out, err);
	stmt_end(row);
	buf_clear(&params);
	return rc < 0 ? -1 : 1;
}
