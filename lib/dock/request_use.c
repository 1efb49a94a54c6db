/* SPDX-License-Identifier: MIT */
/* request_use: what follows from a request: what it can be docked with, and what is told of it. */
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "dock/request.h"

/* The text of a value, for those that have one; else NULL. */
static const char *
value_text(const struct request *request, size_t i)
{
	const struct engine_param *p = &request->engine->params[i];

	return p->kind == ENGINE_WORD ? p->words[(size_t)request->value[i]] : request->text[i];
}

int
request_fits(const struct request *request, const struct engine_version *version, struct err *err)
{
	if (request_together(request) > 0 && version->number < request->engine->together_since)
		return err_set(err, ERR_INPUT, "%s %s does not dock several ligands together",
		    request->engine->name, version->text);
	if (request_together(request) > 0 && request->mode != ENGINE_DOCK)
		return err_set(err, ERR_INPUT,
		    "several ligands together are docked only: 'mode' is %s",
		    engine_modes[request->mode]);
	for (size_t i = 0; i < request->engine->nparams; i++) {
		const struct engine_param *p = &request->engine->params[i];
		const char *text = value_text(request, i);

		if (!request->given[i])
			continue;
		if (!engine_has(p, version) && (request->text[i] || request->value[i] != p->preset))
			return err_set(err, ERR_INPUT, "%s %s has no '%s'", request->engine->name,
			    version->text, p->name);
		if (text && version->number < engine_value_since(request->engine, p->name, text))
			return err_set(err, ERR_INPUT, "%s %s has no '%s' for '%s'",
			    request->engine->name, version->text, text, p->name);
	}
	return 0;
}

const char *
request_maps(const struct request *request)
{
	for (size_t i = 0; i < request->engine->nparams; i++)
		if (request->engine->params[i].kind == ENGINE_MAPS)
			return request->text[i];
	return NULL;
}

bool
request_networks(const struct request *request)
{
	int i = engine_param_find(request->engine, "cnn_scoring");

	return request->engine->networks &&
	    !(i >= 0 && strcmp(value_text(request, (size_t)i), "none") == 0);
}

int
request_whole(const struct request *request, const char *name, int absent)
{
	int i = engine_param_find(request->engine, name);

	return i < 0 ? absent : (int)request->value[i];
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

/* NULL: it is not given. */
static json_t *
param_json(const struct request *request, size_t i)
{
	const struct engine_param *p = &request->engine->params[i];
	const char *text = value_text(request, i);

	switch (p->kind) {
	case ENGINE_INT:
		return *p->flag || request->given[i] ? json_integer((json_int_t)request->value[i])
						     : NULL;
	case ENGINE_NUMBER:
		return json_real(request->value[i]);
	case ENGINE_FLAG:
		return json_boolean(request->value[i] > 0);
	case ENGINE_WORD:
	case ENGINE_NAME:
	case ENGINE_FILE:
	case ENGINE_MAPS:
		return text && *text ? json_string(text) : NULL;
	}
	BUG("parameter '%s' has no kind", p->name);
}

json_t *
request_params(const struct request *request, const struct engine_version *version)
{
	json_t *out = json_pack("{s:s}", "mode", engine_modes[request->mode]);

	for (size_t i = 0; i < request->engine->nparams; i++) {
		const struct engine_param *p = &request->engine->params[i];

		json_t *value = engine_has(p, version) ? param_json(request, i) : NULL;

		if (value)
			json_object_set_new(out, p->name, value);
	}
	json_object_set_new(out, "repair", json_string(repair_names[request->repair]));
	json_object_set_new(out, "keep_poses", json_integer(request->keep_poses));
	if (request->timeout > 0)
		json_object_set_new(out, "timeout", json_real(request->timeout));
	return out;
}

size_t
request_together(const struct request *request)
{
	return json_array_size(request->ligand);
}

bool
request_groups(const struct request *request, const struct engine_version *version)
{
	const struct engine *engine = request->engine;
	int scoring = engine_param_find(engine, "scoring");
	int flex = engine_param_find(engine, "flex");

	return engine->group_since > 0 && version->number >= engine->group_since &&
	    !request->single && request->replicas <= 1 && request_together(request) == 0 &&
	    request->mode == ENGINE_DOCK && !request_maps(request) &&
	    (flex < 0 || !request->text[flex]) && (scoring < 0 || request->value[scoring] == 0);
}

bool
request_joins(const struct request *request)
{
	return request->engine->several && request->sdf && !request->single &&
	    request->replicas <= 1 && request->mode != ENGINE_SCORE;
}
