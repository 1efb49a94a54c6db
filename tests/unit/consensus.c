/* SPDX-License-Identifier: MIT */
/* consensus: one order of two campaigns, as it comes out by hand. */
#include "dock/consensus.h"

#include <math.h>

#include "dock/standing.h"
#include "tap.h"

/* Molecules, their affinity (lower is better) and cnn_vs (higher is better). */
static const struct {
	const char *name;
	double affinity, vs;
} molecules[] = {
	{ "m1", -9, 5 }, /* ranks 1 and 3 */
	{ "m2", -8, 7 }, /* 2 and 1 */
	{ "m3", -7, 6 }, /* 3.5, for it is tied, and 2 */
	{ "m4", -7, 1 }, /* 3.5 and 4 */
};

/*
 * By hand: ecr with sigma 2 is (exp(-r1/2) + exp(-r2/2)) / 2. The affinities have the mean -7.75
 * and the deviation sqrt(2.75 / 4), the others 4.75 and sqrt(20.75 / 4).
 */
static const struct {
	enum consensus_method method;
	struct {
		const char *name;
		double value;
	} want[4];
} vectors[] = {
	{ CONSENSUS_RANK, { { "m2", 1.5 }, { "m1", 2 }, { "m3", 2.75 }, { "m4", 3.75 } } },
	{ CONSENSUS_ECR,
	    { { "m2", 0.4872051 }, { "m1", 0.4148304 }, { "m3", 0.2708267 },
		{ "m4", 0.1545546 } } },
	{ CONSENSUS_ZSCORE,
	    { { "m1", 0.8086605 }, { "m2", 0.6446948 }, { "m3", -0.1778564 },
		{ "m4", -1.2754989 } } },
};

static struct standing *
stand(const char *score, size_t n)
{
	struct standing *s = standing_new(score_find(score), true, NULL);

	for (size_t i = 0; i < n; i++) {
		double value = strcmp(score, "affinity") == 0 ? molecules[i].affinity
							      : molecules[i].vs;
		json_t *r = json_pack("{s:s,s:{s:{s:f,s:i}}}", "key", molecules[i].name, "best",
		    score, "value", value, "pose", 1);

		standing_add(s, r, r, NULL);
		json_decref(r);
	}
	standing_finish(s);
	return s;
}

int
main(void)
{
	struct standing *both[] = { stand("affinity", 4), stand("cnn_vs", 4) };

	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct consensus_rows rows = VEC_INIT, missing = VEC_INIT;

		consensus_make(both, 2, vectors[i].method, 2, false, &rows, &missing);
		is_int(rows.len, 4, "%s: all are there", consensus_names[vectors[i].method]);
		for (size_t k = 0; k < rows.len && k < 4; k++) {
			is_str(rows.at[k].name, vectors[i].want[k].name, "place %zu", k + 1);
			ok(fabs(rows.at[k].value - vectors[i].want[k].value) < 1e-7,
			    "%s of %s is %.7f", consensus_names[vectors[i].method], rows.at[k].name,
			    rows.at[k].value);
		}
		vec_clear(&rows);
		vec_clear(&missing);
	}
	/* ranks 1, 2, 3.5, 3.5 and 3, 1, 2, 4 have the deviations -1.5 -0.5 1 1 and 0.5 -1.5
	 * -0.5 1.5 */
	ok(fabs(consensus_spearman(both[0], both[1]) - 1 / sqrt(4.5 * 5)) < 1e-12,
	    "Spearman's correlation");
	standing_free(both[0]);
	standing_free(both[1]);
	return done_testing();
}
