/* SPDX-License-Identifier: MIT */
/* sieve_parts: what the parts of sieve share. */
#ifndef DOCK_SIEVE_PARTS_H
#define DOCK_SIEVE_PARTS_H

#include "base/scan.h"
#include "base/vec.h"
#include "dock/criterion.h"
#include "dock/sieve.h"

/* A criterion, where its name is in a line, and what came of it. */
struct rule {
	struct criterion criterion;
	bool measured;            /* cli/measure adds it: not seen in a line */
	size_t member[2], own[2]; /* of the ligand, of the result: in a record, in an execution */
	size_t row;               /* of a pose */
	size_t had, lacked;       /* results */
	size_t counted;           /* the last of them, as sieve.results */
};

struct pointers {
	char **at;
	size_t len, room;
};

struct guest_list {
	struct roll *roll;
	bool there;
};

/* Members of every result that tell what to do with it. */
enum fixed {
	FIXED_ERROR,
	FIXED_SKIPPED,
	FIXED_CHOSEN,
	FIXED_ENGINE,
	FIXED_POSES,
	FIXED_KEY,
	FIXED_SHA256,
	FIXED_POSE,
	FIXED_VS,
	FIXED
};

struct sieve {
	const struct score *by;
	bool any_pose;
	VEC(struct rule) rules;
	VEC(struct guest_list) rolls;
	struct pointers pointers, row_pointers;
	size_t fixed[2][FIXED], type, result, rank;
	size_t results;          /* that were looked at */
	struct scan *line, *row; /* NULL before the first line */
	struct scan_found *found, *cells;
};

/* Does a criterion fit what stands there? Counts, once a result, whether anything does. */
bool rule_fits(const struct sieve *sieve, struct rule *rule, const struct operand *operand);

/* Is a molecule on all rolls that it must be on, and on no other? */
bool sieve_on_rolls(
    const struct sieve *sieve, const struct scan_found *inchikey, const struct scan_found *sha256);

#endif
