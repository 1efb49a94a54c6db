/* SPDX-License-Identifier: MIT */
/* sse: however a stream is cut into pieces, the events are the same, and none is too long. */
#include "exec/sse.h"

#include "fuzz.h"

enum { MOST = 64 };

/* What came of a stream: every event, and whether it was refused. */
struct heard {
	struct buf text;
	size_t longest;
	int refused;
};

static void
note(const char *name, const char *data, size_t len, void *ctx)
{
	struct heard *heard = ctx;

	MUST(*name && data[len] == '\0');
	heard->longest = len > heard->longest ? len : heard->longest;
	buf_addf(&heard->text, "%zu:%s:%zu:", strlen(name), name, len);
	buf_add(&heard->text, data, len);
}

/* In pieces of so many bytes. */
static void
hear(const char *bytes, size_t size, size_t piece, size_t most, struct heard *heard)
{
	struct sse sse = { 0 };

	for (size_t at = 0; at < size && !heard->refused; at += piece) {
		size_t n = size - at < piece ? size - at : piece;

		heard->refused = sse_feed(&sse, bytes + at, n, most, note, heard) < 0;
	}
	sse_clear(&sse);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 1, 2, 3, 7 };
	const char *bytes = (const char *)data;
	struct heard whole = { 0 }, few = { 0 };

	if (size == 0)
		return 0;
	hear(bytes, size, size, SIZE_MAX, &whole);
	MUST(!whole.refused);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct heard cut = { 0 };

		hear(bytes, size, pieces[i], SIZE_MAX, &cut);
		MUST(cut.text.len == whole.text.len);
		MUST(
		    cut.text.len == 0 || memcmp(cut.text.data, whole.text.data, cut.text.len) == 0);
		buf_clear(&cut.text);
	}
	hear(bytes, size, 5, MOST, &few);
	MUST(few.longest <= MOST);
	MUST(few.refused || few.text.len == whole.text.len);
	buf_clear(&whole.text);
	buf_clear(&few.text);
	return 0;
}
