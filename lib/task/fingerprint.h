/* SPDX-License-Identifier: MIT */
/*
 * fingerprint: what makes two executions equal: tenant, task, programs, parameters, and the content
 * of the files that parameters name.
 *
 * Which parameters count, and what of a file is only its name, the task says
 * (task/caching.h). A file may stand in a parameter as a path, or as an object with
 * its text, path or object; then of its members only the format counts besides.
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
	char *parts; /* JSON {"task", "definition", "program", "programs": {name: hash}, "inputs":
			{place: hash}}, of each hash what is needed to tell two apart */
};

struct fingerprints *fingerprints_new(void);
void fingerprints_free(struct fingerprints *memory);

/* The SHA-256 of a file, and its size. -1: it cannot be read, or is no file. */
int fingerprints_file(struct fingerprints *memory, const char *path, char hex[DIGEST_HEX],
    int64_t *size, struct err *err);

/* Of an execution of a task with these parameters, paths absolute. programs are the full paths of
 * what runs it, ended by NULL: its own program ("" where that is not known), and behind it those of
 * its `cache`. The caller frees parts. -1: there is none, because something that it names cannot be
 * read, or tells nothing. */
int fingerprint_take(struct fingerprints *memory, const char *org, const struct task *task,
    char *const *programs, const json_t *params, struct fingerprint *out, struct err *err);

/* The parameters that count, files that stand in them as text by {"sha256", "format"}, paths as
 * they are: the caller's. NULL: they do not tell all. */
json_t *fingerprint_shown(const struct task *task, const json_t *params);

#endif
