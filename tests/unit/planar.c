/* SPDX-License-Identifier: MIT */
/* planar, branches: which bonds are held, and a PDBQT in which they are. */
#include "dock/planar.h"

#include "base/err.h"
#include "dock/branches.h"
#include "dock/molecule.h"
#include "tap.h"

/* CH3-C(=top)-x-far, far turned out of the plane of the carbon by an angle (Z: 0). */
static const double places[][3] = {
	[0] = { 2.40, 0.00, 0.00 },
	[20] = { 2.363, -0.063, 0.412 },
	[40] = { 2.258, -0.244, 0.775 },
	[90] = { 1.793, -1.042, 1.206 },
	[180] = { 1.17, -2.10, 0.00 },
};

static const struct {
	const char *what, *top, *x, *far, *last; /* last: bonded to far; on N: to it */
	int order;                               /* of far-last */
	int angle, found;
} groups[] = {
	{ "an ester", "O", "O", "C", "C", 1, 0, 1 },
	{ "an ester that is bent a little", "O", "O", "C", "C", 1, 20, 1 },
	{ "an ester that is bent", "O", "O", "C", "C", 1, 40, 0 },
	{ "an ester across", "O", "O", "C", "C", 1, 90, 0 },
	{ "an ester that is E", "O", "O", "C", "C", 1, 180, 0 },
	{ "a thioester", "O", "S", "C", "C", 1, 0, 1 },
	{ "a thionoester", "S", "O", "C", "C", 1, 0, 1 },
	{ "an acid", "O", "O", "H", NULL, 0, 0, 0 },
	{ "an anhydride", "O", "O", "C", "O", 2, 0, 0 },
	{ "an enol ester", "O", "O", "C", "C", 2, 0, 1 },
	{ "an imidate", "N", "O", "C", "C", 1, 0, 0 },
	{ "an amide", "O", "N", "C", "H", 1, 180, 1 },
	{ "an amide without its hydrogen", "O", "N", "C", NULL, 0, 180, 0 },
	{ "a cis amide", "O", "N", "C", "H", 1, 0, 1 },
	{ "a thioamide", "S", "N", "C", "H", 1, 180, 1 },
	{ "a thioamide across", "S", "N", "C", "H", 1, 90, 0 },
	{ "a ketone", "O", "C", "C", "H", 1, 0, 0 },
};

static void
write_sdf(size_t i, struct buf *sdf)
{
	const char *element[7] = { "C", "C", groups[i].top, groups[i].x, groups[i].far,
		groups[i].last, "H" };
	const double at[7][3] = { { -1.3, -0.75, 0 }, { 0, 0, 0 }, { 0, 1.2, 0 },
		{ 1.17, -0.68, 0 }, { 0, 0, 0 }, { 2.8, -1.2, 0.6 }, { 3.0, 0.9, 0 } };
	int atoms = groups[i].order == 2 ? 7 : groups[i].last ? 6 : 5;
	bool on_x = strcmp(groups[i].x, "N") == 0;

	buf_addf(sdf, "x\n\n\n%3d%3d  0  0  0  0  0  0  0  0999 V2000\n", atoms, atoms - 1);
	for (int k = 0; k < atoms; k++) {
		const double *p = k == 4 ? places[groups[i].angle] : at[k];

		buf_addf(sdf, "%10.4f%10.4f%10.4f %-3s 0  0\n", p[0], p[1], p[2], element[k]);
	}
	buf_add_str(sdf, "  1  2  1\n  2  3  2\n  2  4  1\n  5  4  1\n");
	if (groups[i].last)
		buf_addf(sdf, "%3d  6%3d\n", on_x ? 4 : 5, groups[i].order);
	if (groups[i].order == 2)
		buf_add_str(sdf, "  5  7  1\n");
	buf_add_str(sdf, "M  END\n$$$$\n");
}

