/* SPDX-License-Identifier: MIT */
/*
 * batch: array jobs of a batch system, however it is spoken to.
 *
 * A job is known by its name, a UUID that is never used twice, so that asking
 * again to submit it is safe at any time: what was submitted under that name is
 * found first.  Its elements are counted from 0, whatever the system counts from.
 * Nothing here knows what an element does; whether it did it well is told by
 * what it hands back, never by the batch system.
 */
#ifndef GRID_BATCH_H
#define GRID_BATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum { BATCH_UUID = 37, BATCH_ID = 128, BATCH_TEXT = 256 };

/* Where an element stands. */
enum batch_state {
	BATCH_UNKNOWN, /* nothing is known now, or a word that nobody knows: wait, and say so */
	BATCH_QUEUED,
	BATCH_RUNNING,
	BATCH_PAUSED,
	BATCH_DONE,   /* it ended by itself, with exit status 0 as far as is known */
	BATCH_FAILED, /* with another one */
	BATCH_TIMEOUT,
	BATCH_MEMORY,
	BATCH_LOST, /* its node failed, it was preempted, never started, or it is not there any more
		     */
	BATCH_CANCELLED,
	BATCH_STATES,
};

/* "queued", "running" ... */
const char *batch_state_name(enum batch_state state);
/* The state of such a word, or -1. */
int batch_state_find(const char *name);
/* Will nothing more come of it? */
bool batch_state_is_over(enum batch_state state);

/* What every element of a job gets; 0: as the profile says. */
struct batch_need {
	double cpus, gpus;
	int64_t memory; /* bytes */
	double seconds; /* wall-time */
};

/* What a kind of node gives to an element; 0: not known, or without end; GPUs below 0: not known.
 */
struct batch_room {
	char *name;    /* of the partition it is in, NULL: of any */
	bool standard; /* where one goes who names no partition */
	bool timed;    /* it is known how long an element may take: seconds, or without end */
	struct batch_need most;
};

struct batch_rooms {
	struct batch_room *at;
	size_t len, room;
};

/* A job to be submitted. Texts are borrowed. */
struct batch_job {
	const char *name; /* UUID */
	int elements;
	/* what an element runs, the program by its full path; an argument "{element}" is replaced
	 * by the number of the element */
	char *const *argv;
	const char *folder; /* it exists, all nodes see it; scripts and output go there */
	struct batch_need need;
};

/* A job that was submitted. */
struct batch_ref {
	const char *name;
	const char *id; /* as submit gave it; "": not known */
	int elements;
};

/* An element as a query found it. Texts are borrowed until the callback returns. */
struct batch_seen {
	size_t job; /* place in the list that was asked for */
	int element;
	enum batch_state state;
	const char *id;     /* of the element in the batch system: "12_3"; NULL: not known */
	const char *node;   /* NULL: not known */
	const char *reason; /* why it waits, or ended: the system's word; NULL: none */
	int restarts;       /* how often it was begun again */
};

typedef void batch_seen_fn(const struct batch_seen *seen, void *ctx);

struct batch;

struct batch_ops {
	/* Submit, unless there is a job of that name already. id is filled in. 0; -1: with
	 * ERR_SYSTEM it may be there or not: ask again later with the same name; with any other
	 * kind the system refuses it for good and nothing was submitted. */
	int (*submit)(
	    struct batch *b, const struct batch_job *job, char id[BATCH_ID], struct err *err);
	/* Ask how the elements of all these jobs stand, with as few calls as can be. Each element
	 * that something is known of is told once; one that is not told is BATCH_UNKNOWN. 0; -1:
	 * nothing could be asked now. */
	int (*query)(struct batch *b, const struct batch_ref *jobs, size_t count, batch_seen_fn *fn,
	    void *ctx, struct err *err);
	/* End elements (NULL: all of the job); those that are over are passed by. 0 or -1. */
	int (*cancel)(struct batch *b, const struct batch_ref *job, const int *elements,
	    size_t count, struct err *err);
	/* Let the system begin elements of the job that wait, or not. 0; -1: it could not be told,
	 * or knows no such thing. */
	int (*hold)(struct batch *b, const struct batch_ref *job, const int *elements, size_t count,
	    bool rest, struct err *err);
	/* What a submit of this job would hand to the system, as lines of shell; the caller frees.
	 * NULL: err. */
	char *(*show)(struct batch *b, const struct batch_job *job, struct err *err);
	void (*close)(struct batch *b);
};

/* A batch system that is spoken to; the first member of what an implementation keeps. */
struct batch {
	const struct batch_ops *ops;
	double interval;          /* seconds between two queries, at least */
	int elements;             /* of one job, at most */
	int outstanding;          /* elements not over at a time, at most */
	struct batch_need given;  /* to one element, as the profile and options say; 0: not said */
	struct batch_rooms rooms; /* what one could get, as the system says; none: not known */
	unsigned long asked;      /* calls of the system's programs so far */
};

/* Could an element get this? 1, with what is known of the largest of those that could (0: not
 * known); 0: none could, err says what there is. */
int batch_fits(
    const struct batch *b, const struct batch_need *need, struct batch_need *most, struct err *err);

/* Open the batch system of a profile: "local", or one of share/clusters and the state directory.
 * order (as order_read takes it; NULL: none) is said over what the profile says, options over both:
 * "KEY=VALUE", NULL-terminated; NULL: none. "local" knows no order. NULL: there is no such profile,
 * or it cannot be used here. */
struct batch *batch_open(const char *profile, const char *state, const json_t *order,
    char *const *options, struct err *err);
void batch_close(struct batch *b);

/* A new name for a job. 0, or -1 when the machine has no random numbers. */
int batch_name(char name[BATCH_UUID], struct err *err);

#endif
