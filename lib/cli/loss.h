/* SPDX-License-Identifier: MIT */
/* loss: how an execution ended that was lost with its worker, for a reason told apart from that. */
#ifndef CLI_LOSS_H
#define CLI_LOSS_H

#include "cli/verdict.h"

/* Judge it; it may be tried again. Frees the work. The caller frees with loss_free, and nothing
 * else: whoever only takes note of what came home need not be linked with all that runs executions.
 */
struct ended *loss_judge(struct work *work, enum failure class, const char *reason);
void loss_free(struct ended *ended);

#endif
