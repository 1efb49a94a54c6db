/* SPDX-License-Identifier: MIT */
/* yaml: files that people write, as JSON values that know where they stood. */
#include "base/yaml.h"

#include <stdbool.h>
#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/source.h"
#include "base/vec.h"
#include "base/yaml_reader.h"

/* A document without a word: "---" followed by nothing. */
static bool
is_empty(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT && event->data.scalar.length == 0 &&
	    event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag;
}

/* What follows a document start: the value goes into docs. */
static int
read_document(struct yaml_reader *r, struct yaml_docs *docs)
{
	yaml_event_t event;
	struct yaml_doc doc = { 0 };
	bool empty;

	if (yaml_reader_next(r, &event) < 0)
		return -1;
	empty = is_empty(&event);
	if (!empty)
		doc.value = yaml_compose(r, &event);
	yaml_event_delete(&event);
	if (doc.value) {
		doc.name = xstrdup(r->name);
		doc.marks = r->marks.at;
		doc.nmarks = r->marks.len;
		vec_add(docs, doc);
		r->marks.at = NULL;
		r->marks.len = r->marks.room = 0;
	}
	yaml_reader_clear(r);
	return empty || doc.value ? 0 : -1;
}

static int
read_stream(struct yaml_reader *r, struct yaml_docs *docs)
{
	yaml_event_t event;
	bool end = false;
	int rc = 0;

	while (rc == 0 && !end) {
		yaml_event_type_t type;

		if (yaml_reader_next(r, &event) < 0)
			return -1;
		type = event.type;
		yaml_event_delete(&event);
		if (type == YAML_DOCUMENT_START_EVENT)
			rc = read_document(r, docs);
		end = type == YAML_STREAM_END_EVENT;
	}
	return rc;
}

/* The text as JSON, or NULL. Only what starts like a file of JSON is tried. */
static json_t *
as_json(const char *text, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", *text)) {
		text++;
		len--;
	}
	return len > 0 && (*text == '{' || *text == '[') ? json_parse(text, len, NULL) : NULL;
}

/* JSON is almost a part of YAML: libyaml cannot read surrogate pairs, DEL and long keys, and folds
 * the line separators of Unicode. So the value is that of the JSON reader, and libyaml's are only
 * the marks, where it could read it. Takes the value. */
static int
take_json(struct yaml_reader *r, json_t *value, struct yaml_docs *docs)
{
	static const yaml_mark_t start;
	struct yaml_doc doc = { value, NULL, NULL, 0 };

	if (docs->len == 1) {
		json_decref(docs->at[0].value);
		docs->at[0].value = value;
		return 0;
	}
	r->values = 0;
	if (yaml_reader_charge(r, &start, value, 1) < 0) {
		json_decref(value);
		return -1;
	}
	doc.name = xstrdup(r->name);
	vec_add(docs, doc);
	return 0;
}

int
yaml_parse(const char *name, const char *text, size_t len, struct yaml_docs *docs, struct err *err)
{
	struct yaml_reader r = { .name = name, .text = text, .err = err };
	json_t *json;
	int rc;

	if (len > YAML_TEXT_MAX)
		return err_set(err, ERR_INPUT, "%s: larger than %d MiB", name, YAML_TEXT_MAX >> 20);
	if (!yaml_parser_initialize(&r.parser))
		return err_set(err, ERR_SYSTEM, "%s: out of memory", name);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	rc = read_stream(&r, docs);
	yaml_reader_clear(&r);
	yaml_parser_delete(&r.parser);
	if (rc < 0)
		yaml_docs_clear(docs);
	if ((rc == 0 || r.syntax) && (json = as_json(text, len)))
		rc = take_json(&r, json, docs);
	return rc;
}

int
yaml_read(const char *path, struct yaml_docs *docs, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = source_read_file(path, YAML_TEXT_MAX, &text, err);

	if (rc == 0)
		rc = yaml_parse(path, buf_str(&text), text.len, docs, err);
	buf_clear(&text);
	return rc;
}
