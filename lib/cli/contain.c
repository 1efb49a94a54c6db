/* SPDX-License-Identifier: MIT */
/* contain: the command of a slot, wrapped for the container that its task asks for. */
#include "cli/contain.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "cli/slot.h"
#include "exec/proc.h"
#include "task/schema.h"

#define REMOVE_LIMIT 20 /* seconds */

struct paths {
	char **at;
	size_t len, room;
};

static int
add_path(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	struct paths *paths = ctx;

	(void)pointer;
	(void)err;
	vec_add(paths, xstrdup(json_string_value(string)));
	return 0;
}

/* The files that the parameters name, NULL behind them. */
static int
find_inputs(const struct task *task, const struct work *work, struct paths *paths, struct err *err)
{
	json_t *params = NULL;
	int rc = 0;

	if (work && task->params) {
		params = json_parse(work->params, work->params_len, err);
		rc = params ? schema_each_path(task->params, params, add_path, paths, err) : -1;
	}
	json_decref(params);
	vec_add(paths, NULL);
	return rc;
}

static void
free_paths(struct paths *paths)
{
	for (size_t i = 0; i < paths->len; i++)
		free(paths->at[i]);
	vec_clear(paths);
}

int
contain_wrap(struct slot *slot, struct slot_env *env, const struct work *work, char *const *argv,
    struct container_command *out, struct err *err)
{
	const struct task *task = env->task;
	const char *network = task->rules.container.network;
	struct contain *c = &env->contain;
	struct paths inputs = VEC_INIT;
	char *name;
	int rc;

	if (!c->program &&
	    container_find(task->rules.container.runtime, task->rules.container.image, &c->runtime,
		&c->program, err) < 0)
		return -1;
	name = xasprintf(
	    "dockline-%ld-%d-%lld", (long)getpid(), slot->number, work ? (long long)work->id : 0LL);
	rc = find_inputs(task, work, &inputs, err);
	if (rc == 0) {
		struct container_spec spec = { .image = task->rules.container.image,
			.name = name,
			.work = slot->dir,
			.inputs = inputs.at,
			.cpus = slot->room.cpus,
			.memory = slot->room.memory,
			.gpus = slot->gpus.which != 0,
			.network = network && strcmp(network, "host") == 0,
			.three = true,
			.user = (int)geteuid(),
			.group = (int)getegid() };

		rc = container_wrap(c->runtime, c->program, &spec, argv, env->vars, out, err);
		if (rc == 0)
			slot->remove = container_remove_argv(c->runtime, c->program, &spec);
	}
	free_paths(&inputs);
	free(name);
	return rc;
}

void
contain_clean(struct slot *slot, bool killed)
{
	struct proc_spec spec = { .argv = slot->remove, .out = -1, .err = -1 };
	struct outcome outcome;

	if (!slot->remove)
		return;
	if (killed)
		proc_run(&spec, NULL, NULL, NULL, REMOVE_LIMIT, 1, &outcome, NULL);
	container_argv_free(slot->remove);
	slot->remove = NULL;
}
