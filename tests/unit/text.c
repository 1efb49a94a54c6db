/* SPDX-License-Identifier: MIT */
/* store/text, store/alike and outputs of store/object: packed together, and the same when read. */
#include "store/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "store/internal.h"
#include "store/object.h"
#include "store/stmt.h"
#include "store/store.h"
#include "tap.h"

enum { MANY = 100, TASK = 7 };

static char dir[] = "/tmp/unit-text-XXXXXX";

/* Four kilobytes that have their frame in common with others. */
static void
make_text(unsigned n, bool result, struct buf *out)
{
	buf_reset(out);
	buf_addf(out, "{\"what\":\"%s\",\"text\":\"", result ? "result" : "params");
	srandom(n);
	for (int i = 0; i < 100; i++)
		buf_addf(
		    out, "ATOM %5d  C   UNL     1    %8.3f  0.00\\n", i, (double)random() / 1e6);
	buf_addf(out, "\",\"n\":%u}", n);
}

/* The same content as the string in make_text. */
static void
make_content(unsigned n, struct buf *out)
{
	struct buf text = BUF_INIT;
	json_t *value;

	make_text(n, false, &text);
	value = json_parse(text.data, text.len, NULL);
	buf_reset(out);
	buf_add_str(out, json_string_value(json_object_get(value, "text")));
	json_decref(value);
	buf_clear(&text);
}

static void
put(struct store *store, unsigned n, enum text what)
{
	struct buf text = BUF_INIT;

	make_text(n, what == TEXT_RESULT, &text);
	if (text_put(store, what, n, TASK, text.data, text.len, NULL) < 0)
		ok(false, "put %u", n);
	buf_clear(&text);
}

/* How many of the first so many read as they were put. */
static int
count_right(struct store *store, enum text what, unsigned most)
{
	struct buf text = BUF_INIT, got = BUF_INIT;
	int right = 0;

	for (unsigned n = 1; n <= most; n++) {
		make_text(n, what == TEXT_RESULT, &text);
		buf_reset(&got);
		right += text_get(store, what, n, &got, NULL) == 1 &&
		    strcmp(buf_str(&got), text.data) == 0;
	}
	buf_clear(&text);
	buf_clear(&got);
	return right;
}

static int64_t
number(struct store *store, const char *sql)
{
	int64_t n = -1;

	stmt_number(store, NULL, &n, sql, "");
	return n;
}

static void
test_texts(void)
{
	struct store *store = store_open(dir, STORE_CREATE, NULL), *other;
	struct buf none = BUF_INIT;

	store_begin(store, NULL);
	for (unsigned n = 1; n <= 8; n++)
		put(store, n, TEXT_PARAMS);
	is_int(count_right(store, TEXT_PARAMS, 8), 8, "read at once");
	store_rollback(store);
	is_int(number(store, "SELECT count(*) FROM dictionary"), 0, "taken back");
	store_begin(store, NULL);
	for (unsigned n = 1; n <= MANY; n++) {
		put(store, n, TEXT_PARAMS);
		put(store, n, TEXT_RESULT);
	}
	store_commit(store, NULL);
	is_int(count_right(store, TEXT_PARAMS, MANY), MANY, "all parameters");
	is_int(count_right(store, TEXT_RESULT, MANY), MANY, "all results");
	is_int(number(store, "SELECT count(*) FROM dictionary"), 3, "dictionaries");
	ok(number(store, "SELECT max(length(data)) FROM result WHERE execution > 4") < 150,
	    "a result takes little more than what its parameters lack");
	other = store_open(dir, 0, NULL);
	is_int(count_right(other, TEXT_RESULT, MANY), MANY, "another process reads them");
	is_int(text_get(other, TEXT_RESULT, MANY + 1, &none, NULL), 0, "there is none");
	store_begin(other, NULL);
	put(other, MANY + 1, TEXT_PARAMS);
	put(other, 1, TEXT_RESULT);
	store_commit(other, NULL);
	is_int(number(other, "SELECT count(*) FROM dictionary"), 3, "and goes on with them");
	is_int(count_right(store, TEXT_PARAMS, MANY + 1), MANY + 1, "for all to read");
	store_close(other);
	store_close(store);
}

