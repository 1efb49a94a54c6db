/* SPDX-License-Identifier: MIT */
/* sse: server-sent events out of a stream of bytes. */
#include "exec/sse.h"

#include <string.h>

static const char mark[] = "\xef\xbb\xbf";

static void
dispatch(struct sse *sse, sse_fn *fn, void *ctx)
{
	if (sse->any)
		fn(sse->name.len ? sse->name.data : "message", buf_str(&sse->data), sse->data.len,
		    ctx);
	buf_reset(&sse->name);
	buf_reset(&sse->data);
	sse->any = false;
}

static void
take_field(struct sse *sse, const char *field, size_t len, const char *value)
{
	if (len == 4 && memcmp(field, "data", 4) == 0) {
		if (sse->any)
			buf_add_char(&sse->data, '\n');
		buf_add_str(&sse->data, value);
		sse->any = true;
	} else if (len == 5 && memcmp(field, "event", 5) == 0) {
		buf_reset(&sse->name);
		buf_add_str(&sse->name, value);
	}
}

static void
take_line(struct sse *sse, sse_fn *fn, void *ctx)
{
	const char *line = buf_str(&sse->line), *value;
	size_t len;

	if (!sse->begun && strncmp(line, mark, 3) == 0)
		line += 3;
	sse->begun = true;
	len = strcspn(line, ":");
	if (*line == '\0') {
		dispatch(sse, fn, ctx);
	} else if (len > 0) {
		value = line[len] ? line + len + 1 : "";
		take_field(sse, line, len, *value == ' ' ? value + 1 : value);
	}
	buf_reset(&sse->line);
}

int
sse_feed(struct sse *sse, const char *bytes, size_t len, size_t most, sse_fn *fn, void *ctx)
{
	const char *end = bytes + len;

	while (bytes < end) {
		size_t n = 0;

		if (sse->after_cr && *bytes == '\n')
			bytes++;
		sse->after_cr = false;
		while (bytes + n < end && bytes[n] != '\n' && bytes[n] != '\r')
			n++;
		buf_add(&sse->line, bytes, n);
		if (sse->line.len + sse->data.len > most)
			return -1;
		bytes += n;
		if (bytes == end)
			break;
		sse->after_cr = *bytes++ == '\r';
		take_line(sse, fn, ctx);
	}
	return 0;
}

void
sse_clear(struct sse *sse)
{
	buf_clear(&sse->line);
	buf_clear(&sse->name);
	buf_clear(&sse->data);
}
