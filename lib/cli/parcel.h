/* SPDX-License-Identifier: MIT */
/*
 * parcel: results as one zip that a colleague can open: poses, table, receptor, box, and a README
 * that says how they were made.
 */
#ifndef CLI_PARCEL_H
#define CLI_PARCEL_H

#include <jansson.h>
#include <stdbool.h>

struct app;
struct buf;
struct err;
struct parcel;

/* The zip appears whole or not at all; path as outfile_open has it. NULL with err. */
struct parcel *parcel_open(const char *path, bool replace, struct err *err);

/* The rows that poses.sdf and table.csv grow by; head comes first. */
int parcel_poses(struct parcel *parcel, const struct buf *sdf, struct err *err);
int parcel_table(struct parcel *parcel, const struct buf *csv, struct err *err);

/* What a result was docked with: receptor and box are taken of the first; of others it is noted
 * that they differ. */
int parcel_note(struct parcel *parcel, struct app *app, const json_t *result, struct err *err);

/* Write the zip (keep), or leave nothing behind. NULL is fine. */
int parcel_close(struct parcel *parcel, struct app *app, bool keep, struct err *err);

#endif
