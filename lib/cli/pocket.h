/* SPDX-License-Identifier: MIT */
/* pocket: what poses touch, and where they clash, for a receptor that is read once. */
#ifndef CLI_POCKET_H
#define CLI_POCKET_H

#include <jansson.h>

struct app;
struct docked;
struct err;
struct pocket;

/* Read a receptor, PDBQT; without a path each result's own, where its file is still what was docked
 * to. NULL with err. */
struct pocket *pocket_open(const char *path, struct err *err);
void pocket_close(struct pocket *pocket);

/* A residue that contacts are asked for (dock/contacts.h), which must live as long: the first
 * receptor must have it. 0, or -1 with ERR_USAGE, now or from pocket_add. */
int pocket_expect(struct pocket *pocket, const char *residue, struct err *err);

/* Add clashes and contacts to every pose that was read of a result. -1: ERR_USAGE without a
 * receptor. */
int pocket_add(
    struct pocket *pocket, struct app *app, const struct docked *docked, struct err *err);

#endif
