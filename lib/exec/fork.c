/* SPDX-License-Identifier: MIT */
/*
 * fork: our own functions at work in several processes at a time.
 *
 * What a worker has to say goes through an unlinked file in memory, so nobody
 * waits for a pipe. A worker gets TERM when we die, and when we are told to
 * end: its own proc_run then ends the engine, and it leaves.
 */
#include "exec/fork.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "exec/proc.h"

struct place {
	pid_t pid; /* 0: free */
	int fd;
	void *task;
};

struct forkpool {
	forkpool_work *work;
	forkpool_done *done;
	void *ctx;
	int jobs, busy;
	struct place places[];
};

struct forkpool *
forkpool_new(int jobs, forkpool_work *work, forkpool_done *done, void *ctx)
{
	struct forkpool *pool;

	if (jobs < 1)
		jobs = 1;
	pool = xcalloc(1, sizeof(*pool) + (size_t)jobs * sizeof(*pool->places));
	pool->work = work;
	pool->done = done;
	pool->ctx = ctx;
	pool->jobs = jobs;
	return pool;
}

static void
do_here(struct forkpool *pool, void *task)
{
	struct buf out = BUF_INIT;

	pool->work(task, pool->ctx, &out);
	pool->done(task, pool->ctx, &out);
	buf_clear(&out);
}

static void __attribute__((noreturn))
be_worker(struct forkpool *pool, void *task, int fd, pid_t parent)
{
	struct buf out = BUF_INIT;
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	pool->work(task, pool->ctx, &out);
	rc = file_write_fd(fd, "memory file", out.data, out.len, NULL);
	_exit(rc < 0);
}

/* 0, or -1: the machine has no room for another process. */
static int
start(struct forkpool *pool, struct place *place, void *task)
{
	pid_t parent = getpid();

	place->fd = memfd_create("dockline", MFD_CLOEXEC);
	if (place->fd < 0)
		return -1;
	place->pid = fork();
	if (place->pid == 0)
		be_worker(pool, task, place->fd, parent);
	if (place->pid < 0) {
		place->pid = 0;
		close(place->fd);
		return -1;
	}
	place->task = task;
	pool->busy++;
	return 0;
}

static void
finish(struct forkpool *pool, struct place *place, int status)
{
	struct buf out = BUF_INIT;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && lseek(place->fd, 0, SEEK_SET) == 0)
		file_read_fd(place->fd, "memory file", 0, &out, NULL);
	close(place->fd);
	place->pid = 0;
	pool->busy--;
	pool->done(place->task, pool->ctx, &out);
	buf_clear(&out);
}

static void
end_workers(const struct forkpool *pool)
{
	for (int i = 0; i < pool->jobs; i++)
		if (pool->places[i].pid > 0)
			kill(pool->places[i].pid, SIGTERM);
}

/* Wait until one has ended; pass on that we are to end. */
static void
reap_one(struct forkpool *pool)
{
	bool told = false;
	int status;
	pid_t pid;

	do {
		if (proc_caught() && !told) {
			end_workers(pool);
			told = true;
		}
		pid = waitpid(-1, &status, 0);
	} while (pid < 0 && errno == EINTR);
	for (int i = 0; i < pool->jobs; i++)
		if (pid > 0 && pool->places[i].pid == pid)
			finish(pool, &pool->places[i], status);
}

void
forkpool_add(struct forkpool *pool, void *task)
{
	int i = 0;

	if (pool->jobs == 1) {
		do_here(pool, task);
		return;
	}
	while (pool->busy == pool->jobs)
		reap_one(pool);
	while (pool->places[i].pid > 0)
		i++;
	if (start(pool, &pool->places[i], task) < 0)
		do_here(pool, task);
}

static void
reap_all(struct forkpool *pool)
{
	while (pool->busy > 0)
		reap_one(pool);
}

void
forkpool_alone(struct forkpool *pool, void *task)
{
	reap_all(pool);
	do_here(pool, task);
}

void
forkpool_free(struct forkpool *pool)
{
	if (!pool)
		return;
	reap_all(pool);
	free(pool);
}
