/* SPDX-License-Identifier: MIT */
/* request: one docking that somebody asks for, read from its record and checked. */
#include "dock/request.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strtab.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define TIMEOUT_MAX 31536000.0

/* Features of the engines that are not offered here. */
static const char *const refused[] = {
	"autobox",
	"batch",
	"config",
	"dir",
	"flex",
	"force_even_voxels",
	"local_only",
	"maps",
	"no_refine",
	"out",
	"randomize_only",
	"score_only",
	"unbound_energy",
	"write_maps",
};

static int
refuse_unknown(const json_t *record, struct err *err)
{
	const char *mode = "dock";

	for (size_t i = 0; i < COUNT(refused); i++) {
		json_t *v = json_object_get(record, refused[i]);

		if (v && !json_is_null(v) && !json_is_false(v))
			return err_set(err, ERR_INPUT, "'%s' is not offered", refused[i]);
	}
	if (json_get_string(record, "mode", &mode, err) < 0)
		return -1;
	if (strcmp(mode, "dock") != 0)
		return err_set(err, ERR_INPUT, "'mode' must be dock, found '%s'", mode);
	return 0;
}

static int
read_box(const json_t *record, struct box *out, struct err *err)
{
	json_t *box = NULL;

	if (json_get_object(record, "box", &box, err) < 0)
		return -1;
	if (!box)
		return err_set(err, ERR_INPUT, "there is no 'box' (see dock-box)");
	return box_read_json(box, out, err) < 0 ? err_wrap(err, "box") : 0;
}

static int
read_word(const struct engine_param *p, const json_t *value, double *out, struct err *err)
{
	size_t count = 0;
	char *list;
	int i;

	while (p->words[count])
		count++;
	i = json_is_string(value) ? strtab_find(p->words, count, json_string_value(value)) : -1;
	if (i >= 0) {
		*out = i;
		return 0;
	}
	list = strtab_list(p->words, count);
	err_set(err, ERR_INPUT, "'%s' must be one of %s", p->name, list);
	free(list);
	return -1;
}

static int
read_number(const struct engine_param *p, const json_t *value, double *out, struct err *err)
{
	double x = json_number_value(value);

	if (p->kind == ENGINE_INT ? !json_is_integer(value) : !json_is_number(value))
		return err_set(err, ERR_INPUT, "'%s' must be %s, found %s", p->name,
		    p->kind == ENGINE_INT ? "an integer" : "a number", json_type_name(value));
	if (!(x >= p->min && x <= p->max))
		return err_set(err, ERR_INPUT, "'%s' must be in %.10g..%.10g, found %.10g", p->name,
		    p->min, p->max, x);
	*out = x;
	return 0;
}

static int
read_params(const json_t *record, struct request *out, struct err *err)
{
	for (size_t i = 0; i < out->engine->nparams; i++) {
		const struct engine_param *p = &out->engine->params[i];
		const json_t *value = json_object_get(record, p->name);

		out->value[i] = p->preset;
		out->given[i] = value && !json_is_null(value);
		if (!out->given[i])
			continue;
		if (p->kind == ENGINE_WORD ? read_word(p, value, &out->value[i], err) < 0
					   : read_number(p, value, &out->value[i], err) < 0)
			return -1;
	}
	return 0;
}

/* What Dockline adds to the engine's own parameters. */
static int
read_ours(const json_t *record, struct request *out, struct err *err)
{
	const char *repair = repair_names[REPAIR_YES];
	json_int_t keep = REQUEST_KEEP_POSES;
	int i;

	if (json_get_string(record, "repair", &repair, err) < 0 ||
	    json_get_int(record, "keep_poses", &keep, err) < 0 ||
	    json_get_number(record, "timeout", &out->timeout, err) < 0)
		return -1;
	i = strtab_find(repair_names, REPAIR_COUNT, repair);
	if (i < 0)
		return err_set(
		    err, ERR_INPUT, "'repair' must be yes, raw or refuse, found '%s'", repair);
	if (keep < 0 || keep > 100000)
		return err_set(err, ERR_INPUT, "'keep_poses' must be in 0..100000");
	if (!(out->timeout >= 0 && out->timeout <= TIMEOUT_MAX))
		return err_set(err, ERR_INPUT, "'timeout' must be in 0..%.0f seconds", TIMEOUT_MAX);
	out->repair = (enum repair)i;
	out->keep_poses = (int)keep;
	return 0;
}

