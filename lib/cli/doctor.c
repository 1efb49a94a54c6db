/* SPDX-License-Identifier: MIT */
/*
 * doctor: what this machine has for docking, and what is known to be wrong with it.
 *
 * Programs are rows of a table: how to find one, how to ask for its version,
 * what to install when it is missing. What is no program has a function.
 */
#include "cli/doctor.h"

#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/config.h"
#include "dock/engine.h"
#include "exec/http.h"
#include "exec/proc.h"
#include "grid/remote.h"
#include "store/store.h"

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
	{ "chemistry", "meeko", "python3", "DOCKLINE_PYTHON", NULL, "",
	    { "-c", "from importlib import metadata; print(metadata.version('meeko'))" }, false,
	    false },
	{ "cluster", "slurm", "sbatch", NULL, "slurm-client", "slurm", { "--version" }, false,
	    false },
	{ "cluster", "gridengine", "qsub", NULL, "gridengine-client", "", { NULL }, false, false },
	{ "container", "apptainer", "apptainer", NULL, NULL, "apptainer version ", { "--version" },
	    false, false },
	{ "container", "podman", "podman", NULL, "podman", "podman version ", { "--version" },
	    false, false },
	{ "container", "docker", "docker", NULL, "docker.io", "Docker version ", { "--version" },
	    false, false },
	{ "gpu", "nvidia", "nvidia-smi", NULL, "nvidia-smi", "",
	    { "--query-gpu=name,memory.total", "--format=csv,noheader" }, false, false },
};

/* What is known to be wrong, and what Dockline does about it; beside what dock/engine knows. */
static const struct defect {
	const char *name, *version; /* "" for every version */
	const char *text;
} defects[] = {
	{ "obabel", "",
	    "--gen3d has no seed and can hang or write zeros: time limits, and RDKit first" },
	{ "gnina", "1.3", "--device is ignored by its networks: set CUDA_VISIBLE_DEVICES" },
};

static json_t *
new_check(const char *group, const char *name)
{
	return json_pack("{s:s,s:s,s:s}", "type", "check", "group", group, "check", name);
}

static void
set_text(json_t *check, const char *key, const char *text)
{
	json_object_set_new(check, key, json_string(text));
}

