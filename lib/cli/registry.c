/* SPDX-License-Identifier: MIT */
/* registry: what taskreg does with task files and the registry. */
#include "cli/registry.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/jq.h"
#include "base/vec.h"
#include "cli/session.h"
#include "cli/shape.h"
#include "store/store.h"
#include "task/audit.h"
#include "task/task.h"

/* ---- files ---- */

/* Is a member of service_config a program of jq? text NULL: it is not there. */
static int
check_program(const struct task *task, const char *member, const char *text, struct err *err)
{
	struct jq *jq = text ? jq_new(text, err) : NULL;

	if (text && !jq)
		return err_wrap(err, "task '%s': /service_config/%s", task->name, member);
	jq_free(jq);
	return 0;
}

/* Are the jq programs of a task programs? 0 or -1. */
static int
check_programs(const struct task *task, struct err *err)
{
	struct shape *shape = task->remote ? shape_new(task, err) : NULL;

	if (task->remote && !shape)
		return -1;
	shape_free(shape);
	if (check_program(task, "cost", task->rules.cost, err) < 0)
		return -1;
	return check_program(task, "cache/result", task->rules.cache.result, err);
}

/* The good tasks of all files. */
struct harvest {
	struct app *app;
	json_t *seen; /* "name@version" */
	VEC(struct task *) tasks;
	int errors;
};

static void
report(const struct err *err, void *ctx)
{
	struct harvest *h = ctx;
	struct err copy = *err;

	app_report(h->app, &copy);
	h->errors++;
}

static int
keep(struct task *task, void *ctx, struct err *err)
{
	struct harvest *h = ctx;
	char *name = xasprintf("%s@%s", task->name, task->version);
	struct task *own = NULL;
	int rc = 0;

	if (json_object_get(h->seen, name))
		rc = err_set(err, ERR_INPUT, "task '%s' version %s is defined twice", task->name,
		    task->version);
	else if (check_programs(task, err) < 0 || !(own = task_parse(task->definition, err)))
		rc = -1;
	if (own) {
		json_object_set_new(h->seen, name, json_true());
		vec_add(&h->tasks, own);
	}
	free(name);
	return rc;
}

static void
read_files(struct harvest *h, char **files)
{
	static char *standard_input[] = { "-", NULL };

	h->seen = json_object();
	if (!*files) {
		if (isatty(STDIN_FILENO))
			app_usage(h->app, "no files, and standard input is a terminal");
		files = standard_input;
	}
	for (size_t i = 0; files[i]; i++)
		task_read_file(files[i], keep, report, h, NULL);
}

static void
clear_harvest(struct harvest *h)
{
	for (size_t i = 0; i < h->tasks.len; i++)
		task_free(h->tasks.at[i]);
	vec_clear(&h->tasks);
	json_decref(h->seen);
}

int
registry_check(struct app *app, char **files, struct err *err)
{
	struct harvest h = { .app = app };

	(void)err;
	read_files(&h, files);
	for (size_t i = 0; i < h.tasks.len; i++)
		app_detail(app, "task '%s' version %s is good", h.tasks.at[i]->name,
		    h.tasks.at[i]->version);
	clear_harvest(&h);
	return 0;
}

/* ---- registering ---- */

/* A change of the registry, within a transaction. The registry is made when create says so. */
typedef int change_fn(
    struct app *app, struct store *store, const struct registrar *by, void *ctx, struct err *err);

static int
change(struct app *app, bool create, change_fn *fn, void *ctx, struct err *err)
{
	struct store *store = session_open(app, create, err);
	char *login = app_login();
	const struct registrar by = { app->org, login };
	int rc = store ? store_begin(store, err) : -1;

	if (rc == 0) {
		rc = fn(app, store, &by, ctx, err);
		if (rc == 0)
			rc = store_commit(store, err);
		else
			store_rollback(store);
	}
	store_close(store);
	free(login);
	return rc;
}

struct adding {
	const struct harvest *h;
	bool replace;
};

static int
register_all(
    struct app *app, struct store *store, const struct registrar *by, void *ctx, struct err *err)
{
	const struct adding *a = ctx;

	for (size_t i = 0; i < a->h->tasks.len; i++) {
		struct task *task = a->h->tasks.at[i];
		int rc = task_register(store, by, task, a->replace, err);

		if (rc < 0)
			return -1;
		app_detail(app, "task '%s' version %s %s", task->name, task->version,
		    rc ? "is registered" : "was registered before");
	}
	return 0;
}

int
registry_add(struct app *app, char **files, bool replace, struct err *err)
{
	struct harvest h = { .app = app };
	struct adding adding = { &h, replace };
	int rc = 0;

	read_files(&h, files);
	if (h.errors)
		app_say(app, "nothing was registered");
	else
		rc = change(app, true, register_all, &adding, err);
	for (size_t i = 0; i < h.tasks.len && rc == 0 && !h.errors; i++)
		registry_print(app, h.tasks.at[i]);
	clear_harvest(&h);
	return rc;
}

/* ---- changing ---- */

/* Nothing is registered under this name that could be removed (status NULL) or changed. */
static int
refuse_absent(struct app *app, const char *name, const char *status, struct err *err)
{
	struct task *task = task_find(NULL, app->org, name, NULL);
	bool shipped = task != NULL;

	task_free(task);
	if (shipped && !status)
		return err_set(err, ERR_USAGE,
		    "task '%s' is shipped, not registered: it cannot be removed", name);
	if (shipped)
		return err_set(err, ERR_USAGE,
		    "task '%s' is shipped, not registered: it cannot be made %s"
		    " (taskreg show %s | taskreg add, then it can)",
		    name, status, name);
	return err_set(err, ERR_USAGE, "no task '%s' is registered", name);
}

static int
remove_all(
    struct app *app, struct store *store, const struct registrar *by, void *ctx, struct err *err)
{
	for (char **names = ctx; *names; names++) {
		int n = task_remove(store, by, *names, err);

		if (n == 0)
			return refuse_absent(app, *names, NULL, err);
		if (n < 0)
			return -1;
		app_detail(
		    app, "task '%s' is removed (%d version%s)", *names, n, n == 1 ? "" : "s");
	}
	return 0;
}

int
registry_remove(struct app *app, char **names, struct err *err)
{
	return change(app, false, remove_all, names, err);
}

struct marking {
	char **names;
	const char *status;
};

static int
mark_all(
    struct app *app, struct store *store, const struct registrar *by, void *ctx, struct err *err)
{
	const struct marking *m = ctx;

	for (char **names = m->names; *names; names++) {
		int found, n = task_set_status(store, by, *names, m->status, &found, err);

		if (n < 0)
			return -1;
		if (found == 0)
			return refuse_absent(app, *names, m->status, err);
		if (n == 0)
			app_say(app, "task '%s' was %s before", *names, m->status);
		else
			app_detail(app, "task '%s' is %s (%d version%s)", *names, m->status, n,
			    n == 1 ? "" : "s");
	}
	return 0;
}

int
registry_mark(struct app *app, char **names, const char *status, struct err *err)
{
	struct marking marking = { names, status };

	return change(app, false, mark_all, &marking, err);
}
