/* SPDX-License-Identifier: MIT */
/* openapi_parts: the objects of OpenAPI 3.0.3 and who walks through them (task/openapi_shape.h). */
#ifndef TASK_OPENAPI_PARTS_H
#define TASK_OPENAPI_PARTS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/vec.h"

struct faults;

enum shape {
	S_ANY,
	S_TEXT,
	S_BOOL,
	S_SCHEMA,
	S_DOCUMENT,
	S_INFO,
	S_CONTACT,
	S_LICENSE,
	S_SERVER,
	S_VARIABLE,
	S_PATHS,
	S_PATH,
	S_OPERATION,
	S_EXTERNAL,
	S_PARAMETER,
	S_BODY,
	S_MEDIA,
	S_ENCODING,
	S_RESPONSES,
	S_RESPONSE,
	S_CALLBACK,
	S_EXAMPLE,
	S_LINK,
	S_HEADER,
	S_TAG,
	S_COMPONENTS,
	S_SECURITY,
	S_FLOWS,
	S_FLOW,
	S_REQUIREMENT,
	S_COUNT,
};

enum field_flags {
	F_MUST = 1, /* has to be there */
	F_LIST = 2, /* an array of them */
	F_MAP = 4,  /* an object of them */
	F_REF = 8,  /* or a reference to a component */
};

struct field {
	const char *name;
	enum shape shape;
	int flags;
};

struct check {
	const json_t *spec;
	struct faults *faults;
	struct buf at;
	size_t top; /* length of the pointer of the spec */
	VEC(char *) schemas;
	json_t *ids; /* operationId: true */
};

struct object {
	const char *kind; /* of the components that may stand for it */
	const struct field *fields;
	void (*judge)(struct check *c, const json_t *value);
	/* members under any name: what they are, and what is wrong with a name */
	struct field rest;
	bool (*is_key)(const char *key);
	const char *key_words;
};

/* A fault of a member (key, NULL: none) of what is looked at: what is wrong, and what was found
 * (NULL: nothing). -1. */
int openapi_wrong(struct check *c, const char *key, const char *what, const char *found);

extern const struct object openapi_objects[S_COUNT];

#endif
