/* SPDX-License-Identifier: MIT */
/*
 * blueprint: a pipeline as it was found: in a file, stored in the state, or among those that are
 * shipped.
 *
 * A name with a slash, or one that ends in .yaml, .yml or .json, is a file, and
 * "-" standard input; any other name, also NAME@VERSION, is a stored pipeline, or
 * a shipped one.
 */
#ifndef CLI_BLUEPRINT_H
#define CLI_BLUEPRINT_H

#include <stdbool.h>

#include "base/yaml.h"

struct app;
struct err;
struct pipeline;
struct store;
struct task;

struct blueprint {
	struct pipeline *pipeline;
	struct task **tasks; /* of each step, NULL: it names none, or a command (see below) */
	struct yaml_docs docs;
	bool stored; /* there is no file */
	char *name;  /* of the file, as it is told to people */
	char *text;  /* of it */
	char *stem;  /* of the name: what a pipeline is called that does not say it */
};

/* Read and judge it, with its tasks; every fault is told with file, line and column and noted
 * (status 3). store may be NULL: shipped tasks only. -1: err may have nothing left to say. It may
 * be cleared in any case. */
int blueprint_open(
    struct blueprint *b, struct app *app, struct store *store, const char *name, struct err *err);

/* The same of a text that was read before. */
int blueprint_read(struct blueprint *b, struct app *app, struct store *store, const char *name,
    const char *text, size_t len, struct err *err);

/* Make tasks of the commands, which run in the working directory. 0 or -1. */
int blueprint_bind_commands(struct blueprint *b, struct err *err);

void blueprint_clear(struct blueprint *b);

/* As yaml_error, for a place in it. Returns -1. */
int blueprint_error(
    const struct blueprint *b, const char *pointer, struct err *err, const char *what);

/* Is it the name of a file? */
bool blueprint_is_file(const char *name);

/* Names of the shipped pipelines, sorted, NULL-ended. The caller frees each and all. */
char **blueprint_shipped(void);

#endif
