/* SPDX-License-Identifier: MIT */
/* jsonl: streams of records, good and bad lines, where they stood. */
#include "base/jsonl.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "tap.h"

static char path[] = "/tmp/unit-jsonl.XXXXXX";

/* What a text reads as: one word per call, "LINE:record" or "LINE!message". */
static const struct {
	const char *name, *text;
	size_t len; /* 0: strlen */
	const char *read[6];
} vectors[] = {
	{ "nothing", "", 0, { NULL } },
	{ "blank lines", "\n \t\n\r\n\n", 0, { NULL } },
	{ "two records", "{\"a\":1}\n{\"a\":2}\n", 0, { "1 {\"a\":1}", "2 {\"a\":2}" } },
	{ "no newline at the end", "{\"a\":1}\n{\"a\":2}", 0, { "1 {\"a\":1}", "2 {\"a\":2}" } },
	{ "blanks at the end", "{\"a\":1}\n  ", 0, { "1 {\"a\":1}" } },
	{ "CRLF", "{\"a\":1}\r\n\r\n{\"a\":2}\r\n", 0, { "1 {\"a\":1}", "3 {\"a\":2}" } },
	{ "byte order mark", "\xef\xbb\xbf{\"a\":1}\n", 0, { "1 {\"a\":1}" } },
	{ "byte order mark alone", "\xef\xbb\xbf\n{}\n", 0, { "2 {}" } },
	{ "byte order mark further down", "{}\n\xef\xbb\xbf{}\n", 0,
	    { "1 {}", "F:2:1: not JSON: invalid token near '\xef\xbb\xbf'" } },
	{ "bad lines go on", "{\"a\":1}\n{\"a\":\n[1]\n7\n{\"a\":2}\n", 0,
	    { "1 {\"a\":1}", "F:2:5: not JSON: unexpected token near end of file",
		"F:3: a record is an object, found array",
		"F:4: a record is an object, found integer", "5 {\"a\":2}" } },
	{ "two records on one line", "{} {}\n", 0,
	    { "F:1:4: not JSON: end of file expected near '{'" } },
	{ "duplicate keys", "{\"a\":1,\"a\":2}\n{}\n", 0,
	    { "F:1:10: not JSON: duplicate object key near '\"a\"'", "2 {}" } },
	{ "NUL in a string", "{\"a\":\"x\\u0000y\"}\n", 0, { "1 {\"a\":\"x\\u0000y\"}" } },
	{ "a NUL byte", "{}\n{\"a\"\0:1}\n{}\n", 14,
	    { "1 {}", "F:2:5: not JSON: ':' expected near end of file", "3 {}" } },
	{ "only NUL bytes", "\0\0\n{}\n", 6,
	    { "F:1:1: not JSON: invalid token near end of file", "2 {}" } },
	{ "columns are characters", "{\"\xc3\xa9\":x}\n", 0,
	    { "F:1:6: not JSON: invalid token near 'x'" } },
	{ "bad UTF-8", "{\"a\":\"\xff\"}\n", 0,
	    { "F:1:6: not JSON: unable to decode byte 0xff near '\"'" } },
	{ "big numbers", "{\"a\":9223372036854775807}\n{\"a\":9223372036854775808}\n", 0,
	    { "1 {\"a\":9223372036854775807}",
		"F:2:24: not JSON: too big integer near '9223372036854775808'" } },
};

static void
put(const char *text, size_t len)
{
	if (file_write(path, text, len, NULL) < 0)
		exit(1);
}

/* One call of jsonl_next as text; the name of the file is shown as F. */
static enum jsonl_got
read_one(struct jsonl *in, struct buf *word)
{
	struct err err = { 0 };
	json_t *record = NULL;
	enum jsonl_got got = jsonl_next(in, &record, &err);

	buf_reset(word);
	if (got == JSONL_RECORD) {
		buf_addf(word, "%zu ", jsonl_line(in));
		json_put(record, word);
		json_decref(record);
	} else if (got != JSONL_END) {
		size_t skip = strncmp(err.text, path, strlen(path)) == 0 ? strlen(path) : 0;

		buf_addf(word, "%s%s", skip ? "F" : "", err.text + skip);
	}
	return got;
}

static void
test_vectors(void)
{
	struct buf word = BUF_INIT;

	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct jsonl *in;
		size_t n = 0;

		put(vectors[i].text, vectors[i].len ? vectors[i].len : strlen(vectors[i].text));
		in = jsonl_open(path, NULL);
		while (n < COUNT(vectors[i].read) && read_one(in, &word) != JSONL_END) {
			is_str(buf_str(&word), vectors[i].read[n], "%s, %zu", vectors[i].name, n);
			n++;
		}
		ok(!vectors[i].read[n], "%s: ends after %zu", vectors[i].name, n);
		is_int(read_one(in, &word), JSONL_END, "%s: stays at the end", vectors[i].name);
		jsonl_close(in);
	}
	buf_clear(&word);
}

