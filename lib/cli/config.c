/* SPDX-License-Identifier: MIT */
/*
 * config: settings read from config.yaml and from variables.
 *
 * Every setting is first given its default, then what the file says, then its
 * variable, by one function that judges a value. A variable holds what would stand
 * in the file, so it is read as YAML too.
 */
#include "cli/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/path.h"
#include "base/quantity.h"
#include "base/strtab.h"
#include "base/yaml.h"
#include "grid/order.h"
#include "task/retry.h"

struct value {
	json_t *json; /* as written, NULL: none */
	char *source;
	double number; /* of what is a number */
	bool part;     /* of a room: number is a part of what there is */
	char **argv;   /* of a program; texts borrowed from json */
};

struct config {
	struct value values[CONFIG_KEYS];
};

/* What is read: a document, or a variable. */
struct reading {
	struct config *config;
	const struct yaml_doc *doc;
	const char *variable; /* NULL: doc is the file */
};

static int
check_range(const struct config_setting *s, double x, struct err *err)
{
	char low[NUM_TEXT], high[NUM_TEXT];

	if (x >= s->low && x <= s->high)
		return 0;
	return err_set(err, ERR_INPUT, "must be between %s and %s", num_text(s->low, low),
	    num_text(s->high, high));
}

static int
read_count(const struct config_setting *s, const json_t *json, struct value *v, struct err *err)
{
	if (!json_is_integer(json))
		return err_set(
		    err, ERR_INPUT, "must be a whole number, found %s", json_type_name(json));
	v->number = (double)json_integer_value(json);
	return check_range(s, v->number, err);
}

static int
read_amount(const struct config_setting *s, const json_t *json, struct value *v, struct err *err)
{
	static const enum quantity kinds[CONFIG_TYPES] = {
		[CONFIG_NUMBER] = QUANTITY_NUMBER,
		[CONFIG_SECONDS] = QUANTITY_SECONDS,
		[CONFIG_BYTES] = QUANTITY_BYTES,
		[CONFIG_FRACTION] = QUANTITY_FRACTION,
	};

	if (quantity_read(kinds[s->type], json, &v->number, err) < 0)
		return -1;
	return check_range(s, v->number, err);
}

static int
read_room(const struct config_setting *s, const json_t *json, struct value *v, struct err *err)
{
	const char *text = json_string_value(json);

	(void)s;
	v->part = text && strchr(text, '%');
	return quantity_read(v->part ? QUANTITY_FRACTION : QUANTITY_BYTES, json, &v->number, err);
}

static int
read_flag(const struct config_setting *s, const json_t *json, struct value *v, struct err *err)
{
	(void)s;
	if (!json_is_boolean(json))
		return err_set(
		    err, ERR_INPUT, "must be true or false, found %s", json_type_name(json));
	v->number = json_is_true(json);
	return 0;
}

static int
read_program(const struct config_setting *s, const json_t *json, struct value *v, struct err *err)
{
	size_t n = json_is_array(json) ? json_array_size(json) : 1;

	(void)s;
	if (!json_is_string(json) && (!json_is_array(json) || n == 0))
		return err_set(err, ERR_INPUT,
		    "must be a program, or a list of it and its arguments, found %s",
		    n == 0 ? "an empty list" : json_type_name(json));
	v->argv = xcalloc(n + 1, sizeof(*v->argv));
	for (size_t i = 0; i < n; i++) {
		const json_t *arg = json_is_array(json) ? json_array_get(json, i) : json;

		v->argv[i] = (char *)json_string_value(arg);
		if (!v->argv[i])
			return err_set(err, ERR_INPUT, "must hold texts, found %s (quote it)",
			    json_type_name(arg));
	}
	if (!*v->argv[0])
		return err_set(err, ERR_INPUT, "must name a program");
	return 0;
}

static int
read_retry(const struct config_setting *s, const json_t *json, struct value *v, struct err *err)
{
	json_t *retry = json_pack("{s:O}", strchr(s->path, '.') + 1, json);
	struct retry_policy policy;
	int rc = retry_parse(retry, &policy, err);

	(void)v;
	json_decref(retry);
	return rc < 0 ? err_wrap(err, "is wrong") : 0;
}

