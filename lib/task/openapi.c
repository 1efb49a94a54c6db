/* SPDX-License-Identifier: MIT */
/* openapi: what a task needs to know from its interface spec (OpenAPI 3.0). */
#include "task/openapi.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "task/fault.h"
#include "task/openapi_shape.h"
#include "task/schema.h"

/* A spec that is being read. */
struct reading {
	json_t *spec;
	const char *pointer; /* where it stands */
	struct faults *faults;
};

static void
report_schema(const struct schema_error *e, void *ctx)
{
	struct reading *r = ctx;
	char *at = xasprintf("%s%s", r->pointer, e->pointer);

	fault(r->faults, at, NULL, "must be %s%s%s", e->expected, e->found ? ", found " : "",
	    e->found ? e->found : "");
	free(at);
}

/* The first POST operation without {parts} in its path; *at then points at it. */
static json_t *
first_post(const json_t *spec, struct buf *at, const char **where)
{
	json_t *paths = json_object_get(spec, "paths"), *path;
	const char *name;

	json_object_foreach(paths, name, path) {
		json_t *post = json_object_get(path, "post");

		if (!json_is_object(post) || strchr(name, '{'))
			continue;
		buf_add_str(at, "/paths");
		json_pointer_add(at, name);
		buf_add_str(at, "/post");
		*where = name;
		return post;
	}
	return NULL;
}

static json_t *
read_metrics(const json_t *object, const char *pointer, struct faults *faults)
{
	json_t *metrics = fault_member(faults, pointer, object, "x-metrics", JSON_OBJECT), *value;
	struct buf at = BUF_INIT;
	const char *name;

	buf_addf(&at, "%s/x-metrics", pointer);
	json_object_foreach(metrics, name, value)
		if (!json_is_string(value) || json_string_value(value)[0] != '/')
			fault(faults, buf_str(&at), name,
			    "must be a JSON pointer into the result, like"
			    " '/best/affinity'");
	buf_clear(&at);
	return metrics;
}

/* Does a media type mean JSON? The better it does, the more. */
static int
is_json(const char *type)
{
	size_t len = strcspn(type, "; ");

	if (len == 16 && strncmp(type, "application/json", len) == 0)
		return 3;
	if (len > 5 && strncmp(type + len - 5, "+json", 5) == 0)
		return 2;
	return strcmp(type, "application/*") == 0 || strcmp(type, "*/*") == 0;
}

/* The schema of JSON in the content of what stands at a place, which it takes over. */
static struct schema *
read_content(struct reading *r, json_t *part, char *at, enum schema_use use)
{
	json_t *content, *media, *best = NULL;
	struct schema *schema = NULL;
	struct buf where = BUF_INIT;
	const char *type, *chosen = NULL;

	part = openapi_follow(r->spec, part, &at);
	content = json_object_get(part, "content");
	json_object_foreach(content, type, media) {
		if (!is_json(type) || (chosen && is_json(chosen) >= is_json(type)))
			continue;
		chosen = type;
		best = json_object_get(media, "schema");
	}
	if (best) {
		buf_addf(&where, "%s/content", at);
		json_pointer_add(&where, chosen);
		buf_add_str(&where, "/schema");
		schema = schema_new(r->spec, buf_str(&where), use, report_schema, r);
	}
	buf_clear(&where);
	free(at);
	return schema;
}

/* What it answers with when all went well. 202 and 204 are no results. */
static struct schema *
read_results(struct reading *r, const json_t *post, const char *at)
{
	static const char *const codes[] = { "200", "201", "203", "2XX" };
	const json_t *responses = json_object_get(post, "responses");

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		json_t *response = json_object_get(responses, codes[i]);

		if (response)
			return read_content(r, response, xasprintf("%s/responses/%s", at, codes[i]),
			    SCHEMA_RESPONSE);
	}
	return NULL;
}

/* Whether all of it is as it should be. */
static bool
is_good(struct reading *r)
{
	int before = r->faults->count;
	char **schemas;
	size_t count;

	openapi_shape(r->spec, r->pointer, r->faults, &schemas, &count);
	schema_lint(r->spec, schemas, count, report_schema, r);
	for (size_t i = 0; i < count; i++)
		free(schemas[i]);
	free(schemas);
	return r->faults->count == before;
}

void
openapi_read(
    const json_t *spec, const char *pointer, struct interface *interface, struct faults *faults)
{
	struct reading r = { (json_t *)spec, pointer, faults };
	struct buf at = BUF_INIT, whole = BUF_INIT;
	bool good = is_good(&r);
	json_t *post = first_post(spec, &at, &interface->path);

	if (!post) {
		if (json_is_object(json_object_get(spec, "paths")))
			fault(faults, pointer, "paths",
			    "must hold a POST operation, at a path without {parts}");
		goto out;
	}
	buf_addf(&whole, "%s%s", pointer, buf_str(&at));
	interface->metrics = read_metrics(spec, pointer, faults);
	if (!interface->metrics)
		interface->metrics = read_metrics(post, buf_str(&whole), faults);
	if (!good)
		goto out;
	interface->params = read_content(&r, json_object_get(post, "requestBody"),
	    xasprintf("%s/requestBody", buf_str(&at)), SCHEMA_REQUEST);
	interface->results = read_results(&r, post, buf_str(&at));
out:
	buf_clear(&whole);
	buf_clear(&at);
}
