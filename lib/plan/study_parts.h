/* SPDX-License-Identifier: MIT */
/* study_parts: what the files of plan/study share and nobody else sees. */
#ifndef PLAN_STUDY_PARTS_H
#define PLAN_STUDY_PARTS_H

#include "plan/study.h"

struct grid;

/* What is known of a trial, by number - 1. */
struct known {
	enum trial_status status;
	bool asked;
	double value;
};

struct study {
	struct store *store;
	int64_t id;
	char *name;
	struct sweep *sweep;
	int64_t change; /* the last one that was read */
	struct known *known;
	double *points; /* as many as there are axes for each trial */
	double *costs;  /* of those that completed: the smaller the better; else NAN */
	size_t len, room;
	int64_t asked;     /* how many of them were asked for */
	struct grid *grid; /* NULL: not begun */
	enum study_end end;
};

/* The place of a trial in memory, made when it is new. */
struct known *study_know(struct study *study, int64_t number);

/* Borrowed. */
double *study_point(const struct study *study, size_t i);

/* Write what is known of trial i: a new row, or the one there is. execution 0: none; error NULL:
 * none. */
int study_insert(struct study *study, size_t i, struct err *err);
int study_update(
    struct study *study, size_t i, int64_t execution, const json_t *error, struct err *err);

/* Take a value over into costs. */
void study_settle(struct study *study, size_t i);

#endif
