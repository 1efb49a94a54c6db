/* SPDX-License-Identifier: MIT */
/* box: where an engine searches, as a centre and the full length of each side, in Å. */
#include "dock/box.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/strtab.h"
#include "dock/molecule.h"

struct bounds {
	double low[3], high[3];
	size_t atoms;
};

#define BOUNDS_INIT \
	{ \
		{ DBL_MAX, DBL_MAX, DBL_MAX }, { -DBL_MAX, -DBL_MAX, -DBL_MAX }, 0 \
	}

static void
bounds_add(struct bounds *b, const struct atom *atom)
{
	for (size_t i = 0; i < 3; i++) {
		b->low[i] = fmin(b->low[i], atom->at[i]);
		b->high[i] = fmax(b->high[i], atom->at[i]);
	}
	b->atoms++;
}

static double
rounded(double x)
{
	double r = round(x * 1000) / 1000;

	return r == 0 ? 0 : r; /* no -0 */
}

static void
bounds_box(const struct bounds *b, const struct box_rule *rule, struct box *box)
{
	for (size_t i = 0; i < 3; i++) {
		double length = b->high[i] - b->low[i] + 2 * rule->padding;

		box->center[i] = rounded((b->low[i] + b->high[i]) / 2);
		box->size[i] = rounded(fmax(length, rule->min_size));
	}
}

int
box_of_ligand(
    const struct molecule *ligand, const struct box_rule *rule, struct box *box, struct err *err)
{
	struct bounds b = BOUNDS_INIT;

	for (size_t i = 0; i < ligand->atoms.len; i++)
		if (atom_is_heavy(&ligand->atoms.at[i]))
			bounds_add(&b, &ligand->atoms.at[i]);
	if (b.atoms == 0)
		return err_set(err, ERR_INPUT, "no heavy atoms");
	bounds_box(&b, rule, box);
	return 0;
}

int
box_of_receptor(
    const struct molecule *receptor, const struct box_rule *rule, struct box *box, struct err *err)
{
	struct bounds b = BOUNDS_INIT;

	for (size_t i = 0; i < receptor->atoms.len; i++) {
		const struct atom *atom = &receptor->atoms.at[i];

		if (atom_is_heavy(atom) && !atom_is_water(atom))
			bounds_add(&b, atom);
	}
	if (b.atoms == 0)
		return err_set(err, ERR_INPUT, "no heavy atoms other than water");
	bounds_box(&b, rule, box);
	return 0;
}

/* One item of a residue list into chain and place. */
static int
parse_residue(const char *item, char *chain, const char **place, struct err *err)
{
	const char *colon = strchr(item, ':');
	const char *digits;

	if (!colon || colon - item > 1)
		goto bad;
	*chain = colon == item ? ' ' : *item;
	*place = colon + 1;
	digits = *place + (**place == '-');
	if (strspn(digits, "0123456789") == 0 ||
	    strlen(*place) >= sizeof(((struct atom *)0)->place))
		goto bad;
	return 0;
bad:
	err_set(err, ERR_USAGE, "residue '%s' is not CHAIN:NUMBER, like A:82 or A:82B", item);
	return -1;
}

/* Add the heavy atoms of one residue. -1 when there are none. */
static int
add_residue(const struct molecule *m, const char *item, struct bounds *b, struct err *err)
{
	size_t before = b->atoms;
	const char *place;
	char chain;

	if (parse_residue(item, &chain, &place, err) < 0)
		return -1;
	for (size_t i = 0; i < m->atoms.len; i++) {
		const struct atom *atom = &m->atoms.at[i];

		if (atom->chain == chain && strcmp(atom->place, place) == 0 && atom_is_heavy(atom))
			bounds_add(b, atom);
	}
	if (b->atoms == before)
		return err_set(err, ERR_INPUT, "no residue '%s'", item);
	return 0;
}

int
box_of_residues(const struct molecule *receptor, const char *list, const struct box_rule *rule,
    struct box *box, struct err *err)
{
	char *copy = xstrdup(list), *rest = copy, *item;
	struct bounds b = BOUNDS_INIT;
	int rc = 0;

	while (rc == 0 && (item = strsep(&rest, ",")))
		rc = add_residue(receptor, item, &b, err);
	if (rc == 0)
		bounds_box(&b, rule, box);
	free(copy);
	return rc;
}

int
box_numbers(const char *text, double out[3], struct err *err)
{
	char *copy = xstrdup(text), *rest = copy;
	struct err why = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < 3; i++) {
		char *item = strsep(&rest, ",");

		if (!item)
			rc = err_set(err, ERR_USAGE, "'%s' is not three numbers: x,y,z", text);
		else if (num_double(item, &out[i], &why) < 0)
			rc = err_set(err, ERR_USAGE, "'%s': %s", text, why.text);
	}
	if (rc == 0 && rest)
		rc = err_set(err, ERR_USAGE, "'%s' is more than three numbers", text);
	free(copy);
	return rc;
}

