/* SPDX-License-Identifier: MIT */
/* chunk: what stands in the files of spool/, piece by piece. */
#include "grid/chunk.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "grid/frames.h"

char *
chunk_numbered(const char *kind, long long number, char text[CHUNK_PIECE])
{
	snprintf(text, CHUNK_PIECE, "%s/%lld", kind, number);
	return text;
}

char *
chunk_object(const char *hex, char text[CHUNK_PIECE])
{
	snprintf(text, CHUNK_PIECE, "object/%s", hex);
	return text;
}

/* ---- writing ---- */

json_t *
chunk_header(const char *format, const char *name)
{
	return json_pack(
	    "{s:s, s:i, s:s}", "format", format, "version", CHUNK_VERSION, "name", name);
}

int
chunk_put(struct frames_writer *w, const char *piece, const json_t *value, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	json_put(value, &text);
	rc = frames_add(w, piece, text.data, text.len, err);
	buf_clear(&text);
	return rc;
}

int
chunk_put_object(
    struct frames_writer *w, const char *hex, const void *data, size_t len, struct err *err)
{
	char piece[CHUNK_PIECE];

	return frames_add(w, chunk_object(hex, piece), data, len, err);
}

/* ---- reading ---- */

static int
check(const json_t *header, const char *format, const char *name, struct err *err)
{
	const char *is = json_string_value(json_object_get(header, "format"));
	const char *of = json_string_value(json_object_get(header, "name"));

	if (!is || strcmp(is, format) != 0)
		return err_set(err, ERR_INPUT, "it is no %s", format);
	if (json_integer_value(json_object_get(header, "version")) != CHUNK_VERSION)
		return err_set(err, ERR_INPUT, "it was made by another version of Dockline");
	if (!of || strcmp(of, name) != 0)
		return err_set(err, ERR_INPUT, "it belongs to job '%s'", of ? of : "");
	return 0;
}

json_t *
chunk_open(const struct frames *f, const char *format, const char *name, struct err *err)
{
	json_t *header = chunk_get(f, "header", err);

	if (header && check(header, format, name, err) == 0)
		return header;
	json_decref(header);
	return NULL;
}

static int
get(const struct frames *f, const char *piece, struct buf *out, struct err *err)
{
	int rc = frames_get(f, piece, out, err);

	if (rc == 0)
		return err_set(err, ERR_INPUT, "there is no '%s' in it", piece);
	return rc < 0 ? -1 : 0;
}

json_t *
chunk_get(const struct frames *f, const char *piece, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *value = NULL;

	if (get(f, piece, &text, err) == 0)
		value = json_parse(buf_str(&text), text.len, err);
	buf_clear(&text);
	return value;
}

int
chunk_get_object(const struct frames *f, const char *hex, struct buf *out, struct err *err)
{
	char piece[CHUNK_PIECE], is[DIGEST_HEX];
	size_t before = out->len;

	if (get(f, chunk_object(hex, piece), out, err) < 0)
		return -1;
	digest_bytes(buf_str(out) + before, out->len - before, is);
	if (strcmp(is, hex) == 0)
		return 0;
	return err_set(err, ERR_INPUT, "object %s has another content", hex);
}

static int
each_line(const struct buf *text, chunk_line_fn *fn, void *ctx, struct err *err)
{
	const char *at = buf_str(text), *end = at + text->len;
	int rc = 0;

	while (at < end && rc == 0) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);
		json_t *line = json_parse(at, len, err);

		rc = line ? fn(line, ctx, err) : -1;
		json_decref(line);
		at += len + 1;
	}
	return rc;
}

int
chunk_each(const struct frames *f, const char *piece, chunk_line_fn *fn, void *ctx, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = get(f, piece, &text, err);

	if (rc == 0)
		rc = each_line(&text, fn, ctx, err);
	buf_clear(&text);
	return rc;
}
