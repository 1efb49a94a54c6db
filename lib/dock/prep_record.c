/* SPDX-License-Identifier: MIT */
/* prep_record: the last step: PDBQT judged against the molecule it was made of, and the record. */
#include "dock/prep_steps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/num.h"
#include "base/path.h"
#include "dock/branches.h"
#include "dock/lint.h"
#include "dock/molecule.h"
#include "dock/planar.h"

enum { TITLE_MAX = 80 };

/* What was made of the molecule in the last step. */
struct made {
	struct buf input, pdbqt;
	struct molecule molecule; /* input */
	struct lint_facts facts;  /* of pdbqt */
	json_t *map;              /* NULL: they do not match */
	json_t *held;             /* pairs of atoms of input: bonds that are not turned */
};

/* The molecule's name fit for one line of a file: no control characters, not too long. */
static void
add_title(const struct prep *p, struct buf *out)
{
	const char *name = json_string_value(
	    json_object_get(json_object_get(p->record, "ligand"), "name"));
	size_t len;

	if (!name)
		name = prep_name(p);
	len = strlen(name);
	if (len > TITLE_MAX)
		for (len = TITLE_MAX; ((unsigned char)name[len] & 0xc0) == 0x80; len--)
			;
	for (size_t i = 0; i < len; i++)
		buf_add_char(out, (unsigned char)name[i] < ' ' ? '_' : name[i]);
}

/* The SDF that was docked, with a title: what bond orders and hydrogens are restored from. */
static void
add_input(const struct prep *p, struct buf *out)
{
	add_title(p, out);
	buf_addf(out, "\n%s$$$$\n", buf_str(&p->sdf));
}

