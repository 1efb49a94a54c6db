/* SPDX-License-Identifier: MIT */
/*
 * tree: everything that descends from our children, found and ended.
 *
 * Two ways to look. Have we a child that we did not start? waitid tells for a
 * pid in a fifth of a microsecond, so all of /proc can be asked. Only if so, or
 * for tree_each, the parents are read (exec/family): a few microseconds each.
 */
#include "exec/tree.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/pidstat.h"
#include "exec/family.h"
#include "exec/tag.h"

enum {
	LOOK_MIN = 10000,       /* microseconds between looks */
	LOOK_SHARE = 200,       /* of its cost, at least, from one look to the next */
	LOOK_STUBBORN = 500000, /* between looks while a stray does not die */
	SIGNAL_ROUNDS = 5,
	SWEEP_ROUNDS = 3,
};

struct tree {
	struct family *family;
	bool dirty;          /* something ended since the last look */
	int64_t next;        /* not before this */
	int killed_in_a_row; /* looks that found strays */
};

struct tree *
tree_new(struct err *err)
{
	struct tree *tree;

	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
		err_sys(err, "cannot become the parent of orphans");
		return NULL;
	}
	tree = xcalloc(1, sizeof(*tree));
	tree->family = family_new();
	return tree;
}

void
tree_free(struct tree *tree)
{
	if (!tree)
		return;
	family_free(tree->family);
	free(tree);
}

void
tree_ended(struct tree *tree)
{
	tree->dirty = true;
}

int64_t
tree_next_check(const struct tree *tree)
{
	return tree->dirty ? tree->next : INT64_MAX;
}

static bool
is_started(pid_t pid, const struct tree_task *running, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (running[i].pid == pid)
			return true;
	return false;
}

/* Is this a living child that we did not start? An ended one is reaped. */
static bool
is_adopted(pid_t pid, const struct tree_task *running, size_t count)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return false;
	if (is_started(pid, running, count))
		return false;
	if (info.si_pid == 0)
		return true;
	waitpid(pid, NULL, WNOHANG);
	return false;
}

static bool
have_adopted(const struct tree_task *running, size_t count)
{
	DIR *proc = opendir("/proc");
	bool found = false;
	pid_t pid;

	if (!proc)
		return false;
	while ((pid = pidstat_next(proc, NULL)))
		found |= is_adopted(pid, running, count);
	closedir(proc);
	return found;
}

/* A kill that cannot hit another process which got the pid meanwhile. */
static bool
kill_same(pid_t pid, int64_t start, int signal)
{
	return pidstat_start(pid) == start && kill(pid, signal) == 0;
}

static int
kill_strays(struct tree *tree, const struct tree_task *running, size_t count)
{
	const struct relative *r;
	size_t n;
	int killed = 0;

	if (family_look(tree->family, running, count) < 0)
		return 0;
	r = family_get(tree->family, &n);
	for (size_t i = 0; i < n; i++)
		if (r[i].owner == FAMILY_STRAY && kill_same(r[i].pid, r[i].start, SIGKILL))
			killed++;
	return killed;
}

int
tree_clear(struct tree *tree, const struct tree_task *running, size_t count, bool now)
{
	int64_t begin = clock_boot(), cost;
	int killed = 0;

	if (!now && (!tree->dirty || begin < tree->next))
		return 0;
	if (have_adopted(running, count))
		killed = kill_strays(tree, running, count);
	tree->dirty = killed > 0; /* their children come to us */
	tree->killed_in_a_row = killed > 0 ? tree->killed_in_a_row + 1 : 0;
	cost = (clock_boot() - begin) * LOOK_SHARE;
	if (tree->killed_in_a_row > 10)
		cost = LOOK_STUBBORN;
	tree->next = begin + (cost > LOOK_MIN ? cost : LOOK_MIN);
	return killed;
}

int
tree_finish(struct tree *tree, const struct tree_task *running, size_t count, double seconds)
{
	int64_t deadline = clock_boot() + (int64_t)(seconds * 1e6);
	int left, pause = 1;

	while ((left = tree_clear(tree, running, count, true)) > 0 && clock_boot() < deadline) {
		poll(NULL, 0, pause);
		if (pause < 20)
			pause *= 2;
	}
	return left;
}

int
tree_each(
    struct tree *tree, const struct tree_task *running, size_t count, tree_visit *visit, void *ctx)
{
	int64_t page = sysconf(_SC_PAGESIZE);
	const struct relative *r;
	size_t n;

