/* SPDX-License-Identifier: MIT */
/*
 * checks: are services healthy, and what do they offer?
 *
 * A GET of health_check_url that is answered with 2xx is health, and so is one of
 * models_url where that is all there is; what models_url lists are the names in
 * {"data": [{"id"}]}, {"models": [{"name"}]}, or an array, of objects or texts.
 */
#ifndef CLI_CHECKS_H
#define CLI_CHECKS_H

#include <stdbool.h>

struct board;
struct checks;
struct http;
struct http_reply;

/* Both are borrowed. */
struct checks *checks_new(struct http *http, struct board *board);
void checks_free(struct checks *checks);

/* Is there a service at the board to be checked now? */
bool checks_wanted(struct board *board);

/* Begin those that the board wants. */
void checks_start(struct checks *checks);

/* A reply to one of them: its owner begins with CALL_CHECK. */
void checks_take(struct checks *checks, const struct http_reply *reply);

/* How many are out. */
int checks_out(const struct checks *checks);

#endif
