/* SPDX-License-Identifier: MIT */
/*
 * prep_states: several states of one molecule.
 *
 * Looked for: variants are asked of RDKit, of each of them a proposal for each pH of Open Babel,
 * and of RDKit what that proposal is. The main pH goes before the others, and of equal states the
 * first is chosen. Then each is made, with its share of further shapes of its rings. Which state a
 * record is of, its id says: "i2" an isomer, "t3" a tautomer, "ph6.4" the pH that changed it, "r2"
 * a shape of its rings, joined by "-"; "input" where nothing differs.
 */
#include "dock/prep_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"

static const char *
variant_text(const struct prep *p, size_t variant, const char *key)
{
	return json_string_value(json_object_get(json_array_get(p->states.variants, variant), key));
}

static size_t
current_variant(const struct prep *p)
{
	return p->states.making ? p->states.chosen.at[p->states.at].variant : p->states.variant;
}

void
prep_subject(const struct prep *p, const char **text, size_t *len, const char **format)
{
	const char *of_variant = variant_text(p, current_variant(p), "text");

	*text = of_variant ? of_variant : buf_str(&p->text);
	*len = of_variant ? strlen(of_variant) : p->text.len;
	*format = of_variant ? variant_text(p, current_variant(p), "format") : p->format;
}

void
prep_ask_variants(const struct prep *p, struct buf *out)
{
	const struct prep_options *o = p->options;

	prep_ask_rdkit(p, "variants",
	    json_pack("{s:b, s:b, s:i, s:i}", "tautomers", o->tautomers, "isomers", o->isomers,
		"limit", o->states, "seed", o->seed),
	    out);
}

/* The n-th pH that is looked at; NULL: none. */
static const char *
ph_of(const struct prep *p, int n)
{
	return n == 0 ? p->options->ph : n == 1 ? p->options->ph_low : p->options->ph_high;
}

/* "i2-t3-ph6.4-r2" into id; is it what would be made if no states were asked for? */
static bool
state_id(const struct prep *p, struct buf *id)
{
	const struct prep_states *s = &p->states;
	const struct prep_state *state = &s->chosen.at[s->at];

	buf_add_str(id, variant_text(p, state->variant, "part"));
	if (strcmp(state->smiles, variant_text(p, state->variant, "smiles")) != 0)
		buf_addf(id, "%sph%g", id->len ? "-" : "", strtod(state->ph, NULL));
	if (s->conformer > 0)
		buf_addf(id, "%sr%zu", id->len ? "-" : "", s->conformer + 1);
	if (id->len == 0)
		buf_add_str(id, "input");
	return *variant_text(p, state->variant, "part") == '\0' && s->conformer == 0 &&
	    state->ph == p->options->ph;
}

/* old-id in place of a text. */
static void
extend(json_t *object, const char *key, const char *old, const char *id)
{
	json_object_set_new(object, key, json_sprintf("%s-%s", old, id));
}

/* State and key of the record that is made. */
static void
name_state(struct prep *p)
{
	json_t *ligand = prep_ligand(p);
	const char *name = json_string_value(json_object_get(ligand, "name"));
	const char *given = json_string_value(json_object_get(ligand, "state"));
	struct buf id = BUF_INIT;
	bool plain = state_id(p, &id);

	if (!json_is_string(json_object_get(ligand, "parent")))
		json_object_set_new(ligand, "parent", json_string(name ? name : prep_name(p)));
	if (!given)
		json_object_set_new(ligand, "state", json_string(buf_str(&id)));
	else if (!plain)
		extend(ligand, "state", given, buf_str(&id));
	if (!plain)
		extend(p->record, "key", prep_name(p), buf_str(&id));
	if (!plain && name)
		extend(ligand, "name", name, buf_str(&id));
	buf_clear(&id);
}

