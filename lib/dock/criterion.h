/* SPDX-License-Identifier: MIT */
/*
 * criterion: "rmsd<2", "contacts~ASP25,ILE50": what a value must be.
 *
 * A name, an operator and a value, blanks around them allowed. < <= > >=
 * compare numbers, and of a list its length; = and != numbers or texts, ~ and
 * !~ ask whether a text holds the value (case does not matter), and a list of
 * residues one that is called so. Of several values, with commas between them,
 * one must fit (of != and !~ none). What is absent fits nothing.
 */
#ifndef DOCK_CRITERION_H
#define DOCK_CRITERION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct err;
struct scan_found;

enum criterion_op {
	CRITERION_LESS,
	CRITERION_AT_MOST,
	CRITERION_MORE,
	CRITERION_AT_LEAST,
	CRITERION_EQUAL,
	CRITERION_UNLIKE,
	CRITERION_HAS,
	CRITERION_LACKS,
	CRITERION_OPS,
};

/* A value that was asked for. */
struct criterion_value {
	char *text;
	double number;
	bool is_number;
};

struct criterion {
	char *text, *name; /* as it was written; the name: letters, digits, _ - and . */
	enum criterion_op op;
	VEC(struct criterion_value) values;
};

/* What it is held against. */
struct operand {
	enum { OPERAND_NONE, OPERAND_NUMBER, OPERAND_TEXT, OPERAND_LIST } kind;
	double number;
	const char *text; /* not ended */
	size_t len;
	const json_t *list;
};

/* -1 with ERR_USAGE. Clear it in every case. */
int criterion_parse(struct criterion *criterion, const char *text, struct err *err);
void criterion_clear(struct criterion *criterion);

/* Borrowed of a value (NULL: none), or of its text; there false: it takes a value to tell. */
struct operand operand_of(const json_t *value);
bool operand_scanned(const struct scan_found *found, struct operand *out);

bool criterion_fits(const struct criterion *criterion, const struct operand *operand);

#endif