/* A line of len bytes between two short ones. */
static void
test_length(size_t len, bool good)
{
	struct buf text = BUF_INIT, word = BUF_INIT;
	struct jsonl *in;

	buf_add_str(&text, "{}\n{\"a\":\"");
	memset(buf_reserve(&text, len), 'x', len - 8);
	text.len += len - 8;
	buf_add_str(&text, "\"}\n{}\n");
	put(text.data, text.len);
	buf_clear(&text);
	in = jsonl_open(path, NULL);
	is_int(read_one(in, &word), JSONL_RECORD, "before a line of %zu bytes", len);
	is_int(read_one(in, &word), good ? JSONL_RECORD : JSONL_BAD, "a line of %zu bytes", len);
	if (!good)
		is_str(buf_str(&word), "F:2: line longer than 64 MiB", "message");
	is_int(read_one(in, &word), JSONL_RECORD, "behind it");
	is_str(buf_str(&word), "3 {}", "and on the right line");
	is_int(read_one(in, &word), JSONL_END, "the end");
	jsonl_close(in);
	buf_clear(&word);
}

static void
test_text(void)
{
	static const char text[] = "\xef\xbb\xbf"
				   "one\r\n\ntwo \r x\nlast";
	static const char *const lines[] = { "one", "", "two \r x", "last" };
	struct jsonl *in;
	struct err err = { 0 };
	const char *line;
	size_t len;

	put(text, strlen(text));
	in = jsonl_open(path, &err);
	for (size_t i = 0; i < COUNT(lines); i++) {
		is_int(jsonl_next_text(in, &line, &len, &err), JSONL_RECORD, "line %zu", i + 1);
		ok(len == strlen(lines[i]) && memcmp(line, lines[i], len) == 0, "line %zu: '%.*s'",
		    i + 1, (int)len, line);
		is_int((long long)jsonl_line(in), (long long)i + 1, "its number");
	}
	is_int(jsonl_next_text(in, &line, &len, &err), JSONL_END, "the end");
	is_str(jsonl_name(in), path, "its name");
	jsonl_close(in);
}

/* Records that cross every boundary of the reader's chunks. */
static void
test_many(void)
{
	struct buf text = BUF_INIT, word = BUF_INIT, want = BUF_INIT;
	struct jsonl *in;
	size_t good = 0;

	for (int i = 1; i <= 30000; i++)
		buf_addf(&text, "{\"n\":%d,\"pad\":\"%.*s\"}\n", i, i % 97,
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxx"
		    "xxxxxxxxxxxxx");
	put(text.data, text.len);
	in = jsonl_open(path, NULL);
	while (read_one(in, &word) == JSONL_RECORD) {
		buf_reset(&want);
		buf_addf(&want, "%zu {\"n\":%zu,", good + 1, good + 1);
		if (strncmp(word.data, want.data, want.len) == 0)
			good++;
	}
	is_int((long long)good, 30000, "many records, each on its line");
	jsonl_close(in);
	buf_clear(&text);
	buf_clear(&word);
	buf_clear(&want);
}

static void
test_errors(void)
{
	static const unsigned char cut[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab };
	struct err err = { 0 };
	json_t *record = NULL;
	struct jsonl *in;
	FILE *full = fopen("/dev/full", "w");

	ok(!jsonl_open("/nonexistent", &err), "a missing file");
	is_str(err.text, "cannot open '/nonexistent': No such file or directory", "message");
	put((const char *)cut, sizeof(cut));
	in = jsonl_open(path, &err);
	is_int(jsonl_next(in, &record, &err), JSONL_FATAL, "compression that is cut off");
	ok(strstr(err.text, "is cut off: the gzip data ends too early"), "message: %s", err.text);
	jsonl_close(in);
	jsonl_close(NULL);
	record = json_pack("{s:i}", "a", 1);
	setvbuf(full, NULL, _IONBF, 0);
	is_int(jsonl_write(full, record), -1, "a full disk");
	fclose(full);
	full = fopen(path, "w");
	is_int(jsonl_write(full, record), 0, "written");
	fclose(full);
	in = jsonl_open(path, &err);
	json_decref(record);
	is_int(jsonl_next(in, &record, &err), JSONL_RECORD, "and read");
	is_json(record, "{\"a\":1}", "the same");
	json_decref(record);
	jsonl_close(in);
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	test_vectors();
	test_length(100000, true);
	test_length(JSONL_LINE_MAX, true);
	test_length(JSONL_LINE_MAX + 1, false);
	test_length(JSONL_LINE_MAX + 200000, false);
	test_text();
	test_many();
	test_errors();
	remove(path);
	return done_testing();
}
