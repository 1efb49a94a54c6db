/* SPDX-License-Identifier: MIT */
/* unused: stored objects that nothing refers to. */
#include "task/unused.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "store/object.h"
#include "store/stmt.h"
#include "store/text.h"

enum {
	HEX = DIGEST_HEX - 1,
	BATCH = 500, /* objects removed in a transaction */
	PAGE = 1000, /* executions read at a time */
};

#define OLD (INT64_C(3600) * 1000000) /* microseconds */

static const char sql_artifacts[] = "SELECT sha256, execution FROM artifact";
static const char sql_settings[] = "SELECT settings FROM job_setting";
static const char sql_last[] = "SELECT max(id) FROM execution";
static const char *const sql_texts[] = {
	[TEXT_PARAMS] =
	    "SELECT execution FROM params WHERE execution > ? ORDER BY execution LIMIT ?",
	[TEXT_RESULT] =
	    "SELECT execution FROM result WHERE execution > ? ORDER BY execution LIMIT ?",
};

/* A look through all that may refer to an object. */
struct look {
	struct store *store;
	struct unused *unused;
	unused_gone_fn *gone;
	void *ctx;
	struct buf text;
};

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_RAW);
}

/* It was met. */
static void
mark_raw(struct unused *u, const void *raw)
{
	unsigned char(*found)[DIGEST_RAW] = bsearch(raw, u->at, u->len, sizeof(*u->at), compare);

	if (!found || u->used[found - u->at])
		return;
	u->used[found - u->at] = true;
	u->left--;
}

static void
mark(struct unused *u, const char *hex)
{
	unsigned char raw[DIGEST_RAW];

	if (digest_raw(hex, raw) == 0)
		mark_raw(u, raw);
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Every run of exactly as many hexadecimal digits as a hash has. */
static void
mark_all(struct unused *u, const char *text, size_t len)
{
	size_t at = HEX - 1, from;

	/* of each run that long one character in so many is met */
	while (at < len) {
		if (!is_hex(text[at])) {
			at += HEX;
			continue;
		}
		for (from = at; from > 0 && is_hex(text[from - 1]);)
			from--;
		while (at < len && is_hex(text[at]))
			at++;
		if (at - from == HEX) {
			char hex[DIGEST_HEX];

			memcpy(hex, text + from, HEX);
			hex[HEX] = '\0';
			mark(u, hex);
		}
		at += HEX;
	}
}

static int
mark_artifacts(struct look *l, struct err *err)
{
	struct stmt *row = stmt_query(l->store, err, sql_artifacts, "");
	size_t len;
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0)
		if (!l->gone || !l->gone(stmt_int(row, 1), l->ctx))
			mark_raw(l->unused, stmt_blob(row, 0, &len));
	return rc;
}

static int
mark_settings(struct look *l, struct err *err)
{
	struct stmt *row = stmt_query(l->store, err, sql_settings, "");
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0)
		mark_all(l->unused, stmt_text(row, 0), strlen(stmt_text(row, 0)));
	return rc;
}

/* The same of texts of executions, behind an execution; *last moves on. How many rows, or -1. */
static int
mark_page(struct look *l, enum text text, int64_t *last, struct err *err)
{
	struct stmt *row = stmt_query(l->store, err, sql_texts[text], "ii", *last, (int64_t)PAGE);
	int n = 0, rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		n++;
		*last = stmt_int(row, 0);
		if (l->gone && l->gone(*last, l->ctx))
			continue;
		buf_reset(&l->text);
		if (text_get(l->store, text, *last, &l->text, err) < 0) {
			err_wrap(err, "execution %lld", (long long)*last);
			stmt_end(row);
			return -1;
		}
		mark_all(l->unused, buf_str(&l->text), l->text.len);
	}
	return rc < 0 ? -1 : n;
}

/* Parameters and results of executions behind one that was seen. */
static int
mark_executions(struct look *l, int64_t seen, struct err *err)
{
	static const enum text texts[] = { TEXT_PARAMS, TEXT_RESULT };
	int n = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts) && n >= 0; i++) {
		int64_t last = seen;

		do
			n = mark_page(l, texts[i], &last, err);
		while (n == PAGE && l->unused->left > 0);
	}
	return n < 0 ? -1 : 0;
}

/* All executions that are there; those that come meanwhile too, but for a few. */
static int
look_through(struct look *l, struct err *err)
{
	int64_t last = 0;

	if (mark_artifacts(l, err) < 0 || mark_settings(l, err) < 0)
		return -1;
	if (l->unused->left == 0)
		return 0;
	do {
		int64_t seen = l->unused->seen;

		if (stmt_number(l->store, err, &last, sql_last, "") < 0)
			return -1;
		l->unused->seen = last;
		if (mark_executions(l, seen, err) < 0 ||
		    stmt_number(l->store, err, &last, sql_last, "") < 0)
			return -1;
	} while (last - l->unused->seen > PAGE);
	return 0;
}

int
unused_find(
    struct store *store, struct unused *unused, unused_gone_fn *gone, void *ctx, struct err *err)
{
	struct look look = {
		.store = store, .unused = unused, .gone = gone, .ctx = ctx, .text = BUF_INIT
	};
	int rc;

	*unused = (struct unused){ 0 };
	if (object_list(store, &unused->at, &unused->len, err) < 0)
		return -1;
	unused->used = xcalloc(unused->len + 1, sizeof(*unused->used));
	unused->left = unused->len;
	rc = unused->len > 0 ? look_through(&look, err) : 0;
	buf_clear(&look.text);
	return rc;
}

void
unused_clear(struct unused *unused)
{
	free(unused->at);
	free(unused->used);
	*unused = (struct unused){ 0 };
}

int
unused_count(struct store *store, const struct unused *unused, int64_t *objects, int64_t *bytes,
    struct err *err)
{
	int64_t before = clock_wall() - OLD, size;

	*objects = *bytes = 0;
	for (size_t i = 0; i < unused->len; i++) {
		int rc = unused->used[i] ? 0 : object_old(store, unused->at[i], before, &size, err);

		if (rc < 0)
			return -1;
		*objects += rc;
		*bytes += rc ? size : 0;
	}
	return 0;
}

int
unused_remove(struct store *store, struct unused *unused, size_t *at, struct err *err)
{
	struct look look = { .store = store, .unused = unused, .text = BUF_INIT };
	int64_t before = clock_wall() - OLD, last = 0;
	int removed = 0, tried = 0, rc;

	/* what was submitted since it was looked through */
	rc = mark_executions(&look, unused->seen, err);
	buf_clear(&look.text);
	if (rc < 0 || stmt_number(store, err, &last, sql_last, "") < 0)
		return -1;
	if (last > unused->seen)
		unused->seen = last;
	for (; *at < unused->len && tried < BATCH; ++*at) {
		if (unused->used[*at])
			continue;
		rc = object_remove(store, unused->at[*at], before, err);
		if (rc < 0)
			return -1;
		tried++;
		removed += rc;
	}
	return removed;
}
