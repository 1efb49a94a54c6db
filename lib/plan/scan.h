/* SPDX-License-Identifier: MIT */
/*
 * scan: what can be seen of a jq expression without running it: where it ends, and what it names.
 *
 * An expression names `params`, `steps`, `item` and `run` as if they were
 * functions (`params.seeds`), or as members of its input (`.params.seeds`).
 */
#ifndef PLAN_SCAN_H
#define PLAN_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum root { ROOT_PARAMS, ROOT_STEPS, ROOT_ITEM, ROOT_RUN, ROOT_COUNT };

/* "params", "steps", "item", "run". */
const char *root_name(enum root root);

/* One place that names a root: params.NAME.MEMBER. The texts are not ended by NUL; NULL where there
 * is no such word. sure: it cannot mean anything else; `.params` behind a pipe may. */
struct mention {
	enum root root;
	bool sure;
	const char *name, *member;
	size_t name_len, member_len;
};

/* Every mention in turn, in the order of the text. */
typedef void scan_fn(const struct mention *mention, void *ctx);
void scan_mentions(const char *text, size_t len, scan_fn *fn, void *ctx);

/* The length of the expression that text begins with, up to the "}}" that ends it. -1 with
 * ERR_INPUT: there is none, or brackets and quotes do not fit together. */
long scan_expression(const char *text, struct err *err);

/* Brackets and quotes of a whole text fit together: 0, or -1 with ERR_INPUT. */
int scan_balance(const char *text, size_t len, struct err *err);

/* Is it names with dots between them alone (`item`, `.params.box`, `steps.dock.result`)? Then jq is
 * not needed for it. */
bool scan_is_path(const char *text, size_t len);

/* A word that can stand behind a dot: letters, digits and '_', not beginning with a digit. */
bool scan_is_word(const char *text);

#endif
