/* SPDX-License-Identifier: MIT */
/*
 * container: a command wrapped so that it runs in a container.
 *
 * Files keep their paths: inputs are mounted read-only and the work folder writable where they
 * are outside. The program runs as us, reads our stdin, has no network unless it is allowed, and
 * leaves nothing behind. Without a handler for TERM it may not notice one: it is process 1 (docker
 * has an init). Memory and processors are limited by podman and docker; apptainer's
 * limits need a systemd session that batch jobs lack, but its processes descend from us
 * (exec/memory sees them).
 *
 * Building is pure: nothing is looked at but the arguments. Only container_find looks at PATH.
 */
#ifndef EXEC_CONTAINER_H
#define EXEC_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

struct err;

enum container_runtime {
	CONTAINER_APPTAINER,
	CONTAINER_SINGULARITY, /* its older name; only when asked for: Debian has a game of it */
	CONTAINER_PODMAN,
	CONTAINER_DOCKER,
	CONTAINER_RUNTIMES,
};

/* What a task says, and what the worker knows. NULL and 0: none. */
struct container_spec {
	const char *image;      /* "ubuntu:22.04", "docker://...", "/images/vina.sif" */
	const char *name;       /* of the container, unique on this host */
	const char *work;       /* absolute: writable, working directory and TMPDIR */
	char *const *inputs;    /* absolute paths, read-only; ended by NULL */
	char *const *variables; /* names of variables to pass on; ended by NULL */
	double cpus;
	int64_t memory; /* bytes */
	bool gpus;      /* those of CUDA_VISIBLE_DEVICES, which is passed on */
	bool network;   /* allowed */
	bool three;     /* descriptor 3 and DOCKLINE_PROGRESS_FD are passed on, by podman only */
	int user, group;
};

/* A command and its whole environment. */
struct container_command {
	char **argv, **env;
};

/* The runtime to use for an image: the one named, or for "auto" and NULL the first that is
 * installed of apptainer, podman, docker and can run the image. *program is its path, the
 * caller's to free. -1: none (ERR_USAGE; the message names packages), or an unknown name. */
int container_find(const char *runtime, const char *image, enum container_runtime *found,
    char **program, struct err *err);

/* argv in a container of the spec, env being the environment that it would have outside. The tag of
 * the worker and DOCKLINE_* of the task are always passed on. -1 with ERR_INPUT: a path that is not
 * absolute or cannot be named to a runtime, an image that the runtime cannot run. */
int container_wrap(enum container_runtime runtime, const char *program,
    const struct container_spec *spec, char *const *argv, char *const *env,
    struct container_command *out, struct err *err);
void container_command_clear(struct container_command *command);

/* What ends and removes a container that did not end by itself: killing the program above is not
 * enough, because the container is the child of a daemon (docker), or its monitor is killed before
 * it can tidy up (podman). Already gone is fine, for docker with status 1. The caller frees with
 * container_argv_free. NULL: killing is enough, or it has no name. */
char **container_remove_argv(
    enum container_runtime runtime, const char *program, const struct container_spec *spec);
void container_argv_free(char **argv);

/* "apptainer", ... */
const char *container_runtime_name(enum container_runtime runtime);

#endif
