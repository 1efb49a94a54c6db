/* SPDX-License-Identifier: MIT */
/*
 * yaml_compose: libyaml's events composed into JSON values.
 *
 * One recursive walk over the events builds the value and, beside it, a tree of
 * marks: mark 0 is the document, a mark names its first child and its next
 * sibling, so that a JSON pointer is followed like a path. An anchored value is
 * kept; an alias becomes a copy of it, paid for out of the budget of values.
 */
#include "base/yaml_reader.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/scalar.h"
#include "base/vec.h"

#define CORE_TAG "tag:yaml.org,2002:"

static json_t *compose(struct yaml_reader *r, const yaml_event_t *event, size_t self, int depth);

/* A mark for the value of this event, hung behind its elder sibling (0: it is the first child). */
static size_t
add_mark(struct yaml_reader *r, size_t parent, size_t elder, char *key, const yaml_event_t *event)
{
	struct yaml_mark mark = { key, event->start_mark.line + 1, event->start_mark.column + 1, 0,
		0 };
	size_t self = r->marks.len;

	vec_add(&r->marks, mark);
	if (elder)
		r->marks.at[elder].next = self;
	else if (self)
		r->marks.at[parent].child = self;
	return self;
}

static json_t *
compose_alias(struct yaml_reader *r, const yaml_event_t *event, int depth)
{
	const char *name = (const char *)event->data.alias.anchor;
	json_t *value = yaml_reader_anchored(r, name);

	if (!value) {
		yaml_reader_fail(r, &event->start_mark,
		    "'*%s' names nothing that ends above: define '&%s' before it", name, name);
		return NULL;
	}
	if (yaml_reader_charge(r, &event->start_mark, value, depth) < 0)
		return NULL;
	return json_deep_copy(value);
}

/* The part behind "tag:yaml.org,2002:", "str" for "!", NULL with an error for other tags. */
static const char *
core_tag(struct yaml_reader *r, const yaml_mark_t *at, const char *tag)
{
	if (strcmp(tag, "!") == 0)
		return "str";
	if (strncmp(tag, CORE_TAG, strlen(CORE_TAG)) == 0)
		return tag + strlen(CORE_TAG);
	yaml_reader_fail(r, at,
	    "the tag '%s' is not supported: only !!str !!int !!float !!bool !!null !!map !!seq",
	    tag);
	return NULL;
}

static json_t *
compose_scalar(struct yaml_reader *r, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	const char *tag = (const char *)event->data.scalar.tag;
	size_t len = event->data.scalar.length;
	json_t *value;

	if (tag) {
		const char *kind = core_tag(r, &event->start_mark, tag);

		if (!kind)
			return NULL;
		value = scalar_tagged(kind, text, len, r->err);
	} else if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		value = scalar_plain(text, len, r->err);
	} else {
		value = scalar_tagged("str", text, len, r->err);
	}
	if (!value)
		err_wrap(r->err, "%s:%zu:%zu", r->name, event->start_mark.line + 1,
		    event->start_mark.column + 1);
	return value;
}

static json_t *
compose_sequence(struct yaml_reader *r, size_t self, int depth)
{
	json_t *array = json_array();
	yaml_event_t event;
	size_t mark = 0;

	while (yaml_reader_next(r, &event) == 0) {
		bool end = event.type == YAML_SEQUENCE_END_EVENT;
		json_t *item = NULL;

		if (!end) {
			mark = add_mark(r, self, mark, NULL, &event);
			item = compose(r, &event, mark, depth + 1);
		}
		yaml_event_delete(&event);
		if (end)
			return array;
		if (!item)
			break;
		json_array_append_new(array, item);
	}
	json_decref(array);
	return NULL;
}

/* The text of a key, the caller's, or NULL with an error. */
static char *
key_text(struct yaml_reader *r, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	const char *tag;

	if (event->type != YAML_SCALAR_EVENT) {
		yaml_reader_fail(
		    r, &event->start_mark, "a key must be text, not a list, a mapping or an alias");
		return NULL;
	}
	tag = (const char *)event->data.scalar.tag;
	if (tag && !core_tag(r, &event->start_mark, tag))
		return NULL;
	if (!*text && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		yaml_reader_fail(r, &event->start_mark,
		    "a key is missing: quote it (\"\") if it is to be empty");
		return NULL;
	}
	if (strlen(text) != event->data.scalar.length) {
		yaml_reader_fail(r, &event->start_mark, "a key cannot hold a NUL character");
		return NULL;
	}
	return xstrdup(text);
}

static bool
is_merge(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT && !event->data.scalar.tag &&
	    event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    strcmp((const char *)event->data.scalar.value, "<<") == 0;
}

/* The members of a mapping being composed. */
struct members {
	json_t *object;
	json_t *inherited; /* from "<<"; NULL: there was none */
	size_t self, mark;
	int depth;
};

