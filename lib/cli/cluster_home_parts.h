/* SPDX-License-Identifier: MIT */
/* cluster_home_parts: what the files of cluster_home share and nobody else sees. */
#ifndef CLI_CLUSTER_HOME_PARTS_H
#define CLI_CLUSTER_HOME_PARTS_H

#include <stdint.h>

#include "base/vec.h"
#include "task/cluster.h"
#include "task/tally.h"

struct app;
struct config;
struct err;
struct frames;
struct gate;
struct history;
struct lane_book;
struct store;

struct home {
	struct app *app;
	struct store *store;
	char *folder;
	struct config *config;
	struct lane_book *book;
	struct history *history;
	struct tally tally;
	VEC(struct gate *) gates; /* that changed */

	/* of the file that is read */
	struct frames *file;
	int64_t job, worker;
	int element;
	int taken;
};

/* Close the elements of a job of which nothing more comes; all that came is in the state. -1 on
 * error. */
int home_close(struct home *home, const struct cluster_job *job, struct err *err);

#endif
