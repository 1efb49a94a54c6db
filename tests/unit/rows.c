/* SPDX-License-Identifier: MIT */
/* rows: rows that wait to be written are never seen to have waited. */
#include <sqlite3.h>
#include <string.h>

#include "base/err.h"
#include "fixture.h"
#include "store/internal.h"
#include "store/stmt.h"
#include "store/store.h"
#include "tap.h"

enum { MANY = 16 }; /* as in store/rows */

static const char sql_make[] =
    "CREATE TABLE sample (id INTEGER PRIMARY KEY, word TEXT, data BLOB, size REAL, other INTEGER)";
static const char sql_add[] = "INSERT INTO sample (id, word, data, size, other)"
			      " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
static const char sql_strict[] = "INSERT INTO sample (id, word) VALUES (?, ?)";
static const char sql_count[] = "SELECT count(*) FROM sample";
static const char sql_sums[] = "SELECT sum(id), sum(length(word)), sum(length(data)), sum(size),"
			       " count(other) FROM sample";
static const char sql_words[] = "SELECT count(word) FROM sample WHERE id >= ?";
static const char sql_word[] = "SELECT word, data FROM sample WHERE id = ?";

static int64_t
count(struct store *store)
{
	int64_t n = -1;

	stmt_number(store, NULL, &n, sql_count, "");
	return n;
}

/* Rows [from, to), the texts of each in memory that is used again for the next. */
static int
add(struct store *store, int64_t from, int64_t to)
{
	char word[8], data[4] = "\0ab";
	double size = 0.5;

	for (int64_t id = from; id < to; id++) {
		snprintf(word, sizeof(word), "w%04d", (int)id);
		if (stmt_add(store, NULL, sql_add, "itbDI", id, word, data, (size_t)3, &size,
			id % 2 ? &id : NULL) < 0)
			return -1;
	}
	return 0;
}

static void
test_values(struct store *store)
{
	struct stmt *row;
	size_t len;

	is_int(add(store, 0, 2 * MANY + 5), 0, "rows are taken");
	row = stmt_query(store, NULL, sql_sums, "");
	is_int(stmt_next(row, NULL), 1, "whoever looks");
	is_int(stmt_int(row, 0), 37 * 36 / 2, "sees the ids of all");
	is_int(stmt_int(row, 1), 5 * 37, "their words");
	is_int(stmt_int(row, 2), 3 * 37, "their bytes");
	ok(stmt_double(row, 3) == 37 / 2.0, "their numbers");
	is_int(stmt_int(row, 4), 18, "and NULL where there is none");
	stmt_end(row);
	row = stmt_query(store, NULL, sql_word, "i", (int64_t)20);
	stmt_next(row, NULL);
	is_str(stmt_text(row, 0), "w0020", "each with its own text");
	ok(memcmp(stmt_blob(row, 1, &len), "\0ab", 3) == 0 && len == 3, "and bytes");
	stmt_end(row);
}

static void
test_conflicts(struct store *store)
{
	is_int(stmt_added(store, NULL, sql_add), 37, "all were new");
	is_int(add(store, 30, 30 + MANY), 0, "some stand already");
	is_int(stmt_added(store, NULL, sql_add), 9, "only those that are new count");
	is_int(stmt_added(store, NULL, sql_add), 0, "and once");
	is_int(count(store), 46, "they are there");
}

static void
test_end(struct store *store)
{
	struct err err = { 0 };

	is_int(add(store, 100, 103), 0, "rows at the end of a transaction");
	is_int(store_commit(store, NULL), 0, "committed");
	is_int(count(store), 49, "are written");
	is_int(store_begin(store, NULL), 0, "another");
	is_int(add(store, 200, 203), 0, "with rows");
	store_rollback(store);
	is_int(count(store), 49, "is rolled back with them");
	is_int(store_begin(store, NULL), 0, "a third");
	is_int(stmt_add(store, NULL, sql_strict, "it", (int64_t)0, "twice"), 0, "a row waits");
	is_int(store_commit(store, &err), -1, "that cannot be written");
	ok(strstr(err.text, "UNIQUE") != NULL, "%s", err.text);
	is_int(count(store), 49, "nothing is left of it");
	is_int(store_begin(store, NULL), 0, "a fourth");
	is_int(stmt_add(store, NULL, sql_strict, "it", (int64_t)0, "twice"), 0, "the same");
	is_int(
	    stmt_run(store, NULL, sql_add, "itbDI", (int64_t)300, "x", "y", (size_t)1, NULL, NULL),
	    -1, "stops the next statement");
	store_rollback(store);
	is_int(store_begin(store, NULL), 0, "a fifth");
	is_int(add(store, 400, 401), 0, "goes on");
	is_int(store_commit(store, NULL), 0, "as if nothing had been");
	is_int(count(store), 50, "with its row");
}

/* Long texts do not gather. */
static void
test_long(struct store *store)
{
	static char text[100000];
	int64_t words = -1;

	memset(text, 'x', sizeof(text));
	is_int(store_begin(store, NULL), 0, "long ones");
	for (int64_t id = 1000; id < 1003; id++)
		is_int(stmt_add(
			   store, NULL, sql_add, "itbDI", id, NULL, text, sizeof(text), NULL, NULL),
		    0, "one");
	is_int(store_commit(store, NULL), 0, "committed");
	is_int(count(store), 53, "are written");
	is_int(stmt_number(store, NULL, &words, sql_words, "i", (int64_t)1000), 1, "look");
	is_int(words, 0, "and no text is NULL, not an empty one");
}

int
main(void)
{
	char *root = fixture_root(), *dir = xasprintf("%s/state", root);
	struct store *store = store_open(dir, STORE_CREATE, NULL);

	ok(store != NULL, "a state");
	is_int(store_begin(store, NULL), 0, "a transaction");
	is_int(stmt_run(store, NULL, sql_make, ""), 0, "a table");
	test_values(store);
	test_conflicts(store);
	test_end(store);
	test_long(store);
	store_close(store);
	free(dir);
	fixture_free(root);
	return done_testing();
}
