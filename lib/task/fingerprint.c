/* SPDX-License-Identifier: MIT */
/* fingerprint: what makes two executions equal. */
#include "task/fingerprint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "task/caching.h"
#include "task/fingerprint_parts.h"
#include "task/object_path.h"
#include "task/schema.h"
#include "task/task.h"

enum { SHORT = 16 }; /* characters of a hash in parts */

/* Paths on their way to the content behind them. */
struct reading {
	struct fingerprints *memory;
	const struct caching *caching;
	json_t *inputs;
};

/* ---- parameters ---- */

/* What a path, or an object in the place of one, holds. */
static int
digest_named(const struct reading *r, const char *path, char hex[DIGEST_HEX], struct err *err)
{
	int64_t size;

	if (object_path_hash(path, hex))
		return 0;
	return fingerprints_content(r->memory, path, r->caching, hex, &size, err);
}

/* The content stands for the path. */
static int
replace_path(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	struct reading *r = ctx;
	char hex[DIGEST_HEX], *content;

	if (digest_named(r, json_string_value(string), hex, err) < 0)
		return err_wrap(err, "%s", pointer + 1);
	json_object_set_new(r->inputs, pointer + 1, json_string(hex));
	content = xasprintf("sha256:%s", hex);
	json_string_set(string, content);
	free(content);
	return 0;
}

/* A file whose text stands in the parameters. A hash that it gives itself must be right: whoever
 * runs it would refuse it. */
static int
digest_text_of(
    const struct caching *caching, const json_t *entry, char hex[DIGEST_HEX], struct err *err)
{
	const json_t *text = json_object_get(entry, "text");
	const char *said = json_string_value(json_object_get(entry, "sha256"));
	const char *format = json_string_value(json_object_get(entry, "format"));
	size_t len = json_string_length(text);

	digest_bytes(json_string_value(text), len, hex);
	if (said && strcmp(said, hex) != 0)
		return err_set(err, ERR_INPUT, "its content is not that of its sha256");
	if (caching_names(caching, format))
		fingerprint_nameless(caching, format, json_string_value(text), len, hex);
	return 0;
}

/* What a file that is an object holds: 1, 0 when it is none or (no inputs) only named, -1. */
static int
digest_entry(const struct reading *r, const char *name, const json_t *entry, char hex[DIGEST_HEX],
    struct err *err)
{
	const char *path = json_string_value(json_object_get(entry, "path"));
	char *object;
	int rc;

	if (json_is_string(json_object_get(entry, "text")))
		return digest_text_of(r->caching, entry, hex, err) < 0 ? -1 : 1;
	if (!r->inputs)
		return 0;
	object = path ? NULL : object_path_of(entry);
	if (!path && !object)
		return 0;
	rc = digest_named(r, path ? path : object, hex, err);
	free(object);
	if (rc == 0)
		json_object_set_new(r->inputs, name, json_string(hex));
	return rc < 0 ? -1 : 1;
}

/* The value of a parameter that counts, for the fingerprint: the caller's, or NULL. */
static json_t *
content_of(const struct reading *r, const struct schema *schema, const char *name, json_t *value,
    struct err *err)
{
	bool file = r->caching->declared && json_is_object(value) && schema_has_paths(schema);
	int rc = 0;
	char hex[DIGEST_HEX];
	json_t *out;

	if (file)
		rc = digest_entry(r, name, value, hex, err);
	if (rc < 0)
		err_wrap(err, "%s", name);
	if (rc <= 0)
		return rc < 0 ? NULL : json_deep_copy(value);
	out = json_pack("{s:s}", "sha256", hex);
	if (json_object_get(value, "format"))
		json_object_set(out, "format", json_object_get(value, "format"));
	return out;
}

