/* SPDX-License-Identifier: MIT */
/* measure: what poses are judged by, added to the poses of results, many results at a time. */
#include "cli/measure.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "cli/app.h"
#include "cli/docked.h"
#include "cli/pocket.h"
#include "cli/rmsd.h"
#include "dock/box.h"
#include "dock/contacts.h"
#include "dock/criterion.h"

struct measure {
	struct rmsd *rmsd;
	struct pocket *pocket;
	bool given; /* a receptor */
	unsigned what;
	size_t same;
};

static const struct {
	const char *name;
	unsigned flag;
} columns[] = {
	{ "rmsd", MEASURE_RMSD },
	{ "clashes", MEASURE_POCKET },
	{ "contacts", MEASURE_POCKET },
	{ "outside", MEASURE_OUTSIDE },
	{ "strain", MEASURE_STRAIN },
};

unsigned
measure_of(const char *name)
{
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		if (strcmp(columns[i].name, name) == 0)
			return columns[i].flag;
	return 0;
}

struct measure *
measure_open(const char *reference, const char *receptor, unsigned what, struct err *err)
{
	struct measure *m = xcalloc(1, sizeof(*m));

	m->what = what;
	m->given = receptor != NULL;
	if (!((reference && !(m->rmsd = rmsd_open(reference, err))) ||
		((what & MEASURE_POCKET) && !(m->pocket = pocket_open(receptor, err)))))
		return m;
	measure_close(m);
	return NULL;
}

void
measure_close(struct measure *m)
{
	if (!m)
		return;
	rmsd_close(m->rmsd);
	pocket_close(m->pocket);
	free(m);
}

void
measure_want(struct measure *m, unsigned what)
{
	m->what = what;
}

int
measure_expect(struct measure *m, const struct criterion *c, struct err *err)
{
	if (!m->pocket || strcmp(c->name, "contacts") != 0 || c->op != CRITERION_HAS)
		return 0;
	for (size_t i = 0; i < c->values.len; i++)
		if (pocket_expect(m->pocket, c->values.at[i].text, err) < 0)
			return -1;
	return 0;
}

static void
add_strain(const json_t *result)
{
	json_t *rows = json_object_get(result, "poses"), *row;
	double lowest = INFINITY;
	size_t i;

	json_array_foreach(rows, i, row) {
		const json_t *intra = json_object_get(row, "intra");

		if (json_is_number(intra))
			lowest = fmin(lowest, json_number_value(intra));
	}
	json_array_foreach(rows, i, row) {
		const json_t *intra = json_object_get(row, "intra");
		double strain = json_number_value(intra) - lowest;

		if (json_is_number(intra))
			json_object_set_new(row, "strain", json_real(round(strain * 1000) / 1000));
	}
}

/* How far the atom farthest out lies outside the box, for every pose that was read. */
static int
add_outside(const struct docked *d, struct err *err)
{
	json_t *rows = json_object_get(d->x.result, "poses");
	struct box box;

	if (box_read_json(json_object_get(d->x.result, "box"), &box, err) < 0)
		return -1;
	for (size_t i = 0; i < d->poses.len && i < json_array_size(rows); i++) {
		const struct pose *pose = &d->poses.at[i];
		const struct pose_atom *atoms = d->poses.atoms.at + pose->first;
		double most = 0;

		for (size_t k = 0; k < pose->natoms; k++)
			if (!contacts_hydrogen(atoms[k].type))
				most = fmax(most, box_distance(&box, atoms[k].at));
		json_object_set_new(
		    json_array_get(rows, i), "outside", json_real(round(most * 1000) / 1000));
	}
	return 0;
}

/* What one result needs for itself. */
static int
measure_one(struct measure *m, struct app *app, struct docked *d, struct err *err)
{
	const json_t *first = json_array_get(json_object_get(d->x.result, "poses"), 0);
	bool pocket = (m->what & MEASURE_POCKET) &&
	    (m->given || !json_object_get(first, "contacts"));
	bool rmsd = (m->what & MEASURE_RMSD) && m->rmsd;

	if (m->what & MEASURE_STRAIN)
		add_strain(d->x.result);
	if (!rmsd && !pocket && !(m->what & MEASURE_OUTSIDE))
		return 0;
	if (docked_read(app, d, err) < 0)
		return -1;
	if ((m->what & MEASURE_OUTSIDE) && add_outside(d, err) < 0)
		return -1;
	return pocket ? pocket_add(m->pocket, app, d, err) : 0;
}

int
measure_some(struct measure *m, struct app *app, json_t *const *results, size_t n, struct err *err)
{
	struct docked *docked = xcalloc(n + 1, sizeof(*docked));
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		docked[i] = (struct docked)DOCKED_INIT;
		docked[i].x.result = results[i];
		rc = measure_one(m, app, &docked[i], err);
		if (rc == 0)
			continue;
		poses_clear(&docked[i].poses);
		if (err->kind != ERR_INPUT || app->strict)
			break;
		err_wrap(err, "'%s'", export_title(&docked[i].x));
		app_report(app, err);
		rc = 0;
	}
	if (rc == 0 && m->rmsd && (m->what & MEASURE_RMSD))
		rc = rmsd_some(m->rmsd, docked, n, &m->same, err);
	for (size_t i = 0; i < n; i++)
		docked_clear(&docked[i]);
	free(docked);
	return rc;
}

size_t
measure_same(const struct measure *m)
{
	return m->same;
}
