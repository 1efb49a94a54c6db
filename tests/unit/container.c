/* SPDX-License-Identifier: MIT */
/*
 * container: what is said to each runtime, word by word.
 *
 * container remove RUNTIME NAME removes one.
 * container RUNTIME IMAGE WORK INPUT MEMORY PROGRAM [ARG ...] runs the wrapped command, for tests
 * with a runtime that works. An empty word is none.
 */
#include "exec/container.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/num.h"
#include "fixture.h"
#include "tap.h"

extern char **environ;

static char *inputs[] = { (char *)"/lib/rec.pdbqt", (char *)"/lib/rec.pdbqt",
	(char *)"/work/7/lig.pdbqt", (char *)"/work/70", NULL };
static char *variables[] = { (char *)"TOKEN", (char *)"ABSENT", NULL };
static char *env[] = { (char *)"PATH=/bin", (char *)"TOKEN=secret", (char *)"TOKENS=x",
	(char *)"DOCKLINE_EXECUTION=7", (char *)"DOCKLINE_PROGRESS_FD=3",
	(char *)"CUDA_VISIBLE_DEVICES=1", NULL };
static char *argv_vina[] = { (char *)"vina", (char *)"--config", (char *)"a b", NULL };

static const struct container_spec small = { .image = "vina:1.2" };
static const struct container_spec full = {
	.image = "docker://lab/vina:1.2",
	.name = "dockline-7-1",
	.work = "/work/7",
	.inputs = inputs,
	.variables = variables,
	.cpus = 1.5,
	.memory = 700 << 20,
	.gpus = true,
	.three = true,
	.user = 1000,
	.group = 100,
};
static const struct container_spec connected = { .image = "/images/v.sif", .network = true };
static const struct container_spec connected_name = { .image = "lab/v", .network = true };

static const struct {
	const char *name;
	enum container_runtime runtime;
	const struct container_spec *spec;
	const char *argv, *added; /* added to env */
} vectors[] = {
	{ "apptainer, least", CONTAINER_APPTAINER, &small,
	    "exec|--containall|--net|--network=none|docker://vina:1.2|vina|--config|a b",
	    "APPTAINERENV_DOCKLINE_EXECUTION=7" },
	{ "apptainer, all", CONTAINER_APPTAINER, &full,
	    "exec|--containall|--net|--network=none|--nv|--pwd=/work/7|--bind|/work/7:/work/7:rw"
	    "|--bind|/lib/rec.pdbqt:/lib/rec.pdbqt:ro|--bind|/work/70:/work/70:ro"
	    "|docker://lab/vina:1.2|vina|--config|a b",
	    "APPTAINERENV_TMPDIR=/work/7|APPTAINERENV_DOCKLINE_EXECUTION=7"
	    "|APPTAINERENV_TOKEN=secret|APPTAINERENV_CUDA_VISIBLE_DEVICES=1" },
	{ "apptainer, network", CONTAINER_APPTAINER, &connected,
	    "exec|--containall|/images/v.sif|vina|--config|a b",
	    "APPTAINERENV_DOCKLINE_EXECUTION=7" },
	{ "singularity, least", CONTAINER_SINGULARITY, &small,
	    "exec|--containall|--net|--network=none|docker://vina:1.2|vina|--config|a b",
	    "SINGULARITYENV_DOCKLINE_EXECUTION=7" },
	{ "podman, least", CONTAINER_PODMAN, &small,
	    "run|--rm|--interactive|--log-driver=none|--security-opt=label=disable|--network=none"
	    "|--user=0:0|--env|DOCKLINE_EXECUTION|--entrypoint=vina|vina:1.2|--config|a b",
	    "" },
	{ "podman, all", CONTAINER_PODMAN, &full,
	    "run|--rm|--interactive|--log-driver=none|--security-opt=label=disable"
	    "|--preserve-fds=1|--name=dockline-7-1|--network=none|--user=0:0|--cpus=1.5|--memory="
	    "734003200b"
	    "|--device=nvidia.com/gpu=all|--workdir=/work/7|--env=TMPDIR=/work/7"
	    "|--env|DOCKLINE_EXECUTION|--env|TOKEN|--env|DOCKLINE_PROGRESS_FD"
	    "|--env|CUDA_VISIBLE_DEVICES|--mount|type=bind,source=/work/7,target=/work/7"
	    "|--mount|type=bind,source=/lib/rec.pdbqt,target=/lib/rec.pdbqt,readonly"
	    "|--mount|type=bind,source=/work/70,target=/work/70,readonly"
	    "|--entrypoint=vina|lab/vina:1.2|--config|a b",
	    "" },
	{ "docker, all", CONTAINER_DOCKER, &full,
	    "run|--rm|--interactive|--log-driver=none|--security-opt=label=disable|--init"
	    "|--name=dockline-7-1|--network=none|--user=1000:100|--cpus=1.5|--memory=734003200b"
	    "|--gpus=all|--workdir=/work/7|--env=TMPDIR=/work/7"
	    "|--env|DOCKLINE_EXECUTION|--env|TOKEN|--env|CUDA_VISIBLE_DEVICES"
	    "|--mount|type=bind,source=/work/7,target=/work/7"
	    "|--mount|type=bind,source=/lib/rec.pdbqt,target=/lib/rec.pdbqt,readonly"
	    "|--mount|type=bind,source=/work/70,target=/work/70,readonly"
	    "|--entrypoint=vina|lab/vina:1.2|--config|a b",
	    "" },
	{ "docker, network", CONTAINER_DOCKER, &connected_name,
	    "run|--rm|--interactive|--log-driver=none|--security-opt=label=disable|--init"
	    "|--user=0:0|--env|DOCKLINE_EXECUTION|--entrypoint=vina|lab/v|--config|a b",
	    "" },
};

