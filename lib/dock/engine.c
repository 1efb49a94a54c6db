/* SPDX-License-Identifier: MIT */
/* engine: what Dockline knows about each docking program, as rows of a table. */
#include "dock/engine.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

const char *const engine_modes[ENGINE_MODES] = { "dock", "local_only", "minimize", "score_only" };

static const char *const vina_scoring[] = { "vina", "vinardo", "ad4", NULL };
static const char *const smina_scoring[] = { "default", "vina", "vinardo", "dkoes_scoring",
	"dkoes_scoring_old", "dkoes_fast", "ad4_scoring", NULL };
static const char *const approximation[] = { "", "linear", "spline", "exact", NULL };
static const char *const on_off[] = { "on", "off", NULL };
static const char *const cnn_scoring[] = { "rescore", "none", "refinement", "metrorescore",
	"metrorefine", "all", NULL };
static const char *const sort_order[] = { "CNNscore", "CNNaffinity", "Energy", NULL };

/* Presets are the program's own, except that the seed is a constant and one docking takes one
 * core: equal requests then give equal bytes, and many dockings share a machine. */
static const struct engine_param vina_params[] = {
	{ "scoring", "--scoring", ENGINE_WORD, 0, 0, 1, vina_scoring, 10200 },
	{ "maps", "--maps", ENGINE_MAPS, 0, 0, 0, NULL, 10200 },
	{ "flex", "--flex", ENGINE_FILE, 0, 0, 0, NULL, 0 },
	{ "exhaustiveness", "--exhaustiveness", ENGINE_INT, 8, 1, 10000, NULL, 0 },
	{ "max_evals", "--max_evals", ENGINE_INT, 0, 0, 2147483647, NULL, 10200 },
	{ "num_modes", "--num_modes", ENGINE_INT, 9, 1, 1000, NULL, 0 },
	{ "min_rmsd", "--min_rmsd", ENGINE_NUMBER, 1, 0, 100, NULL, 10200 },
	{ "energy_range", "--energy_range", ENGINE_NUMBER, 3, 0, 1000, NULL, 0 },
	{ "spacing", "--spacing", ENGINE_NUMBER, 0.375, 0.1, 2, NULL, 10200 },
	{ "seed", "--seed", ENGINE_INT, 42, 1, 2147483647, NULL, 0 },
	{ "cpu", "--cpu", ENGINE_INT, 1, 1, 1024, NULL, 0 },
};
_Static_assert(COUNT(vina_params) <= ENGINE_PARAMS_MAX, "raise ENGINE_PARAMS_MAX");

/* From the program's own --help. */
static const struct engine_param smina_params[] = {
	{ "scoring", "--scoring", ENGINE_WORD, 0, 0, 1, smina_scoring, 0 },
	{ "custom_scoring", "--custom_scoring", ENGINE_FILE, 0, 0, 0, NULL, 0 },
	{ "custom_atoms", "--custom_atoms", ENGINE_FILE, 0, 0, 0, NULL, 0 },
	{ "exhaustiveness", "--exhaustiveness", ENGINE_INT, 8, 1, 10000, NULL, 0 },
	{ "num_modes", "--num_modes", ENGINE_INT, 9, 1, 1000, NULL, 0 },
	{ "min_rmsd", "--min_rmsd_filter", ENGINE_NUMBER, 1, 0, 100, NULL, 0 },
	{ "energy_range", "--energy_range", ENGINE_NUMBER, 3, 0, 1000, NULL, 0 },
	{ "minimize_iters", "--minimize_iters", ENGINE_INT, 0, 0, 1000000, NULL, 0 },
	{ "accurate_line", "--accurate_line", ENGINE_FLAG, 0, 0, 1, NULL, 0 },
	{ "approximation", "--approximation", ENGINE_WORD, 0, 0, 1, approximation, 0 },
	{ "addH", "--addH", ENGINE_WORD, 0, 0, 1, on_off, 0 },
	{ "seed", "--seed", ENGINE_INT, 42, 1, 2147483647, NULL, 0 },
	{ "cpu", "--cpu", ENGINE_INT, 1, 1, 1024, NULL, 0 },
};
_Static_assert(COUNT(smina_params) <= ENGINE_PARAMS_MAX, "raise ENGINE_PARAMS_MAX");

