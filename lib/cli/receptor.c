/* SPDX-License-Identifier: MIT */
/*
 * receptor: a PDB file made into a receptor that engines take, and the record that says how.
 *
 * Both files are made before either is written.
 */
#include "cli/receptor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/num.h"
#include "base/path.h"
#include "base/source.h"
#include "cli/app.h"
#include "cli/babel.h"
#include "cli/chemistry.h"
#include "dock/lint.h"
#include "dock/molecule.h"
#include "dock/prep.h"
#include "dock/relabel.h"
#include "dock/rings.h"

#define FILE_LIMIT ((size_t)256 << 20)

struct work {
	struct app *app;
	const struct receptor_job *job;
	struct chemistry *chemistry;
	struct prep_options programs;
	struct pdb pdb;
	const struct pdb_residue *ligand;
	struct buf pdbqt, sdf;
	json_t *record;
};

static void
warn(struct work *w, const char *text)
{
	json_array_append_new(json_object_get(w->record, "warnings"), json_string(text));
}

static bool
is_pdbqt(const struct buf *text)
{
	struct pdbqt p;
	bool is = pdbqt_receptor(&p, buf_str(text), text->len, NULL) == 0 ||
	    pdbqt_ligand(&p, buf_str(text), text->len, NULL) == 0;

	pdbqt_clear(&p);
	return is;
}

static int
read_source(struct work *w, struct err *err)
{
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX];
	double ph;
	int rc = -1;

	if (digest_file(w->job->file, hex, err) == 0 &&
	    source_read_file(w->job->file, FILE_LIMIT, &text, err) == 0)
		rc = is_pdbqt(&text)
		    ? err_set(err, ERR_INPUT, "%s: is PDBQT already", w->job->file)
		    : pdb_read(&w->pdb, w->job->file, buf_str(&text), text.len, err);
	buf_clear(&text);
	if (rc < 0)
		return -1;
	w->record = json_pack("{s:s, s:s, s:n, s:s, s:s}", "type", "receptor", "file", w->job->out,
	    "sha256", "source", w->job->file, "source_sha256", hex);
	if (w->job->ph && num_double(w->job->ph, &ph, NULL) == 0)
		json_object_set_new(w->record, "ph", json_real(ph));
	return 0;
}

/* Open Babel's exit status says nothing; no output does. */
static int
babel(const char *const *args, const struct buf *in, struct buf *out, struct err *err)
{
	size_t before = out->len;

	if (babel_run("obabel", args, in, out, err) < 0)
		return -1;
	return out->len > before ? 0 : err_set(err, ERR_INPUT, "Open Babel wrote nothing");
}

/* SDF of our own making: its second line holds no date. Replaces from where start says. */
static void
undate(struct buf *sdf, const char *title)
{
	struct buf clean = BUF_INIT;
	const char *second = strchr(buf_str(sdf), '\n'),
		   *rest = second ? strchr(second + 1, '\n') : NULL;

	buf_addf(&clean, "%s\n  Dockline%s", title, rest ? rest : "\n");
	buf_clear(sdf);
	*sdf = clean;
}

/* Crystal coordinates and hydrogens, bond orders as Open Babel perceives them. */
static int
perceive(struct work *w, const struct buf *pdb, const char *label, struct err *err)
{
	struct buf smiles = BUF_INIT;

	if (babel((const char *const[]){ "-ipdb", "-osdf", "-h", NULL }, pdb, &w->sdf, err) < 0)
		return -1;
	undate(&w->sdf, label);
	if (babel((const char *const[]){ "-isdf", "-ocan", NULL }, &w->sdf, &smiles, err) < 0)
		return -1;
	smiles.data[strcspn(smiles.data, " \t\r\n")] = '\0';
	json_object_set_new(
	    json_object_get(w->record, "extracted"), "smiles", json_string(smiles.data));
	buf_clear(&smiles);
	return 0;
}

