/* SPDX-License-Identifier: MIT */
/* request: one docking that somebody asks for, read from its record and checked. */
#include "dock/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strtab.h"
#include "dock/molecule.h"
#include "dock/together.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define TIMEOUT_MAX 31536000.0

/* Features of the engines that are not offered here. */
static const char *const refused[] = {
	"autobox",
	"batch",
	"config",
	"dir",
	"flex",
	"flexdist",
	"flexdist_ligand",
	"flexres",
	"force_even_voxels",
	"local_only",
	"maps",
	"no_refine",
	"out",
	"randomize_only",
	"score_only",
	"unbound_energy",
	"user_grid",
	"write_maps",
};

static bool
is_asked(const json_t *value)
{
	return value && !json_is_null(value) && !json_is_false(value);
}

/* What no engine of ours does, and what another one would do. */
static int
refuse_unknown(const struct engine *engine, const json_t *record, struct err *err)
{
	const char *name;
	json_t *value;

	for (size_t i = 0; i < COUNT(refused); i++)
		if (is_asked(json_object_get(record, refused[i])) &&
		    engine_param_find(engine, refused[i]) < 0)
			return err_set(err, ERR_INPUT, "'%s' is not offered%s", refused[i],
			    strstr(refused[i], "_only") ? " as a member: see 'mode'" : "");
	json_object_foreach((json_t *)record, name, value) {
		const struct engine *other = engine_elsewhere(engine, name);

		if (other && is_asked(value))
			return err_set(err, ERR_INPUT, "%s has no '%s' (%s has)", engine->name,
			    name, other->name);
	}
	return 0;
}

