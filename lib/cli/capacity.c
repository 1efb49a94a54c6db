/* SPDX-License-Identifier: MIT */
/* capacity: what this host, or what was allotted of it, has to give. */
#include "cli/capacity.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/config.h"
#include "cli/demand.h"
#include "exec/pressure.h"
#include "task/task.h"

enum {
	CPUS_DEFAULT_MAX = 20, /* without -j and outside an allocation */
	AT_ONCE_MAX = 100000,
};

void
capacity_find(int jobs, struct room *capacity)
{
	int64_t memory = host_free_memory("");
	bool allotted = false;
	int cpus = jobs > 0 ? jobs : host_cpus("", &allotted);

	if (jobs <= 0 && !allotted && cpus > CPUS_DEFAULT_MAX)
		cpus = CPUS_DEFAULT_MAX;
	*capacity = (struct room){
		.cpus = cpus, .gpus = host_gpus(""), .memory = memory > 0 ? memory : INT64_MAX / 2
	};
}

int
capacity_gpus(double asked, struct room *capacity, struct err *err)
{
	const char *list = getenv("CUDA_VISIBLE_DEVICES");
	char text[NUM_TEXT];

	if (list && asked > host_gpus(""))
		return err_set(err, ERR_USAGE, "--gpus %s: CUDA_VISIBLE_DEVICES names %d",
		    num_text(asked, text), host_gpus(""));
	capacity->gpus = asked;
	return 0;
}

void
capacity_of_host(struct room *capacity)
{
	int64_t pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	bool allotted;

	*capacity = (struct room){ .cpus = host_cpus("", &allotted),
		.gpus = host_gpus(""),
		.memory = pages > 0 ? pages * size : INT64_MAX / 2 };
}

void
capacity_say_memory(struct app *app, const struct task *task, const struct room *capacity)
{
	struct room one;
	int slots, fit;

	room_of_task(task, 0, &one);
	fit = room_fits(capacity, &one, AT_ONCE_MAX);
	one.memory = 0;
	slots = room_fits(capacity, &one, AT_ONCE_MAX);
	if (fit < slots && slots > 1)
		app_warn(app,
		    "%lld MiB of memory are free and one execution of '%s' takes %lld MiB:"
		    " %d at once, not %d",
		    (long long)capacity->memory >> 20, task->name, (long long)task->memory >> 20,
		    fit > 0 ? fit : 1, slots);
}

void
capacity_hold(const struct task *task, struct room *capacity)
{
	struct room one;

	room_of_task(task, 0, &one);
	if (capacity->cpus < one.cpus)
		capacity->cpus = one.cpus;
	if (capacity->memory < one.memory)
		capacity->memory = one.memory;
}

int
capacity_meet(struct app *app, const struct config *config, int jobs, const struct demands *demands,
    struct room *capacity, struct err *err)
{
	struct task *task;

	capacity_find(jobs ? jobs : (int)config_number(config, CONFIG_WORKER_JOBS), capacity);
	for (size_t at = 0; (task = demands->next(demands->of, &at));) {
		if (demand_check(task, err) < 0)
			return -1;
		capacity_say_memory(app, task, capacity);
		capacity_hold(task, capacity);
	}
	return 0;
}