/* The same with the bond orders of a SMILES, by RDKit. */
static int
apply_smiles(struct work *w, const struct buf *pdb, const char *label, struct err *err)
{
	json_t *ask = json_pack("{s:s, s:s, s:s}", "op", "template", "text", pdb->data, "smiles",
		   w->job->smiles),
	       *got = NULL;
	struct buf line = BUF_INIT, answer = BUF_INIT;
	const char *sdf, *why;
	int rc = -1;

	json_put(ask, &line);
	buf_add_char(&line, '\n');
	if (chemistry_ask(w->chemistry, &line, w->job->limit, &answer, err) < 0)
		goto out;
	got = json_parse(buf_str(&answer), answer.len, NULL);
	sdf = json_string_value(json_object_get(got, "sdf"));
	why = json_string_value(json_object_get(got, "error"));
	if (!sdf) {
		err_set(
		    err, ERR_INPUT, "--smiles: %s", why ? why : "RDKit's answer is not understood");
		goto out;
	}
	buf_addf(&w->sdf, "%s$$$$\n", sdf);
	undate(&w->sdf, label);
	json_object_set(
	    json_object_get(w->record, "extracted"), "smiles", json_object_get(got, "smiles"));
	rc = 0;
out:
	json_decref(ask);
	json_decref(got);
	buf_clear(&line);
	buf_clear(&answer);
	return rc;
}

/* Every heavy atom must have come through, at its place. */
static int
check_extracted(struct work *w, struct err *err)
{
	struct molecule m = MOLECULE_INIT;
	size_t n = 0, found = 0;

	if (molecule_read(&m, MOLECULE_SDF, "the extracted ligand", w->sdf.data, err) < 0) {
		molecule_clear(&m);
		return -1;
	}
	for (size_t i = w->ligand->first; i < w->ligand->first + w->ligand->count; i++) {
		const struct pdb_atom *a = &w->pdb.atoms.at[i];
		size_t k = 0;

		if (a->gone || pdb_is_hydrogen(a))
			continue;
		while (k < m.atoms.len && pdbqt_distance2(m.atoms.at[k].at, a->at) > 1e-5)
			k++;
		n++;
		found += k < m.atoms.len;
	}
	if (found < n || molecule_heavy(&m) != n)
		err_set(err, ERR_INPUT,
		    "of the %zu heavy atoms of the extracted ligand %zu came through", n, found);
	else
		json_object_set_new(json_object_get(w->record, "extracted"), "heavy_atoms",
		    json_integer((json_int_t)n));
	found = found == n && molecule_heavy(&m) == n;
	molecule_clear(&m);
	return found ? 0 : -1;
}

static int
extract(struct work *w, struct err *err)
{
	struct buf pdb = BUF_INIT;
	char label[24], hex[DIGEST_HEX];
	json_t *about;
	int rc;

	if (!w->ligand)
		return 0;
	about = json_pack(
	    "{s:s, s:s}", "residue", pdb_label(w->ligand, label), "file", w->job->sdf);
	json_object_set_new(w->record, "extracted", about);
	pdb_write_residue(&w->pdb, w->ligand, &pdb);
	pdb_write_bonds(&w->pdb, w->ligand, &pdb);
	buf_add_str(&pdb, "END\n");
	rc = w->job->smiles ? apply_smiles(w, &pdb, label, err) : perceive(w, &pdb, label, err);
	if (rc == 0)
		rc = check_extracted(w, err);
	if (rc == 0)
		json_object_set_new(
		    about, "sha256", json_string(digest_bytes(w->sdf.data, w->sdf.len, hex)));
	buf_clear(&pdb);
	return rc;
}

/* The first line names a file of ours, not of the user: put the source's name there. */
static void
set_name(struct work *w)
{
	struct buf named = BUF_INIT;
	const char *rest = buf_str(&w->pdbqt);

	if (strncmp(rest, "REMARK  Name =", 14) == 0)
		rest += strcspn(rest, "\n") + 1;
	buf_addf(&named, "REMARK  Name = %s\n%s", path_base(w->job->file), rest);
	buf_clear(&w->pdbqt);
	w->pdbqt = named;
}

