/* SPDX-License-Identifier: MIT */
/* pocket: what poses touch, and where they clash, for a receptor that is read once. */
#ifndef CLI_POCKET_H
#define CLI_POCKET_H

#include <jansson.h>

struct app;
struct err;
struct pocket;

/* Read a receptor, PDBQT. NULL with err. */
struct pocket *pocket_open(const char *path, struct err *err);
void pocket_close(struct pocket *pocket);

/* Add clashes and contacts (dock/contacts.h) to every pose of a result that its file still has. */
int pocket_add(struct pocket *pocket, struct app *app, json_t *result, struct err *err);

#endif
