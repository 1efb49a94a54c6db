/* SPDX-License-Identifier: MIT */
/* strays: what workers that died left running on this host. */
#ifndef CLI_STRAYS_H
#define CLI_STRAYS_H

struct err;
struct store;

/* Kill it. 1; 0: no worker died that nobody has taken notice of; -1. */
int strays_clear(struct store *store, struct err *err);

#endif
