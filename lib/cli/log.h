/* SPDX-License-Identifier: MIT */
/*
 * log: what executions wrote to standard error and output, try by try; also while they run.
 *
 * To follow them is to read the journal: whatever ended since is printed from
 * the state, whatever runs on this host from the files of its slot, from where
 * it was read to. So nothing is missed, however short it ran.
 */
#ifndef CLI_LOG_H
#define CLI_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/choice.h"

struct log_options {
	struct choice choice;
	bool all;         /* chosen, though by nothing: not the operands */
	char **operands;  /* as of ids_each */
	int attempt;      /* only this try, 0: all */
	bool errout, out; /* which; none: both, without results that are no text */
	int64_t since;    /* only what ended at or after this time, microseconds since 1970 */
	const char *grep; /* NULL: everything */
	bool follow;      /* until they have ended */
};

/* Print. With grep and no line that matches the status is 1; so it is with an unknown id. */
int log_show(struct app *app, const struct log_options *options, struct err *err);

#endif
