/* SPDX-License-Identifier: MIT */
/* prep: one ligand record on its way from a library to a docking request. */
#include "dock/prep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/err.h"
#include "dock/molecule.h"
#include "dock/prep_steps.h"

const struct step_row prep_steps[STEPS] = {
	[STEP_MOL2] = { TOOL_MOL2, NULL, prep_take_mol2 },
	[STEP_PARSE] = { TOOL_RDKIT, prep_ask_parse, prep_take_parse },
	[STEP_KEY] = { TOOL_KEY, prep_ask_parent, prep_take_key },
	[STEP_STATE] = { TOOL_STATE, prep_ask_parent, prep_take_state },
	[STEP_VARIANTS] = { TOOL_RDKIT, prep_ask_variants, prep_take_variants },
	[STEP_PROPOSE] = { TOOL_STATE, prep_ask_proposal, prep_take_proposal },
	[STEP_PROPOSE_LOW] = { TOOL_STATE_LOW, prep_ask_proposal, prep_take_proposal },
	[STEP_PROPOSE_HIGH] = { TOOL_STATE_HIGH, prep_ask_proposal, prep_take_proposal },
	[STEP_LOOK] = { TOOL_RDKIT, prep_ask_look, prep_take_look },
	[STEP_FINISH] = { TOOL_RDKIT, prep_ask_finish, prep_take_finish },
	[STEP_PDBQT] = { TOOL_PDBQT, prep_ask_pdbqt, prep_take_pdbqt },
	[STEP_PLAIN] = { TOOL_PLAIN, prep_ask_pdbqt, prep_take_pdbqt },
	[STEP_MEEKO] = { TOOL_MEEKO, prep_ask_meeko, prep_take_meeko },
	[STEP_SDF] = { TOOL_SDF, NULL, prep_take_sdf },
	[STEP_SDF_SMILES] = { TOOL_SDF_SMILES, NULL, prep_take_smiles },
	[STEP_SMILES] = { TOOL_SMILES, NULL, prep_take_smiles },
	[STEP_STATE_SMILES] = { TOOL_STATE_SMILES, prep_ask_parent, prep_take_state_smiles },
	[STEP_HYDROGENS] = { TOOL_HYDROGENS, NULL, prep_take_built },
	[STEP_STATE_SDF] = { TOOL_STATE_SDF, NULL, prep_take_built },
	[STEP_BUILD] = { TOOL_BUILD, prep_ask_smiles, prep_take_built },
};

/* The formats that records name, and others' names for them. */
static const struct {
	const char *name, *format;
} formats[] = {
	{ "sdf", "sdf" },
	{ "sd", "sdf" },
	{ "mol", "sdf" },
	{ "mol2", "mol2" },
	{ "smi", "smi" },
	{ "smiles", "smi" },
	{ "ism", "smi" },
	{ "pdbqt", "pdbqt" },
};

static const char *
find_format(const char *name)
{
	for (size_t i = 0; name && i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcasecmp(formats[i].name, name) == 0)
			return formats[i].format;
	return NULL;
}

/* From `ligand.format`, else from the name of its file. */
static const char *
format_of(const json_t *record)
{
	const json_t *ligand = json_object_get(record, "ligand");
	const char *name = json_string_value(json_object_get(ligand, "format")), *dot;
	char *stem, *given = NULL;

	if (name)
		return find_format(name);
	name = json_is_string(ligand) ? json_string_value(ligand)
				      : json_string_value(json_object_get(ligand, "path"));
	if (!name)
		return NULL;
	stem = given = xstrdup(name);
	for (const char *const *z = (const char *const[]){ ".gz", ".zst", ".bz2", ".xz", NULL }; *z;
	     z++)
		if (strlen(stem) > strlen(*z) && strcmp(stem + strlen(stem) - strlen(*z), *z) == 0)
			stem[strlen(stem) - strlen(*z)] = '\0';
	dot = strrchr(stem, '.');
	name = find_format(dot ? dot + 1 : NULL);
	free(given);
	return name;
}

/* Is it already what it will be? */
static bool
is_settled(struct prep *p)
{
	p->step = STEP_DONE;
	if (json_object_get(p->record, "error")) {
		p->outcome = PREP_FAILED;
		return true;
	}
	if (json_object_get(p->record, "skipped")) {
		p->outcome = PREP_SKIPPED;
		return true;
	}
	return false;
}

static enum prep_step
first_step(const struct prep *p)
{
	if (strcmp(p->format, "mol2") == 0)
		return STEP_MOL2;
	if (p->options->rdkit)
		return STEP_PARSE;
	return strcmp(p->format, "smi") == 0 ? STEP_SMILES : STEP_SDF;
}

/* Does a text of SMILES go on behind its first line? */
static bool
has_more_lines(const char *text)
{
	text += strspn(text, " \t\r\n");
	text += strcspn(text, "\n");
	return text[strspn(text, " \t\r\n")] != '\0';
}

/* A record is one molecule: of several only the first would be docked. RDKit tells what it cannot
 * read; Open Babel takes what is left of a file that is cut off, or waits for the rest of it. */
static int
check_text(const struct prep *p, struct err *why)
{
	struct molecule m = MOLECULE_INIT;
	bool sdf = strcmp(p->format, "sdf") == 0, more = has_more_lines(buf_str(&p->text));
	int rc = 0;

	if (strcmp(p->format, "smi") != 0) {
		rc = molecule_read(
		    &m, sdf ? MOLECULE_SDF : MOLECULE_MOL2, "the molecule", buf_str(&p->text), why);
		more = rc == 0 && m.more;
	}
	if (rc == 0 && sdf && !p->options->rdkit)
		rc = lint_whole(&m, why);
	molecule_clear(&m);
	if (more)
		return err_set(why, ERR_INPUT,
		    "several molecules in one record (dock-ligands makes a record of each)");
	return p->options->rdkit ? 0 : rc;
}

