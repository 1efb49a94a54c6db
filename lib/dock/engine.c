/* SPDX-License-Identifier: MIT */
/* engine: what Dockline knows about each docking program, as rows of a table. */
#include "dock/engine.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char *const vina_scoring[] = { "vina", "vinardo", NULL };

/* Presets are the program's own, except that the seed is a constant and one docking takes one
 * core: equal requests then give equal bytes, and many dockings share a machine. */
static const struct engine_param vina_params[] = {
	{ "scoring", "--scoring", ENGINE_WORD, 0, 0, 1, vina_scoring, 10200 },
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

static const struct engine engines[] = {
	{
	    .name = "vina",
	    .program = "vina",
	    .variable = "DOCKLINE_VINA",
	    .package = "autodock-vina",
	    .banner = "AutoDock Vina ",
	    .params = vina_params,
	    .nparams = COUNT(vina_params),
	    .score = "affinity",
	    .least = -30,
	    .most = 100,
	    .unbound_since = 10200,
	    .unbound_fixed = 10204,
	},
};

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

int
engine_version_read(
    const struct engine *engine, const char *text, struct engine_version *out, struct err *err)
{
	const char *at = strstr(text, engine->banner);
	int len;

	if (at) {
		at += strlen(engine->banner);
		at += *at == 'v';
		len = (int)strcspn(at, " \t\r\n,;");
		snprintf(out->text, sizeof(out->text), "%.*s", len, at);
		out->number = version_number(out->text);
	}
	if (!at || out->number < 0)
		return err_set(err, ERR_INPUT, "this is not %s: --version says '%.*s'",
		    engine->name, (int)strcspn(text, "\r\n"), text);
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

bool
engine_unbound_wrong(const struct engine *engine, const struct engine_version *version)
{
	return version->number >= engine->unbound_since && version->number < engine->unbound_fixed;
}
