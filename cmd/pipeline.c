/* SPDX-License-Identifier: MIT */
/* pipeline: steps that follow each other: check them, look at them. */
#include <string.h>

#include "base/err.h"
#include "cli/app.h"
#include "cli/pipelines.h"

static struct {
	int dot, json, mermaid;
} o;

static const struct poptOption options[] = {
	{ "dot", 0, POPT_ARG_NONE, &o.dot, 0, "show: as a graph for Graphviz", NULL },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "show: as a record, also on a terminal", NULL },
	{ "mermaid", 0, POPT_ARG_NONE, &o.mermaid, 0, "show: as a Mermaid flowchart", NULL },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

static int
check(struct app *app, char **args, struct err *err)
{
	if (!*args)
		app_usage(app, "check takes the pipelines to check");
	return pipelines_check(app, args, err);
}

static int
show(struct app *app, char **args, struct err *err)
{
	enum pipelines_form form = PIPELINES_AUTO;

	if (app->nargs != 2)
		app_usage(app, "show takes one pipeline");
	if (o.dot + o.json + o.mermaid > 1)
		app_usage(app, "--dot, --json and --mermaid exclude each other");
	if (o.dot)
		form = PIPELINES_DOT;
	else if (o.json)
		form = PIPELINES_JSON;
	else if (o.mermaid)
		form = PIPELINES_MERMAID;
	return pipelines_show(app, args[0], form, err);
}

static int template(struct app *app, char **args, struct err *err)
{
	if (app->nargs == 1)
		return pipelines_templates(app, err);
	if (strcmp(args[0], "new") != 0 || app->nargs < 3 || app->nargs > 4)
		app_usage(app, "template takes nothing, or: new NAME [FILE]");
	return pipelines_copy(app, args[1], args[2], err);
}

#define COMMANDS "check, show, template"

enum accepts { FORMS = 1 };

static const struct {
	const char *name;
	int (*run)(struct app *app, char **args, struct err *err);
	int accepts;
} commands[] = {
	{ "check", check, 0 },
	{ "show", show, FORMS },
	{ "template", template, 0 },
};

static int
run(struct app *app, struct err *err)
{
	if (app->nargs == 0)
		app_usage(app, "what to do? " COMMANDS);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, app->args[0]) != 0)
			continue;
		if ((o.dot || o.json || o.mermaid) && !(commands[i].accepts & FORMS))
			app_usage(app, "%s knows no --dot, --json and --mermaid", commands[i].name);
		return commands[i].run(app, app->args + 1, err);
	}
	app_usage(app, "'%s' is not a command; there are: " COMMANDS, app->args[0]);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("pipeline",
	    "check|show|template [PIPELINE ...] [new NAME [FILE]]", options, argc, argv);

	return app_finish(app, run(app, &err), &err);
}
