/* SPDX-License-Identifier: MIT */
/* schema_read: the arguments of keywords, read into a node; for the table in schema.c alone. */
#ifndef TASK_SCHEMA_READ_H
#define TASK_SCHEMA_READ_H

#include "task/schema_node.h"

/* Each as `read` of struct rule. */
#define SCHEMA_READ(name) \
	void schema_read_##name( \
	    struct compiler *c, struct schema *node, const json_t *arg, struct step *step)

SCHEMA_READ(type);
SCHEMA_READ(nullable);
SCHEMA_READ(string);
SCHEMA_READ(boolean);
SCHEMA_READ(write_only);
SCHEMA_READ(count);
SCHEMA_READ(enum);
SCHEMA_READ(format);
SCHEMA_READ(multiple);
SCHEMA_READ(minimum);
SCHEMA_READ(maximum);
SCHEMA_READ(pattern);
SCHEMA_READ(items);
SCHEMA_READ(required);
SCHEMA_READ(properties);
SCHEMA_READ(additional);
SCHEMA_READ(all);
SCHEMA_READ(any);
SCHEMA_READ(one);
SCHEMA_READ(not );
SCHEMA_READ(default);

#endif
