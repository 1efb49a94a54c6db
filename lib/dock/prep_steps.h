/* SPDX-License-Identifier: MIT */
/*
 * prep_steps: the steps of prep, as a table. For lib/dock/prep*.c only.
 *
 * A step asks one tool and knows what to make of the answer: it fills in members of struct prep
 * and names the next step. -1 means that the molecule is refused.
 */
#ifndef DOCK_PREP_STEPS_H
#define DOCK_PREP_STEPS_H

#include <jansson.h>

#include "base/buf.h"
#include "base/vec.h"
#include "dock/lint.h"
#include "dock/molecule.h"
#include "dock/prep.h"

enum prep_step {
	STEP_MOL2,
	STEP_PARSE, /* with RDKit ... */
	STEP_KEY,   /* ... and without */
	STEP_STATE,
	STEP_VARIANTS, /* with several states */
	STEP_PROPOSE,
	STEP_PROPOSE_LOW,
	STEP_PROPOSE_HIGH,
	STEP_LOOK,
	STEP_FINISH,
	STEP_PDBQT, /* ... and without */
	STEP_PLAIN, /* PDBQT without charges */
	STEP_MEEKO, /* PDBQT by Meeko */
	STEP_SDF,   /* without RDKit */
	STEP_SDF_SMILES,
	STEP_SMILES,
	STEP_STATE_SMILES,
	STEP_HYDROGENS,
	STEP_STATE_SDF,
	STEP_BUILD,
	STEPS,
	STEP_DONE = STEPS,
};

/* A state that is to be docked: of which variant, at which pH. */
struct prep_state {
	size_t variant;
	const char *ph;     /* NULL: as the variant is */
	char *smiles, *sdf; /* sdf: what Open Babel proposed; NULL: as the variant is */
	char *same;         /* equal for equal states, resonance aside */
	char *rejected;     /* why a proposal was not taken */
};

struct prep_done {
	json_t *record;
	enum prep_outcome outcome;
};

/* The states of one molecule: first they are looked for, then made. */
struct prep_states {
	bool making;
	json_t *origin;   /* the record as it came */
	json_t *variants; /* of RDKit */
	bool limited;     /* there are more */
	size_t variant;   /* what is looked at */
	int ph;
	VEC(struct prep_state) chosen;
	size_t at;          /* the chosen one that is made */
	json_t *conformers; /* of it; NULL: one */
	size_t conformer;   /* that is made */
	VEC(struct prep_done) done;
};

struct prep {
	const struct prep_options *options;
	struct prep_states states;
	json_t *record; /* a copy of the record that becomes the outcome */
	enum prep_outcome outcome;
	enum prep_step step;
	bool at_gate;
	bool nonsense;  /* the last answer was none to the question */
	char title[32]; /* what the molecule is called in questions: from the digest of its text */
	const char *format; /* of text: sdf, smi, mol2; static */
	struct buf text;    /* the molecule as it came, then as SDF */
	char *key;          /* InChIKey, or canonical SMILES */
	char *inchikey;     /* NULL: none */
	double weight;      /* of the parent; 0: unknown */
	char *parent;       /* SMILES of the stripped parent */
	json_t *stripped;   /* array */
	int charge_before;
	int hydrogens_before; /* by formula; without RDKit only */
	int stereo;           /* unspecified; -1: unknown */
	bool flat;            /* there were no 3D coordinates */
	struct buf state;     /* SDF of the state at the pH */
	char *rejected;       /* why the state was not taken; NULL: it was */
	struct buf sdf;       /* the molecule to dock, without title line */
	char *smiles;         /* of it */
	char *isomer;         /* SMILES with the stereo it was given; NULL: smiles has it all */
	int charge;
	size_t heavy;
	int polar_low, polar_high; /* hydrogens not on carbon: certainly, at most; -1: unknown */
};

struct step_row {
	enum prep_tool tool;
	void (*ask)(const struct prep *p, struct buf *out); /* NULL: p->text through tool_request */
	int (*take)(struct prep *p, const char *answer, size_t len, struct err *why);
};

extern const struct step_row prep_steps[STEPS];

