/* SPDX-License-Identifier: MIT */
/*
 * sse: server-sent events out of a stream of bytes, as the HTML standard defines them
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * Lines end with CR, LF or both; a blank line ends an event; comments, ids and the
 * time of a reconnection are passed over, and an event without data is none.
 */
#ifndef EXEC_SSE_H
#define EXEC_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Zero-initialised. */
struct sse {
	struct buf line, name, data;
	bool any;      /* there was a line of data */
	bool after_cr; /* a LF now belongs to it */
	bool begun;    /* what a byte order mark may stand in front of is over */
};

/* name is "message" where none was given. Both are borrowed and end with a NUL; data may be empty.
 */
typedef void sse_fn(const char *name, const char *data, size_t len, void *ctx);

/* More bytes. -1: an event or a line is longer than `most`. */
int sse_feed(struct sse *sse, const char *bytes, size_t len, size_t most, sse_fn *fn, void *ctx);

void sse_clear(struct sse *sse);

#endif
