/* SPDX-License-Identifier: MIT */
/*
 * trials: the items of a step with `optimize:`: the trials of a search, which is a study of the
 * state and goes on where it was when a run is taken up again.
 *
 * Trial n is item n - 1. It is asked for in the transaction that submits its execution, and told in
 * the one that settles it. When a run is taken up again, the trials that there are come first, and
 * all of them end before another is asked for. All on the writer's thread.
 */
#ifndef CLI_TRIALS_H
#define CLI_TRIALS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "task/state.h"

struct conduct;
struct err;
struct stage;

/* Begin, or go on with, the search of a stage; a search that is not the same any more begins anew.
 * 0 or -1. */
int trials_begin(struct conduct *c, struct stage *s, json_t *definition, struct err *err);

/* May another trial be open? */
bool trials_have_room(const struct stage *s);

/* The next trial: 1, its item in *item and what it tries in *value (the caller's); 0: none now, or
 * no more (then the stage is exhausted); -1. */
int trials_next(struct stage *s, int64_t *item, json_t **value, struct err *err);

/* The execution of a trial has ended. 0 or -1. */
int trials_tell(struct conduct *c, struct stage *s, int64_t item, int64_t execution,
    enum status status, struct err *err);

/* A trial is run again with other parameters: what came of it counts no more. 0 or -1. */
int trials_reopen(struct stage *s, int64_t item, struct err *err);

/* The best of them: {"trial", "value", "item", "key", "id", "params", "result"}, the caller's;
 * NULL: none has a value. */
json_t *trials_best(struct conduct *c, const struct stage *s);

/* The name of what is searched for; borrowed. */
const char *trials_metric(const struct stage *s);

#endif
