/* SPDX-License-Identifier: MIT */
/*
 * artifact: the objects that belong to an execution.
 *
 * Outputs are the files that its result named, inputs those that its parameters
 * name, logs what its attempts wrote when that was too long for a row. Names are
 * unique within a kind; an output or log is stored as an object, of an input
 * perhaps only the hash is known.
 */
#ifndef TASK_ARTIFACT_H
#define TASK_ARTIFACT_H

#include <stdint.h>

#include "base/digest.h"

struct err;
struct store;

enum artifact_kind { ARTIFACT_OUTPUT, ARTIFACT_INPUT, ARTIFACT_LOG, ARTIFACT_KINDS };

/* "output", "input", "log". */
const char *artifact_kind_name(enum artifact_kind kind);

struct artifact {
	enum artifact_kind kind;
	char *name;
	char sha256[DIGEST_HEX];
	int64_t size; /* bytes, -1: not known */
};

struct artifacts {
	struct artifact *at;
	size_t len, room;
};

void artifacts_clear(struct artifacts *list);

/* Note that an execution has it; one of that kind and name before is replaced. Within a
 * transaction. */
int artifact_put(
    struct store *store, int64_t execution, const struct artifact *artifact, struct err *err);

/* Another execution has the same outputs. Within a transaction. */
int artifact_copy_outputs(struct store *store, int64_t to, int64_t from, struct err *err);

/* All of an execution by kind and name, appended: inputs of all lines too, which stand in the
 * settings of the job. 1, 0 when there is no such execution of the org, -1. */
int artifact_list(struct store *store, const char *org, int64_t execution, struct artifacts *list,
    struct err *err);

#endif
