/* SPDX-License-Identifier: MIT */
/* script: the last attempt of an execution as a shell script that stands alone. */
#ifndef CLI_SCRIPT_H
#define CLI_SCRIPT_H

#include <stdint.h>

struct app;
struct buf;
struct err;
struct store;

/* Append a POSIX sh script to out that does what the worker did for the last attempt: same
 * directory, variables, arguments, parameters on stdin, time limit and work folder. 1; 0: there is
 * no such execution; -1: its command cannot be made from its parameters. */
int script_of(struct app *app, struct store *store, int64_t id, struct buf *out, struct err *err);

#endif
