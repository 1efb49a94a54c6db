/* SPDX-License-Identifier: MIT */
/* call_parts: what judging replies shares with judging failures (cli/call.h). */
#ifndef CLI_CALL_PARTS_H
#define CLI_CALL_PARTS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct call;
struct call_outcome;
struct http_reply;

enum { CALL_SHOWN = 200 }; /* bytes of a body in a reason */

/* What a body says of a failure, where services say it; NULL: nothing. Borrowed. */
const char *call_reason(const json_t *body);

/* So many bytes of a text are shown. */
int call_shown(const char *text);

/* The beginning of a text, made fit for one line. */
void call_beginning(const char *text, size_t len, char out[CALL_SHOWN + 1]);

/* A reply that is no success: what the task makes of it, or what its status says. */
void call_judge_failure(
    struct call *call, const struct http_reply *reply, struct call_outcome *out);

/* There was no whole reply. */
void call_judge_end(struct call *call, const struct http_reply *reply, struct call_outcome *out);

/* It asks to be left alone for a while: how long, microseconds; 0: it does not. */
int64_t call_rest_of(const struct call *call, const struct http_reply *reply);

/* It rests, unless the task knows that waiting will not help. */
void call_judge_rest(struct call *call, const struct http_reply *reply, struct call_outcome *out);

#endif