struct prep *
prep_new(const json_t *record, const char *text, size_t len, const struct prep_options *options,
    const char *why)
{
	struct prep *p = xcalloc(1, sizeof(*p));
	struct err err = { 0 };
	char hex[DIGEST_HEX];

	p->options = options;
	p->record = json_deep_copy(record);
	p->stereo = -1;
	p->polar_low = p->polar_high = -1;
	if (is_settled(p))
		return p;
	p->format = format_of(record);
	if (!text) {
		prep_fail(p, "input", why);
		return p;
	}
	buf_add(&p->text, text, len);
	snprintf(p->title, sizeof(p->title), "dockline-m%.16s", digest_bytes(text, len, hex));
	if (!p->format)
		prep_fail(
		    p, "input", "unknown ligand format: one of sdf, mol2, smi, pdbqt is needed");
	else if (strspn(text, " \t\r\n") == len || memchr(text, '\0', len))
		prep_fail(p, "input",
		    memchr(text, '\0', len) ? "not text: it contains a zero byte" : "empty");
	else if (strcmp(p->format, "pdbqt") != 0 && check_text(p, &err) < 0)
		prep_fail(p, "input", err.text);
	else if (strcmp(p->format, "pdbqt") != 0)
		p->step = first_step(p);
	else if (prep_judge(p, &err) < 0)
		prep_fail(p, "input", err.text);
	else
		p->at_gate = prep_key(p) != NULL;
	return p;
}

void
prep_free(struct prep *p)
{
	if (!p)
		return;
	prep_states_clear(&p->states);
	json_decref(p->record);
	json_decref(p->stripped);
	buf_clear(&p->text);
	buf_clear(&p->state);
	buf_clear(&p->sdf);
	free(p->key);
	free(p->inchikey);
	free(p->parent);
	free(p->rejected);
	free(p->smiles);
	free(p->isomer);
	free(p);
}

enum prep_next
prep_next(const struct prep *p)
{
	if (p->at_gate)
		return PREP_GATE;
	return p->step == STEP_DONE ? PREP_DONE : PREP_ASK;
}

enum prep_tool
prep_tool(const struct prep *p)
{
	return prep_steps[p->step].tool;
}

void
prep_request(const struct prep *p, struct buf *out)
{
	if (prep_steps[p->step].ask)
		prep_steps[p->step].ask(p, out);
	else
		tool_request(prep_tool(p), p->title, buf_str(&p->text), p->text.len, out);
}

bool
prep_answer(struct prep *p, const char *answer, size_t len)
{
	struct err err = { 0 };

	p->nonsense = false;
	if (prep_steps[p->step].take(p, answer, len, &err) < 0)
		prep_fail(p, p->nonsense ? "engine" : "input", err.text);
	else if (p->step == STEP_DONE && p->states.making)
		prep_end_state(p);
	return !p->nonsense;
}

const char *
prep_key(const struct prep *p)
{
	if (p->key)
		return p->key;
	if (!p->format || strcmp(p->format, "pdbqt") != 0)
		return NULL;
	return json_string_value(json_object_get(p->record, "inchikey"));
}

const char *
prep_name(const struct prep *p)
{
	const json_t *record = p->states.origin ? p->states.origin : p->record;
	const char *name = json_string_value(json_object_get(record, "key"));

	if (!name)
		name = json_string_value(
		    json_object_get(json_object_get(record, "ligand"), "name"));
	return name ? name : "";
}

void
prep_pass(struct prep *p)
{
	p->at_gate = false;
	if (p->step != STEP_DONE)
		p->step = prep_after_gate(p);
}

void
prep_skip(struct prep *p, const char *kept)
{
	p->at_gate = false;
	p->step = STEP_DONE;
	p->outcome = PREP_SKIPPED;
	if (p->inchikey)
		json_object_set_new(p->record, "inchikey", json_string(p->inchikey));
	json_object_set_new(
	    p->record, "skipped", json_pack("{s:s, s:s}", "reason", "duplicate", "kept", kept));
}

void
prep_fail(struct prep *p, const char *class, const char *reason)
{
	json_t *text = json_stringn(reason, strlen(reason));

	p->at_gate = false;
	p->step = STEP_DONE;
	p->outcome = PREP_FAILED;
	if (!text)
		text = json_string("not UTF-8");
	json_object_set_new(
	    p->record, "error", json_pack("{s:s, s:o}", "class", class, "reason", text));
	if (p->states.making)
		prep_end_state(p);
}

size_t
prep_finished(const struct prep *p)
{
	return p->states.done.len;
}

size_t
prep_records(const struct prep *p)
{
	return p->states.making ? p->states.done.len : 1;
}

json_t *
prep_record(const struct prep *p, size_t i, enum prep_outcome *outcome)
{
	*outcome = p->states.making ? p->states.done.at[i].outcome : p->outcome;
	return p->states.making ? p->states.done.at[i].record : p->record;
}

enum prep_outcome
prep_outcome(const struct prep *p)
{
	if (!p->states.making)
		return p->outcome;
	for (size_t i = 0; i < p->states.done.len; i++)
		if (p->states.done.at[i].outcome == PREP_PREPARED)
			return PREP_PREPARED;
	return PREP_FAILED;
}
