/* SPDX-License-Identifier: MIT */
/*
 * place: the number under which a table of texts keeps a text.
 *
 * An index over long texts that come in no order is written all over; one over
 * numbers is a fifth of the size. Two texts may have the same number: see task/key.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <stdint.h>

/* The place of a text among those of a task in a generation of a job: 63 bits, spread evenly, the
 * same on every machine and for ever. SQL knows it as place(job, generation, task, key). */
int64_t place_of(int64_t job, int64_t generation, int64_t task, const char *text);
/* Where to look when that one is taken. */
int64_t place_next(int64_t place);

#endif
