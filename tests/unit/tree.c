/* SPDX-License-Identifier: MIT */
/* tree: what a task leaves behind is found wherever it went, and nothing else is touched. */
#include "exec/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/pidstat.h"
#include "exec/proc.h"
#include "exec/tag.h"
#include "tap.h"

extern char **environ;

enum { PATIENCE = 20000000 }; /* microseconds */

/* Each says a letter on descriptor 3 when it has settled; all hold that descriptor open. */
#define STAY "exec tail -f /dev/null"
#define IN_GROUP "sh -c 'printf g >&3; " STAY "' & "
#define SETSID "setsid sh -c 'printf s >&3; " STAY "' & "
#define DOUBLE_FORK \
	"(setsid sh -c 'sh -c \"printf d >&3; " STAY "\" & printf d >&3; " STAY "' &) ; "
#define CLEARED "(env -i PATH=\"$PATH\" setsid sh -c 'printf c >&3; " STAY "' &) ; "

/* A task with what it starts, and the pipe that all of it holds. */
struct job {
	struct tree_task task;
	int fd;
};

static void
settle(struct job *job, int count)
{
	char letter;

	while (count > 0 && read(job->fd, &letter, 1) == 1)
		count--;
	is_int(count, 0, "execution %d: all have settled", (int)job->task.execution);
}

/* Make the pipe: its writing end is descriptor 3. */
static void
open_pipe(struct job *job)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		exit(5);
	job->fd = fcntl(pair[0], F_DUPFD_CLOEXEC, 10);
	close(pair[0]);
	if (pair[1] == 3)
		return;
	dup3(pair[1], 3, O_CLOEXEC);
	close(pair[1]);
}

/* A shell with our tag and that of the execution, and descriptor 3. */
static pid_t
run(const struct tree_task *task, const char *script)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
	char worker[TAG_TEXT], execution[40], attempt[40], *env[100];
	int pass[] = { 3, -1 }, n = 0;
	struct proc_spec spec = { .argv = argv, .env = env, .out = -1, .err = -1, .pass = pass };

	for (; n < 90 && environ[n]; n++)
		env[n] = environ[n];
	snprintf(execution, sizeof(execution), "DOCKLINE_EXECUTION=%d", (int)task->execution);
	snprintf(attempt, sizeof(attempt), "DOCKLINE_ATTEMPT=%d", task->attempt);
	env[n++] = tag_make(worker);
	env[n++] = execution;
	env[n++] = attempt;
	env[n] = NULL;
	return proc_start(&spec, NULL);
}

static struct job
start(int id, const char *script, int settled)
{
	struct job job = { { .execution = id, .attempt = 1 }, -1 };

	open_pipe(&job);
	job.task.pid = run(&job.task, script);
	close(3);
	settle(&job, settled);
	return job;
}

/* Reap a leader as a worker does. */
static void
end(struct job *job, bool kill_it)
{
	struct outcome outcome;

	if (kill_it)
		proc_signal(job->task.pid, SIGKILL);
	while (!proc_reap(job->task.pid, &outcome))
		poll(NULL, 0, 1);
}

/* Does nobody hold the pipe any more? */
static bool
is_over(const struct job *job)
{
	struct pollfd fd = { .fd = job->fd };

	return poll(&fd, 1, 0) > 0 && (fd.revents & POLLHUP);
}

static bool
clear_until_over(
    struct tree *tree, const struct tree_task *running, size_t n, const struct job *job)
{
	int64_t deadline = clock_boot() + PATIENCE;

	while (!is_over(job) && clock_boot() < deadline) {
		tree_clear(tree, running, n, false);
		poll(NULL, 0, 1);
	}
	return is_over(job);
}

static void
test_nothing(struct tree *tree)
{
	struct job job = start(1, ":", 0);

	is_int(tree_next_check(tree), INT64_MAX, "nothing ended: nothing to look for");
	end(&job, false);
	tree_ended(tree);
	ok(tree_next_check(tree) < clock_boot() + 10000000, "one ended: a look is due");
	is_int(tree_clear(tree, NULL, 0, true), 0, "it left nothing");
	is_int(tree_next_check(tree), INT64_MAX, "nothing more to look for");
	close(job.fd);
}