static int
read_order(const struct config_setting *s, const json_t *json, struct value *v, struct err *err)
{
	struct order order = { .name = NULL };

	(void)s;
	(void)v;
	if (!json_is_object(json))
		return err_set(err, ERR_INPUT, "must be an object of what to order, found %s",
		    json_type_name(json));
	return order_read(&order, json, err) < 0 ? err_wrap(err, "is wrong") : 0;
}

typedef int read_fn(
    const struct config_setting *s, const json_t *json, struct value *v, struct err *err);

static read_fn *const readers[] = {
	[CONFIG_COUNT] = read_count,
	[CONFIG_NUMBER] = read_amount,
	[CONFIG_SECONDS] = read_amount,
	[CONFIG_BYTES] = read_amount,
	[CONFIG_FRACTION] = read_amount,
	[CONFIG_ROOM] = read_room,
	[CONFIG_FLAG] = read_flag,
	[CONFIG_PROGRAM] = read_program,
	[CONFIG_RETRY] = read_retry,
	[CONFIG_ORDER] = read_order,
};

static void
clear_value(struct value *v)
{
	json_decref(v->json);
	free(v->source);
	free(v->argv);
	*v = (struct value){ 0 };
}

static char *
source_of(const struct reading *r, const char *pointer)
{
	size_t line, column;

	if (r->variable)
		return xstrdup(r->variable);
	yaml_where(r->doc, pointer, &line, &column);
	return xasprintf("%s:%zu:%zu", r->doc->name, line, column);
}

/* Give a setting a value; null leaves it as it is. */
static int
set_value(
    struct reading *r, enum config_key key, const char *pointer, json_t *json, struct err *err)
{
	const struct config_setting *s = config_setting(key);
	struct value v = { 0 };
	struct err why = { 0 };

	if (json_is_null(json))
		return 0;
	if (readers[s->type](s, json, &v, &why) < 0) {
		clear_value(&v);
		if (r->variable)
			return err_set(err, ERR_USAGE, "%s %s", r->variable, why.text);
		return yaml_error(r->doc, pointer, err, "'%s' %s", s->path, why.text);
	}
	v.json = json_incref(json);
	v.source = source_of(r, pointer);
	clear_value(&r->config->values[key]);
	r->config->values[key] = v;
	return 0;
}

/* Is it the name of a group: is there a setting "name.…"? */
static bool
is_group(const char *name)
{
	size_t len = strlen(name);

	for (int key = 0; key < CONFIG_KEYS; key++) {
		const char *path = config_setting((enum config_key)key)->path;

		if (strncmp(path, name, len) == 0 && path[len] == '.')
			return true;
	}
	return false;
}

static int
fail_unknown(struct reading *r, const char *pointer, const char *path, struct err *err)
{
	const char *names[CONFIG_KEYS * 2], *nearest;
	char groups[CONFIG_KEYS][32];

	for (int key = 0; key < CONFIG_KEYS; key++) {
		const char *full = config_setting((enum config_key)key)->path;

		snprintf(groups[key], sizeof(groups[key]), "%.*s", (int)strcspn(full, "."), full);
		names[key] = full;
		names[CONFIG_KEYS + key] = groups[key];
	}
	nearest = strtab_nearest(names, CONFIG_KEYS * 2, path);
	if (nearest)
		return yaml_error(r->doc, pointer, err, "'%s' is not a setting; did you mean '%s'?",
		    path, nearest);
	return yaml_error(
	    r->doc, pointer, err, "'%s' is not a setting; see dockline-config(5)", path);
}

/* The members of the document, or of a group. */
static int
read_members(struct reading *r, const char *group, json_t *object, struct err *err)
{
	const char *name;
	json_t *json;
	int rc = 0;

	json_object_foreach(object, name, json) {
		char *path = *group ? xasprintf("%s.%s", group, name) : xstrdup(name);
		struct buf pointer = BUF_INIT;
		int key = config_find(path);

		if (*group)
			json_pointer_add(&pointer, group);
		json_pointer_add(&pointer, name);
		if (key >= 0 && !*group)
			rc = yaml_error(r->doc, pointer.data, err,
			    "'%s' must be written as '%s' within '%.*s'", path,
			    strchr(path, '.') + 1, (int)strcspn(path, "."), path);
		else if (key >= 0)
			rc = set_value(r, (enum config_key)key, pointer.data, json, err);
		else if (*group || !is_group(name))
			rc = fail_unknown(r, pointer.data, path, err);
		else if (json_is_object(json))
			rc = read_members(r, name, json, err);
		else if (!json_is_null(json))
			rc = yaml_error(r->doc, pointer.data, err,
			    "'%s' must be an object of settings, found %s", name,
			    json_type_name(json));
		buf_clear(&pointer);
		free(path);
		if (rc < 0)
			break;
	}
	return rc;
}