/* Begin to make the state at s->at, as if it were the only one. */
static void
start_state(struct prep *p)
{
	struct prep_states *s = &p->states;
	const struct prep_state *state = &s->chosen.at[s->at];

	json_decref(p->record);
	p->record = json_deep_copy(s->origin);
	p->outcome = PREP_PREPARED;
	json_decref(s->conformers);
	s->conformers = NULL;
	s->conformer = 0;
	buf_reset(&p->state);
	buf_reset(&p->sdf);
	if (state->sdf)
		buf_add_str(&p->state, state->sdf);
	free(p->smiles);
	free(p->isomer);
	free(p->rejected);
	p->smiles = p->isomer = NULL;
	p->rejected = state->rejected ? xstrdup(state->rejected) : NULL;
	if (*variant_text(p, state->variant, "part") == 'i')
		p->stereo = 0;
	p->step = STEP_FINISH;
	name_state(p);
}

static void
start_making(struct prep *p)
{
	p->states.making = true;
	p->states.origin = p->record;
	p->record = NULL;
	start_state(p);
}

/* Note a state that is new. False: no more are wanted. */
static bool
choose(struct prep *p, const char *smiles, const char *same, const char *rejected)
{
	struct prep_states *s = &p->states;
	struct prep_state state = { .variant = s->variant };

	if (!smiles || rejected) {
		smiles = variant_text(p, s->variant, "smiles");
		same = variant_text(p, s->variant, "same");
	}
	for (size_t i = 0; i < s->chosen.len; i++)
		if (strcmp(s->chosen.at[i].same, same) == 0)
			return true;
	if (s->chosen.len == (size_t)p->options->states) {
		s->limited = true;
		return false;
	}
	state.ph = ph_of(p, s->ph);
	state.smiles = xstrdup(smiles);
	state.same = xstrdup(same);
	state.rejected = rejected ? xstrdup(rejected) : NULL;
	if (!rejected && strcmp(smiles, variant_text(p, s->variant, "smiles")) != 0)
		state.sdf = xstrdup(buf_str(&p->state));
	vec_add(&s->chosen, state);
	return true;
}

/* Ask for the next proposal: of each pH all variants. */
static void
look_on(struct prep *p, bool wanted)
{
	static const enum prep_step steps[] = { STEP_PROPOSE, STEP_PROPOSE_LOW, STEP_PROPOSE_HIGH };
	struct prep_states *s = &p->states;

	if (++s->variant == json_array_size(s->variants)) {
		s->variant = 0;
		s->ph++;
	}
	if (!wanted || s->ph > 2 || !ph_of(p, s->ph))
		start_making(p);
	else
		p->step = steps[s->ph];
}

int
prep_take_variants(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct prep_states *s = &p->states;
	json_t *got = prep_read_json(p, answer, len, why), *variants = NULL;
	bool wanted = true;

	if (got && json_get_array(got, "variants", &variants, why) > 0)
		s->variants = json_incref(variants);
	s->limited = json_is_true(json_object_get(got, "more"));
	json_decref(got);
	for (size_t i = 0; i < json_array_size(s->variants); i++)
		if (!variant_text(p, i, "text") || !variant_text(p, i, "format") ||
		    !variant_text(p, i, "smiles") || !variant_text(p, i, "part") ||
		    !variant_text(p, i, "same"))
			return err_set(why, ERR_INPUT, "%s's answer is not understood",
			    tool_name(prep_tool(p)));
	if (json_array_size(s->variants) == 0)
		return -1;
	p->step = STEP_PROPOSE;
	if (p->options->ph)
		return 0;
	for (; wanted && s->variant < json_array_size(s->variants); s->variant++)
		wanted = choose(p, NULL, NULL, NULL);
	start_making(p);
	return 0;
}

void
prep_ask_proposal(const struct prep *p, struct buf *out)
{
	const char *smiles = variant_text(p, p->states.variant, "smiles");

	tool_request(prep_tool(p), p->title, smiles, strlen(smiles), out);
}

int
prep_take_proposal(struct prep *p, const char *answer, size_t len, struct err *why)
{
	struct err none = { 0 };

	(void)why;
	buf_reset(&p->state);
	buf_add_char(&p->state, '\n');
	if (tool_extract(TOOL_STATE, p->title, answer, len, &p->state, &none) < 0)
		look_on(p, choose(p, NULL, NULL, none.text));
	else
		p->step = STEP_LOOK;
	return 0;
}

