/* SPDX-License-Identifier: MIT */
/* openapi: what a task needs to know from its interface spec (OpenAPI 3.0). */
#include "task/openapi.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "task/fault.h"
#include "task/schema.h"

/* The first POST operation and its path; *at (pointing at the spec) then points at it. */
static json_t *
first_post(const json_t *spec, struct buf *at, const char **where)
{
	json_t *paths = json_object_get(spec, "paths"), *path;
	const char *name;

	json_object_foreach(paths, name, path) {
		json_t *post = json_object_get(path, "post");

		if (!json_is_object(post))
			continue;
		buf_add_str(at, "/paths");
		json_pointer_add(at, name);
		buf_add_str(at, "/post");
		*where = name;
		return post;
	}
	return NULL;
}

/* A schema in the spec, for reporting what is wrong in it. */
struct spec_schema {
	const char *pointer;
	struct faults *faults;
};

static void
report_schema(const struct schema_error *e, void *ctx)
{
	struct spec_schema *s = ctx;
	struct buf at = BUF_INIT;

	buf_addf(&at, "%s%s", s->pointer, e->pointer);
	fault(s->faults, buf_str(&at), NULL, "must be %s%s%s", e->expected,
	    e->found ? ", found " : "", e->found ? e->found : "");
	buf_clear(&at);
}

/* The schema that stands at `at`, or where its $ref points in components; NULL when it is wrong. */
static json_t *
read_schema(
    const json_t *spec, const char *top, json_t *schema, struct buf *at, struct faults *faults)
{
	const char *ref = json_string_value(json_object_get(schema, "$ref"));
	struct spec_schema s = { NULL, faults };

	if (ref) {
		schema = strncmp(ref, "#/components/", 13) == 0 ? json_at(spec, ref + 1) : NULL;
		if (!schema) {
			fault(faults, buf_str(at), "$ref", "leads nowhere: '%s'", ref);
			return NULL;
		}
		buf_reset(at);
		buf_addf(at, "%s%s", top, ref + 1);
	}
	s.pointer = buf_str(at);
	return schema_lint(schema, report_schema, &s) > 0 ? NULL : schema;
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

/* The schema of a content that is JSON, in what stands at `at` of the spec. */
static json_t *
read_content(
    const json_t *spec, const char *top, const json_t *part, const char *at, struct faults *faults)
{
	static const char schema[] = "/content/application~1json/schema";
	struct buf where = BUF_INIT;
	json_t *found = json_at(part, schema);

	buf_addf(&where, "%s%s", at, schema);
	if (found)
		found = read_schema(spec, top, found, &where, faults);
	buf_clear(&where);
	return found;
}

/* What it answers with when all went well. */
static json_t *
read_results(
    const json_t *spec, const char *top, const json_t *post, const char *at, struct faults *faults)
{
	static const char *const codes[] = { "200", "201", "2XX" };
	struct buf where = BUF_INIT;
	json_t *found = NULL;

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes) && !found; i++) {
		json_t *response = json_object_get(json_object_get(post, "responses"), codes[i]);

		buf_reset(&where);
		buf_addf(&where, "%s/responses/%s", at, codes[i]);
		if (response)
			found = read_content(spec, top, response, buf_str(&where), faults);
	}
	buf_clear(&where);
	return found;
}

void
openapi_read(
    const json_t *spec, const char *pointer, struct interface *interface, struct faults *faults)
{
	const char *version;
	struct buf at = BUF_INIT, body = BUF_INIT;
	json_t *post;

	*interface = (struct interface){ .path = NULL };
	fault_missing(faults, pointer, spec, "openapi");
	fault_missing(faults, pointer, spec, "paths");
	version = json_string_value(fault_member(faults, pointer, spec, "openapi", JSON_STRING));
	if (version && strncmp(version, "3.0.", 4) != 0)
		fault(faults, pointer, "openapi", "must be 3.0.x, found '%s'", version);
	buf_add_str(&at, pointer);
	post = first_post(spec, &at, &interface->path);
	if (!post) {
		if (fault_member(faults, pointer, spec, "paths", JSON_OBJECT))
			fault(faults, pointer, "paths", "must hold a POST operation");
		goto out;
	}
	interface->metrics = read_metrics(spec, pointer, faults);
	if (!interface->metrics)
		interface->metrics = read_metrics(post, buf_str(&at), faults);
	buf_addf(&body, "%s/requestBody", buf_str(&at));
	interface->params = read_content(
	    spec, pointer, json_object_get(post, "requestBody"), buf_str(&body), faults);
	interface->results = read_results(spec, pointer, post, buf_str(&at), faults);
out:
	buf_clear(&body);
	buf_clear(&at);
}
