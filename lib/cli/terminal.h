/* SPDX-License-Identifier: MIT */
/*
 * terminal: who of several programs draws on the terminal that stderr is.
 *
 * Of the programs of a pipe one draws: it holds a lock on the terminal, and the
 * others try again until it ends. Nobody draws from the background.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>

/* May we draw now? From then on until terminal_leave, or the end of the process. */
bool terminal_take(void);
void terminal_leave(void);

/* Its size: $COLUMNS before what it says itself; 80 and 24 when nobody knows. */
int terminal_columns(void);
int terminal_rows(void);

#endif
