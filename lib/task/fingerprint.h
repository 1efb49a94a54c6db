/* SPDX-License-Identifier: MIT */
/*
 * fingerprint: what makes two executions equal: tenant, task, program, parameters, and the content
 * of the files that parameters name.
 *
 * A file is read once as long as its size and its times stay as they are. The
 * memory of that may be shared by threads.
 */
#ifndef TASK_FINGERPRINT_H
#define TASK_FINGERPRINT_H

#include <jansson.h>
#include <stdint.h>

#include "base/digest.h"

struct err;
struct fingerprints;
struct task;

/* Equal executions have equal ones. */
struct fingerprint {
	char digest[DIGEST_HEX];
	char *parts; /* JSON {"task", "definition", "program", "inputs": {place: SHA-256}} */
};

struct fingerprints *fingerprints_new(void);
void fingerprints_free(struct fingerprints *memory);

/* The SHA-256 of a file, and its size. -1: it cannot be read, or is no file. */
int fingerprints_file(struct fingerprints *memory, const char *path, char hex[DIGEST_HEX],
    int64_t *size, struct err *err);

/* Of an execution of a task with these parameters, paths absolute. program is the full path of
 * what it runs, NULL: not known. The caller frees parts. -1: there is none, because something that
 * it names cannot be read. */
int fingerprint_take(struct fingerprints *memory, const char *org, const struct task *task,
    const char *program, const json_t *params, struct fingerprint *out, struct err *err);

#endif
