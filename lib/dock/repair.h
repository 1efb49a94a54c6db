/* SPDX-License-Identifier: MIT */
/*
 * repair: the affinity that Vina 1.2.0 to 1.2.3 should have printed.
 *
 * An affinity is (INTER + INTRA - UNBOUND) / f, where f >= 1 depends on the
 * ligand's torsions only. Those versions take UNBOUND from the worst pose
 * instead of from the INTRA of the best one (AutoDock-Vina issues 68 and 200,
 * fixed in 1.2.4), so all poses of a ligand are off by the same amount, and
 * ligands are ranked against each other wrongly. The file itself says what is
 * needed to put that right: f is fitted through all its poses, UNBOUND is
 * replaced by the INTRA of model 1. The order of the poses does not change.
 */
#ifndef DOCK_REPAIR_H
#define DOCK_REPAIR_H

#include <stdbool.h>

struct engine;
struct engine_version;
struct err;
struct poses;

enum repair {
	REPAIR_YES,    /* repair what can be repaired */
	REPAIR_RAW,    /* report what the engine said */
	REPAIR_REFUSE, /* do not believe an output that would need it */
	REPAIR_COUNT,
};

extern const char *const repair_names[REPAIR_COUNT];

/* Whether this output carries the wrong unbound energy: such a version, and model 1's INTRA is not
 * its UNBOUND. */
bool repair_is_needed(
    const struct engine *engine, const struct engine_version *version, const struct poses *poses);

/* Set `repaired` of every pose, in kcal/mol to the third digit. -1 when it cannot be done, and
 * why: several ligands, flexible residues, an energy missing, all scores zero. */
int repair_apply(struct poses *poses, struct err *err);

#endif
