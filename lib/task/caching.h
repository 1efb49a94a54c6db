/* SPDX-License-Identifier: MIT */
/*
 * caching: what a task says of results that are there already, and what makes its executions equal.
 *
 *	cache: true
 *	cache:
 *	  programs: [vina, "${DOCKLINE_GNINA:-gnina}"]
 *	  parameters: declared		or all
 *	  ignore: [timeout]
 *	  unless: [maps]
 *	  names: {pdbqt: "REMARK  Name = ", sdf: 1}
 *	  result: JQ
 *
 * Executions are equal by their counted parameters. With `parameters: declared`
 * those that the task does not declare are labels: they belong to who asks, and
 * the jq program puts them onto a result that somebody else got (task/handover.h).
 */
#ifndef TASK_CACHING_H
#define TASK_CACHING_H

#include <jansson.h>
#include <stdbool.h>

struct buf;
struct err;
struct faults;
struct schema;

/* Borrowed from the definition. */
struct caching {
	bool on;
	bool declared;          /* only declared parameters count */
	const json_t *programs; /* what else it runs: array of texts; NULL: nothing */
	const json_t *ignore;   /* parameters that do not count, NULL: none */
	const json_t *unless;   /* parameters that no fingerprint can tell, NULL: none */
	const json_t *names;    /* {format: line that is a name}, NULL: none */
	const char *result;     /* jq, NULL: it is given as it is */
};

/* Read the member `cache` of service_config into a zero-initialised struct. */
void caching_read(
    struct caching *caching, const char *pointer, const json_t *service, struct faults *f);

/* The program that an entry of `programs` means, with the variable of "${VARIABLE:-program}" looked
 * up. The caller frees. */
char *caching_program(const char *entry);

/* Parameters that count, values shared with params: the caller's. labels (NULL: not wanted) gets
 * the undeclared ones, the caller's too. NULL: one of `unless` is given. */
json_t *caching_counted(const struct caching *caching, const struct schema *schema,
    const json_t *params, json_t **labels, struct err *err);

/* The lines of a file that are no name of it are added to out. format as "pdbqt"; NULL: unknown. */
void caching_nameless(const struct caching *caching, const char *format, const char *text,
    size_t len, struct buf *out);

/* Has a format names? NULL has none. */
bool caching_names(const struct caching *caching, const char *format);

#endif
