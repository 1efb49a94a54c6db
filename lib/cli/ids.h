/* SPDX-License-Identifier: MIT */
/*
 * ids: which executions somebody means.
 *
 * An operand is the id of an execution, or "-" for standard input. A line there
 * is an execution record, or any record with the `id` of one, or the number
 * alone.
 */
#ifndef CLI_IDS_H
#define CLI_IDS_H

#include <stdint.h>

#include "cli/app.h"

/* Each id of the operands, of standard input when there are none. fn returns 0 to go on, -1 with
 * err to fail. An operand that is no id is ERR_USAGE; a line without one is reported and passed
 * over (status 3), with --strict it stops. */
typedef int ids_fn(int64_t id, void *ctx, struct err *err);
int ids_each(struct app *app, char **operands, ids_fn *fn, void *ctx, struct err *err);

#endif
