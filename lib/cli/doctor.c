/* SPDX-License-Identifier: MIT */
/* doctor: what this machine has for docking, beside programs (cli/doctor_programs). */
#include "cli/doctor.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/config.h"
#include "cli/doctor_parts.h"
#include "cli/finding.h"
#include "exec/http.h"
#include "grid/remote.h"
#include "store/store.h"

json_t *
doctor_check(const char *group, const char *name)
{
	return json_pack("{s:s,s:s,s:s}", "type", "check", "group", group, "check", name);
}

void
doctor_set(json_t *check, const char *key, const char *text)
{
	json_object_set_new(check, key, json_string(text));
}

void
doctor_note(json_t *check, const char *status, const char *fmt, ...)
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
	json_array_append_new(notes, finding_string(text, strlen(text)));
	free(text);
	doctor_set(check, "status", status);
}

/* What calls services over HTTP. */
static void
check_libcurl(json_t *checks)
{
	json_t *check = doctor_check("service", "libcurl");
	struct http_library library;
	struct err err = { 0 };

	json_array_append_new(checks, check);
	if (http_library(&library, &err) < 0) {
		doctor_note(check, "missing", "%s", err.text);
		doctor_set(check, "package", "libcurl4");
		return;
	}
	doctor_set(check, "status", "ok");
	doctor_set(check, "version", library.version);
	if (library.tls)
		doctor_set(check, "tls", library.tls);
	else
		doctor_note(
		    check, "warning", "knows no TLS: services at https URLs cannot be called");
}

static void
check_sqlite(json_t *checks)
{
	json_t *check = doctor_check("state", "sqlite");

	doctor_set(check, "status", "ok");
	doctor_set(check, "version", store_sqlite_version());
	if (store_sqlite_has_wal_bug())
		doctor_note(check, "ok",
		    "has the WAL-reset bug: checkpoints run only under the state lock");
	json_array_append_new(checks, check);
}

/* The state directory, or the nearest one above it that exists: there it would be made. */
static void
check_state(const struct app *app, json_t *checks)
{
	json_t *check = doctor_check("state", "directory");
	struct err err = { 0 };
	char *dir = store_find(app->state, &err), *there;
	const char *kind = NULL;
	bool network;

	json_array_append_new(checks, check);
	if (!dir) {
		doctor_note(check, "broken", "%s", err.text);
		return;
	}
	doctor_set(check, "status", "ok");
	doctor_set(check, "path", dir);
	there = path_absolute(dir);
	while (access(there, F_OK) < 0 && strrchr(there, '/') > there)
		*strrchr(there, '/') = '\0';
	network = store_on_network(there, &kind);
	doctor_set(check, "file_system", kind ? kind : "local");
	if (strcmp(there, dir) != 0)
		doctor_note(check, "ok", "does not exist yet");
	if (network)
		doctor_note(check, "warning",
		    "is on a network file system: a rollback journal is used, "
		    "which is slower");
	if (access(there, W_OK) < 0)
		doctor_note(check, "broken", "cannot be written: '%s'", there);
	free(there);
	free(dir);
}

/* What config.yaml and variables set, and whether they can be read. */
static void
check_settings(const struct app *app, json_t *checks)
{
	json_t *check = doctor_check("state", "settings");
	struct err err = { 0 };
	char *dir = store_find(app->state, NULL);
	struct config *config = config_open(dir, &err);

	doctor_set(check, "status", "ok");
	json_array_append_new(checks, check);
	if (!config)
		doctor_note(check, "broken", "%s", err.text);
	for (int i = 0; config && i < CONFIG_KEYS; i++) {
		enum config_key key = (enum config_key)i;
		struct buf value = BUF_INIT;

		if (strcmp(config_source(config, key), "default") == 0)
			continue;
		json_put(config_value(config, key), &value);
		doctor_note(check, "ok", "%s is %s (%s)", config_setting(key)->path,
		    buf_str(&value), config_source(config, key));
		buf_clear(&value);
	}
	config_free(config);
	free(dir);
}

static void
check_machine(json_t *checks)
{
	json_t *cores = doctor_check("machine", "cores"),
	       *memory = doctor_check("machine", "memory");
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
							     : (int)sysconf(_SC_NPROCESSORS_ONLN);
	json_int_t bytes = (json_int_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);

	doctor_set(cores, "status", "ok");
	json_object_set_new(cores, "count", json_integer(n));
	doctor_set(memory, "status", "ok");
	json_object_set_new(memory, "bytes", json_integer(bytes));
	if (bytes / ((json_int_t)700 << 20) < n)
		doctor_note(memory, "warning",
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
	json_t *check = doctor_check("cluster", name);

	free(name);
	json_array_append_new(checks, check);
	doctor_set(check, "status", "ok");
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if (json_object_get(about, limits[i]))
			json_object_set(check, limits[i], json_object_get(about, limits[i]));
	if (json_is_false(json_object_get(about, "tested")))
		doctor_note(check, "warning", "its profile was never tried on a real one");
	if (error) {
		doctor_note(check, "broken", "%s", error);
		return;
	}
	doctor_note(check, json_string_value(json_object_get(check, "status")),
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
		none = doctor_check("cluster", "limits");
		doctor_note(none, "missing", "no cluster here");
		json_array_append_new(checks, none);
	}
	json_decref(found);
}

json_t *
doctor_examine(const struct app *app, struct err *err)
{
	json_t *checks = json_array();

	if (doctor_programs(checks, err) < 0) {
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
