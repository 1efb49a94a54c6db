/* SPDX-License-Identifier: MIT */
/*
 * vigil: workers of other hosts, watched for signs of life.
 *
 * The clocks of two hosts differ, and a clock may jump, so the age of a heartbeat proves nothing.
 * A worker is silent when its heartbeat stayed the same while we looked, for as long as we say by
 * our own clock_boot.
 */
#ifndef TASK_VIGIL_H
#define TASK_VIGIL_H

#include <stdbool.h>
#include <stdint.h>

struct vigil;

struct vigil *vigil_new(void);
/* NULL is fine. */
void vigil_free(struct vigil *vigil);

/* What was read at `now` (by clock_boot). Was the heartbeat of this worker the same for `silence`
 * microseconds? Between two looks no more than a quarter of that counts: when we slept, all may
 * have slept. */
bool vigil_is_silent(
    struct vigil *vigil, int64_t worker, int64_t heartbeat, int64_t now, int64_t silence);

#endif
