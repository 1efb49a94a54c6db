/* SPDX-License-Identifier: MIT */
/*
 * roll: the molecules of a campaign, by what they are, not by what they are called.
 *
 * A molecule is the one of the same InChIKey; where either side has none, the
 * one whose prepared file has the same SHA-256.
 */
#ifndef DOCK_ROLL_H
#define DOCK_ROLL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct roll;
struct scan_found;

struct roll *roll_new(void);
void roll_free(struct roll *roll);

/* A result (records_result): false, it says neither. */
bool roll_add(struct roll *roll, const json_t *result);

/* After the last. How many molecules were added. */
size_t roll_finish(struct roll *roll);

/* Texts without quotes, at NULL: there is none. */
bool roll_has(
    const struct roll *roll, const struct scan_found *inchikey, const struct scan_found *sha256);

#endif
