/* SPDX-License-Identifier: MIT */
/* docklint: a request judged whole, and nothing docked. */
#ifndef CLI_DOCKLINT_H
#define CLI_DOCKLINT_H

#include <jansson.h>

struct app;
struct dockrun;

/* Write {"type":"lint","key","ok","heavy_atoms","torsions","warnings","findings"}, or the failed
 * record that the request would become, with "findings" (dock/findings.h); count it, and say on
 * standard error what was found, but for notes. */
void docklint(struct app *app, const struct dockrun *run, json_t *request);

#endif
