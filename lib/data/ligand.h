/* SPDX-License-Identifier: MIT */
/* ligand: the record of a molecule that was read (dockline-ligand(5)). */
#ifndef DATA_LIGAND_H
#define DATA_LIGAND_H

#include <jansson.h>

struct entry;
struct names;

struct ligand_rules {
	struct names *names; /* those given out so far */
	const char *key;     /* data field that names the molecule; NULL: its title */
	const char *label;   /* NULL: the data field "label", when there is one */
};

/* Where a molecule comes from. */
struct ligand_source {
	const char *file; /* for the record, UTF-8 */
	const char *stem; /* names molecules that have no name */
};

/* The name (and key) that molecule gets: made of the title or the key field, else STEM when it is
 * alone in its file, else STEM-INDEX; numbered when it was given out before. Call it for every
 * molecule, wanted or not, so that a part of a library has the names of the whole. The caller
 * frees. */
char *ligand_name(const struct ligand_rules *rules, const struct ligand_source *source,
    const struct entry *molecule);

/* The record of a molecule, good or bad (reason not empty: an "error" and no text). The caller
 * owns it. */
json_t *ligand_record(const struct ligand_rules *rules, const struct ligand_source *source,
    const struct entry *molecule, const char *name);

#endif
