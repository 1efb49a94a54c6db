/* SPDX-License-Identifier: MIT */
/* slot_env: the program and the environment of what runs in a slot. */
#include "cli/slot_env.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "cli/gpus.h"
#include "cli/slot.h"
#include "exec/tag.h"

enum { CHILD_VARS = 9 };

extern char **environ;

bool
slot_is_own_variable(const char *var)
{
	static const char *const names[] = { "DOCKLINE_EXECUTION=", "DOCKLINE_ATTEMPT=",
		"DOCKLINE_JOB=", "DOCKLINE_ORG=", "DOCKLINE_WORK=", "DOCKLINE_WORKER=",
		"DOCKLINE_PROGRESS_FD=", "DOCKLINE_COPROCESS=", "DOCKLINE_HOOK=",
		"DOCKLINE_MEMORY=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strncmp(var, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

char *
slot_program(const char *name)
{
	char self[4096], *slash, *beside, *found;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (strchr(name, '{'))
		return NULL;
	if (len > 0 && !strchr(name, '/')) {
		self[len] = '\0';
		slash = strrchr(self, '/');
		*slash = '\0';
		beside = path_join(self, name);
		found = path_program(beside);
		free(beside);
		if (found)
			return found;
	}
	return path_program(name);
}

void
slot_env_init(struct slot_env *env, const struct task *task, const char *org)
{
	char tag[TAG_TEXT];
	size_t n = 0;

	*env = (struct slot_env){ .task = task, .org = org };
	env->worker = xstrdup(tag_make(tag));
	env->program = slot_program(task->argv[0]);
	while (environ[n])
		n++;
	env->vars = xcalloc(n + CHILD_VARS + 1, sizeof(*env->vars));
	for (size_t i = 0; i < n; i++)
		if (!slot_is_own_variable(environ[i]))
			env->vars[env->nvars++] = environ[i];
}

void
slot_env_clear(struct slot_env *env)
{
	free(env->program);
	free(env->worker);
	free(env->contain.program);
	free(env->vars);
}

void
slot_env_set(
    struct slot_env *env, const struct slot *slot, const struct work *work, struct slot_vars *v)
{
	static char progress[] = "DOCKLINE_PROGRESS_FD=3";
	size_t n = env->nvars;

	*v = (struct slot_vars){ .org = xasprintf("DOCKLINE_ORG=%s", env->org) };
	env->vars[n++] = v->org;
	if (*env->worker)
		env->vars[n++] = env->worker;
	if (work) {
		snprintf(v->execution, sizeof(v->execution), "DOCKLINE_EXECUTION=%lld",
		    (long long)work->id);
		snprintf(v->attempt, sizeof(v->attempt), "DOCKLINE_ATTEMPT=%d", work->attempt);
		env->vars[n++] = v->execution;
		env->vars[n++] = v->attempt;
		env->vars[n++] = progress;
	}
	if (!work) {
		snprintf(
		    v->execution, sizeof(v->execution), "DOCKLINE_COPROCESS=%d", slot->coprocess);
		env->vars[n++] = v->execution;
	}
	if (work && work->lane->job_name)
		env->vars[n++] = v->job = xasprintf("DOCKLINE_JOB=%s", work->lane->job_name);
	if (slot->room.memory > 0) {
		snprintf(v->memory, sizeof(v->memory), "DOCKLINE_MEMORY=%lld",
		    (long long)slot->room.memory);
		env->vars[n++] = v->memory;
	}
	if (slot->dir)
		env->vars[n++] = v->dir = xasprintf("DOCKLINE_WORK=%s", slot->dir);
	if (slot->gpus.which)
		env->vars[n++] = v->gpus = gpus_variable(&slot->gpus);
	env->vars[n] = NULL;
}

void
slot_vars_free(struct slot_vars *v)
{
	free(v->job);
	free(v->org);
	free(v->dir);
	free(v->gpus);
}
