/* SPDX-License-Identifier: MIT */
/*
 * dockcrew: a stream of requests docked by several coprocesses of our own, without a queue.
 *
 * Each is this program with --serve (cli/dockserve.h), so that ligands of one receptor share a
 * process of the engine and its grids, as they do under taskrun. A coprocess gets the next request
 * while it works on one, but only as long as all others have one to begin with.
 */
#ifndef CLI_DOCKCREW_H
#define CLI_DOCKCREW_H

#include <jansson.h>

struct dockcrew;
struct dockrun;
struct err;

/* A request has been answered, with a result or an error {"class","reason","retry"}; all borrowed.
 */
typedef void dockcrew_done(const json_t *request, json_t *result, const json_t *error, void *ctx);

/* So many coprocesses; each may take run->memory, 0: any. */
struct dockcrew *dockcrew_new(const struct dockrun *run, int jobs, dockcrew_done *done, void *ctx);

/* Hand over a whole request; waits until there is a place for it, or we are interrupted. -1: no
 * coprocess can be started. */
int dockcrew_add(struct dockcrew *crew, json_t *request, struct err *err);

/* Take what has been answered, until there is something to read in fd. */
void dockcrew_until(struct dockcrew *crew, int fd);

/* Wait for all. 0 or -1 as above. */
int dockcrew_finish(struct dockcrew *crew, struct err *err);
void dockcrew_free(struct dockcrew *crew);

#endif
