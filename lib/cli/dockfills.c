/* SPDX-License-Identifier: MIT */
/* dockfills: what the options of a dock-* program say, as members of a request. */
#include "cli/dockfills.h"

#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cli/app.h"
#include "cli/dockmain.h"
#include "dock/box.h"
#include "dock/engine.h"

/* The number of an option. Wrong usage ends the program. */
static json_t *
setting_number(struct app *app, const struct dockmain_setting *s, bool whole)
{
	struct err err = { 0 };
	int64_t n = 0;
	double x = 0;

	if (whole ? num_int(*s->text, INT64_MIN, INT64_MAX, &n, &err) < 0
		  : num_double(*s->text, &x, &err) < 0)
		app_usage(app, "%s: %s", s->name, err.text);
	return whole ? json_integer(n) : json_real(x);
}

static json_t *
setting_json(struct app *app, const struct engine *engine, const struct dockmain_setting *s)
{
	int i = engine_param_find(engine, s->name);
	struct err err = { 0 };
	double seconds;

	if (i >= 0 && engine->params[i].kind <= ENGINE_NUMBER)
		return setting_number(app, s, engine->params[i].kind == ENGINE_INT);
	if (i >= 0 && engine->params[i].kind == ENGINE_FLAG)
		return json_boolean(strcmp(*s->text, "no") != 0);
	if (strcmp(s->name, "keep_poses") == 0 || strcmp(s->name, "replicas") == 0)
		return setting_number(app, s, true);
	if (!utf8_valid(*s->text, strlen(*s->text)))
		app_usage(app, "%s: not UTF-8", s->name);
	if (strcmp(s->name, "timeout") != 0)
		return json_string(*s->text);
	if (num_duration(*s->text, &seconds, &err) < 0)
		app_usage(app, "%s: %s", s->name, err.text);
	return json_real(seconds);
}

/* center and size are texts so far: make a box of them. */
static void
join_box(struct app *app, json_t *fills)
{
	const char *center = json_string_value(json_object_get(fills, "center"));
	const char *size = json_string_value(json_object_get(fills, "size"));
	struct err err = { 0 };
	struct box box;
	json_t *record;

	if (!center && !size)
		return;
	if (!center || !size || json_object_get(fills, "box"))
		app_usage(app, "a box is either --box or both --center and --size");
	if (box_numbers(center, box.center, &err) < 0 || box_numbers(size, box.size, &err) < 0)
		app_usage(app, "%s", err.text);
	record = json_object();
	box_put_json(&box, record);
	json_object_set_new(fills, "box", record);
	json_object_del(fills, "center");
	json_object_del(fills, "size");
}

/* A path, or a list of those that are docked together. */
static void
fill_ligand(struct app *app, char *const *paths, json_t *fills)
{
	json_t *all = json_array();

	for (; paths && *paths; paths++) {
		if (!utf8_valid(*paths, strlen(*paths)))
			app_usage(app, "ligand: not UTF-8");
		json_array_append_new(all, json_string(*paths));
	}
	if (json_array_size(all) == 1)
		json_object_set(fills, "ligand", json_array_get(all, 0));
	else if (json_array_size(all) > 1)
		json_object_set(fills, "ligand", all);
	json_decref(all);
}

json_t *
dockfills_read(
    struct app *app, const struct engine *engine, const struct dockmain *m, struct err *err)
{
	json_t *fills = json_object(), *box;

	fill_ligand(app, m->ligands, fills);
	for (const struct dockmain_setting *s = m->settings; s->name; s++)
		if (*s->text)
			json_object_set_new(fills, s->name, setting_json(app, engine, s));
	join_box(app, fills);
	box = json_object_get(fills, "box");
	if (!json_is_string(box))
		return fills;
	box = json_read_file(json_string_value(box), err);
	if (box) {
		json_object_set_new(fills, "box", box);
		return fills;
	}
	json_decref(fills);
	return NULL;
}
