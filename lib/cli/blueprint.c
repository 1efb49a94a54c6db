/* SPDX-License-Identifier: MIT */
/* blueprint: a pipeline as it was found. */
#include "cli/blueprint.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/strtab.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/config.h"
#include "plan/bind.h"
#include "plan/pipeline.h"
#include "plan/shelf.h"
#include "store/store.h"
#include "task/task.h"

struct telling {
	const struct blueprint *b;
	struct app *app;
};

int
blueprint_error(const struct blueprint *b, const char *pointer, struct err *err, const char *what)
{
	return yaml_error(
	    &b->docs.at[0], pointer, err, *pointer ? "'%s' %s" : "it%s %s", pointer, what);
}

static void
tell(const char *pointer, const char *what, void *ctx)
{
	const struct telling *t = ctx;
	struct err err = { 0 };

	blueprint_error(t->b, pointer, &err, what);
	app_report(t->app, &err);
}

static int
find_most(struct store *store, size_t *most, struct err *err)
{
	struct config *config = config_open(store ? store_dir(store) : NULL, err);

	if (!config)
		return -1;
	*most = (size_t)config_number(config, CONFIG_PIPELINE_MAX_STEPS);
	config_free(config);
	return 0;
}

/* What was read, judged. */
static int
judge(struct blueprint *b, struct app *app, struct store *store, struct err *err)
{
	struct telling t = { b, app };
	size_t most;

	if (b->docs.len != 1)
		return err_set(err, ERR_INPUT, "%s: %s", b->name,
		    b->docs.len ? "must hold one pipeline, found several documents"
				: "no pipeline in it");
	if (find_most(store, &most, err) < 0)
		return -1;
	b->stem = path_stem(b->name);
	b->pipeline = pipeline_parse(b->docs.at[0].value, b->stem, most, tell, &t);
	if (!b->pipeline)
		return err_set(err, ERR_INPUT, "%s", "");
	b->tasks = xcalloc(b->pipeline->nsteps, sizeof(*b->tasks));
	if (bind_tasks(b->pipeline, store, app->org, b->tasks, tell, &t) > 0)
		return err_set(err, ERR_INPUT, "%s", "");
	return 0;
}

bool
blueprint_is_file(const char *name)
{
	static const char *const ends[] = { ".yaml", ".yml", ".json" };
	size_t len = strlen(name);

	if (strchr(name, '/') || strcmp(name, "-") == 0)
		return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (len > strlen(ends[i]) && strcmp(name + len - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static int
no_such(const char *name, struct err *err)
{
	char **names = blueprint_shipped(), *list;
	size_t count = 0;
	const char *near;

	while (names[count])
		count++;
	list = strtab_list((const char *const *)names, count);
	near = strtab_nearest((const char *const *)names, count, name);
	if (near)
		err_set(err, ERR_USAGE, "no pipeline '%s', perhaps '%s' is meant", name, near);
	else
		err_set(err, ERR_USAGE, "no pipeline '%s'; there are: %s (a file: ./%s)", name,
		    list, name);
	free(list);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return -1;
}

static int
read_text(const char *path, struct buf *text, struct err *err)
{
	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, "standard input", YAML_TEXT_MAX, text, err);
	return file_read(path, YAML_TEXT_MAX, text, err);
}

/* 1: it is stored, *rc tells how it was read; 0: it is not; -1. */
static int
open_stored(struct blueprint *b, struct app *app, struct store *store, const char *name, int *rc,
    struct err *err)
{
	char *text = NULL;
	int found = store ? shelf_find(store, app->org, name, &text, err) : 0;

	if (found <= 0)
		return found;
	*rc = blueprint_read(b, app, store, name, text, strlen(text), err);
	b->stored = true;
	free(text);
	return 1;
}

static int
open_file(
    struct blueprint *b, struct app *app, struct store *store, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = read_text(path, &text, err);

	if (rc == 0)
		rc = blueprint_read(b, app, store, path, buf_str(&text), text.len, err);
	buf_clear(&text);
	return rc;
}

int
blueprint_open(
    struct blueprint *b, struct app *app, struct store *store, const char *name, struct err *err)
{
	char *file, *path;
	int rc = -1, found;

	*b = (struct blueprint){ 0 };
	if (blueprint_is_file(name))
		return open_file(b, app, store, name, err);
	found = open_stored(b, app, store, name, &rc, err);
	if (found != 0)
		return found < 0 ? -1 : rc;
	file = xasprintf("pipelines/%s.yaml", name);
	path = path_share(file);
	rc = path ? open_file(b, app, store, path, err) : no_such(name, err);
	free(path);
	free(file);
	return rc;
}

int
blueprint_read(struct blueprint *b, struct app *app, struct store *store, const char *name,
    const char *text, size_t len, struct err *err)
{
	*b = (struct blueprint){ .name = xstrdup(name), .text = xstrndup(text, len) };
	if (yaml_parse(name, text, len, &b->docs, err) < 0)
		return -1;
	return judge(b, app, store, err);
}

int
blueprint_bind_commands(struct blueprint *b, struct err *err)
{
	for (size_t i = 0; i < b->pipeline->nsteps; i++) {
		const struct step *step = &b->pipeline->steps[i];

		if (step->kind == STEP_COMMAND && !b->tasks[i] &&
		    !(b->tasks[i] = task_adhoc(step->argv, false, err)))
			return err_wrap(err, "step '%s'", step->id);
	}
	return 0;
}

void
blueprint_clear(struct blueprint *b)
{
	for (size_t i = 0; b->tasks && i < b->pipeline->nsteps; i++)
		task_free(b->tasks[i]);
	free(b->tasks);
	pipeline_free(b->pipeline);
	yaml_docs_clear(&b->docs);
	free(b->name);
	free(b->text);
	free(b->stem);
	*b = (struct blueprint){ 0 };
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
blueprint_shipped(void)
{
	char *path = path_share("pipelines");
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *entry;
	VEC(char *) names = VEC_INIT;

	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0)
			vec_add(&names, xstrndup(entry->d_name, len - 5));
	}
	if (dir)
		closedir(dir);
	free(path);
	if (names.len > 0)
		qsort(names.at, names.len, sizeof(*names.at), compare);
	vec_add(&names, NULL);
	return names.at;
}
