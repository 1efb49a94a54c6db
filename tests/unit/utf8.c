/* SPDX-License-Identifier: MIT */
/* utf8: bytes, whether they are UTF-8, and how they are shown. */
#include "base/utf8.h"

#include "tap.h"

static const struct {
	const char *name, *bytes;
	bool valid;
	const char *shown;
} vectors[] = {
	{ "nothing", "", true, "" },
	{ "ASCII longer than a word", "hydroxychloroquine", true, "hydroxychloroquine" },
	{ "two bytes", "\xc3\xa9", true, "\xc3\xa9" },
	{ "three bytes", "\xe2\x82\xac", true, "\xe2\x82\xac" },
	{ "four bytes", "\xf0\x9f\x98\x80", true, "\xf0\x9f\x98\x80" },
	{ "the last character", "\xf4\x8f\xbf\xbf", true, "\xf4\x8f\xbf\xbf" },
	{ "ASCII and then not", "aaaaaaaaaaa\xc3\xa9z", true, "aaaaaaaaaaa\xc3\xa9z" },
	{ "Latin-1", "caf\xe9", false, "caf\\xe9" },
	{ "cut short", "\xe2\x82", false, "\\xe2\\x82" },
	{ "a lonely second byte", "\x80", false, "\\x80" },
	{ "too long a form of /", "\xc0\xaf", false, "\\xc0\\xaf" },
	{ "too long a form in three", "\xe0\x80\xaf", false, "\\xe0\\x80\\xaf" },
	{ "too long a form in four", "\xf0\x80\x80\xaf", false, "\\xf0\\x80\\x80\\xaf" },
	{ "a surrogate", "\xed\xa0\x80", false, "\\xed\\xa0\\x80" },
	{ "beyond the last character", "\xf4\x90\x80\x80", false, "\\xf4\\x90\\x80\\x80" },
	{ "five bytes", "\xf8\x88\x80\x80\x80", false, "\\xf8\\x88\\x80\\x80\\x80" },
};

/* What is cut at a number of bytes: the beginning, and the end. */
static const struct {
	const char *bytes;
	size_t most;
	const char *begin, *end;
} cuts[] = {
	{ "abc", 3, "abc", "abc" },
	{ "abc", 2, "ab", "bc" },
	{ "abc", 0, "", "" },
	{ "", 0, "", "" },
	{ "\xc3\xa9\xc3\xa9", 4, "\xc3\xa9\xc3\xa9", "\xc3\xa9\xc3\xa9" },
	{ "\xc3\xa9\xc3\xa9", 3, "\xc3\xa9", "\xc3\xa9" },
	{ "\xc3\xa9\xc3\xa9", 1, "", "" },
	{ "a\xf0\x9f\x98\x80", 4, "a", "\xf0\x9f\x98\x80" },
	{ "a\xf0\x9f\x98\x80", 2, "a", "" },
	{ "\xf0\x9f\x98\x80z", 4, "\xf0\x9f\x98\x80", "z" },
	{ "\xe9t\xe9", 2, "\xe9t", "t\xe9" },
	{ "\x80\x80\x80\x80\x80\x80", 5, "\x80\x80\x80\x80\x80", "\x80\x80" },
};

static void
test_cuts(void)
{
	for (size_t i = 0; i < COUNT(cuts); i++) {
		const char *bytes = cuts[i].bytes;
		size_t len = strlen(bytes), begin = utf8_cut(bytes, len, cuts[i].most);
		char text[16] = "";

		memcpy(text, bytes, begin);
		is_str(text, cuts[i].begin, "cut %zu: the beginning", i);
		is_str(bytes + utf8_tail(bytes, len, cuts[i].most), cuts[i].end, "cut %zu: the end",
		    i);
	}
	is_int(utf8_whole("ab\xe2\x82", 4), 2, "what a cut left of a character is not whole");
	is_int(utf8_whole("ab\xe2\x82\xac", 5), 5, "a character is");
}

static void
test_repair(void)
{
	char text[] = "caf\xe9 \xc3\xa9\xe2\x82 ok\xff";

	utf8_repair(text, strlen(text));
	is_str(text, "caf? \xc3\xa9?? ok?", "only what is wrong becomes '?'");
}

int
main(void)
{
	struct buf shown = BUF_INIT;

	test_cuts();
	test_repair();

	for (size_t i = 0; i < COUNT(vectors); i++) {
		const char *bytes = vectors[i].bytes;
		size_t len = strlen(bytes);
		bool changed;

		is_int(utf8_valid(bytes, len), vectors[i].valid, "%s: valid?", vectors[i].name);
		buf_reset(&shown);
		changed = utf8_visible(bytes, len, 0, &shown);
		is_str(buf_str(&shown), vectors[i].shown, "%s: shown", vectors[i].name);
		is_int(changed, !vectors[i].valid, "%s: changed?", vectors[i].name);
	}
	ok(utf8_valid("a\0b", 3), "NUL is UTF-8");
	buf_reset(&shown);
	ok(utf8_visible("a\0\n\x1b", 4, 0, &shown), "NUL is changed");
	is_str(buf_str(&shown), "a\\x00\n\x1b", "and nothing else below a blank");
	buf_reset(&shown);
	utf8_visible("\t\x1b[31m\x7f", 7, UTF8_CONTROLS, &shown);
	is_str(buf_str(&shown), "\\x09\\x1b[31m\\x7f", "controls are seen when asked for");
	buf_clear(&shown);
	return done_testing();
}
