/* SPDX-License-Identifier: MIT */
/* internal: how pipeline.c, step.c, optimize.c and needs.c read a pipeline together. */
#ifndef PLAN_INTERNAL_H
#define PLAN_INTERNAL_H

#include "plan/pipeline.h"

struct buf;

/* A pipeline that is being read. */
struct reading {
	struct pipeline *p;
	struct faults faults;
};

/* A member that is one of the words; `absent` when it is not there. */
int read_word(struct reading *r, const char *pointer, const json_t *object, const char *key,
    const char *const *names, size_t count, int absent);

/* A member that is a text; NULL: it is not there. */
const char *read_text(
    struct reading *r, const char *pointer, const json_t *object, const char *key);

/* A member that is a whole number of at least 1; 0: it is not there. */
size_t read_count(struct reading *r, const char *pointer, const json_t *object, const char *key);

/* Read one step that stands at pointer into *step, whose id is known. */
void step_read(struct reading *r, const char *pointer, struct step *step);
void step_clear(struct step *step);

/* Read what `optimize` of a step holds, and see that its params use what is tried. */
void optimize_read(struct reading *r, const char *pointer, struct step *step);
void optimize_check(struct reading *r, const char *pointer, const struct step *step);

/* Find what all steps name, and put them in order. */
void needs_read(struct reading *r);

/* Where a step stands in the file; the caller frees. */
char *step_pointer(const struct pipeline *p, size_t step);

#endif
