/* SPDX-License-Identifier: MIT */
/*
 * headway: how far a child says it is.
 *
 * The child writes lines {"progress": 0..100, "message": "..."} to descriptor 3 (proc_spec.three;
 * DOCKLINE_PROGRESS_FD says so). That is a file for appending, kept open for one child after
 * another: nobody ever waits, and a child that says nothing costs an fstat. Looked at about once a
 * second; the last percentage and the last message count, and a file that grows is emptied.
 */
#ifndef EXEC_HEADWAY_H
#define EXEC_HEADWAY_H

#include <stddef.h>
#include <stdint.h>

struct err;

enum { HEADWAY_MESSAGE = 256 };

struct headway {
	int fd;                        /* for the child; always above 2 */
	double percent;                /* 0..100, -1: not said */
	char message[HEADWAY_MESSAGE]; /* "": none; cut at a character, controls visible as \x1b */
	int64_t read;                  /* bytes of the file that were read */
};

/* Make the file folder/NUMBER.progress. -1: it cannot be made. */
int headway_open(struct headway *headway, const char *folder, int number, struct err *err);
void headway_close(struct headway *headway);

/* Forget what the child before said. -1 with errno. */
int headway_reset(struct headway *headway);

/* Look: 1 when something new and valid was said (percent, message), 0 if not. What is not a line
 * of the right kind is passed over; a line without its newline is not finished. */
int headway_look(struct headway *headway);

/* The same for one line without newline. 0, or -1: not valid; headway is unchanged. */
int headway_parse(struct headway *headway, const char *line, size_t len);

#endif
