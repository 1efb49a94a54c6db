/* SPDX-License-Identifier: MIT */
/* container: a command wrapped so that it runs in a container. */
#include "exec/container.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/strtab.h"
#include "base/vec.h"

static const char *const names[CONTAINER_RUNTIMES] = {
	[CONTAINER_APPTAINER] = "apptainer",
	[CONTAINER_SINGULARITY] = "singularity",
	[CONTAINER_PODMAN] = "podman",
	[CONTAINER_DOCKER] = "docker",
};

/* What a task is promised, and what tells from outside whose a process is. */
static const char *const always[] = { "DOCKLINE_WORKER", "DOCKLINE_EXECUTION", "DOCKLINE_ATTEMPT",
	"DOCKLINE_JOB", "DOCKLINE_ORG", "DOCKLINE_WORK", "DOCKLINE_COPROCESS", NULL };

struct list {
	VEC(char *) items;
};

static void
add(struct list *list, char *item)
{
	vec_add(&list->items, item);
}

static void
add_copy(struct list *list, const char *item)
{
	add(list, xstrdup(item));
}

static char **
take(struct list *list)
{
	vec_add(&list->items, NULL);
	return list->items.at;
}

const char *
container_runtime_name(enum container_runtime runtime)
{
	return names[runtime];
}

/* The runtimes that read images from files and run them as ordinary descendants. */
static bool
is_apptainer(enum container_runtime runtime)
{
	return runtime == CONTAINER_APPTAINER || runtime == CONTAINER_SINGULARITY;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), tail = strlen(end);

	return len >= tail && strcmp(text + len - tail, end) == 0;
}

/* An image file or folder: only apptainer runs those. */
static bool
is_image_file(const char *image)
{
	return strchr("/.", *image) || ends_with(image, ".sif");
}

static int
check_image(enum container_runtime runtime, const char *image, struct err *err)
{
	if (!*image || *image == '-')
		return err_set(err, ERR_INPUT, "'%s' is not a container image", image);
	if (is_image_file(image) && !is_apptainer(runtime))
		return err_set(
		    err, ERR_INPUT, "%s cannot run the image file '%s'", names[runtime], image);
	return 0;
}

static int
none_found(const char *image, struct err *err)
{
	if (is_image_file(image))
		return err_set(err, ERR_USAGE,
		    "image '%s' needs apptainer, which is not installed (package 'apptainer' of"
		    " EPEL or conda-forge; on Debian from its web site)",
		    image);
	return err_set(err, ERR_USAGE,
	    "image '%s' needs apptainer, podman or docker, and none is installed (packages"
	    " 'podman' or 'docker.io' of Debian and Ubuntu, 'podman' or EPEL's 'apptainer' of "
	    "RHEL)",
	    image);
}

int
container_find(const char *runtime, const char *image, enum container_runtime *found,
    char **program, struct err *err)
{
	static const enum container_runtime order[] = { CONTAINER_APPTAINER, CONTAINER_PODMAN,
		CONTAINER_DOCKER };
	int named;

	*program = NULL;
	if (runtime && strcmp(runtime, "auto") != 0) {
		named = strtab_find(names, CONTAINER_RUNTIMES, runtime);
		if (named < 0)
			return err_set(err, ERR_USAGE,
			    "container runtime '%s': must be auto, apptainer, singularity, podman"
			    " or docker",
			    runtime);
		*found = (enum container_runtime)named;
		*program = path_program(runtime);
		if (*program)
			return 0;
		return err_set(
		    err, ERR_USAGE, "image '%s' needs %s, which is not installed", image, runtime);
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		if (is_image_file(image) && !is_apptainer(order[i]))
			continue;
		*found = order[i];
		*program = path_program(names[order[i]]);
		if (*program)
			return 0;
	}
	return none_found(image, err);
}

/* Mounts are lists with commas or colons, and every version quotes in its own way or not at all. */
static int
check_path(enum container_runtime runtime, const char *path, struct err *err)
{
	if (*path != '/')
		return err_set(
		    err, ERR_INPUT, "'%s' cannot be put into a container: not absolute", path);
	if (strpbrk(path, is_apptainer(runtime) ? ",:\"\\\n" : ",\"\n"))
		return err_set(err, ERR_INPUT,
		    "'%s' cannot be put into a container: %s in its name", path,
		    is_apptainer(runtime) ? "comma, colon, quote, backslash or newline"
					  : "comma, quote or newline");
	return 0;
}

