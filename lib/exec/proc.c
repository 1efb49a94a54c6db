/* SPDX-License-Identifier: MIT */
/* proc: one child process, started and ended with care. */
#include "exec/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "exec/launch.h"

enum { FILES_MAX = 1 << 16 }; /* open at a time: more than anything here uses */

extern char **environ;

static int
choose_fd(int given, int number)
{
	if (given < 0 || (number == 0 && given == 0))
		return launch_null();
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
	launch_limit_files(&now);
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
	launch_prepare();
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
