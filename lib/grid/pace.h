/* SPDX-License-Identifier: MIT */
/* pace: how often a cluster is asked, and how long one waits for what it said to be true. */
#ifndef GRID_PACE_H
#define GRID_PACE_H

enum { PACE_PAUSE = 30 }; /* seconds from one answer to the next question, at least */

/* Seconds between two questions: PACE_PAUSE, or on a cluster of one's own DOCKLINE_CLUSTER_PAUSE.
 */
double pace_seconds(void);

/* Seconds until a file that a node wrote shows here at the latest, after it ended: 45 with the
 * usual pause (attribute caches of network file systems hold for 30), and as much less as that is
 * less. */
double pace_shown(void);

#endif
