/* SPDX-License-Identifier: MIT */
/* repair: what Vina 1.2.3 should have printed, against what 1.2.7 prints for the same poses. */
#include "dock/repair.h"

#include <math.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "dock/engine.h"
#include "dock/pose.h"
#include "tap.h"

static const struct engine_version v123 = { "1.2.3", 10203 }, v127 = { "1.2.7", 10207 },
				   v112 = { "1.1.2", 10102 };

static void
load(const char *path, struct poses *poses)
{
	struct buf text = BUF_INIT;
	struct err err = { 0 };

	*poses = (struct poses)POSES_INIT;
	if (file_read(path, 0, &text, &err) < 0 || poses_read(text.data, text.len, poses, &err) < 0)
		ok(false, "%s: %s", path, err.text);
	buf_clear(&text);
}

static void
test_pair(const char *name, double first, double repaired)
{
	const struct engine *vina = engine_find("vina");
	struct poses wrong, right;
	char path[128];

	snprintf(path, sizeof(path), "tests/data/vina/1.2.3/%s", name);
	load(path, &wrong);
	snprintf(path, sizeof(path), "tests/data/vina/1.2.7/%s", name);
	load(path, &right);
	ok(repair_is_needed(vina, &v123, &wrong), "%s: 1.2.3 needs it", name);
	ok(!repair_is_needed(vina, &v127, &wrong), "%s: not if 1.2.7 had written it", name);
	ok(!repair_is_needed(vina, &v123, &right), "%s: not when the energies agree", name);
	is_int((long long)wrong.len, (long long)right.len, "%s: as many poses", name);
	ok(repair_apply(&wrong, NULL) == 0, "%s: repaired", name);
	ok(wrong.at[0].affinity == first, "%s: raw %.3f", name, wrong.at[0].affinity);
	ok(fabs(wrong.at[0].repaired - repaired) < 1e-9, "%s: repaired %.3f", name,
	    wrong.at[0].repaired);
	for (size_t i = 0; i < wrong.len && i < right.len; i++) {
		ok(fabs(wrong.at[i].repaired - right.at[i].affinity) <= 0.0011,
		    "%s pose %zu: %.3f, 1.2.7 says %.3f", name, i + 1, wrong.at[i].repaired,
		    right.at[i].affinity);
		ok(i == 0 || wrong.at[i].repaired >= wrong.at[i - 1].repaired, "still in order");
	}
	poses_clear(&wrong);
	poses_clear(&right);
}

#define ATOM "ATOM      1  C   UNL     1      12.742  93.206  64.421  0.00  0.00    +0.000 A \n"
#define PARTS "REMARK INTER + INTRA: -6.8\nREMARK INTRA: -0.4\nREMARK UNBOUND: -0.2\n"

static const struct {
	const char *name, *text, *error;
} impossible[] = {
	{ "several ligands",
	    "MODEL 1\nREMARK VINA RESULT: -5.5 0 0\n" PARTS "ROOT\n" ATOM "ROOT\n" ATOM "ENDMDL\n",
	    "several ligands were docked together" },
	{ "flexible residues",
	    "MODEL 1\nREMARK VINA RESULT: -5.5 0 0\n" PARTS "ROOT\n" ATOM
	    "BEGIN_RES THR A 315\n" ATOM "ENDMDL\n",
	    "the receptor has flexible residues" },
	{ "no parts", "MODEL 1\nREMARK VINA RESULT: -5.5 0 0\nROOT\n" ATOM "ENDMDL\n",
	    "the energies of a pose are missing" },
	{ "a score of zero",
	    "MODEL 1\nREMARK VINA RESULT: 0.000 0 0\n" PARTS "ROOT\n" ATOM "ENDMDL\n",
	    "the energies do not add up to the score" },
	{ "another sign", "MODEL 1\nREMARK VINA RESULT: 5.5 0 0\n" PARTS "ROOT\n" ATOM "ENDMDL\n",
	    "the energies do not add up to the score" },
};

static void
test_impossible(void)
{
	const struct engine *vina = engine_find("vina");

	for (size_t i = 0; i < COUNT(impossible); i++) {
		struct poses poses = POSES_INIT;
		struct err err = { 0 };

		ok(poses_read(impossible[i].text, strlen(impossible[i].text), &poses, NULL) == 0,
		    "%s: read", impossible[i].name);
		ok(repair_is_needed(vina, &v123, &poses), "%s: needed", impossible[i].name);
		ok(!repair_is_needed(vina, &v112, &poses), "%s: not of 1.1.2", impossible[i].name);
		is_int(repair_apply(&poses, &err), -1, "%s: refused", impossible[i].name);
		is_str(err.text, impossible[i].error, "%s: says why", impossible[i].name);
		ok(isnan(poses.at[0].repaired), "%s: left alone", impossible[i].name);
		poses_clear(&poses);
	}
}

int
main(void)
{
	test_pair("success_out.pdbqt", -5.496, -5.283);
	test_pair("success_sti_out.pdbqt", -10.554, -10.366);
	test_impossible();
	return done_testing();
}
