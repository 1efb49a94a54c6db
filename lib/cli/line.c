/* SPDX-License-Identifier: MIT */
/* line: a line of input on its way to become an execution. */
#include "cli/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"

/* Its texts, one behind the other. */
enum text { PARAMS, KEY, ERROR, WHERE, PRINT, PARTS, INPUTS, TEXTS };

/* The next text begins here. */
static size_t
begin(struct buf *room)
{
	buf_add(room, "", 1);
	return room->len;
}

static size_t
add(struct buf *room, const char *text)
{
	size_t at = begin(room);

	buf_add_str(room, text ? text : "");
	return at;
}

/* Gather the texts: where each begins. hex is the hash of the params, in any order of members. */
static void
gather(const struct line_parts *p, struct buf *room, size_t at[TEXTS], char hex[DIGEST_HEX])
{
	buf_reset(room);
	json_put_canonical(p->params, room);
	digest_bytes(room->data, room->len, hex);
	buf_reset(room);
	json_put(p->params, room);
	at[PARAMS] = 0;
	at[KEY] = add(room, p->key && *p->key ? p->key : hex);
	at[ERROR] = begin(room);
	if (p->error)
		json_put(p->error, room);
	at[WHERE] = add(room, p->where);
	at[PRINT] = add(room, p->print);
	at[PARTS] = add(room, p->parts);
	at[INPUTS] = begin(room);
	if (p->ninputs > 0)
		buf_add(room, p->inputs->data, p->inputs->len);
}

struct line *
line_make(const struct line_parts *p, struct buf *room)
{
	char hex[DIGEST_HEX];
	size_t at[TEXTS];
	struct line *line;
	const char *texts;

	gather(p, room, at, hex);
	line = xmalloc(sizeof(*line) + room->len + 1);
	memcpy(line + 1, room->data, room->len + 1);
	texts = (const char *)(line + 1);
	hex[16] = '\0';
	*line = (struct line){ .key = texts + at[KEY],
		.derived = !p->key || !*p->key,
		.digest = (int64_t)(strtoull(hex, NULL, 16) >> 1),
		.params = texts,
		.params_len = at[KEY] - 1,
		.status = p->status,
		.class = p->class,
		.error = p->error ? texts + at[ERROR] : NULL,
		.where = p->where ? texts + at[WHERE] : NULL,
		.print = p->print ? texts + at[PRINT] : NULL,
		.parts = p->parts ? texts + at[PARTS] : NULL,
		.inputs = texts + at[INPUTS],
		.ninputs = p->ninputs };
	return line;
}
