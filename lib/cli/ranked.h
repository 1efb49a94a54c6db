/* SPDX-License-Identifier: MIT */
/*
 * ranked: what a rank holds, printed: as records or as a table, with what was asked to be added.
 */
#ifndef CLI_RANKED_H
#define CLI_RANKED_H

#include <stdbool.h>
#include <stddef.h>

struct app;
struct err;
struct pick;
struct pocket;
struct rank;
struct rmsd;

struct ranked {
	struct rank *rank;
	struct rmsd *rmsd;     /* NULL: not asked for */
	struct pocket *pocket; /* the same */
	struct pick *pick;     /* the same */
	const char *reference; /* the file that rmsd was opened with */
	bool table;            /* not records */
	bool all;              /* nobody said how many: a terminal shows the first hundred */
	size_t top;            /* of what is picked so many, or */
	bool states;           /* add the states of each parent */
	double percent;        /* so many percent of what is ranked; 0: all */
};

/* Finish the rank and print it. */
int ranked_print(struct app *app, const struct ranked *ranked, struct err *err);

#endif