/* The rows that need no RDKit are written in prep_obabel.c, the others in prep_rdkit.c. */
int prep_take_mol2(struct prep *p, const char *answer, size_t len, struct err *why);
int prep_take_parse(struct prep *p, const char *answer, size_t len, struct err *why);
int prep_take_state(struct prep *p, const char *answer, size_t len, struct err *why);
int prep_take_finish(struct prep *p, const char *answer, size_t len, struct err *why);
void prep_ask_parse(const struct prep *p, struct buf *out);
void prep_ask_finish(const struct prep *p, struct buf *out);

int prep_take_key(struct prep *p, const char *answer, size_t len, struct err *why);
int prep_take_sdf(struct prep *p, const char *answer, size_t len, struct err *why);
int prep_take_smiles(struct prep *p, const char *answer, size_t len, struct err *why);
int prep_take_state_smiles(struct prep *p, const char *answer, size_t len, struct err *why);
int prep_take_built(struct prep *p, const char *answer, size_t len, struct err *why);
void prep_ask_parent(const struct prep *p, struct buf *out);
void prep_ask_smiles(const struct prep *p, struct buf *out);

/* prep_states.c. What a question is about: the molecule, or the variant that is looked at or made.
 */
void prep_subject(const struct prep *p, const char **text, size_t *len, const char **format);
void prep_ask_variants(const struct prep *p, struct buf *out);
int prep_take_variants(struct prep *p, const char *answer, size_t len, struct err *why);
void prep_ask_proposal(const struct prep *p, struct buf *out);
int prep_take_proposal(struct prep *p, const char *answer, size_t len, struct err *why);
void prep_ask_look(const struct prep *p, struct buf *out);
int prep_take_look(struct prep *p, const char *answer, size_t len, struct err *why);
/* The pH of the state that is made, or NULL. */
const char *prep_ph(const struct prep *p);
/* How many conformers it may have; 0: rings are not asked for. */
int prep_rings(const struct prep *p);
/* Take the conformers out of RDKit's answer. */
void prep_take_conformers(struct prep *p, json_t *answer);
void prep_describe_state(const struct prep *p, json_t *prep);
/* The record of this state is complete, or failed: go on with the next, or be done. */
void prep_end_state(struct prep *p);
void prep_states_clear(struct prep_states *s);

/* Ask RDKit about the subject. Takes more. */
void prep_ask_rdkit(const struct prep *p, const char *op, json_t *more, struct buf *out);
/* The answer of RDKit or Meeko to this molecule's question as an object, or NULL with their reason.
 */
json_t *prep_read_json(struct prep *p, const char *answer, size_t len, struct err *why);

/* `ligand` as an object, made from a path where it was one. */
json_t *prep_ligand(struct prep *p);

/* What was made of the molecule in the last step. */
struct prep_made {
	struct buf input, pdbqt;
	struct molecule molecule; /* input */
	struct lint_facts facts;  /* of pdbqt */
	json_t *map;              /* NULL: they do not match */
	json_t *held;             /* pairs of atoms of input: bonds that are not turned */
};

/* The molecule's name fit for one line of a file: no control characters, not too long; the SDF that
 * is docked, with a title: what bond orders and hydrogens are restored from; and the record of what
 * was made (prep_record.c). */
void prep_add_title(const struct prep *p, struct buf *out);
void prep_add_input(const struct prep *p, struct buf *out);
void prep_set_record(struct prep *p, const struct prep_made *made);

/* The step behind the gate, and the step that makes PDBQT (prep_pdbqt.c). */
enum prep_step prep_after_gate(const struct prep *p);
enum prep_step prep_to_pdbqt(const struct prep *p);
void prep_ask_pdbqt(const struct prep *p, struct buf *out);
int prep_take_pdbqt(struct prep *p, const char *answer, size_t len, struct err *why);
void prep_ask_meeko(const struct prep *p, struct buf *out);
int prep_take_meeko(struct prep *p, const char *answer, size_t len, struct err *why);

/* Judge a PDBQT ligand that needs no preparation and complete the record. */
int prep_judge(struct prep *p, struct err *why);

#endif
