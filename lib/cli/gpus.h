/* SPDX-License-Identifier: MIT */
/* gpus: which GPUs an execution gets: whole ones for itself, or a part of one. */
#ifndef CLI_GPUS_H
#define CLI_GPUS_H

#include <stdbool.h>
#include <stdint.h>

enum { GPUS_MAX = 64 };

struct gpus {
	int count;
	double free[GPUS_MAX]; /* of each, 0 to 1 */
};

/* What one execution holds. */
struct gpu_share {
	uint64_t which; /* a bit for each */
	double of_each;
};

/* So many to give: of the last one perhaps only a part. */
void gpus_init(struct gpus *gpus, double amount);

/* Take so many, or a part of the fullest one that has room for it. False: there is no such room
 * now; nothing is taken. */
bool gpus_take(struct gpus *gpus, double amount, struct gpu_share *share);
void gpus_give(struct gpus *gpus, const struct gpu_share *share);

/* "CUDA_VISIBLE_DEVICES=..." for a share. The caller frees. */
char *gpus_variable(const struct gpu_share *share);

#endif
