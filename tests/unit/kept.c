/* SPDX-License-Identifier: MIT */
/* kept: where a log goes on that was partly read while it was written. */
#include "cli/kept.h"

#include "base/buf.h"
#include "tap.h"

#define CUT "\n[... 90 bytes left out ...]\n"

static const struct {
	const char *content;
	int64_t seen;
	const char *behind;
	int64_t missing;
} rows[] = {
	{ "", 0, "", 0 },
	{ "", 7, "", 0 },
	{ "abcdef", 0, "abcdef", 0 },
	{ "abcdef", 4, "ef", 0 },
	{ "abcdef", 6, "", 0 },
	{ "abcdef", 9, "", 0 },
	/* 100 bytes: 5 at either end */
	{ "abcde" CUT "vwxyz", 0, "abcde" CUT "vwxyz", 0 },
	{ "abcde" CUT "vwxyz", 3, "de" CUT "vwxyz", 0 },
	{ "abcde" CUT "vwxyz", 5, CUT "vwxyz", 0 },
	{ "abcde" CUT "vwxyz", 6, "vwxyz", 89 },
	{ "abcde" CUT "vwxyz", 94, "vwxyz", 1 },
	{ "abcde" CUT "vwxyz", 95, "vwxyz", 0 },
	{ "abcde" CUT "vwxyz", 98, "yz", 0 },
	{ "abcde" CUT "vwxyz", 100, "", 0 },
	{ "abcde" CUT "vwxyz", 120, "", 0 },
	/* what only looks like a cut is text */
	{ "abc" CUT "vwxyz", 3, CUT "vwxyz", 0 },
	{ "a\n[... 9 bytes are\n", 2, "[... 9 bytes are\n", 0 },
	{ "\n[... x bytes left out ...]\n", 1, "[... x bytes left out ...]\n", 0 },
};

int
main(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf content = BUF_INIT;
		int64_t missing = -1;
		size_t at;

		buf_add_str(&content, rows[i].content);
		at = kept_behind(&content, rows[i].seen, &missing);
		is_str(buf_str(&content) + at, rows[i].behind, "%zu: behind %lld", i,
		    (long long)rows[i].seen);
		is_int(missing, rows[i].missing, "%zu: missing", i);
		buf_clear(&content);
	}
	return done_testing();
}
