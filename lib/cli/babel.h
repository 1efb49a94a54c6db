/* SPDX-License-Identifier: MIT */
/*
 * babel: one run of a program of Open Babel.
 *
 * It gets a time limit, and one thread: its threads spin on a busy machine. Its
 * exit status says nothing (it is 0 for files it could not read): look at what
 * it wrote.
 */
#ifndef CLI_BABEL_H
#define CLI_BABEL_H

struct buf;
struct err;

/* The full path of "obabel" or "obrms": $DOCKLINE_OBABEL, $DOCKLINE_OBRMS, else on PATH. NULL with
 * ERR_SYSTEM that names package and variable. The caller frees. */
char *babel_program(const char *name, struct err *err);

/* Run it with args (ended by NULL); in (NULL: nothing) to its stdin, its stdout appended to out.
 * -1: it is missing, or failed (ERR_SYSTEM). */
int babel_run(const char *name, const char *const *args, const struct buf *in, struct buf *out,
    struct err *err);

#endif
