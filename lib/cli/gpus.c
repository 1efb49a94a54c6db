/* SPDX-License-Identifier: MIT */
/* gpus: which GPUs an execution gets. */
#include "cli/gpus.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "exec/pressure.h"

#define ROUNDING 1e-9 /* parts are taken and given many times */

void
gpus_init(struct gpus *gpus, double amount)
{
	*gpus = (struct gpus){ 0 };
	for (double left = amount; left > ROUNDING && gpus->count < GPUS_MAX; left--)
		gpus->free[gpus->count++] = left < 1 ? left : 1;
}

/* Of those with room for the part the one with the least, so that whole ones stay whole. -1 */
static int
fullest(const struct gpus *gpus, double part)
{
	int best = -1;

	for (int i = 0; i < gpus->count; i++)
		if (gpus->free[i] + ROUNDING >= part &&
		    (best < 0 || gpus->free[i] < gpus->free[best]))
			best = i;
	return best;
}

bool
gpus_take(struct gpus *gpus, double amount, struct gpu_share *share)
{
	int wanted = amount < 1 ? 1 : (int)ceil(amount - ROUNDING), got = 0;

	*share = (struct gpu_share){ 0, amount < 1 ? amount : 1 };
	if (amount <= 0)
		return true;
	while (got < wanted) {
		int i = fullest(gpus, share->of_each);

		if (i < 0) {
			gpus_give(gpus, share);
			*share = (struct gpu_share){ 0 };
			return false;
		}
		gpus->free[i] -= share->of_each;
		share->which |= UINT64_C(1) << i;
		got++;
	}
	return true;
}

void
gpus_give(struct gpus *gpus, const struct gpu_share *share)
{
	for (int i = 0; i < gpus->count; i++)
		if (share->which >> i & 1)
			gpus->free[i] += share->of_each;
}

char *
gpus_variable(const struct gpu_share *share)
{
	struct buf text = BUF_INIT;
	const char *comma = "";

	buf_add_str(&text, "CUDA_VISIBLE_DEVICES=");
	for (int i = 0; i < GPUS_MAX; i++) {
		char *name;

		if (!(share->which >> i & 1))
			continue;
		name = host_gpu_name(i);
		buf_addf(&text, "%s%s", comma, name);
		free(name);
		comma = ",";
	}
	return buf_take(&text);
}