static void
test_planar(void)
{
	for (size_t i = 0; i < COUNT(groups); i++) {
		struct molecule m = MOLECULE_INIT;
		struct planar p = PLANAR_INIT;
		struct buf sdf = BUF_INIT;
		struct err err = { 0 };

		write_sdf(i, &sdf);
		is_int(molecule_read(&m, MOLECULE_SDF, "x", sdf.data, &err), 0, "%s", err.text);
		planar_find(&m, &p);
		if (is_int((long long)p.bonds.len, groups[i].found, "%s", groups[i].what) &&
		    p.bonds.len)
			ok(p.bonds.at[0].from == 1 && p.bonds.at[0].to == 3, "its bond");
		planar_clear(&p);
		molecule_clear(&m);
		buf_clear(&sdf);
	}
}

#define ATOM(n, x) \
	"ATOM  " n "  C   UNL     1      " x "   0.000   0.000  0.00  0.00    +0.000 C \n"

static const char ligand[] =
    "REMARK  Name = x\n"
    "REMARK  3 active torsions:\n"
    "REMARK    1  A    between atoms: C_12  and  C_13\n"
    "REMARK    2  A    between atoms: C_14  and  C_15\n"
    "ROOT\n" ATOM("    1", " 1.000")
	ATOM("    2", " 2.000") "ENDROOT\n"
				"BRANCH   1   3\n" ATOM("    3",
				    " 3.000") "ENDBRANCH   1   3\n"
					      "BRANCH   2   5\n" ATOM("    4", " 4.000")
						  ATOM("    5", " 5.000") "BRANCH   4   6\n" ATOM(
						      "    6", " 6.000") "ENDBRANCH   4   6\n"
									 "ENDBRANCH   2   5\n"
									 "TORSDOF 3\n";

static const char joined[] = "REMARK  Name = x\n"
			     "REMARK  2 active torsions:\n"
			     "REMARK       I    between atoms: C_12  and  C_13\n"
			     "REMARK    2  A    between atoms: C_14  and  C_15\n"
			     "ROOT\n" ATOM("    1", " 1.000") ATOM("    2", " 2.000")
				 ATOM("    3", " 4.000") ATOM("    4",
				     " 5.000") "ENDROOT\n"
					       "BRANCH   1   5\n" ATOM("    5",
						   " 3.000") "ENDBRANCH   1   5\n"
							     "BRANCH   3   6\n" ATOM("    6",
								 " 6.000") "ENDBRANCH   3   6\n"
									   "TORSDOF 2\n";

static void
test_branches(void)
{
	struct branches_bond bonds[] = { { { 5, 2 }, { 13, 12 }, 0 }, { { 1, 2 }, { 14, 15 }, 0 } };
	struct branches_bond all[] = { { { 5, 2 }, { 1, 2 }, 0 }, { { 4, 6 }, { 3, 4 }, 0 },
		{ { 1, 3 }, { 5, 6 }, 0 } };
	struct buf out = BUF_INIT;
	struct err err = { 0 };

	is_int(branches_join(ligand, bonds + 1, 1, &out, &err), 0, "no branch");
	is_int((long long)out.len, 0, "nothing is written");
	is_int(branches_join(ligand, bonds, 2, &out, &err), 1, "one branch");
	is_str(buf_str(&out), joined, "its atoms follow, its branch hangs on the root");
	ok(bonds[0].joined && !bonds[1].joined, "which it was");
	buf_reset(&out);
	is_int(branches_join(ligand, all, 3, &out, &err), 3, "all branches");
	ok(!strstr(buf_str(&out), "BRANCH") && strstr(buf_str(&out), "TORSDOF 0\n"), "is rigid");
	buf_reset(&out);
	is_int(branches_join("ROOT\n", all, 3, &out, &err), -1, "no ligand: %s", err.text);
	buf_clear(&out);
}

int
main(void)
{
	test_planar();
	test_branches();
	return done_testing();
}
