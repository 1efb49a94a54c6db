/* SPDX-License-Identifier: MIT */
/* prep_record: the record of what was prepared, or judged. */
#include "dock/prep_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/num.h"
#include "base/path.h"
#include "dock/called.h"
#include "dock/lint.h"

void
prep_add_title(const struct prep *p, struct buf *out)
{
	const char *name = json_string_value(
	    json_object_get(json_object_get(p->record, "ligand"), "name"));

	called_line(name ? name : prep_name(p), out);
}

/* The SDF that was docked, with a title: what bond orders and hydrogens are restored from. */
void
prep_add_input(const struct prep *p, struct buf *out)
{
	prep_add_title(p, out);
	buf_addf(out, "\n%s$$$$\n", buf_str(&p->sdf));
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
	if (o->meeko) {
		json_array_append_new(tools, json_string("meeko"));
		set_text(versions, "meeko", o->meeko_version);
	}
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

void
prep_set_record(struct prep *p, const struct prep_made *made)
{
	json_t *r = p->record, *prep = describe_prep(p);

	set_pdbqt(p, &made->pdbqt);
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
		"{s:s, s:s, s:O*}", "format", "sdf", "text", made->input.data, "atoms", made->map));
	add_warnings(p);
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
