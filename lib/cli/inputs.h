/* SPDX-License-Identifier: MIT */
/*
 * inputs: the files that parameters of a line name, on their way in and on their way to the
 * program.
 *
 * At submission they are noted with the line, their content is stored, and they
 * become artifacts of the execution. Before a run, objects that stand in the
 * place of paths (task/object_path) are put into a folder of the execution,
 * read-only, and the parameters name them there.
 */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct app;
struct err;
struct fingerprints;
struct line;
struct store;
struct submit;
struct work;

/* ---- at submission, in the reading thread ---- */

/* What is to be noted of lines. */
struct inputs_taker {
	/* set by the owner */
	const struct schema *schema; /* of the parameters */
	const json_t *shared;        /* object of paths that all lines have: no matter of a line */
	struct fingerprints *memory; /* NULL: files are not taken, only objects */

	/* its own */
	json_t *known; /* hashes that were taken */
	struct buf texts;
	size_t count; /* of the line */
};

/* Look at the parameters of a line: texts and count are what line_make wants. -1: a file cannot be
 * read. */
int inputs_take(struct inputs_taker *t, json_t *params, struct err *err);
void inputs_taker_clear(struct inputs_taker *t);

/* ---- at submission, in the writer thread ---- */

/* Store the content of what a line names. 1; 0: an object is not there, or a file is another now,
 * which is told and noted as status 3; -1. Within a transaction. */
int inputs_store(struct app *app, struct store *store, const struct line *line, struct err *err);

/* Link them to the execution. Within the same transaction. */
int inputs_link(struct store *store, const struct line *line, int64_t execution, struct err *err);

/* ---- before a run, in the thread that starts programs ---- */

/* Where objects come from. */
struct inputs_source {
	const char *state;   /* directory */
	struct store *store; /* opened when there is need */
};

/* Put the objects that the parameters name below scratch, and change the parameters. Nothing to do
 * costs nothing. -1: an object is not there (ERR_INPUT), or it cannot be. */
int inputs_place(
    struct inputs_source *source, struct work *work, const char *scratch, struct err *err);
/* They are not needed any more. */
void inputs_remove(struct work *work);
void inputs_source_clear(struct inputs_source *source);

#endif
