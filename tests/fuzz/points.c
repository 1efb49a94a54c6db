/* SPDX-License-Identifier: MIT */
/* points: any text is the same after it was split; any bytes as a split are told, or do no harm. */
#include "store/points.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf split = BUF_INIT, out = BUF_INIT;
	struct err err = { 0 };
	size_t frame;

	if (points_split(data, size, &split, &frame)) {
		MUST(points_join(split.data, split.len, &out, &err) == 0);
		MUST(out.len == size && memcmp(out.data, data, size) == 0);
		/* what stands in the figures is likely to be wrong now */
		split.data[split.len - 1 - size % (split.len - frame)] ^= (char)(1 << size % 8);
		buf_reset(&out);
		if (points_join(split.data, split.len, &out, &err) < 0)
			MUST(err.kind == ERR_STORE && err.text[0]);
	}
	buf_reset(&out);
	if (points_join(data, size, &out, &err) < 0)
		MUST(err.kind == ERR_STORE && err.text[0]);
	buf_clear(&split);
	buf_clear(&out);
	return 0;
}
