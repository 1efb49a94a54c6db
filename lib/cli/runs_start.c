/* SPDX-License-Identifier: MIT */
/* runs_start: a run of a pipeline is gone through by a process in the background. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/num.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/cluster.h"
#include "cli/runs.h"
#include "cli/slot.h"
#include "exec/proc.h"

/* Arguments, owned. */
struct words {
	char **at;
	size_t len, room;
};

static void
add_word(struct words *words, const char *word)
{
	vec_add(words, xstrdup(word));
}

static void
add_plan(struct words *argv, const struct cluster_plan *plan)
{
	char number[NUM_TEXT];

	if (!plan->profile)
		return;
	vec_add(argv, xasprintf("--on=%s", plan->profile));
	for (size_t i = 0; plan->settings && plan->settings[i]; i++)
		vec_add(argv, xasprintf("--resource=%s", plan->settings[i]));
	if (plan->chunk)
		vec_add(argv, xasprintf("--chunk-size=%d", plan->chunk));
	if (plan->chunk_seconds > 0)
		vec_add(argv, xasprintf("--chunk-time=%s", num_text(plan->chunk_seconds, number)));
}

static void
driver_argv(const struct app *app, const struct runs_driver *d, struct words *argv)
{
	add_word(argv, "pipeline");
	add_word(argv, "resume");
	add_word(argv, d->run);
	vec_add(argv, xasprintf("--state=%s", d->state));
	vec_add(argv, xasprintf("--org=%s", app->org));
	add_word(argv, d->why ? "--why" : "-v");
	if (d->jobs)
		vec_add(argv, xasprintf("-j%d", d->jobs));
	add_plan(argv, d->plan);
	vec_add(argv, NULL);
}

int
runs_start(struct app *app, const struct runs_driver *d, struct err *err)
{
	char *program = slot_program("pipeline");
	int fd = open(d->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	struct words argv = VEC_INIT;
	struct proc_spec spec = { .program = program, .out = fd, .err = fd, .detached = true };
	pid_t pid = -1;

	driver_argv(app, d, &argv);
	spec.argv = argv.at;
	if (fd < 0)
		err_sys(err, "cannot create '%s'", d->log);
	else
		pid = proc_start(&spec, err);
	if (fd >= 0)
		close(fd);
	free(program);
	for (size_t i = 0; i < argv.len; i++)
		free(argv.at[i]);
	vec_clear(&argv);
	if (pid < 0)
		return -1;
	app_say(app, "process %d goes through it: %s", (int)pid, d->log);
	return 0;
}