static void
note_histidines(struct work *w, const struct pdbqt *pdbqt)
{
	json_t *states = rings_histidines(pdbqt), *state;
	const char *place;

	json_object_set_new(w->record, "his_states", states);
	json_object_foreach(states, place, state)
		if (strcmp(json_string_value(state), "none") == 0) {
			char *text = xasprintf("HIS %s has no ring hydrogen", place);

			warn(w, text);
			free(text);
		}
}

/* Of the residues that stay, before some are taken off. */
static size_t
count_hydrogens(const struct pdb *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->residues.len; i++) {
		const struct pdb_residue *r = &p->residues.at[i];

		for (size_t k = r->first; !r->gone && k < r->first + r->count; k++)
			n += !p->atoms.at[k].gone && pdb_is_hydrogen(&p->atoms.at[k]);
	}
	return n;
}

/* The charges of all atoms, which stand in columns 71-76. */
static double
sum_charges(const struct buf *pdbqt, bool *any)
{
	const char *at = buf_str(pdbqt);
	double sum = 0;

	*any = false;
	for (; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		char text[7] = "";
		double charge;

		if (strncmp(at, "ATOM", 4) != 0 && strncmp(at, "HETATM", 6) != 0)
			continue;
		if (strcspn(at, "\n") < 76)
			continue;
		memcpy(text, at + 70, 6);
		charge = strtod(text, NULL);
		*any |= charge != 0;
		sum += charge;
	}
	return sum;
}

/* What was done about hydrogens and charges. PDBQT holds the hydrogens that are not on carbon. */
static void
note_changes(struct work *w, const struct pdbqt *pdbqt, size_t before)
{
	bool any;
	double sum = sum_charges(&w->pdbqt, &any);
	json_t *charges = json_pack("{s:s}", "model", any ? "gasteiger" : "none");

	json_object_set_new(w->record, "hydrogens",
	    json_pack("{s:s, s:i, s:i}", "done", w->job->ph ? "replaced" : "completed", "in_file",
		(int)before, "polar", (int)(pdbqt->atoms - pdbqt->heavy)));
	if (any)
		json_object_set_new(charges, "sum", json_real(round(sum * 1000) / 1000));
	json_object_set_new(w->record, "charges", charges);
}

static int
convert(struct work *w, struct err *err)
{
	const char *plain[] = { "-ipdb", "-opdbqt", "-xr", "-h", NULL };
	const char *at_ph[] = { "-ipdb", "-opdbqt", "-xr", "-p", w->job->ph, NULL };
	struct lint_facts facts;
	struct buf pdb = BUF_INIT;
	size_t hydrogens = count_hydrogens(&w->pdb);
	char hex[DIGEST_HEX];
	int rc;

	if (!w->job->ph && hydrogens == 0)
		warn(w,
		    "no pH was given and the file has no hydrogens: acids and bases are neutral");
	if (w->job->ph)
		rings_only_hydrogens(&w->pdb);
	pdb_write(&w->pdb, rings_hydrogens, &pdb);
	rc = babel(w->job->ph ? at_ph : plain, &pdb, &w->pdbqt, err);
	buf_clear(&pdb);
	if (rc < 0)
		return -1;
	set_name(w);
	if (relabel(&w->pdb, &w->pdbqt, err) < 0)
		return -1;
	if (lint_receptor(w->pdbqt.data, w->pdbqt.len, &facts, err) < 0)
		return err_wrap(err, "the receptor that Open Babel wrote");
	if (!rings_are_aromatic(&facts.pdbqt))
		warn(w, "Open Babel did not recognise the aromatic rings of the protein");
	note_histidines(w, &facts.pdbqt);
	note_changes(w, &facts.pdbqt, hydrogens);
	json_object_set_new(w->record, "heavy_atoms", json_integer((json_int_t)facts.pdbqt.heavy));
	json_object_set_new(
	    w->record, "sha256", json_string(digest_bytes(w->pdbqt.data, w->pdbqt.len, hex)));
	lint_clear(&facts);
	return 0;
}

