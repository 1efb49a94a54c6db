/* SPDX-License-Identifier: MIT */
/*
 * prep_obabel: the steps that Open Babel does, alone where there is no RDKit.
 *
 * Alone it normalises the molecule, gives SMILES and formula of it, of its largest organic
 * fragment and of its state at the pH, and builds it. The state is taken when charge and hydrogens
 * change alike; the formula has both.
 */
#include "dock/prep_steps.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "dock/molecule.h"
#include "dock/smiles.h"

void
prep_ask_parent(const struct prep *p, struct buf *out)
{
	tool_request(prep_tool(p), p->title, p->parent, strlen(p->parent), out);
}

void
prep_ask_smiles(const struct prep *p, struct buf *out)
{
	tool_request(prep_tool(p), p->title, p->smiles, strlen(p->smiles), out);
}

/* Hydrogens and charge of a formula ("C2H4NO2--"). */
static void
read_formula(const char *f, int *hydrogens, int *charge)
{
	*hydrogens = *charge = 0;
	for (; *f; f++) {
		if (*f == 'H' && !islower((unsigned char)f[1]))
			*hydrogens = isdigit((unsigned char)f[1]) ? (int)strtol(f + 1, NULL, 10)
								  : 1;
		*charge += (*f == '+') - (*f == '-');
	}
}

/* "KEY WEIGHT FORMULA", the key may be missing. Without one the SMILES is what is compared. */
int
prep_take_key(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct buf line = BUF_INIT;
	char word[3][64] = { "", "", "" };
	struct err none = { 0 };
	int n = 0, charge = 0;

	(void)why;
	if (tool_extract(TOOL_KEY, p->title, answer, len, &line, &none) == 0)
		sscanf(buf_str(&line), "%63s %63s %63s", word[0], word[1], word[2]);
	if (strlen(word[0]) == 27 && word[0][14] == '-')
		p->inchikey = xstrdup(word[n++]);
	p->weight = strtod(word[n], NULL);
	if (!(p->weight > 0 && isfinite(p->weight)))
		p->weight = 0;
	read_formula(word[n + 1], &p->hydrogens_before, &charge);
	if (!p->options->rdkit)
		p->charge_before = charge;
	p->key = xstrdup(p->inchikey ? p->inchikey : p->parent);
	p->at_gate = true;
	buf_clear(&line);
	return 0;
}

/* The step that makes 3D and hydrogens from the state given, or from the one at the pH. */
static enum prep_step
building_step(const struct prep *p, bool at_ph)
{
	if (p->flat)
		return STEP_BUILD;
	return at_ph ? STEP_STATE_SDF : STEP_HYDROGENS;
}

enum prep_step
prep_after_gate(const struct prep *p)
{
	if (p->options->rdkit && p->options->states > 1)
		return STEP_VARIANTS;
	if (p->options->rdkit)
		return p->options->ph ? STEP_STATE : STEP_FINISH;
	return p->options->ph ? STEP_STATE_SMILES : building_step(p, false);
}

/* SDF as Open Babel understands it, and whether it has depth. The caller clears m. */
static int
measure(struct molecule *m, const char *sdf, bool *flat, struct err *why)
{
	double low = 0, high = 0;
	int rc = molecule_read(m, MOLECULE_SDF, "Open Babel", sdf, why);

	for (size_t i = 0; rc == 0 && i < m->atoms.len; i++) {
		low = i ? fmin(low, m->atoms.at[i].at[2]) : m->atoms.at[i].at[2];
		high = i ? fmax(high, m->atoms.at[i].at[2]) : low;
	}
	*flat = high - low < 1e-4 && m->atoms.len > 1;
	return rc;
}

int
prep_take_sdf(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct buf sdf = BUF_INIT;
	struct molecule m = MOLECULE_INIT;
	int rc;

	buf_add_char(&sdf, '\n');
	rc = tool_extract(TOOL_SDF, p->title, answer, len, &sdf, why);
	if (rc == 0)
		rc = measure(&m, buf_str(&sdf), &p->flat, why);
	molecule_clear(&m);
	buf_clear(&p->text);
	p->text = sdf;
	p->step = STEP_SDF_SMILES;
	return rc;
}