static bool
is_below(const char *path, const char *folder)
{
	size_t len = folder ? strlen(folder) : 0;

	return folder && strncmp(path, folder, len) == 0 && (path[len] == '/' || !path[len]);
}

static bool
is_mounted(char *const *inputs, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(inputs[i], path) == 0)
			return true;
	return false;
}

static void
add_mount(struct list *argv, enum container_runtime runtime, const char *path, bool writable)
{
	if (is_apptainer(runtime)) {
		add_copy(argv, "--bind");
		add(argv, xasprintf("%s:%s:%s", path, path, writable ? "rw" : "ro"));
		return;
	}
	add_copy(argv, "--mount");
	add(argv,
	    xasprintf("type=bind,source=%s,target=%s%s", path, path, writable ? "" : ",readonly"));
}

static int
add_mounts(struct list *argv, enum container_runtime runtime, const struct container_spec *spec,
    struct err *err)
{
	if (spec->work) {
		if (check_path(runtime, spec->work, err) < 0)
			return -1;
		add_mount(argv, runtime, spec->work, true);
	}
	for (size_t i = 0; spec->inputs && spec->inputs[i]; i++) {
		if (check_path(runtime, spec->inputs[i], err) < 0)
			return -1;
		if (!is_below(spec->inputs[i], spec->work) &&
		    !is_mounted(spec->inputs, i, spec->inputs[i]))
			add_mount(argv, runtime, spec->inputs[i], false);
	}
	return 0;
}

/* "NAME=VALUE" in env, NULL: it is not there. */
static const char *
find_variable(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; env && *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env;
	return NULL;
}

/* A variable of this prefix outside is one without it inside. */
static const char *
prefix(enum container_runtime runtime)
{
	return runtime == CONTAINER_APPTAINER ? "APPTAINERENV" : "SINGULARITYENV";
}

/* Values never go into argv, which everybody on the host can read. */
static void
pass_variable(struct list *argv, struct list *env, enum container_runtime runtime,
    char *const *from, const char *name)
{
	const char *variable = find_variable(from, name);

	if (!variable)
		return;
	if (is_apptainer(runtime)) {
		add(env, xasprintf("%s_%s", prefix(runtime), variable));
		return;
	}
	add_copy(argv, "--env");
	add_copy(argv, name);
}

static void
pass_variables(struct list *argv, struct list *env, enum container_runtime runtime,
    const struct container_spec *spec, char *const *from)
{
	for (const char *const *name = always; *name; name++)
		pass_variable(argv, env, runtime, from, *name);
	for (char *const *name = spec->variables; name && *name; name++)
		pass_variable(argv, env, runtime, from, *name);
	if (runtime == CONTAINER_PODMAN && spec->three)
		pass_variable(argv, env, runtime, from, "DOCKLINE_PROGRESS_FD");
	if (spec->gpus)
		pass_variable(argv, env, runtime, from, "CUDA_VISIBLE_DEVICES");
}

static void
add_apptainer(struct list *argv, struct list *env, enum container_runtime runtime,
    const struct container_spec *spec)
{
	add_copy(argv, "exec");
	add_copy(argv, "--containall");
	if (!spec->network) {
		add_copy(argv, "--net");
		add_copy(argv, "--network=none");
	}
	if (spec->gpus)
		add_copy(argv, "--nv");
	if (!spec->work)
		return;
	add(argv, xasprintf("--pwd=%s", spec->work));
	add(env, xasprintf("%s_TMPDIR=%s", prefix(runtime), spec->work));
}

/* podman is run by the user whom it makes root inside; docker's daemon would really be root. */
static void
add_user(struct list *argv, enum container_runtime runtime, const struct container_spec *spec)
{
	if (runtime == CONTAINER_PODMAN)
		add_copy(argv, "--user=0:0");
	else
		add(argv, xasprintf("--user=%d:%d", spec->user, spec->group));
}

