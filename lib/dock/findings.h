/* SPDX-License-Identifier: MIT */
/*
 * findings: what is wrong, or doubtful, about ligand, receptor and box, and what would be right.
 *
 * A finding is {"of": "request", "ligand", "receptor" or "box", "class", "reason", "right"}. The
 * class is that of the failure that it would become ("input", mostly), "warning" for what is worth
 * stopping at although an engine would dock it, and "note" for the rest.
 */
#ifndef DOCK_FINDINGS_H
#define DOCK_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct box;
struct lint_facts;

/* Add what makes it fail; what would be right is told by what it is of. */
void findings_refuse(json_t *findings, const char *of, const char *class, const char *reason);

/* Add what is to be said about a ligand that can be docked. warnings: of its record, or NULL. */
void findings_ligand(json_t *findings, const struct lint_facts *ligand, const json_t *warnings);

/* The same about a receptor; near: within 8 Å of the box, NULL: everywhere. */
void findings_receptor(json_t *findings, const struct lint_facts *receptor, const struct box *near);

/* The same about a box, for this ligand and receptor; NULL: not known. still: the ligand stays
 * where it is. */
void findings_box(json_t *findings, const struct box *box, const struct lint_facts *ligand,
    const struct lint_facts *receptor, bool still);

/* The first finding that would fail; NULL: it would be docked. */
const json_t *findings_worst(const json_t *findings);
/* Is there more than notes? */
bool findings_stop(const json_t *findings);

#endif
