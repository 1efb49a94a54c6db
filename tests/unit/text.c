/* SPDX-License-Identifier: MIT */
/* store/text, store/alike and outputs of store/object: packed together, and the same when read. */
#include "store/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
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
	test_outputs();
	file_remove_tree(dir, NULL);
	return done_testing();
}