/* A molecule: points in space in a frame that it has in common with others. */
static void
make_molecule(unsigned n, struct buf *out)
{
	buf_reset(out);
	buf_addf(out, "{\"what\":\"molecule\",\"text\":\"");
	srandom(n);
	for (int i = 0; i < 40; i++)
		buf_addf(out, "ATOM %5d  C   UNL     1    %8.3f%8.3f%8.3f  0.00\\n", i,
		    (double)random() / 1e8, (double)random() / -1e8, (double)random() / 1e8);
	buf_addf(out, "\",\"n\":%u}", n);
}

static bool
is_molecule(struct store *store, unsigned n)
{
	struct buf text = BUF_INIT, got = BUF_INIT;
	bool same;

	make_molecule(n, &text);
	same = text_get(store, TEXT_PARAMS, n, &got, NULL) == 1 &&
	    strcmp(buf_str(&got), text.data) == 0;
	buf_clear(&text);
	buf_clear(&got);
	return same;
}

static void
put_molecules(struct store *store, unsigned from, unsigned to)
{
	struct buf text = BUF_INIT;

	store_begin(store, NULL);
	for (unsigned n = from; n <= to; n++) {
		make_molecule(n, &text);
		if (text_put(store, TEXT_PARAMS, n, TASK, text.data, text.len, NULL) < 0)
			ok(false, "put %u", n);
	}
	store_commit(store, NULL);
	buf_clear(&text);
}

/* How many of the bytes, each bit of them changed, are told or change nothing. */
static int
count_harmless(struct store *store, unsigned n, unsigned char *data, size_t len)
{
	static const char sql[] = "UPDATE params SET data = ? WHERE execution = ?";
	int right = 0;

	for (size_t i = 8; i < len * 8; i++) {
		struct buf got = BUF_INIT;
		struct err err = { 0 };

		data[i / 8] ^= 1 << i % 8;
		stmt_run(store, NULL, sql, "bi", data, len, (int64_t)n);
		if (text_get(store, TEXT_PARAMS, n, &got, &err) < 0)
			right += err.kind == ERR_STORE && strstr(err.text, "is damaged: ");
		else
			right += is_molecule(store, n);
		data[i / 8] ^= 1 << i % 8;
		buf_clear(&got);
	}
	return right;
}

static void
test_points(void)
{
	static const char sql[] = "SELECT data FROM params WHERE execution = ?";
	struct store *store = store_open(dir, 0, NULL), *other;
	const unsigned first = 1000, last = first + MANY;
	struct buf data = BUF_INIT;
	struct stmt *row;
	size_t len = 0;
	int right = 0;

	put_molecules(store, first, last);
	other = store_open(dir, 0, NULL);
	for (unsigned n = first; n <= last; n++)
		right += is_molecule(store, n) && is_molecule(other, n);
	is_int(right, MANY + 1, "molecules as they were");
	is_int(number(store, "SELECT count(*) FROM dictionary WHERE family = 'params 7 points'"), 2,
	    "their frames have dictionaries of their own");
	ok(number(store, "SELECT max(length(data)) FROM params WHERE execution > 1004") < 450,
	    "a point takes nine bytes, and not 24");
	row = stmt_query(other, NULL, sql, "i", (int64_t)last);
	if (row && stmt_next(row, NULL) > 0) {
		const void *blob = stmt_blob(row, 0, &len);

		buf_add(&data, blob, len);
		stmt_end(row);
	}
	is_int(data.data[0], 4, "packed so");
	store_begin(store, NULL);
	is_int(count_harmless(store, last, (unsigned char *)data.data, len), (int)len * 8 - 8,
	    "each change of a bit is told");
	store_rollback(store);
	buf_clear(&data);
	store_close(other);
	store_close(store);
}

/* A row as a program of schema 9 packed it: with a dictionary of texts as they are. */
static void
put_old(struct db *db, unsigned n, const struct buf *dictionary)
{
	static const char sql[] = "INSERT INTO params (execution, data) VALUES (?, ?)";
	char packed[8192] = { 1, 1, 0, 0, 0 };
	ZSTD_CCtx *packing = ZSTD_createCCtx();
	struct buf text = BUF_INIT;
	size_t len;

	make_molecule(n, &text);
	len = ZSTD_compress_usingDict(packing, packed + 5, sizeof(packed) - 5, text.data, text.len,
	    dictionary->data, dictionary->len, 3);
	is_int(db_run(db, NULL, sql, "ib", (int64_t)n, packed, len + 5), 1, "an old one");
	ZSTD_freeCCtx(packing);
	buf_clear(&text);
}

