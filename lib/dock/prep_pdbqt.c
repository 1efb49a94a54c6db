/* SPDX-License-Identifier: MIT */
/* prep_pdbqt: the last step: PDBQT, judged against the molecule it was made of. */
#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "dock/branches.h"
#include "dock/planar.h"
#include "dock/prep_steps.h"

void
prep_ask_pdbqt(const struct prep *p, struct buf *out)
{
	struct buf sdf = BUF_INIT;

	prep_add_input(p, &sdf);
	tool_request(prep_tool(p), p->title, sdf.data, sdf.len, out);
	buf_clear(&sdf);
}

static bool
same_place(const double a[3], const double b[3])
{
	for (int k = 0; k < 3; k++)
		if (fabs(a[k] - b[k]) > 0.0011) /* PDBQT has three digits, SDF four */
			return false;
	return true;
}

/* For each PDBQT atom the number (from 1) of the SDF atom at its place. NULL: they do not match. */
static json_t *
map_atoms(const struct pdbqt *pdbqt, const struct molecule *sdf)
{
	json_t *map = json_array();

	for (size_t i = 0; i < pdbqt->atoms; i++) {
		const struct pdbqt_atom *a = &pdbqt->atom[i];
		size_t k = 0;

		while (k < sdf->atoms.len &&
		    (atom_is_heavy(&sdf->atoms.at[k]) == a->hydrogen ||
			!same_place(a->at, sdf->atoms.at[k].at)))
			k++;
		if (k == sdf->atoms.len) {
			json_decref(map);
			return NULL;
		}
		json_array_append_new(map, json_integer((json_int_t)k + 1));
	}
	return map;
}

/* The atoms that Meeko puts where it opens a ring: none of the molecule. */
static size_t
glue_atoms(const struct pdbqt *pdbqt)
{
	size_t n = 0;

	for (size_t i = 0; i < pdbqt->atoms; i++)
		n += pdbqt->atom[i].type[0] == 'G';
	return n;
}

/* Is the PDBQT the molecule it was made of? */
static int
check_same(const struct prep *p, struct prep_made *made, struct err *why)
{
	const struct pdbqt *pdbqt = &made->facts.pdbqt;
	size_t glue = glue_atoms(pdbqt);
	int hydrogens = (int)(pdbqt->atoms - pdbqt->heavy - glue);

	const char *tool = tool_name(prep_tool(p));

	if (pdbqt->heavy != p->heavy)
		return err_set(why, ERR_INPUT, "%s wrote %zu of %zu heavy atoms", tool,
		    pdbqt->heavy, p->heavy);
	if (p->polar_low >= 0 && (hydrogens < p->polar_low || hydrogens > p->polar_high))
		return err_set(why, ERR_INPUT, "%s wrote %d of %d polar hydrogens", tool, hydrogens,
		    p->polar_low);
	if (glue > 0)
		return 0; /* remarks tell what is what */
	made->map = map_atoms(pdbqt, &made->molecule);
	return made->map ? 0 : err_set(why, ERR_INPUT, "%s moved its atoms", tool);
}

/* The bond as the PDBQT has it. */
static struct branches_bond
locate(const struct planar_bond *bond, const struct pdbqt *pdbqt, const json_t *map)
{
	struct branches_bond b = { .number = { (int)bond->from + 1, (int)bond->to + 1 } };

	for (size_t i = 0; i < pdbqt->atoms; i++) {
		json_int_t number = json_integer_value(json_array_get(map, i));

		for (int end = 0; end < 2; end++)
			if (number == b.number[end])
				b.serial[end] = pdbqt->atom[i].serial;
	}
	return b;
}

