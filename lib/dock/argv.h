/* SPDX-License-Identifier: MIT */
/*
 * argv: the command line of an engine for a request.
 *
 * Every parameter that this version of the engine has is given, whether the
 * user named it or not: what ran is then all there to be read, and does not
 * change when a later version has other presets. Numbers are as short as they
 * can be and still read back the same.
 */
#ifndef DOCK_ARGV_H
#define DOCK_ARGV_H

struct engine_version;
struct request;

/* The files, as the engine is to open them. Of an engine that docks many ligands at a time, ligand
 * is the list of them, and out the folder of poses. */
struct argv_files {
	const char *program, *receptor, *ligand, *out;
	char *const *ligands; /* instead of ligand: those that are docked together, ended by NULL */
	char *const *batch;   /* instead of ligand: several, ended by NULL; out is a folder then */
};

/* The vector, ended by NULL. Free it with argv_free. */
char **argv_build(const struct request *request, const struct engine_version *version,
    const struct argv_files *files);
void argv_free(char **argv);

#endif