/* The same; it has no --energy_range, and its networks choose the GPU by CUDA_VISIBLE_DEVICES only
 * (1.3 ignores --device for them). */
static const struct engine_param gnina_params[] = {
	{ "scoring", "--scoring", ENGINE_WORD, 0, 0, 1, smina_scoring, 0 },
	{ "custom_scoring", "--custom_scoring", ENGINE_FILE, 0, 0, 0, NULL, 0 },
	{ "custom_atoms", "--custom_atoms", ENGINE_FILE, 0, 0, 0, NULL, 0 },
	{ "cnn_scoring", "--cnn_scoring", ENGINE_WORD, 0, 0, 1, cnn_scoring, 0 },
	{ "cnn", "--cnn", ENGINE_NAME, 0, 0, 0, NULL, 0 },
	{ "cnn_model", "--cnn_model", ENGINE_FILE, 0, 0, 0, NULL, 0 },
	{ "cnn_rotation", "--cnn_rotation", ENGINE_INT, 0, 0, 24, NULL, 0 },
	{ "pose_sort_order", "--pose_sort_order", ENGINE_WORD, 0, 0, 1, sort_order, 0 },
	{ "exhaustiveness", "--exhaustiveness", ENGINE_INT, 8, 1, 10000, NULL, 0 },
	{ "num_modes", "--num_modes", ENGINE_INT, 9, 1, 1000, NULL, 0 },
	{ "min_rmsd", "--min_rmsd_filter", ENGINE_NUMBER, 1, 0, 100, NULL, 0 },
	{ "minimize_iters", "--minimize_iters", ENGINE_INT, 0, 0, 1000000, NULL, 0 },
	{ "accurate_line", "--accurate_line", ENGINE_FLAG, 0, 0, 1, NULL, 0 },
	{ "approximation", "--approximation", ENGINE_WORD, 0, 0, 1, approximation, 0 },
	{ "addH", "--addH", ENGINE_WORD, 0, 0, 1, on_off, 0 },
	{ "device", "", ENGINE_INT, -1, -1, 63, NULL, 0 },
	{ "no_gpu", "--no_gpu", ENGINE_FLAG, 0, 0, 1, NULL, 0 },
	{ "seed", "--seed", ENGINE_INT, 42, 1, 2147483647, NULL, 0 },
	{ "cpu", "--cpu", ENGINE_INT, 1, 1, 1024, NULL, 0 },
};
_Static_assert(COUNT(gnina_params) <= ENGINE_PARAMS_MAX, "raise ENGINE_PARAMS_MAX");

/* Networks of gnina 1.3, which are in no release before it, and what networks are used for: read in
 * the sources of 1.0 to 1.3 (make_model_cpp.py, lib/user_opts.cpp). */
static const struct engine_value gnina_values[] = {
	{ "cnn", "fast", 10300 },
	{ "cnn", "default1.0", 10300 },
	{ "cnn", "*_1_3", 10300 },
	{ "cnn_scoring", "metrorescore", 10100 },
	{ "cnn_scoring", "metrorefine", 10100 },
	{ NULL, NULL, 0 },
};

