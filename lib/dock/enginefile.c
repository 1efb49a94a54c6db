/* SPDX-License-Identifier: MIT */
/*
 * enginefile: the row of an engine that is not compiled in, from a file.
 *
 * The row's texts are those of the document, which is kept with it.
 */
#include "dock/enginefile.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strtab.h"
#include "base/vec.h"
#include "base/yaml.h"
#include "dock/engine.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

struct row {
	struct engine engine; /* first: what is handed out */
	struct yaml_docs docs;
	struct engine_param params[ENGINE_PARAMS_MAX];
	VEC(const char **) words;
};

static const char *const kinds[] = { "integer", "number", "word", "flag", "name", "file", "maps" };

static int
bad(const struct row *r, const char *pointer, const char *what, struct err *err)
{
	return yaml_error(&r->docs.at[0], pointer, err, "%s", what);
}

/* Members there are, so that a slip is told. */
static int
check_members(const struct row *r, const json_t *object, const char *const *known, size_t n,
    const char *pointer, struct err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)
		if (strtab_find(known, n, name) < 0)
			return yaml_error(
			    &r->docs.at[0], pointer, err, "there is no member '%s'", name);
	return 0;
}

/* A text that must be there, or may be missing. */
static int
read_text(struct row *r, const char *key, bool needed, const char **out, struct err *err)
{
	const json_t *file = r->docs.at[0].value;
	char *pointer = xasprintf("/%s", key);
	int rc = json_get_string(file, key, out, err);

	if (rc < 0 || (rc == 0 && needed) || (rc > 0 && !**out))
		rc = yaml_error(
		    &r->docs.at[0], rc == 0 ? "" : pointer, err, "'%s' must be a text", key);
	free(pointer);
	return rc < 0 ? -1 : 0;
}

/* "1.2.3" as engine_version_read numbers it; absent: 0. */
static int
read_since(const json_t *param)
{
	const char *text = json_string_value(json_object_get(param, "since"));
	struct engine probe = { .name = "", .banner = "" };
	struct engine_version version = { .number = 0 };

	if (text && engine_version_read(&probe, text, &version, NULL) < 0)
		return -1;
	return version.number;
}

static int
read_words(struct row *r, const json_t *list, struct engine_param *out)
{
	size_t n = json_array_size(list);
	const char **words = xcalloc(n + 1, sizeof(*words));

	vec_add(&r->words, words);
	for (size_t i = 0; i < n; i++)
		if (!(words[i] = json_string_value(json_array_get(list, i))))
			return -1;
	out->words = words;
	return n > 0 ? 0 : -1;
}

/* The default: a number, or the word's index. */
static int
read_preset(const json_t *param, struct engine_param *out)
{
	const json_t *preset = json_object_get(param, "default");
	size_t count = 0;
	int i;

	if (out->kind == ENGINE_WORD) {
		while (out->words[count])
			count++;
		i = json_is_string(preset)
		    ? strtab_find(out->words, count, json_string_value(preset))
		    : -1;
		out->preset = i;
		return i < 0 ? -1 : 0;
	}
	out->preset = json_number_value(preset);
	if (out->kind != ENGINE_INT && out->kind != ENGINE_NUMBER)
		return preset ? -1 : 0;
	return json_is_number(preset) && out->preset >= out->min && out->preset <= out->max ? 0
											    : -1;
}

static int
read_param(struct row *r, const json_t *param, size_t i, struct err *err)
{
	static const char *const known[] = { "name", "flag", "type", "default", "minimum",
		"maximum", "words", "since" };
	struct engine_param *out = &r->params[i];
	const char *type = json_string_value(json_object_get(param, "type"));
	char *pointer = xasprintf("/params/%zu", i);
	int kind = type ? strtab_find(kinds, COUNT(kinds), type) : -1, rc = 0;
	const json_t *least = json_object_get(param, "minimum"),
		     *most = json_object_get(param, "maximum");

	out->name = json_string_value(json_object_get(param, "name"));
	out->flag = json_string_value(json_object_get(param, "flag"));
	out->min = json_is_number(least) ? json_number_value(least) : -1e9;
	out->max = json_is_number(most) ? json_number_value(most) : 2147483647;
	out->since = read_since(param);
	out->kind = (enum engine_kind)(kind < 0 ? 0 : kind);
	if (!out->name || !out->flag || (*out->flag != '-' && kind != ENGINE_MAPS))
		rc = bad(r, pointer, "a parameter needs 'name' and 'flag'", err);
	else if (kind < 0)
		rc = bad(r, pointer,
		    "'type' must be integer, number, word, flag, name, file or maps", err);
	else if (out->since < 0)
		rc = bad(r, pointer, "'since' must be a version such as \"1.2.3\"", err);
	else if (kind == ENGINE_WORD && read_words(r, json_object_get(param, "words"), out) < 0)
		rc = bad(r, pointer, "'words' must be a list of texts", err);
	else if (read_preset(param, out) < 0)
		rc = bad(r, pointer, "'default' is missing or does not fit", err);
	else
		rc = check_members(r, param, known, COUNT(known), pointer, err);
	free(pointer);
	return rc;
}

