/* SPDX-License-Identifier: MIT */
/* pace: how often a cluster is asked, and how long one waits for what it said to be true. */
#include "grid/pace.h"

#include <stdlib.h>

#include "base/num.h"

double
pace_seconds(void)
{
	const char *text = getenv("DOCKLINE_CLUSTER_PAUSE");
	double own;

	return text && num_double(text, &own, NULL) == 0 && own >= 0 ? own : PACE_PAUSE;
}

double
pace_shown(void)
{
	double seconds = pace_seconds() * 1.5;

	return seconds < 45 ? seconds : 45;
}
