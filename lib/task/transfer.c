/* SPDX-License-Identifier: MIT */
/* transfer: executions that another state runs, and what comes home of them. */
#include "task/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/utf8.h"
#include "store/object.h"
#include "store/stmt.h"
#include "store/text.h"
#include "task/artifact.h"
#include "task/cache.h"
#include "task/execution.h"
#include "task/key.h"

static const char sql_held[] =
    "SELECT id, key, lane, attempts, limits FROM execution WHERE worker = ? ORDER BY id";
static const char sql_tried[] =
    "SELECT number, class FROM attempt WHERE execution = ? ORDER BY number";
static const char sql_entered[] = "UPDATE execution SET attempts = ?, limits = ? WHERE id = ?";
/* one of elsewhere: nobody here made it */
static const char sql_before[] =
    "INSERT INTO attempt (execution, number, ended, class) VALUES (?, ?, 0, ?)";
static const char sql_done[] =
    "SELECT id, status, class, started, ended, not_before, error, metrics FROM execution"
    " WHERE status IN ('completed', 'failed', 'timeout', 'cancelled', 'retrying') ORDER BY id";
static const char sql_tries[] =
    "SELECT number, started, ended, exit_code, signal, class, reason, user_time, system_time,"
    " max_rss, stderr, stdout FROM attempt WHERE execution = ? AND worker IS NOT NULL"
    " ORDER BY number";
static const char sql_artifacts[] =
    "SELECT kind, name, sha256, size FROM artifact WHERE execution = ? AND kind <> 1";

/* ---- columns ---- */

/* JSON that may be packed; NULL stays NULL. -1: damaged. */
static int
set_json(json_t *to, const char *key, struct stmt *row, int column, struct err *err)
{
	struct buf text = BUF_INIT;
	const void *data;
	json_t *value = NULL;
	size_t len;

	if (stmt_is_null(row, column))
		return 0;
	data = stmt_blob(row, column, &len);
	if (object_unpack(data, len, &text, err) == 0)
		value = json_parse(buf_str(&text), text.len, err);
	buf_clear(&text);
	return value ? json_object_set_new(to, key, value) : -1;
}

/* The parameters or the result; a result may be absent. */
static int
set_stored(
    json_t *to, const char *key, struct store *store, enum text text, int64_t id, struct err *err)
{
	struct buf found = BUF_INIT;
	int rc = text_get(store, text, id, &found, err);
	json_t *value = rc > 0 ? json_parse(buf_str(&found), found.len, err) : NULL;

	buf_clear(&found);
	if (value)
		return json_object_set_new(to, key, value);
	return rc == 0 ? 0 : -1;
}

static void
set_text(json_t *to, const char *key, struct stmt *row, int column)
{
	if (!stmt_is_null(row, column))
		json_object_set_new(to, key, json_string(stmt_text(row, column)));
}

static void
set_int(json_t *to, const char *key, struct stmt *row, int column)
{
	if (!stmt_is_null(row, column))
		json_object_set_new(to, key, json_integer(stmt_int(row, column)));
}

static void
set_real(json_t *to, const char *key, struct stmt *row, int column)
{
	if (!stmt_is_null(row, column))
		json_object_set_new(to, key, json_real(stmt_double(row, column)));
}

/* What a try wrote: bytes that are no text are shown as such. */
static int
set_log(json_t *to, const char *key, struct stmt *row, int column, struct err *err)
{
	struct buf text = BUF_INIT, seen = BUF_INIT;
	const void *data;
	size_t len;
	int rc = 0;

	data = stmt_blob(row, column, &len);
	if (len > 0) {
		rc = object_unpack(data, len, &text, err);
		utf8_visible(buf_str(&text), text.len, 0, &seen);
		if (rc == 0)
			json_object_set_new(to, key, json_stringn(buf_str(&seen), seen.len));
	}
	buf_clear(&text);
	buf_clear(&seen);
	return rc;
}

/* ---- out ---- */

static json_t *
list_tried(struct store *store, int64_t id, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_tried, "i", id);
	json_t *tries = json_array();
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0)
		json_array_append_new(
		    tries, json_pack("[I, s?]", (json_int_t)stmt_int(row, 0), stmt_text(row, 1)));
	if (rc == 0)
		return tries;
	json_decref(tries);
	return NULL;
}

static json_t *
held(struct store *store, struct stmt *row, struct err *err)
{
	json_t *one = json_pack("{s:I, s:s, s:I, s:I}", "id", (json_int_t)stmt_int(row, 0), "key",
	    stmt_text(row, 1), "lane", (json_int_t)stmt_int(row, 2), "attempt",
	    (json_int_t)stmt_int(row, 3));
	json_t *tries = stmt_int(row, 3) > 1 ? list_tried(store, stmt_int(row, 0), err)
					     : json_array();

	if (tries && set_json(one, "limits", row, 4, err) == 0) {
		json_object_set_new(one, "tries", tries);
		if (set_stored(one, "params", store, TEXT_PARAMS, stmt_int(row, 0), err) == 0)
			return one;
		tries = NULL;
	}
	json_decref(tries);
	json_decref(one);
	return NULL;
}

typedef json_t *read_fn(struct store *store, struct stmt *row, struct err *err);

/* fn for what read makes of each row. 0 or -1. */
static int
each(struct store *store, struct stmt *row, read_fn *read, transfer_fn *fn, void *ctx,
    struct err *err)
{
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		json_t *one = read(store, row, err);

		if (!one || fn(one, ctx, err) < 0)
			rc = -1;
		json_decref(one);
		if (rc < 0) {
			stmt_end(row);
			break;
		}
	}
	return rc;
}

