/* SPDX-License-Identifier: MIT */
/* lint: which prepared files are fit to dock, and what is said about the others. */
#include "dock/lint.h"

#include "base/buf.h"
#include "base/err.h"
#include "tap.h"

/* Lines separated by ';'. "@name x y z type" becomes an ATOM line with the next serial. */
static char *
make_text(const char *spec)
{
	struct buf out = BUF_INIT;
	int serial = 0;

	while (*spec) {
		size_t n = strcspn(spec, ";");
		char name[8], type[8];
		double x, y, z;

		if (*spec == '@' &&
		    sscanf(spec, "@%7s %lf %lf %lf %7[^;]", name, &x, &y, &z, type) == 5)
			buf_addf(&out,
			    "ATOM  %5d  %-3s UNL     1    %8.3f%8.3f%8.3f  0.00  0.00    +0.000 "
			    "%-2s\n",
			    ++serial, name, x, y, z, type);
		else
			buf_addf(&out, "%.*s\n", (int)n, spec);
		spec += n + (spec[n] == ';');
	}
	return buf_take(&out);
}

#define BENZENE \
	"@C 1.39 0 0 A;@C 0.695 1.204 0 A;@C -0.695 1.204 0 A;@C -1.39 0 0 A;@C -0.695 -1.204 0 " \
	"A;" \
	"@C 0.695 -1.204 0 A;"
#define ETHANOL "@C 0 0 0.1 C;@C 1.53 0 0 C;@O 2.0 1.35 0 OA;@H 2.96 1.35 0.1 HD;"
#define ROOT(atoms) "ROOT;" atoms "ENDROOT;TORSDOF 0"

