/* SPDX-License-Identifier: MIT */
/* logentry: the logs of one execution, as far as they were printed. */
#ifndef CLI_LOGENTRY_H
#define CLI_LOGENTRY_H

#include <stdint.h>
#include <uthash.h>

#include "cli/logtext.h"

struct app;
struct err;
struct live;
struct log_options;
struct notice;
struct store;

/* Where logs come from and go to. */
struct log_way {
	struct app *app;
	const struct log_options *o; /* attempt, errout, out and since of it */
	struct store *store;
	struct logtext *text;
	struct notice *notice; /* NULL: nobody follows */
};

struct logentry {
	int64_t id;
	int printed;       /* tries up to this one */
	struct live *live; /* the one that runs, NULL: none, or not here */
	int64_t seen[2];   /* bytes of it that were read, by stream */
	struct log_part part[2];
	UT_hash_handle hh;
};

struct logentry *logentry_new(int64_t id, int printed);
void logentry_free(struct logentry *entry);

/* Print the tries that ended since. 0 or -1. */
int logentry_ended(struct logentry *entry, const struct log_way *way, struct err *err);

/* Print what the try that runs now wrote since, if one runs on this host: look for it, or go on
 * with the one that was found before. 0 or -1. */
int logentry_runs(struct logentry *entry, const struct log_way *way, struct err *err);
int logentry_go_on(struct logentry *entry, const struct log_way *way, struct err *err);

/* Nothing more of it will be printed. */
void logentry_end(struct logentry *entry, const struct log_way *way);

#endif
