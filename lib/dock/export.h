/* SPDX-License-Identifier: MIT */
/*
 * export: results as the files that other programs read: CSV rows, PDBQT models, SD tags.
 */
#ifndef DOCK_EXPORT_H
#define DOCK_EXPORT_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;

/* A result on its way out. Everything is borrowed. */
struct exported {
	const char *key; /* of the record; NULL: none */
	const json_t *result;
	size_t place;       /* 1 is the first record */
	int pose;           /* which pose, by its rank */
	const json_t *part; /* of several ligands that were docked together the one that is meant,
			     * by its entry in `ligands`; NULL: the ligand */
	size_t number;      /* of it, from 1 */
};

/* The rank of the pose that is best by the result's default score; 1 when it has none. */
int export_best(const json_t *result);

/* What the molecule is called: original_name, name or key. Borrowed. */
const char *export_title(const struct exported *x);

/* The row of a pose in `poses`, by its rank; NULL when there is none. Borrowed. */
const json_t *export_pose(const json_t *result, int pose);

/* "1,2.5" as the names of tags: an array of strings. The caller owns it. */
json_t *export_tags(const char *list);

/* Which of the columns that not every engine fills a result has. */
unsigned export_columns(const json_t *result);

/* One CSV line (RFC 4180 quoting, newline at the end): the heads with units, or a pose. columns: of
 * the first result, for all lines; tags: the tags of the molecule to add as columns, from
 * export_tags. */
void export_csv_head(unsigned columns, const json_t *tags, struct buf *out);
void export_csv(const struct exported *x, unsigned columns, const json_t *tags, struct buf *out);

/* PDBQT of a pose as it is; where the result is a copy of another one's, with its own name instead
 * of that one's. Of several ligands that were docked together each keeps the name it had. */
void export_named(const struct exported *x, const char *text, size_t len, struct buf *out);

/* One model of the engine's file, named so, with a REMARK behind VINA RESULT that says the affinity
 * of the record and whether it was repaired. */
void export_pdbqt(const struct exported *x, const char *model, size_t len, struct buf *out);

/* What follows the molecule block of an SDF: the tags of the molecule, then ours (dock_...), then
 * $$$$. bonds says where the bond orders come from: "input", "meeko", "perceived" or "engine". */
void export_sd_tags(const struct exported *x, const char *bonds, struct buf *out);

#endif
