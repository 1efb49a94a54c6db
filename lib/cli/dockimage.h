/* SPDX-License-Identifier: MIT */
/*
 * dockimage: an engine that is in a container image.
 *
 * What judges the poses runs here, the engine in there: so any image will do that has the engine,
 * and what it writes is still seen by nobody but us. Files keep their paths: the folder of the
 * docking is writable, what the request names is read-only, and there is no network.
 */
#ifndef CLI_DOCKIMAGE_H
#define CLI_DOCKIMAGE_H

#include "base/digest.h"
#include "exec/container.h"

struct buf;
struct err;
struct outcome;
struct proc_spec;
struct request;

struct dockimage {
	const char *image; /* as container_spec has it; NULL: the engine is on this machine */
	enum container_runtime runtime;
	char *program; /* of the runtime */
};

/* Find the runtime of that name, NULL: the first there is. -1: none. */
int dockimage_open(struct dockimage *image, const char *name, const char *runtime, struct err *err);
void dockimage_close(struct dockimage *image);

/* As proc_run of spec, in the image; without one it is proc_run. The working directory is the one
 * that is writable. request and receptor tell which files are needed; both may be NULL. */
int dockimage_run(const struct dockimage *image, const struct proc_spec *spec,
    const struct request *request, const char *receptor, struct buf *out, struct buf *errout,
    double limit, double grace, struct outcome *outcome, struct err *err);

/* The SHA-256 of a program in the image, as sha256sum in there says. -1: it says none. */
int dockimage_digest(
    const struct dockimage *image, const char *program, char hex[DIGEST_HEX], struct err *err);

#endif
