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

int
main(void)
{
	struct buf shown = BUF_INIT;

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
