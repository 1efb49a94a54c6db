/* SPDX-License-Identifier: MIT */
/* repair: the affinity that Vina 1.2.0 to 1.2.3 should have printed. */
#include "dock/repair.h"

#include <math.h>
#include <stddef.h>

#include "base/err.h"
#include "dock/engine.h"
#include "dock/pose.h"

/* Energies are printed to 0.001: less than this is the same number. */
#define SAME 0.0015

const char *const repair_names[REPAIR_COUNT] = {
	[REPAIR_YES] = "yes",
	[REPAIR_RAW] = "raw",
	[REPAIR_REFUSE] = "refuse",
};

bool
repair_is_needed(
    const struct engine *engine, const struct engine_version *version, const struct poses *poses)
{
	const struct pose *best = poses->at;

	if (!engine_unbound_wrong(engine, version))
		return false;
	return !(fabs(best->intra - best->unbound) < SAME);
}

static const char *
cannot(const struct poses *poses)
{
	for (size_t i = 0; i < poses->len; i++) {
		const struct pose *p = &poses->at[i];

		if (p->roots > 1)
			return "several ligands were docked together";
		if (p->flexible)
			return "the receptor has flexible residues";
		if (!isfinite(p->total) || !isfinite(p->intra) || !isfinite(p->unbound))
			return "the energies of a pose are missing";
	}
	return NULL;
}

/* The divisor that fits all poses best (least squares, so that large scores, which have more
 * digits, count more). 0: the scores say nothing about it. */
static double
fit_divisor(const struct poses *poses)
{
	double up = 0, down = 0;

	for (size_t i = 0; i < poses->len; i++) {
		const struct pose *p = &poses->at[i];

		up += (p->total - p->unbound) * p->affinity;
		down += p->affinity * p->affinity;
	}
	return down > 0.001 ? up / down : 0;
}

int
repair_apply(struct poses *poses, struct err *err)
{
	const char *why = cannot(poses);
	double f;

	if (why)
		return err_set(err, ERR_INPUT, "%s", why);
	f = fit_divisor(poses);
	if (!(f > 0.99))
		return err_set(err, ERR_INPUT, "the energies do not add up to the score");
	for (size_t i = 0; i < poses->len; i++) {
		struct pose *p = &poses->at[i];

		p->repaired = round((p->total - poses->at[0].intra) / f * 1000) / 1000;
	}
	return 0;
}