/* A file of the request: a path or an entry that names one. */
static int
read_file(const json_t *record, const char *key, const json_t **out, struct err *err)
{
	*out = json_object_get(record, key);
	if (!*out || json_is_null(*out))
		return err_set(err, ERR_INPUT, "there is no '%s'", key);
	if (json_is_string(*out) && *json_string_value(*out))
		return 0;
	if (!json_is_object(*out))
		return err_set(err, ERR_INPUT, "'%s' must be a path or an object, found %s", key,
		    json_type_name(*out));
	return 0;
}

static int
read_ligand(const json_t *record, struct request *out, struct err *err)
{
	const char *format = "pdbqt";

	if (read_file(record, "ligand", &out->ligand, err) < 0)
		return -1;
	if (!json_is_object(out->ligand))
		return 0;
	if (json_get_string(out->ligand, "name", &out->key, err) < 0 ||
	    json_get_string(out->ligand, "format", &format, err) < 0)
		return err_wrap(err, "ligand");
	if (strcmp(format, "pdbqt") != 0)
		return err_set(err, ERR_INPUT,
		    "ligand: the format is '%s', not pdbqt (see dock-prep)", format);
	return 0;
}

int
request_read(
    const struct engine *engine, const json_t *record, struct request *out, struct err *err)
{
	*out = (struct request){ .engine = engine };
	if (read_ligand(record, out, err) < 0 ||
	    json_get_string(record, "key", &out->key, err) < 0 ||
	    read_file(record, "receptor", &out->receptor, err) < 0 ||
	    read_box(record, &out->box, err) < 0 || refuse_unknown(record, err) < 0 ||
	    read_params(record, out, err) < 0)
		return -1;
	return read_ours(record, out, err);
}

int
request_check_params(const struct engine *engine, const json_t *record, struct err *err)
{
	struct request request = { .engine = engine };

	return read_params(record, &request, err) < 0 ? -1 : read_ours(record, &request, err);
}

int
request_fits(const struct request *request, const struct engine_version *version, struct err *err)
{
	for (size_t i = 0; i < request->engine->nparams; i++) {
		const struct engine_param *p = &request->engine->params[i];

		if (request->given[i] && request->value[i] != p->preset && !engine_has(p, version))
			return err_set(err, ERR_INPUT, "%s %s has no '%s'", request->engine->name,
			    version->text, p->name);
	}
	return 0;
}

static json_t *
triple(const double v[3])
{
	return json_pack("[f,f,f]", v[0], v[1], v[2]);
}

json_t *
request_box(const struct request *request)
{
	return json_pack(
	    "{s:o,s:o}", "center", triple(request->box.center), "size", triple(request->box.size));
}

static json_t *
param_json(const struct engine_param *p, double value)
{
	switch (p->kind) {
	case ENGINE_INT:
		return json_integer((json_int_t)value);
	case ENGINE_NUMBER:
		return json_real(value);
	case ENGINE_WORD:
		return json_string(p->words[(size_t)value]);
	}
	BUG("parameter '%s' has no kind", p->name);
}

json_t *
request_params(const struct request *request, const struct engine_version *version)
{
	json_t *out = json_pack("{s:s}", "mode", "dock");

	for (size_t i = 0; i < request->engine->nparams; i++) {
		const struct engine_param *p = &request->engine->params[i];

		if (engine_has(p, version))
			json_object_set_new(out, p->name, param_json(p, request->value[i]));
	}
	json_object_set_new(out, "repair", json_string(repair_names[request->repair]));
	json_object_set_new(out, "keep_poses", json_integer(request->keep_poses));
	if (request->timeout > 0)
		json_object_set_new(out, "timeout", json_real(request->timeout));
	return out;
}
