/* SPDX-License-Identifier: MIT */
/*
 * scheduler: the programs of a cluster's scheduler, run with care and counted.
 *
 * They run without the variables that would change what they do or print, in
 * the C locale, and for SCHEDULER_LIMIT seconds at most. How often each kind was
 * run is kept in a file that all processes of the user share; so is the last
 * answer about the jobs (grid/query.h).
 */
#ifndef GRID_SCHEDULER_H
#define GRID_SCHEDULER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"

struct err;
struct profile;
struct profile_ask;
struct scheduler;
struct shared;

enum scheduler_call {
	SCHEDULER_SUBMIT,
	SCHEDULER_FIND,
	SCHEDULER_QUERY,
	SCHEDULER_CANCEL,
	SCHEDULER_LIMITS,
	SCHEDULER_CALLS,
};

enum { SCHEDULER_LIMIT = 60 }; /* seconds that a program of the scheduler may take */

/* What a call came to. */
struct scheduler_reply {
	bool there;     /* false: there is no such program, or it cannot be run */
	bool in_time;   /* false: it was ended at SCHEDULER_LIMIT */
	int code;       /* exit status; -1: it was killed */
	double elapsed; /* seconds */
	struct buf out, err;
};

/* The profile is borrowed. The folder is for the shared file; NULL: nothing is shared. */
struct scheduler *scheduler_open(const struct profile *profile, const char *folder);
void scheduler_close(struct scheduler *scheduler);

/* Where all processes of the user find it: $XDG_CACHE_HOME/dockline, else ~/.cache/dockline, else
 * (no home, or not to be written) the state directory. The caller frees. */
char *scheduler_folder(const char *state);

const struct profile *scheduler_profile(const struct scheduler *scheduler);
struct shared *scheduler_shared(const struct scheduler *scheduler);

/* Run a program. values: {"job": "12", ...} for the braces in argv, NULL: none. input NULL: none.
 * -1: it could not even be tried (ERR_SYSTEM); the reply is to be cleared in any case. */
int scheduler_run(struct scheduler *scheduler, enum scheduler_call kind, char *const *argv,
    const json_t *values, const struct buf *input, struct scheduler_reply *reply, struct err *err);
void scheduler_reply_clear(struct scheduler_reply *reply);

/* Does what it wrote to stderr (or, when that is nothing, to stdout) contain one of the texts? */
bool scheduler_said(const struct scheduler_reply *reply, const char *const *texts);

/* "sbatch: what it said", for messages. Returns -1, with ERR_SYSTEM. */
int scheduler_failed(char *const *argv, const struct scheduler_reply *reply, struct err *err);

/* Ask, and append the rows of the answer to the array. 1: it answered; 0: it is not to be had here
 * (no such program, no accounting), and err says why; -1: it did not answer, which says nothing. */
int scheduler_ask(struct scheduler *scheduler, enum scheduler_call kind,
    const struct profile_ask *ask, const json_t *values, json_t *rows, struct err *err);

/* {"user": login name}, for questions; the caller's. */
json_t *scheduler_values(void);

/* How often programs were run: {"submit", "find", "query", "cancel", "limits"}, by this process, or
 * by all since the shared file was made. The caller owns it. */
json_t *scheduler_counts(const struct scheduler *scheduler);
json_t *scheduler_counts_shared(const struct scheduler *scheduler);

#endif
