/* SPDX-License-Identifier: MIT */
/*
 * stream: a long-lived child that answers many requests, up to a window of them at a time.
 *
 * A request goes out as a line {"id":17,"attempt":1,"params":...}; the child answers with a line
 * {"id":17,"result":...} or {"id":17,"error":{...}}, in any order (dockline-task(5)). Nothing here
 * blocks: one poll loop serves any number of streams beside other descriptors.
 *
 *	loop:	stream_fds into the poll set, poll until stream_next_check at the latest
 *		stream_ready, then stream_next until it gives nothing
 *		stream_check; on SIGCHLD stream_reap
 *		stream_send while there is stream_room, then stream_flush
 *
 * It ends once, whoever ends it: the child itself, a request that is late (TERM, after the grace
 * KILL), an answer that is none (KILL), or we. When stream_reap says so and stream_next has given
 * the last answers, stream_take gives what was not answered, and whether that is to blame. Who is
 * not has to be sent again, to a new stream, in the same order and with no other one out: then
 * the one to blame is found, and the others get their answers.
 *
 * Times are microseconds of clock_boot. SIGPIPE must be ignored (app_start does). Start and use
 * streams from one thread (exec/proc says why).
 */
#ifndef EXEC_STREAM_H
#define EXEC_STREAM_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "exec/answer.h"
#include "exec/proc.h"

struct err;
struct stream;

/* What to run. All borrowed during stream_new only. */
struct stream_spec {
	char *const *argv;
	const char *program; /* full path; NULL: argv[0] on PATH */
	char *const *env;    /* whole environment; NULL: ours */
	const char *cwd;     /* NULL: ours */
	int err;             /* its stderr; -1: /dev/null */
	size_t window;       /* requests that may be out, at least 1 */
	bool turns;          /* it works on them one after the other, as they came */
	size_t answer_max;   /* bytes of a line; 0: 64 MiB */
	double grace;        /* seconds from TERM to KILL */
};

struct stream_request {
	int64_t id; /* of no other request that is out */
	int attempt;
	const char *params; /* JSON text; copied */
	size_t params_len;
	double limit; /* seconds for the answer (exec/window.h says how they count) */
	void *owner;  /* comes back with the answer, or from stream_take */
};

enum stream_end {
	STREAM_NOT_YET,
	STREAM_DIED,  /* by itself */
	STREAM_LATE,  /* ended by us: a request was out for too long */
	STREAM_WRONG, /* ended by us: it said what is no answer, or too much, or stopped listening
		       */
	STREAM_TOLD,  /* stream_finish or stream_stop */
};

/* Start the child. NULL when it cannot be started (kinds as proc_start). */
struct stream *stream_new(const struct stream_spec *spec, struct err *err);

/* Kill the child if it still runs. NULL is fine. */
void stream_free(struct stream *s);

pid_t stream_pid(const struct stream *s);

/* How many more requests it would take now: 0 while it ends, and while much is still to be written
 * that it does not read. */
size_t stream_room(const struct stream *s);

/* The owner of a request that is out; NULL: it is not. */
void *stream_owner(const struct stream *s, int64_t id);

/* The owner of the oldest that is out; NULL: none is. */
void *stream_oldest(const struct stream *s);

/* How many requests are out. */
size_t stream_out(const struct stream *s);

/* A request goes out, with the next stream_flush or stream_ready. Only where there is room. */
void stream_send(struct stream *s, const struct stream_request *request, int64_t now);

/* Write what can be written now. Many requests, one call. */
void stream_flush(struct stream *s);

/* What to poll for: fds[0] to read, fds[1] to write; negative descriptors (which poll passes over)
 * when there is nothing to wait for. */
void stream_fds(const struct stream *s, struct pollfd fds[2]);

/* Read and write what poll found ready. */
void stream_ready(struct stream *s, const struct pollfd fds[2], int64_t now);

/* The next answer of what was read, and whose it is; false: no more now. */
bool stream_next(struct stream *s, struct answer *answer, void **owner);

/* End it when a request is late; KILL after TERM and grace. */
void stream_check(struct stream *s, int64_t now);

/* When to check again; INT64_MAX: no need. */
int64_t stream_next_check(const struct stream *s);

/* No more requests: its input ends when all is written. One grace later TERM, another later KILL.
 */
void stream_finish(struct stream *s, int64_t now);

/* End it now, with TERM (then KILL after the grace) or with KILL. */
void stream_stop(struct stream *s, bool kill, int64_t now);

/* True when the child has ended and was reaped; what it had written is read. */
bool stream_reap(struct stream *s);

/* Why and how it ended, after stream_reap: "signal 11 (Segmentation fault)", "not answered in
 * time",
 * "'oops' is no answer: 1:4: not JSON: ...". Borrowed. */
enum stream_end stream_end(const struct stream *s);
const char *stream_why(const struct stream *s);
const struct outcome *stream_outcome(const struct stream *s);

/* After that: take off the next request that was not answered, in the order they were sent. It is
 * to blame when it was the only one this stream ever got (what came before may have broken it), or
 * when it was late and no other one was out since it was sent, or late and the oldest of a stream
 * with turns: that is the one it worked on. False: no more. */
bool stream_take(struct stream *s, int64_t *id, void **owner, bool *blamed);

#endif