/* The parameters that count, files in them by their content: the caller's, or NULL. */
static json_t *
counted_content(
    const struct reading *r, const struct task *task, const json_t *params, struct err *err)
{
	json_t *counted = caching_counted(r->caching, task->params, params, NULL, err), *value;
	json_t *out = counted ? json_object() : NULL, *content;
	const char *name;

	json_object_foreach(counted, name, value) {
		content = content_of(r, schema_property(task->params, name), name, value, err);
		if (!content) {
			json_decref(out);
			out = NULL;
			break;
		}
		json_object_set_new(out, name, content);
	}
	json_decref(counted);
	return out;
}

json_t *
fingerprint_shown(const struct task *task, const json_t *params)
{
	struct reading r = { NULL, &task->rules.cache, NULL };

	return counted_content(&r, task, params, NULL);
}

/* The same with content in the place of paths; inputs gets {place: SHA-256}. */
static json_t *
content_read(struct fingerprints *memory, const struct task *task, const json_t *params,
    json_t *inputs, struct err *err)
{
	struct reading r = { memory, &task->rules.cache, inputs };
	json_t *out = counted_content(&r, task, params, err);

	if (!out || !task->params ||
	    schema_each_path(task->params, out, replace_path, &r, err) == 0)
		return out;
	json_decref(out);
	return NULL;
}

/* ---- fingerprints ---- */

static void
add_digest(json_t *object, const char *key, const json_t *value)
{
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX];

	json_put_canonical(value, &text);
	json_object_set_new(object, key, json_string(digest_bytes(text.data, text.len, hex)));
	buf_clear(&text);
}

/* "program" and "programs" of the parts. */
static int
add_programs(struct fingerprints *memory, const struct task *task, char *const *programs,
    json_t *parts, struct err *err)
{
	json_t *others = json_object(), *entry;
	char hex[DIGEST_HEX] = "";
	int64_t size;
	int rc = 0;
	size_t i;

	if (programs && **programs)
		rc = fingerprints_file(memory, *programs, hex, &size, err);
	json_object_set_new(parts, "program", json_string(hex));
	json_array_foreach((json_t *)task->rules.cache.programs, i, entry) {
		if (rc < 0 || !programs || !programs[i + 1])
			break;
		rc = fingerprints_file(memory, programs[i + 1], hex, &size, err);
		json_object_set_new(others, json_string_value(entry), json_string(hex));
	}
	if (json_object_size(others))
		json_object_set(parts, "programs", others);
	json_decref(others);
	return rc;
}

/* The hashes in parts as short as they can be: there is one of them for each execution. */
static void
shorten(json_t *parts)
{
	const char *name;
	json_t *value;

	json_object_foreach(parts, name, value) {
		char text[SHORT + 1];

		if (json_is_object(value)) {
			shorten(value);
		} else if (strcmp(name, "task") != 0) {
			snprintf(text, sizeof(text), "%.*s", SHORT, json_string_value(value));
			json_string_set(value, text);
		}
	}
}

int
fingerprint_take(struct fingerprints *memory, const char *org, const struct task *task,
    char *const *programs, const json_t *params, struct fingerprint *out, struct err *err)
{
	json_t *inputs = json_object(), *parts, *all, *content;
	struct buf text = BUF_INIT;
	int rc;

	out->parts = NULL;
	parts = json_pack("{s:s}", "task", task->name);
	add_digest(parts, "definition", task->definition);
	rc = add_programs(memory, task, programs, parts, err);
	content = rc < 0 ? NULL : content_read(memory, task, params, inputs, err);
	json_object_set_new(parts, "inputs", inputs);
	if (content) {
		all = json_pack("{s:s, s:O, s:O, s:O*, s:O}", "org", org, "definition",
		    json_object_get(parts, "definition"), "program",
		    json_object_get(parts, "program"), "programs",
		    json_object_get(parts, "programs"), "params", content);
		json_put_canonical(all, &text);
		digest_bytes(text.data, text.len, out->digest);
		json_decref(all);
		json_decref(content);
		shorten(parts);
		buf_reset(&text);
		json_put(parts, &text);
		out->parts = buf_take(&text);
	}
	json_decref(parts);
	return out->parts ? 0 : -1;
}
