/* SPDX-License-Identifier: MIT */
/* sweeps_study: studies are asked and told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/jsonl.h"
#include "base/num.h"
#include "base/vec.h"
#include "cli/session.h"
#include "cli/soon.h"
#include "cli/sweeps.h"
#include "plan/study.h"
#include "store/store.h"

enum { ASK_MOST = 100000, ASK_LONGEST = 100000 }; /* at a time; microseconds */

static int
find(struct app *app, struct store *store, const char *name, struct study **study, struct err *err)
{
	int rc = study_find(store, app->org, name, study, err);

	if (rc == 0)
		return err_set(
		    err, ERR_USAGE, "no study '%s': 'tasksweep ask FILE' begins one", name);
	return rc < 0 ? -1 : 0;
}

/* The study that is asked or told, and its state. A sweep file begins it. */
struct session {
	struct app *app;
	const struct sweeps_call *call;
	struct store *store;
	struct study *study;
	struct soon soon;
	bool is_soon;
};

static int
begin_study(struct session *s, struct sweep *sweep, struct err *err)
{
	if (store_begin(s->store, err) < 0) {
		sweep_free(sweep);
		return -1;
	}
	s->study = study_begin(s->store, s->app->org, sweep, s->call->study, err);
	if (s->study && store_commit(s->store, err) == 0)
		return 0;
	store_rollback(s->store);
	return -1;
}

static int
open_study(struct session *s, struct err *err)
{
	const struct sweeps_call *c = s->call;
	bool is_file = c->operand && !sweep_is_name(c->operand);
	struct sweep *sweep = is_file ? sweeps_read(s->app, c->operand, -1, err) : NULL;
	const char *name = c->study ? c->study : c->operand;

	if (is_file && !sweep)
		return -1;
	if (!name)
		app_usage(s->app, "which study? its name, its sweep file, or --study");
	s->store = session_open(s->app, is_file, err);
	if (s->store && is_file)
		return begin_study(s, sweep, err);
	sweep_free(sweep);
	return s->store ? find(s->app, s->store, name, &s->study, err) : -1;
}

/* -1 stays -1; what is not on the disk goes there. */
static int
close_study(struct session *s, int rc, struct err *err)
{
	if (s->is_soon && soon_end(&s->soon, rc < 0 ? NULL : err) < 0)
		rc = -1;
	study_free(s->study);
	session_close(s->store);
	return rc;
}

static int
commit(struct session *s, struct err *err)
{
	if (store_commit(s->store, err) < 0)
		return -1;
	return s->is_soon ? soon_committed(&s->soon, err) : 0;
}

static int
begin_soon(struct session *s, struct err *err)
{
	s->is_soon = true;
	return soon_begin(&s->soon, s->store, err);
}

/* ---- ask ---- */

static int
print_open(struct session *s)
{
	int64_t most = s->call->number, given = 0;

	for (int64_t i = 0; i < study_count(s->study) && (!most || given < most); i++) {
		struct trial trial;
		json_t *line;

		study_trial(s->study, i, &trial);
		if (trial.status != TRIAL_OPEN)
			continue;
		line = study_line(s->study, &trial);
		app_record(s->app, line);
		json_decref(line);
		given++;
	}
	if (given == 0) {
		app_say(s->app, "study '%s': no trial is open", study_name(s->study));
		app_status(s->app, EXIT_NO);
	}
	return 0;
}

/* Trials in one transaction, which others wait for: up to n, fewer when it takes long. Their lines
 * are printed once they are kept. How many, or -1; *more: there may be. */
static int64_t
ask_some(struct session *s, int64_t n, bool *more, struct err *err)
{
	VEC(json_t *) lines = VEC_INIT;
	int64_t end = clock_boot() + ASK_LONGEST;
	struct trial trial;
	int rc = 1;

	if (store_begin(s->store, err) < 0)
		return -1;
	do {
		rc = study_ask(s->study, &trial, err);
		if (rc == 1)
			vec_add(&lines, study_line(s->study, &trial));
	} while (rc == 1 && (int64_t)lines.len < n && clock_boot() < end);
	*more = rc == 1;
	if (rc < 0)
		store_rollback(s->store);
	else if (commit(s, err) < 0)
		rc = -1;
	for (size_t i = 0; i < lines.len; i++) {
		if (rc >= 0)
			app_record(s->app, lines.at[i]);
		json_decref(lines.at[i]);
	}
	n = (int64_t)lines.len;
	vec_clear(&lines);
	return rc < 0 ? -1 : n;
}

/* Up to n trials: how many, or -1. */
static int64_t
ask(struct session *s, int64_t n, struct err *err)
{
	int64_t given = 0;
	bool more = true;

	while (given < n && more) {
		int64_t some = ask_some(s, n - given, &more, err);

		if (some < 0)
			return -1;
		given += some;
	}
	return given;
}

static void
say_ended(struct session *s)
{
	char *text = study_end_text(s->study);

	app_say(s->app, "%s", text);
	app_status(s->app, EXIT_NO);
	free(text);
}

