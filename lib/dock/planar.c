/* SPDX-License-Identifier: MIT */
/* planar: single bonds that are half double, which nothing turns at room temperature. */
#include "dock/planar.h"

#include <math.h>
#include <string.h>

#include "dock/molecule.h"

#define DEGREE (3.14159265358979323846 / 180)

enum { NONE = -1, NEIGHBOURS = 4 };

/* An atom, what it is bonded to (the first few), and by how many electron pairs. */
struct site {
	size_t count;
	size_t at[NEIGHBOURS];
	int order[NEIGHBOURS];
};

static struct site
look(const struct molecule *m, size_t atom)
{
	struct site s = { 0 };

	for (size_t i = 0; i < m->bonds.len; i++) {
		const struct bond *b = &m->bonds.at[i];

		if (b->from != atom && b->to != atom)
			continue;
		if (s.count < NEIGHBOURS) {
			s.at[s.count] = b->from == atom ? b->to : b->from;
			s.order[s.count] = b->order;
		}
		s.count++;
	}
	return s;
}

static bool
is(const struct molecule *m, size_t atom, const char *element)
{
	return strcmp(m->atoms.at[atom].element, element) == 0;
}

/* The =O or =S of a carbon with three neighbours, or NONE. */
static long
doubly_bonded(const struct molecule *m, size_t atom, const struct site *s)
{
	if (!is(m, atom, "C") || s->count != 3)
		return NONE;
	for (size_t i = 0; i < s->count; i++)
		if (s->order[i] == 2 && (is(m, s->at[i], "O") || is(m, s->at[i], "S")))
			return (long)s->at[i];
	return NONE;
}

static void
cross(const double a[3], const double b[3], double out[3])
{
	out[0] = a[1] * b[2] - a[2] * b[1];
	out[1] = a[2] * b[0] - a[0] * b[2];
	out[2] = a[0] * b[1] - a[1] * b[0];
}

static double
dot(const double a[3], const double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* The angle between the planes a b c and b c d, 0 to 180 degrees. */
static double
torsion(const struct molecule *m, size_t a, size_t b, size_t c, size_t d)
{
	const size_t path[4] = { a, b, c, d };
	double leg[3][3], one[3], two[3], along[3];

	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 3; k++)
			leg[i][k] = m->atoms.at[path[i + 1]].at[k] - m->atoms.at[path[i]].at[k];
	cross(leg[0], leg[1], one);
	cross(leg[1], leg[2], two);
	cross(one, two, along);
	return atan2(sqrt(dot(along, along)), dot(one, two)) / DEGREE;
}

/* O or S between the carbon and something that is neither hydrogen nor such a carbon, and Z. */
static bool
is_ester(const struct molecule *m, size_t top, size_t carbon, size_t oxygen, const struct site *s)
{
	size_t other = s->at[0] == carbon ? s->at[1] : s->at[0];
	struct site there = look(m, other);

	return s->count == 2 && s->order[0] == 1 && s->order[1] == 1 &&
	    atom_is_heavy(&m->atoms.at[other]) && doubly_bonded(m, other, &there) == NONE &&
	    torsion(m, top, carbon, oxygen, other) <= PLANAR_ANGLE;
}

/* N with three neighbours, each in the plane of the carbon. */
static bool
is_amide(const struct molecule *m, size_t top, size_t carbon, size_t nitrogen, const struct site *s)
{
	for (size_t i = 0; i < NEIGHBOURS && i < s->count; i++) {
		double angle;

		if (s->order[i] != 1)
			return false;
		if (s->at[i] == carbon || !atom_is_heavy(&m->atoms.at[s->at[i]]))
			continue;
		angle = torsion(m, top, carbon, nitrogen, s->at[i]);
		if (fmin(angle, 180 - angle) > PLANAR_ANGLE)
			return false;
	}
	return s->count == 3;
}

void
planar_find(const struct molecule *m, struct planar *out)
{
	for (size_t c = 0; c < m->atoms.len; c++) {
		struct site s = look(m, c);
		long top = doubly_bonded(m, c, &s);

		for (size_t i = 0; top != NONE && i < s.count; i++) {
			size_t x = s.at[i];
			struct site there = look(m, x);

			if (s.order[i] != 1)
				continue;
			if (is(m, x, "N") ? is_amide(m, (size_t)top, c, x, &there)
					  : (is(m, x, "O") || is(m, x, "S")) &&
				    is_ester(m, (size_t)top, c, x, &there))
				vec_add(&out->bonds, ((struct planar_bond){ c, x }));
		}
	}
}

void
planar_clear(struct planar *p)
{
	vec_clear(&p->bonds);
}