/* The words with bars between them. */
static char *
join(char *const *words)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; words[i]; i++)
		buf_addf(&text, "%s%s", i ? "|" : "", words[i]);
	return buf_take(&text);
}

static void
test_wrap(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct container_command got;
		struct err err = { 0 };
		char *words;

		is_int(container_wrap(vectors[i].runtime, "/bin/runtime", vectors[i].spec,
			   argv_vina, env, &got, &err),
		    0, "%s %s", vectors[i].name, err.text);
		if (!got.argv)
			continue;
		is_str(got.argv[0], "/bin/runtime", "%s: program", vectors[i].name);
		words = join(got.argv + 1);
		is_str(words, vectors[i].argv, "%s: words", vectors[i].name);
		free(words);
		is_str(got.env[1], "TOKEN=secret", "%s: the environment stays", vectors[i].name);
		words = join(got.env + COUNT(env) - 1);
		is_str(words, vectors[i].added, "%s: what is added", vectors[i].name);
		free(words);
		container_command_clear(&got);
	}
}

static void
test_refused(void)
{
	static char *relative[] = { (char *)"rec.pdbqt", NULL };
	static char *comma[] = { (char *)"/lib/a,b", NULL };
	static char *colon[] = { (char *)"/lib/a:b", NULL };
	static const struct {
		enum container_runtime runtime;
		struct container_spec spec;
		const char *text; /* NULL: is fine */
	} cases[] = {
		{ CONTAINER_PODMAN, { .image = "" }, "'' is not a container image" },
		{ CONTAINER_PODMAN, { .image = "--privileged" },
		    "'--privileged' is not a container image" },
		{ CONTAINER_DOCKER, { .image = "./v.sif" },
		    "docker cannot run the image file './v.sif'" },
		{ CONTAINER_PODMAN, { .image = "images/v.sif" },
		    "podman cannot run the image file 'images/v.sif'" },
		{ CONTAINER_APPTAINER, { .image = "images/v.sif" }, NULL },
		{ CONTAINER_PODMAN, { .image = "v", .work = "here" },
		    "'here' cannot be put into a container: not absolute" },
		{ CONTAINER_PODMAN, { .image = "v", .inputs = relative },
		    "'rec.pdbqt' cannot be put into a container: not absolute" },
		{ CONTAINER_DOCKER, { .image = "v", .inputs = comma },
		    "'/lib/a,b' cannot be put into a container: comma, quote or newline in its"
		    " name" },
		{ CONTAINER_DOCKER, { .image = "v", .inputs = colon }, NULL },
		{ CONTAINER_APPTAINER, { .image = "v", .inputs = colon },
		    "'/lib/a:b' cannot be put into a container: comma, colon, quote, backslash or"
		    " newline in its name" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct container_command got;
		struct err err = { 0 };
		int rc = container_wrap(
		    cases[i].runtime, "/bin/r", &cases[i].spec, argv_vina, env, &got, &err);

		is_int(rc, cases[i].text ? -1 : 0, "case %zu", i);
		is_str(err.text, cases[i].text ? cases[i].text : "", "case %zu: message", i);
		ok(rc == 0 || err.kind == ERR_INPUT, "case %zu: kind", i);
		container_command_clear(&got);
	}
}

static void
test_remove(void)
{
	char **argv = container_remove_argv(CONTAINER_DOCKER, "/bin/docker", &full);
	char *words = join(argv);

	is_str(words, "/bin/docker|rm|--force|dockline-7-1", "docker's daemon is told");
	free(words);
	container_argv_free(argv);
	argv = container_remove_argv(CONTAINER_PODMAN, "/bin/podman", &full);
	words = join(argv);
	is_str(words, "/bin/podman|rm|--force|--ignore|--time=0|dockline-7-1", "podman, too");
	free(words);
	container_argv_free(argv);
	ok(!container_remove_argv(CONTAINER_APPTAINER, "/bin/a", &full), "a descendant is not");
	ok(!container_remove_argv(CONTAINER_PODMAN, "/bin/p", &small),
	    "one without a name neither");
}

static void
put_program(const char *root, const char *name)
{
	char *path = path_join(root, name);

	fixture_put(root, name, "#!/bin/sh\n");
	chmod(path, 0755);
	free(path);
}

/* Find; the program's name, or the message. */
static void
is_found(const char *runtime, const char *image, const char *want)
{
	enum container_runtime found;
	struct err err = { 0 };
	char *program;
	int rc = container_find(runtime, image, &found, &program, &err);

	is_str(rc == 0 ? path_base(program) : err.text, want, "%s, %s", runtime ? runtime : "auto",
	    image);
	if (rc == 0)
		is_str(container_runtime_name(found), want, "is %s", want);
	else
		ok(!program && err.kind == ERR_USAGE, "says so");
	free(program);
}

static void
test_find(void)
{
	char *root = fixture_root(), *path = xstrdup(getenv("PATH"));

	setenv("PATH", root, 1);
	is_found(NULL, "vina:1",
	    "image 'vina:1' needs apptainer, podman or docker, and none is installed (packages"
	    " 'podman' or 'docker.io' of Debian and Ubuntu, 'podman' or EPEL's 'apptainer' of"
	    " RHEL)");
	put_program(root, "docker");
	is_found(NULL, "vina:1", "docker");
	put_program(root, "singularity");
	put_program(root, "podman");
	is_found("auto", "vina:1", "podman");
	is_found("docker", "vina:1", "docker");
	is_found("singularity", "vina:1", "singularity");
	is_found("auto", "/images/vina.sif",
	    "image '/images/vina.sif' needs apptainer, which is not installed (package 'apptainer'"
	    " of EPEL or conda-forge; on Debian from its web site)");
	is_found("apptainer", "vina:1", "image 'vina:1' needs apptainer, which is not installed");
	put_program(root, "apptainer");
	is_found("auto", "vina:1", "apptainer");
	is_found("lxc", "vina:1",
	    "container runtime 'lxc': must be auto, apptainer, singularity, podman or docker");
	setenv("PATH", path, 1);
	free(path);
	fixture_free(root);
}

/* Become the wrapped command. */
static int
run(char **words)
{
	char *input[] = { *words[3] ? words[3] : NULL, NULL };
	struct container_spec spec = { .image = words[1],
		.name = getenv("CONTAINER_NAME"),
		.three = getenv("DOCKLINE_PROGRESS_FD") != NULL,
		.work = *words[2] ? words[2] : NULL,
		.inputs = input,
		.user = (int)geteuid(),
		.group = (int)getegid() };
	struct container_command command;
	enum container_runtime runtime;
	struct err err = { 0 };
	char *program;

	if ((*words[4] && num_size(words[4], &spec.memory, &err) < 0) ||
	    container_find(words[0], words[1], &runtime, &program, &err) < 0 ||
	    container_wrap(runtime, program, &spec, words + 5, environ, &command, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	execve(program, command.argv, command.env);
	perror(program);
	return 5;
}

/* Become what removes a container. */
static int
remove_one(const char *name, const char *container)
{
	struct container_spec spec = { .image = "x", .name = container };
	enum container_runtime runtime;
	struct err err = { 0 };
	char *program, **words = NULL;

	if (container_find(name, "x", &runtime, &program, &err) == 0)
		words = container_remove_argv(runtime, program, &spec);
	if (words)
		execv(program, words);
	fprintf(stderr, "%s\n", words ? program : err.text);
	return 5;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "remove") == 0)
		return remove_one(argv[2], argv[3]);
	if (argc > 6)
		return run(argv + 1);
	test_wrap();
	test_refused();
	test_remove();
	test_find();
	return done_testing();
}
