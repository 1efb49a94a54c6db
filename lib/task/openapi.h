/* SPDX-License-Identifier: MIT */
/* openapi: what a task needs to know from its interface spec (OpenAPI 3.0). */
#ifndef TASK_OPENAPI_H
#define TASK_OPENAPI_H

#include <jansson.h>

struct faults;

/* What a task needs of its spec, all of it borrowed: its first POST operation. */
struct interface {
	const char *path; /* "/dock"; NULL: there is no POST operation */
	json_t *params;   /* schema of its JSON body, NULL when it takes none */
	json_t *results;  /* schema of the JSON it answers with 2xx, NULL: not said */
	json_t *metrics;  /* x-metrics, NULL */
};

/* Check the parts of a spec that are used, and find them. pointer is where the spec stands in its
 * document. */
void openapi_read(
    const json_t *spec, const char *pointer, struct interface *interface, struct faults *faults);

#endif
