/* SPDX-License-Identifier: MIT */
/*
 * glance: what ranking needs to know of a result, from the text of its record alone.
 *
 * Most records of a campaign are passed over: to make values of every one of
 * them is nearly all that ranking a million costs. What is out of the ordinary
 * (failures, skipped records, escapes in names, scores that stand in the poses
 * only) is left to those who read the record itself.
 */
#ifndef DOCK_GLANCE_H
#define DOCK_GLANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/scan.h"
#include "dock/called.h"
#include "dock/score.h"

struct glance;

/* What was seen; texts are of the line. */
struct glanced {
	struct called called;
	const struct score *by;
	double value;
	int pose;
};

struct glance *glance_new(void);
void glance_free(struct glance *glance);

/* Look at a line. by: the score, NULL: score_default's. True: it is the record of a result, as
 * score_get and the rest would find it. */
bool glance_at(struct glance *glance, const char *text, size_t len, const struct score *by,
    struct glanced *out);

/* Of the line last looked at: the texts of everything that makes results comparable. Results with
 * equal texts are alike (dock/comparable.h); others may be. Borrowed until the next line. */
const struct buf *glance_alike(const struct glance *glance);

#endif
