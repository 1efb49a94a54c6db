/* SPDX-License-Identifier: MIT */
/* box: boxes of atoms and of text; molecule: what is read and what is refused. */
#include "dock/box.h"

#include "base/err.h"
#include "dock/molecule.h"
#include "tap.h"

static const struct format {
	const char *path;
	int want;
} formats[] = {
	{ "a.sdf", MOLECULE_SDF },
	{ "a.b/c.SDF.gz", MOLECULE_SDF },
	{ "x.mol", MOLECULE_SDF },
	{ "x.mol2", MOLECULE_MOL2 },
	{ "x.ent", MOLECULE_PDB },
	{ "x.pdb.zst", MOLECULE_PDB },
	{ "x.pdbqt", MOLECULE_PDBQT },
	{ "x.xyz", -1 },
	{ "sdf", -1 },
	{ ".gz", -1 },
	{ "", -1 },
};

#define PDB_LINE(name, res, elem) \
	"HETATM    1 " name " " res \
	" A   1       1.000   2.000   3.000  1.00  0.00          " elem "\n"

static const struct element {
	enum molecule_format format;
	const char *text, *want;
} elements[] = {
	{ MOLECULE_PDB, PDB_LINE(" CA ", "ALA", " C"), "C" },
	{ MOLECULE_PDB, PDB_LINE(" CA ", "ALA", "  "), "C" },
	{ MOLECULE_PDB, PDB_LINE("CA  ", " CA", "  "), "Ca" },
	{ MOLECULE_PDB, PDB_LINE("1HB ", "ALA", "  "), "H" },
	{ MOLECULE_PDB, PDB_LINE("HG11", "VAL", "17"), "H" },
	{ MOLECULE_PDB, PDB_LINE("ZN  ", " ZN", "ZN"), "Zn" },
	{ MOLECULE_PDBQT, PDB_LINE(" C1 ", "UNL", " A"), "C" },
	{ MOLECULE_PDBQT, PDB_LINE(" O1 ", "UNL", " OA"), "O" },
	{ MOLECULE_PDBQT, PDB_LINE(" H1 ", "UNL", " HD"), "H" },
	{ MOLECULE_PDBQT, PDB_LINE("CL1 ", "UNL", " Cl"), "Cl" },
	{ MOLECULE_PDBQT, PDB_LINE(" C1 ", "UNL", " CG0"), "C" },
	{ MOLECULE_PDBQT, PDB_LINE(" X  ", "UNL", " G0"), "" },
};

static const struct refused {
	enum molecule_format format;
	const char *text, *want;
} refusals[] = {
	{ MOLECULE_SDF, "", "x:1: the file ends inside the molecule" },
	{ MOLECULE_SDF, "a\n\n\n  0  0\nM  END\n", "x:5: no atoms in this sdf file" },
	{ MOLECULE_SDF, "a\n\n\nabc\n",
	    "x:4: line 4 of a molecule starts with its number of atoms" },
	{ MOLECULE_SDF, "a\n\n\n  1  0\n", "x:4: the file ends inside the molecule" },
	{ MOLECULE_SDF, "a\n\n\n  1  0\n    1.0000    2.0000       inf C\n",
	    "x:5: coordinate 'inf' is not a finite number" },
	{ MOLECULE_SDF, "a\n\n\n  1  0\n  1.0\n", "x:5: an atom line has x, y, z and a symbol" },
	{ MOLECULE_MOL2, "@<TRIPOS>MOLECULE\na\n@<TRIPOS>ATOM\n1 C 1 2\n",
	    "x:4: an atom line has id, name, x, y, z and type" },
	{ MOLECULE_PDB, "ATOM      1  N   ALA A   1      1\n",
	    "x:1: an atom line has x, y and z in columns 31 to 54" },
	{ MOLECULE_PDBQT, "REMARK\n", "x:1: no atoms in this pdbqt file" },
};

static void
test_molecules(void)
{
	struct molecule m = MOLECULE_INIT;
	struct err err = { 0 };

	for (size_t i = 0; i < COUNT(formats); i++)
		is_int(molecule_format(formats[i].path, NULL), formats[i].want, "format of '%s'",
		    formats[i].path);
	for (size_t i = 0; i < COUNT(elements); i++) {
		int rc = molecule_read(&m, elements[i].format, "x", elements[i].text, &err);

		ok(rc == 0, "read element %zu", i);
		is_str(m.atoms.at[0].element, elements[i].want, "element %zu", i);
	}
	for (size_t i = 0; i < COUNT(refusals); i++) {
		ok(molecule_read(&m, refusals[i].format, "x", refusals[i].text, &err) < 0,
		    "refused %zu", i);
		is_str(err.text, refusals[i].want, "reason %zu", i);
	}
	molecule_clear(&m);
}

static void
test_boxes(void)
{
	static const char sdf[] = "a\n\n\n  3  0\n"
				  "    0.0000    0.0000    0.0000 C\n"
				  "    4.0000   30.0000    0.0000 O\n"
				  "   99.0000    0.0000    0.0000 H\n";
	struct molecule m = MOLECULE_INIT;
	struct box_rule rule = { .padding = 4, .min_size = 20 };
	struct box box, back;
	json_t *record = json_object();

	molecule_read(&m, MOLECULE_SDF, "x", sdf, NULL);
	ok(box_of_ligand(&m, &rule, &box, NULL) == 0, "a box");
	box_put_json(&box, record);
	is_json(record, "{\"type\":\"box\",\"center\":[2.0,15.0,0.0],\"size\":[20.0,38.0,20.0]}",
	    "heavy atoms, padded, at least 20");
	ok(box_read_json(record, &back, NULL) == 0 && memcmp(&box, &back, sizeof(box)) == 0,
	    "back");
	is_int((long long)box_volume(&box), 15200, "volume");
	is_int((long long)box_outside(&box, &m, 0), 0, "nothing outside");
	box.size[1] = 10;
	is_int((long long)box_outside(&box, &m, 0), 2, "two outside");
	is_int((long long)box_outside(&box, &m, 10), 0, "but not by more than 10");
	json_object_set_new(record, "size", json_pack("[i,i,i]", 1, 0, 1));
	ok(box_read_json(record, &back, NULL) < 0, "no box without extent");
	json_decref(record);
	molecule_clear(&m);
}

int
main(void)
{
	test_molecules();
	test_boxes();
	return done_testing();
}