static void
test_left_behind(struct tree *tree)
{
	struct job job = start(2, IN_GROUP SETSID DOUBLE_FORK CLEARED "wait", 5);

	is_int(tree_clear(tree, &job.task, 1, true), 0, "a task that runs is left alone");
	ok(!is_over(&job), "and all that it started");
	end(&job, true);
	tree_ended(tree);
	ok(clear_until_over(tree, NULL, 0, &job), "nothing survives its end");
	is_int(tree_finish(tree, NULL, 0, 10), 0, "and no zombie");
	errno = 0;
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "we have no children");
	close(job.fd);
}

static void
test_two(struct tree *tree)
{
	struct job old = start(3, DOUBLE_FORK "wait; " STAY, 2), new;
	struct tree_task both[2];

	/* what has no tag may be anybody's who is older: a tick apart */
	for (int64_t at = clock_boot(); clock_boot() < at + 30000;)
		poll(NULL, 0, 1);
	new = start(4, CLEARED DOUBLE_FORK, 3);
	both[0] = old.task;
	both[1] = new.task;
	end(&new, false);
	tree_ended(tree);
	is_int(tree_clear(tree, both, 1, true), 2, "the escapees of one that ended");
	ok(!is_over(&new), "not the one whose environment was cleared");
	ok(!is_over(&old), "not those of one that runs");
	tree_finish(tree, both, 1, 10);
	ok(!is_over(&old), "not at last either");
	end(&old, true);
	tree_ended(tree);
	ok(clear_until_over(tree, NULL, 0, &old), "when that has ended, its own");
	ok(clear_until_over(tree, NULL, 0, &new), "and the one with a cleared environment");
	close(old.fd);
	close(new.fd);
}

static void
test_again(struct tree *tree)
{
	struct job first = start(5, SETSID, 1);
	struct tree_task second = first.task;

	end(&first, false);
	second.pid = getppid(); /* any other process */
	second.attempt = 2;
	is_int(tree_clear(tree, &second, 1, true), 1, "another attempt is another task");
	ok(clear_until_over(tree, NULL, 0, &first) || tree_finish(tree, NULL, 0, 10) == 0,
	    "what the first left is gone");
	close(first.fd);
}

struct count {
	int of[2];
	int64_t rss;
};

static void
add(pid_t pid, size_t task, int64_t rss, void *ctx)
{
	struct count *count = ctx;

	count->of[task]++;
	count->rss += rss;
	(void)pid;
}

static void
note_state(pid_t pid, size_t task, int64_t rss, void *ctx)
{
	struct pidstat st;
	char **states = ctx;

	if (pidstat_read(pid, &st) == 0)
		*(*states)++ = st.state;
	(void)task;
	(void)rss;
}

static void
test_each(struct tree *tree)
{
	struct job one = start(6, IN_GROUP DOUBLE_FORK SETSID STAY, 4);
	struct job two = start(7, SETSID STAY, 1);
	struct tree_task tasks[] = { one.task, two.task };
	struct count count = { 0 };
	char states[20] = "", *to = states;

	is_int(tree_each(tree, tasks, 2, add, &count), 0, "all processes of two tasks");
	is_int(count.of[0], 5, "of the first");
	is_int(count.of[1], 2, "of the second");
	ok(count.rss > 7 * 4096, "and their memory");
	is_int(tree_signal(tree, tasks, 2, 1, SIGSTOP), 2, "the second is stopped");
	for (int64_t deadline = clock_boot() + PATIENCE; clock_boot() < deadline;) {
		to = memset(states, 0, sizeof(states));
		tree_each(tree, tasks + 1, 1, note_state, &to);
		if (strcmp(states, "TT") == 0)
			break;
	}
	is_str(states, "TT", "all of it");
	is_int(tree_signal(tree, tasks, 2, 1, SIGTERM), 2, "the second is told to end");
	end(&two, false);
	ok(is_over(&two) || clear_until_over(tree, tasks, 1, &two), "and has");
	ok(!is_over(&one), "the first has not");
	is_int(tree_signal(tree, tasks, 1, 0, SIGKILL), 5, "the first is killed");
	end(&one, false);
	tree_ended(tree);
	ok(clear_until_over(tree, NULL, 0, &one), "all of it");
	tree_finish(tree, NULL, 0, 10);
	close(one.fd);
	close(two.fd);
}