static void
add_limits(struct list *argv, const struct container_spec *spec)
{
	if (spec->cpus > 0)
		add(argv, xasprintf("--cpus=%g", spec->cpus));
	if (spec->memory > 0)
		add(argv, xasprintf("--memory=%lldb", (long long)spec->memory));
}

static void
add_gpus(struct list *argv, enum container_runtime runtime)
{
	if (runtime == CONTAINER_PODMAN)
		add_copy(argv, "--device=nvidia.com/gpu=all");
	else
		add_copy(argv, "--gpus=all");
}

static void
add_run(struct list *argv, enum container_runtime runtime, const struct container_spec *spec)
{
	add_copy(argv, "run");
	add_copy(argv, "--rm");
	add_copy(argv, "--interactive");
	add_copy(argv, "--log-driver=none");
	add_copy(argv, "--security-opt=label=disable"); /* SELinux: mounts stay readable */
	if (runtime == CONTAINER_DOCKER)
		add_copy(argv, "--init"); /* podman's is a package of its own */
	if (runtime == CONTAINER_PODMAN && spec->three)
		add_copy(argv, "--preserve-fds=1");
	if (spec->name)
		add(argv, xasprintf("--name=%s", spec->name));
	if (!spec->network)
		add_copy(argv, "--network=none");
	add_user(argv, runtime, spec);
	add_limits(argv, spec);
	if (spec->gpus)
		add_gpus(argv, runtime);
	if (!spec->work)
		return;
	add(argv, xasprintf("--workdir=%s", spec->work));
	add(argv, xasprintf("--env=TMPDIR=%s", spec->work));
}

/* "vina:1.2" is in a registry for all of them. */
static char *
image_name(enum container_runtime runtime, const char *image)
{
	if (is_apptainer(runtime) && !is_image_file(image) && !strstr(image, "://"))
		return xasprintf("docker://%s", image);
	if (!is_apptainer(runtime) && strncmp(image, "docker://", 9) == 0)
		image += 9;
	return xstrdup(image);
}

/* The image and what to run in it, whatever the image itself would run. */
static void
add_program(struct list *out, enum container_runtime runtime, const struct container_spec *spec,
    char *const *argv)
{
	bool apptainer = is_apptainer(runtime);

	if (!apptainer)
		add(out, xasprintf("--entrypoint=%s", argv[0]));
	add(out, image_name(runtime, spec->image));
	for (char *const *arg = apptainer ? argv : argv + 1; *arg; arg++)
		add_copy(out, *arg);
}

int
container_wrap(enum container_runtime runtime, const char *program,
    const struct container_spec *spec, char *const *argv, char *const *env,
    struct container_command *out, struct err *err)
{
	struct list args = { VEC_INIT }, vars = { VEC_INIT };
	int rc;

	*out = (struct container_command){ 0 };
	if (check_image(runtime, spec->image, err) < 0)
		return -1;
	add_copy(&args, program);
	for (char *const *var = env; var && *var; var++)
		add_copy(&vars, *var);
	if (is_apptainer(runtime))
		add_apptainer(&args, &vars, runtime, spec);
	else
		add_run(&args, runtime, spec);
	pass_variables(&args, &vars, runtime, spec, env);
	rc = add_mounts(&args, runtime, spec, err);
	add_program(&args, runtime, spec, argv);
	out->argv = take(&args);
	out->env = take(&vars);
	if (rc < 0)
		container_command_clear(out);
	return rc;
}

void
container_argv_free(char **argv)
{
	for (char **arg = argv; arg && *arg; arg++)
		free(*arg);
	free(argv);
}

void
container_command_clear(struct container_command *command)
{
	container_argv_free(command->argv);
	container_argv_free(command->env);
	*command = (struct container_command){ 0 };
}

char **
container_remove_argv(
    enum container_runtime runtime, const char *program, const struct container_spec *spec)
{
	struct list args = { VEC_INIT };

	if (is_apptainer(runtime) || !spec->name)
		return NULL;
	add_copy(&args, program);
	add_copy(&args, "rm");
	add_copy(&args, "--force");
	if (runtime == CONTAINER_PODMAN) {
		add_copy(&args, "--ignore");
		add_copy(&args, "--time=0");
	}
	add_copy(&args, spec->name);
	return take(&args);
}
