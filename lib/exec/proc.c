/* SPDX-License-Identifier: MIT */
/*
 * proc: one child process, started and ended with care.
 *
 * vfork: the child shares our memory until it executes, so what failed comes
 * back through a variable, and starting costs the same whatever our size. The
 * child makes system calls only. All signals are blocked around vfork, so that
 * no handler of ours ever runs in the child.
 */
#include "exec/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"

enum { FILES_MAX = 1 << 16 }; /* open at a time: more than anything here uses */

extern char **environ;

/* Everything the child needs, worked out before vfork. */
struct launch {
	const char *program;
	char *const *argv;
	char *const *env;
	const char *cwd;
	int fds[3];
	int three; /* 0: none */
	const int *pass;
	bool detached;
	pid_t parent;
	volatile int failed; /* errno of the step that failed */
	volatile bool no_cwd;
};

/* Of open files, as it was before proc_raise_files. rlim_max 0: as ours. */
static struct rlimit files_before;

/* Signals that a child may not ignore, though we do; 0-terminated. Nothing here begins to ignore
 * one after the first child. */
static int ignored[8];

static void
find_ignored(void)
{
	/* GNU parallel ignores SIGALRM */
	static const int signals[] = { SIGPIPE, SIGINT, SIGQUIT, SIGHUP, SIGALRM, SIGTERM,
		SIGCHLD };
	struct sigaction now;
	int n = 0;

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == SIG_IGN)
			ignored[n++] = signals[i];
}

static void
reset_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* caught signals become default by exec; ignored ones must be reset here */
	for (const int *signal = ignored; *signal; signal++)
		sigaction(*signal, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Put the descriptors in place. Ours are above 2, so none overwrites another. */
static int
place_descriptors(const struct launch *l)
{
	for (int i = 0; i < 3; i++)
		if (dup2(l->fds[i], i) < 0)
			return -1;
	if (l->three > 0 && l->three != 3 && dup2(l->three, 3) < 0)
		return -1;
	if (l->three == 3 && fcntl(3, F_SETFD, 0) < 0)
		return -1;
	for (const int *fd = l->pass; fd && *fd >= 0; fd++)
		if (fcntl(*fd, F_SETFD, 0) < 0)
			return -1;
	return 0;
}

/* In the child: system calls only, never return. */
static void become(struct launch *l) __attribute__((noreturn));

static void
become(struct launch *l)
{
	if (l->detached) {
		setsid();
	} else {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != l->parent)
			_exit(127);
	}
	if (l->cwd && chdir(l->cwd) < 0) {
		l->no_cwd = true;
	} else if (place_descriptors(l) == 0) {
		reset_signals();
		if (files_before.rlim_max)
			setrlimit(RLIMIT_NOFILE, &files_before);
		execve(l->program, l->argv, l->env);
	}
	l->failed = errno;
	_exit(127);
}

static pid_t
launch(struct launch *l)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pid = vfork();
	if (pid == 0)
		become(l);
	if (pid < 0)
		l->failed = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (pid > 0 && l->failed) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		pid = -1;
	}
	return pid;
}

/* One close-on-exec /dev/null for the whole program, above 2. */
static int
null_fd(void)
{
	static int fd = -1;

	if (fd < 0) {
		int low = open("/dev/null", O_RDWR | O_CLOEXEC);

		fd = fcntl(low, F_DUPFD_CLOEXEC, 3);
		if (low > 2)
			close(low);
	}
	return fd;
}

static int
choose_fd(int given, int number)
{
	if (given < 0 || (number == 0 && given == 0))
		return null_fd();
	return given == 0 ? number : given;
}

/* Is it the machine, so that the same may be possible later? */
static bool
is_refusal(int error)
{
	static const int errors[] = { EAGAIN, ENOMEM, EMFILE, ENFILE, EINTR, EIO, ESTALE };

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (error == errors[i])
			return true;
	return false;
}

static int
launch_error(const struct launch *l, const char *name, struct err *err)
{
	errno = l->failed;
	if (l->no_cwd)
		err_sys(err, "cannot run '%s' in '%s'", name, l->cwd);
	else
		err_sys(err, "cannot run '%s'", name);
	if (err && !is_refusal(l->failed))
		err->kind = l->failed == E2BIG ? ERR_INPUT : ERR_USAGE;
	return -1;
}

