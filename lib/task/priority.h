/* SPDX-License-Identifier: MIT */
/*
 * priority: which of the executions that could run is started first: the one with the larger
 *number.
 *
 *	low -10	medium 0	high 10	critical 20
 *
 * or any number in between and beyond.
 */
#ifndef TASK_PRIORITY_H
#define TASK_PRIORITY_H

#include <jansson.h>

struct err;

enum { PRIORITY_LEAST = -1000, PRIORITY_MEDIUM = 0, PRIORITY_MOST = 1000, PRIORITY_TEXT = 12 };

/* A word or a whole number in -1000..1000. -1 with ERR_INPUT that says what there is. */
int priority_parse(const char *text, int *priority, struct err *err);

/* The same of a member that is a text or an integer. The message reads on after its name. */
int priority_read(const json_t *value, int *priority, struct err *err);

/* The word where there is one, else the number. Returns text. */
char *priority_text(int priority, char text[PRIORITY_TEXT]);

#endif