/* Engines must not turn bonds that nothing turns. What the PDBQT is not right in, is told later. */
static void
hold_planar(struct prep_made *made)
{
	VEC(struct branches_bond) bonds = VEC_INIT;
	struct planar planar = PLANAR_INIT;
	struct buf joined = BUF_INIT;
	struct pdbqt pdbqt;
	json_t *map = NULL;

	planar_find(&made->molecule, &planar);
	if (pdbqt_ligand(&pdbqt, made->pdbqt.data, made->pdbqt.len, NULL) == 0)
		map = map_atoms(&pdbqt, &made->molecule);
	for (size_t i = 0; map && i < planar.bonds.len; i++)
		vec_add(&bonds, locate(&planar.bonds.at[i], &pdbqt, map));
	if (branches_join(buf_str(&made->pdbqt), bonds.at, bonds.len, &joined, NULL) > 0) {
		buf_clear(&made->pdbqt);
		made->pdbqt = joined;
	}
	for (size_t i = 0; i < bonds.len; i++)
		if (bonds.at[i].joined)
			json_array_append_new(made->held,
			    json_pack("[i, i]", bonds.at[i].number[0], bonds.at[i].number[1]));
	json_decref(map);
	pdbqt_clear(&pdbqt);
	planar_clear(&planar);
	vec_clear(&bonds);
}

static int
judge_made(struct prep *p, struct prep_made *made, struct err *why)
{
	struct lint_limits limits = { .torsions = p->options->torsions };

	prep_add_input(p, &made->input);
	if (molecule_read(&made->molecule, MOLECULE_SDF, "input", made->input.data, why) < 0)
		return -1;
	if (!p->options->turn_planar && !p->options->meeko)
		hold_planar(made);
	if (lint_ligand(made->pdbqt.data, made->pdbqt.len, &limits, &made->facts, why) < 0)
		return -1;
	return check_same(p, made, why);
}

static void
begin_pdbqt(const struct prep *p, struct prep_made *made)
{
	buf_add_str(&made->pdbqt, "REMARK  Name = ");
	prep_add_title(p, &made->pdbqt);
	buf_add_char(&made->pdbqt, '\n');
}

/* The last step, with PDBQT in hand (rc 0). */
static int
end_pdbqt(struct prep *p, struct prep_made *made, int rc, struct err *why)
{
	if (rc == 0)
		rc = judge_made(p, made, why);
	if (rc == 0)
		prep_set_record(p, made);
	p->step = STEP_DONE;
	return rc;
}

static void
made_clear(struct prep_made *made)
{
	json_decref(made->map);
	json_decref(made->held);
	lint_clear(&made->facts);
	molecule_clear(&made->molecule);
	buf_clear(&made->input);
	buf_clear(&made->pdbqt);
}

int
prep_take_pdbqt(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct prep_made made = { .held = json_array() };
	int rc;

	begin_pdbqt(p, &made);
	rc = tool_extract(prep_tool(p), p->title, answer, len, &made.pdbqt, why);
	if (rc < 0 && p->step == STEP_PDBQT) {
		p->step = STEP_PLAIN;
		rc = 0;
	} else {
		rc = end_pdbqt(p, &made, rc, why);
	}
	made_clear(&made);
	return rc;
}

/* ---- by Meeko ---- */

enum prep_step
prep_to_pdbqt(const struct prep *p)
{
	return p->options->meeko ? STEP_MEEKO : STEP_PDBQT;
}

void
prep_ask_meeko(const struct prep *p, struct buf *out)
{
	struct buf sdf = BUF_INIT;
	json_t *request, *text;

	prep_add_input(p, &sdf);
	text = json_stringn(sdf.data, sdf.len);
	request = json_pack(
	    "{s:s, s:s, s:o}", "op", "pdbqt", "id", p->title, "sdf", text ? text : json_string(""));
	json_put(request, out);
	buf_add_char(out, '\n');
	json_decref(request);
	buf_clear(&sdf);
}

int
prep_take_meeko(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct prep_made made = { .held = json_array() };
	json_t *got = prep_read_json(p, answer, len, why);
	const char *text = json_string_value(json_object_get(got, "pdbqt"));
	int rc = got ? 0 : -1;

	begin_pdbqt(p, &made);
	buf_add_str(&made.pdbqt, text ? text : "");
	if (got && !text)
		rc = err_set(why, ERR_INPUT, "Meeko wrote nothing");
	rc = end_pdbqt(p, &made, rc, why);
	made_clear(&made);
	json_decref(got);
	return rc;
}
