/* SPDX-License-Identifier: MIT */
/*
 * pipe: lines through pipes that are never waited for.
 *
 * What is to be written, and what was read and not looked at yet, lies in a buffer of its own, so
 * that one write or read carries as many lines as there are. The descriptors are non-blocking and
 * belong to the struct; a closed one is -1. SIGPIPE must be ignored.
 */
#ifndef EXEC_PIPE_H
#define EXEC_PIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct pipe_out {
	int fd;
	struct buf text;
	size_t sent; /* of text: written already */
};

struct pipe_in {
	int fd;
	struct buf text;
	size_t taken; /* of text: given out by pipe_next */
	size_t seen;  /* of text: from taken to here there is no newline */
};

/* Close, and forget what is not written, or not given out. */
void pipe_out_clear(struct pipe_out *out);
void pipe_in_clear(struct pipe_in *in);

/* Close; what was read can still be given out. */
void pipe_in_close(struct pipe_in *in);

/* Bytes that are not written. Text to write is added to out->text. */
size_t pipe_left(const struct pipe_out *out);

/* Write what can be written now. -1: nobody reads it any more. */
int pipe_write(struct pipe_out *out);

/* Read what is there now, at most about a MiB. -1: no more will come. */
int pipe_read(struct pipe_in *in);

/* The next whole line, without its newline; borrowed until the next call here. Where there is
 * none: false, and what there is of it. */
bool pipe_next(struct pipe_in *in, const char **line, size_t *len);

#endif
