/* SPDX-License-Identifier: MIT */
/* task_start: task files to start from: a commented template, or the spec of a service. */
#include "cli/task_start.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/yaml.h"
#include "task/task.h"

#define TEMPLATE "templates/task.yaml"
#define PLACE "NAME" /* in the template */
#define SPEC "/interface_spec"

enum { NAME_LONGEST = 100 };

/* Text for people and taskreg, as it is. */
static int
put(struct app *app, const char *text)
{
	if (fputs(text, stdout) == EOF)
		app_output_failed(app);
	return 0;
}

int
task_start_new(struct app *app, const char *name, struct err *err)
{
	char *path = path_share(TEMPLATE), *at, *from;
	struct buf template = BUF_INIT, text = BUF_INIT;
	int rc = 0;

	if (!task_is_name(name))
		rc = err_set(err, ERR_USAGE, "the name " TASK_NAME_RULE ", found '%s'", name);
	else if (!path)
		rc = err_set(err, ERR_USAGE, "no '" TEMPLATE "' (is DOCKLINE_SHARE right?)");
	else
		rc = file_read(path, 0, &template, err);
	if (rc == 0) {
		from = template.data;
		while ((at = strstr(from, PLACE))) {
			buf_add(&text, from, (size_t)(at - from));
			buf_add_str(&text, name);
			from = at + sizeof(PLACE) - 1;
		}
		buf_add_str(&text, from);
		put(app, buf_str(&text));
	}
	buf_clear(&text);
	buf_clear(&template);
	free(path);
	return rc;
}

/* ---- import ---- */

struct import {
	struct app *app;
	const struct yaml_doc *doc;
	const char *url; /* instead of that of the document; NULL */
	int faults;
	struct buf text; /* of the tasks of the document */
	bool more;       /* something was printed */
};

/* A fault of a definition made from the document: told with its place in that. */
static void
tell(const char *pointer, const char *what, void *ctx)
{
	struct import *im = ctx;
	bool spec = strncmp(pointer, SPEC, strlen(SPEC)) == 0;
	const char *at = spec ? pointer + strlen(SPEC) : "";
	struct err err = { 0 };

	yaml_error(im->doc, at, &err, "%s%s%s %s", spec && *at ? "'" : "",
	    spec ? (*at ? at : "it") : pointer, spec && *at ? "'" : "", what);
	app_report(im->app, &err);
	im->faults++;
}

/* A text as the name of a task: lower case, what is no letter or digit becomes '-'. */
static void
add_name(struct buf *out, const char *text)
{
	for (; *text && out->len < NAME_LONGEST; text++) {
		if (isalnum((unsigned char)*text) || *text == '_')
			buf_add_char(out, (char)tolower((unsigned char)*text));
		else if (out->len && out->data[out->len - 1] != '-')
			buf_add_char(out, '-');
	}
	while (out->len && out->data[out->len - 1] == '-')
		out->data[--out->len] = '\0';
}

