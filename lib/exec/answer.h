/* SPDX-License-Identifier: MIT */
/* answer: what a coprocess says to a request (dockline-task(5)). */
#ifndef EXEC_ANSWER_H
#define EXEC_ANSWER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct answer {
	int64_t id;
	json_t *message;   /* the whole object, the caller's to decref */
	json_t *result;    /* borrowed from it; NULL: an error, or a fault */
	const char *fault; /* why it is neither result nor error; NULL: it is one */
};

/* Read a line. -1 when it is no answer: ERR_INPUT, "'oops' is no answer: ..." with the beginning
 * of the line, made fit to be seen. */
int answer_read(const char *line, size_t len, struct answer *answer, struct err *err);

#endif
