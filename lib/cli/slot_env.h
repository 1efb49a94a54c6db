/* SPDX-License-Identifier: MIT */
/* slot_env: the program and the environment of what runs in a slot. */
#ifndef CLI_SLOT_ENV_H
#define CLI_SLOT_ENV_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/contain.h"

struct slot;
struct task;
struct work;

/* What the children of a task get besides their slot. */
struct slot_env {
	const struct task *task;
	char *program; /* full path of the task's program; NULL: looked up for each */
	const char *org;
	struct contain contain; /* where the task asks for one */
	char *worker;           /* DOCKLINE_WORKER=... */
	char **vars;            /* our environment with room for the variables of a child */
	size_t nvars;           /* how many are ours */
};

/* A program named without a slash: beside our own first, so that shipped tasks run the programs
 * they were shipped with. NULL: parameters are part of the name, or it is nowhere. The caller
 * frees. */
char *slot_program(const char *name);

/* Is it a variable ("NAME=VALUE") that children of a worker get from it, whatever ours is? */
bool slot_is_own_variable(const char *var);

void slot_env_init(struct slot_env *env, const struct task *task, const char *org);
void slot_env_clear(struct slot_env *env);

/* The variables of one child, as long as it is being started. */
struct slot_vars {
	char execution[64], attempt[64], memory[64], *job, *org, *dir, *gpus;
};

/* Put them behind ours in env->vars. work NULL: a coprocess, which serves many executions. */
void slot_env_set(
    struct slot_env *env, const struct slot *slot, const struct work *work, struct slot_vars *vars);
void slot_vars_free(struct slot_vars *vars);

#endif