static void set_note(json_t *check, const char *status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
set_note(json_t *check, const char *status, const char *fmt, ...)
{
	json_t *notes = json_object_get(check, "notes");
	va_list ap;
	char *text;

	if (!notes) {
		notes = json_array();
		json_object_set_new(check, "notes", notes);
	}
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	json_array_append_new(notes, json_string(text));
	free(text);
	set_text(check, "status", status);
}

static void
set_missing(json_t *check, const struct program *p)
{
	set_text(check, "status", "missing");
	json_object_del(check, "path");
	if (p->package)
		set_text(check, "package", p->package);
	if (p->variable)
		set_text(check, "variable", p->variable);
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
add_defects(json_t *check, const struct program *p, const char *version, const char *output)
{
	const struct engine *engine = engine_find(p->name);
	struct engine_version known;

	for (size_t i = 0; i < sizeof(defects) / sizeof(*defects); i++)
		if (strcmp(defects[i].name, p->name) == 0 &&
		    strncmp(version, defects[i].version, strlen(defects[i].version)) == 0)
			set_note(check, "ok", "%s", defects[i].text);
	if (engine && engine_version_read(engine, output, &known, NULL) == 0 &&
	    engine_unbound_wrong(engine, &known))
		set_note(check, "warning",
		    "takes a wrong unbound energy, which falsifies the order of "
		    "ligands: affinities are repaired and marked");
}

/* Ask a program for its version. */
static int
ask(json_t *check, const struct program *p, char *path, struct err *err)
{
	char *argv[6] = { path };
	struct proc_spec spec = { .argv = argv, .program = path };
	struct buf out = BUF_INIT;
	struct outcome outcome;
	char text[64], *version = NULL;
	int rc;

	for (size_t i = 0; i < 4 && p->args[i]; i++)
		argv[i + 1] = (char *)p->args[i];
	rc = proc_run(&spec, NULL, &out, NULL, SECONDS, GRACE, &outcome, err);
	if (rc < 0) {
		set_note(check, "broken", "%s", err->text);
		*err = (struct err){ 0 };
	} else if (!outcome.exited || outcome.code != 0) {
		if (strcmp(p->program, "python3") == 0 && outcome.exited)
			set_missing(check, p); /* the interpreter is there, the module is not */
		else
			set_note(check, "broken", "%s", proc_describe(&outcome, text));
	} else if ((version = read_version(buf_str(&out), p->banner))) {
		set_text(check, "version", version);
		add_defects(check, p, version, buf_str(&out));
	} else {
		set_note(check, "broken", "it does not say its version: is it %s?", p->name);
	}
	free(version);
	buf_clear(&out);
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

/* The check of one program at one path; NULL: it is nowhere. */
static int
check_path(const struct program *p, char *path, json_t *checks, struct err *err)
{
	json_t *check = new_check(p->group, p->name);
	char hex[DIGEST_HEX];
	int rc = 0;

	json_object_set_new(check, "needed", json_boolean(p->needed));
	if (path) {
		set_text(check, "status", "ok");
		set_text(check, "path", path);
		if (p->args[0])
			rc = ask(check, p, path, err);
		if (p->hashed && digest_file(path, hex, NULL) == 0)
			set_text(check, "sha256", hex);
	} else {
		set_missing(check, p);
		if (p->variable && getenv(p->variable) && *getenv(p->variable))
			set_note(check, "missing", "%s is '%s', which cannot be run", p->variable,
			    getenv(p->variable));
	}
	json_array_append_new(checks, check);
	return rc;
}

static int
check_program(const struct program *p, json_t *checks, struct err *err)
{
	char *path = find_program(p), *other = find_other(p, path);
	size_t place = json_array_size(checks);
	int rc = check_path(p, path, checks, err);
	json_t *status = json_object_get(json_array_get(checks, place), "status");

	if (rc == 0 && other && strcmp(json_string_value(status), "missing") == 0) {
		json_array_remove(checks, place);
		rc = check_path(p, other, checks, err);
	}
	free(path);
	free(other);
	return rc;
}

/* What calls services over HTTP. */
static void
check_libcurl(json_t *checks)
{
	json_t *check = new_check("service", "libcurl");
	struct http_library library;
	struct err err = { 0 };

	json_array_append_new(checks, check);
	if (http_library(&library, &err) < 0) {
		set_note(check, "missing", "%s", err.text);
		set_text(check, "package", "libcurl4");
		return;
	}
	set_text(check, "status", "ok");
	set_text(check, "version", library.version);
	if (library.tls)
		set_text(check, "tls", library.tls);
	else
		set_note(check, "warning", "knows no TLS: services at https URLs cannot be called");
}

static void
check_sqlite(json_t *checks)
{
	json_t *check = new_check("state", "sqlite");

	set_text(check, "status", "ok");
	set_text(check, "version", store_sqlite_version());
	if (store_sqlite_has_wal_bug())
		set_note(check, "ok",
		    "has the WAL-reset bug: checkpoints run only under the state lock");
	json_array_append_new(checks, check);
}

/* The state directory, or the nearest one above it that exists: there it would be made. */
static void
check_state(const struct app *app, json_t *checks)
{
	json_t *check = new_check("state", "directory");
	struct err err = { 0 };
	char *dir = store_find(app->state, &err), *there;
	const char *kind = NULL;
	bool network;

	json_array_append_new(checks, check);
	if (!dir) {
		set_note(check, "broken", "%s", err.text);
		return;
	}
	set_text(check, "status", "ok");
	set_text(check, "path", dir);
	there = path_absolute(dir);
	while (access(there, F_OK) < 0 && strrchr(there, '/') > there)
		*strrchr(there, '/') = '\0';
	network = store_on_network(there, &kind);
	set_text(check, "file_system", kind ? kind : "local");
	if (strcmp(there, dir) != 0)
		set_note(check, "ok", "does not exist yet");
	if (network)
		set_note(check, "warning",
		    "is on a network file system: a rollback journal is used, "
		    "which is slower");
	if (access(there, W_OK) < 0)
		set_note(check, "broken", "cannot be written: '%s'", there);
	free(there);
	free(dir);
}

/* What config.yaml and variables set, and whether they can be read. */
static void
check_settings(const struct app *app, json_t *checks)
{
	json_t *check = new_check("state", "settings");
	struct err err = { 0 };
	char *dir = store_find(app->state, NULL);
	struct config *config = config_open(dir, &err);

	set_text(check, "status", "ok");
	json_array_append_new(checks, check);
	if (!config)
		set_note(check, "broken", "%s", err.text);
	for (int i = 0; config && i < CONFIG_KEYS; i++) {
		enum config_key key = (enum config_key)i;
		struct buf value = BUF_INIT;

		if (strcmp(config_source(config, key), "default") == 0)
			continue;
		json_put(config_value(config, key), &value);
		set_note(check, "ok", "%s is %s (%s)", config_setting(key)->path, buf_str(&value),
		    config_source(config, key));
		buf_clear(&value);
	}
	config_free(config);
	free(dir);
}

static void
check_machine(json_t *checks)
{
	json_t *cores = new_check("machine", "cores"), *memory = new_check("machine", "memory");
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
							     : (int)sysconf(_SC_NPROCESSORS_ONLN);
	json_int_t bytes = (json_int_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);

	set_text(cores, "status", "ok");
	json_object_set_new(cores, "count", json_integer(n));
	set_text(memory, "status", "ok");
	json_object_set_new(memory, "bytes", json_integer(bytes));
	if (bytes / ((json_int_t)700 << 20) < n)
		set_note(memory, "warning",
		    "less than 700 MiB a core: Vina 1.2 takes up to that, so "
		    "fewer dockings than cores run at once");
	json_array_append_new(checks, cores);
	json_array_append_new(checks, memory);
}

/* What a cluster allows, and what that means for chunks. */
static void
check_cluster(const json_t *about, json_t *checks)
{
	static const char *const limits[] = { "cluster", "array", "jobs", "submit", "elements",
		"chunk", "calls" };
	const char *error = json_string_value(json_object_get(about, "error"));
	char *name = xasprintf("%s limits", json_string_value(json_object_get(about, "profile")));
	json_t *check = new_check("cluster", name);

	free(name);
	json_array_append_new(checks, check);
	set_text(check, "status", "ok");
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if (json_object_get(about, limits[i]))
			json_object_set(check, limits[i], json_object_get(about, limits[i]));
	if (json_is_false(json_object_get(about, "tested")))
		set_note(check, "warning", "its profile was never tried on a real one");
	if (error) {
		set_note(check, "broken", "%s", error);
		return;
	}
	set_note(check, json_string_value(json_object_get(check, "status")),
	    "%lld elements in an array, %lld at a time; %lld executions in an element until it is "
	    "known how long one takes",
	    (long long)json_integer_value(json_object_get(about, "array")),
	    (long long)json_integer_value(json_object_get(about, "elements")),
	    (long long)json_integer_value(json_object_get(about, "chunk")));
}

static void
check_clusters(json_t *checks)
{
	json_t *found = remote_survey(NULL), *none;

	for (size_t i = 0; i < json_array_size(found); i++)
		check_cluster(json_array_get(found, i), checks);
	if (json_array_size(found) == 0) {
		none = new_check("cluster", "limits");
		set_note(none, "missing", "no cluster here");
		json_array_append_new(checks, none);
	}
	json_decref(found);
}

json_t *
doctor_examine(const struct app *app, struct err *err)
{
	json_t *checks = json_array();

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		if (check_program(&programs[i], checks, err) == 0)
			continue;
		json_decref(checks);
		return NULL;
	}
	check_libcurl(checks);
	check_sqlite(checks);
	check_state(app, checks);
	check_settings(app, checks);
	check_machine(checks);
	check_clusters(checks);
	return checks;
}

bool
doctor_can_dock(const json_t *checks)
{
	size_t i;
	json_t *check;

	json_array_foreach((json_t *)checks, i, check) {
		const char *status = json_string_value(json_object_get(check, "status"));

		if (json_is_true(json_object_get(check, "needed")) &&
		    (strcmp(status, "missing") == 0 || strcmp(status, "broken") == 0))
			return false;
	}
	return true;
}
