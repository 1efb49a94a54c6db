/* SPDX-License-Identifier: MIT */
/* draw: a pipeline as a picture: a tree for a terminal, DOT, Mermaid, or a record. */
#ifndef PLAN_DRAW_H
#define PLAN_DRAW_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct pipeline;

/* What became of a step, for pictures of a run: "12 of 30 completed", and the word of its status.
 * NULL: nothing is known. */
struct drawn {
	const char *status;
	const char *text;
};

/* notes[] has one for each step, or is NULL. */
void draw_tree(const struct pipeline *p, const struct drawn *notes, struct buf *out);
void draw_dot(const struct pipeline *p, const struct drawn *notes, struct buf *out);
void draw_mermaid(const struct pipeline *p, const struct drawn *notes, struct buf *out);

/* The record of dockline-pipeline(5); the caller owns it. */
json_t *draw_record(const struct pipeline *p);

#endif
