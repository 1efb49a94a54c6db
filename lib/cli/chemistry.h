/* SPDX-License-Identifier: MIT */
/*
 * chemistry: where Open Babel and RDKit are, and how they are started.
 *
 * Open Babel is found as cli/babel finds it. RDKit is asked of $DOCKLINE_PYTHON when it
 * is set, else of /usr/bin/python3, then of python3 on PATH: the first that can import it. Open
 * Babel runs with OMP_NUM_THREADS=1, without which its threads spin on a busy machine.
 */
#ifndef CLI_CHEMISTRY_H
#define CLI_CHEMISTRY_H

#include <stddef.h>

#include "dock/prep_tools.h"

struct buf;
struct chemistry;
struct coproc_spec;
struct err;
struct prep_options;

/* Find both; fills in rdkit and the versions of options (owned by the result). options->ph is
 * borrowed. NULL: no Open Babel (ERR_SYSTEM, naming package and variable). */
struct chemistry *chemistry_find(struct prep_options *options, struct err *err);
void chemistry_free(struct chemistry *c);

/* How a tool is started; borrowed. */
const struct coproc_spec *chemistry_spec(const struct chemistry *c, enum prep_tool tool);

/* One question to RDKit in a process of its own: a JSON line in, the answer's line appended. -1
 * with ERR_SYSTEM without RDKit, ERR_INPUT when it fails. */
int chemistry_ask(const struct chemistry *c, const struct buf *request, double seconds,
    struct buf *out, struct err *err);

#endif
