/* SPDX-License-Identifier: MIT */
/*
 * jsonl: records, one JSON object a line, read and written.
 *
 * A line may be up to 64 MiB; blank lines are passed over; a byte order mark
 * at the start is too. Every message names file and line.
 */
#ifndef BASE_JSONL_H
#define BASE_JSONL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct err;
struct jsonl;

enum { JSONL_LINE_MAX = 64 << 20 };

enum jsonl_got {
	JSONL_FATAL = -2, /* the file cannot be read on: kind and text in err */
	JSONL_BAD = -1,   /* this line is no record: text in err; the next call goes on after it */
	JSONL_END = 0,
	JSONL_RECORD = 1,
};

/* Open a file (compressed or not); NULL or "-" is standard input. NULL on error. */
struct jsonl *jsonl_open(const char *path, struct err *err);
void jsonl_close(struct jsonl *in);

/* The next record into *record (the caller's to decref). */
enum jsonl_got jsonl_next(struct jsonl *in, json_t **record, struct err *err);

/* The next line as text without its newline (LF or CRLF), borrowed until the next call and not
 * ended by NUL. Blank lines too. */
enum jsonl_got jsonl_next_text(struct jsonl *in, const char **text, size_t *len, struct err *err);

/* The record of a line that jsonl_next_text gave. JSONL_RECORD, or JSONL_BAD as jsonl_next would
 * say it; JSONL_END for a blank line. */
enum jsonl_got jsonl_parse(
    const struct jsonl *in, const char *text, size_t len, json_t **record, struct err *err);

/* Is there a line that can be had without waiting for more to be written? */
bool jsonl_has_line(const struct jsonl *in);

/* Where the last record came from. */
const char *jsonl_name(const struct jsonl *in);
size_t jsonl_line(const struct jsonl *in);
/* Was it the last line, without a newline? Where it is bad too, the writer was cut off. */
bool jsonl_torn(const struct jsonl *in);

/* Write record and newline with one call. -1: ferror(out). */
int jsonl_write(FILE *out, const json_t *record);

#endif
