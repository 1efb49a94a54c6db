/* SPDX-License-Identifier: MIT */
/*
 * progress: one line on stderr about long work.
 *
 * On a terminal the line is redrawn at most ten times a second and wiped at
 * the end; elsewhere a plain line appears every 30 s. Nothing with -q, nothing
 * before the first second has passed. COLUMNS and TERM=dumb are honoured.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

struct app;
struct progress;

/* unit is what is counted: "molecules", "executions". */
struct progress *progress_new(const struct app *app, const char *unit);
/* So many were done before the work began: they say nothing about its rate. */
void progress_begin(struct progress *p, int64_t done);
/* Wipe the line and free. NULL is allowed. */
void progress_free(struct progress *p);

/* done of total (0: not known), and what else is worth saying ("3 failed"; may be NULL). Cheap:
 * call it for every record. */
void progress_tick(struct progress *p, int64_t done, int64_t total, const char *detail);

/* Wipe the line so that other text can be printed; the next tick draws it again. */
void progress_hide(struct progress *p);

#endif
