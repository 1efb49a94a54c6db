/* SPDX-License-Identifier: MIT */
/* smiles: heavy atoms are counted, the largest organic fragment stays. */
#include "dock/smiles.h"

#include "base/err.h"
#include "tap.h"

static const struct {
	const char *smiles;
	int heavy;
} counts[] = {
	{ "CCO", 3 },
	{ "c1ccccc1", 6 },
	{ "ClCBr", 3 },
	{ "[13CH4]", 1 },
	{ "[H]O[H]", 1 },
	{ "[2H]C", 1 },
	{ "[Na+]", 1 },
	{ "[He]", 1 },
	{ "C[Si](C)(C)C", 5 },
	{ "[nH]1cccc1", 5 },
	{ "C%12CC%12", 3 },
	{ "F/C=C\\F", 4 },
	{ "C[C@@H](N)C(=O)[O-]", 6 },
	{ "", 0 },
	{ "[", 0 },
};

static const struct {
	const char *smiles, *kept, *stripped, *reason;
} strips[] = {
	{ "CCO", "CCO", "[]", NULL },
	{ "[Na+].[Cl-]", NULL, "[]", "no organic fragment" },
	{ "O", "O", "[]", NULL },
	{ "[Na+].CC(=O)[O-]", "CC(=O)[O-]", "[\"[Na+]\"]", NULL },
	{ "OS(=O)(=O)O.CN.CN", "CN", "[\"OS(=O)(=O)O\",\"CN\"]", NULL },
	{ "CCC.CCO", NULL, "[]", "two fragments of equal size: CCC and CCO" },
	{ "CCC.CCO.CCCC", NULL, "[]", "two fragments of equal size: CCC and CCO" },
	{ "", NULL, "[]", "no organic fragment" },
};

int
main(void)
{
	for (size_t i = 0; i < COUNT(counts); i++)
		is_int((long long)smiles_heavy(counts[i].smiles), counts[i].heavy,
		    "heavy atoms of '%s'", counts[i].smiles);
	for (size_t i = 0; i < COUNT(strips); i++) {
		json_t *stripped = json_array();
		struct err why = { 0 };
		char *kept = smiles_strip(strips[i].smiles, stripped, &why);

		is_str(kept, strips[i].kept, "strip '%s'", strips[i].smiles);
		is_json(stripped, strips[i].stripped, "stripped of '%s'", strips[i].smiles);
		is_str(
		    kept ? NULL : why.text, strips[i].reason, "reason of '%s'", strips[i].smiles);
		json_decref(stripped);
		free(kept);
	}
	return done_testing();
}