static json_t *
version_of(const char *text)
{
	char *copy = xstrdup(text), *p = copy;
	json_t *version;

	for (; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-:", *p))
			*p = '-';
	version = json_string(task_is_name(copy) ? copy : "1");
	free(copy);
	return version;
}

/* The URL of the first of the servers, its {variables} as they are by default. The caller frees. */
static char *
server_url(const json_t *part)
{
	const json_t *server = json_array_get(json_object_get(part, "servers"), 0);
	const json_t *variables = json_object_get(server, "variables");
	const char *at = json_string_value(json_object_get(server, "url"));
	struct buf url = BUF_INIT;

	while (at && *at) {
		size_t len = strcspn(at, "{"), name = at[len] ? strcspn(at + len, "}") : 0;
		char *key = name > 1 ? xstrndup(at + len + 1, name - 1) : NULL;
		const char *value = key
		    ? json_string_value(json_object_get(json_object_get(variables, key), "default"))
		    : NULL;

		buf_add(&url, at, len);
		buf_add_str(&url, value ? value : "");
		free(key);
		at += len + name + (at[len + name] ? 1 : 0);
	}
	while (url.len && url.data[url.len - 1] == '/')
		url.data[--url.len] = '\0';
	return url.len ? buf_take(&url) : NULL;
}

/* Where an operation is served: what is nearest to it counts. */
static char *
url_of(const struct import *im, const json_t *path, const json_t *post)
{
	char *url = im->url ? xstrdup(im->url) : server_url(post);

	if (!url)
		url = server_url(path);
	return url ? url : server_url(im->doc->value);
}

static void
set_text(json_t *object, const char *key, const json_t *text)
{
	if (json_is_string(text))
		json_object_set(object, key, (json_t *)text);
}

/* The task of one POST operation, the spec cut down to its path. NULL: the document cannot even be
 * read so far. */
static json_t *
definition_of(const struct import *im, const char *where, json_t *path, bool only)
{
	const json_t *spec = im->doc->value, *info = json_object_get(spec, "info");
	const json_t *post = json_object_get(path, "post");
	const char *title = json_string_value(json_object_get(info, "title"));
	const char *id = json_string_value(json_object_get(post, "operationId"));
	const char *version = json_string_value(json_object_get(info, "version"));
	json_t *definition = json_object(), *cut = json_copy((json_t *)spec);
	char *url = url_of(im, path, post);
	struct buf name = BUF_INIT;

	add_name(&name, title ? title : "task");
	if (!only && name.len)
		buf_add_char(&name, '-');
	if (!only || !name.len)
		add_name(&name, id ? id : where);
	json_object_set_new(cut, "paths", json_pack("{s:O}", where, path));
	json_object_set_new(definition, "task_id", json_string(buf_str(&name)));
	json_object_set_new(definition, "version", version_of(version ? version : "1"));
	set_text(definition, "name",
	    json_object_get(post, "summary") ? json_object_get(post, "summary")
					     : json_object_get(info, "title"));
	set_text(definition, "description",
	    json_object_get(post, "description") ? json_object_get(post, "description")
						 : json_object_get(info, "description"));
	json_object_set_new(
	    definition, "service_config", json_pack("{s:s}", "service_url", url ? url : ""));
	json_object_set_new(definition, "interface_spec", cut);
	buf_clear(&name);
	free(url);
	return definition;
}

static size_t
count_posts(const json_t *paths)
{
	const char *where;
	json_t *path;
	size_t count = 0;

	json_object_foreach((json_t *)paths, where, path)
		count += json_object_get(path, "post") && !strchr(where, '{');
	return count;
}

static void
import_path(struct import *im, const char *where, json_t *path, bool only)
{
	json_t *definition = definition_of(im, where, path, only);
	const json_t *service = json_object_get(definition, "service_config");
	const char *url = json_string_value(json_object_get(service, "service_url"));

	if (!*url)
		tell(SPEC "/servers", "must begin with a URL, or --url must name it", im);
	else if (task_lint(definition, tell, im) == 0) {
		buf_add_str(&im->text, im->more || im->text.len ? "---\n" : "");
		yaml_put(definition, &im->text);
	}
	json_decref(definition);
}

/* The whole document is judged first: each fault is told once, whatever is made of it. */
static void
import_document(struct import *im)
{
	const json_t *paths = json_object_get(im->doc->value, "paths");
	json_t *whole = json_pack("{s:s, s:{s:[s]}, s:O}", "task_id", "t", "service_config",
	    "command", "x", "interface_spec", im->doc->value);
	size_t count = count_posts(paths);
	const char *where;
	json_t *path;
	int before = im->faults;

	task_lint(whole, tell, im);
	json_decref(whole);
	if (im->faults > before)
		return;
	json_object_foreach((json_t *)paths, where, path)
		if (json_object_get(path, "post") && !strchr(where, '{'))
			import_path(im, where, path, count == 1);
	if (im->faults == before)
		put(im->app, buf_str(&im->text));
	im->more = im->more || im->faults == before;
	buf_clear(&im->text);
}

int
task_start_import(struct app *app, char **files, const char *url, struct err *err)
{
	static char *standard_input[] = { "-", NULL };
	struct import im = { .app = app, .url = url };

	(void)err;
	for (char **file = *files ? files : standard_input; *file; file++) {
		struct yaml_docs docs = YAML_DOCS_INIT;
		struct err why = { 0 };

		if (yaml_read(*file, &docs, &why) == 0 && docs.len == 0)
			err_set(&why, ERR_INPUT, "%s: there is nothing in it", *file);
		if (why.kind)
			app_report(app, &why);
		for (size_t i = 0; i < docs.len; i++) {
			im.doc = &docs.at[i];
			import_document(&im);
		}
		yaml_docs_clear(&docs);
	}
	return 0;
}
