/* SPDX-License-Identifier: MIT */
/* prep_rdkit: the steps that RDKit does, and Open Babel for it (pH, MOL2). */
#include "dock/prep_steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"

void
prep_ask_rdkit(const struct prep *p, const char *op, json_t *more, struct buf *out)
{
	const char *subject, *format;
	json_t *request, *text;
	size_t len;

	prep_subject(p, &subject, &len, &format);
	request = json_pack("{s:s, s:s, s:s}", "op", op, "id", p->title, "format", format);
	text = json_stringn(subject, len);
	/* bytes that are no UTF-8 can only stand in names and data fields: RDKit is told nothing */
	json_object_set_new(request, "text", text ? text : json_string(""));
	json_object_update(request, more);
	json_put(request, out);
	buf_add_char(out, '\n');
	json_decref(request);
	json_decref(more);
}

void
prep_ask_parse(const struct prep *p, struct buf *out)
{
	prep_ask_rdkit(p, "parse", NULL, out);
}

void
prep_ask_finish(const struct prep *p, struct buf *out)
{
	json_t *more = json_pack("{s:i}", "seed", p->options->seed);

	if (p->state.len)
		json_object_set_new(more, "protonated", json_string(buf_str(&p->state)));
	if (prep_rings(p) > 0)
		json_object_set_new(more, "rings", json_integer(prep_rings(p)));
	prep_ask_rdkit(p, "finish", more, out);
}

json_t *
prep_read_json(struct prep *p, const char *answer, size_t len, struct err *why)
{
	json_t *got = json_parse(answer, len, NULL);
	const char *id = json_string_value(json_object_get(got, "id"));
	const char *error = json_string_value(json_object_get(got, "error"));

	p->nonsense = !id || strcmp(id, p->title) != 0;
	if (p->nonsense)
		err_set(why, ERR_INPUT, "%s's answer is not understood", tool_name(prep_tool(p)));
	else if (error)
		err_set(why, ERR_INPUT, "%s", error);
	else
		return got;
	json_decref(got);
	return NULL;
}

int
prep_take_mol2(struct prep *p, const char *answer, size_t len, struct err *why)
{
	buf_reset(&p->text);
	buf_add_char(&p->text, '\n');
	if (tool_extract(TOOL_MOL2, p->title, answer, len, &p->text, why) < 0)
		return -1;
	p->format = "sdf";
	p->step = p->options->rdkit ? STEP_PARSE : STEP_SDF;
	return 0;
}

int
prep_take_parse(struct prep *p, const char *answer, size_t len, struct err *why)
{
	json_t *got = prep_read_json(p, answer, len, why), *stripped = NULL;
	const char *smiles = NULL;
	json_int_t charge = 0, stereo = 0;
	bool flat = false;
	int rc = -1;

	if (!got)
		return -1;
	if (json_get_string(got, "smiles", &smiles, why) > 0 &&
	    json_get_int(got, "charge", &charge, why) > 0 &&
	    json_get_int(got, "stereo", &stereo, why) > 0 &&
	    json_get_array(got, "stripped", &stripped, why) > 0 &&
	    json_get_bool(got, "flat", &flat, why) > 0) {
		p->parent = xstrdup(smiles);
		p->stripped = json_incref(stripped);
		p->charge_before = (int)charge;
		p->stereo = (int)stereo;
		p->flat = flat;
		p->step = STEP_KEY;
		rc = 0;
	}
	json_decref(got);
	if (rc == 0 && p->options->refuse_stereo && p->stereo > 0)
		return err_set(
		    why, ERR_INPUT, "%d stereo centres or double bonds are unspecified", p->stereo);
	return rc;
}

int
prep_take_state(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct err not_taken = { 0 };

	(void)why;
	buf_reset(&p->state);
	buf_add_char(&p->state, '\n');
	if (tool_extract(TOOL_STATE, p->title, answer, len, &p->state, &not_taken) < 0) {
		p->rejected = xstrdup(not_taken.text);
		buf_reset(&p->state);
	}
	p->step = STEP_FINISH;
	return 0;
}

/* What a finished molecule is described by. */
static int
take_description(struct prep *p, json_t *got, struct err *why)
{
	const char *sdf = NULL, *smiles = NULL, *isomer = NULL, *rejected = NULL;
	json_int_t charge = 0, heavy = 0;
	json_t *polar = NULL;

	if (json_get_string(got, "sdf", &sdf, why) <= 0 ||
	    json_get_string(got, "smiles", &smiles, why) <= 0 ||
	    json_get_string(got, "isomer", &isomer, why) <= 0 ||
	    json_get_int(got, "charge", &charge, why) <= 0 ||
	    json_get_int(got, "heavy", &heavy, why) <= 0 ||
	    json_get_array(got, "polar", &polar, why) <= 0 ||
	    json_get_string(got, "rejected", &rejected, why) < 0)
		return -1;
	sdf = strchr(sdf, '\n');
	if (!sdf)
		return err_set(
		    why, ERR_INPUT, "%s's answer is not understood", tool_name(prep_tool(p)));
	buf_add_str(&p->sdf, sdf + 1);
	p->smiles = xstrdup(smiles);
	if (p->stereo > 0)
		p->isomer = xstrdup(isomer);
	p->charge = (int)charge;
	p->heavy = (size_t)heavy;
	p->polar_low = (int)json_integer_value(json_array_get(polar, 0));
	p->polar_high = (int)json_integer_value(json_array_get(polar, 1));
	if (rejected)
		p->rejected = xstrdup(rejected);
	return 0;
}

int
prep_take_finish(struct prep *p, const char *answer, size_t len, struct err *why)
{
	json_t *got = prep_read_json(p, answer, len, why);
	int rc = -1;

	if (got)
		rc = take_description(p, got, why);
	if (rc == 0)
		prep_take_conformers(p, got);
	json_decref(got);
	p->step = prep_to_pdbqt(p);
	return rc;
}
