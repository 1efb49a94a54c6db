/* SPDX-License-Identifier: MIT */
/* app: what every program does the same way at its front door. */
#include "cli/app.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/jsonl.h"
#include "base/num.h"
#include "base/utf8.h"

#ifndef DOCKLINE_VERSION
#error "DOCKLINE_VERSION is set by the Makefile"
#endif

/* In one piece: lines of several threads and programs do not mix. */
static void
speak(const struct app *app, const char *fmt, va_list ap)
{
	char *text = xvasprintf(fmt, ap);
	struct buf line = BUF_INIT;

	buf_addf(&line, "%s%s: %s\n", app->terminal ? APP_WIPE : "", app->name, text);
	fwrite(line.data, 1, line.len, stderr);
	buf_clear(&line);
	free(text);
}

#define SPEAK(app, fmt) \
	do { \
		va_list ap_; \
		va_start(ap_, fmt); \
		speak(app, fmt, ap_); \
		va_end(ap_); \
	} while (0)

void
app_say(const struct app *app, const char *fmt, ...)
{
	if (!app->quiet)
		SPEAK(app, fmt);
}

void
app_detail(const struct app *app, const char *fmt, ...)
{
	if (app->verbose && !app->quiet)
		SPEAK(app, fmt);
}

void
app_warn(const struct app *app, const char *fmt, ...)
{
	SPEAK(app, fmt);
}

void
app_fail(struct app *app, enum exit_status status, const char *fmt, ...)
{
	SPEAK(app, fmt);
	app_status(app, status);
}

void
app_status(struct app *app, enum exit_status status)
{
	if (status > app->status)
		app->status = status;
}

void
app_report(struct app *app, struct err *err)
{
	if (err->text[0])
		app_fail(app, err_exit(err->kind), "%s", err->text);
	app_status(app, err_exit(err->kind));
	*err = (struct err){ 0 };
}

void
app_report_late(struct app *app, struct err *err)
{
	app->late = *err;
	*err = (struct err){ 0 };
}

void
app_stopped(struct app *app)
{
	app->late = (struct err){ 0 };
}

void
app_usage(struct app *app, const char *fmt, ...)
{
	SPEAK(app, fmt);
	fprintf(stderr, "try '%s -h'\n", app->name);
	exit(EXIT_USAGE);
}

/* "-s, --long=ARG" of a row. The caller frees. */
static char *
option_label(const struct poptOption *o)
{
	char brief[8] = "    ";

	if (o->shortName)
		snprintf(brief, sizeof(brief), "-%c, ", o->shortName);
	return xasprintf("%s--%s%s%s", brief, o->longName, o->argDescrip ? " " : "",
	    o->argDescrip ? o->argDescrip : "");
}

static bool
is_shown(const struct poptOption *o)
{
	return o->longName && !(o->argInfo & POPT_ARGFLAG_DOC_HIDDEN);
}

static bool
is_last(const struct poptOption *o)
{
	return !o->longName && !o->shortName;
}

static void
print_help(const struct app *app)
{
	printf("usage: %s [option ...]%s%s\n", app->name, *app->usage ? " " : "", app->usage);
	for (const struct poptOption *o = app->options; !is_last(o); o++) {
		char *label;

		if (!is_shown(o))
			continue;
		label = option_label(o);
		printf("  %-28s %s\n", label, o->descrip);
		free(label);
	}
}

/* One option a line: long, short or -, argument or -, help; tabs between. */
static void
print_options(const struct app *app)
{
	for (const struct poptOption *o = app->options; !is_last(o); o++) {
		if (!is_shown(o))
			continue;
		printf("%s\t%c\t%s\t%s\n", o->longName, o->shortName ? o->shortName : '-',
		    o->argDescrip ? o->argDescrip : "-", o->descrip);
	}
}

static void
end_answered(struct app *app)
{
	struct err err = { 0 };

	exit(app_finish(app, 0, &err));
}

static void
take_option(struct app *app, int option)
{
	char *value = poptGetOptArg(app->popt);

	switch (option) {
	case APP_HELP:
		print_help(app);
		end_answered(app);
		break;
	case APP_VERSION:
		printf("%s (dockline) %s\n", app->name, DOCKLINE_VERSION);
		end_answered(app);
		break;
	case APP_LIST:
		print_options(app);
		end_answered(app);
		break;
	case APP_QUIET:
		app->quiet = true;
		break;
	case APP_VERBOSE:
		app->verbose++;
		break;
	case APP_STRICT:
		app->strict = true;
		break;
	case APP_STATE:
		free(app->state);
		app->state = value;
		return;
	case APP_ORG:
		free(app->org);
		app->org = value;
		return;
	case APP_ALLOW_FAILED:
		free(app->allow_failed);
		app->allow_failed = value;
		return;
	}
	free(value);
}

char *
app_login(void)
{
	struct passwd *pw = getpwuid(geteuid());

	if (pw && *pw->pw_name)
		return xstrdup(pw->pw_name);
	return xasprintf("uid%u", (unsigned)geteuid());
}

static char *
default_org(void)
{
	const char *env = getenv("DOCKLINE_ORG");

	return env && *env ? xstrdup(env) : app_login();
}

/* A standard descriptor that is closed would go to the next file that is opened, the state file
 * perhaps, and be written to. It becomes one that cannot be used. */
static void
hold_standard_descriptors(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* Cut argv at "--": what follows is rest. Returns the new argc. */
static int
split_rest(struct app *app, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		app->rest = argv + i + 1;
		app->nrest = (size_t)(argc - i - 1);
		return i;
	}
	return argc;
}

