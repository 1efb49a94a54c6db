/* SPDX-License-Identifier: MIT */
/* study_ask: the next trial of a study, and why there is none. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/dice.h"
#include "plan/grid.h"
#include "plan/sampler.h"
#include "plan/study_parts.h"
#include "plan/tpe.h"

enum { RETRIES = 100 }; /* for a point that was not tried yet */

static bool
is_tried(const struct study *s, const double *point)
{
	for (size_t i = 0; i < s->len; i++)
		if (axes_same(&s->sweep->axes, study_point(s, i), point))
			return true;
	return false;
}

/* The first point of those that can be counted which was not tried. */
static bool
find_untried(const struct study *s, double *point)
{
	struct grid *grid = grid_new(&s->sweep->axes);
	bool found = false;

	while (!found && grid_next(grid, point))
		found = !is_tried(s, point);
	grid_free(grid);
	return found;
}

static bool
suggest_bayes(struct study *s, double *point)
{
	const struct axes *axes = &s->sweep->axes;
	struct tpe_trials trials = { s->points, s->costs, s->len };
	struct dice dice;

	dice_init(&dice, s->sweep->seed, s->len + 1);
	if (s->asked < TPE_STARTUP)
		sampler_lhs(axes, s->sweep->seed, TPE_STARTUP, (uint64_t)s->asked, point);
	else
		tpe_suggest(axes, &trials, &dice, point);
	for (int i = 0; is_tried(s, point); i++) {
		if (i == RETRIES)
			return axes_cells(axes) == 0 || find_untried(s, point);
		for (size_t d = 0; d < axes->len; d++)
			point[d] = dice_unit(&dice);
		axes_settle(axes, point);
	}
	return true;
}

static bool
suggest_grid(struct study *s, double *point)
{
	if (!s->grid)
		s->grid = grid_new(&s->sweep->axes);
	while (grid_count(s->grid) <= (uint64_t)s->asked)
		if (!grid_next(s->grid, point))
			return false;
	return true;
}

/* False: there is none that was not asked for. */
static bool
suggest(struct study *s, double *point)
{
	const struct sweep *sweep = s->sweep;

	switch (sweep->method) {
	case SWEEP_GRID:
		return suggest_grid(s, point);
	case SWEEP_RANDOM:
		sampler_random(&sweep->axes, sweep->seed, s->len + 1, point);
		return true;
	case SWEEP_LHS:
		sampler_lhs(&sweep->axes, sweep->seed, (uint64_t)sweep->max_trials,
		    (uint64_t)s->asked, point);
		return true;
	default:
		return suggest_bayes(s, point);
	}
}

static bool
is_reached(const struct study *s)
{
	double cost = s->sweep->maximize ? -s->sweep->target : s->sweep->target;

	for (size_t i = 0; i < s->len && !isnan(cost); i++)
		if (s->costs[i] <= cost)
			return true;
	return false;
}

/* Does it end before another point is looked for? */
static enum study_end
limit_of(const struct study *s)
{
	if (is_reached(s))
		return STUDY_TARGET;
	if (s->sweep->max_trials && s->asked >= s->sweep->max_trials)
		return STUDY_TRIALS;
	return STUDY_GOES_ON;
}

int
study_ask(struct study *s, struct trial *trial, struct err *err)
{
	struct known *known;
	double *point;
	int rc = 0;

	if (study_look(s, err) < 0)
		return -1;
	s->end = limit_of(s);
	if (s->end != STUDY_GOES_ON)
		return 0;
	point = xcalloc(s->sweep->axes.len, sizeof(*point));
	if (suggest(s, point)) {
		known = study_know(s, (int64_t)s->len + 1);
		known->asked = true;
		s->asked++;
		memcpy(study_point(s, s->len - 1), point, s->sweep->axes.len * sizeof(*point));
		study_settle(s, s->len - 1);
		study_trial(s, (int64_t)s->len - 1, trial);
		rc = study_insert(s, s->len - 1, err) < 0 ? -1 : 1;
	} else {
		s->end = STUDY_ALL;
	}
	free(point);
	return rc;
}

enum study_end
study_ended(const struct study *s)
{
	return s->end;
}
