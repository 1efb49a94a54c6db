/* SPDX-License-Identifier: MIT */
/*
 * pick: which of the ranked molecules are wanted: those with a substructure, and no two alike.
 *
 * Open Babel looks at many molecules in one run, by their SMILES: substructures
 * by SMARTS, likeness as the Tanimoto coefficient of its FP2 fingerprints.
 */
#ifndef CLI_PICK_H
#define CLI_PICK_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct pick;

/* smarts NULL: any; similarity 0: any number alike, else at least so alike to one that was picked
 * is too much. -1: ERR_USAGE for a SMARTS that is none, ERR_SYSTEM without Open Babel. */
struct pick *pick_open(const char *smarts, double similarity, struct err *err);
void pick_close(struct pick *pick);

enum { PICK_CHUNK = 512 }; /* so many at a time cost little more than one */

/* Which of n molecules have the substructure. A SMILES that is NULL is not wanted: *unread counts
 * them. */
int pick_match(const struct pick *pick, const char *const *smiles, size_t n, bool *wanted,
    size_t *unread, struct err *err);

/* For n molecules in their order, which of them are unlike those before, of other calls too. A
 * SMILES that is NULL, or that Open Babel cannot read, is not wanted: *unread counts them. */
int pick_unlike(struct pick *pick, const char *const *smiles, size_t n, bool *wanted,
    size_t *unread, struct err *err);

#endif
