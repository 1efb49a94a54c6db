/* SPDX-License-Identifier: MIT */
/* openapi_shape: a document held against the objects of OpenAPI 3.0.3 (task/openapi_parts.h). */
#include "task/openapi_shape.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "task/fault.h"
#include "task/openapi_parts.h"

enum { HOPS_MAX = 100, FIELDS_MAX = 24 };

static bool
is_component_key(const char *key)
{
	return *key &&
	    key[strspn(key,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789.-_")] == '\0';
}

static void check_shape(struct check *c, const struct field *field, json_t *value);

static size_t
enter(struct check *c, const char *key)
{
	size_t mark = c->at.len;

	json_pointer_add(&c->at, key);
	return mark;
}

static void
leave(struct check *c, size_t mark)
{
	c->at.len = mark;
	c->at.data[mark] = '\0';
}

static void
check_unknown(struct check *c, const struct field *fields, const json_t *value)
{
	const char *names[FIELDS_MAX];
	size_t count = 0;

	for (; fields[count].name; count++)
		names[count] = fields[count].name;
	fault_unknown(c->faults, buf_str(&c->at), value, names, count);
}

static void
check_fields(struct check *c, const struct field *fields, const json_t *value)
{
	check_unknown(c, fields, value);
	for (; fields->name; fields++) {
		json_t *member = json_object_get(value, fields->name);
		size_t mark;

		if (!member && (fields->flags & F_MUST))
			fault_missing(c->faults, buf_str(&c->at), value, fields->name);
		if (!member)
			continue;
		mark = enter(c, fields->name);
		check_shape(c, fields, member);
		leave(c, mark);
	}
}

static void
check_rest(struct check *c, const struct object *object, const json_t *value)
{
	const char *key;
	json_t *member;

	if ((object->rest.flags & F_MUST) && json_object_size(value) == 0)
		openapi_wrong(c, NULL, "must not be empty", NULL);
	json_object_foreach((json_t *)value, key, member) {
		size_t mark = enter(c, key);

		if (strncmp(key, "x-", 2) == 0)
			; /* theirs */
		else if (object->is_key && !object->is_key(key))
			openapi_wrong(c, NULL, object->key_words, NULL);
		else
			check_shape(c, &object->rest, member);
		leave(c, mark);
	}
}

static void
check_object(struct check *c, enum shape shape, json_t *value)
{
	const struct object *object = &openapi_objects[shape];

	if (!json_is_object(value)) {
		fault(c->faults, buf_str(&c->at), NULL, "must be an object, found %s",
		    json_type_name(value));
		return;
	}
	if (object->fields)
		check_fields(c, object->fields, value);
	if (object->rest.name)
		check_rest(c, object, value);
	if (object->judge)
		object->judge(c, value);
}

/* A reference must lead to a component of the kind, which is checked where it stands. */
static void
check_ref(struct check *c, enum shape shape, json_t *value)
{
	const char *ref = json_string_value(json_object_get(value, "$ref")),
		   *kind = openapi_objects[shape].kind;
	char *start = xasprintf("#/components/%s/", kind);

	if (!ref || strncmp(ref, start, strlen(start)) != 0)
		fault(c->faults, buf_str(&c->at), "$ref", "must be a reference to %s...", start);
	else if (!openapi_follow(c->spec, value, NULL))
		fault(c->faults, buf_str(&c->at), "$ref", "leads nowhere: '%s'", ref);
	free(start);
}

static void
check_one(struct check *c, enum shape shape, bool ref, json_t *value)
{
	switch (shape) {
	case S_ANY:
		return;
	case S_TEXT:
	case S_BOOL:
		if (shape == S_TEXT ? !json_is_string(value) : !json_is_boolean(value))
			fault(c->faults, buf_str(&c->at), NULL, "must be %s, found %s",
			    shape == S_TEXT ? "a string" : "true or false", json_type_name(value));
		return;
	case S_SCHEMA:
		vec_add(&c->schemas, xstrdup(buf_str(&c->at) + c->top));
		return;
	default:
		if (ref && json_object_get(value, "$ref"))
			check_ref(c, shape, value);
		else
			check_object(c, shape, value);
	}
}

static void
check_list(struct check *c, const struct field *field, json_t *value)
{
	json_t *one;
	size_t i, mark;
	char index[24];

	if (!json_is_array(value)) {
		fault(c->faults, buf_str(&c->at), NULL, "must be an array, found %s",
		    json_type_name(value));
		return;
	}
	json_array_foreach(value, i, one) {
		snprintf(index, sizeof(index), "%zu", i);
		mark = enter(c, index);
		check_one(c, field->shape, field->flags & F_REF, one);
		leave(c, mark);
	}
}

static void
check_map(struct check *c, const struct field *field, json_t *value)
{
	bool component = strncmp(buf_str(&c->at) + c->top, "/components/", 12) == 0 &&
	    !strchr(buf_str(&c->at) + c->top + 12, '/');
	const char *key;
	json_t *one;

	if (!json_is_object(value)) {
		fault(c->faults, buf_str(&c->at), NULL, "must be an object, found %s",
		    json_type_name(value));
		return;
	}
	json_object_foreach(value, key, one) {
		size_t mark = enter(c, key);

		if (component && !is_component_key(key))
			openapi_wrong(
			    c, NULL, "must be named with letters, digits, '.', '-' and '_'", NULL);
		check_one(c, field->shape, field->flags & F_REF, one);
		leave(c, mark);
	}
}

static void
check_shape(struct check *c, const struct field *field, json_t *value)
{
	if (field->flags & F_LIST)
		check_list(c, field, value);
	else if (field->flags & F_MAP)
		check_map(c, field, value);
	else
		check_one(c, field->shape, field->flags & F_REF, value);
}

void
openapi_shape(
    const json_t *spec, const char *pointer, struct faults *faults, char ***pointers, size_t *count)
{
	struct check c = { .spec = spec, .faults = faults, .ids = json_object() };

	buf_add_str(&c.at, pointer);
	c.top = c.at.len;
	check_object(&c, S_DOCUMENT, (json_t *)spec);
	buf_clear(&c.at);
	json_decref(c.ids);
	*pointers = c.schemas.at;
	*count = c.schemas.len;
}

json_t *
openapi_follow(const json_t *spec, json_t *value, char **at)
{
	for (int hops = 0; json_object_get(value, "$ref"); hops++) {
		const char *ref = json_string_value(json_object_get(value, "$ref"));

		if (!ref || hops == HOPS_MAX || strncmp(ref, "#/components/", 13) != 0)
			return NULL;
		value = json_at(spec, ref + 1);
		if (at) {
			free(*at);
			*at = xstrdup(ref + 1);
		}
	}
	return value;
}
