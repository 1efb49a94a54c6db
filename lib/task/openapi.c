/* SPDX-License-Identifier: MIT */
/* openapi: what a task needs to know from its interface spec (OpenAPI 3.0). */
#include "task/openapi.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "task/schema.h"

static json_t *
first_post(const json_t *spec)
{
	json_t *paths = json_object_get(spec, "paths"), *path;
	const char *name;

	json_object_foreach(paths, name, path) {
		json_t *post = json_object_get(path, "post");

		if (json_is_object(post))
			return post;
	}
	return NULL;
}

/* The schema itself where it is a reference into components; NULL when that leads nowhere. */
static json_t *
resolve(const json_t *spec, json_t *schema)
{
	const char *ref = json_string_value(json_object_get(schema, "$ref"));

	if (!ref)
		return schema;
	return strncmp(ref, "#/components/", 13) == 0 ? json_at(spec, ref + 1) : NULL;
}

struct first {
	struct err *err;
	int count;
};

static void
keep_first(const struct schema_error *e, void *ctx)
{
	struct first *first = ctx;

	if (first->count++ == 0)
		err_set(first->err, ERR_INPUT,
		    "interface_spec: schema '%s': %s must be %s, found %s", e->pointer, e->rule,
		    e->expected, e->found ? e->found : "nothing");
}

static int
check_metrics(const json_t *metrics, struct err *err)
{
	const char *name;
	json_t *pointer;

	if (metrics && !json_is_object(metrics))
		return err_set(err, ERR_INPUT, "interface_spec: x-metrics must be an object");
	json_object_foreach((json_t *)metrics, name, pointer)
		if (!json_is_string(pointer) || json_string_value(pointer)[0] != '/')
			return err_set(err, ERR_INPUT,
			    "interface_spec: x-metrics '%s' must be a JSON pointer", name);
	return 0;
}

int
openapi_read(const json_t *spec, json_t **params, json_t **metrics, struct err *err)
{
	static const char body[] = "/requestBody/content/application~1json/schema";
	struct first first = { err, 0 };
	const char *version = "";
	json_t *post;

	*params = *metrics = NULL;
	if (!json_is_object(spec))
		return err_set(err, ERR_INPUT, "interface_spec must be an object");
	if (json_get_string(spec, "openapi", &version, err) < 0)
		return err_wrap(err, "interface_spec");
	if (strncmp(version, "3.0.", 4) != 0)
		return err_set(
		    err, ERR_INPUT, "interface_spec: openapi must be 3.0.x, found '%s'", version);
	post = first_post(spec);
	if (!post)
		return err_set(err, ERR_INPUT, "interface_spec: paths must hold a POST operation");
	*params = json_at(post, body);
	if (*params && !(*params = resolve(spec, *params)))
		return err_set(
		    err, ERR_INPUT, "interface_spec: the $ref of the request schema leads nowhere");
	if (*params && schema_lint(*params, keep_first, &first) > 0)
		return -1;
	*metrics = json_object_get(spec, "x-metrics");
	if (!*metrics)
		*metrics = json_object_get(post, "x-metrics");
	return check_metrics(*metrics, err);
}