static const struct engine engines[] = {
	{
	    .name = "vina",
	    .program = "vina",
	    .variable = "DOCKLINE_VINA",
	    .package = "autodock-vina",
	    .banner = "AutoDock Vina ",
	    .params = vina_params,
	    .nparams = COUNT(vina_params),
	    .mode = { "", "--local_only", NULL, "--score_only" },
	    .usual = 763,
	    .together_since = 10200,
	    .group_since = 10203,
	    .score = "affinity",
	    .least = -30,
	    .most = 100,
	    .unbound_since = 10200,
	    .unbound_fixed = 10204,
	},
	{
	    .name = "smina",
	    .program = "smina",
	    .variable = "DOCKLINE_SMINA",
	    .banner = "Smina ",
	    .params = smina_params,
	    .nparams = COUNT(smina_params),
	    .mode = { "", "--local_only", "--minimize", "--score_only" },
	    .sdf = true,
	    .several = true,
	    .usual = 190,
	    .score = "affinity",
	    .least = -30,
	    .most = 100,
	},
	{
	    .name = "gnina",
	    .program = "gnina",
	    .variable = "DOCKLINE_GNINA",
	    .banner = "gnina ",
	    .params = gnina_params,
	    .nparams = COUNT(gnina_params),
	    .values = gnina_values,
	    .mode = { "", "--local_only", "--minimize", "--score_only" },
	    .sdf = true,
	    .several = true,
	    .usual = 1430,
	    .networks = true,
	    .score = "affinity",
	    .least = -30,
	    .most = 100,
	},
};

const struct engine *
engine_at(size_t i)
{
	return i < COUNT(engines) ? &engines[i] : NULL;
}

const struct engine *
engine_find(const char *name)
{
	for (size_t i = 0; i < COUNT(engines); i++)
		if (strcmp(engines[i].name, name) == 0)
			return &engines[i];
	return NULL;
}

/* Up to three numbers with points between: 1.2.3 is 10203. -1: none. */
static int
version_number(const char *text)
{
	int number = 0, parts = 0;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -1;
	for (; parts < 3 && isdigit((unsigned char)*text); parts++) {
		unsigned long part = strtoul(text, &end, 10);

		number = number * 100 + (int)(part > 99 ? 99 : part);
		text = *end == '.' ? end + 1 : end;
	}
	for (; parts < 3; parts++)
		number *= 100;
	return number;
}

/* Where the version ends: smina says "Nov 20 2026.  Based on ...", the others a word. */
static size_t
version_length(const char *at)
{
	const char *end = strstr(at, ".  ");

	if (isalpha((unsigned char)*at) && end)
		return (size_t)(end - at);
	return strcspn(at, " \t\r\n,;");
}

int
engine_version_read(
    const struct engine *engine, const char *text, struct engine_version *out, struct err *err)
{
	const char *at = strstr(text, engine->banner);

	if (at) {
		at += strlen(engine->banner);
		at += at[0] == 'v' && isdigit((unsigned char)at[1]);
		snprintf(out->text, sizeof(out->text), "%.*s", (int)version_length(at), at);
		out->number = version_number(out->text);
	}
	if (!at || !*out->text || (out->number < 0 && !engine->sdf))
		return err_set(err, ERR_INPUT, "this is not %s: --version says '%.*s'",
		    engine->name, (int)strcspn(text, "\r\n"), text);
	if (out->number < 0)
		out->number = ENGINE_NEWEST;
	return 0;
}

int
engine_param_find(const struct engine *engine, const char *name)
{
	for (size_t i = 0; i < engine->nparams; i++)
		if (strcmp(engine->params[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool
engine_has(const struct engine_param *param, const struct engine_version *version)
{
	return version->number >= param->since;
}

const struct engine *
engine_elsewhere(const struct engine *engine, const char *name)
{
	if (engine_param_find(engine, name) >= 0)
		return NULL;
	for (size_t i = 0; i < COUNT(engines); i++)
		if (engine_param_find(&engines[i], name) >= 0)
			return &engines[i];
	return NULL;
}

int
engine_value_since(const struct engine *engine, const char *param, const char *value)
{
	const struct engine_value *v = engine->values;

	for (; v && v->param; v++) {
		bool is = *v->part == '*' ? strstr(value, v->part + 1) != NULL
					  : strcmp(value, v->part) == 0;

		if (is && strcmp(v->param, param) == 0)
			return v->since;
	}
	return 0;
}

bool
engine_unbound_wrong(const struct engine *engine, const struct engine_version *version)
{
	return version->number >= engine->unbound_since && version->number < engine->unbound_fixed;
}