/* How many a line asks for; blank: as many as -n says. */
static int
wanted(const struct session *s, const char *text, size_t len, int64_t *n, struct err *err)
{
	char *word = xstrndup(text, len);
	int rc = 0;

	*n = s->call->number ? s->call->number : 1;
	if (word[strspn(word, " \t")])
		rc = num_int(word, 1, ASK_MOST, n, err);
	free(word);
	return rc;
}

static int
answer(struct session *s, struct jsonl *in, struct err *err)
{
	const char *text;
	size_t len;
	int64_t n, given;

	for (;;) {
		if (!jsonl_has_line(in) &&
		    (app_flush(s->app, err) < 0 || soon_wait(&s->soon, STDIN_FILENO, err) < 0))
			return -1;
		switch (jsonl_next_text(in, &text, &len, err)) {
		case JSONL_END:
			return 0;
		case JSONL_RECORD:
			break;
		default:
			return -1;
		}
		if (wanted(s, text, len, &n, err) < 0)
			return err_wrap(err, "%s:%zu", jsonl_name(in), jsonl_line(in));
		given = ask(s, n, err);
		if (given < 0)
			return -1;
		if (given < n) {
			say_ended(s);
			return 0;
		}
	}
}

static int
ask_stream(struct session *s, struct err *err)
{
	struct jsonl *in;
	int rc;

	if (isatty(STDIN_FILENO))
		app_usage(s->app, "--stream reads standard input, which is a terminal");
	if (begin_soon(s, err) < 0)
		return -1;
	in = jsonl_open(NULL, err);
	rc = in ? answer(s, in, err) : -1;
	jsonl_close(in);
	return rc;
}

static int
ask_once(struct session *s, struct err *err)
{
	int64_t n = s->call->number ? s->call->number : 1, given = ask(s, n, err);

	if (given == 0)
		say_ended(s);
	return given < 0 ? -1 : 0;
}

int
sweeps_ask(struct app *app, const struct sweeps_call *call, struct err *err)
{
	struct session s = { .app = app, .call = call };
	int rc = open_study(&s, err);

	if (rc == 0 && call->again)
		rc = print_open(&s);
	else if (rc == 0)
		rc = call->stream ? ask_stream(&s, err) : ask_once(&s, err);
	return close_study(&s, rc, err);
}

/* ---- tell ---- */

static void
print_told(struct session *s, json_t *record, const struct trial *trial, bool prune)
{
	char text[NUM_TEXT];
	int64_t best;

	app_count(s->app, trial->status == TRIAL_FAILED);
	if (!isatty(STDOUT_FILENO)) {
		if (prune)
			json_object_set_new(record, "prune", json_true());
		app_record(s->app, record);
		return;
	}
	printf("%s  %s%s%s%s\n", json_string_value(json_object_get(record, "key")),
	    trial_status_names[trial->status], isnan(trial->value) ? "" : "  ",
	    isnan(trial->value) ? "" : sweeps_number(trial->value, text),
	    study_best(s->study, &best, 1) == 1 && best == trial->number - 1 ? "  (best)" : "");
}

/* A record that tells nothing is reported, and the next one is read. */
static int
refuse(struct app *app, struct err *err)
{
	err_wrap(err, "%s:%zu", jsonl_name(app->in), jsonl_line(app->in));
	if (app->strict)
		return -1;
	app_report(app, err);
	return 0;
}

/* The study of a file is begun at once; that of a name may come from who asks in front of us in a
 * pipe, so it is looked for when there is something to tell. */
static int
open_for_telling(struct session *s, struct err *err)
{
	if (s->study)
		return 0;
	return open_study(s, err) < 0 ? -1 : begin_soon(s, err);
}

static int
tell(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct session *s = ctx;
	struct trial trial;
	json_t *told = NULL;
	bool prune;

	if (open_for_telling(s, err) < 0 || store_begin(s->store, err) < 0)
		return -1;
	if (study_tell(s->study, record, &trial, &prune, err) == 0)
		told = study_record(s->study, &trial, err);
	if (!told) {
		store_rollback(s->store);
		return err->kind == ERR_INPUT ? refuse(app, err) : -1;
	}
	if (commit(s, err) < 0) {
		json_decref(told);
		return -1;
	}
	print_told(s, told, &trial, prune);
	json_decref(told);
	return 0;
}

/* What was told is seen by who reads us, and goes to the disk. */
static void
take_breath(struct app *app, void *ctx)
{
	struct session *s = ctx;
	struct err err = { 0 };

	if (s->is_soon && (app_flush(app, &err) < 0 || soon_wait(&s->soon, STDIN_FILENO, &err) < 0))
		app_report(app, &err);
}

int
sweeps_tell(struct app *app, const struct sweeps_call *call, char **files, struct err *err)
{
	struct session *s = xcalloc(1, sizeof(*s));
	bool is_name = !call->operand || sweep_is_name(call->operand);
	int rc;

	s->app = app;
	s->call = call;
	app->at_wait = take_breath;
	app->wait_ctx = s;
	rc = is_name ? 0 : open_for_telling(s, err);
	if (rc == 0)
		rc = app_each(app, files, tell, s, err);
	app->at_wait = NULL;
	if (rc == 0)
		rc = open_for_telling(s, err);
	rc = close_study(s, rc, err);
	free(s);
	return rc;
}
