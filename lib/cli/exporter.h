/* SPDX-License-Identifier: MIT */
/*
 * exporter: results as files that other programs read, one after the other, in one format.
 */
#ifndef CLI_EXPORTER_H
#define CLI_EXPORTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct app;
struct err;
struct outfile;
struct parcel;
struct score;

enum exporter_format {
	EXPORTER_CSV,
	EXPORTER_PDBQT,
	EXPORTER_REQUEST,
	EXPORTER_SDF,
	EXPORTER_BUNDLE, /* the one that has no name */
	EXPORTER_FORMATS,
};
extern const char *const exporter_names[EXPORTER_BUNDLE];

/* Begin with zeros, and what is wanted; everything is borrowed. */
struct exporter {
	enum exporter_format format;
	const struct score *by; /* of which the best pose is; NULL: each result's default */
	int poses;              /* so many of each; 1: the best */
	bool pdbqt;             /* requests have it for a ligand, else SDF */
	bool force;             /* files that exist are replaced */
	const json_t *tags;     /* columns of a table: those of molecules */
	const char *dir;        /* a file for each pose, or */
	struct outfile *out;    /* one for all, or */
	struct parcel *parcel;  /* the bundle */
	/* its own: */
	bool begun;
	unsigned columns; /* of the table */
	size_t place;     /* of the last record */
	size_t perceived; /* poses whose bond orders were guessed */
};

/* The folder, or the head of the table: once, before the first result or, with NULL, for want of
 * one. exporter_put does it. */
int exporter_begin(struct exporter *exporter, const json_t *first, struct err *err);

/* A record with its result (records_result). ERR_INPUT: it cannot be written, others may be. */
int exporter_put(struct exporter *exporter, struct app *app, const json_t *record, json_t *result,
    struct err *err);

#endif
