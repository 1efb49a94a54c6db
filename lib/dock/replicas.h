/* SPDX-License-Identifier: MIT */
/*
 * replicas: dockings of one request that differ in the seed alone.
 *
 * A search is random: the same docking with other seeds says how far its score
 * can be relied on. Of N replicas the first has the seed of the request, the
 * others the N - 1 numbers behind it, and the record is that of the best one.
 * It has `replicas`:
 *
 *	{"count": 3, "score": "affinity", "seeds": [42, 43, 44], "values": [-7.1, -7.3, -7.1],
 *	 "mean": -7.166667, "spread": 0.11547}
 *
 * values: the best of each, in their order; spread: their sample standard
 * deviation, both in the unit of the score.
 */
#ifndef DOCK_REPLICAS_H
#define DOCK_REPLICAS_H

#include <jansson.h>
#include <stddef.h>

/* The best of n docking records, at least two; of equals the first. Borrowed from them, and it has
 * `replicas` now, unless fewer than two have the score. */
json_t *replicas_best(json_t *const *records, size_t n);

#endif