static const char *const conf_keys[] = {
	"center_x",
	"center_y",
	"center_z",
	"size_x",
	"size_y",
	"size_z",
};

static double *
conf_value(struct box *box, int key)
{
	return key < 3 ? &box->center[key] : &box->size[key - 3];
}

static char *
trimmed(char *text)
{
	size_t len;

	text += strspn(text, " \t\r");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* One line of a configuration; seen has a bit for every key found. */
static int
conf_line(char *line, struct box *box, unsigned *seen, struct err *err)
{
	char *value;
	int key;

	line[strcspn(line, "#")] = '\0';
	value = strchr(line, '=');
	if (!value)
		return 0;
	*value++ = '\0';
	key = strtab_find(conf_keys, 6, trimmed(line));
	if (key < 0)
		return 0;
	if (*seen & 1u << key)
		return err_set(err, ERR_INPUT, "'%s' a second time", conf_keys[key]);
	*seen |= 1u << key;
	if (num_double(trimmed(value), conf_value(box, key), err) < 0)
		return err_wrap(err, "%s", conf_keys[key]);
	if (key >= 3 && *conf_value(box, key) <= 0)
		return err_set(err, ERR_INPUT, "'%s' must be above 0", conf_keys[key]);
	return 0;
}

int
box_read_conf(const char *name, const char *text, struct box *box, struct err *err)
{
	char *copy = xstrdup(text), *rest = copy, *line;
	unsigned seen = 0;
	size_t number = 0;
	int rc = 0;

	while (rc == 0 && (line = strsep(&rest, "\n"))) {
		number++;
		rc = conf_line(line, box, &seen, err);
	}
	if (rc < 0)
		err_wrap(err, "%s:%zu", name, number);
	for (int key = 0; rc == 0 && key < 6; key++)
		if (!(seen & 1u << key))
			rc = err_set(err, ERR_INPUT, "%s: no '%s'", name, conf_keys[key]);
	free(copy);
	return rc;
}

static int
read_three(const json_t *record, const char *key, double out[3], struct err *err)
{
	json_t *list = NULL;

	if (json_get_array(record, key, &list, err) < 0)
		return -1;
	if (!list || json_array_size(list) != 3)
		return err_set(err, ERR_INPUT, "a box has '%s': [x, y, z] in Å", key);
	for (size_t i = 0; i < 3; i++) {
		json_t *value = json_array_get(list, i);

		if (!json_is_number(value))
			return err_set(err, ERR_INPUT, "'%s' must be three numbers, found %s", key,
			    json_type_name(value));
		out[i] = json_number_value(value);
	}
	return 0;
}

int
box_read_json(const json_t *record, struct box *box, struct err *err)
{
	if (read_three(record, "center", box->center, err) < 0)
		return -1;
	if (read_three(record, "size", box->size, err) < 0)
		return -1;
	for (size_t i = 0; i < 3; i++)
		if (box->size[i] <= 0)
			return err_set(
			    err, ERR_INPUT, "'size' of a box must be above 0 on every side");
	return 0;
}

void
box_put_json(const struct box *box, json_t *record)
{
	json_object_set_new(record, "type", json_string("box"));
	json_object_set_new(
	    record, "center", json_pack("[f,f,f]", box->center[0], box->center[1], box->center[2]));
	json_object_set_new(
	    record, "size", json_pack("[f,f,f]", box->size[0], box->size[1], box->size[2]));
}

void
box_put_conf(const struct box *box, struct buf *out)
{
	for (int key = 0; key < 6; key++)
		buf_addf(out, "%s = %.3f\n", conf_keys[key], *conf_value((struct box *)box, key));
}

double
box_volume(const struct box *box)
{
	return box->size[0] * box->size[1] * box->size[2];
}

static bool
is_outside(const struct box *box, const struct atom *atom, double slack)
{
	for (size_t i = 0; i < 3; i++)
		if (fabs(atom->at[i] - box->center[i]) > box->size[i] / 2 + slack)
			return true;
	return false;
}

size_t
box_outside(const struct box *box, const struct molecule *m, double slack)
{
	size_t n = 0;

	for (size_t i = 0; i < m->atoms.len; i++)
		n += atom_is_heavy(&m->atoms.at[i]) && is_outside(box, &m->atoms.at[i], slack);
	return n;
}

double
box_distance(const struct box *box, const double at[3])
{
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double d = fabs(at[i] - box->center[i]) - box->size[i] / 2;

		if (!(d <= 0))
			sum += d * d;
	}
	return sqrt(sum);
}
