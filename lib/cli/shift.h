/* SPDX-License-Identifier: MIT */
/* shift: everything taskwork does: claim what is queued and run it, until it is time to go. */
#ifndef CLI_SHIFT_H
#define CLI_SHIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/app.h"

struct job;
struct store;

struct shift {
	const char *job;                        /* only this one; NULL: any */
	int64_t job_of;                         /* ... that this execution is of; 0: any */
	char **queues;                          /* only these, NULL-terminated; NULL: any */
	char *keep;                             /* where work folders stay, NULL: they do not */
	char **limits;                          /* "NAME=NUMBER", NULL-terminated; NULL: none */
	int jobs;                               /* cores; 0: all, or what the scheduler allotted */
	int64_t memory;                         /* bytes; 0: what is free */
	double gpus;                            /* 0: those that there are */
	const char *max_load, *min_free_memory; /* as in config.yaml; NULL: as set there */
	double max_pressure;                    /* percent; 0: any */
	double seconds;                         /* claim nothing after so long; 0: no end */
	double idle_exit;  /* end after so many seconds without work; negative: not said */
	int once, forever; /* 0 or 1: popt writes ints */
	int json;          /* events on stdout */

	/* of an element of an array job */
	bool away;        /* what needs more memory is tried again where that can be ordered */
	const char *note; /* the file that says what has begun; NULL: as every worker */
};

/* The job that it works on; id 0: any. 0 or -1. */
int shift_job(struct app *app, struct store *store, const struct shift *shift, struct job *job,
    struct err *err);

/* 0 or -1; *signal: what it was told to stop by, 0: nothing; the program should die of it. */
int shift_run(struct app *app, const struct shift *shift, int *signal, struct err *err);

#endif
