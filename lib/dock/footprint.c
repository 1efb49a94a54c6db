/* SPDX-License-Identifier: MIT */
/* footprint: the memory that an engine takes for a docking, known before it is begun. */
#include "dock/footprint.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "dock/pdbqt.h"
#include "dock/request.h"

enum {
	SINCE = 10200, /* before, pairs of types were enough: 26 MB in all */
	TYPES = 32,    /* of atoms: grids of a group */
	SMALL = 32 << 20,
	BASE = 16 << 20,                          /* program, receptor, and what the search keeps */
	PAIR = 24 * 400 * 32,                     /* bytes: a table of a pair of atoms */
	BY_TYPE = PAIR * TYPES * (TYPES + 1) / 2, /* those of pairs of types */
};

/* Bytes of the grid of one type of atoms. */
static int64_t
grid(const struct request *request)
{
	int i = engine_param_find(request->engine, "spacing");
	double points = sizeof(double), spacing = i >= 0 ? request->value[i] : 0;

	for (int k = 0; k < 3 && spacing > 0; k++)
		points *= ceil(request->box.size[k] / spacing) + 1;
	return (int64_t)points;
}

static int
types_of(const struct pdbqt *ligand)
{
	int n = 0;

	for (size_t i = 0; i < ligand->atoms; i++) {
		size_t k = 0;

		while (k < i && strcmp(ligand->atom[k].type, ligand->atom[i].type) != 0)
			k++;
		n += k == i;
	}
	return n;
}

/* Of the tables of the pairs of so many atoms. */
static int64_t
tables(size_t atoms)
{
	return (int64_t)(atoms * (atoms + 1) / 2) * PAIR;
}

/* Is it Vina with tables of pairs of atoms? */
static bool
has_tables(const struct engine *engine, const struct engine_version *version)
{
	return strcmp(engine->name, "vina") == 0 && version->number >= SINCE;
}

int64_t
footprint_usual(const struct engine *engine, const struct engine_version *version)
{
	bool small = strcmp(engine->name, "vina") == 0 && !has_tables(engine, version);

	return small ? SMALL : (int64_t)engine->usual << 20;
}

int64_t
footprint_alone(
    const struct request *request, const struct engine_version *version, const struct pdbqt *ligand)
{
	int64_t pairs = tables(ligand->atoms), grids = 0, copying = BASE + 2 * pairs, docking;

	if (!has_tables(request->engine, version))
		return 0;
	if (!request_maps(request))
		grids = types_of(ligand) * grid(request);
	docking = BASE + 2 * (int64_t)BY_TYPE + grids + pairs;
	return docking > copying ? docking : copying;
}

int64_t
footprint_group(const struct request *request, const struct engine_version *version,
    const struct pdbqt *ligand, size_t before)
{
	int64_t grids = TYPES * grid(request), pairs = tables(ligand->atoms), making, copying;

	if (!has_tables(request->engine, version))
		return 0;
	making = BASE + 2 * (int64_t)BY_TYPE + grids;
	copying = BY_TYPE + grids + tables(before) + 2 * pairs;
	return making > copying ? making : copying;
}
