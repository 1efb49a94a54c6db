/* SPDX-License-Identifier: MIT */
/* tell: what the writer thread prints after a commit: a part of the ledger. */
#ifndef CLI_TELL_H
#define CLI_TELL_H

#include <stdint.h>

struct err;
struct ledger;
struct standing;
struct submission;

/* The record of an execution is printed after the commit. */
void tell_later(struct ledger *l, int64_t id);

/* The same of what was just submitted, which mostly needs no reading. 0 or -1. */
int tell_submitted(
    struct ledger *l, const struct submission *sub, const struct standing *s, struct err *err);

/* After the commit: print what is due, each once; and what this worker changed, if that is asked
 * for. Nothing is read while stdout may block. 0 or -1. */
int tell_records(struct ledger *l, struct err *err);
int tell_events(struct ledger *l, struct err *err);

#endif
