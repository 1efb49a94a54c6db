/* SPDX-License-Identifier: MIT */
/*
 * submit: lines of input become executions.
 *
 * The params of a line are the line itself (of an execution record its result),
 * filled up with --set and overridden by --force; paths become absolute, the
 * schema of the task judges them, their canonical form gives the key.
 */
#ifndef CLI_SUBMIT_H
#define CLI_SUBMIT_H

#include "cli/app.h"
#include "cli/commit.h"
#include "task/task.h"

struct fingerprints;
struct submit;

struct submit_options {
	struct app *app;
	const struct task *task;
	char **set, **force;         /* "k=v", NULL-terminated; NULL: none */
	char **files;                /* of params; NULL or empty: standard input */
	const char *map;             /* jq program, NULL: none */
	bool lines;                  /* lines are text, not JSON */
	bool once;                   /* exactly one execution from --set; nothing is read */
	bool keep_inputs;            /* store the files that lines name */
	struct fingerprints *memory; /* what is known of files; NULL: nothing */
};

/* Read and judge --set and --force. NULL: one of them is wrong (ERR_USAGE or ERR_INPUT). */
struct submit *submit_new(const struct submit_options *options, struct err *err);
void submit_free(struct submit *s);

/* What the job remembers: {"task", "set", "force", "inputs": {path: sha256}}. The files are hashed
 * now. The caller owns it; NULL on error. */
json_t *submit_settings(struct submit *s, struct err *err);

/* Store the input files of --set and --force as objects, within a transaction. */
int submit_store_inputs(struct submit *s, struct store *store, struct err *err);

/* The line that stands for params (taken over), under a key of its own or (NULL) that of the params
 * or derived from them. where: "file:line", NULL: not known. NULL: refused, err says why. The
 * caller frees it with free. */
struct line *submit_make(
    struct submit *s, json_t *params, const char *key, const char *where, struct err *err);

/* Read everything here and now; take gets each line, which is its from then on. The number of
 * lines, or -1; also when a line is wrong: each was told, and nothing is to be submitted. */
typedef void submit_line_fn(struct line *line, void *ctx);
int64_t submit_gather(struct submit *s, submit_line_fn *take, void *ctx, struct err *err);

/* Read everything and hand it to commit, from a thread of its own. submit_join waits for it:
 * the number of lines, or -1, also when the thread could not be started. When the program is told
 * to stop it is not joined: the thread may sit in a read for ever, so it is left to the end of the
 * process, and so is s. */
void submit_start(struct submit *s, struct commit *commit);
int64_t submit_join(struct submit *s, struct err *err);

#endif