/* The operands; those behind "--" are such too, where the usage has no other use for them. */
static void
take_operands(struct app *app)
{
	const char **args = poptGetArgs(app->popt);
	bool join = app->rest && !strstr(app->usage, "-- ");

	while (args && args[app->nargs])
		app->nargs++;
	app->args = xcalloc(app->nargs + app->nrest + 1, sizeof(*app->args));
	for (size_t i = 0; i < app->nargs; i++)
		app->args[i] = (char *)args[i];
	if (!join)
		return;
	for (size_t i = 0; i < app->nrest; i++)
		app->args[app->nargs++] = app->rest[i];
	app->rest = NULL;
	app->nrest = 0;
}

static void
check_allow_failed(struct app *app)
{
	struct err err = { 0 };
	double n;
	char *text, *percent;

	if (!app->allow_failed)
		return;
	text = xstrdup(app->allow_failed);
	percent = strchr(text, '%');
	if (percent && !percent[1])
		*percent = '\0';
	if (num_double(text, &n, &err) < 0 || n < 0)
		app_usage(app, "--allow-failed takes a count or a percentage, not '%s'",
		    app->allow_failed);
	free(text);
}

static bool
can_wipe(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && !(term && strcmp(term, "dumb") == 0);
}

/* popt tells only the value where option and value are two words. */
static void
refuse_option(struct app *app, int argc, int problem)
{
	const char *bad = poptBadOption(app->popt, POPT_BADOPTION_NOALIAS), *option = NULL;

	for (int i = 1; i < argc && *bad != '-'; i++)
		if (app->argv[i] == bad)
			option = app->argv[i - 1];
	app_usage(
	    app, "%s%s%s: %s", option ? option : "", option ? " " : "", bad, poptStrerror(problem));
}

struct app *
app_start(
    const char *name, const char *usage, const struct poptOption *options, int argc, char **argv)
{
	struct app *app = xcalloc(1, sizeof(*app));
	const char **cut;
	int rc;

	app->name = name;
	app->usage = usage;
	app->options = options;
	hold_standard_descriptors();
	for (int fd = 0; fd < 3; fd++)
		file_wait(fd);
	app->terminal = can_wipe(STDERR_FILENO);
	signal(SIGPIPE, SIG_IGN);
	unsetenv("POSIXLY_CORRECT"); /* options may follow operands */
	argc = split_rest(app, argc, argv);
	cut = xcalloc((size_t)argc + 1, sizeof(*cut));
	for (int i = 0; i < argc; i++)
		cut[i] = argv[i];
	app->popt = poptGetContext(name, argc, cut, options, 0);
	app->argv = cut; /* popt goes on reading it */
	while ((rc = poptGetNextOpt(app->popt)) >= 0)
		take_option(app, rc);
	if (rc < -1)
		refuse_option(app, argc, rc);
	take_operands(app);
	check_allow_failed(app);
	if (!app->org)
		app->org = default_org();
	if (!*app->org || !utf8_valid(app->org, strlen(app->org)))
		app_usage(app, "--org takes a name, in UTF-8");
	return app;
}

void
app_count(struct app *app, bool failed)
{
	app->records++;
	app->failed += failed;
}

static bool
too_many_failed(const struct app *app)
{
	double limit;

	if (!app->allow_failed)
		return app->failed > 0;
	limit = strtod(app->allow_failed, NULL);
	if (strchr(app->allow_failed, '%'))
		limit *= (double)app->records / 100;
	return (double)app->failed > limit;
}

void
app_output_failed(struct app *app)
{
	struct err err = { 0 };

	if (app->output_failed)
		return;
	if (errno == EPIPE)
		err_set(&err, ERR_NO, "%s", "");
	else
		err_sys(&err, "cannot write standard output");
	app->output_failed = true;
	app_report(app, &err);
}

int
app_flush(struct app *app, struct err *err)
{
	if (app->output_failed)
		return err_set(err, ERR_NO, "%s", "");
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	if (errno == EPIPE)
		return err_set(err, ERR_NO, "%s", "");
	return err_sys(err, "cannot write standard output");
}

int
app_finish(struct app *app, int rc, struct err *err)
{
	enum exit_status status;

	if (rc < 0)
		app_report(app, err);
	if (app_flush(app, err) < 0)
		app_report(app, err);
	if (app->late.text[0] && !app->shared)
		app_report(app, &app->late);
	if (too_many_failed(app))
		app_status(app, EXIT_NO);
	status = app->status;
	if (app->shared)
		return status;
	if (app->at_end)
		app->at_end(app);
	poptFreeContext(app->popt);
	free(app->args);
	free(app->argv);
	free(app->state);
	free(app->org);
	free(app->allow_failed);
	free(app);
	return status;
}

void
app_die(int caught)
{
	sigset_t set;

	if (caught == 0 || caught == SIGPIPE)
		return;
	sigemptyset(&set);
	sigaddset(&set, caught);
	signal(caught, SIG_DFL);
	raise(caught);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void
app_record(struct app *app, const json_t *record)
{
	struct err err = { 0 };

	if (jsonl_write(stdout, record) == 0)
		return;
	if (errno != EPIPE) {
		err_sys(&err, "cannot write standard output");
		app_report(app, &err);
	}
	/* nothing is left to say to anyone: leave without flushing again */
	_exit(errno == EPIPE ? EXIT_NO : EXIT_SYSTEM);
}
