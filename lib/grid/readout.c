/* SPDX-License-Identifier: MIT */
/* readout: what a program of a scheduler printed, as a JSON value. */
#include "grid/readout.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/jq.h"
#include "base/json.h"
#include "grid/profile.h"
#include "grid/xml.h"

/* A piece of the text. */
struct piece {
	const char *at;
	size_t len;
};

static const char blanks[] = " \t\r";

static struct piece
trimmed(const char *at, size_t len)
{
	while (len > 0 && memchr(blanks, *at, sizeof(blanks) - 1)) {
		at++;
		len--;
	}
	while (len > 0 && memchr(blanks, at[len - 1], sizeof(blanks) - 1))
		len--;
	return (struct piece){ at, len };
}

/* The next line, and *rest moved behind it. */
static bool
next_line(struct piece *rest, struct piece *line)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->at, '\n', rest->len);
	line->at = rest->at;
	line->len = end ? (size_t)(end - rest->at) : rest->len;
	rest->at += line->len + (end != NULL);
	rest->len -= line->len + (end != NULL);
	return true;
}

static void
set(json_t *object, const char *key, size_t key_len, struct piece value)
{
	struct buf name = BUF_INIT;
	json_t *text = json_stringn(value.at, value.len);

	buf_add(&name, key, key_len);
	json_object_set_new(object, buf_str(&name), text ? text : json_string("?"));
	buf_clear(&name);
}

/* A line as an object, or NULL when it has not that many columns; the last takes the rest. */
static json_t *
row_of(const struct profile_ask *ask, struct piece line)
{
	size_t width = strlen(ask->separator);
	json_t *row = json_object();

	for (size_t i = 0; ask->columns[i]; i++) {
		const char *end = ask->columns[i + 1]
		    ? memmem(line.at, line.len, ask->separator, width)
		    : line.at + line.len;
		size_t len;

		if (!end) {
			json_decref(row);
			return NULL;
		}
		len = (size_t)(end - line.at);
		set(row, ask->columns[i], strlen(ask->columns[i]), trimmed(line.at, len));
		line.at += len + width;
		line.len = line.len > len + width ? line.len - len - width : 0;
	}
	return row;
}

static json_t *
read_lines(const struct profile_ask *ask, struct piece rest)
{
	json_t *rows = json_array(), *row;
	struct piece line;

	while (next_line(&rest, &line)) {
		line = trimmed(line.at, line.len);
		if (line.len > 0 && (row = row_of(ask, line)))
			json_array_append_new(rows, row);
	}
	return rows;
}

/* "NAME SEPARATOR VALUE"; with an empty separator the first blank is one. */
static void
read_pair(const char *separator, struct piece line, json_t *object)
{
	struct piece name;
	size_t len = 0;
	const char *at;

	line = trimmed(line.at, line.len);
	if (*separator) {
		at = memmem(line.at, line.len, separator, strlen(separator));
		len = at ? (size_t)(at - line.at) : line.len;
	} else {
		while (len < line.len && !memchr(blanks, line.at[len], sizeof(blanks) - 1))
			len++;
	}
	if (len == 0 || len == line.len)
		return;
	name = trimmed(line.at, len);
	len += strlen(separator);
	set(object, name.at, name.len, trimmed(line.at + len, line.len - len));
}

static json_t *
read_pairs(const char *separator, struct piece rest)
{
	json_t *object = json_object();
	struct piece line;

	while (next_line(&rest, &line))
		read_pair(separator, line, object);
	return object;
}

static json_t *
read_blocks(const char *separator, struct piece rest)
{
	json_t *rows = json_array(), *block = NULL;
	size_t width = strlen(separator);
	struct piece line;

	while (next_line(&rest, &line))
		if (line.len >= width && memcmp(line.at, separator, width) == 0) {
			block = json_object();
			json_array_append_new(rows, block);
		} else if (block) {
			read_pair("", line, block);
		}
	return rows;
}

static json_t *
read_json(struct piece text, struct err *err)
{
	size_t skip = 0;

	while (skip < text.len && text.at[skip] != '{' && text.at[skip] != '[')
		skip++;
	return json_parse(text.at + skip, text.len - skip, err);
}

static json_t *
read_answer(const struct profile_ask *ask, const struct buf *text, struct err *err)
{
	struct piece all = { buf_str(text), text->len };

	switch (ask->form) {
	case ANSWER_LINES:
		return read_lines(ask, all);
	case ANSWER_PAIRS:
		return read_pairs(ask->separator, all);
	case ANSWER_BLOCKS:
		return read_blocks(ask->separator, all);
	case ANSWER_JSON:
		return read_json(all, err);
	case ANSWER_XML:
		return xml_parse(all.at, all.len, err);
	}
	BUG("form %d of answers", ask->form);
}

static json_t *
apply(const char *program, const json_t *value, struct err *err)
{
	struct jq *jq = jq_new(program, err);
	json_t *rows = jq ? jq_one(jq, value, err) : NULL;

	jq_free(jq);
	return rows;
}

json_t *
readout_rows(const struct profile_ask *ask, const struct buf *text, struct err *err)
{
	json_t *value = read_answer(ask, text, err), *rows;

	if (!value || !ask->rows)
		return value;
	rows = apply(ask->rows, value, err);
	json_decref(value);
	if (rows && !json_is_array(rows)) {
		json_decref(rows);
		err_set(err, ERR_INPUT, "'rows' must make an array");
		return NULL;
	}
	return rows;
}