int
transfer_out(struct store *store, int64_t worker, transfer_fn *fn, void *ctx, struct err *err)
{
	return each(store, stmt_query(store, err, sql_held, "i", worker), held, fn, ctx, err);
}

/* ---- in ---- */

/* What was tried elsewhere: it counts, and tells how much room there was. */
static int
enter_tries(struct store *store, int64_t id, const json_t *execution, struct err *err)
{
	json_t *tries = json_object_get(execution, "tries"), *try;
	size_t i;

	json_array_foreach(tries, i, try)
		if (stmt_run(store, err, sql_before, "iit", id,
			json_integer_value(json_array_get(try, 0)),
			json_string_value(json_array_get(try, 1))) < 0)
			return -1;
	return 0;
}

int
transfer_enter(struct store *store, const struct transfer_place *place, const json_t *execution,
    const json_t *params, struct tally *tally, struct err *err)
{
	const char *key = json_string_value(json_object_get(execution, "key"));
	int64_t id = json_integer_value(json_object_get(execution, "id"));
	json_int_t attempt = json_integer_value(json_object_get(execution, "attempt"));
	struct buf text = BUF_INIT;
	struct submission sub = { .job = place->job,
		.task = place->task,
		.lane = place->lane,
		.id = id,
		.reserved = true,
		.key = key,
		.status = ST_QUEUED };
	struct standing standing;
	char *limits = json_dumps(json_object_get(execution, "limits"), JSON_COMPACT);
	int rc = -1;

	if (!key || id <= 0 || attempt <= 0 || !json_is_object(params)) {
		err_set(err, ERR_INPUT, "execution %lld lacks its key, attempt or parameters",
		    (long long)id);
		goto out;
	}
	json_put(params, &text);
	sub.params = text.data;
	sub.params_len = text.len;
	if (execution_submit(store, &sub, tally, &standing, err) < 0 ||
	    stmt_run(store, err, sql_entered, "iti", (int64_t)attempt - 1, limits, id) < 0)
		goto out;
	rc = enter_tries(store, id, execution, err);
out:
	buf_clear(&text);
	free(limits);
	return rc;
}

/* ---- home ---- */

static json_t *
try_of(struct stmt *row, struct err *err)
{
	json_t *try = json_object();

	set_int(try, "number", row, 0);
	set_int(try, "started", row, 1);
	set_int(try, "ended", row, 2);
	set_int(try, "exit_code", row, 3);
	set_int(try, "signal", row, 4);
	set_text(try, "class", row, 5);
	set_text(try, "reason", row, 6);
	set_real(try, "user_time", row, 7);
	set_real(try, "system_time", row, 8);
	set_int(try, "max_rss", row, 9);
	if (set_log(try, "stderr", row, 10, err) == 0 && set_log(try, "stdout", row, 11, err) == 0)
		return try;
	json_decref(try);
	return NULL;
}

static int
add_tries(struct store *store, int64_t id, json_t *one, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_tries, "i", id);
	json_t *tries = json_array();
	int rc = -1;

	json_object_set_new(one, "tries", tries);
	while (row && (rc = stmt_next(row, err)) > 0) {
		json_t *try = try_of(row, err);

		if (!try) {
			stmt_end(row);
			return -1;
		}
		json_array_append_new(tries, try);
	}
	return rc;
}

static int
add_artifacts(struct store *store, int64_t id, json_t *one, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_artifacts, "i", id);
	json_t *list = json_array();
	int rc = -1;

	json_object_set_new(one, "artifacts", list);
	while (row && (rc = stmt_next(row, err)) > 0) {
		char hex[DIGEST_HEX];
		size_t len;

		digest_text(stmt_blob(row, 2, &len), hex);
		json_array_append_new(list,
		    json_pack("[s, s, s, I]",
			artifact_kind_name((enum artifact_kind)stmt_int(row, 0)), stmt_text(row, 1),
			hex, (json_int_t)(stmt_is_null(row, 3) ? -1 : stmt_int(row, 3))));
	}
	return rc;
}

/* What it stands in the cache with. */
static int
add_print(struct store *store, int64_t id, json_t *one, struct err *err)
{
	char digest[DIGEST_HEX], *parts;
	int rc = cache_of(store, id, digest, &parts, err);

	if (rc <= 0)
		return rc;
	json_object_set_new(one, "print", json_pack("[s, s]", digest, parts));
	free(parts);
	return 0;
}

static json_t *
done(struct store *store, struct stmt *row, struct err *err)
{
	json_t *one = json_pack(
	    "{s:I, s:s}", "id", (json_int_t)stmt_int(row, 0), "status", stmt_text(row, 1));

	set_text(one, "class", row, 2);
	set_int(one, "started", row, 3);
	set_int(one, "ended", row, 4);
	set_int(one, "not_before", row, 5);
	if (set_json(one, "error", row, 6, err) == 0 &&
	    set_json(one, "metrics", row, 7, err) == 0 &&
	    set_stored(one, "result", store, TEXT_RESULT, stmt_int(row, 0), err) == 0 &&
	    add_tries(store, stmt_int(row, 0), one, err) == 0 &&
	    add_artifacts(store, stmt_int(row, 0), one, err) == 0 &&
	    add_print(store, stmt_int(row, 0), one, err) == 0)
		return one;
	json_decref(one);
	return NULL;
}

int
transfer_home(struct store *store, transfer_fn *fn, void *ctx, struct err *err)
{
	return each(store, stmt_query(store, err, sql_done, ""), done, fn, ctx, err);
}
