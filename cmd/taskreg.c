/* SPDX-License-Identifier: MIT */
/* taskreg: register tasks, and look at those there are. */
#include <string.h>

#include "base/err.h"
#include "cli/app.h"
#include "cli/registry.h"
#include "cli/services.h"
#include "cli/task_start.h"
#include "task/task.h"

static struct {
	struct registry_filter filter;
	int json, openapi, replace;
	char *url;
} o;

static const struct poptOption options[] = {
	{ "category", 0, POPT_ARG_STRING, &o.filter.category, 0, "list: only of this category",
	    "WORD" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "list, log, show: records, also on a terminal",
	    NULL },
	{ "openapi", 0, POPT_ARG_NONE, &o.openapi, 0, "show: only its interface spec", NULL },
	{ "replace", 0, POPT_ARG_NONE, &o.replace, 0,
	    "add: also where the version has another definition", NULL },
	{ "status", 0, POPT_ARG_STRING, &o.filter.status, 0, "list: only with this status",
	    "WORD" },
	{ "tag", 0, POPT_ARG_ARGV, &o.filter.tags, 0, "list: only with this tag", "WORD" },
	{ "url", 0, POPT_ARG_STRING, &o.url, 0, "import: where it is served", "URL" },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

static int
add(struct app *app, char **args, struct err *err)
{
	return registry_add(app, args, o.replace, err);
}

static int
check(struct app *app, char **args, struct err *err)
{
	return registry_check(app, args, err);
}

static int
list(struct app *app, char **args, struct err *err)
{
	if (*args)
		app_usage(app, "list takes no operands, found '%s'", *args);
	if (o.filter.status && !task_is_status(o.filter.status))
		app_usage(app, "--status takes active, inactive or deprecated, not '%s'",
		    o.filter.status);
	return registry_list(app, &o.filter, o.json, err);
}

static int
show(struct app *app, char **args, struct err *err)
{
	if (app->nargs != 2)
		app_usage(app, "show takes one task");
	return registry_show(app, args[0], o.json, o.openapi, err);
}

static int
mark(struct app *app, char **args, const char *status, struct err *err)
{
	if (!*args)
		app_usage(app, "%s takes tasks", app->args[0]);
	return registry_mark(app, args, status, err);
}

static int
activate(struct app *app, char **args, struct err *err)
{
	return mark(app, args, "active", err);
}

static int
deactivate(struct app *app, char **args, struct err *err)
{
	return mark(app, args, "inactive", err);
}

static int
deprecate(struct app *app, char **args, struct err *err)
{
	return mark(app, args, "deprecated", err);
}

static int
history(struct app *app, char **args, struct err *err)
{
	return registry_log(app, args, o.json, err);
}

static int
rm(struct app *app, char **args, struct err *err)
{
	if (!*args)
		app_usage(app, "rm takes the tasks to remove");
	return registry_remove(app, args, err);
}

static int new (struct app *app, char **args, struct err *err)
{
	if (app->nargs != 2)
		app_usage(app, "new takes the name of a task");
	return task_start_new(app, args[0], err);
}

static int
service(struct app *app, char **args, struct err *err)
{
	const char *what = *args ? *args++ : "";
	bool adds = strcmp(what, "add") == 0, lists = strcmp(what, "list") == 0;

	if (o.replace && !adds)
		app_usage(app, "only service add knows --replace");
	if (o.json && !lists)
		app_usage(app, "only service list knows --json");
	if (adds)
		return services_add(app, args, o.replace, err);
	if (lists && !*args)
		return services_list(app, o.json, err);
	if (strcmp(what, "check") == 0)
		return services_check(app, args, err);
	if (strcmp(what, "rm") == 0 && *args)
		return services_remove(app, args, err);
	app_usage(app, "service takes add [FILE ...], check [NAME ...], list, or rm NAME ...");
}

static int
import(struct app *app, char **args, struct err *err)
{
	return task_start_import(app, args, o.url, err);
}

#define COMMANDS \
	"activate, add, check, deactivate, deprecate, import, list, log, new, rm, " \
	"service, show"

enum accepts { FILTERS = 1, JSON = 2, REPLACE = 4, OPENAPI = 8, URL = 16 };

static const struct {
	const char *name;
	int (*run)(struct app *app, char **args, struct err *err);
	int accepts;
} commands[] = {
	{ "activate", activate, 0 },
	{ "add", add, REPLACE },
	{ "check", check, 0 },
	{ "deactivate", deactivate, 0 },
	{ "deprecate", deprecate, 0 },
	{ "import", import, URL },
	{ "list", list, FILTERS | JSON },
	{ "log", history, JSON },
	{ "new", new, 0 },
	{ "rm", rm, 0 },
	{ "service", service, JSON | REPLACE },
	{ "show", show, JSON | OPENAPI },
};

static void
check_options(struct app *app, const char *name, int accepts)
{
	if (o.replace && !(accepts & REPLACE))
		app_usage(app, "%s knows no --replace", name);
	if (o.url && !(accepts & URL))
		app_usage(app, "%s knows no --url", name);
	if (o.openapi && !(accepts & OPENAPI))
		app_usage(app, "%s knows no --openapi", name);
	if (o.json && !(accepts & JSON))
		app_usage(app, "%s knows no --json", name);
	if ((o.filter.category || o.filter.status || o.filter.tags) && !(accepts & FILTERS))
		app_usage(app, "%s knows no --category, --status and --tag", name);
}

static int
run(struct app *app, struct err *err)
{
	if (app->nargs == 0)
		app_usage(app, "what to do? " COMMANDS);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, app->args[0]) != 0)
			continue;
		check_options(app, commands[i].name, commands[i].accepts);
		return commands[i].run(app, app->args + 1, err);
	}
	app_usage(app, "'%s' is not a command; there are: " COMMANDS, app->args[0]);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("taskreg",
	    "activate|add|check|deactivate|deprecate|import|list|log|new|rm|service|show [FILE "
	    "...] "
	    "[TASK[@VERSION] "
	    "...]",
	    options, argc, argv);

	return app_finish(app, run(app, &err), &err);
}