long
proc_raise_files(void)
{
	struct rlimit now, most;

	if (getrlimit(RLIMIT_NOFILE, &now) < 0)
		return sysconf(_SC_OPEN_MAX);
	most = now;
	most.rlim_cur = most.rlim_max < FILES_MAX ? most.rlim_max : FILES_MAX;
	if (most.rlim_cur <= now.rlim_cur || setrlimit(RLIMIT_NOFILE, &most) < 0)
		return (long)(now.rlim_cur < FILES_MAX ? now.rlim_cur : FILES_MAX);
	files_before = now;
	return (long)most.rlim_cur;
}

/* What we inherited ourselves stays with us: seen to once, before the first child. */
static void
keep_inherited(void)
{
	static bool done;
	struct dirent *entry;
	DIR *dir;

	if (done)
		return;
	find_ignored();
	if (!(dir = opendir("/proc/self/fd")))
		return;
	while ((entry = readdir(dir))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);

		if (fd > 2)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	closedir(dir);
	done = true;
}

int
proc_missing(const char *name, struct err *err)
{
	if (!strchr(name, '/') || access(name, F_OK) < 0)
		return err_set(err, ERR_USAGE, "cannot run '%s': no such program", name);
	return err_set(err, ERR_USAGE, "cannot run '%s': %s", name, strerror(EACCES));
}

pid_t
proc_start(const struct proc_spec *spec, struct err *err)
{
	struct launch l = {
		.argv = spec->argv,
		.env = spec->env ? spec->env : environ,
		.cwd = spec->cwd,
		.three = spec->three,
		.pass = spec->pass,
		.detached = spec->detached,
		.parent = getpid(),
	};
	char *found = NULL;
	pid_t pid;

	keep_inherited();
	l.fds[0] = choose_fd(spec->in, 0);
	l.fds[1] = choose_fd(spec->out, 1);
	l.fds[2] = choose_fd(spec->err, 2);
	l.program = spec->program;
	if (!l.program)
		l.program = found = path_program(spec->argv[0]);
	if (!l.program)
		return proc_missing(spec->argv[0], err);
	pid = launch(&l);
	if (pid < 0)
		launch_error(&l, spec->argv[0], err);
	free(found);
	return pid;
}

void
proc_signal(pid_t pid, int signal)
{
	if (kill(-pid, signal) < 0 && errno == ESRCH)
		kill(pid, signal); /* between vfork and setsid */
	if (signal == SIGTERM)
		kill(-pid, SIGCONT);
}

static double
seconds(const struct timeval *tv)
{
	return (double)tv->tv_sec + (double)tv->tv_usec / 1e6;
}

int
proc_reap(pid_t pid, struct outcome *outcome)
{
	siginfo_t info = { 0 };
	struct rusage usage;
	int status;

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		BUG("child %d is not ours: %s", (int)pid, strerror(errno));
	if (info.si_pid == 0)
		return 0;
	kill(-pid, SIGKILL); /* until it is reaped, no other group can have its number */
	while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	outcome->exited = WIFEXITED(status);
	outcome->code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	outcome->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	outcome->user = seconds(&usage.ru_utime);
	outcome->system = seconds(&usage.ru_stime);
	outcome->max_rss = (int64_t)usage.ru_maxrss * 1024;
	return 1;
}

char *
proc_describe(const struct outcome *o, char text[64])
{
	if (o->timed_out)
		snprintf(text, 64, "timed out after %.3g s", o->elapsed);
	else if (o->overflowed)
		snprintf(text, 64, "too much output");
	else if (o->exited)
		snprintf(text, 64, "exit %d", o->code);
	else
		snprintf(text, 64, "signal %d (%s)", o->signal, strsignal(o->signal));
	return text;
}

static volatile sig_atomic_t caught;

static void
on_signal(int signal)
{
	caught = signal;
}

void
proc_catch(void)
{
	struct sigaction sa = { .sa_handler = on_signal }, hangup;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	/* a hangup is nothing to us under nohup(1) */
	if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &sa, NULL);
}

int
proc_caught(void)
{
	return caught;
}

void
proc_reraise(void)
{
	signal(caught, SIG_DFL);
	raise(caught);
}
