/* SPDX-License-Identifier: MIT */
/*
 * family: our descendants and whose they are, as /proc shows them at one moment.
 *
 * From each process the parents are followed up to a task that runs, to its
 * process group, to a child that we adopted, or to what has no parent. The
 * inode of /proc/PID tells a stranger from the next process of the same pid.
 */
#include "exec/family.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/pidstat.h"
#include "base/vec.h"
#include "exec/tag.h"
#include "exec/tree.h"

enum {
	OWNER_UNKNOWN = -3,
	OWNER_STRANGER = -4, /* does not descend from us */
};

struct stranger {
	pid_t pid;
	ino_t inode;
	bool seen; /* by this look */
};

struct family {
	pid_t self;
	int64_t start; /* of this process */
	const struct tree_task *running;
	size_t count;
	int64_t oldest; /* start of the oldest running task, INT64_MAX: none runs */
	VEC(struct relative) found;
	VEC(ino_t) inodes; /* of found */
	VEC(struct stranger) strangers;
};

struct family *
family_new(void)
{
	struct family *family = xcalloc(1, sizeof(*family));

	family->self = getpid();
	family->start = pidstat_start(family->self);
	return family;
}

void
family_free(struct family *family)
{
	if (!family)
		return;
	vec_clear(&family->found);
	vec_clear(&family->inodes);
	vec_clear(&family->strangers);
	free(family);
}

/* struct relative and struct stranger begin with their pid */
static int
by_pid(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

static struct relative *
find(const struct family *f, pid_t pid)
{
	return f->found.len ? bsearch(&pid, f->found.at, f->found.len, sizeof(*f->found.at), by_pid)
			    : NULL;
}

static struct stranger *
find_stranger(const struct family *f, pid_t pid)
{
	if (f->strangers.len == 0)
		return NULL;
	return bsearch(&pid, f->strangers.at, f->strangers.len, sizeof(*f->strangers.at), by_pid);
}

static void
forget_unseen_strangers(struct family *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->strangers.len; i++)
		if (f->strangers.at[i].seen)
			f->strangers.at[kept++] = f->strangers.at[i];
	f->strangers.len = kept;
}

/* Read every process that is not a stranger already known. */
static int
gather(struct family *f)
{
	DIR *proc = opendir("/proc");
	ino_t inode;
	pid_t pid;

	if (!proc)
		return -1;
	f->found.len = f->inodes.len = 0;
	for (size_t i = 0; i < f->strangers.len; i++)
		f->strangers.at[i].seen = false;
	while ((pid = pidstat_next(proc, &inode))) {
		struct stranger *known = find_stranger(f, pid);
		struct pidstat st;

		if (known && (known->seen = known->inode == inode))
			continue;
		if (pidstat_read(pid, &st) < 0)
			continue;
		vec_add(&f->found,
		    ((struct relative){
			pid, st.parent, st.group, st.start, st.rss, OWNER_UNKNOWN }));
		vec_add(&f->inodes, inode);
	}
	closedir(proc);
	forget_unseen_strangers(f);
	return 0;
}

static void
find_oldest(struct family *f)
{
	f->oldest = INT64_MAX;
	for (size_t i = 0; i < f->count; i++) {
		const struct relative *r = find(f, f->running[i].pid);

		if (r && r->start < f->oldest)
			f->oldest = r->start;
	}
}

/* Whose is a process by its tag? */
static int
judge_tag(const struct family *f, pid_t pid)
{
	struct tag tag;

	if (tag_read(pid, &tag) < 0)
		return FAMILY_NONE;
	if (tag.worker != f->self || tag.start != f->start)
		return tag_is_orphan(&tag) ? FAMILY_STRAY : FAMILY_NONE;
	for (size_t i = 0; i < f->count; i++)
		if (f->running[i].execution == tag.execution &&
		    f->running[i].attempt == tag.attempt)
			return (int)i;
	return FAMILY_STRAY;
}

/* Whose is a child that we adopted? */
static int
judge_adopted(const struct family *f, const struct relative *r)
{
	int owner = judge_tag(f, r->pid);

	if (owner != FAMILY_NONE)
		return owner;
	return r->start < f->oldest ? FAMILY_STRAY : FAMILY_NONE;
}

/* What can be said of a process without asking its parent. */
static int
judge(const struct family *f, const struct relative *r)
{
	if (r->pid == f->self)
		return FAMILY_NONE;
	for (size_t i = 0; i < f->count; i++)
		if (f->running[i].pid == r->pid || f->running[i].pid == r->group)
			return (int)i;
	return r->parent == f->self ? judge_adopted(f, r) : OWNER_UNKNOWN;
}

static void
resolve(struct family *f, struct relative *r)
{
	struct relative *at = r, *next;
	int owner = at->owner;
	size_t steps = 0;

	while (owner == OWNER_UNKNOWN) {
		owner = judge(f, at);
		if (owner != OWNER_UNKNOWN)
			break;
		next = find(f, at->parent);
		if (at->parent == 0 || find_stranger(f, at->parent))
			owner = OWNER_STRANGER;
		else if (!next || steps++ > f->found.len)
			owner = FAMILY_NONE; /* the parent ended while we looked */
		else
			owner = (at = next)->owner;
	}
	for (; r != at; r = find(f, r->parent))
		r->owner = owner;
	at->owner = owner;
}

/* The monitor of a container has no tag, but the container has: what it descends from is its. */
static void
resolve_upwards(struct family *f, struct relative *r)
{
	int owner;

	if (r->owner != FAMILY_NONE || r->pid == f->self)
		return;
	owner = judge_tag(f, r->pid);
	while (r && r->owner == FAMILY_NONE && r->pid != f->self && owner != FAMILY_NONE) {
		r->owner = owner;
		r = find(f, r->parent);
	}
}

static void
set_strangers_apart(struct family *f)
{
	size_t kept = 0, before = f->strangers.len;

	for (size_t i = 0; i < f->found.len; i++) {
		const struct relative *r = &f->found.at[i];

		if (r->owner == OWNER_STRANGER)
			vec_add(
			    &f->strangers, ((struct stranger){ r->pid, f->inodes.at[i], true }));
		else
			f->found.at[kept++] = *r;
	}
	f->found.len = kept;
	if (f->strangers.len > before)
		qsort(f->strangers.at, f->strangers.len, sizeof(*f->strangers.at), by_pid);
}

int
family_look(struct family *family, const struct tree_task *running, size_t count)
{
	family->running = running;
	family->count = count;
	if (gather(family) < 0)
		return -1;
	find_oldest(family);
	for (size_t i = 0; i < family->found.len; i++)
		resolve(family, &family->found.at[i]);
	for (size_t i = 0; i < family->found.len; i++)
		resolve_upwards(family, &family->found.at[i]);
	set_strangers_apart(family);
	return 0;
}

const struct relative *
family_get(const struct family *family, size_t *count)
{
	*count = family->found.len;
	return family->found.at;
}