void
prep_ask_pdbqt(const struct prep *p, struct buf *out)
{
	struct buf sdf = BUF_INIT;

	add_input(p, &sdf);
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

/* Is the PDBQT the molecule it was made of? */
static int
check_same(const struct prep *p, struct made *made, struct err *why)
{
	const struct pdbqt *pdbqt = &made->facts.pdbqt;
	int hydrogens = (int)(pdbqt->atoms - pdbqt->heavy);

	if (pdbqt->heavy != p->heavy)
		return err_set(why, ERR_INPUT, "Open Babel wrote %zu of %zu heavy atoms",
		    pdbqt->heavy, p->heavy);
	if (p->polar_low >= 0 && (hydrogens < p->polar_low || hydrogens > p->polar_high))
		return err_set(why, ERR_INPUT, "Open Babel wrote %d of %d polar hydrogens",
		    hydrogens, p->polar_low);
	made->map = map_atoms(pdbqt, &made->molecule);
	return made->map ? 0 : err_set(why, ERR_INPUT, "Open Babel moved its atoms");
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
hold_planar(struct made *made)
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

/* Keys without a value are left out. */
static void
set_text(json_t *object, const char *key, const char *value)
{
	if (value)
		json_object_set_new(object, key, json_string(value));
}

static json_t *
describe_prep(const struct prep *p)
{
	const struct prep_options *o = p->options;
	json_t *prep = json_object(), *tools = json_array(), *versions = json_object();
	double ph;

	if (o->rdkit) {
		json_array_append_new(tools, json_string("rdkit"));
		set_text(versions, "rdkit", o->rdkit_version);
	}
	json_array_append_new(tools, json_string("openbabel"));
	set_text(versions, "openbabel", o->openbabel_version);
	json_object_set_new(prep, "tools", tools);
	json_object_set_new(prep, "versions", versions);
	if (prep_ph(p) && num_double(prep_ph(p), &ph, NULL) == 0)
		json_object_set_new(prep, "ph", json_real(ph));
	if (o->rdkit)
		json_object_set_new(prep, "seed", json_integer(o->seed));
	json_object_set_new(prep, "coordinates",
	    json_string(p->flat || p->states.conformer > 0 ? "built" : "input"));
	json_object_set(prep, "stripped", p->stripped);
	json_object_set_new(prep, "charge_before", json_integer(p->charge_before));
	if (p->rejected)
		set_text(prep, "protonation_rejected", p->rejected);
	if (p->stereo >= 0)
		json_object_set_new(prep, "stereo_unspecified", json_integer(p->stereo));
	json_object_set_new(prep, "reproducible", json_boolean(o->rdkit || !p->flat));
	if (p->states.making)
		prep_describe_state(p, prep);
	return prep;
}

static void
add_warnings(struct prep *p)
{
	json_t *warnings = json_object_get(p->record, "warnings");

	if (!json_is_array(warnings)) {
		warnings = json_array();
		json_object_set_new(p->record, "warnings", warnings);
	}
	if (p->rejected)
		json_array_append_new(warnings, json_string("protonation_rejected"));
	if (p->step == STEP_PLAIN)
		json_array_append_new(warnings, json_string("no_partial_charges"));
	if (p->stereo > 0)
		json_array_append_new(warnings, json_string("stereo_unspecified"));
}

json_t *
prep_ligand(struct prep *p)
{
	json_t *ligand = json_object_get(p->record, "ligand"), *made;
	char *name;

	if (json_is_object(ligand))
		return ligand;
	name = path_stem(json_string_value(ligand));
	made = json_pack("{s:s, s:O}", "name", name, "path", ligand);
	free(name);
	json_object_set_new(p->record, "ligand", made);
	return made;
}

/* Of which molecule this is which state. A record that names them knows better. */
static void
set_state(const struct prep *p, json_t *ligand)
{
	const char *name = json_string_value(json_object_get(ligand, "name"));
	bool as_it_came = !p->smiles || !p->parent || strcmp(p->smiles, p->parent) == 0;
	char state[32] = "input";

	if (!as_it_came && p->options->ph)
		snprintf(state, sizeof(state), "ph%g", strtod(p->options->ph, NULL));
	if (!json_is_string(json_object_get(ligand, "parent")))
		set_text(ligand, "parent", name ? name : prep_name(p));
	if (!json_is_string(json_object_get(ligand, "state")))
		set_text(ligand, "state", state);
}

static void
set_pdbqt(struct prep *p, const struct buf *text)
{
	json_t *ligand = prep_ligand(p);
	char hex[DIGEST_HEX];

	if (!p->states.making)
		set_state(p, ligand);
	json_object_del(ligand, "path");
	json_object_del(ligand, "object");
	json_object_set_new(ligand, "format", json_string("pdbqt"));
	json_object_set_new(ligand, "text", json_stringn(text->data, text->len));
	set_text(ligand, "sha256", digest_bytes(text->data, text->len, hex));
}

static void
set_record(struct prep *p, const struct made *made)
{
	json_t *r = p->record, *prep = describe_prep(p);

	set_text(r, "smiles", p->smiles);
	set_text(r, "isomeric_smiles", p->isomer);
	set_text(r, "inchikey", p->inchikey);
	json_object_set_new(r, "charge", json_integer(p->charge));
	json_object_set_new(r, "heavy_atoms", json_integer((json_int_t)p->heavy));
	json_object_set_new(r, "torsions", json_integer(made->facts.pdbqt.torsions));
	if (p->weight > 0)
		json_object_set_new(r, "mw", json_real(p->weight));
	json_object_set_new(r, "prep", prep);
	if (json_array_size(made->held))
		json_object_set(prep, "held", made->held);
	json_object_set_new(r, "input",
	    json_pack(
		"{s:s, s:s, s:O}", "format", "sdf", "text", made->input.data, "atoms", made->map));
	add_warnings(p);
}

static int
judge_made(struct prep *p, struct made *made, struct err *why)
{
	struct lint_limits limits = { .torsions = p->options->torsions };

	add_input(p, &made->input);
	if (molecule_read(&made->molecule, MOLECULE_SDF, "input", made->input.data, why) < 0)
		return -1;
	if (!p->options->turn_planar)
		hold_planar(made);
	if (lint_ligand(made->pdbqt.data, made->pdbqt.len, &limits, &made->facts, why) < 0)
		return -1;
	return check_same(p, made, why);
}

int
prep_take_pdbqt(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct made made = { .held = json_array() };
	int rc;

	buf_add_str(&made.pdbqt, "REMARK  Name = ");
	add_title(p, &made.pdbqt);
	buf_add_char(&made.pdbqt, '\n');
	rc = tool_extract(prep_tool(p), p->title, answer, len, &made.pdbqt, why);
	if (rc < 0 && p->step == STEP_PDBQT) {
		p->step = STEP_PLAIN;
		rc = 0;
	} else {
		if (rc == 0)
			rc = judge_made(p, &made, why);
		if (rc == 0) {
			set_pdbqt(p, &made.pdbqt);
			set_record(p, &made);
		}
		p->step = STEP_DONE;
	}
	json_decref(made.map);
	json_decref(made.held);
	lint_clear(&made.facts);
	molecule_clear(&made.molecule);
	buf_clear(&made.input);
	buf_clear(&made.pdbqt);
	return rc;
}

int
prep_judge(struct prep *p, struct err *why)
{
	struct lint_limits limits = { .torsions = p->options->torsions };
	struct lint_facts facts = { 0 };
	char hex[DIGEST_HEX];
	json_t *r = p->record, *ligand;

	if (lint_ligand(p->text.data, p->text.len, &limits, &facts, why) < 0)
		return -1;
	ligand = prep_ligand(p);
	set_state(p, ligand);
	set_text(ligand, "format", "pdbqt");
	set_text(ligand, "sha256", digest_bytes(p->text.data, p->text.len, hex));
	json_object_set_new(r, "heavy_atoms", json_integer((json_int_t)facts.pdbqt.heavy));
	json_object_set_new(r, "torsions", json_integer(facts.pdbqt.torsions));
	lint_clear(&facts);
	return 0;
}