int
prep_take_smiles(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct buf line = BUF_INIT;
	const char *problem;

	if (p->step == STEP_SMILES)
		p->flat = true;
	p->step = STEP_KEY;
	p->stripped = json_array();
	if (tool_extract(TOOL_SMILES, p->title, answer, len, &line, why) == 0) {
		line.data[strcspn(buf_str(&line), " \t\r\n")] = '\0';
		p->parent = smiles_strip(line.data, p->stripped, why);
	}
	buf_clear(&line);
	if (!p->parent)
		return -1;
	problem = smiles_problem(p->parent);
	if (problem)
		return err_set(why, ERR_INPUT, "%s", problem);
	p->smiles = xstrdup(p->parent);
	return 0;
}

/* "SMILES FORMULA" of the state. It is taken when charge and hydrogens change alike. */
int
prep_take_state_smiles(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct buf line = BUF_INIT;
	char formula[64] = "";
	int hydrogens = 0, charge = 0;
	size_t n;

	(void)why;
	if (tool_extract(TOOL_STATE_SMILES, p->title, answer, len, &line, &(struct err){ 0 }) < 0)
		buf_add_str(&line, "?");
	n = strcspn(line.data, " \t");
	sscanf(line.data + n, "%63s", formula);
	read_formula(formula, &hydrogens, &charge);
	charge -= p->charge_before;
	hydrogens -= p->hydrogens_before;
	if (!formula[0]) {
		p->rejected = xstrdup("Open Babel cannot convert it");
	} else if (charge != hydrogens) {
		p->rejected = xasprintf(
		    "charge changes by %+d, hydrogens by %+d", charge, hydrogens);
	} else {
		free(p->smiles);
		p->smiles = xstrndup(line.data, n);
	}
	p->step = building_step(p, !p->rejected);
	buf_clear(&line);
	return 0;
}

/* The sum of the "M  CHG" lines. */
static int
charge_of(const char *sdf)
{
	int sum = 0;

	for (const char *at = strstr(sdf, "\nM  CHG"); at; at = strstr(at + 1, "\nM  CHG")) {
		int count = 0, atom, charge, used;
		const char *s = at + 7;

		if (sscanf(s, "%d%n", &count, &used) != 1)
			continue;
		for (s += used; count > 0 && sscanf(s, "%d %d%n", &atom, &charge, &used) == 2;
		     count--) {
			sum += charge;
			s += used;
		}
	}
	return sum;
}

/* Open Babel takes any number of bonds: the first carbon (from 1) with more than four, or 0. */
static size_t
find_impossible_carbon(const struct molecule *m)
{
	int *sum = xcalloc(m->atoms.len + 1, sizeof(*sum));
	size_t found = 0;

	for (size_t i = 0; i < m->bonds.len; i++) {
		sum[m->bonds.at[i].from] += m->bonds.at[i].order;
		sum[m->bonds.at[i].to] += m->bonds.at[i].order;
	}
	for (size_t i = 0; i < m->atoms.len && !found; i++)
		if (sum[i] > 4 && strcmp(m->atoms.at[i].element, "C") == 0)
			found = i + 1;
	free(sum);
	return found;
}

/* A built molecule. Its second line holds a date: ours does not. */
int
prep_take_built(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct buf sdf = BUF_INIT, whole = BUF_INIT;
	struct molecule m = MOLECULE_INIT;
	bool flat = false;
	size_t carbon;
	int rc = tool_extract(prep_tool(p), p->title, answer, len, &sdf, why);

	if (rc == 0) {
		const char *nl = strchr(sdf.data, '\n');

		buf_add_str(&p->sdf, "  Dockline\n");
		buf_add_str(&p->sdf, nl ? nl + 1 : "");
		buf_addf(&whole, "\n%s", p->sdf.data);
		rc = measure(&m, whole.data, &flat, why);
		p->heavy = molecule_heavy(&m);
		p->charge = charge_of(whole.data);
	}
	if (rc == 0 && (carbon = find_impossible_carbon(&m)) > 0)
		rc = err_set(why, ERR_INPUT, "carbon %zu has more than four bonds", carbon);
	if (rc == 0 && flat && p->heavy > 1)
		rc = err_set(why, ERR_INPUT, "Open Babel found no 3D structure");
	if (rc == 0 && p->heavy != smiles_heavy(p->parent))
		rc = err_set(why, ERR_INPUT, "Open Babel made %zu heavy atoms of %zu", p->heavy,
		    smiles_heavy(p->parent));
	p->step = prep_to_pdbqt(p);
	molecule_clear(&m);
	buf_clear(&whole);
	buf_clear(&sdf);
	return rc;
}
