/* SPDX-License-Identifier: MIT */
/*
 * kept: what is left of an attempt as objects: the files that its result named, and what it wrote
 * when that is too long for a row.
 *
 * The thread that judges an attempt reads them; the writer thread stores them
 * (in the transaction of objects, which is committed first) and, when the
 * attempt counts, links them to the execution.
 */
#ifndef CLI_KEPT_H
#define CLI_KEPT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "task/artifact.h"
#include "task/attempt.h"

struct buf;
struct ending;
struct err;
struct kept;
struct store;

/* Add an object to a list; the content is taken over. Returns its hash, which lives as long as the
 * list. */
const char *kept_add(
    struct kept **list, enum artifact_kind kind, const char *name, struct buf *content);

/* Files that a result names below dir (NULL: there is none) are read and added as outputs; in the
 * result `object`, `sha256` and `size` replace their `path`. -1: one could not be read. */
int kept_files(struct kept **list, json_t *result, const char *dir, struct err *err);

/* What it wrote to a file, as a log: the beginning and the end of it where it is longer than cap
 * bytes. What fits into a row (ATTEMPT_INLINE) is not added. */
void kept_log(struct kept **list, enum attempt_stream stream, int attempt, int fd, int64_t cap);

/* Of such a log, where that begins that was written behind the first `seen` bytes; *missing of them
 * are not there. */
size_t kept_behind(const struct buf *content, int64_t seen, int64_t *missing);

/* Store the content of all at the end of an attempt, and link them to the execution. Within a
 * transaction. */
int kept_store(
    const struct kept *list, struct store *store, const struct ending *end, struct err *err);
int kept_link(const struct kept *list, struct store *store, int64_t execution, struct err *err);

void kept_free(struct kept *list);

#endif
