/* SPDX-License-Identifier: MIT */
/* dockimage: an engine that is in a container image. */
#include "cli/dockimage.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/path.h"
#include "base/vec.h"
#include "dock/engine.h"
#include "dock/request.h"
#include "exec/proc.h"

#define REMOVE_LIMIT 20.0 /* seconds */
#define DIGEST_LIMIT 60.0

extern char **environ;

int
dockimage_open(struct dockimage *image, const char *name, const char *runtime, struct err *err)
{
	*image = (struct dockimage){ .image = name };
	return container_find(runtime, name, &image->runtime, &image->program, err);
}

void
dockimage_close(struct dockimage *image)
{
	free(image->program);
}

struct paths {
	char **at;
	size_t len, room;
};

/* A file, or all that lies beside it: an absolute path. */
static void
add_path(struct paths *paths, const char *path, bool beside)
{
	size_t len = path && beside ? (size_t)(path_base(path) - path) : 0;

	if (path)
		vec_add(paths, len > 1 ? xstrndup(path, len - 1) : xstrdup(path));
}

/* What the engine opens outside of its folder. */
static void
find_inputs(struct paths *paths, const struct request *request, const char *receptor)
{
	add_path(paths, receptor, false);
	for (size_t i = 0; request && i < request->engine->nparams; i++) {
		enum engine_kind kind = request->engine->params[i].kind;

		if (kind == ENGINE_FILE || kind == ENGINE_MAPS)
			add_path(paths, request->text[i], kind == ENGINE_MAPS);
	}
	vec_add(paths, NULL);
}

static bool
gpus_wanted(char *const *env)
{
	for (; *env; env++)
		if (strncmp(*env, "CUDA_VISIBLE_DEVICES=", 21) == 0)
			return (*env)[21] != '\0';
	return access("/dev/nvidiactl", F_OK) == 0;
}

/* Whatever became of it, no container is left. */
static void
clean_up(const struct dockimage *image, const struct container_spec *spec)
{
	char **argv = container_remove_argv(image->runtime, image->program, spec);
	struct proc_spec remove = { .argv = argv, .out = -1, .err = -1 };
	struct outcome outcome;

	if (argv)
		proc_run(&remove, NULL, NULL, NULL, REMOVE_LIMIT, 1, &outcome, NULL);
	container_argv_free(argv);
}

static int
run_wrapped(const struct dockimage *image, const struct container_spec *c,
    const struct proc_spec *spec, struct buf *out, struct buf *errout, double limit, double grace,
    struct outcome *outcome, struct err *err)
{
	struct container_command command;
	struct proc_spec wrapped = { .cwd = spec->cwd };
	int rc = container_wrap(image->runtime, image->program, c, spec->argv,
	    spec->env ? spec->env : environ, &command, err);

	if (rc < 0)
		return -1;
	wrapped.argv = command.argv;
	wrapped.program = image->program;
	wrapped.env = command.env;
	rc = proc_run(&wrapped, NULL, out, errout, limit, grace, outcome, err);
	if (rc < 0 || outcome->timed_out || outcome->signal || proc_caught())
		clean_up(image, c);
	container_command_clear(&command);
	return rc;
}

int
dockimage_run(const struct dockimage *image, const struct proc_spec *spec,
    const struct request *request, const char *receptor, struct buf *out, struct buf *errout,
    double limit, double grace, struct outcome *outcome, struct err *err)
{
	struct paths inputs = VEC_INIT;
	char *name;
	int rc;

	if (!image->image)
		return proc_run(spec, NULL, out, errout, limit, grace, outcome, err);
	name = xasprintf("dockline-engine-%ld", (long)getpid());
	find_inputs(&inputs, request, receptor);
	rc = run_wrapped(image,
	    &(struct container_spec){ .image = image->image,
		.name = name,
		.work = spec->cwd,
		.inputs = inputs.at,
		.gpus = gpus_wanted(spec->env ? spec->env : environ),
		.user = (int)geteuid(),
		.group = (int)getegid() },
	    spec, out, errout, limit, grace, outcome, err);
	for (size_t i = 0; i < inputs.len; i++)
		free(inputs.at[i]);
	vec_clear(&inputs);
	free(name);
	return rc;
}

int
dockimage_digest(
    const struct dockimage *image, const char *program, char hex[DIGEST_HEX], struct err *err)
{
	char sh[] = "sh", c[] = "-c", script[] = "sha256sum \"$(command -v \"$1\")\"";
	char *argv[] = { sh, c, script, sh, (char *)program, NULL };
	struct proc_spec spec = { .argv = argv };
	struct buf out = BUF_INIT;
	struct outcome outcome;
	int rc = dockimage_run(
	    image, &spec, NULL, NULL, &out, NULL, DIGEST_LIMIT, 1, &outcome, err);

	if (rc == 0 &&
	    (out.len < DIGEST_HEX - 1 ||
		strspn(buf_str(&out), "0123456789abcdef") != DIGEST_HEX - 1))
		rc = err_set(err, ERR_SYSTEM, "no sha256sum of '%s' in the image '%s'", program,
		    image->image);
	if (rc == 0) {
		memcpy(hex, out.data, DIGEST_HEX - 1);
		hex[DIGEST_HEX - 1] = '\0';
	}
	buf_clear(&out);
	return rc;
}
