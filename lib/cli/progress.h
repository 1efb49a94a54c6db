/* SPDX-License-Identifier: MIT */
/*
 * progress: one line on stderr about long work.
 *
 * On a terminal the line is redrawn at most ten times a second and wiped at
 * the end; elsewhere a plain line appears every 30 s. Nothing with -q, nothing
 * before the first second has passed or anything was counted, nothing from the
 * background. COLUMNS and TERM=dumb are honoured.
 *
 * Of the programs of a pipe one draws: it holds a lock on the terminal, and
 * the others try again until it ends. Rate and time left follow from what was
 * done since the total last changed, so what was done before we began, or
 * counts as done as soon as it is counted at all, says nothing about them.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

struct app;
struct progress;

/* unit is what is counted: "molecules", "executions". */
struct progress *progress_new(const struct app *app, const char *unit);
/* Draw only as long as no other program wants to. */
void progress_give_way(struct progress *p);
/* Wipe the line and free. NULL is allowed. */
void progress_free(struct progress *p);

/* So many are done of total (0: not known), and what else is worth saying ("3 failed"; may be
 * NULL). Cheap: call it for every record. */
void progress_tick(struct progress *p, int64_t done, int64_t total, const char *detail);

/* Wipe the line so that other text can be printed; the next tick draws it again. */
void progress_hide(struct progress *p);

#endif
