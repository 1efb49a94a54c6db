/* SPDX-License-Identifier: MIT */
/* outpost_parts: what the parts of outpost share: the element, and its state on the node. */
#ifndef CLI_OUTPOST_PARTS_H
#define CLI_OUTPOST_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "grid/outbox.h"

struct app;
struct err;
struct frames;

struct element {
	struct app *app;
	const char *path;      /* of the package */
	char name[BATCH_UUID]; /* of the job */
	int number;
	struct frames *chunk;
	json_t *header;
	char *note;     /* file beside the package: what has begun */
	char *dir;      /* node-local; the state is in it */
	char *state;    /* directory */
	json_t *known;  /* id: {"attempt", "paths": {object: path}} of what was entered */
	json_t *done;   /* id: true, of what an earlier run of it handed back */
	int entered;    /* executions */
	int cpus;       /* that the largest of their tasks wants */
	int64_t memory; /* bytes, likewise */
	bool told;      /* to end before it was done: another run may follow */
};

/* Make the state and put into it what is to be run. 0 or -1. */
int element_enter(struct element *e, struct err *err);

/* Write what became of it. 0 or -1. */
int element_hand_back(struct element *e, struct err *err);

void element_clear(struct element *e);

#endif
