/* SPDX-License-Identifier: MIT */
/*
 * hook: a program that a task or config.yaml names, and that gets a record on standard input.
 *
 * It is started in our directory with the variables of the execution that it
 * is about, outside its container. What it writes goes to a log. Its argument
 * vector is as it stands there: parameters are not put into it.
 */
#ifndef CLI_HOOK_H
#define CLI_HOOK_H

#include <stdint.h>
#include <sys/types.h>

struct buf;
struct err;
struct work;

#define HOOK_GRACE 5 /* seconds from TERM to KILL */

struct hook {
	const char *name; /* before, after, on_failure, alert: DOCKLINE_HOOK */
	char *const *argv;
	const char *org, *state;
	const char *job; /* NULL: none */
	const char *dir; /* work folder, NULL: none */
	int64_t execution;
	int attempt; /* or, without an execution, which coprocess it counts as */
	int in, log; /* descriptors for 0, and for 1 and 2 */
};

/* Start it: its pid, or -1 as proc_start says it, with the name in front. From the main thread. */
pid_t hook_start(const struct hook *hook, struct err *err);

/* The record of an execution that is about to be begun, as a line: what is known of it without
 * asking the state. */
void hook_record(const struct work *work, const char *org, struct buf *out);

/* How what went wrong is told: "hook 'before' (stage): exit 3: no space", where what is "exit 3"
 * and log the end of what it wrote. text has room for size bytes. Returns text. */
char *hook_complain(const char *name, const char *program, const char *what, const char *log,
    char *text, size_t size);

#endif
