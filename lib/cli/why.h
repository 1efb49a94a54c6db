/* SPDX-License-Identifier: MIT */
/* why: in one line, what an execution waits for, or how it ended. */
#ifndef CLI_WHY_H
#define CLI_WHY_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/app.h"

struct store;

/* Tell it of one execution: a line of text that begins with the id, or a record of type why. 1, 0:
 * there is no such execution of the org, -1. */
int why_tell(struct app *app, struct store *store, int64_t id, bool as_record, struct err *err);

#endif
