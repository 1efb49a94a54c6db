/* SPDX-License-Identifier: MIT */
/*
 * tag: what tells from outside whose a process is.
 *
 * The environment of a task names its worker (DOCKLINE_WORKER, unique for this boot and PID
 * namespace) and its execution and attempt, or its coprocess. Everything that descends from the
 * task inherits that, wherever it moves itself, and /proc/PID/environ shows it to the same user. A
 * process that was started with another environment, or overwrote its own, or may not be traced,
 * has no tag.
 */
#ifndef EXEC_TAG_H
#define EXEC_TAG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { TAG_TEXT = 160 };

struct tag {
	pid_t worker;
	int64_t start;     /* of the worker (pidstat) */
	int64_t execution; /* 0: none */
	int attempt;       /* without an execution: which coprocess of the worker it is */
	bool other_job; /* it is in a job of a batch system (SLURM_JOB_ID ...), and not in ours */
};

/* "DOCKLINE_WORKER=..." for the children of this process, or "" without a /proc. Returns text. */
char *tag_make(char text[TAG_TEXT]);

/* What the environment of a process says. 0, or -1: no tag, or one of another host, boot or PID
 * namespace, or it cannot be read. */
int tag_read(pid_t pid, struct tag *out);

/* Has the worker of this tag ended? */
bool tag_is_orphan(const struct tag *tag);

#endif
