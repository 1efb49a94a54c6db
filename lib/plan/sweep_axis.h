/* SPDX-License-Identifier: MIT */
/* sweep_axis: the axes of a sweep file, read and judged. */
#ifndef PLAN_SWEEP_AXIS_H
#define PLAN_SWEEP_AXIS_H

#include <jansson.h>
#include <stdbool.h>

#include "plan/axis.h"

struct faults;

enum { SWEEP_POINTS_MOST = 1000000, SWEEP_VALUES_MOST = 1000 };

/* The member `axes` of a definition into axes (zero-initialised). grid: they must be fit for one.
 * Axes with a fault are there too; they are not fit for use. */
void sweep_read_axes(const json_t *object, bool grid, struct axes *axes, struct faults *f);

#endif
