/* SPDX-License-Identifier: MIT */
/* givens: what --set and --force give to all lines, and the files they name. */
#include "cli/givens.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "store/object.h"
#include "task/object_path.h"
#include "task/schema.h"
#include "task/task.h"

/* The value of one "k=v"; k=@file.json is the JSON of that file. */
static json_t *
value_of(const struct givens *g, const char *key, const char *text, struct err *err)
{
	if (*text == '@')
		return json_read_file(text + 1, err);
	return schema_parse_value(schema_property(g->task->params, key), text, err);
}

static int
read_pairs(const struct givens *g, const char *option, char **pairs, json_t *into, struct err *err)
{
	for (size_t i = 0; pairs && pairs[i]; i++) {
		char *eq = strchr(pairs[i], '='), *key;
		json_t *value;
		int rc = -1;

		if (!eq || eq == pairs[i])
			return err_set(
			    err, ERR_USAGE, "%s takes key=value, found '%s'", option, pairs[i]);
		key = xstrndup(pairs[i], (size_t)(eq - pairs[i]));
		value = value_of(g, key, eq + 1, err);
		if (!value)
			err_wrap(err, "%s %s", option, key);
		else if ((rc = json_object_set_new(into, key, value)) < 0)
			err_set(err, ERR_USAGE, "%s: the name of a parameter is not UTF-8", option);
		free(key);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
make_absolute(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	char *path;

	(void)ctx;
	if (object_path_is(json_string_value(string)))
		return object_path_check(json_string_value(string), err) < 0
		    ? err_wrap(err, "%s", pointer + 1)
		    : 0;
	path = path_absolute(json_string_value(string));
	json_string_set(string, path);
	free(path);
	return 0;
}

int
givens_name_paths(const struct givens *g, json_t *params, struct err *err)
{
	if (!g->has_paths)
		return 0;
	object_path_replace(g->task->params, params);
	return schema_each_path(g->task->params, params, make_absolute, NULL, err);
}

/* Hash one input file into inputs. */
static int
hash_input(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	struct givens *g = ctx;
	const char *path = json_string_value(string);
	char hex[DIGEST_HEX];

	if (!object_path_hash(path, hex) && digest_file(path, hex, err) < 0)
		return err_wrap(err, "%s", pointer + 1);
	json_object_set_new(g->inputs, path, json_string(hex));
	return 0;
}

/* Defaults within a value come in now: lines share it, and the job remembers it as it is now. */
static void
fill_defaults(const struct givens *g, json_t *values)
{
	const char *key;
	json_t *value;

	json_object_foreach(values, key, value) {
		const struct schema *property = schema_property(g->task->params, key);

		if (property)
			schema_fill_defaults(property, value);
	}
}

/* Members given for all lines are judged before anything is submitted. */
static int
judge_shared(const struct givens *g, const json_t *values, struct err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)values, key, value) {
		const struct schema *property = schema_property(g->task->params, key);
		struct err why = { 0 };

		if (property && schema_judge(property, value, &why) < 0)
			return err_set(err, why.kind, "parameter '%s': %s", key, why.text);
	}
	return 0;
}

int
givens_read(struct givens *g, const struct task *task, char **set, char **force, struct err *err)
{
	*g = (struct givens){ .task = task,
		.set = json_object(),
		.force = json_object(),
		.inputs = json_object(),
		.has_paths = schema_has_paths(task->params) };
	if (read_pairs(g, "--set", set, g->set, err) < 0 ||
	    read_pairs(g, "--force", force, g->force, err) < 0)
		return -1;
	fill_defaults(g, g->set);
	fill_defaults(g, g->force);
	if (givens_name_paths(g, g->set, err) < 0 || givens_name_paths(g, g->force, err) < 0 ||
	    judge_shared(g, g->set, err) < 0 || judge_shared(g, g->force, err) < 0)
		return -1;
	return 0;
}

void
givens_clear(struct givens *g)
{
	json_decref(g->set);
	json_decref(g->force);
	json_decref(g->inputs);
	*g = (struct givens){ 0 };
}

json_t *
givens_settings(struct givens *g, struct err *err)
{
	const struct schema *schema = g->task->params;

	if (schema &&
	    (schema_each_path(schema, g->set, hash_input, g, err) < 0 ||
		schema_each_path(schema, g->force, hash_input, g, err) < 0))
		return NULL;
	return json_pack("{s:s, s:O, s:O, s:O}", "task", g->task->name, "set", g->set, "force",
	    g->force, "inputs", g->inputs);
}

/* One of them: 1; 0: it is another, or not there; -1. */
static int
store_input(struct store *store, const char *path, const char *hash, struct err *err)
{
	struct buf content = BUF_INIT;
	char hex[DIGEST_HEX];
	int rc;

	if (object_path_is(path))
		return object_use(store, hash, err);
	rc = file_read(path, 0, &content, err);
	if (rc == 0)
		rc = object_put(store, buf_str(&content), content.len, hex, err);
	buf_clear(&content);
	if (rc < 0)
		return -1;
	return strcmp(hex, hash) == 0;
}

int
givens_store(struct givens *g, struct store *store, struct err *err)
{
	const char *path;
	json_t *hash;

	json_object_foreach(g->inputs, path, hash) {
		int rc = store_input(store, path, json_string_value(hash), err);

		if (rc < 0)
			return -1;
		if (rc == 0)
			return err_set(err, ERR_INPUT,
			    object_path_is(path) ? "there is no object for '%s'"
						 : "'%s' changed while it was read",
			    path);
	}
	return 0;
}
