/* SPDX-License-Identifier: MIT */
/*
 * leftout: records without a result, counted and said by the programs that need one.
 */
#ifndef CLI_LEFTOUT_H
#define CLI_LEFTOUT_H

#include <jansson.h>
#include <stddef.h>

struct app;

/* Zero-initialised: none yet. */
struct leftout {
	size_t failed;
	size_t cancelled;
	size_t unfinished; /* executions that have not ended */
	size_t skipped;    /* were never to have one, like duplicates of a library */
};

/* The result of a record (records_result), or NULL: then it was counted here. */
json_t *leftout_none(json_t *record, struct leftout *left);

/* The same, and app_count is told: all of them but the skipped ones are failures. */
json_t *leftout_result(struct app *app, json_t *record, struct leftout *left);

/* Say how many were left out, each kind on a line. */
void leftout_say(const struct app *app, const struct leftout *left);

#endif
