/* SPDX-License-Identifier: MIT */
/*
 * cluster: array jobs that were given executions, and how their elements stand.
 *
 * An element is a worker in the eyes of its executions (worker_stand_in): they
 * are taken for it, it holds them, and what comes home of them is fenced by it.
 * A job is entered and its executions taken in one transaction; then its package
 * is written (packing), it is submitted (submitting), and that it was is noted
 * (submitted). Whoever dies on the way is found out by the next: what was packed
 * only is given back, what may have been submitted is submitted again under the
 * same name.
 *
 * All that change something are called within a transaction, and return 0 or -1
 * where nothing else is said.
 */
#ifndef TASK_CLUSTER_H
#define TASK_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct job;
struct store;
struct tally;

/* An array job. Texts are owned. */
struct cluster_job {
	int64_t id;
	char *org, *name, *profile, *options;
	char *state; /* packing, submitting, submitted */
	char *batch; /* NULL: not known */
	char *need;  /* JSON: what each element gets; NULL: as the profile says */
	int elements;
	int64_t submitter;
	bool abandoned; /* its submitter is not there any more */
};

struct cluster_jobs {
	struct cluster_job *at;
	size_t len, room;
};

/* An element that has not ended. Texts are owned. */
struct cluster_element {
	int64_t job, worker;
	int element;
	char *state;   /* word of grid/batch.h */
	char *reason;  /* NULL: none */
	char *node;    /* NULL: not known */
	int64_t known; /* when the cluster last told of it */
	int64_t over;  /* when it first told that it is over; 0: it is not */
	int handed;    /* an enum cluster_handed */
	bool cancelled;
	int64_t held; /* executions it holds still */
	bool awake;   /* one of them does not rest (taskctl pause) */
	bool rests;   /* the cluster was told not to begin it */
};

struct cluster_elements {
	struct cluster_element *at;
	size_t len, room;
};

/* Is there any job of any org that has not ended: 1, 0, -1. Cheap. */
int cluster_any(struct store *store, struct err *err);

/* Jobs that have not ended, the oldest first. */
int cluster_list(struct store *store, struct cluster_jobs *jobs, struct err *err);
void cluster_jobs_clear(struct cluster_jobs *jobs);

/* The job of a name: 1, and whether it has ended; 0: there is none; -1. */
int cluster_find(struct store *store, const char *name, int64_t *job, bool *ended, struct err *err);

/* Elements of a job that have not ended. */
int cluster_list_elements(
    struct store *store, int64_t job, struct cluster_elements *elements, struct err *err);
void cluster_elements_clear(struct cluster_elements *elements);

/* Nothing is left of it, and the cluster has it still. */
bool cluster_is_unwanted(const struct cluster_element *element);

/* It has not begun as far as is known, and the cluster is to hold it now, or no longer. */
bool cluster_is_misled(const struct cluster_element *element);

/* How many elements have not ended, and jobs. */
int cluster_count(struct store *store, int64_t *jobs, int64_t *elements, struct err *err);

/* How many elements of a profile have not ended, or -1. */
int64_t cluster_count_out(struct store *store, const char *profile, struct err *err);

/* Is an element out that is the pilot of a task: 1, 0, -1. */
int cluster_has_pilot(struct store *store, int64_t task, struct err *err);

/* How executions of a job were last given to a cluster: 1 and the profile and the options of that
 * array job, the caller's; 0: they never were; -1. */
int cluster_last(
    struct store *store, const struct job *of, char **profile, char **options, struct err *err);

/* ---- making one ---- */

struct cluster_entry {
	const char *org, *name, *profile, *options;
	int64_t submitter;
};

/* Enter a job without elements. The id, or -1. */
int64_t cluster_enter(struct store *store, const struct cluster_entry *entry, struct err *err);

/* Add its next element, which is worker `worker` and got so many executions; task: it is the pilot
 * of that, 0: of none. */
int cluster_add(struct store *store, int64_t job, int element, int64_t worker, int executions,
    int64_t task, struct err *err);

/* Forget one that got no elements. */
int cluster_drop(struct store *store, int64_t job, struct err *err);

/* What each of its elements gets, as JSON. */
int cluster_set_need(struct store *store, int64_t job, const char *need, struct err *err);

/* Go from one state to the next; batch NULL: not known. */
int cluster_advance(
    struct store *store, int64_t job, const char *state, const char *batch, struct err *err);

/* Take an abandoned job over: 1; 0: somebody else was first; -1. */
int cluster_adopt(
    struct store *store, const struct cluster_job *job, int64_t submitter, struct err *err);

/* ---- hearing of it ---- */

struct cluster_news {
	const char *state;                 /* word of grid/batch.h */
	bool known;                        /* the cluster told it */
	bool over;                         /* by that state */
	const char *batch, *node, *reason; /* NULL: not told */
	int restarts;
};

int cluster_tell(struct store *store, int64_t job, int element, const struct cluster_news *news,
    struct err *err);

/* The cluster was asked to end it. */
int cluster_tell_cancelled(struct store *store, int64_t job, int element, struct err *err);

/* It was told to hold it, or no longer. */
int cluster_tell_rests(struct store *store, int64_t job, int element, bool rests, struct err *err);

/* A file of an element: 1, it is new and noted now; 0: it was read before; -1. */
int cluster_note_file(
    struct store *store, const char *name, int64_t job, int element, struct err *err);
bool cluster_knows_file(struct store *store, const char *name);

/* The worker that stands for an element: 1; 0: there is no such element, or it has ended; -1. */
int cluster_worker(struct store *store, int64_t job, int element, int64_t *worker, struct err *err);

/* That worker ran there, as it says itself: where the cluster has not told. 0 or -1. */
int cluster_ran_on(struct store *store, int64_t worker, const char *node, struct err *err);

/* A run of an element handed back what it had. */
enum cluster_handed {
	CLUSTER_NOTHING,
	CLUSTER_PART,  /* it was told to end: another run may follow */
	CLUSTER_ALL,   /* all that could be: no other run follows */
	CLUSTER_STUCK, /* it ended by itself, and could begin nothing */
};

int cluster_handed(
    struct store *store, int64_t job, int element, enum cluster_handed what, struct err *err);

/* Nothing more will come of an element; and of a job where that was the last (1, else 0, -1). */
int cluster_end(struct store *store, int64_t job, int element, struct err *err);
int cluster_end_job(struct store *store, int64_t job, struct err *err);

/* What people ordered about executions that elements hold is done. Those that are cancelled are
 * given back, and those that rest, too, but where all of an element that has not begun do: they
 * rest in it, and the cluster is to hold it. The number, or -1. */
int cluster_obey(struct store *store, struct tally *tally, struct err *err);
/* Is there any such order: 1, 0, -1. */
int cluster_has_orders(struct store *store, struct err *err);

/* ---- asking ---- */

/* May the cluster be asked now, where it was asked `interval` microseconds ago at least: 1, and it
 * counts as asked now; 0; -1. */
int cluster_may_ask(struct store *store, const char *profile, int64_t interval, struct err *err);
/* So many calls were made. */
int cluster_called(struct store *store, const char *profile, int64_t calls, struct err *err);

#endif
