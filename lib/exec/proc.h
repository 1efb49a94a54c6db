/* SPDX-License-Identifier: MIT */
/*
 * proc: one child process, started and ended with care.
 *
 * The child leads its own process group (not a session: with autogroup scheduling a
 * session for each child halves the rate of short ones), gets exactly the
 * descriptors 0, 1, 2, perhaps 3, and the passed ones, default signal dispositions and an
 * empty mask, and dies (SIGKILL) when the thread that started it dies. It is
 * finished when it is reaped, never when a pipe ends. Programs are argument
 * vectors; there is no shell. Start children from the main thread.
 */
#ifndef EXEC_PROC_H
#define EXEC_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;
struct err;

/* What to run. Zero-initialised members mean: as ours. */
struct proc_spec {
	char *const *argv;   /* argv[0] is looked up on PATH unless program is set */
	const char *program; /* full path, if the caller looked it up already */
	char *const *env;    /* whole environment; NULL: ours */
	const char *cwd;     /* working directory; NULL: ours */
	int in, out, err;    /* descriptors for 0, 1, 2; 0 for in and -1 for any: /dev/null */
	int three;           /* descriptor for 3; 0: none. Shells know numbers of one digit only */
	const int *pass;     /* further descriptors kept open, ended by -1; NULL: none */
	bool detached;       /* it leads a session of its own and outlives us */
};

/* How it ended. */
struct outcome {
	bool exited; /* it ran and called exit: code is valid; else signal is */
	int code;
	int signal;
	bool timed_out;               /* we ended it at its time limit */
	bool overflowed;              /* we ended it because its output passed the limit */
	double elapsed, user, system; /* seconds */
	int64_t max_rss; /* bytes, the largest process of its tree that was waited for */
};

/* Start. Returns the pid, or -1: err kind ERR_USAGE when the program does not exist or cannot be
 * executed, or the directory not be entered (told apart from exit status 127), ERR_INPUT when the
 * arguments are too long for the kernel, ERR_SYSTEM when the machine refused. */
pid_t proc_start(const struct proc_spec *spec, struct err *err);

/* Why a program cannot be run that path_program does not find, as proc_start says it: -1. */
int proc_missing(const char *name, struct err *err);

/* Raise our limit of open files as far as we may; children are started with the one that we had.
 * The number of files that may be open now. */
long proc_raise_files(void);

/* Send a signal to the whole group of a child we started. Already gone is fine. */
void proc_signal(pid_t pid, int signal);

/* Reap if it has ended: 1 with *outcome (exited, code, signal, rusage), 0 if it still runs. What
 * is left of its group is killed. */
int proc_reap(pid_t pid, struct outcome *outcome);

/* Run to the end: feed `input` (NULL: nothing) to stdin, collect stdout and stderr (either may be
 * NULL: thrown away). After `limit` seconds (0: none) TERM, `grace` seconds later KILL. More than
 * 256 MiB of output ends it too. -1 only when it could not be started. */
int proc_run(const struct proc_spec *spec, const struct buf *input, struct buf *out,
    struct buf *errout, double limit, double grace, struct outcome *outcome, struct err *err);

/* "exit 3", "signal 9 (Killed)", "timed out", for messages. Returns text. */
char *proc_describe(const struct outcome *outcome, char text[64]);

/* One interruption flag for programs that only run children to the end: after proc_catch(),
 * SIGINT, SIGTERM and SIGHUP make proc_run end its child and return; proc_caught() names the
 * signal, or 0. proc_reraise() dies of it as if it had never been caught. */
void proc_catch(void);
int proc_caught(void);
void proc_reraise(void);

#endif