/* A worker that waits to be killed. */
static pid_t
be_worker(const struct job *job, const char *script)
{
	pid_t pid = fork();

	if (pid == 0) {
		run(&job->task, script);
		for (;;)
			pause();
	}
	close(3);
	return pid;
}

static void
kill_worker(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Other tests may sweep at the same time: only what happened counts, not who did it. */
static void
test_sweep(void)
{
	struct job job = { { .execution = 8, .attempt = 1 }, -1 };
	int64_t deadline = clock_boot() + PATIENCE;
	pid_t worker;

	open_pipe(&job);
	worker = be_worker(&job, IN_GROUP SETSID DOUBLE_FORK STAY);
	settle(&job, 4);
	tree_sweep(NULL, 0);
	ok(!is_over(&job), "a worker that lives has left nothing");
	kill_worker(worker);
	tree_sweep(NULL, 0);
	while (!is_over(&job) && clock_boot() < deadline)
		poll(NULL, 0, 1);
	ok(is_over(&job), "what one left that was killed is gone");
	close(job.fd);
}

static void
test_other_job(void)
{
	struct job job = { { .execution = 9, .attempt = 1 }, -1 };
	int64_t deadline = clock_boot() + PATIENCE;
	pid_t worker;

	open_pipe(&job);
	worker = be_worker(&job, "SLURM_JOB_ID=4711 " SETSID STAY);
	settle(&job, 1);
	kill_worker(worker);
	tree_sweep(NULL, 0);
	ok(!is_over(&job), "what is in a batch job is left to its batch system");
	setenv("SLURM_JOB_ID", "4711", 1);
	tree_sweep(NULL, 0);
	unsetenv("SLURM_JOB_ID");
	while (!is_over(&job) && clock_boot() < deadline)
		poll(NULL, 0, 1);
	ok(is_over(&job), "unless it is the job we are in");
	close(job.fd);
}

/* The leftover of a dead worker that sweeps itself goes on. */
static void
test_sweeper(void)
{
	char tag[TAG_TEXT], *value;
	pid_t pid = fork();
	int status;

	if (pid == 0) { /* the worker; its start is not ours */
		tag_make(tag);
		value = strchr(tag, '=') + 1;
		setenv("DOCKLINE_WORKER", value, 1);
		pid = getpid();
		if (fork() == 0) {
			while (getppid() == pid)
				poll(NULL, 0, 1);
			execl("/proc/self/exe", "tree", "sweep", NULL);
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	pid = waitpid(-1, &status, 0);
	ok(pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 7, "a sweeper spares itself");
}

static void
test_tag(void)
{
	char text[TAG_TEXT], again[TAG_TEXT];
	struct job job = start(10, SETSID STAY, 1);
	int64_t deadline = clock_boot() + PATIENCE;
	struct tag tag;
	int rc;

	is_str(tag_make(text), tag_make(again), "the tag of a worker");
	ok(strncmp(text, "DOCKLINE_WORKER=", 16) == 0, "is a variable");
	/* while it becomes another program it has none */
	while ((rc = tag_read(job.task.pid, &tag)) < 0 && clock_boot() < deadline)
		poll(NULL, 0, 1);
	is_int(rc, 0, "a task has it");
	is_int(tag.worker, getpid(), "the worker");
	is_int(tag.start, pidstat_start(getpid()), "its start");
	is_int(tag.execution, 10, "the execution");
	is_int(tag.attempt, 1, "the attempt");
	ok(!tag.other_job, "no batch job");
	ok(!tag_is_orphan(&tag), "its worker lives");
	tag.start--;
	ok(tag_is_orphan(&tag), "one of the same pid before did not");
	is_int(tag_read(getppid(), &tag), -1, "another process has none");
	is_int(tag_read(-1, &tag), -1, "no process has none");
	end(&job, true);
	close(job.fd);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct tree *tree;

	if (argc == 2 && strcmp(argv[1], "sweep") == 0) {
		tree_sweep(NULL, 0);
		return 7;
	}
	tree = tree_new(&err);
	ok(tree != NULL, "the parent of orphans: %s", err.text);
	test_tag();
	test_sweep();
	test_other_job();
	tree_finish(tree, NULL, 0, 10);
	test_sweeper();
	test_nothing(tree);
	test_left_behind(tree);
	test_two(tree);
	test_again(tree);
	test_each(tree);
	tree_free(tree);
	tree_free(NULL);
	return done_testing();
}
