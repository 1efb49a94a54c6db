/* SPDX-License-Identifier: MIT */
/*
 * jq: expressions in the language of jq, over JSON values.
 *
 * Compiling costs about 25 ms (the definitions of jq itself), a run some
 * microseconds: compile once, run often.  One struct jq belongs to one thread.
 *
 * An expression sees its input (and the clock) and nothing else: env and $ENV are
 * empty, and input, inputs, debug, stderr, halt, halt_error, input_filename,
 * input_line_number, modulemeta, get_search_list, import and include are errors;
 * ~/.jq is not read (HOME is hidden while compiling).
 *
 * jq counts in doubles.  An integer beyond 2^53 in the input is therefore an
 * error, named by its JSON pointer; so is NaN or infinity in a result. Whole
 * numbers up to 2^53 come out as integers (8.0 goes in, 8 comes out), others as
 * numbers. A literal beyond 2^53 in the expression itself is jq's own affair.
 *
 * There is no limit of steps or memory, and an endless expression ends only when
 * another thread interrupts it. Expressions of people one does not trust belong
 * into a process with limits.
 */
#ifndef BASE_JQ_H
#define BASE_JQ_H

#include <jansson.h>

struct err;
struct jq;

enum { JQ_RESULTS_MAX = 1000000, JQ_DEPTH_MAX = 512 };

/* Compile. NULL with ERR_INPUT and what jq says. */
struct jq *jq_new(const char *text, struct err *err);
void jq_free(struct jq *jq);

/* Run on one input; append every result to the array. -1 with ERR_INPUT: the expression raised an
 * error, or a number does not pass. Results before the error stay in the array. */
int jq_run(struct jq *jq, const json_t *input, json_t *results, struct err *err);

/* The only result, which is the caller's. NULL with ERR_INPUT also when there is none or more. */
json_t *jq_one(struct jq *jq, const json_t *input, struct err *err);

/* From another thread: the run that is under way ends with ERR_INPUT before its next step. A
 * function of libjq itself (test, sort, ...) goes on to its end. At most once a run. */
void jq_interrupt(struct jq *jq);

#endif
