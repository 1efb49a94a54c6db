/* SPDX-License-Identifier: MIT */
/*
 * audit: who changed what in the registry of an org, in the order of the changes.
 *
 * A line is written in the transaction of the change it tells of, and stays.
 */
#ifndef TASK_AUDIT_H
#define TASK_AUDIT_H

#include <jansson.h>

struct err;
struct store;

/* Who makes a change, and whose registry it is. */
struct registrar {
	const char *org, *login;
};

enum audit_kind { AUDIT_TASK, AUDIT_SERVICE };

struct audit {
	const char *action; /* add, replace, rm, activate, deactivate, deprecate */
	enum audit_kind kind;
	const char *name;
	const char *version;        /* of a task, else NULL */
	const char *before, *after; /* SHA-256 of the definition, or the status; NULL: nothing */
};

/* Within the transaction of the change. 0 or -1. */
int audit_write(
    struct store *store, const struct registrar *by, const struct audit *audit, struct err *err);

/* Each line of an org as a record, which fn borrows: {"type":"audit","seq","time","who","action",
 * "kind","name","version","before","after"}. name, NAME or NAME@VERSION: only of this task or
 * service, NULL: all. fn returns 0 to go on, or -1 with err. 0 or -1. */
typedef int audit_fn(const json_t *record, void *ctx, struct err *err);
int audit_each(struct store *store, const char *org, const char *name, audit_fn *fn, void *ctx,
    struct err *err);

#endif
