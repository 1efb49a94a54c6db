/* SPDX-License-Identifier: MIT */
/*
 * doctor_programs: which programs for docking are here, and what is known to be wrong with them.
 *
 * They are rows of a table: how to find one, how to ask for its version, what to
 * install when it is missing. Engines of share/engines become such rows.
 */
#include <ctype.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/doctor_parts.h"
#include "cli/interpreter.h"
#include "dock/engine.h"
#include "dock/enginefile.h"
#include "exec/proc.h"

enum { SECONDS = 10, GRACE = 1 };

/* One program. A line of its output that begins with `banner` holds the version, behind it. */
static const struct program {
	const char *group, *name;
	const char *program;  /* what is looked for on PATH */
	const char *variable; /* names another one; NULL: none */
	const char *package;  /* in Debian; NULL: there is none */
	const char *banner;
	const char *args[4]; /* what asks for the version; none: being there is enough */
	bool needed;         /* without it nothing can be docked */
	bool hashed;
} programs[] = {
	{ "engine", "vina", "vina", "DOCKLINE_VINA", "autodock-vina", "AutoDock Vina ",
	    { "--version" }, true, true },
	{ "engine", "smina", "smina", "DOCKLINE_SMINA", NULL, "Smina ", { "--version" }, false,
	    true },
	{ "engine", "gnina", "gnina", "DOCKLINE_GNINA", NULL, "gnina ", { "--version" }, false,
	    true },
	{ "chemistry", "obabel", "obabel", "DOCKLINE_OBABEL", "openbabel", "Open Babel ", { "-V" },
	    true, false },
	{ "chemistry", "obrms", "obrms", "DOCKLINE_OBRMS", "openbabel", "", { NULL }, false,
	    false },
	{ "chemistry", "rdkit", "python3", "DOCKLINE_PYTHON", "python3-rdkit", "",
	    { "-c", "import rdkit; print(rdkit.__version__)" }, false, false },
	{ "chemistry", "meeko", "mk_prepare_ligand.py", "DOCKLINE_MEEKO", NULL, "",
	    { "-c", "from importlib import metadata; print(metadata.version('meeko'))" }, false,
	    false },
	{ "cluster", "slurm", "sbatch", NULL, "slurm-client", "slurm", { "--version" }, false,
	    false },
	{ "cluster", "gridengine", "qconf", NULL, "gridengine-client", "", { NULL }, false, false },
	{ "container", "apptainer", "apptainer", NULL, NULL, "apptainer version ", { "--version" },
	    false, false },
	{ "container", "podman", "podman", NULL, "podman", "podman version ", { "--version" },
	    false, false },
	{ "container", "docker", "docker", NULL, "docker.io", "Docker version ", { "--version" },
	    false, false },
	{ "gpu", "nvidia", "nvidia-smi", NULL, "nvidia-smi", "",
	    { "--query-gpu=name,memory.total", "--format=csv,noheader" }, false, false },
};

/* What is known to be wrong with versions from since on, before `before` (0: all), and what
 * Dockline does about it; beside what dock/engine knows. */
static const struct defect {
	const char *name;
	int since, before; /* as in dock/engine.h */
	const char *text;
} defects[] = {
	{ "vina", 10200, 10204,
	    "--batch ends at the first ligand that it cannot read, and writes over poses of equal "
	    "names: what is left is docked alone, and files have numbers" },
	{ "vina", 0, 0,
	    "ends well with a full disk, a box too small or far away: poses are read and judged" },
	{ "smina", 0, 0,
	    "ends well at a broken record of an SDF, without what follows: ligands are checked "
	    "before, and poses are counted" },
	{ "gnina", 0, 10303,
	    "loses poses when it is given several ligand files (gnina 351): it is given one" },
	{ "gnina", 10300, 10400,
	    "--device is ignored by its networks: the GPU is chosen by CUDA_VISIBLE_DEVICES" },
	{ "qvina2", 0, 0, "calls itself AutoDock Vina 1.1.2: records have its SHA-256" },
	{ "unidock", 0, 0,
	    "the same seed may give other poses (Uni-Dock 133): --replay tells, it cannot help" },
	{ "obabel", 0, 0,
	    "--gen3d has no seed and can hang or write zeros: time limits, and RDKit first" },
};

