/* SPDX-License-Identifier: MIT */
/* pidstat: processes as the kernel tells them, whatever their names. */
#include "base/pidstat.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static const struct {
	const char *name, *text;
	int rc;
	struct pidstat want;
} vectors[] = {
	{ "an ordinary one",
	    "81 (sh) S 80 81 79 0 -1 4194560 120 0 0 0 250 31 0 0 20 0 1 0 4711 2654208 233 1844",
	    0, { 'S', 1, 80, 81, 79, 250, 31, 4711, 233 } },
	{ "a name that looks like fields",
	    "81 (a) R 1 (b) Z 80 81 79 0 -1 4194560 120 0 0 0 250 31 0 0 20 0 1 0 4711 2654208 "
	    "233\n",
	    0, { 'Z', 1, 80, 81, 79, 250, 31, 4711, 233 } },
	{ "cut short", "81 (sh) S 80 81 79 0 -1 4194560 120 0 0", -1, { 0 } },
	{ "not a number", "81 (sh) S 80 x 79", -1, { 0 } },
	{ "no name", "81 sh S 80 81 79", -1, { 0 } },
	{ "nothing behind the name", "81 (sh)", -1, { 0 } },
	{ "empty", "", -1, { 0 } },
};

static void
test_parse(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct pidstat got = { 0 };

		is_int(pidstat_parse(vectors[i].text, &got), vectors[i].rc, "%s", vectors[i].name);
		if (vectors[i].rc < 0)
			continue;
		is_int(got.state, vectors[i].want.state, "%s: state", vectors[i].name);
		is_int(got.threads, vectors[i].want.threads, "%s: threads", vectors[i].name);
		is_int(got.parent, vectors[i].want.parent, "%s: parent", vectors[i].name);
		is_int(got.group, vectors[i].want.group, "%s: group", vectors[i].name);
		is_int(got.session, vectors[i].want.session, "%s: session", vectors[i].name);
		is_int(got.user, vectors[i].want.user, "%s: user ticks", vectors[i].name);
		is_int(got.system, vectors[i].want.system, "%s: system ticks", vectors[i].name);
		is_int(got.start, vectors[i].want.start, "%s: start", vectors[i].name);
		is_int(got.rss, vectors[i].want.rss, "%s: pages", vectors[i].name);
	}
}

static void
test_live(void)
{
	struct pidstat self, child;
	pid_t pid;

	is_int(pidstat_read(getpid(), &self), 0, "ourselves");
	is_int(self.parent, getppid(), "our parent");
	is_int(self.group, getpgrp(), "our group");
	ok(self.start > 0 && self.rss > 0, "a start and some memory");
	is_int(pidstat_start(getpid()), self.start, "start alone");
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	is_int(pidstat_read(pid, &child), 0, "a child");
	is_int(child.parent, getpid(), "is ours");
	ok(pidstat_start(pid) >= self.start, "and younger");
	kill(pid, SIGKILL);
	waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	is_int(pidstat_read(pid, &child), 0, "ended, not yet waited for");
	is_int(child.state, 'Z', "a zombie");
	is_int(pidstat_start(pid), 0, "has no start");
	waitpid(pid, NULL, 0);
	is_int(pidstat_read(pid, &child), -1, "waited for: gone");
	is_int(pidstat_start(pid), 0, "no start");
}

static void
test_all(void)
{
	DIR *proc = opendir("/proc");
	ino_t inode = 0;
	pid_t pid;

	do
		pid = pidstat_next(proc, &inode);
	while (pid && pid != getpid());
	is_int(pid, getpid(), "we are among all");
	ok(inode != 0, "with an inode");
	while (pidstat_next(proc, NULL))
		;
	is_int(pidstat_next(proc, NULL), 0, "the end");
	closedir(proc);
}

int
main(void)
{
	test_parse();
	test_all();
	test_live();
	return done_testing();
}
