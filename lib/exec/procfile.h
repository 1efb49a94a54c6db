/* SPDX-License-Identifier: MIT */
/* procfile: numbers in the small files of /proc and /sys, a name and a number a line. */
#ifndef EXEC_PROCFILE_H
#define EXEC_PROCFILE_H

#include <stdint.h>

/* The number behind `name` at the start of a line of the file ("": the first line), in units as
 * written. -1: no such file, line or number. */
int64_t procfile_number(const char *path, const char *name);

/* The same of a text. */
int64_t procfile_number_in(const char *text, const char *name);

#endif
