/* SPDX-License-Identifier: MIT */
/* lineup: how far the steps of a run are, as a table on the terminal while it is gone through. */
#ifndef CLI_LINEUP_H
#define CLI_LINEUP_H

struct conduct;

/* Draw it in the panel of the run, when that is due. On the writer's thread. */
void lineup_draw(struct conduct *c);

#endif
