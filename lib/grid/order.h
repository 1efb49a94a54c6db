/* SPDX-License-Identifier: MIT */
/*
 * order: what is asked of a scheduler for an array job.
 *
 * Zero or NULL is: not said, and the scheduler decides. Texts are borrowed.
 */
#ifndef GRID_ORDER_H
#define GRID_ORDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;

struct order {
	const char *name;         /* of the job: a UUID (batch_name) */
	const char *folder;       /* where it runs */
	const char *log;          /* what all elements print; its folder must be there. NULL: thrown
				     away */
	int64_t offset, count;    /* elements offset .. offset+count-1 */
	char *const *argv;        /* the worker; an argument "{element}" becomes the number */
	char *const *environment; /* "NAME=value", NULL-terminated; NULL: nothing to add */

	const char *partition, *account, *qos, *constraint, *reservation;
	double cpus;
	double gpus;
	int64_t memory;         /* bytes in all */
	double walltime;        /* seconds; where a scheduler counts minutes they are rounded up */
	double warning;         /* seconds before the end that the worker gets SIGUSR1 */
	int64_t throttle;       /* elements at once */
	bool no_requeue;        /* the scheduler is not to start an element again by itself */
	const json_t *modules;  /* for `module load`: a list of texts, or one */
	const json_t *preamble; /* lines of shell before the worker, likewise */
	const json_t *options;  /* further options of the scheduler, likewise */
};

/* Fill in from an object with members named as those from partition on: memory also "4G", walltime
 * and warning also "2h". What the object says wins over what was in order; its texts are borrowed.
 * -1 with ERR_INPUT that names the member. */
int order_read(struct order *order, const json_t *object, struct err *err);

/* The same for one "NAME=VALUE", which becomes a member of object. -1 with ERR_USAGE. */
int order_set(json_t *object, const char *text, struct err *err);

#endif
