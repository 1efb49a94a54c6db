/* SPDX-License-Identifier: MIT */
/* tpe: where it looks next; what matters; what is given up. */
#include "plan/tpe.h"

#include <math.h>

#include "plan/axis.h"
#include "plan/dice.h"
#include "plan/importance.h"
#include "plan/prune.h"
#include "plan/sampler.h"
#include "plan/sweep.h"
#include "tap.h"

enum { TRIALS = 60, AXES = 3 };

static struct sweep *
sweep_of(const char *text)
{
	json_t *definition = json_loads(text, 0, NULL);
	struct sweep *sweep = sweep_parse(definition, "s", -1, NULL);

	ok(sweep != NULL, "%s", text);
	json_decref(definition);
	return sweep;
}

#define UNIT "{\"type\":\"float\",\"min\":0,\"max\":1}"

static double points[TRIALS * AXES], values[TRIALS];

/* a is what matters: the nearer to 0.7 the better; b matters a little; c not at all. */
static double
bowl(const double *x)
{
	return (x[0] - 0.7) * (x[0] - 0.7) + 0.05 * x[1];
}

static void
fill(const struct axes *axes)
{
	for (size_t i = 0; i < TRIALS; i++) {
		sampler_random(axes, 3, i, points + i * AXES);
		values[i] = bowl(points + i * AXES);
	}
}

static void
test_suggest(void)
{
	struct sweep *s = sweep_of("{\"axes\":{\"a\":" UNIT ",\"b\":" UNIT ",\"c\":" UNIT "}}");
	struct tpe_trials trials = { points, values, TRIALS };
	double near = 0, x[AXES], again[AXES];
	struct dice dice;

	fill(&s->axes);
	for (uint64_t i = 0; i < 50; i++) {
		dice_init(&dice, 1, i);
		tpe_suggest(&s->axes, &trials, &dice, x);
		near += fabs(x[0] - 0.7) / 50;
	}
	ok(near < 0.12, "it looks where the good ones are: %.3f away on average", near);
	dice_init(&dice, 1, 49);
	tpe_suggest(&s->axes, &trials, &dice, again);
	ok(axes_same(&s->axes, x, again), "the same dice: the same point");
	for (size_t i = 0; i < TRIALS; i++)
		values[i] = NAN;
	tpe_suggest(&s->axes, &trials, &dice, x);
	ok(x[0] >= 0 && x[0] <= 1, "nothing is known of any");
	trials.len = 0;
	tpe_suggest(&s->axes, &trials, &dice, x);
	ok(x[0] >= 0 && x[0] <= 1, "there is none");
	sweep_free(s);
}

/* Eight that are asked for at a time keep apart. */
static void
test_liar(void)
{
	struct sweep *s = sweep_of("{\"axes\":{\"a\":" UNIT ",\"b\":" UNIT ",\"c\":" UNIT "}}");
	struct tpe_trials trials = { points, values, TRIALS - 8 };
	double least = 1;

	fill(&s->axes);
	for (; trials.len < TRIALS; trials.len++) {
		struct dice dice;

		dice_init(&dice, 2, trials.len);
		tpe_suggest(&s->axes, &trials, &dice, points + trials.len * AXES);
		values[trials.len] = NAN;
	}
	for (size_t i = TRIALS - 8; i < TRIALS; i++)
		for (size_t k = i + 1; k < TRIALS; k++)
			least = fmin(least,
			    hypot(points[i * AXES] - points[k * AXES],
				points[i * AXES + 1] - points[k * AXES + 1]));
	ok(least > 0.002, "none is where another is: %g", least);
	sweep_free(s);
}

