/* SPDX-License-Identifier: MIT */
/* memory: shared pages are shared out, and the kernel's own kills are known. */
#include "exec/memory.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "exec/tree.h"
#include "fixture.h"
#include "tap.h"

#define MIB ((int64_t)1 << 20)

static void
test_pause(void)
{
	static const struct {
		struct memory_use use;
		int64_t pause;
	} vectors[] = {
		{ { 0, 70 * MIB }, 1000000 },
		{ { 4096 * MIB, 70 * MIB }, 1000000 },
		{ { 1024 * MIB, 512 * MIB }, 499879 },
		{ { 1024 * MIB, 1020 * MIB }, 200000 },
		{ { 1024 * MIB, 2000 * MIB }, 200000 },
	};

	for (size_t i = 0; i < COUNT(vectors); i++)
		is_int(memory_pause(&vectors[i].use), vectors[i].pause, "%lld of %lld MiB",
		    (long long)(vectors[i].use.now / MIB), (long long)(vectors[i].use.limit / MIB));
}

/* A task of `children` processes that share 64 MiB with it; each says so on fd. */
static pid_t
start_task(int children)
{
	int pair[2];
	pid_t pid;
	char c;

	if (pipe(pair) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		char *block = xmalloc((size_t)(64 * MIB));

		setpgid(0, 0);
		memset(block, 1, (size_t)(64 * MIB));
		while (children-- > 0 && fork() > 0)
			;
		if (write(pair[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	for (int i = 0; i <= children; i++)
		if (read(pair[0], &c, 1) != 1)
			break;
	close(pair[0]);
	close(pair[1]);
	return pid;
}

static void
test_look(void)
{
	struct tree_task tasks[] = { { .execution = 1 }, { .execution = 2 }, { .execution = 3 } };
	struct memory_use use[3] = { { 100 * MIB, 0 }, { 0, 0 }, { 10 * MIB, 0 } };
	struct tree *tree = tree_new(NULL);

	tasks[0].pid = start_task(3);
	tasks[1].pid = start_task(1);
	tasks[2].pid = start_task(0);
	is_int(memory_look(tree, tasks, 3, use), 0, "three tasks");
	ok(use[0].now >= 60 * MIB && use[0].now <= 100 * MIB,
	    "four processes that share 64 MiB are below a limit of 100: %lld",
	    (long long)(use[0].now / MIB));
	ok(use[1].now >= 128 * MIB, "where there is no limit nobody counts twice: %lld",
	    (long long)(use[1].now / MIB));
	ok(use[2].now > 60 * MIB, "one above its limit: %lld", (long long)(use[2].now / MIB));
	for (int i = 0; i < 3; i++) {
		kill(-tasks[i].pid, SIGKILL);
		waitpid(tasks[i].pid, NULL, 0);
	}
	is_int(memory_look(tree, tasks, 3, use), 0, "when they have ended");
	is_int(use[0].now + use[1].now + use[2].now, 0, "they use nothing");
	tree_finish(tree, NULL, 0, 10);
	tree_free(tree);
}

static void
test_kills(void)
{
	char *root = fixture_root();

	is_int(memory_oom_kills(root), -1, "nothing to read");
	fixture_put(root, "proc/vmstat", "pgfault 17\noom_kill 5\ndrop 0\n");
	is_int(memory_oom_kills(root), 5, "the host");
	fixture_put(root, "proc/self/cgroup", "4:memory:/a\n1:cpu:/b\n0::/u\n");
	is_int(memory_oom_kills(root), 5, "groups that are not there");
	fixture_put(root, "sys/fs/cgroup/memory/a/memory.oom_control", "under_oom 0\noom_kill 2\n");
	is_int(memory_oom_kills(root), 2, "a group of version 1");
	fixture_put(root, "proc/self/cgroup", "0::/u/s.scope\n");
	is_int(memory_oom_kills(root), 5, "another group");
	fixture_put(
	    root, "sys/fs/cgroup/u/s.scope/memory.events", "oom 3\noom_kill 1\noom_group_kill 0\n");
	is_int(memory_oom_kills(root), 1, "a group of version 2");
	ok(memory_oom_kills("") >= -1, "here: %lld", (long long)memory_oom_kills(""));
	fixture_free(root);
}

int
main(void)
{
	test_pause();
	test_look();
	test_kills();
	return done_testing();
}
