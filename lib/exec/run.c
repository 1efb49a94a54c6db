/* SPDX-License-Identifier: MIT */
/*
 * run: a child from start to end (proc_run).
 *
 * Input and output go through unlinked files in memory (memfd), so a child
 * never waits for us and we never wait for a pipe that a straggler holds open.
 * We look after the child with short sleeps that grow to 20 ms; its end cuts a
 * sleep short through SIGCHLD.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "exec/proc.h"

#define OUTPUT_LIMIT ((off_t)256 << 20)

struct pipes {
	int in, out, err; /* memory files, -1: none */
};

static int
memory_file(const struct buf *content, struct err *err)
{
	int fd = memfd_create("dockline", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "cannot make a memory file");
	if (content && file_write_fd(fd, "memory file", content->data, content->len, err) < 0) {
		close(fd);
		return -1;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int
open_pipes(struct pipes *p, const struct buf *input, bool out, bool errout, struct err *err)
{
	if (input && (p->in = memory_file(input, err)) < 0)
		return -1;
	if (out && (p->out = memory_file(NULL, err)) < 0)
		return -1;
	if (errout && (p->err = memory_file(NULL, err)) < 0)
		return -1;
	return 0;
}

static void
close_pipes(struct pipes *p)
{
	if (p->in >= 0)
		close(p->in);
	if (p->out >= 0)
		close(p->out);
	if (p->err >= 0)
		close(p->err);
}

static bool
is_too_long(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_size > OUTPUT_LIMIT;
}

/* Sleep until a child ends or for at most so many seconds. */
static void
wait_a_little(double most)
{
	struct timespec ts = { .tv_sec = 0, .tv_nsec = (long)(most * 1e9) };
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigtimedwait(&child, NULL, &ts);
}

/* Look after the child until it is reaped. */
static void
attend(pid_t pid, const struct pipes *p, double limit, double grace, struct outcome *o)
{
	int64_t start = clock_boot(), told = 0;
	double pause = 0.0005;

	while (!proc_reap(pid, o)) {
		int64_t now = clock_boot();
		bool late = limit > 0 && (double)(now - start) > limit * 1e6;
		bool full = is_too_long(p->out) || is_too_long(p->err);

		if (!told && (late || full || proc_caught())) {
			o->timed_out = late;
			o->overflowed = full && !late;
			proc_signal(pid, SIGTERM);
			told = now;
		} else if (told && (double)(now - told) > grace * 1e6) {
			proc_signal(pid, SIGKILL);
		}
		wait_a_little(pause);
		pause = pause < 0.02 ? pause * 1.5 : 0.02;
	}
	o->elapsed = (double)(clock_boot() - start) / 1e6;
}

static int
collect(int fd, struct buf *out, struct err *err)
{
	if (fd < 0)
		return 0;
	lseek(fd, 0, SEEK_SET);
	return file_read_fd(fd, "output of the child", 0, out, err);
}

int
proc_run(const struct proc_spec *spec, const struct buf *input, struct buf *out, struct buf *errout,
    double limit, double grace, struct outcome *outcome, struct err *err)
{
	struct pipes p = { -1, -1, -1 };
	struct proc_spec child = *spec;
	sigset_t block, old;
	int rc = -1;
	pid_t pid;

	*outcome = (struct outcome){ 0 };
	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, &old);
	if (open_pipes(&p, input, out, errout, err) < 0)
		goto out;
	child.in = p.in;
	child.out = p.out;
	child.err = p.err;
	pid = proc_start(&child, err);
	if (pid < 0)
		goto out;
	attend(pid, &p, limit, grace, outcome);
	if ((!out || collect(p.out, out, err) == 0) &&
	    (!errout || collect(p.err, errout, err) == 0))
		rc = 0;
out:
	close_pipes(&p);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return rc;
}