/* The branch that is better is found, and its own axis is searched; the other's is not in force. */
static void
test_conditions(void)
{
	struct sweep *s = sweep_of(
	    "{\"axes\":{\"kind\":[\"x\",\"y\"],"
	    "\"p\":{\"type\":\"float\",\"min\":0,\"max\":1,\"when\":{\"kind\":\"x\"}},"
	    "\"q\":{\"type\":\"int\",\"min\":0,\"max\":20,\"when\":{\"kind\":\"y\"}}}}");
	int right = 0, valid = 0, near = 0;

	for (size_t i = 0; i < TRIALS; i++) {
		double *x = points + i * AXES;
		struct tpe_trials trials = { points, values, i };
		struct dice dice;

		dice_init(&dice, 4, i);
		if (i < TPE_STARTUP)
			sampler_random(&s->axes, 4, i, x);
		else
			tpe_suggest(&s->axes, &trials, &dice, x);
		values[i] = isnan(x[1]) ? fabs(x[2] - 0.5) : 1 + x[1];
		valid += isnan(x[1]) != isnan(x[2]);
		right += i >= TRIALS / 2 && isnan(x[1]);
		near += i >= TRIALS / 2 && isnan(x[1]) && fabs(x[2] - 0.5) < 0.2;
	}
	is_int(valid, TRIALS, "one of both is in force");
	ok(right >= 20 && near >= 12, "%d of 30 in the right branch, %d of them near", right, near);
	sweep_free(s);
}

static void
test_importance(void)
{
	struct sweep *s = sweep_of("{\"axes\":{\"a\":" UNIT ",\"b\":" UNIT ",\"c\":" UNIT "}}");
	double share[AXES];

	fill(&s->axes);
	importance_of(&s->axes, points, values, TRIALS, share);
	ok(share[0] > 0.5 && share[0] > share[1] && share[2] < 0.15, "a %.2f, b %.2f, c %.2f",
	    share[0], share[1], share[2]);
	ok(fabs(share[0] + share[1] + share[2] - 1) < 1e-9, "together they are all");
	for (size_t i = 0; i < TRIALS; i++)
		values[i] = 1;
	importance_of(&s->axes, points, values, TRIALS, share);
	ok(share[0] >= 0 && share[0] <= 1, "all are alike");
	sweep_free(s);
}

static const struct {
	const char *pruner, *direction;
	int64_t step;
	double best, others[5];
	size_t n;
	bool due;
} prunes[] = {
	{ "\"median\"", "minimize", 3, 5, { 1, 2, 3, 4, 9 }, 5, true },
	{ "\"median\"", "minimize", 3, 3, { 1, 2, 3, 4, 9 }, 5, false }, /* not worse */
	{ "\"median\"", "maximize", 3, 2, { 1, 2, 3, 4, 9 }, 5, true },
	{ "\"median\"", "maximize", 3, 4, { 1, 2, 3, 4, 9 }, 5, false },
	{ "\"median\"", "minimize", 3, 5, { 1, 2, 3, 4 }, 4, false }, /* too early */
	{ "{\"type\":\"median\",\"startup\":2}", "minimize", 3, 5, { 4, 2 }, 2, true },
	{ "{\"type\":\"median\",\"startup\":2}", "minimize", 3, 3, { 4, 2 }, 2, false },
	{ "{\"type\":\"median\",\"startup\":1,\"warmup\":4}", "minimize", 3, 5, { 1 }, 1, false },
	{ "{\"type\":\"median\",\"startup\":1,\"warmup\":4}", "minimize", 4, 5, { 1 }, 1, true },
	{ "null", "minimize", 3, 5, { 1, 2, 3, 4, 9 }, 5, false },
};

static void
test_prune(void)
{
	for (size_t i = 0; i < COUNT(prunes); i++) {
		char text[200];
		struct sweep *s;
		double others[5];

		snprintf(text, sizeof(text),
		    "{\"axes\":{\"a\":[1]},\"pruner\":%s,\"direction\":\"%s\"}", prunes[i].pruner,
		    prunes[i].direction);
		s = sweep_of(text);
		memcpy(others, prunes[i].others, sizeof(others));
		is_int(prune_is_due(s, prunes[i].step, prunes[i].best, others, prunes[i].n),
		    prunes[i].due, "%g at step %d", prunes[i].best, (int)prunes[i].step);
		sweep_free(s);
	}
}

int
main(void)
{
	test_suggest();
	test_liar();
	test_conditions();
	test_importance();
	test_prune();
	return done_testing();
}
