/* SPDX-License-Identifier: MIT */
/* argv: the command line of an engine for a request. */
#include "dock/argv.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/num.h"
#include "base/vec.h"
#include "dock/engine.h"
#include "dock/request.h"

struct args {
	char **at;
	size_t len, room;
};

static void
add(struct args *args, const char *flag, const char *value)
{
	vec_add(args, xstrdup(flag));
	vec_add(args, xstrdup(value));
}

static void
add_number(struct args *args, const char *flag, double value)
{
	char text[NUM_TEXT];

	add(args, flag, num_text(value, text));
}

static void
add_box(struct args *args, const struct box *box)
{
	static const char *const centers[] = { "--center_x", "--center_y", "--center_z" };
	static const char *const sizes[] = { "--size_x", "--size_y", "--size_z" };

	for (int i = 0; i < 3; i++)
		add_number(args, centers[i], box->center[i]);
	for (int i = 0; i < 3; i++)
		add_number(args, sizes[i], box->size[i]);
}

static void
add_names(struct args *args, const char *flag, char *const *names)
{
	vec_add(args, xstrdup(flag));
	for (; *names; names++)
		vec_add(args, xstrdup(*names));
}

/* A parameter that this version has. */
static void
add_param(struct args *args, const struct request *request, size_t i)
{
	const struct engine_param *p = &request->engine->params[i];
	const char *text = request->text[i];

	if (!*p->flag)
		return;
	switch (p->kind) {
	case ENGINE_INT:
	case ENGINE_NUMBER:
		add_number(args, p->flag, request->value[i]);
		return;
	case ENGINE_FLAG:
		if (request->value[i] > 0)
			vec_add(args, xstrdup(p->flag));
		return;
	case ENGINE_WORD:
		text = p->words[(size_t)request->value[i]];
		break;
	case ENGINE_NAME:
	case ENGINE_FILE:
	case ENGINE_MAPS:
		break;
	}
	if (text && *text)
		add(args, p->flag, text);
}

char **
argv_build(const struct request *request, const struct engine_version *version,
    const struct argv_files *files)
{
	const struct engine *engine = request->engine;
	struct args args = VEC_INIT;

	vec_add(&args, xstrdup(files->program));
	if (!request_maps(request))
		add(&args, "--receptor", files->receptor);
	if (files->batch)
		add_names(&args, "--batch", files->batch);
	else if (files->ligands)
		add_names(&args, "--ligand", files->ligands);
	else
		add(&args, engine->batch.list ? engine->batch.list : "--ligand", files->ligand);
	if (!request_maps(request))
		add_box(&args, &request->box);
	if (*engine->mode[request->mode])
		vec_add(&args, xstrdup(engine->mode[request->mode]));
	for (size_t i = 0; i < engine->nparams; i++)
		if (engine_has(&engine->params[i], version))
			add_param(&args, request, i);
	if (engine->batch.list && engine->batch.folder)
		add(&args, engine->batch.folder, files->out);
	else if (!engine->batch.list && request->mode != ENGINE_SCORE)
		add(&args, files->batch ? "--dir" : "--out", files->out);
	vec_add(&args, NULL);
	return args.at;
}

void
argv_free(char **argv)
{
	for (char **arg = argv; arg && *arg; arg++)
		free(*arg);
	free(argv);
}
