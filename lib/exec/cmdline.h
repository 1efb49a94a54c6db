/* SPDX-License-Identifier: MIT */
/*
 * cmdline: argument vectors with parameters put in.
 *
 * "{name}" in an argument is replaced by the value of that parameter, which
 * stays within that one argument whatever it contains. Braces around anything
 * that is not a parameter stay. A value never goes into the script of a shell
 * ("sh -c SCRIPT"): pass it as an argument behind the script instead.
 */
#ifndef EXEC_CMDLINE_H
#define EXEC_CMDLINE_H

#include <jansson.h>

struct err;

/* A new NULL-terminated vector (cmdline_free), or NULL with ERR_USAGE when a value would go into a
 * shell script, ERR_INPUT when it contains a NUL. Strings go in as they are, other values as JSON.
 */
char **cmdline_expand(char *const *argv, const json_t *params, struct err *err);
void cmdline_free(char **argv);

#endif
