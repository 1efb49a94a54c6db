/* SPDX-License-Identifier: MIT */
/*
 * box: where an engine searches, as a centre and the full length of each side, in Å.
 *
 * A box made here is rounded to 0.001 Å, so that it is the same box as text,
 * as a record and in an engine's configuration.
 */
#ifndef DOCK_BOX_H
#define DOCK_BOX_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;
struct molecule;

struct box {
	double center[3];
	double size[3];
};

/* Above this volume (Å³, 30 Å a side) Vina itself warns that its search is too thin. */
#define BOX_LARGE 27000.0

/* What a box is made to hold: the bounds of atoms, and how far to go beyond. */
struct box_rule {
	double padding;  /* Å added on every side */
	double min_size; /* no side is shorter; 0: as the atoms are */
};

/* Around the heavy atoms of a reference ligand. No heavy atom is an error. */
int box_of_ligand(
    const struct molecule *ligand, const struct box_rule *rule, struct box *box, struct err *err);

/* Around the heavy atoms of residues: "A:82,A:84B", CHAIN:NUMBER[insertion code]; ":82" where the
 * file has no chains. A residue that is not there is an error that names it (ERR_INPUT), a list
 * that cannot be read is ERR_USAGE. */
int box_of_residues(const struct molecule *receptor, const char *list, const struct box_rule *rule,
    struct box *box, struct err *err);

/* Around the whole receptor without its waters: a blind search. */
int box_of_receptor(
    const struct molecule *receptor, const struct box_rule *rule, struct box *box, struct err *err);

/* Three numbers "x,y,z". -1 (ERR_USAGE) with what is wrong. */
int box_numbers(const char *text, double out[3], struct err *err);

/* The box of a vina configuration: center_x .. size_z, "key = value", # comments; other keys are
 * passed over, a missing or double one is an error with name:line. */
int box_read_conf(const char *name, const char *text, struct box *box, struct err *err);

/* A box record, or any object with `center` and `size`. Sizes must be above zero. */
int box_read_json(const json_t *record, struct box *box, struct err *err);

/* Add `type`, `center` and `size` to a record. */
void box_put_json(const struct box *box, json_t *record);

/* Append the six lines of a vina configuration. */
void box_put_conf(const struct box *box, struct buf *out);

double box_volume(const struct box *box);

/* How far a point is outside, in Å; 0 inside; NAN for a point that is none. */
double box_distance(const struct box *box, const double at[3]);

/* How many heavy atoms of m are further than `slack` Å outside. */
size_t box_outside(const struct box *box, const struct molecule *m, double slack);

#endif
