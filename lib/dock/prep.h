/* SPDX-License-Identifier: MIT */
/*
 * prep: one ligand record on its way from a library to a docking request.
 *
 * A struct prep says which tool to ask next and with what, takes the answer, and ends as a record:
 * prepared, failed (`error`) or skipped. It starts nothing and knows no time; cli/convert asks the
 * tools. Every request is whole, so any process of the tool may answer it.
 *
 * With RDKit: parse (strip salts, read stereo), key, [state], finish (hydrogens, 3D), pdbqt.
 * Without: Open Babel does each step, and 3D is then not reproducible.
 *
 * With several states asked for: variants (isomers, tautomers), of each a proposal for each pH,
 * and of each different one, in this order, finish (with further shapes of its rings) and pdbqt.
 * Each state is a record; one that fails does not take the others with it.
 */
#ifndef DOCK_PREP_H
#define DOCK_PREP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "dock/prep_tools.h"

struct buf;
struct err;
struct prep;

struct prep_options {
	bool rdkit;                     /* RDKit is there */
	const char *ph;                 /* text of the pH; NULL: keep the states given */
	const char *ph_low, *ph_high;   /* texts of other pH to look at; NULL: none */
	int states;                     /* at most so many of a molecule; 0 or 1: the plain one */
	bool isomers, tautomers, rings; /* kinds of states, besides those at the pH */
	bool refuse_stereo;             /* refuse molecules with unspecified stereo */
	bool turn_planar;               /* leave planar bonds (dock/planar) to the engines */
	bool meeko;                     /* Meeko writes the PDBQT */
	int torsions;                   /* refuse more than so many */
	int seed;
	const char *rdkit_version, *openbabel_version, *meeko_version; /* NULL: unknown */
};

enum prep_next {
	PREP_ASK,  /* ask prep_tool(), then prep_answer or prep_fail */
	PREP_GATE, /* the parent is known: prep_key(); go on with prep_pass, or end with prep_skip
		    */
	PREP_DONE, /* prep_record() is the outcome */
};

/* Begin with a record (borrowed, never changed) and the text of its ligand. A record that already
 * has `error` or `skipped` is done at once; so is a PDBQT ligand, which is only judged. options
 * outlive the work. text NULL: it could not be read, the reason is in why. */
struct prep *prep_new(const json_t *record, const char *text, size_t len,
    const struct prep_options *options, const char *why);
void prep_free(struct prep *p);

enum prep_next prep_next(const struct prep *p);

/* Which tool to ask, and the request for it (appended). Only with PREP_ASK. */
enum prep_tool prep_tool(const struct prep *p);
void prep_request(const struct prep *p, struct buf *out);

/* Take the answer to that request. False: it was no answer to it, and the process that gave it
 * should not be asked again. */
bool prep_answer(struct prep *p, const char *answer, size_t len);

/* What `--unique` compares: the InChIKey of the stripped parent, its canonical SMILES when it has
 * none. Borrowed. NULL before the gate and for PDBQT ligands without `inchikey`. */
const char *prep_key(const struct prep *p);
/* The record's key, else the ligand's name: how others name it. Borrowed. */
const char *prep_name(const struct prep *p);

void prep_pass(struct prep *p);
void prep_skip(struct prep *p, const char *kept);
/* It cannot be prepared. The class is "input" where the molecule is at fault, else that of the
 * program which failed: "timeout", "signal" or "engine". */
void prep_fail(struct prep *p, const char *class, const char *reason);

/* How many records are finished: each has the time limit for itself. */
size_t prep_finished(const struct prep *p);

/* The outcome of the molecule, with PREP_DONE: prepared when a state of it is. */
enum prep_outcome { PREP_PREPARED, PREP_FAILED, PREP_SKIPPED };
enum prep_outcome prep_outcome(const struct prep *p);
/* Its records, at least one: the i-th is borrowed. */
size_t prep_records(const struct prep *p);
json_t *prep_record(const struct prep *p, size_t i, enum prep_outcome *outcome);

#endif
