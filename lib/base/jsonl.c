/* SPDX-License-Identifier: MIT */
/* jsonl: records, one JSON object a line, read and written. */
#include "base/jsonl.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/source.h"

struct jsonl {
	struct source *source;
	struct buf text; /* what was read and not yet given out starts at `at` */
	size_t at;
	size_t line;
	bool end;  /* the source has no more */
	bool torn; /* the line that was just given out had no newline */
};

struct jsonl *
jsonl_open(const char *path, struct err *err)
{
	struct source *source = source_open(path, err);
	struct jsonl *in;

	if (!source)
		return NULL;
	in = xcalloc(1, sizeof(*in));
	in->source = source;
	return in;
}

void
jsonl_close(struct jsonl *in)
{
	if (!in)
		return;
	source_close(in->source);
	buf_clear(&in->text);
	free(in);
}

/* Read more behind what is there. 1, 0 at the end, -1 on error. */
static int
more(struct jsonl *in, struct err *err)
{
	ssize_t n;

	if (in->at > 0) {
		memmove(in->text.data, in->text.data + in->at, in->text.len - in->at);
		in->text.len -= in->at;
		in->at = 0;
	}
	buf_reserve(&in->text, 65536);
	n = source_read(in->source, in->text.data + in->text.len, 65536, err);
	if (n < 0)
		return -1;
	in->text.len += (size_t)n;
	in->end = n == 0;
	return n > 0;
}

/* Pass over the rest of a line that is too long. -1 on error. */
static int
skip_line(struct jsonl *in, struct err *err)
{
	for (;;) {
		char *newline = memchr(in->text.data + in->at, '\n', in->text.len - in->at);

		if (newline) {
			in->at = (size_t)(newline - in->text.data) + 1;
			return 0;
		}
		in->at = in->text.len;
		switch (more(in, err)) {
		case -1:
			return -1;
		case 0:
			return 0;
		}
	}
}

static enum jsonl_got
too_long(struct jsonl *in, struct err *err)
{
	err_set(err, ERR_INPUT, "%s:%zu: line longer than %d MiB", jsonl_name(in), in->line,
	    JSONL_LINE_MAX >> 20);
	return JSONL_BAD;
}

enum jsonl_got
jsonl_next_text(struct jsonl *in, const char **text, size_t *len, struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t seen = 0;
	char *newline = NULL;

	for (;;) {
		size_t have = in->text.len - in->at;

		if (have > seen)
			newline = memchr(in->text.data + in->at + seen, '\n', have - seen);
		if (newline || in->end)
			break;
		seen = have;
		if (seen > JSONL_LINE_MAX + 1) {
			in->line++;
			return skip_line(in, err) < 0 ? JSONL_FATAL : too_long(in, err);
		}
		if (more(in, err) < 0)
			return JSONL_FATAL;
	}
	if (in->at == in->text.len)
		return JSONL_END;
	in->line++;
	*text = in->text.data + in->at;
	*len = (newline ? (size_t)(newline - in->text.data) : in->text.len) - in->at;
	in->at += *len + (newline != NULL);
	in->torn = !newline;
	if (newline && *len > 0 && (*text)[*len - 1] == '\r')
		--*len;
	if (*len > JSONL_LINE_MAX)
		return too_long(in, err);
	if (in->line == 1 && *len >= 3 && memcmp(*text, mark, 3) == 0) {
		*text += 3;
		*len -= 3;
	}
	return JSONL_RECORD;
}

static bool
is_blank(const char *text, size_t len)
{
	while (len > 0 && (*text == ' ' || *text == '\t' || *text == '\r')) {
		text++;
		len--;
	}
	return len == 0;
}

enum jsonl_got
jsonl_parse(const struct jsonl *in, const char *text, size_t len, json_t **record, struct err *err)
{
	json_error_t at;

	if (is_blank(text, len))
		return JSONL_END;
	*record = json_loadb(
	    text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &at);
	if (!*record) {
		err_set(err, ERR_INPUT, "%s:%zu:%d: not JSON: %s", jsonl_name(in), in->line,
		    at.column, at.text);
		return JSONL_BAD;
	}
	if (!json_is_object(*record)) {
		err_set(err, ERR_INPUT, "%s:%zu: a record is an object, found %s", jsonl_name(in),
		    in->line, json_type_name(*record));
		json_decref(*record);
		*record = NULL;
		return JSONL_BAD;
	}
	return JSONL_RECORD;
}

enum jsonl_got
jsonl_next(struct jsonl *in, json_t **record, struct err *err)
{
	enum jsonl_got got;
	const char *text;
	size_t len;

	do {
		got = jsonl_next_text(in, &text, &len, err);
		if (got == JSONL_RECORD)
			got = jsonl_parse(in, text, len, record, err);
		else
			return got;
	} while (got == JSONL_END);
	return got;
}

bool
jsonl_has_line(const struct jsonl *in)
{
	size_t have = in->text.len - in->at;

	return in->end || (have > 0 && memchr(in->text.data + in->at, '\n', have) != NULL);
}

const char *
jsonl_name(const struct jsonl *in)
{
	return source_name(in->source);
}

size_t
jsonl_line(const struct jsonl *in)
{
	return in->line;
}

bool
jsonl_torn(const struct jsonl *in)
{
	return in->torn;
}

int
jsonl_write(FILE *out, const json_t *record)
{
	struct buf text = BUF_INIT;
	size_t n;

	json_put(record, &text);
	buf_add_char(&text, '\n');
	n = fwrite(text.data, 1, text.len, out);
	buf_clear(&text);
	return n > 0 && !ferror(out) ? 0 : -1;
}