void
prep_ask_look(const struct prep *p, struct buf *out)
{
	prep_ask_rdkit(p, "state", json_pack("{s:s}", "protonated", buf_str(&p->state)), out);
}

int
prep_take_look(struct prep *p, const char *answer, size_t len, struct err *why)
{
	json_t *got = prep_read_json(p, answer, len, why);
	const char *smiles = NULL, *same = NULL, *rejected = NULL;
	int rc = -1;

	if (got && json_get_string(got, "smiles", &smiles, why) > 0 &&
	    json_get_string(got, "same", &same, why) > 0 &&
	    json_get_string(got, "rejected", &rejected, why) >= 0) {
		look_on(p, choose(p, smiles, same, rejected));
		rc = 0;
	}
	json_decref(got);
	return rc;
}

const char *
prep_ph(const struct prep *p)
{
	return p->states.making ? p->states.chosen.at[p->states.at].ph : p->options->ph;
}

int
prep_rings(const struct prep *p)
{
	const struct prep_states *s = &p->states;
	int count = (int)s->chosen.len, most = p->options->states;

	if (!s->making || !p->options->rings)
		return 0;
	return most / count + ((int)s->at < most % count);
}

void
prep_take_conformers(struct prep *p, json_t *answer)
{
	json_t *conformers = json_object_get(answer, "conformers");

	if (!p->states.making || !json_is_array(conformers))
		return;
	p->states.conformers = json_incref(conformers);
	p->states.limited |= json_is_true(json_object_get(answer, "more"));
}

void
prep_describe_state(const struct prep *p, json_t *prep)
{
	const struct prep_states *s = &p->states;
	json_t *energy = json_object_get(json_array_get(s->conformers, s->conformer), "energy");

	if (json_is_number(energy))
		json_object_set_new(prep, "ring_shape",
		    json_pack(
			"{s:I, s:O}", "number", (json_int_t)s->conformer + 1, "energy", energy));
}

/* Now it is known how many there are. */
static void
count_states(struct prep_states *s)
{
	for (size_t i = 0; i < s->done.len; i++) {
		json_t *record = s->done.at[i].record;
		json_t *prep = json_object_get(record, "prep");

		if (s->done.at[i].outcome != PREP_PREPARED)
			continue;
		json_object_set_new(prep, "states", json_integer((json_int_t)s->done.len));
		if (s->limited)
			json_array_append_new(
			    json_object_get(record, "warnings"), json_string("states_limited"));
	}
}

/* The same state with its rings in another shape. */
static void
start_conformer(struct prep *p)
{
	struct prep_states *s = &p->states;
	const json_t *conformer = json_array_get(s->conformers, ++s->conformer);
	const char *sdf = json_string_value(json_object_get(conformer, "sdf"));
	const char *body = sdf ? strchr(sdf, '\n') : NULL;

	p->record = json_deep_copy(s->origin);
	p->outcome = PREP_PREPARED;
	buf_reset(&p->sdf);
	buf_add_str(&p->sdf, body ? body + 1 : "");
	p->step = prep_to_pdbqt(p);
	name_state(p);
}

void
prep_end_state(struct prep *p)
{
	struct prep_states *s = &p->states;
	bool prepared = p->outcome == PREP_PREPARED;

	vec_add(&s->done, ((struct prep_done){ p->record, p->outcome }));
	p->record = NULL;
	if (prepared && s->conformer + 1 < json_array_size(s->conformers)) {
		start_conformer(p);
	} else if (++s->at < s->chosen.len) {
		start_state(p);
	} else {
		s->at--;
		p->step = STEP_DONE;
		count_states(s);
	}
}

void
prep_states_clear(struct prep_states *s)
{
	for (size_t i = 0; i < s->chosen.len; i++) {
		free(s->chosen.at[i].smiles);
		free(s->chosen.at[i].same);
		free(s->chosen.at[i].sdf);
		free(s->chosen.at[i].rejected);
	}
	for (size_t i = 0; i < s->done.len; i++)
		json_decref(s->done.at[i].record);
	vec_clear(&s->chosen);
	vec_clear(&s->done);
	json_decref(s->origin);
	json_decref(s->variants);
	json_decref(s->conformers);
}
