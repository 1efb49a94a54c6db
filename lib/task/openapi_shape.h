/* SPDX-License-Identifier: MIT */
/* openapi_shape: does a document have the structure of OpenAPI 3.0.3? */
#ifndef TASK_OPENAPI_SHAPE_H
#define TASK_OPENAPI_SHAPE_H

#include <jansson.h>

struct faults;

/* Every object with its members, what each may be, which must be there; every $ref leads to a
 * component of its kind. Schemas are left to schema_lint: where they stand is added to *pointers,
 * an array of *count texts (all the caller's to free), as pointers into the spec; those of faults
 * have `pointer`, where the spec stands in its document, in front. */
void openapi_shape(const json_t *spec, const char *pointer, struct faults *faults, char ***pointers,
    size_t *count);

/* What stands there: value itself, or the component that its $ref names; NULL when it leads nowhere
 * or around. *at (may be NULL) is changed to where that is, a text of the caller. */
json_t *openapi_follow(const json_t *spec, json_t *value, char **at);

#endif
