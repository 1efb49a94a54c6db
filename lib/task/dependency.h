/* SPDX-License-Identifier: MIT */
/*
 * dependency: executions that wait for others.
 *
 * An execution counts the dependencies that have not ended; whoever ends one
 * counts down, in the same transaction, and the last one lets it go. One whose
 * dependency ended otherwise than asked is skipped, and so on behind it.
 */
#ifndef TASK_DEPENDENCY_H
#define TASK_DEPENDENCY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "task/failure.h"
#include "task/state.h"

struct err;
struct place;
struct store;
struct submission;
struct tally;

/* When to go on: it completed; it ended, however; it failed. */
enum rule { RULE_OK, RULE_ANY, RULE_FAIL, RULE_COUNT };

const char *rule_name(enum rule rule);
/* The rule of a word, or -1. */
int rule_find(const char *name);

/* Is the rule kept by one that ended so? */
bool rule_is_kept(enum rule rule, enum status status);

/* One to wait for, and how it stands. */
struct await {
	int64_t upon;
	enum rule rule;
	enum status status;
};

enum { DEPENDENCY_WHY = 160 };

/* What becomes of a submission, otherwise ready to be queued, that waits for these (none twice):
 * blocked, skipped, or what its approval and its time make of it. Sets status, awaits, class and
 * error, which is written into why. The dependencies are added when it has an id. */
void dependency_foresee(
    struct submission *sub, const struct await *awaits, size_t count, char why[DEPENDENCY_WHY]);

/* Note for how many one that is blocked waits. 0, -1. */
int dependency_await(struct store *store, int64_t execution, int64_t awaits, struct err *err);

/* Note that an execution waits, or waited, for another. The same pair twice is once: the first rule
 * stays. 1 noted, 0 it was there, -1. */
int dependency_add(
    struct store *store, int64_t execution, int64_t upon, enum rule rule, struct err *err);

/* What an execution waits or waited for, in order of id, as a JSON array (`after` of
 * dockline-execution(5)). The caller owns it; NULL on error. */
json_t *dependency_list(struct store *store, int64_t execution, struct err *err);

/* An execution ended: let go, or skip, what waited for it. 0 or -1. */
int dependency_settle(struct store *store, int64_t execution, enum status status,
    struct tally *tally, struct err *err);

/* What an execution waits for: how many have not ended, and one that ended otherwise than asked (0:
 * none did). 0 or -1. */
int dependency_count(
    struct store *store, int64_t execution, int64_t *awaits, int64_t *broken, struct err *err);

/* It is blocked by so many; from is where it stood. 0 or -1. */
int dependency_block(struct store *store, const struct place *place, enum status from,
    enum failure class, int64_t awaits, struct tally *tally, struct err *err);

/* An execution that had ended waits again: whatever was skipped because of it is blocked again, and
 * so on behind it, and what is blocked still counts it. What was let go stays so. 0 or -1. */
int dependency_revive(struct store *store, int64_t execution, struct tally *tally, struct err *err);

#endif