static int
merge(struct yaml_reader *r, struct members *m, const yaml_mark_t *at, json_t *from)
{
	json_t *one;
	size_t i;

	if (m->inherited)
		return yaml_reader_fail(r, at, "'<<' is given twice: use one list of mappings");
	m->inherited = json_object();
	if (json_is_object(from)) {
		json_fill(m->inherited, from);
		return 0;
	}
	if (!json_is_array(from))
		return yaml_reader_fail(r, at,
		    "'<<' must be a mapping or a list of mappings, found %s", json_type_name(from));
	json_array_foreach(from, i, one) {
		if (!json_is_object(one))
			return yaml_reader_fail(
			    r, at, "'<<' must list mappings, found %s", json_type_name(one));
		json_fill(m->inherited, one);
	}
	return 0;
}

static int
refuse_twice(
    struct yaml_reader *r, const struct members *m, const yaml_event_t *event, const char *key)
{
	size_t i = r->marks.at[m->self].child;

	while (i && (!r->marks.at[i].key || strcmp(r->marks.at[i].key, key) != 0))
		i = r->marks.at[i].next;
	return yaml_reader_fail(r, &event->start_mark,
	    "the key '%s' is given twice (first on line %zu)", key, r->marks.at[i].line);
}

/* The value of a key, whose text is ours now (NULL for "<<"). */
static int
add_member(struct yaml_reader *r, struct members *m, char *key)
{
	yaml_event_t event;
	json_t *value;
	int rc = 0;

	if (yaml_reader_next(r, &event) < 0) {
		free(key);
		return -1;
	}
	m->mark = add_mark(r, m->self, m->mark, key, &event);
	value = compose(r, &event, m->mark, m->depth + 1);
	if (!value)
		rc = -1;
	else if (key)
		json_object_set_new(m->object, key, value);
	else
		rc = merge(r, m, &event.start_mark, value);
	if (!key)
		json_decref(value);
	yaml_event_delete(&event);
	return rc;
}

/* The next member: 1, 0 at the end of the mapping, -1. */
static int
compose_member(struct yaml_reader *r, struct members *m)
{
	yaml_event_t event;
	char *key = NULL;
	int rc = 1;

	if (yaml_reader_next(r, &event) < 0)
		return -1;
	if (event.type == YAML_MAPPING_END_EVENT)
		rc = 0;
	else if (!is_merge(&event) && !(key = key_text(r, &event)))
		rc = -1;
	else if (key && json_object_get(m->object, key))
		rc = refuse_twice(r, m, &event, key);
	yaml_event_delete(&event);
	if (rc == 1)
		return add_member(r, m, key) < 0 ? -1 : 1;
	free(key);
	return rc;
}

static json_t *
compose_mapping(struct yaml_reader *r, size_t self, int depth)
{
	struct members m = { json_object(), NULL, self, 0, depth };
	int rc;

	while ((rc = compose_member(r, &m)) > 0)
		;
	if (rc == 0 && m.inherited)
		json_fill(m.object, m.inherited);
	json_decref(m.inherited);
	if (rc == 0)
		return m.object;
	json_decref(m.object);
	return NULL;
}

static bool
tag_fits(struct yaml_reader *r, const yaml_mark_t *at, const yaml_char_t *tag, const char *want)
{
	const char *kind;

	if (!tag)
		return true;
	kind = core_tag(r, at, (const char *)tag);
	if (kind && strcmp(kind, want) != 0)
		yaml_reader_fail(r, at, "the tag !!%s does not fit here", kind);
	return kind && strcmp(kind, want) == 0;
}

/* The value that starts with this event; self is its mark. NULL with an error. */
static json_t *
compose(struct yaml_reader *r, const yaml_event_t *event, size_t self, int depth)
{
	const yaml_char_t *anchor = NULL;
	json_t *value = NULL;

	if (event->type == YAML_ALIAS_EVENT)
		return compose_alias(r, event, depth);
	if (yaml_reader_charge(r, &event->start_mark, NULL, depth) < 0)
		return NULL;
	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		value = compose_scalar(r, event);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		if (tag_fits(r, &event->start_mark, event->data.sequence_start.tag, "seq"))
			value = compose_sequence(r, self, depth);
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		if (tag_fits(r, &event->start_mark, event->data.mapping_start.tag, "map"))
			value = compose_mapping(r, self, depth);
	}
	if (value && anchor && yaml_reader_anchor(r, &event->start_mark, anchor, value) < 0) {
		json_decref(value);
		value = NULL;
	}
	return value;
}

json_t *
yaml_compose(struct yaml_reader *r, const yaml_event_t *event)
{
	return compose(r, event, add_mark(r, 0, 0, NULL, event), 1);
}
