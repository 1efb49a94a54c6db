/* SPDX-License-Identifier: MIT */
/*
 * graph: lines that say of which task they are, how they are queued and what they wait for, read
 * into a bundle.
 *
 *	{"key": "dock", "task": "dock-vina", "params": {...},
 *	 "after": ["prep", {"key": "box", "when": "any"}, {"id": 17, "when": "fail"}],
 *	 "priority": "high", "queue": "night", "not_before": "+2h", "tags": ["a"],
 *	 "metadata": {...}, "approval": true}
 *
 * All members may be absent. Keys may be named before the line that has them.
 */
#ifndef CLI_GRAPH_H
#define CLI_GRAPH_H

#include <jansson.h>

#include "cli/app.h"

struct bundle;
struct graph;
struct store;
struct task;
struct terms;

struct graph_options {
	struct app *app;
	struct store *store;
	struct task *task;           /* of lines that say none; NULL: each must */
	char **set, **force;         /* "k=v", NULL-terminated; NULL: none */
	char **files;                /* NULL or empty: standard input */
	const struct terms *terms;   /* of all lines, unless they say otherwise */
	bool keep_inputs;            /* store the files that lines name */
	struct fingerprints *memory; /* what is known of files; NULL: nothing */
};

/* Read everything into the bundle and close that. NULL: it cannot be submitted; all that is wrong
 * was told, and what err still has to say may be nothing. The graph owns the tasks of the bundle.
 */
struct graph *graph_read(const struct graph_options *options, struct bundle *into, struct err *err);
void graph_free(struct graph *g);

/* What the job remembers (submit_settings); the caller owns it, NULL on error. */
json_t *graph_settings(struct graph *g, struct err *err);

/* Store the input files of --set and --force as objects, within a transaction. */
int graph_store_inputs(struct graph *g, struct store *store, struct err *err);

#endif
