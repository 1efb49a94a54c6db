/* SPDX-License-Identifier: MIT */
/*
 * commit: the writer thread, the only one that touches the state.
 *
 * Lines to submit, attempts that ended and requests for work are collected and
 * go into one transaction; when it is durable, records are printed and claimed
 * work is handed out. While one commit waits for the disk the next batch
 * gathers, so the cost of a commit is shared by all that happened meanwhile.
 */
#ifndef CLI_COMMIT_H
#define CLI_COMMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/verdict.h"
#include "task/execution.h"

struct app;
struct commit;
struct store;

/* A line to submit; owns its texts. */
struct line {
	char *key; /* the caller's, or derived from the params */
	bool derived;
	int64_t digest;
	char *params;
	size_t params_len;
	enum status status;
	enum failure class;
	char *error; /* JSON, NULL: none */
	char *where; /* "file:line", for messages; NULL: unknown */
	struct line *next;
};

void line_free(struct line *line);

struct commit_options {
	struct app *app;
	struct store *store; /* the thread's own until commit_stop */
	struct job job;
	int64_t task;
	const char *job_name; /* NULL: none */
	int64_t worker;       /* 0: submit only */
	bool print_submitted; /* print each record as soon as it is submitted (--detach) */
};

/* How far it is; a copy. */
struct commit_state {
	int64_t asked, printed,
	    failed;       /* executions this run asked for; of them ended and printed */
	bool dry;         /* nothing was left to claim when last asked */
	int64_t due;      /* wall clock when something will be; 0: unknown */
	bool output_gone; /* stdout is closed: stop */
	bool broken;      /* the state cannot be written: commit_stop tells why */
	bool idle;        /* nothing waits to be written */
	bool ended;       /* no more lines will come */
};

struct commit *commit_start(const struct commit_options *options);

/* A descriptor that becomes readable when work was claimed or something changed. */
int commit_fd(const struct commit *c);

/* From the reading thread: submit a line (owned from now on). Waits while too many are unwritten.
 * commit_lines_end says that no more will come. */
void commit_line(struct commit *c, struct line *line);
void commit_lines_end(struct commit *c);

/* From the main thread. commit_want: this many executions can be started. commit_take: work that
 * was claimed, as a list, NULL: none. The others give it back. hungry: slots are idle, do not wait
 * for company before a commit. */
void commit_want(struct commit *c, int want, bool hungry);
struct work *commit_take(struct commit *c);
void commit_ended(struct commit *c, struct ended *ended);
void commit_return(struct commit *c, struct work *work);
void commit_state(struct commit *c, struct commit_state *state);

/* Write what is left, end the thread. -1 when something could not be written. Freed too, unless
 * keep: another thread may still hand lines to it, which are dropped. */
int commit_stop(struct commit *c, bool keep, struct err *err);

#endif