/* For steps that find no rows. */
static void
no_function(sqlite3_context *call, int n, sqlite3_value **args)
{
	(void)call;
	(void)n;
	(void)args;
}

/* A state from before points were apart is read, and goes on with them. */
static void
test_old_state(void)
{
	char *old = xasprintf("%s/old", dir), *path = xasprintf("%s/state.db", old);
	struct db db = { .name = "state.db", .gate = -1, .seated = true };
	struct buf dictionary = BUF_INIT, packed = BUF_INIT;
	struct store *store;
	int right = 0;

	mkdir(old, 0700);
	is_int(sqlite3_open(path, &db.handle), SQLITE_OK, "a file");
	sqlite3_create_function(db.handle, "place", 4, SQLITE_UTF8, NULL, no_function, NULL, NULL);
	sqlite3_create_function(
	    db.handle, "hash_bytes", 1, SQLITE_UTF8, NULL, no_function, NULL, NULL);
	is_int(migrate(&db, schema_state, 9, NULL), 0, "of schema 9");
	make_molecule(77, &dictionary);
	object_pack(dictionary.data, dictionary.len, &packed);
	is_int(db_run(&db, NULL, "INSERT INTO dictionary (family, data) VALUES (?, ?)", "tb",
		   "params 7", packed.data, packed.len),
	    1, "a dictionary");
	put_old(&db, 1, &dictionary);
	put_old(&db, 2, &dictionary);
	stmt_free_all(&db);
	sqlite3_close(db.handle);
	store = store_open(old, 0, NULL);
	is_int(number(store, "PRAGMA user_version"), schema_state_count, "brought up to date");
	ok(is_molecule(store, 1) && is_molecule(store, 2), "and read");
	put_molecules(store, 3, 20);
	for (unsigned n = 1; n <= 20; n++)
		right += is_molecule(store, n);
	is_int(right, 20, "beside new ones");
	is_int(number(store, "SELECT count(*) FROM params WHERE hex(substr(data, 1, 1)) = '04'"),
	    14, "whose points are apart");
	store_close(store);
	buf_clear(&dictionary);
	buf_clear(&packed);
	free(path);
	free(old);
}

static int
count_outputs(struct store *store)
{
	struct buf content = BUF_INIT, got = BUF_INIT;
	char hex[DIGEST_HEX];
	int right = 0;

	for (unsigned n = 1; n <= MANY; n++) {
		make_content(n, &content);
		digest_bytes(content.data, content.len, hex);
		buf_reset(&got);
		right += object_get(store, hex, &got, NULL) == 1;
	}
	buf_clear(&content);
	buf_clear(&got);
	return right;
}

static void
test_outputs(void)
{
	static const char sql[] = "SELECT count(*) FROM object WHERE length(data) < 30";
	struct store *store = store_open(dir, 0, NULL);
	struct buf content = BUF_INIT;
	int64_t small = -1;
	struct stmt *row;

	store_begin(store, NULL);
	for (unsigned n = 1; n <= MANY; n++) {
		make_content(n, &content);
		/* every other one of an execution whose parameters are another text */
		object_put_output(
		    store, n % 2 ? n : n - 1, "t ligand", content.data, content.len, NULL);
	}
	store_commit(store, NULL);
	is_int(count_outputs(store), MANY, "outputs as they were");
	row = db_query(&store->objects, NULL, sql, "");
	if (row && stmt_next(row, NULL) > 0) {
		small = stmt_int(row, 0);
		stmt_end(row);
	}
	is_int(small, MANY / 2, "what stands in the parameters is not kept again");
	store_begin(store, NULL);
	for (unsigned n = 1; n <= MANY; n++) {
		is_int(object_settle(store, n, NULL), 0, "settled");
		stmt_run(store, NULL, "DELETE FROM params WHERE execution = ?", "i", (int64_t)n);
	}
	store_commit(store, NULL);
	is_int(count_outputs(store), MANY, "and is kept when those go");
	buf_clear(&content);
	store_close(store);
}

int
main(void)
{
	if (!mkdtemp(dir))
		return 1;
	test_texts();
	test_points();
	test_old_state();
	test_outputs();
	file_remove_tree(dir, NULL);
	return done_testing();
}
