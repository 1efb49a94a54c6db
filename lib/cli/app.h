/* SPDX-License-Identifier: MIT */
/*
 * app: what every program does the same way at its front door.
 *
 * Options are popt rows: the only place an option exists. app_start parses
 * them, answers -h, -V and --list-options (for completions and tests) itself,
 * and ends the program with status 2 on wrong usage. Options may follow
 * operands; only "--" ends them. What stands after "--" is in rest when
 * usage says "-- ", else it is operands too.
 *
 * stdout carries records, stderr speaks to people. The exit status is the
 * highest that was noted with app_status, app_fail or app_finish.
 */
#ifndef CLI_APP_H
#define CLI_APP_H

#include <jansson.h>
#include <popt.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* val of rows that app handles itself; a program's own rows have val 0. */
enum app_option {
	APP_HELP = 10001,
	APP_VERSION,
	APP_QUIET,
	APP_VERBOSE,
	APP_LIST,
	APP_STRICT,
	APP_STATE,
	APP_ORG,
	APP_ALLOW_FAILED,
};

/* To a terminal before a line of text: wipes the progress line, whichever program drew it. */
#define APP_WIPE "\r\033[K"

struct jsonl;
struct store;

struct app {
	const char *name;
	char **args; /* operands, NULL-terminated */
	size_t nargs;
	char **rest; /* what stands after "--" where usage says "-- "; NULL without "--" */
	size_t nrest;
	bool quiet;  /* -q: only errors on stderr */
	int verbose; /* -v, counted */
	bool strict; /* --strict: stop at the first bad line */
	char *state; /* --state DIR, NULL: find it */
	char *org;   /* --org, $DOCKLINE_ORG or the login name */
	enum exit_status status;

	struct store *store;          /* opened by records_file */
	void (*at_end)(struct app *); /* called by app_finish; NULL: nothing to do */

	const struct jsonl *in; /* where app_each has the record from; NULL outside of it */
	/* called by app_each before it has to wait for more to be written; NULL: nothing to do */
	void (*at_wait)(struct app *, void *ctx);
	void *wait_ctx;

	/* for app's own use */
	poptContext popt;
	const char **argv;
	const struct poptOption *options;
	const char *usage;
	char *allow_failed;
	size_t records, failed;
	bool output_failed; /* stdout cannot be written, and that was told */
	struct err late;    /* of app_report_late */
	bool terminal;      /* stderr is one that can wipe a line */
	bool shared;        /* a thread that cannot be ended may still use it: do not free */
};

/* Every program ends its table with APP_COMMON_OPTIONS and POPT_TABLEEND; those that read records
 * add APP_RECORD_OPTIONS, those that use the state directory APP_STATE_OPTIONS. */
/* clang-format off */
#define APP_COMMON_OPTIONS \
	{ "help", 'h', POPT_ARG_NONE, NULL, APP_HELP, "show this help and end", NULL }, \
	{ "quiet", 'q', POPT_ARG_NONE, NULL, APP_QUIET, "say nothing but errors", NULL }, \
	{ "verbose", 'v', POPT_ARG_NONE, NULL, APP_VERBOSE, "say more", NULL }, \
	{ "version", 'V', POPT_ARG_NONE, NULL, APP_VERSION, "show the version and end", NULL }, \
	{ "list-options", 0, POPT_ARG_NONE | POPT_ARGFLAG_DOC_HIDDEN, NULL, APP_LIST, \
	    "list options for completion", NULL }

#define APP_RECORD_OPTIONS \
	{ "allow-failed", 0, POPT_ARG_STRING, NULL, APP_ALLOW_FAILED, \
	    "end 0 with at most N or N% failed records", "N|N%" }, \
	{ "strict", 0, POPT_ARG_NONE, NULL, APP_STRICT, "stop at the first bad line", NULL }

#define APP_STATE_OPTIONS \
	{ "org", 0, POPT_ARG_STRING, NULL, APP_ORG, "tenant of the records", "ORG" }, \
	{ "state", 0, POPT_ARG_STRING, NULL, APP_STATE, "state directory", "DIR" }
/* clang-format on */

/* Parse the command line. usage is what stands behind the name: "TASK [FILE ...]". Sets up
 * stdout, locale-free numbers and SIGPIPE; never returns NULL. */
struct app *app_start(
    const char *name, const char *usage, const struct poptOption *options, int argc, char **argv);

/* The last thing main does: print err (rc < 0), flush stdout and judge it, free, and return the
 * exit status: return app_finish(app, run(app, &err), &err). */
int app_finish(struct app *app, int rc, struct err *err);

/* After app_finish: die of the signal that ended the program, so that make and shells stop too; of
 * SIGPIPE, or of none (0), it returns. */
void app_die(int caught);

/* Wrong usage: one line plus "try -h", end 2. */
void app_usage(struct app *app, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* To people on stderr, "name: text". say: not with -q; detail: only with -v; warn, fail: always.
 * fail also notes the exit status. */
void app_say(const struct app *app, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void app_detail(const struct app *app, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void app_warn(const struct app *app, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void app_fail(struct app *app, enum exit_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The login name of whoever runs us, or "uid1000". The caller frees. */
char *app_login(void);

/* Report err, note its status, clear it. For errors after which work goes on. */
void app_report(struct app *app, struct err *err);

/* The same at the end of the program, or never when app_stopped says that a signal ended it: for
 * what may be only a consequence of the signal, such as a record cut off by the death of its
 * writer. The last such err counts. */
void app_report_late(struct app *app, struct err *err);
void app_stopped(struct app *app);

/* Raise the exit status. */
void app_status(struct app *app, enum exit_status status);

/* Count a record that passed by; a failed one makes the exit status 1 unless --allow-failed
 * allows so many. The last program of a pipe calls it for every record it reads or makes. */
void app_count(struct app *app, bool failed);

/* Write a record to stdout. A full disk ends the program with 5, a closed pipe silently. */
void app_record(struct app *app, const json_t *record);

/* stdout could not be written, errno says why: told once (a closed pipe silently) and noted. */
void app_output_failed(struct app *app);

/* Flush stdout now: 0, or -1 with err. */
int app_flush(struct app *app, struct err *err);

/* Every record of the files, of stdin when there are none. fn borrows the record; it returns 0 to
 * go on, 1 to stop without error, -1 with err to fail. Bad lines are reported and noted (status
 * 3), with --strict they stop. If stdin is a terminal and there are no files: usage. */
typedef int app_record_fn(struct app *app, json_t *record, void *ctx, struct err *err);
int app_each(struct app *app, char **files, app_record_fn *fn, void *ctx, struct err *err);

/* The same for programs that can tell from the text of most records all they need: line (NULL:
 * none) is shown each line first. It returns 0 when it is done with it, 2 to have it read as a
 * record and given to fn, 1 and -1 as fn does. */
typedef int app_line_fn(struct app *app, const char *text, size_t len, void *ctx, struct err *err);
int app_each_line(struct app *app, char **files, app_line_fn *line, app_record_fn *fn, void *ctx,
    struct err *err);

#endif
