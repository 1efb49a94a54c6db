/* SPDX-License-Identifier: MIT */
/* line: a line of input on its way to become an execution. */
#ifndef CLI_LINE_H
#define CLI_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/failure.h"
#include "task/state.h"

struct buf;

/* A line to submit: one piece of memory, the texts stand behind it. */
struct line {
	const char *key; /* the caller's, or derived from the params */
	bool derived;
	int64_t digest;
	const char *params;
	size_t params_len;
	enum status status;
	enum failure class;
	const char *error;  /* JSON, NULL: none */
	const char *where;  /* "file:line", for messages; NULL: unknown */
	const char *print;  /* fingerprint, where the task wants results from the cache; or NULL */
	const char *parts;  /* what it was made from; without it why there is none; or NULL */
	const char *inputs; /* files that it names, see cli/inputs */
	size_t ninputs;
	int64_t id;    /* that it gets, 0: the next */
	bool reserved; /* the key is its own already */
	struct line *next;
};

/* What a line is made from; NULL where there is nothing. */
struct line_parts {
	const json_t *params, *error;
	enum status status;
	enum failure class;
	const char *key; /* NULL or empty: derived from the params */
	const char *where, *print, *parts;
	const struct buf *inputs;
	size_t ninputs;
};

/* Make one, to be freed with free. room is for its texts on the way, kept from one to the next. */
struct line *line_make(const struct line_parts *parts, struct buf *room);

#endif
