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

struct submit;

struct submit_options {
	struct app *app;
	const struct task *task;
	char **set, **force; /* "k=v", NULL-terminated; NULL: none */
	char **files;        /* of params; NULL or empty: standard input */
	const char *map;     /* jq program, NULL: none */
	bool lines;          /* lines are text, not JSON */
	bool once;           /* exactly one execution from --set; nothing is read */
};

/* Read and judge --set and --force. NULL: one of them is wrong (ERR_USAGE or ERR_INPUT). */
struct submit *submit_new(const struct submit_options *options, struct err *err);
void submit_free(struct submit *s);

/* What the job remembers: {"task", "set", "force", "inputs": {path: sha256}}. The files are hashed
 * now. The caller owns it; NULL on error. */
json_t *submit_settings(struct submit *s, struct err *err);

/* Store the input files of --set and --force as objects, within a transaction. */
int submit_store_inputs(struct submit *s, struct store *store, struct err *err);

/* Read everything and hand it to commit, from a thread of its own. submit_join waits for it:
 * the number of lines, or -1. When the program is told to stop it is not joined: the thread may
 * sit in a read for ever, so it is left to the end of the process, and so is s. */
void submit_start(struct submit *s, struct commit *commit);
int64_t submit_join(struct submit *s, struct err *err);

#endif