static void
set_missing(json_t *check, const struct program *p)
{
	doctor_set(check, "status", "missing");
	json_object_del(check, "path");
	if (p->package)
		doctor_set(check, "package", p->package);
	if (p->variable)
		doctor_set(check, "variable", p->variable);
}

/* The version behind the banner and a "v", up to " -- " or the end of its line; NULL when no line
 * has it. The caller frees. */
static char *
read_version(const char *text, const char *banner)
{
	size_t skip = strlen(banner);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *from = text + skip, *end;
		size_t len;

		if (strncmp(text, banner, skip) != 0 || strcspn(text, "\r\n") == 0)
			continue;
		from += strspn(from, " ");
		if (from[0] == 'v' && from[1] >= '0' && from[1] <= '9')
			from++;
		end = strstr(from, " -- ");
		len = strcspn(from, "\r\n");
		return xstrndup(from, end && end < from + len ? (size_t)(end - from) : len);
	}
	return NULL;
}

static void
add_defects(json_t *check, const char *name, const struct engine *engine, const char *output)
{
	struct engine_version known = { .number = ENGINE_NEWEST };
	bool told = engine && engine_version_read(engine, output, &known, NULL) == 0;
	const char *status = "ok";

	if (told && engine_unbound_wrong(engine, &known)) {
		status = "warning";
		doctor_note(check, status,
		    "takes a wrong unbound energy, which falsifies the order of "
		    "ligands: affinities are repaired and marked");
	}
	for (size_t i = 0; i < sizeof(defects) / sizeof(*defects); i++) {
		const struct defect *d = &defects[i];

		if (strcmp(d->name, name) == 0 &&
		    (d->before == 0 ||
			(told && known.number >= d->since && known.number < d->before)))
			doctor_note(check, status, "%s", d->text);
	}
}

/* Meeko's program is a script: the Python that runs it is asked. */
static bool
is_script(const struct program *p)
{
	const char *dot = strrchr(p->program, '.');

	return dot && strcmp(dot, ".py") == 0;
}

/* How it ended, and the last that it said. */
static void
note_end(json_t *check, const struct outcome *outcome, struct buf *said)
{
	const char *last;
	char how[64];

	while (said->len > 0 && isspace((unsigned char)said->data[said->len - 1]))
		said->data[--said->len] = '\0';
	last = said->len > 0 ? strrchr(said->data, '\n') : NULL;
	last = last ? last + 1 : buf_str(said);
	doctor_note(
	    check, "broken", "%s%s%.200s", proc_describe(outcome, how), *last ? ": " : "", last);
}

/* Ask a program for its version. */
static int
ask(json_t *check, const struct program *p, const struct engine *engine, char *path,
    struct err *err)
{
	char *argv[6] = { path };
	struct proc_spec spec = { .argv = argv, .program = path };
	struct buf out = BUF_INIT, said = BUF_INIT;
	struct outcome outcome;
	char *version = NULL;
	int rc;

	for (size_t i = 0; i < 4 && p->args[i]; i++)
		argv[i + 1] = (char *)p->args[i];
	rc = proc_run(&spec, NULL, &out, &said, SECONDS, GRACE, &outcome, err);
	if (rc < 0) {
		doctor_note(check, "broken", "%s", err->text);
		*err = (struct err){ 0 };
	} else if (!outcome.exited || outcome.code != 0) {
		if ((strcmp(p->program, "python3") == 0 || is_script(p)) && outcome.exited)
			set_missing(check, p); /* the interpreter is there, the module is not */
		else
			note_end(check, &outcome, &said);
	} else if ((version = read_version(buf_str(&out), p->banner))) {
		doctor_set(check, "version", version);
		add_defects(check, p->name, engine, buf_str(&out));
	} else {
		doctor_note(check, "broken", "it does not say its version: is it %s?", p->name);
	}
	free(version);
	buf_clear(&out);
	buf_clear(&said);
	return proc_caught() ? err_set(err, ERR_NO, "%s", "") : 0;
}

/* The program a row names: its variable, for Python the one of the distribution (it has the
 * distribution's modules), else PATH. The caller frees. */