static int
read_params(struct row *r, struct err *err)
{
	const json_t *list = json_object_get(r->docs.at[0].value, "params");
	size_t n = json_array_size(list);

	if (list && !json_is_array(list))
		return bad(r, "/params", "'params' must be a list", err);
	if (n > ENGINE_PARAMS_MAX)
		return bad(r, "/params", "too many parameters: at most 24", err);
	for (size_t i = 0; i < n; i++)
		if (read_param(r, json_array_get(list, i), i, err) < 0)
			return -1;
	r->engine.params = r->params;
	r->engine.nparams = n;
	if (engine_param_find(&r->engine, "seed") < 0)
		return bad(
		    r, "/params", "there must be a 'seed': dockings are to be repeatable", err);
	return 0;
}

/* {dock: "", score_only: --score_only}; only docking without it. */
static int
read_modes(struct row *r, struct err *err)
{
	const json_t *modes = json_object_get(r->docs.at[0].value, "modes");

	if (!modes)
		r->engine.mode[ENGINE_DOCK] = "";
	for (int i = 0; i < ENGINE_MODES; i++)
		if (json_object_get(modes, engine_modes[i]))
			r->engine.mode[i] = json_string_value(
			    json_object_get(modes, engine_modes[i]));
	if (!r->engine.mode[ENGINE_DOCK])
		return bad(r, "/modes", "there must be a mode 'dock'", err);
	return modes ? check_members(r, modes, engine_modes, ENGINE_MODES, "/modes", err) : 0;
}

/* {list: --filelist, poses: .dlg, maps: true, most: 1000} */
static int
read_batch(struct row *r, struct err *err)
{
	static const char *const known[] = { "list", "folder", "poses", "maps", "most" };
	const json_t *batch = json_object_get(r->docs.at[0].value, "batch");
	struct engine_batch *out = &r->engine.batch;
	json_int_t most = 1000;

	if (!batch)
		return 0;
	if (!json_is_object(batch) ||
	    check_members(r, batch, known, COUNT(known), "/batch", err) < 0)
		return bad(r, "/batch",
		    "'batch' must be a mapping of list, folder, poses, maps, most", err);
	out->list = json_string_value(json_object_get(batch, "list"));
	out->folder = json_string_value(json_object_get(batch, "folder"));
	out->poses = json_string_value(json_object_get(batch, "poses"));
	out->maps = json_is_true(json_object_get(batch, "maps"));
	if (!out->list || *out->list != '-' || !out->poses || !strchr(out->poses, '.'))
		return bad(r, "/batch",
		    "'batch' needs 'list', an option, and 'poses', such as _out.pdbqt", err);
	if (json_get_int(batch, "most", &most, err) < 0 || most < 1 || most > 100000)
		return bad(r, "/batch", "'most' must be an integer in 1..100000", err);
	out->most = (int)most;
	return 0;
}

static int
read_row(struct row *r, struct err *err)
{
	static const char *const known[] = { "name", "program", "variable", "package", "banner",
		"ask", "sdf", "needs_maps", "batch", "modes", "least", "most", "params",
		"description" };
	const json_t *file = r->docs.at[0].value;
	struct engine *e = &r->engine;

	if (check_members(r, file, known, COUNT(known), "", err) < 0 ||
	    read_text(r, "name", true, &e->name, err) < 0 ||
	    read_text(r, "program", true, &e->program, err) < 0 ||
	    read_text(r, "variable", true, &e->variable, err) < 0 ||
	    read_text(r, "package", false, &e->package, err) < 0 ||
	    read_text(r, "banner", true, &e->banner, err) < 0 ||
	    read_text(r, "ask", false, &e->ask, err) < 0)
		return -1;
	e->score = "affinity";
	e->least = -30;
	e->most = 100;
	if (json_get_bool(file, "sdf", &e->sdf, err) < 0 ||
	    json_get_bool(file, "needs_maps", &e->maps, err) < 0 ||
	    json_get_number(file, "least", &e->least, err) < 0 ||
	    json_get_number(file, "most", &e->most, err) < 0)
		return -1;
	if (engine_find(e->name))
		return bad(r, "/name", "there is an engine of this name", err);
	if (read_modes(r, err) < 0 || read_batch(r, err) < 0)
		return -1;
	return read_params(r, err);
}

struct engine *
enginefile_read(const char *path, struct err *err)
{
	struct row *r = xcalloc(1, sizeof(*r));

	if (yaml_read(path, &r->docs, err) == 0) {
		if (r->docs.len != 1 || !json_is_object(r->docs.at[0].value))
			err_set(err, ERR_INPUT, "'%s' must hold one mapping", path);
		else if (read_row(r, err) == 0)
			return &r->engine;
	}
	enginefile_free(&r->engine);
	return NULL;
}

void
enginefile_free(struct engine *engine)
{
	struct row *r = (struct row *)engine;

	if (!r)
		return;
	for (size_t i = 0; i < r->words.len; i++)
		free(r->words.at[i]);
	vec_clear(&r->words);
	yaml_docs_clear(&r->docs);
	free(r);
}
