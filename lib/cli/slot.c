/* SPDX-License-Identifier: MIT */
/* slot: a place where one execution runs at a time. */
#include "cli/slot.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/hook.h"
#include "exec/cmdline.h"
#include "exec/stream.h"

int
slot_open(struct slot *slot, int number, const char *scratch, struct err *err)
{
	*slot = (struct slot){ .number = number,
		.in = -1,
		.out = SINK_INIT,
		.err = SINK_INIT,
		.headway = { .fd = -1 } };
	slot->in = memfd_create("params", MFD_CLOEXEC);
	if (slot->in < 0)
		return err_sys(err, "cannot make a memory file");
	if (sink_open(&slot->out, scratch, number, "out", err) < 0 ||
	    sink_open(&slot->err, scratch, number, "log", err) < 0)
		return -1;
	slot->clean = true;
	slot->folder = xasprintf("%s/%d", scratch, number);
	return headway_open(&slot->headway, scratch, number, err);
}

void
slot_close(struct slot *slot)
{
	stream_free(slot->stream);
	if (slot->in >= 0)
		close(slot->in);
	sink_close(&slot->out);
	sink_close(&slot->err);
	headway_close(&slot->headway);
	free(slot->folder);
	free(slot->kept);
	work_free(slot->work);
}

/* Who still has the output of the work before has its parameters, too: reading moves the place
 * where all read on. */
