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
struct measure;
struct pick;
struct rank;

struct ranked {
	struct rank *rank;
	struct measure *measure; /* NULL: nothing is measured */
	unsigned then;           /* what of it now (cli/measure.h); 0: it was already */
	struct pick *pick;       /* what is unlike those before; NULL: all */
	const char *reference;   /* the file that RMSDs are to, NULL: none */
	const char **columns;    /* names of more columns of the table, NULL-terminated */
	bool *had;               /* by ranked_print: which of them something had */
	bool table;              /* not records */
	bool all;                /* nobody said how many: a terminal shows the first hundred */
	size_t top;              /* of what is picked so many, or */
	bool states;             /* add the states of each parent */
	double percent;          /* so many percent of what is ranked; 0: all */
};

/* Finish the rank and print it. */
int ranked_print(struct app *app, const struct ranked *ranked, struct err *err);

#endif
