/* SPDX-License-Identifier: MIT */
/* footprint: what is reckoned of the memory of Vina 1.2.3, beside what it took. */
#include "dock/footprint.h"

#include "dock/engine.h"
#include "dock/pdbqt.h"
#include "dock/request.h"
#include "tap.h"

enum { MIB = 1 << 20, ATOMS = 100 };

static const struct {
	size_t atoms;
	int types;
	double side;      /* of the box, Å */
	int alone, group; /* MiB, measured */
	size_t before;
	int behind;
} rows[] = {
	{ 6, 1, 20, 325, 367, 0, 0 },
	{ 14, 4, 20, 357, 367, 0, 0 },
	{ 14, 4, 30, 381, 480, 0, 0 },
	{ 39, 6, 20, 557, 644, 49, 1003 },
	{ 39, 6, 30, 587, 701, 0, 0 },
	{ 49, 6, 20, 724, 905, 39, 1134 },
	{ 49, 6, 20, 724, 905, 49, 1264 },
	{ 81, 6, 20, 1953, 2133, 0, 0 },
};

/* Within so many percent. */
static bool
is_near(int64_t bytes, int mib)
{
	double ratio = (double)bytes / MIB / mib;

	return ratio > 0.94 && ratio < 1.06;
}

int
main(void)
{
	static const char *const types[] = { "C", "A", "OA", "N", "HD", "NA" };
	const struct engine_version v123 = { "1.2.3", 10203 }, v112 = { "1.1.2", 10102 };
	struct pdbqt_atom atoms[ATOMS];
	struct request request = { .engine = engine_find("vina") };
	int spacing = engine_param_find(request.engine, "spacing");

	request.value[spacing] = 0.375;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pdbqt ligand = { .atom = atoms, .atoms = rows[i].atoms };

		memset(atoms, 0, sizeof(atoms));
		for (size_t k = 0; k < rows[i].atoms; k++)
			snprintf(atoms[k].type, sizeof(atoms[k].type), "%s",
			    types[k % (size_t)rows[i].types]);
		for (int k = 0; k < 3; k++)
			request.box.size[k] = rows[i].side;
		ok(is_near(footprint_alone(&request, &v123, &ligand), rows[i].alone),
		    "%zu atoms alone", rows[i].atoms);
		ok(is_near(footprint_group(&request, &v123, &ligand, 0), rows[i].group),
		    "%zu atoms in a group", rows[i].atoms);
		if (rows[i].behind)
			ok(is_near(footprint_group(&request, &v123, &ligand, rows[i].before),
			       rows[i].behind),
			    "%zu atoms behind %zu", rows[i].atoms, rows[i].before);
		ok(footprint_alone(&request, &v112, &ligand) == 0, "not of 1.1.2");
	}
	ok(footprint_usual(engine_find("vina"), &v123) >
		footprint_usual(engine_find("vina"), &v112),
	    "the usual docking");
	ok(footprint_usual(engine_find("gnina"), &v123) > 0, "also of gnina");
	return done_testing();
}
