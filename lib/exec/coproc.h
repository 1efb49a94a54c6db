/* SPDX-License-Identifier: MIT */
/*
 * coproc: a long-lived child that answers requests, one at a time, each within a time limit.
 *
 * A request is text; the answer is lines up to and including the one that `last` recognises. The
 * child is started by the first request and again by the request after it ended. One that dies,
 * answers too much, is still silent at the time limit, or says more than it was asked, is killed:
 * that costs the request it had, nothing else. What it says unasked is noticed if it has come by
 * the next request, so answers should tell their question (an id). Waiting for many at once is
 * coproc_wait.
 *
 * Start and use coprocesses from one thread (exec/proc says why).
 */
#ifndef EXEC_COPROC_H
#define EXEC_COPROC_H

#include <stdbool.h>
#include <stddef.h>

struct coproc;
struct err;

/* What to run. Borrowed: it outlives the coprocess. */
struct coproc_spec {
	char *const *argv;
	const char *program; /* full path; NULL: argv[0] on PATH */
	char *const *env;    /* whole environment; NULL: ours */
	/* Is this line (without its newline) the last of the answer? *seen is 0 before the first
	 * line of each answer and otherwise the function's own. NULL: every request gets a child of
	 * its own, whose input ends with the request, and all that it writes is the answer. */
	bool (*last)(int kind, const char *line, size_t len, int *seen);
	int kind;
	size_t answer_max; /* bytes; 0: 64 MiB */
	unsigned renew;    /* a fresh process after so many answers (leaks); 0: never */
};

enum coproc_state {
	COPROC_IDLE,     /* nothing asked */
	COPROC_BUSY,     /* a request is out */
	COPROC_ANSWERED, /* coproc_answer holds the answer */
	COPROC_FAILED,   /* no answer: coproc_why says why */
};

/* How a request failed. */
enum coproc_fault {
	COPROC_LATE,    /* no answer in time */
	COPROC_CRASHED, /* the child died of a signal */
	COPROC_BROKEN,  /* it ended otherwise, or answered too much */
};

/* Nothing is started yet. */
struct coproc *coproc_new(const struct coproc_spec *spec);

/* Kill the child if there is one. NULL is fine. */
void coproc_free(struct coproc *c);

/* Send a request (copied) that must be answered within `seconds`. Not while one is out. 0, or -1
 * when the child cannot be started (kinds as proc_start). */
int coproc_ask(struct coproc *c, const char *text, size_t len, double seconds, struct err *err);

/* Kill the child: its answers are not to be trusted. The next request starts another. The answer
 * that is there stays. */
void coproc_stop(struct coproc *c);

enum coproc_state coproc_state(const struct coproc *c);

/* The answer with all its newlines, NUL-terminated; borrowed until the next request. */
const char *coproc_answer(const struct coproc *c, size_t *len);

/* "timed out", "ended without an answer: signal 11 (Segmentation fault)", ... Borrowed. */
const char *coproc_why(const struct coproc *c);

enum coproc_fault coproc_fault(const struct coproc *c);

/* Move all of list on until at least one that was busy no longer is, or `seconds` have passed
 * (negative: no limit). NULL entries are passed over. Returns at once when none is busy. A caught
 * signal returns too. -1 only when poll fails. */
int coproc_wait(struct coproc *const *list, size_t count, double seconds, struct err *err);

#endif
