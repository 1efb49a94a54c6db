/* SPDX-License-Identifier: MIT */
/* aftermath: hooks that are due when something stands in the state: a part of the ledger. */
#ifndef CLI_AFTERMATH_H
#define CLI_AFTERMATH_H

struct ending;
struct err;
struct ledger;

/* An attempt has ended in this transaction: its task may have hooks. */
void aftermath_note(struct ledger *l, const struct ending *end);
/* The transaction came to nothing. */
void aftermath_forget(struct ledger *l);

/* After the commit: make errands of what was noted. 0 or -1. */
int aftermath_make(struct ledger *l, struct err *err);

/* At any time: an errand for each alert that it is time to tell of. */
void aftermath_alerts(struct ledger *l);

#endif
