/* SPDX-License-Identifier: MIT */
/* definition: task_parse and task_lint: the JSON of a definition, read and judged. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/quantity.h"
#include "base/strtab.h"
#include "task/fault.h"
#include "task/openapi.h"
#include "task/remote.h"
#include "task/schema.h"
#include "task/task.h"

enum { NAME_MAX_LEN = 128, WINDOW_MAX = 10000, GPUS_MOST = 1024 };

#define DEFAULT_TIMEOUT 7200.0 /* seconds: dockline-task(5) */
#define DEFAULT_GRACE 10.0
#define SERVICE "/service_config"

/* clang-format off */
#define LIST(names) (names), sizeof(names) / sizeof(*(names))
/* clang-format on */

bool
task_is_name(const char *text)
{
	if (!isalnum((unsigned char)*text) || strlen(text) > NAME_MAX_LEN)
		return false;
	for (const char *p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-:", *p))
			return false;
	return true;
}

/* A member that is text; absent: the default. */
static const char *
read_text(struct faults *f, const char *pointer, const json_t *object, const char *key,
    const char *absent)
{
	const json_t *value = fault_member(f, pointer, object, key, JSON_STRING);

	return value ? json_string_value(value) : absent;
}

/* Names and versions are written NAME@VERSION, so neither holds '@' or blanks. */
static void
check_name(struct faults *f, const char *key, const char *text)
{
	if (!task_is_name(text))
		fault(f, "", key, TASK_NAME_RULE ", found '%s'", text);
}

static void
read_tags(struct faults *f, const json_t *definition)
{
	json_t *tags = fault_member(f, "", definition, "tags", JSON_ARRAY), *tag;
	char index[24];
	size_t i;

	json_array_foreach(tags, i, tag) {
		snprintf(index, sizeof(index), "%zu", i);
		if (!json_is_string(tag))
			fault(f, "/tags", index, "must be a string, found %s", json_type_name(tag));
	}
}

static void
read_identity(struct task *task, struct faults *f)
{
	static const char *const known[] = { "task_id", "version", "name", "category",
		"description", "tags", "status", "interface_spec", "service_config" };
	const json_t *d = task->definition;

	fault_unknown(f, "", d, LIST(known));
	fault_missing(f, "", d, "task_id");
	task->name = read_text(f, "", d, "task_id", "task");
	task->version = read_text(f, "", d, "version", "1");
	task->status = read_text(f, "", d, "status", "active");
	read_text(f, "", d, "name", NULL);
	read_text(f, "", d, "category", NULL);
	read_text(f, "", d, "description", NULL);
	read_tags(f, d);
	check_name(f, "task_id", task->name);
	check_name(f, "version", task->version);
	if (!task_is_status(task->status))
		fault(f, "", "status", "must be active, inactive or deprecated, found '%s'",
		    task->status);
}

static void
read_resources(struct task *task, const json_t *service, struct faults *f)
{
	static const char *const names[] = { "cpus", "memory", "gpus" };
	static const char at[] = SERVICE "/resources";
	json_t *resources = fault_member(f, SERVICE, service, "resources", JSON_OBJECT);
	json_t *gpus = json_object_get(resources, "gpus");
	double memory = 0;

	task->cpus = task->service_url ? 0 : 1; /* it runs elsewhere */
	fault_unknown(f, at, resources, LIST(names));
	fault_quantity(f, at, resources, "cpus", QUANTITY_NUMBER, &task->cpus);
	fault_quantity(f, at, resources, "memory", QUANTITY_BYTES, &memory);
	task->memory = (int64_t)memory;
	if (json_is_number(gpus) && json_number_value(gpus) == 0)
		return;
	fault_quantity(f, at, resources, "gpus", QUANTITY_NUMBER, &task->gpus);
	if (task->gpus > GPUS_MOST || (task->gpus > 1 && task->gpus != (int)task->gpus))
		fault(
		    f, at, "gpus", "must be a part of one, or a whole number up to %d", GPUS_MOST);
}

static void
read_timeout(struct task *task, const json_t *service, struct faults *f)
{
	static const char *const names[] = { "soft", "hard" };
	static const char at[] = SERVICE "/timeout";
	json_t *timeout = json_object_get(service, "timeout");
	int before = f->count;

	task->soft = DEFAULT_TIMEOUT;
	if (!json_is_object(timeout)) {
		fault_quantity(f, SERVICE, service, "timeout", QUANTITY_SECONDS, &task->soft);
	} else {
		fault_unknown(f, at, timeout, LIST(names));
		fault_quantity(f, at, timeout, "soft", QUANTITY_SECONDS, &task->soft);
		fault_quantity(f, at, timeout, "hard", QUANTITY_SECONDS, &task->hard);
		if (task->hard > 0 && !json_object_get(timeout, "soft"))
			task->soft = task->hard;
		if (task->hard > 0 && task->hard < task->soft && f->count == before)
			fault(f, at, "hard", "must not be less than 'soft'");
	}
	if (task->hard == 0)
		task->hard = task->soft + DEFAULT_GRACE;
}

static int
judge_retry(const json_t *json, void *policy, struct err *err)
{
	return retry_parse(json, policy, err);
}

/* A coprocess serves many executions: no parameter of one can be part of its command. */
struct fixed {
	const struct task *task;
	struct faults *faults;
};

static void
check_fixed(const struct schema_member *member, void *ctx)
{
	const struct fixed *fixed = ctx;
	char *braced = xasprintf("{%s}", member->name), index[24];
	char **argv = fixed->task->argv;

	for (size_t i = 0; argv && argv[i]; i++) {
		snprintf(index, sizeof(index), "%zu", i);
		if (strstr(argv[i], braced))
			fault(fixed->faults, SERVICE "/command", index,
			    "must not hold the parameter %s: with 'stream' one process serves many"
			    " executions",
			    braced);
	}
	free(braced);
}

static void
read_stream(struct task *task, const json_t *service, struct faults *f)
{
	static const char *const names[] = { "window", "turns" };
	static const char at[] = SERVICE "/stream";
	json_t *stream = fault_member(f, SERVICE, service, "stream", JSON_OBJECT), *window;

	if (!stream)
		return;
	task->window = 1;
	fault_unknown(f, at, stream, LIST(names));
	window = fault_member(f, at, stream, "window", JSON_INTEGER);
	if (window && (json_integer_value(window) < 1 || json_integer_value(window) > WINDOW_MAX))
		fault(f, at, "window", "must be between 1 and %d, found %lld", WINDOW_MAX,
		    (long long)json_integer_value(window));
	else if (window)
		task->window = (int)json_integer_value(window);
	task->turns = json_is_true(fault_member(f, at, stream, "turns", JSON_TRUE));
	if (task->lines)
		fault(f, SERVICE, "lines", "does not go together with 'stream'");
	if (task->params)
		schema_each_member(task->params, check_fixed, &(struct fixed){ task, f });
}

/* How it is run: a program here, or a service somewhere. */
static void
read_way(struct task *task, const json_t *service, struct faults *f)
{
	task->service_url = read_text(f, SERVICE, service, "service_url", NULL);
	if (!task->service_url) {
		fault_missing(f, SERVICE, service, "command");
		task->argv = fault_argv(f, SERVICE, service, "command");
		return;
	}
	endpoint_check_url(f, SERVICE, "service_url", task->service_url);
	if (!task->spec)
		fault(f, "", NULL, "lacks 'interface_spec': it names the path of a service");
	task->remote = remote_read(SERVICE, service, f);
}

/* What can be said of a program, and of a service. */
static void
check_members(const json_t *service, struct faults *f)
{
	static const char *const here[] = { "command", "service_url", "stream", "resources",
		"timeout", "workdir", "retry", "cwd", "lines", RULES_MEMBERS };
	static const char *const there[] = { "service_url", "resources", "timeout", "retry",
		REMOTE_MEMBERS, RULES_MEMBERS };

	if (json_object_get(service, "service_url"))
		fault_unknown(f, SERVICE, service, LIST(there));
	else
		fault_unknown(f, SERVICE, service, LIST(here));
}

static void
read_service(struct task *task, struct faults *f)
{
	json_t *service = fault_member(f, "", task->definition, "service_config", JSON_OBJECT);
	const char *cwd;

	fault_missing(f, "", task->definition, "service_config");
	if (!service)
		return;
	check_members(service, f);
	read_way(task, service, f);
	read_resources(task, service, f);
	read_timeout(task, service, f);
	fault_each(
	    f, SERVICE, "retry", json_object_get(service, "retry"), judge_retry, &task->retry);
	rules_read(&task->rules, SERVICE, service, f);
	task->workdir = json_is_true(fault_member(f, SERVICE, service, "workdir", JSON_TRUE));
	task->lines = json_is_true(fault_member(f, SERVICE, service, "lines", JSON_TRUE));
	read_stream(task, service, f);
	if (task->rules.hooks.before && (task->window || task->service_url))
		fault(f, SERVICE "/hooks", "before",
		    "does not go together with '%s': a try has no process of its own",
		    task->window ? "stream" : "service_url");
	cwd = read_text(f, SERVICE, service, "cwd", NULL);
	if (cwd)
		task->cwd = xstrdup(cwd);
}

/* The task, whatever its faults. */
static struct task *
read_definition(json_t *definition, struct faults *f)
{
	struct task *task = xcalloc(1, sizeof(*task));
	struct interface interface = { .path = NULL };

	task->definition = json_incref(definition);
	retry_default(&task->retry);
	if (!json_is_object(definition)) {
		fault(f, "", NULL, "must be an object that defines a task, found %s",
		    json_type_name(definition));
		return task;
	}
	read_identity(task, f);
	task->spec = fault_member(f, "", definition, "interface_spec", JSON_OBJECT);
	if (task->spec)
		openapi_read(task->spec, "/interface_spec", &interface, f);
	task->post_path = interface.path;
	task->params = interface.params;
	task->results = interface.results;
	task->metrics = interface.metrics;
	read_service(task, f);
	return task;
}

struct task *
task_parse(json_t *definition, struct err *err)
{
	struct err first = { 0 };
	struct faults faults = { fault_keep_first, &first, 0 };
	struct task *task = read_definition(definition, &faults);

	if (faults.count == 0)
		return task;
	err_set(err, first.kind, "task '%s': %s", task->name ? task->name : "", first.text);
	task_free(task);
	return NULL;
}

int
task_lint(json_t *definition, fault_fn *fn, void *ctx)
{
	struct faults faults = { fn, ctx, 0 };

	task_free(read_definition(definition, &faults));
	return faults.count;
}
