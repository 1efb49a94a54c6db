/* SPDX-License-Identifier: MIT */
/* givens: what --set and --force give to all lines, and the files they name. */
#ifndef CLI_GIVENS_H
#define CLI_GIVENS_H

#include <jansson.h>
#include <stdbool.h>

struct err;
struct store;
struct task;

struct givens {
	const struct task *task; /* borrowed */
	json_t *set;             /* members that lines lack */
	json_t *force;           /* members that override those of lines */
	json_t *inputs;          /* path: SHA-256, once givens_settings hashed them */
	bool has_paths;          /* the schema of the task names paths */
};

/* Read and judge lists of "k=v" (NULL-terminated, NULL: none), typed by the schema of the task;
 * "k=@file.json" is the JSON of that file. -1: one of them is wrong (ERR_USAGE or ERR_INPUT).
 * Clear it in any case. */
int givens_read(
    struct givens *givens, const struct task *task, char **set, char **force, struct err *err);
void givens_clear(struct givens *givens);

/* What stands for a path in params becomes absolute, or is an object. */
int givens_name_paths(const struct givens *givens, json_t *params, struct err *err);

/* What the job remembers: {"task", "set", "force", "inputs": {path: sha256}}. The files are hashed
 * now. The caller owns it; NULL on error. */
json_t *givens_settings(struct givens *givens, struct err *err);

/* Store the files as objects, within a transaction. One that changed since is ERR_INPUT. */
int givens_store(struct givens *givens, struct store *store, struct err *err);

#endif
