/* SPDX-License-Identifier: MIT */
/*
 * chunk: what stands in the files of spool/ (grid/frames.h), piece by piece.
 *
 * A package (CHUNK_PACKAGE): "header", {"format", "version", "name", "org", "elements",
 * "environment": {name: value}}; "config", the text of config.yaml; "task/N" and
 * "lane/N", what executions are of; "element/N", an execution a line; and
 * "object/SHA256", the content of a file that parameters name, once each.
 *
 * What comes back (CHUNK_RESULT): "header", {"format", "version", "name", "element", "node",
 * "final"}; "executions", one a line; and "object/SHA256", what they name.
 */
#ifndef GRID_CHUNK_H
#define GRID_CHUNK_H

#include <jansson.h>
#include <stddef.h>

#include "base/digest.h"

struct buf;
struct err;
struct frames;
struct frames_writer;

#define CHUNK_PACKAGE "dockline-chunk"
#define CHUNK_RESULT "dockline-result"

enum { CHUNK_VERSION = 1, CHUNK_PIECE = 96 };

/* The name of a piece: "element/3", "object/SHA256". Returns text. */
char *chunk_numbered(const char *kind, long long number, char text[CHUNK_PIECE]);
char *chunk_object(const char *hex, char text[CHUNK_PIECE]);

/* Begin the header of a file of this format; the caller owns it. */
json_t *chunk_header(const char *format, const char *name);

/* Add a piece of JSON, or of text. 0 or -1. */
int chunk_put(struct frames_writer *w, const char *piece, const json_t *value, struct err *err);
/* Add an object; one that is there already is not added again. */
int chunk_put_object(
    struct frames_writer *w, const char *hex, const void *data, size_t len, struct err *err);

/* The header of such a file, checked; the caller owns it. NULL: ERR_INPUT, it is another format, a
 * newer version, or of another job. */
json_t *chunk_open(const struct frames *f, const char *format, const char *name, struct err *err);

/* A piece of JSON; the caller owns it. NULL: it is not there, or damaged. */
json_t *chunk_get(const struct frames *f, const char *piece, struct err *err);

/* An object, checked against its hash, appended to out. 0, or -1: it is not there, or damaged. */
int chunk_get_object(const struct frames *f, const char *hex, struct buf *out, struct err *err);

/* Each line of a piece as JSON, borrowed, until fn returns other than 0: what it returned, or 0;
 * -1 where the piece is not there, or damaged. */
typedef int chunk_line_fn(json_t *line, void *ctx, struct err *err);
int chunk_each(
    const struct frames *f, const char *piece, chunk_line_fn *fn, void *ctx, struct err *err);

#endif