/* "57 water", "HEM A:147": one line per list. */
static void
say_list(struct work *w, const char *key, const char *what)
{
	struct buf line = BUF_INIT;
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(w->record, key), i, entry) {
		const char *residue = json_string_value(json_object_get(entry, "residue"));
		const char *why = json_string_value(json_object_get(entry, "why"));

		buf_add_str(&line, i ? ", " : "");
		if (residue)
			buf_add_str(&line, residue);
		else
			buf_addf(&line, "%d residues",
			    (int)json_integer_value(json_object_get(entry, "residues")));
		if (why)
			buf_addf(&line, " (%s)", why);
		if (line.len > 600) {
			buf_add_str(&line, ", ...");
			break;
		}
	}
	if (line.len)
		app_say(w->app, "%s: %s", what, line.data);
	buf_clear(&line);
}

/* "LYS A:7 lacks CE NZ": the first few, the record has all. */
static void
say_some(struct work *w, const char *key, const char *name, const char *value, const char *what)
{
	json_t *list = json_object_get(w->record, key), *entry;
	size_t i;

	json_array_foreach(list, i, entry) {
		if (i == 10) {
			app_say(
			    w->app, "... and %zu more in the record", json_array_size(list) - i);
			return;
		}
		app_say(w->app, "%s: %s %s", json_string_value(json_object_get(entry, name)), what,
		    json_string_value(json_object_get(entry, value)));
	}
}

static void
say_histidines(struct work *w)
{
	struct buf line = BUF_INIT;
	const char *place;
	json_t *state;

	json_object_foreach(json_object_get(w->record, "his_states"), place, state)
		if (line.len < 600)
			buf_addf(&line, "%s%s %s", line.len ? ", " : "", place,
			    json_string_value(state));
	if (line.len)
		app_say(w->app, "histidines: %s", line.data);
	buf_clear(&line);
}

static void
say(struct work *w)
{
	json_t *entry;
	size_t i;

	say_list(w, "removed", "removed");
	say_list(w, "kept", "kept besides the chains");
	say_some(w, "altlocs", "residue", "kept", "alternate location");
	say_some(w, "missing_atoms", "residue", "atoms", "lacks");
	say_some(w, "gaps", "after", "before", "not bonded to");
	say_histidines(w);
	json_array_foreach(json_object_get(w->record, "warnings"), i, entry)
		app_warn(w->app, "warning: %s", json_string_value(entry));
}

/* The receptor first: without it nobody needs the ligand. Nor the other way round, so a receptor
 * that was not there before goes again. */
static int
write_files(const struct work *w, struct err *err)
{
	bool fresh = access(w->job->out, F_OK) < 0;

	if (file_write(w->job->out, w->pdbqt.data, w->pdbqt.len, err) < 0)
		return -1;
	if (!w->ligand || file_write(w->job->sdf, w->sdf.data, w->sdf.len, err) == 0)
		return 0;
	if (fresh)
		unlink(w->job->out);
	return -1;
}

static json_t *
describe_programs(const struct work *w)
{
	return json_pack("{s:s*, s:s*}", "openbabel", w->programs.openbabel_version, "rdkit",
	    w->job->smiles ? w->programs.rdkit_version : NULL);
}

json_t *
receptor_prepare(struct app *app, const struct receptor_job *job, struct err *err)
{
	struct work w = { .app = app, .job = job, .pdb = PDB_INIT };
	int rc = read_source(&w, err);

	if (rc == 0)
		rc = receptor_choose(&w.pdb, &job->choose, w.record, &w.ligand, err);
	if (rc == 0 && !(w.chemistry = chemistry_find(&w.programs, err)))
		rc = -1;
	if (rc == 0)
		rc = extract(&w, err);
	if (rc == 0)
		rc = convert(&w, err);
	if (rc == 0)
		rc = write_files(&w, err);
	if (rc == 0) {
		json_object_set_new(w.record, "versions", describe_programs(&w));
		say(&w);
	} else {
		json_decref(w.record);
		w.record = NULL;
	}
	buf_clear(&w.pdbqt);
	buf_clear(&w.sdf);
	pdb_clear(&w.pdb);
	chemistry_free(w.chemistry);
	return w.record;
}
