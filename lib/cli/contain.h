/* SPDX-License-Identifier: MIT */
/* contain: the command of a slot, wrapped for the container that its task asks for. */
#ifndef CLI_CONTAIN_H
#define CLI_CONTAIN_H

#include "exec/container.h"

struct err;
struct slot;
struct slot_env;
struct work;

/* The runtime of a task, found once. */
struct contain {
	enum container_runtime runtime;
	char *program; /* NULL: not looked for yet */
};

/* Wrap argv with the environment vars. Inputs are the files that the parameters name
 * (`format: path`); work NULL: a coprocess, which gets none. -1: it cannot be (kinds as
 * container_find and container_wrap). */
int contain_wrap(struct slot *slot, struct slot_env *env, const struct work *work,
    char *const *argv, struct container_command *out, struct err *err);

/* The command has ended: what is left of a container that was killed is removed. */
void contain_clean(struct slot *slot, bool killed);

#endif
