/* SPDX-License-Identifier: MIT */
/* openapi: what a task needs to know from its interface spec (OpenAPI 3.0). */
#ifndef TASK_OPENAPI_H
#define TASK_OPENAPI_H

#include <jansson.h>

struct faults;
struct schema;

/* What a task needs of its spec: its first POST operation whose path has no {parts}. */
struct interface {
	const char *path;       /* "/dock", borrowed; NULL: there is no POST operation */
	struct schema *params;  /* of its JSON body, the caller's; NULL when it takes none */
	struct schema *results; /* of the JSON it answers with 2xx, the caller's; NULL: not said */
	json_t *metrics;        /* x-metrics, borrowed; NULL */
};

/* Check a whole spec as OpenAPI 3.0.3, and find what is used of it, if it is good. pointer is where
 * the spec stands in its document. */
void openapi_read(
    const json_t *spec, const char *pointer, struct interface *interface, struct faults *faults);

#endif