static char *
find_program(const struct program *p)
{
	const char *given = p->variable ? getenv(p->variable) : NULL;

	if (given && *given)
		return path_program(given);
	if (strcmp(p->program, "python3") == 0 && access("/usr/bin/python3", X_OK) == 0)
		return xstrdup("/usr/bin/python3");
	return path_program(p->program);
}

/* The other Python that may have the modules, as dock-prep looks for them; NULL: none. The caller
 * frees. */
static char *
find_other(const struct program *p, const char *path)
{
	const char *given = p->variable ? getenv(p->variable) : NULL;
	char *other;

	if (strcmp(p->program, "python3") != 0 || (given && *given))
		return NULL;
	other = path_program(p->program);
	if (other && path && strcmp(other, path) == 0) {
		free(other);
		other = NULL;
	}
	return other;
}

static int
ask_script(json_t *check, const struct program *p, const char *path, struct err *err)
{
	char *interpreter = script_interpreter(path);
	int rc = 0;

	if (interpreter)
		rc = ask(check, p, NULL, interpreter, err);
	else
		doctor_note(check, "broken", "it does not tell which Python runs it");
	free(interpreter);
	return rc;
}

/* The check of one program at one path; NULL: it is nowhere. */
static int
check_path(const struct program *p, const struct engine *engine, char *path, json_t *checks,
    struct err *err)
{
	json_t *check = doctor_check(p->group, p->name);
	char hex[DIGEST_HEX];
	int rc = 0;

	json_object_set_new(check, "needed", json_boolean(p->needed));
	if (path) {
		doctor_set(check, "status", "ok");
		doctor_set(check, "path", path);
		if (is_script(p))
			rc = ask_script(check, p, path, err);
		else if (p->args[0])
			rc = ask(check, p, engine, path, err);
		if (p->hashed && digest_file(path, hex, NULL) == 0)
			doctor_set(check, "sha256", hex);
	} else {
		set_missing(check, p);
		if (p->variable && getenv(p->variable) && *getenv(p->variable))
			doctor_note(check, "missing", "%s is '%s', which cannot be run",
			    p->variable, getenv(p->variable));
	}
	json_array_append_new(checks, check);
	return rc;
}

static int
check_program(const struct program *p, const struct engine *engine, json_t *checks, struct err *err)
{
	char *path = find_program(p), *other = find_other(p, path);
	size_t place = json_array_size(checks);
	int rc = check_path(p, engine, path, checks, err);
	json_t *status = json_object_get(json_array_get(checks, place), "status");

	if (rc == 0 && other && strcmp(json_string_value(status), "missing") == 0) {
		json_array_remove(checks, place);
		rc = check_path(p, engine, other, checks, err);
	}
	free(path);
	free(other);
	return rc;
}

/* An engine of a file: as the rows of ours. */
static int
check_engine(const char *path, json_t *checks, struct err *err)
{
	struct err why = { 0 };
	struct engine *row = enginefile_read(path, &why);
	struct program p = { .group = "engine", .args = { "--version" }, .hashed = true };
	json_t *check;
	int rc = 0;

	if (row) {
		p.name = row->name;
		p.program = row->program;
		p.variable = row->variable;
		p.package = row->package;
		p.banner = row->banner;
		if (row->ask)
			p.args[0] = row->ask;
		rc = check_program(&p, row, checks, err);
	} else {
		check = doctor_check("engine", path_base(path));
		doctor_note(check, "broken", "%s", why.text);
		json_array_append_new(checks, check);
	}
	enginefile_free(row);
	return rc;
}

static int
check_engines(json_t *checks, struct err *err)
{
	char *folder = path_share("engines"),
	     *pattern = folder ? path_join(folder, "*.yaml") : NULL;
	glob_t found = { 0 };
	int rc = 0;

	if (pattern && glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && rc == 0; i++)
			rc = check_engine(found.gl_pathv[i], checks, err);
	globfree(&found);
	free(pattern);
	free(folder);
	return rc;
}

int
doctor_programs(json_t *checks, struct err *err)
{
	bool engines = true;

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		const struct program *p = &programs[i];

		if (engines && strcmp(p->group, "engine") != 0) {
			engines = false;
			if (check_engines(checks, err) < 0)
				return -1;
		}
		if (check_program(p, engine_find(p->name), checks, err) < 0)
			return -1;
	}
	return 0;
}
