/* SPDX-License-Identifier: MIT */
/*
 * precedent: of an execution that was claimed, an equal one that completed before.
 *
 * Of one thread; the memory of files may be shared.
 */
#ifndef CLI_PRECEDENT_H
#define CLI_PRECEDENT_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct err;
struct fingerprint;
struct fingerprints;
struct precedent;
struct store;
struct work;

/* Of a tenant. memory is what is known of files; NULL: its own. */
struct precedent *precedent_new(const char *org, struct fingerprints *memory);
void precedent_free(struct precedent *p);

/* The fingerprint of one; false: its results are not kept, or it cannot be told. The caller frees
 * parts. */
bool precedent_print(struct precedent *p, const struct work *work, struct fingerprint *print);

/* Who has a result for it, and that result as it is handed over: 1; 0: nobody, or it cannot be;
 * -1. */
int precedent_find(struct precedent *p, struct store *store, const struct work *work,
    const char *digest, int64_t *from, struct buf *result, struct err *err);

/* The same of one that is known to be equal. */
int precedent_result(struct precedent *p, struct store *store, const struct work *work,
    int64_t from, struct buf *result, struct err *err);

#endif