static const struct {
	const char *name, *spec, *reason; /* NULL: fit */
} ligands[] = {
	{ "ethanol", "REMARK  Name = ethanol;" ROOT(ETHANOL), NULL },
	{ "benzene in a plane of z", ROOT(BENZENE), NULL },
	{ "benzoic acid in a plane of z",
	    ROOT(BENZENE "@C 2.88 0 0 C;@O 3.5 1.05 0 OA;@O 3.55 -1.1 0 OA;@H 4.5 -1 0 HD;"),
	    NULL },
	{ "toluene in a plane of z", ROOT(BENZENE "@C 2.9 0 0 C;"), NULL },
	{ "hexane, all-trans, in a plane of z",
	    ROOT("@C 0 0 0 C;@C 1.27 0.85 0 C;@C 2.54 0 0 C;@C 3.81 0.85 0 C;@C 5.08 0 0 C;"),
	    NULL },
	{ "a ring that was opened, its ends glued: G0 lies where the other end is",
	    "ROOT;@C 0 0 0.1 CG0;@C 1.5 0 0 C;@C 2.2 1.3 0 CG0;ENDROOT;BRANCH 3 4;@G 0 0 0.1 G0;"
	    "ENDBRANCH 3 4;BRANCH 1 5;@G 2.2 1.3 0 G0;ENDBRANCH 1 5;TORSDOF 0",
	    NULL },
	{ "one atom", ROOT("@C 0 0 0 C;"), NULL },
	{ "three atoms in a plane", ROOT("@C 0 0 0 C;@C 1.5 0 0 C;@F 2 1.3 0 F;"), NULL },
	{ "caffeine-like, without any hydrogen to carry",
	    ROOT("@C 0 0 0 C;@N 1.45 0 0.1 NA;@C 2.1 1.3 0 C;"
		 "@C 2.1 -1.3 0.4 C;"),
	    NULL },
	{ "empty", "", "empty" },
	{ "no atoms", "ROOT;ENDROOT;TORSDOF 0", "no atoms" },
	{ "only hydrogens", ROOT("@H 0 0 0 HD;"), "no atoms but hydrogens" },
	{ "garbage", "this is no molecule",
	    "line 1: unknown or misplaced tag: 'this is no molecule'" },
	{ "a model", "MODEL 1;" ROOT(ETHANOL),
	    "line 1: several models: only one is allowed: 'MODEL 1'" },
	{ "two fragments", "ROOT;" ETHANOL "ENDROOT;ROOT;@C 9 9 9 C;ENDROOT;TORSDOF 0",
	    "line 7: two fragments: a second ROOT: 'ROOT'" },
	{ "two ligands", ROOT(ETHANOL) ";TORSDOF 0",
	    "line 8: second TORSDOF (several molecules in one file?): 'TORSDOF 0'" },
	{ "cut in the root", "ROOT;" ETHANOL, "cut off: ROOT or BRANCH has no end" },
	{ "cut before TORSDOF", "ROOT;" ETHANOL "ENDROOT", "cut off: no TORSDOF" },
	{ "atoms outside", ETHANOL "TORSDOF 0",
	    "line 1: atom outside ROOT and BRANCH (a rigid PDBQT or a PDB file?):"
	    " 'ATOM      1  C   UNL     1       0.000  '" },
	{ "unknown type", ROOT("@C 0 0 0 Xx;"),
	    "line 2: unknown atom type 'Xx': 'ATOM      1  C   UNL     1       0.000  '" },
	{ "type in the wrong case", ROOT("@C 0 0 0 CL;"),
	    "line 2: unknown atom type 'CL': 'ATOM      1  C   UNL     1       0.000  '" },
	{ "NaN", ROOT("@C 0 nan 0 C;"),
	    "line 2: malformed coordinate 'nan': 'ATOM      1  C   UNL     1       0.000  '" },
	{ "no type",
	    "ROOT;ATOM      1  C   UNL     1       0.000   0.000   0.000  0.00  0.00;ENDROOT",
	    "line 2: no charge and atom type (PDB, not PDBQT?):"
	    " 'ATOM      1  C   UNL     1       0.000  '" },
	{ "short line", "ROOT;ATOM      1  C;ENDROOT",
	    "line 2: atom line is too short: 'ATOM      1  C'" },
	{ "all zero", ROOT("@C 0 0 0 C;@C 0 0 0 C;@O 0 0 0 OA;"), "all coordinates are zero" },
	{ "all at one point", ROOT("@C 1 2 3 C;@C 1 2 3 C;"), "all atoms are at one point" },
	{ "two in one place", ROOT(ETHANOL "@C 1.5 0.2 0 C;"),
	    "two atoms in one place: 2 (C) and 5 (C) are 0.20 angstrom apart" },
	{ "a drawing with bonds of 1 angstrom",
	    ROOT("@C 0 0 0 A;@C 0.866 0.5 0 A;@C 1.732 0 0 A;@C 2.6 0.5 0 C;@O 3.46 0 0 OA;@H 4 "
		 "0.3 0 HD;"),
	    "flat coordinates: every z is 0.000, and atom 1 (C) cannot be planar" },
	{ "a drawing of cyclohexane",
	    ROOT("@C 1.5 0 0 C;@C 0.75 1.3 0 C;@C -0.75 1.3 0 C;@C -1.5 0 0 C;@C -0.75 -1.3 0 C;"
		 "@C 0.75 -1.3 0 C;"),
	    "flat coordinates: every z is 0.000, and atom 1 (C) cannot be planar" },
	{ "a drawing of isobutane's centre",
	    ROOT("@C 0 0 1 C;@C 1.5 0 1 C;@C -0.75 1.3 1 C;@C -0.75 -1.3 1 C;"),
	    "flat coordinates: every z is 1.000, and atom 1 (C) cannot be planar" },
	{ "an alcohol without hydrogens", ROOT("@C 0 0 0.1 C;@C 1.53 0 0 C;@O 2 1.35 0 OA;"),
	    "missing hydrogens: there are none, and atom 3 (O) must have one" },
	{ "an amine without hydrogens", ROOT("@C 0 0 0.1 C;@N 1.47 0 0 N;"),
	    "missing hydrogens: there are none, and atom 2 (N) must have one" },
	{ "a carboxylate has none",
	    ROOT("@C 0 0 0 C;@C 1.5 0 0.3 C;@O 2.1 1.1 0 OA;@O 2.1 -1.1 0.1 OA;"), NULL },
	{ "a nitrile has none", ROOT("@C 0 0 0 C;@C 1.46 0 0 C;@N 2.6 0 0.1 NA;"), NULL },
	{ "branches",
	    "ROOT;@C 0 0 0 C;@C 1.5 0 0.3 C;ENDROOT;BRANCH 2 3;@O 2 1.3 0 OA;@H 2.9 1.3 0 HD;"
	    "ENDBRANCH 2 3;TORSDOF 1",
	    NULL },
	{ "branch from nowhere",
	    "ROOT;@C 0 0 0 C;ENDROOT;BRANCH 7 2;@C 1 1 1 C;ENDBRANCH 7 2;TORSDOF 1",
	    "line 4: branch from atom 7, which is not in its parent: 'BRANCH 7 2'" },
	{ "branch to elsewhere",
	    "ROOT;@C 0 0 0 C;ENDROOT;BRANCH 1 3;@C 1 1 1 C;ENDBRANCH 1 3;TORSDOF 1",
	    "line 6: branch to atom 3, which is not in it: 'ENDBRANCH 1 3'" },
	{ "branch with another's end",
	    "ROOT;@C 0 0 0 C;ENDROOT;BRANCH 1 2;@C 1 1 1 C;ENDBRANCH 1 3;"
	    "TORSDOF 1",
	    "line 6: ENDBRANCH without its BRANCH: 'ENDBRANCH 1 3'" },
};

