/* SPDX-License-Identifier: MIT */
/*
 * stow: executions that ended elsewhere become executions of a job here, as if they had ended here.
 *
 * Ids stay where they are free, times and attempts always; what each attempt
 * was is not known. Given twice they are there once.
 */
#ifndef CLI_STOW_H
#define CLI_STOW_H

#include <stdbool.h>
#include <stddef.h>

struct app;
struct err;
struct store;
struct stow;

/* job: NULL for the one that the first record names, else what name says. */
struct stow *stow_open(struct app *app, struct store *store, const char *job, const char *name);

/* Take a record, a line of JSON. One that is no execution, or has not ended, is counted and left
 * alone. Transactions are its own. -1: err. */
int stow_line(struct stow *s, const char *text, size_t len, struct err *err);

/* Commit what is left, or with good false take it back, and tell what there was; free. NULL is
 * allowed. */
int stow_close(struct stow *s, bool good, struct err *err);

#endif