	if (family_look(tree->family, running, count) < 0)
		return -1;
	r = family_get(tree->family, &n);
	for (size_t i = 0; i < n; i++)
		if (r[i].owner >= 0)
			visit(r[i].pid, (size_t)r[i].owner, r[i].rss * page, ctx);
	return 0;
}

/* To those of task number `which`, negative: of all tasks; or only to those that are not in its
 * group. The number; -1 without a /proc. */
static int
signal_once(struct tree *tree, const struct tree_task *running, size_t count, int which,
    bool escaped, int signal)
{
	const struct relative *r;
	size_t n;
	int found = 0;

	if (family_look(tree->family, running, count) < 0)
		return -1;
	r = family_get(tree->family, &n);
	for (size_t i = 0; i < n; i++) {
		if (r[i].owner < 0 || (which >= 0 && r[i].owner != which))
			continue;
		if (escaped && r[i].group == running[r[i].owner].pid)
			continue;
		found += kill_same(r[i].pid, r[i].start, signal);
	}
	return found;
}

int
tree_signal(
    struct tree *tree, const struct tree_task *running, size_t count, size_t which, int signal)
{
	int found = signal_once(tree, running, count, (int)which, false, signal), before = 0;

	if (found < 0)
		return kill(-running[which].pid, signal) == 0;
	/* what is stopped or dead has no more children */
	if (signal == SIGSTOP || signal == SIGKILL)
		for (int i = 0; i < SIGNAL_ROUNDS && found > before; i++) {
			before = found;
			found = signal_once(tree, running, count, (int)which, false, signal);
		}
	if (signal == SIGTERM)
		signal_once(tree, running, count, (int)which, false, SIGCONT);
	return found > before ? found : before;
}

int
tree_signal_escaped(
    struct tree *tree, const struct tree_task *running, size_t count, int which, int signal)
{
	int found = signal_once(tree, running, count, which, true, signal);

	if (found > 0 && signal == SIGTERM) /* those that are stopped must run to hear it */
		signal_once(tree, running, count, which, true, SIGCONT);
	return found < 0 ? 0 : found;
}

/* Is `pid` this process or one that it descends from? */
static bool
is_ancestor(pid_t pid)
{
	struct pidstat stat;

	for (pid_t at = getpid(); at > 0; at = stat.parent) {
		if (at == pid)
			return true;
		if (pidstat_read(at, &stat) < 0)
			return false;
	}
	return false;
}

/* Does a descriptor of the process lead to a file for writing in one of the folders? */
static bool
writes_into(pid_t pid, int fd, char *const *folders, size_t count)
{
	char name[64], target[PATH_MAX];
	struct stat st;
	ssize_t len;

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)pid, fd);
	if (count == 0 || lstat(name, &st) < 0 || !(st.st_mode & S_IWUSR))
		return false;
	len = readlink(name, target, sizeof(target) - 1);
	for (size_t i = 0; len > 0 && i < count; i++) {
		size_t n = strlen(folders[i]);

		if ((size_t)len > n && memcmp(target, folders[i], n) == 0 && target[n] == '/')
			return true;
	}
	return false;
}

/* Has its worker ended? */
static bool
is_orphan(pid_t pid, char *const *folders, size_t count)
{
	struct tag tag;

	if (tag_read(pid, &tag) == 0)
		return !tag.other_job && tag_is_orphan(&tag);
	for (int fd = 1; fd <= 3; fd++)
		if (writes_into(pid, fd, folders, count))
			return true;
	return false;
}

/* What a dead worker left? Then killed. */
static bool
sweep_one(int proc, pid_t pid, char *const *folders, size_t count)
{
	int64_t start;
	struct stat st;
	char name[32];

	snprintf(name, sizeof(name), "%d", (int)pid);
	if (fstatat(proc, name, &st, 0) < 0 || st.st_uid != geteuid())
		return false;
	start = pidstat_start(pid);
	if (!is_orphan(pid, folders, count) || is_ancestor(pid))
		return false;
	return kill_same(pid, start, SIGKILL);
}

static int
sweep_once(char *const *folders, size_t count)
{
	DIR *proc = opendir("/proc");
	int killed = 0;
	pid_t pid;

	if (!proc)
		return 0;
	while ((pid = pidstat_next(proc, NULL)))
		killed += sweep_one(dirfd(proc), pid, folders, count);
	closedir(proc);
	return killed;
}

int
tree_sweep(char *const *folders, size_t count)
{
	int killed = sweep_once(folders, count);

	/* what they forked while we looked */
	for (int i = 1; i < SWEEP_ROUNDS && killed > 0; i++)
		if (sweep_once(folders, count) == 0)
			break;
	return killed;
}