static void
test_ligands(void)
{
	for (size_t i = 0; i < COUNT(ligands); i++) {
		char *text = make_text(ligands[i].spec);
		struct err why = { 0 };
		int rc = lint_ligand(text, strlen(text), NULL, NULL, &why);

		is_str(rc == 0 ? NULL : why.text, ligands[i].reason, "%s", ligands[i].name);
		free(text);
	}
}

static void
test_facts(void)
{
	char *text = make_text("REMARK  Name = a b ;ROOT;" ETHANOL "ENDROOT;BRANCH 3 5;@C 3 3 3 C;"
			       "ENDBRANCH 3 5;TORSDOF 7");
	struct lint_facts f;
	struct lint_limits none = { .torsions = 0 };
	struct err why = { 0 };

	is_int(lint_ligand(text, strlen(text), NULL, &f, &why), 0, "facts: fit");
	is_int((long long)f.pdbqt.atoms, 5, "atoms");
	is_int((long long)f.pdbqt.heavy, 4, "heavy atoms");
	is_int(f.pdbqt.torsions, 1, "torsions are branches");
	is_int(f.pdbqt.torsdof, 7, "TORSDOF is its own number");
	is_str(f.pdbqt.name, "a b", "name");
	is_int(f.pdbqt.atom[4].body, 1, "the branch's atom is in body 1");
	ok(f.centroid[0] > 1.63 && f.centroid[0] < 1.64, "centroid of heavy atoms");
	ok(f.low[0] == 0 && f.high[0] == 3 && f.high[1] == 3, "extent");
	ok(lint_reaches(&f, (double[3]){ 0, 0, -7 }, (double[3]){ 2, 2, 2 }, 8),
	    "within 8 of a box");
	ok(!lint_reaches(&f, (double[3]){ 0, 0, -20 }, (double[3]){ 2, 2, 2 }, 8), "too far");
	lint_clear(&f);
	is_int(lint_ligand(text, strlen(text), &none, &f, &why), -1, "limit of torsions");
	is_str(why.text, "too many torsions: 1 (at most 0)", "limit of torsions: reason");
	ok(f.pdbqt.atom == NULL, "facts are empty after a refusal");
	free(text);
}

static const struct {
	const char *name, *spec, *reason;
} receptors[] = {
	{ "a receptor", "REMARK x;@CA 0 0 0 C;@CB 1.5 0 0 C;TER;END", NULL },
	{ "a ligand", ROOT(ETHANOL), "line 1: torsions in a receptor (a ligand file?): 'ROOT'" },
	{ "nothing", "REMARK x;TER", "no atoms" },
	{ "a PDB header", "HEADER    HYDROLASE",
	    "line 1: unknown tag in a receptor (PDB, not PDBQT?): 'HEADER    HYDROLASE'" },
	{ "a PDB atom",
	    "ATOM      1  N   PRO A   1      13.120  39.003   5.159  1.00 55.41           N  ",
	    "line 1: no partial charge (PDB, not PDBQT?): 'ATOM      1  N   PRO A   1      13.120  "
	    "'" },
	{ "two models", "MODEL 1;@CA 0 0 0 C;ENDMDL",
	    "line 1: several models: only one is allowed: 'MODEL 1'" },
};

static void
test_receptors(void)
{
	for (size_t i = 0; i < COUNT(receptors); i++) {
		char *text = make_text(receptors[i].spec);
		struct err why = { 0 };
		int rc = lint_receptor(text, strlen(text), NULL, &why);

		is_str(rc == 0 ? NULL : why.text, receptors[i].reason, "receptor: %s",
		    receptors[i].name);
		free(text);
	}
}

int
main(void)
{
	struct err why = { 0 };

	test_ligands();
	test_facts();
	test_receptors();
	is_int(lint_ligand("ROOT\0\n", 6, NULL, NULL, &why), -1, "a zero byte is refused");
	return done_testing();
}
