/* SPDX-License-Identifier: MIT */
/* taskwait: until executions have ended. */
#include <unistd.h>

#include "base/num.h"
#include "cli/app.h"
#include "cli/wait.h"

static struct {
	int any, json;
	char *job, *timeout;
} o;

static const struct poptOption options[] = {
	{ "allow-failed", 0, POPT_ARG_STRING, NULL, APP_ALLOW_FAILED,
	    "end 0 with at most N or N% failed executions", "N|N%" },
	{ "any", 0, POPT_ARG_NONE, &o.any, 0, "the first that ends is enough", NULL },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "wait for all of this job", "NAME" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "records, on a terminal too", NULL },
	{ "strict", 0, POPT_ARG_NONE, NULL, APP_STRICT, "stop at the first bad line", NULL },
	{ "timeout", 0, POPT_ARG_STRING, &o.timeout, 0, "wait no longer: 90, 5m, 2h", "TIME" },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("taskwait", "[ID ...]", options, argc, argv);
	struct wait_options wait = { .job = o.job,
		.operands = app->args,
		.any = o.any,
		.as_lines = isatty(STDOUT_FILENO) && !o.json,
		.timeout = -1 };

	if (o.job && app->nargs > 0)
		app_usage(app, "--job and ids exclude each other");
	if (o.timeout && num_duration(o.timeout, &wait.timeout, &err) < 0)
		app_usage(app, "--timeout: %s", err.text);
	return app_finish(app, wait_for_end(app, &wait, &err), &err);
}