static int
read_mode(const json_t *record, struct request *out, struct err *err)
{
	const char *const *flags = out->engine->mode;
	const char *mode = engine_modes[ENGINE_DOCK], *offered[ENGINE_MODES];
	size_t n = 0;
	char *list;
	int i;

	if (json_get_string(record, "mode", &mode, err) < 0)
		return -1;
	i = strtab_find(engine_modes, ENGINE_MODES, mode);
	if (i >= 0 && flags[i]) {
		out->mode = (enum engine_mode)i;
		return 0;
	}
	for (i = 0; i < ENGINE_MODES; i++)
		if (flags[i])
			offered[n++] = engine_modes[i];
	list = strtab_list(offered, n);
	err_set(err, ERR_INPUT, "'mode' must be one of %s, found '%s'", list, mode);
	free(list);
	return -1;
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
read_flag(const struct engine_param *p, const json_t *value, double *out, struct err *err)
{
	if (!json_is_boolean(value))
		return err_set(err, ERR_INPUT, "'%s' must be a boolean, found %s", p->name,
		    json_type_name(value));
	*out = json_is_true(value);
	return 0;
}

/* A name must not look like an option or a path: it goes onto a command line. */
static bool
is_name(const char *text)
{
	static const char fits[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return *text && *text != '-' && *text != '.' && !text[strspn(text, fits)];
}

static int
read_text(const struct engine_param *p, const json_t *value, const char **out, struct err *err)
{
	const char *text = json_string_value(value);

	if (!text || !*text || (p->kind == ENGINE_NAME && !is_name(text)))
		return err_set(err, ERR_INPUT, "'%s' must be %s", p->name,
		    p->kind == ENGINE_NAME ? "a name of letters, digits, '_', '-' and '.'"
					   : "a path");
	*out = text;
	return 0;
}

static int
read_param(const struct engine_param *p, const json_t *value, double *number, const char **text,
    struct err *err)
{
	switch (p->kind) {
	case ENGINE_INT:
	case ENGINE_NUMBER:
		return read_number(p, value, number, err);
	case ENGINE_WORD:
		return read_word(p, value, number, err);
	case ENGINE_FLAG:
		return read_flag(p, value, number, err);
	case ENGINE_NAME:
	case ENGINE_FILE:
	case ENGINE_MAPS:
		return read_text(p, value, text, err);
	}
	BUG("parameter '%s' has no kind", p->name);
}

static int
read_params(const json_t *record, struct request *out, struct err *err)
{
	for (size_t i = 0; i < out->engine->nparams; i++) {
		const struct engine_param *p = &out->engine->params[i];
		const json_t *value = json_object_get(record, p->name);

		out->value[i] = p->preset;
		out->text[i] = NULL;
		out->given[i] = value && !json_is_null(value);
		if (out->given[i] && read_param(p, value, &out->value[i], &out->text[i], err) < 0)
			return -1;
	}
	return 0;
}

/* AutoDock 4's scoring is in its maps; residues that move are not. */
static int
check_maps(const struct request *request, struct err *err)
{
	int scoring = engine_param_find(request->engine, "scoring");
	int flex = engine_param_find(request->engine, "flex");
	const char *const *words = scoring < 0 ? NULL : request->engine->params[scoring].words;
	bool ad4 = words && strcmp(words[(size_t)request->value[scoring]], "ad4") == 0;

	if (request->engine->maps && !request_maps(request))
		return err_set(
		    err, ERR_INPUT, "there is no 'maps', and %s needs them", request->engine->name);
	if (ad4 && !request_maps(request))
		return err_set(err, ERR_INPUT, "'scoring' ad4 needs 'maps' (of autogrid4)");
	if (flex >= 0 && request->text[flex] && request_maps(request))
		return err_set(err, ERR_INPUT, "'flex' and 'maps' exclude each other");
	return 0;
}

/* Can it be docked with so many seeds, one behind the other? */
static int
check_replicas(const struct request *request, json_int_t n, struct err *err)
{
	int i = engine_param_find(request->engine, "seed");

	if (n < 1 || n > REQUEST_REPLICAS)
		return err_set(err, ERR_INPUT, "'replicas' must be in 1..%d", REQUEST_REPLICAS);
	if (n == 1)
		return 0;
	if (i < 0 || request->engine->batch.list)
		return err_set(err, ERR_INPUT,
		    "'replicas' is nothing for %s: give each seed a request",
		    request->engine->name);
	if (request->mode != ENGINE_DOCK)
		return err_set(err, ERR_INPUT, "'replicas' is for dockings, 'mode' is %s",
		    engine_modes[request->mode]);
	if (request->value[i] + (double)n - 1 > request->engine->params[i].max)
		return err_set(err, ERR_INPUT, "'seed' and 'replicas' lead beyond %.0f",
		    request->engine->params[i].max);
	return 0;
}

/* What Dockline adds to the engine's own parameters. */
static int
read_ours(const json_t *record, struct request *out, struct err *err)
{
	const char *repair = repair_names[REPAIR_YES];
	const json_t *group = json_object_get(record, "group");
	json_int_t keep = REQUEST_KEEP_POSES, replicas = 1;
	int i;

	if (json_get_string(record, "repair", &repair, err) < 0 ||
	    json_get_int(record, "keep_poses", &keep, err) < 0 ||
	    json_get_int(record, "replicas", &replicas, err) < 0 ||
	    json_get_number(record, "timeout", &out->timeout, err) < 0 ||
	    check_replicas(out, replicas, err) < 0)
		return -1;
	if (group && !json_is_boolean(group))
		return err_set(
		    err, ERR_INPUT, "'group' must be a boolean, found %s", json_type_name(group));
	out->single = json_is_false(group);
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
	out->replicas = (int)replicas;
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

/* The format of a ligand: what its entry says, else its file's name. */
static bool
says_sdf(const json_t *ligand, const char *format)
{
	const char *path = json_string_value(ligand);

	if (!path && !format)
		path = json_string_value(json_object_get(ligand, "path"));
	if (format || !path)
		return format && strcmp(format, "sdf") == 0;
	return molecule_format(path, NULL) == MOLECULE_SDF;
}

/* One of several: the same, or a ligand record that has it. */
static int
check_part(const json_t *entry, size_t i, struct err *err)
{
	const json_t *file = together_file(entry);
	const char *format = NULL;

	if (json_is_string(file) ? !*json_string_value(file) : !json_is_object(file))
		return err_set(err, ERR_INPUT, "ligand %zu must be a path or an object, found %s",
		    i + 1, json_type_name(file));
	if (json_is_object(json_object_get(entry, "error")))
		return err_set(
		    err, ERR_INPUT, "ligand %zu is the record of something that failed", i + 1);
	if (json_is_object(file) && json_get_string(file, "format", &format, err) < 0)
		return err_wrap(err, "ligand %zu", i + 1);
	if (says_sdf(file, format) || (format && strcmp(format, "pdbqt") != 0))
		return err_set(err, ERR_INPUT, "ligand %zu: the format is '%s', not pdbqt", i + 1,
		    format ? format : "sdf");
	return 0;
}

/* Several that are docked together. */
static int
read_ligands(const json_t *list, struct request *out, struct err *err)
{
	size_t n = json_array_size(list);

	if (out->engine->together_since == 0)
		return err_set(err, ERR_INPUT,
		    "'ligand' is a list, and %s does not dock several ligands together (vina does)",
		    out->engine->name);
	if (n == 0 || n > TOGETHER_MOST)
		return err_set(
		    err, ERR_INPUT, "'ligand' is a list of %zu, not of 1 to %d", n, TOGETHER_MOST);
	for (size_t i = 0; i < n; i++)
		if (check_part(json_array_get(list, i), i, err) < 0)
			return -1;
	out->ligand = list;
	return 0;
}

static int
read_ligand(const json_t *record, struct request *out, struct err *err)
{
	const json_t *list = json_object_get(record, "ligand");
	const char *format = NULL, *name = NULL;

	if (json_is_array(list))
		return read_ligands(list, out, err);
	if (read_file(record, "ligand", &out->ligand, err) < 0)
		return -1;
	if (json_is_object(out->ligand) &&
	    (json_get_string(out->ligand, "name", &name, err) < 0 ||
		json_get_string(out->ligand, "format", &format, err) < 0))
		return err_wrap(err, "ligand");
	if (!out->key)
		out->key = name;
	out->sdf = says_sdf(out->ligand, format);
	if (out->sdf ? out->engine->sdf : !format || strcmp(format, "pdbqt") == 0)
		return 0;
	return err_set(err, ERR_INPUT, "ligand: the format is '%s', not pdbqt%s (see dock-prep)",
	    out->sdf ? "sdf" : format, out->engine->sdf ? " or sdf" : "");
}

int
request_read(
    const struct engine *engine, const json_t *record, struct request *out, struct err *err)
{
	*out = (struct request){ .engine = engine };
	if (json_get_string(record, "key", &out->key, err) < 0 ||
	    read_ligand(record, out, err) < 0 ||
	    read_file(record, "receptor", &out->receptor, err) < 0 ||
	    read_box(record, &out->box, err) < 0 || refuse_unknown(engine, record, err) < 0 ||
	    read_mode(record, out, err) < 0 || read_params(record, out, err) < 0 ||
	    check_maps(out, err) < 0)
		return -1;
	return read_ours(record, out, err);
}

int
request_check_params(const struct engine *engine, const json_t *record, struct err *err)
{
	struct request request = { .engine = engine };

	if (refuse_unknown(engine, record, err) < 0 || read_mode(record, &request, err) < 0 ||
	    read_params(record, &request, err) < 0)
		return -1;
	return read_ours(record, &request, err);
}
