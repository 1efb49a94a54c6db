/* SPDX-License-Identifier: MIT */
/* openapi: what a task needs to know from its interface spec (OpenAPI 3.0). */
#ifndef TASK_OPENAPI_H
#define TASK_OPENAPI_H

#include <jansson.h>

struct faults;

/* Check the parts of a spec that are used, and find them: the schema of the JSON body of its first
 * POST operation (NULL when it takes none) and x-metrics (NULL). Borrowed. pointer is where the
 * spec stands in its document. */
void openapi_read(const json_t *spec, const char *pointer, json_t **params, json_t **metrics,
    struct faults *faults);

#endif
