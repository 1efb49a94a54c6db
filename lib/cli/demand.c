/* SPDX-License-Identifier: MIT */
/* demand: is there what a task needs to be started at all? */
#include "cli/demand.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/slot.h"
#include "exec/container.h"
#include "exec/proc.h"
#include "task/task.h"

static int
check_container(const struct task *task, struct err *err)
{
	const char *image = task->rules.container.image;
	enum container_runtime runtime;
	char *program = NULL;
	int rc = container_find(task->rules.container.runtime, image, &runtime, &program, err);

	free(program);
	return rc;
}

static int
check_program(const struct task *task, struct err *err)
{
	const char *name = task->argv[0];
	char *found;

	if (strchr(name, '{'))
		return 0;
	if (task->origin != TASK_ADHOC && task->cwd && strchr(name, '/'))
		return 0; /* perhaps there */
	found = slot_program(name);
	if (!found)
		return proc_missing(name, err);
	free(found);
	return 0;
}

int
demand_check(const struct task *task, struct err *err)
{
	if (task->remote)
		return 0; /* whether its services work is seen when they are asked */
	if ((task->rules.container.image ? check_container(task, err) : check_program(task, err)) ==
	    0)
		return 0;
	if (err)
		err->kind = ERR_USAGE;
	return task->origin == TASK_ADHOC ? -1 : err_wrap(err, "task '%s'", task->name);
}
