/* SPDX-License-Identifier: MIT */
/* bundle_parts: what gathering a bundle (bundle.c) and submitting it (bundle_submit.c) share. */
#ifndef CLI_BUNDLE_PARTS_H
#define CLI_BUNDLE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "cli/idset.h"
#include "task/order.h"

struct app;
struct bundle_lane;
struct bundle_name;
struct bundle_other;
struct line;
struct task;

/* A line; or an execution that lines wait for; or a name that nobody has yet. */
struct vertex {
	struct line *line; /* NULL: one of the others */
	const char *name;  /* NULL: none */
	int64_t id;        /* of the execution; 0: not yet */
	int64_t not_before, created;
	uint32_t lane;   /* index */
	uint32_t awaits; /* when it was submitted */
	uint32_t namer;  /* the vertex that waited for it first */
	uint32_t waiter; /* the vertex that waited for it last, plus 1 */
	unsigned char status;
	bool hold;
	bool fresh; /* it was submitted now */
	bool whole; /* and the line and the lane say all there is in its record */
};

struct bundle {
	struct app *app;
	VEC(struct vertex) vertices;
	VEC(struct span) spans; /* of each vertex, what it waits for: */
	VEC(uint32_t) upon;
	VEC(unsigned char) rules;
	VEC(uint32_t) given; /* the lines, in the order of bundle_add; closed: and all others */
	size_t lines;
	uint32_t *order; /* when it is closed */
	VEC(struct task *) tasks;
	VEC(struct bundle_lane *) lanes;
	struct bundle_lane *lane_texts; /* by what makes them */
	struct bundle_name *names;
	struct bundle_other *others;
};

#endif
