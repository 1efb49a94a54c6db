/* SPDX-License-Identifier: MIT */
/*
 * outfile: a file that appears whole or not at all, or standard output.
 *
 * What is written goes to a file beside it, which takes the name when it is
 * closed; a file that exists is never replaced unless that was asked for.
 */
#ifndef CLI_OUTFILE_H
#define CLI_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct outfile;

/* path NULL or "-": standard output. NULL (ERR_USAGE) when the file exists, unless replace. */
struct outfile *outfile_open(const char *path, bool replace, struct err *err);

int outfile_write(struct outfile *out, const void *data, size_t len, struct err *err);

/* Keep it under its name, or leave nothing behind. NULL is fine. */
int outfile_close(struct outfile *out, bool keep, struct err *err);

#endif