static int
read_file(struct config *config, const char *path, struct err *err)
{
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct reading r = { .config = config };
	int rc = yaml_read(path, &docs, err);

	for (size_t i = 0; rc == 0 && i < docs.len; i++) {
		r.doc = &docs.at[i];
		if (i > 0)
			rc = yaml_error(r.doc, "", err, "there must be one document in it");
		else if (!json_is_object(r.doc->value))
			rc = yaml_error(r.doc, "", err, "must be an object of settings, found %s",
			    json_type_name(r.doc->value));
		else
			rc = read_members(&r, "", r.doc->value, err);
	}
	yaml_docs_clear(&docs);
	return rc;
}

/* A setting from a text as it would stand in the file: of a variable, or the default. */
static int
read_text(
    struct config *config, enum config_key key, const char *name, const char *text, struct err *err)
{
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct reading r = { .config = config, .variable = name };
	int rc = 0;

	if (yaml_parse(name, text, strlen(text), &docs, err) < 0) {
		if (err)
			err->kind = ERR_USAGE;
		return -1;
	}
	if (docs.len == 1)
		rc = set_value(&r, key, "", docs.at[0].value, err);
	else if (docs.len > 1)
		rc = err_set(err, ERR_USAGE, "%s must be one value", name);
	yaml_docs_clear(&docs);
	return rc;
}

/* The file to read, NULL: none. The caller frees. */
static char *
find_file(const char *dir)
{
	const char *named = getenv("DOCKLINE_CONFIG");
	char *path = dir ? path_join(dir, "config.yaml") : NULL;

	if (path && access(path, F_OK) == 0)
		return path;
	free(path);
	return named && *named ? xstrdup(named) : NULL;
}

static int
read_all(struct config *config, const char *dir, struct err *err)
{
	char *file;
	int rc = 0;

	for (int i = 0; i < CONFIG_KEYS; i++) {
		const struct config_setting *s = config_setting((enum config_key)i);

		if (s->preset &&
		    read_text(config, (enum config_key)i, "default", s->preset, err) < 0)
			BUG("the default of %s", s->path);
	}
	file = find_file(dir);
	if (file)
		rc = read_file(config, file, err);
	free(file);
	for (int i = 0; rc == 0 && i < CONFIG_KEYS; i++) {
		const char *variable = config_setting((enum config_key)i)->variable;
		const char *text = getenv(variable);

		if (text && *text)
			rc = read_text(config, (enum config_key)i, variable, text, err);
	}
	return rc;
}

struct config *
config_open(const char *dir, struct err *err)
{
	struct config *config = xcalloc(1, sizeof(*config));

	if (read_all(config, dir, err) == 0)
		return config;
	config_free(config);
	return NULL;
}

int
config_set(
    struct config *config, enum config_key key, const char *name, const char *text, struct err *err)
{
	return read_text(config, key, name, text, err);
}

void
config_free(struct config *config)
{
	if (!config)
		return;
	for (int i = 0; i < CONFIG_KEYS; i++)
		clear_value(&config->values[i]);
	free(config);
}

bool
config_is_set(const struct config *config, enum config_key key)
{
	return config->values[key].json != NULL;
}

const json_t *
config_value(const struct config *config, enum config_key key)
{
	return config->values[key].json;
}

const char *
config_source(const struct config *config, enum config_key key)
{
	const char *source = config->values[key].source;

	return source ? source : "default";
}

double
config_number(const struct config *config, enum config_key key)
{
	return config->values[key].number;
}

int64_t
config_room(const struct config *config, enum config_key key, int64_t total)
{
	const struct value *v = &config->values[key];

	return (int64_t)(v->part ? v->number * (double)total : v->number);
}

bool
config_flag(const struct config *config, enum config_key key)
{
	return config->values[key].number != 0;
}

char *const *
config_program(const struct config *config, enum config_key key)
{
	return config->values[key].argv;
}
