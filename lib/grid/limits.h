/* SPDX-License-Identifier: MIT */
/* limits: what a cluster lets a user do, as it says itself, and what follows for chunks. */
#ifndef GRID_LIMITS_H
#define GRID_LIMITS_H

#include <stdint.h>

struct err;
struct scheduler;

enum {
	LIMITS_NAME = 64,
	LIMITS_ARRAY = 1000, /* where it says nothing: elements of an array */
	LIMITS_JOBS = 10000, /* and jobs, with each element, that it keeps for all users */
	LIMITS_SHARE = 5,    /* one of so many parts of these is for one user */
	LIMITS_AGE = 3600,   /* seconds that an answer counts, for all processes of the user */
	LIMITS_CHUNK = 50,   /* executions in an element while nobody knows how long one takes */
};

struct limits {
	int64_t array;  /* elements in one array job */
	int64_t jobs;   /* jobs, with each element, that the cluster keeps for all users; 0: any */
	int64_t submit; /* that this user may have submitted at a time; 0: not said */
	char cluster[LIMITS_NAME]; /* its name, "" where it has none */
};

/* Ask. 1; 0: there is no such cluster here, err says why; -1: it did not answer. */
int limits_ask(struct scheduler *scheduler, struct limits *limits, struct err *err);

/* The most elements that one may have at the cluster at a time. */
int64_t limits_elements(const struct limits *limits);

/* Executions in an element, so that it takes about so many seconds where one takes `each` (0: not
 * known, LIMITS_CHUNK); more where `count` of them would otherwise make too many elements. */
int64_t limits_chunk(const struct limits *limits, int64_t count, double each, double seconds);

#endif
