/* SPDX-License-Identifier: MIT */
/* remote: how a task that is served over HTTP is asked. */
#include "task/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "task/fault.h"

#define SECOND 1e6
#define MAX_REPLY (64 << 20)
#define FILE_MOST (64 << 20)

static void
read_times(struct remote *r, const char *pointer, const json_t *service, struct faults *f)
{
	double connect = 10, first_byte = 0;

	fault_quantity(f, pointer, service, "connect_timeout", QUANTITY_SECONDS, &connect);
	fault_quantity(f, pointer, service, "first_byte_timeout", QUANTITY_SECONDS, &first_byte);
	r->connect = (int64_t)(connect * SECOND);
	r->first_byte = (int64_t)(first_byte * SECOND);
}

static void
read_poll(struct remote *r, const char *pointer, const json_t *service, struct faults *f)
{
	static const char *const names[] = { "interval", "max_interval" };
	json_t *poll = fault_member(f, pointer, service, "poll", JSON_OBJECT);
	char *at = xasprintf("%s/poll", pointer);
	double interval = 1, most = 30;

	fault_unknown(f, at, poll, names, sizeof(names) / sizeof(*names));
	fault_quantity(f, at, poll, "interval", QUANTITY_SECONDS, &interval);
	fault_quantity(f, at, poll, "max_interval", QUANTITY_SECONDS, &most);
	r->poll = (int64_t)(interval * SECOND);
	r->poll_most = (int64_t)((most > interval ? most : interval) * SECOND);
	free(at);
}

/* A member that is a list of texts; NULL: there is none. */
static json_t *
read_texts(struct faults *f, const char *pointer, const json_t *service, const char *key)
{
	json_t *list = fault_member(f, pointer, service, key, JSON_ARRAY), *word;
	char *at = xasprintf("%s/%s", pointer, key), index[24];
	size_t i;

	json_array_foreach(list, i, word) {
		snprintf(index, sizeof(index), "%zu", i);
		if (!json_is_string(word))
			fault(f, at, index, "must be a string, found %s", json_type_name(word));
	}
	free(at);
	return list;
}

static const char *
read_text(struct faults *f, const char *pointer, const json_t *service, const char *key)
{
	return json_string_value(fault_member(f, pointer, service, key, JSON_STRING));
}

struct remote *
remote_read(const char *pointer, const json_t *service, struct faults *f)
{
	struct remote *r = xcalloc(1, sizeof(*r));
	double most = MAX_REPLY;

	endpoint_read(&r->endpoint, pointer, service, f);
	read_times(r, pointer, service, f);
	read_poll(r, pointer, service, f);
	r->requires = read_texts(f, pointer, service, "requires");
	r->inlined = read_texts(f, pointer, service, "inline");
	fault_quantity(f, pointer, service, "max_reply", QUANTITY_BYTES, &most);
	r->max_reply = (int64_t)most;
	r->request = read_text(f, pointer, service, "request");
	r->response = read_text(f, pointer, service, "response");
	r->failure = read_text(f, pointer, service, "failure");
	return r;
}

void
remote_free(struct remote *remote)
{
	free(remote);
}

/* The parameter that a text stands for: true. *value is NULL where it is absent. */
static bool
find_param(const char *text, const json_t *params, json_t **value)
{
	size_t len = strlen(text);
	char *name;

	if (len < 3 || text[0] != '{' || text[len - 1] != '}')
		return false;
	name = xasprintf("%.*s", (int)(len - 2), text + 1);
	*value = json_object_get(params, name);
	free(name);
	return true;
}

json_t *
remote_requires(const struct remote *remote, const json_t *params)
{
	json_t *words = json_array(), *text, *value = NULL, *part;
	size_t i, k;

	json_array_foreach(remote->requires, i, text) {
		if (!find_param(json_string_value(text), params, &value))
			json_array_append(words, text);
		else if (json_is_string(value))
			json_array_append(words, value);
		json_array_foreach(value, k, part)
			if (json_is_string(part))
				json_array_append(words, part);
		value = NULL;
	}
	if (json_array_size(words) > 0)
		return words;
	json_decref(words);
	return NULL;
}

json_t *
remote_inline(const struct remote *remote, json_t *params, struct err *err)
{
	json_t *out = json_array_size(remote->inlined) ? json_copy(params) : json_incref(params);
	struct buf text = BUF_INIT;
	json_t *name, *string;
	size_t i;

	json_array_foreach(remote->inlined, i, name) {
		const char *key = json_string_value(name);
		const char *path = json_string_value(json_object_get(params, key));

		if (!path)
			continue;
		buf_reset(&text);
		if (file_read(path, FILE_MOST, &text, err) < 0)
			break;
		string = json_stringn(buf_str(&text), text.len);
		if (string)
			json_object_set_new(out, key, string);
		else if (err_set(err, ERR_INPUT, "'%s': '%s' is not UTF-8", key, path) < 0)
			break;
	}
	buf_clear(&text);
	if (i == json_array_size(remote->inlined))
		return out;
	json_decref(out);
	return NULL;
}
