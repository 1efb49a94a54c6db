/* SPDX-License-Identifier: MIT */
/*
 * pulse: how fast jobs go on, looked at again and again.
 *
 * Rates are those of the last minute: before the first look they are taken from
 * the journal, then from the account at each look. Memory is bounded: of more
 * jobs than PULSE_JOBS the newest are looked at, the others only counted.
 */
#ifndef CLI_PULSE_H
#define CLI_PULSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/failure.h"
#include "task/job.h"
#include "task/tally.h"

struct err;
struct store;

enum {
	PULSE_SAMPLES = 32,
	PULSE_SECONDS = 60, /* that a rate is taken of, about */
	PULSE_FAILURES = 20,
	PULSE_JOBS = 1000,
};

struct pulse_job {
	struct job job;
	char *name; /* NULL: none */
	struct account_sums sums;
	double rate; /* that end in a second; 0: none, or not known yet */
	double left; /* seconds until all have ended, at that rate; negative: not known */
	bool live;   /* something of it has not ended */

	/* its own */
	struct {
		int64_t time, ended; /* by clock_boot */
	} samples[PULSE_SAMPLES];
	int nsamples;
	int64_t died; /* when it was no more live, 0: it is */
};

/* An execution that failed since we look, or a minute before. */
struct pulse_failure {
	int64_t id, time; /* microseconds since 1970 */
	enum failure class;
	char *job, *key; /* NULL: none */
	char *reason;
};

struct pulse {
	struct store *store;
	const char *org;
	struct job only; /* id 0: every live job, and what has ended a minute ago */

	struct {
		struct pulse_job *at;
		size_t len, room;
	} jobs;                                        /* the newest first */
	size_t more;                                   /* live jobs that are not among them */
	struct pulse_failure failures[PULSE_FAILURES]; /* a ring: number n is at n % its size */
	int64_t nfailures;
	size_t met;  /* live jobs, at this look */
	int64_t seq; /* of the journal, read so far */
	bool begun;
};

/* only: this generation of a job (with its name, NULL: none), or id 0. Borrowed: store, org. */
void pulse_init(struct pulse *pulse, struct store *store, const char *org, const struct job *only,
    const char *name);
void pulse_clear(struct pulse *pulse);

/* Look now; between store_read and its end, so that all is of one state. */
int pulse_look(struct pulse *pulse, struct err *err);

/* What has ended of a job. */
int64_t pulse_ended(const struct account_sums *sums);

#endif