static int
renew_params(struct slot *slot)
{
	int fd = memfd_create("params", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	close(slot->in);
	slot->in = fd;
	return 0;
}

int
slot_empty(struct slot *slot)
{
	int out, err;

	if (slot->clean)
		return 0;
	out = sink_clean(&slot->out);
	err = sink_clean(&slot->err);
	slot->clean = out >= 0 && err >= 0;
	if ((out > 0 || err > 0) && renew_params(slot) < 0)
		slot->clean = false;
	return slot->clean ? 0 : -1;
}

/* One line in the stdin of the child. */
static int
put_line(struct slot *slot, const char *data, size_t len, struct err *err)
{
	struct iovec line[] = { { (void *)data, len }, { "\n", 1 } };
	ssize_t n = pwritev(slot->in, line, 2, 0);

	if (n == (ssize_t)len + 1 && ftruncate(slot->in, n) == 0 &&
	    lseek(slot->in, 0, SEEK_SET) == 0)
		return 0;
	return err_sys(err, "cannot write %zu bytes of parameters to a memory file", len);
}

/* The parameters; with lines only the text. */
static int
put_params(struct slot *slot, const struct work *work, const char *text, struct err *err)
{
	return text ? put_line(slot, text, strlen(text), err)
		    : put_line(slot, work->params, work->params_len, err);
}

/* Where the work folder of the slot's task is to be, if it asks for one. A coprocess (work NULL)
 * serves many executions: its folder is never kept. */
static void
choose_folder(struct slot *slot, const struct work *work)
{
	free(slot->kept);
	slot->kept = NULL;
	slot->dir = slot->task->workdir ? slot->folder : NULL;
	if (slot->dir && slot->keep && work)
		slot->dir = slot->kept = xasprintf(
		    "%s/%lld.%d", slot->keep, (long long)work->id, work->attempt);
}

void
slot_drop_folder(struct slot *slot)
{
	if (slot->dir && !slot->kept)
		file_remove_tree(slot->dir, NULL);
}

static int
make_folder(struct slot *slot, struct err *err)
{
	if (!slot->dir)
		return 0;
	if (file_remove_tree(slot->dir, err) < 0)
		return -1;
	if (mkdir(slot->dir, 0700) < 0)
		return err_sys(err, "cannot create '%s'", slot->dir);
	return 0;
}

static int
prepare_files(struct slot *slot, const struct work *work, const char *text, struct err *err)
{
	if (slot_empty(slot) < 0 || headway_reset(&slot->headway) < 0)
		return err_sys(err, "cannot empty the output of slot %d", slot->number);
	if (!slot->before && make_folder(slot, err) < 0)
		return -1;
	return put_params(slot, work, text, err);
}

/* Into its container, where the task asks for one: *argv and *program are replaced then. */
static int
wrap(struct slot *slot, struct slot_env *env, const struct work *work, char *const *command,
    struct container_command *contained, char *const **argv, const char **program, struct err *err)
{
	if (!env->task->rules.container.image)
		return 0;
	if (contain_wrap(slot, env, work, command, contained, err) < 0)
		return -1;
	*argv = contained->argv;
	*program = env->contain.program;
	return 0;
}

/* Descriptors that no other child has. */
static pid_t
start_with_files(struct slot *slot, struct proc_spec *spec, struct err *err)
{
	pid_t pid = -1;

	spec->in = slot->in;
	spec->out = sink_give(&slot->out);
	spec->err = sink_give(&slot->err);
	slot->clean = false;
	if (spec->out < 0 || spec->err < 0)
		err_sys(err, "cannot open the files of slot %d", slot->number);
	else
		pid = proc_start(spec, err);
	if (spec->out >= 0)
		close(spec->out);
	if (spec->err >= 0)
		close(spec->err);
	return pid;
}

/* Start with an environment that lives in *v. */
static pid_t
spawn(
    struct slot *slot, struct slot_env *env, const struct work *work, char **argv, struct err *err)
{
	struct proc_spec spec = { .argv = argv,
		.program = env->program,
		.env = env->vars,
		.cwd = env->task->cwd,
		.three = slot->headway.fd };
	struct container_command contained = { 0 };
	struct slot_vars v;
	pid_t pid = -1;

	slot_env_set(env, slot, work, &v);
	if (wrap(slot, env, work, argv, &contained, &spec.argv, &spec.program, err) == 0) {
		if (contained.env)
			spec.env = contained.env;
		pid = start_with_files(slot, &spec, err);
	}
	if (pid < 0)
		contain_clean(slot, false);
	container_command_clear(&contained);
	slot_vars_free(&v);
	return pid;
}

static bool
has_template(char *const *argv)
{
	for (size_t i = 0; argv[i]; i++)
		if (strchr(argv[i], '{'))
			return true;
	return false;
}

/* A process was started for work: from now on the slot's, so many seconds. */
static void
begin(struct slot *slot, struct work *work, double limit, double grace)
{
	slot->work = work;
	slot->limit = limit;
	slot->soft = slot->begun + (int64_t)(limit * 1e6);
	slot->hard = slot->soft + (int64_t)(grace * 1e6);
	slot->told = SLOT_NOTHING;
	slot->timed_out = slot->overflowed = slot->interrupted = slot->cancelled = false;
	slot->out_of_memory = slot->noted = slot->progressed = false;
	slot->used = 0;
	slot->paused = 0;
}

int
slot_start_before(struct slot *slot, const struct task *task, struct work *work, const char *org,
    const char *state, double limit, struct err *err)
{
	struct hook hook = { .name = "before",
		.argv = task->rules.hooks.before,
		.org = org,
		.state = state,
		.job = work->lane->job_name,
		.execution = work->id,
		.attempt = work->attempt };
	struct buf record = BUF_INIT;
	int rc;

	slot->task = task;
	slot->before = false;
	choose_folder(slot, work);
	hook_record(work, org, &record);
	rc = slot_empty(slot) < 0 || make_folder(slot, err) < 0
	    ? -1
	    : put_line(slot, buf_str(&record), record.len, err);
	buf_clear(&record);
	if (rc < 0)
		return -1;
	hook.dir = slot->dir;
	hook.in = slot->in;
	slot->up = slot->begun = slot->measured = clock_boot();
	slot->started = clock_wall();
	hook.log = sink_give(&slot->err);
	slot->clean = false;
	slot->pid = hook.log < 0 ? err_sys(err, "cannot open '%s'", slot->err.path)
				 : hook_start(&hook, err);
	if (hook.log >= 0)
		close(hook.log);
	if (slot->pid < 0) {
		slot->pid = 0;
		return -1;
	}
	slot->before = true;
	begin(slot, work, limit, HOOK_GRACE);
	return 0;
}

bool
slot_may_go_on(const struct slot *slot, const struct outcome *outcome)
{
	return outcome->exited && outcome->code == 0 && !slot->timed_out && !slot->interrupted &&
	    !slot->cancelled && !slot->overflowed && !slot->out_of_memory;
}

int
slot_start(struct slot *slot, struct slot_env *env, struct work *work, struct err *err)
{
	const struct task *task = env->task;
	bool expand = has_template(task->argv);
	char **argv = NULL;
	json_t *params = NULL;
	const char *text = NULL;
	int rc = -1;

	slot->task = task;
	if (!slot->before)
		choose_folder(slot, work);
	if (expand || task->lines) {
		params = json_parse(work->params, work->params_len, err);
		if (!params)
			goto out;
		argv = cmdline_expand(task->argv, params, err);
		if (!argv)
			goto out;
	}
	if (task->lines)
		text = json_string_value(json_object_get(params, "line"));
	if (prepare_files(slot, work, text, err) < 0)
		goto out;
	slot->up = slot->begun = slot->measured = clock_boot();
	slot->started = clock_wall();
	slot->pid = spawn(slot, env, work, argv ? argv : task->argv, err);
	if (slot->pid < 0)
		goto out;
	begin(slot, work,
	    (work->timeout > 0 ? work->timeout : task->soft) *
		retry_room(&task->retry, FAIL_TIMEOUT, work->past[FAIL_TIMEOUT].all),
	    task->hard - task->soft);
	rc = 0;
out:
	if (rc < 0) {
		slot->pid = 0;
		slot->work = NULL;
	}
	slot->before = false;
	cmdline_free(argv);
	json_decref(params);
	return rc;
}

int
slot_start_stream(struct slot *slot, struct slot_env *env, int number, struct err *err)
{
	const struct task *task = env->task;
	struct stream_spec spec = { .argv = task->argv,
		.program = env->program,
		.env = env->vars,
		.cwd = task->cwd,
		.err = -1,
		.window = (size_t)task->window,
		.turns = task->turns,
		.grace = task->hard - task->soft };
	struct container_command contained = { 0 };
	struct slot_vars v;

	slot->task = task;
	choose_folder(slot, NULL);
	slot->coprocess = number;
	if (slot_empty(slot) < 0)
		return err_sys(err, "cannot empty the log of slot %d", slot->number);
	if (make_folder(slot, err) < 0)
		return -1;
	slot_env_set(env, slot, NULL, &v);
	if (wrap(slot, env, NULL, task->argv, &contained, &spec.argv, &spec.program, err) == 0) {
		if (contained.env)
			spec.env = contained.env;
		spec.err = sink_give(&slot->err);
		slot->clean = false;
		if (spec.err < 0)
			err_sys(err, "cannot open '%s'", slot->err.path);
		else
			slot->stream = stream_new(&spec, err);
	}
	if (spec.err >= 0)
		close(spec.err);
	container_command_clear(&contained);
	slot_vars_free(&v);
	if (!slot->stream) {
		contain_clean(slot, false);
		return -1;
	}
	slot->pid = stream_pid(slot->stream);
	slot->work = NULL;
	slot->up = slot->begun = slot->measured = clock_boot();
	slot->started = clock_wall();
	slot->sole = slot->ending = slot->out_of_memory = slot->before = false;
	slot->dropped = 0;
	slot->used = 0;
	slot->paused = 0;
	return 0;
}

void
slot_end_stream(struct slot *slot)
{
	contain_clean(slot, !stream_outcome(slot->stream)->exited);
	stream_free(slot->stream);
	slot->stream = NULL;
	slot->pid = 0;
	slot_drop_folder(slot);
}
