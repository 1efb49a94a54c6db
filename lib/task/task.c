/* SPDX-License-Identifier: MIT */
/* task: a definition of something that can be run. */
#include "task/task.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/strtab.h"
#include "task/openapi.h"

enum { ARGV_MAX = 4096, NAME_MAX_LEN = 128 };

#define DEFAULT_TIMEOUT 7200.0 /* seconds: DESIGN of the queue, man/dockline-task.5 */
#define DEFAULT_GRACE 10.0

static const char *const known[] = { "task_id", "version", "name", "category", "description",
	"tags", "status", "interface_spec", "service_config" };
static const char *const known_service[] = { "command", "resources", "timeout", "workdir", "retry",
	"cwd", "lines" };

static int
refuse_unknown(const json_t *object, const char *const *names, size_t count, struct err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		char *list;

		if (strtab_find(names, count, key) >= 0 || strncmp(key, "x-", 2) == 0)
			continue;
		list = strtab_list(names, count);
		err_set(err, ERR_INPUT, "'%s' is not a member here; there are: %s", key, list);
		free(list);
		return -1;
	}
	return 0;
}

static bool
is_name(const char *text)
{
	if (!isalnum((unsigned char)*text) || strlen(text) > NAME_MAX_LEN)
		return false;
	for (const char *p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-:", *p))
			return false;
	return true;
}

static int
parse_identity(struct task *task, struct err *err)
{
	static const char *const statuses[] = { "active", "inactive", "deprecated" };
	const json_t *d = task->definition;
	const char *text = NULL;

	if (refuse_unknown(d, known, sizeof(known) / sizeof(*known), err) < 0)
		return -1;
	if (json_get_string(d, "task_id", &task->name, err) < 0 ||
	    json_get_string(d, "version", &task->version, err) < 0 ||
	    json_get_string(d, "status", &task->status, err) < 0 ||
	    json_get_string(d, "name", &text, err) < 0 ||
	    json_get_string(d, "category", &text, err) < 0 ||
	    json_get_string(d, "description", &text, err) < 0)
		return -1;
	if (!task->name)
		return err_set(err, ERR_INPUT, "'task_id' must be given");
	if (!is_name(task->name))
		return err_set(err, ERR_INPUT,
		    "'task_id' must be letters, digits, '.', '_' or '-',"
		    " found '%s'",
		    task->name);
	if (strtab_find(statuses, 3, task->status) < 0)
		return err_set(err, ERR_INPUT,
		    "'status' must be active, inactive or deprecated, found '%s'", task->status);
	return 0;
}

static int
parse_command(struct task *task, const json_t *service, struct err *err)
{
	json_t *command = NULL, *arg;
	size_t i, n;

	if (json_get_array(service, "command", &command, err) < 0)
		return -1;
	n = json_array_size(command);
	if (n == 0 || n > ARGV_MAX)
		return err_set(
		    err, ERR_INPUT, "'command' must be an array of a program and its arguments");
	task->argv = xcalloc(n + 1, sizeof(*task->argv));
	json_array_foreach(command, i, arg) {
		if (!json_is_string(arg))
			return err_set(err, ERR_INPUT, "'command/%zu' must be a string, found %s",
			    i, json_type_name(arg));
		task->argv[i] = (char *)json_string_value(arg);
	}
	return 0;
}

/* A member that is a number or a text with a unit. */
static int
read_quantity(const json_t *object, const char *key,
    int (*read)(const char *, double *, struct err *), double *out, struct err *err)
{
	json_t *value = json_object_get(object, key);

	if (!value)
		return 0;
	if (json_is_number(value))
		*out = json_number_value(value);
	else if (!json_is_string(value))
		return err_set(err, ERR_INPUT, "'%s' must be a number or a text with a unit", key);
	else if (read(json_string_value(value), out, err) < 0)
		return err_wrap(err, "'%s'", key);
	if (*out <= 0)
		return err_set(err, ERR_INPUT, "'%s' must be more than 0", key);
	return 0;
}

static int
read_bytes(const char *text, double *out, struct err *err)
{
	int64_t bytes;

	if (num_size(text, &bytes, err) < 0)
		return -1;
	*out = (double)bytes;
	return 0;
}

static int
parse_resources(struct task *task, const json_t *service, struct err *err)
{
	static const char *const names[] = { "cpus", "memory" };
	json_t *resources = NULL;
	double memory = 0;

	task->cpus = 1;
	if (json_get_object(service, "resources", &resources, err) < 0)
		return -1;
	if (!resources)
		return 0;
	if (refuse_unknown(resources, names, 2, err) < 0 ||
	    read_quantity(resources, "cpus", num_double, &task->cpus, err) < 0 ||
	    read_quantity(resources, "memory", read_bytes, &memory, err) < 0)
		return err_wrap(err, "resources");
	task->memory = (int64_t)memory;
	return 0;
}

static int
parse_timeout(struct task *task, const json_t *service, struct err *err)
{
	static const char *const names[] = { "soft", "hard" };
	json_t *timeout = json_object_get(service, "timeout");

	task->soft = DEFAULT_TIMEOUT;
	task->hard = 0;
	if (json_is_object(timeout)) {
		if (refuse_unknown(timeout, names, 2, err) < 0 ||
		    read_quantity(timeout, "soft", num_duration, &task->soft, err) < 0 ||
		    read_quantity(timeout, "hard", num_duration, &task->hard, err) < 0)
			return err_wrap(err, "timeout");
		if (task->hard > 0 &&
		    (!json_object_get(timeout, "soft") || task->soft > task->hard))
			task->soft = task->hard;
	} else if (read_quantity(service, "timeout", num_duration, &task->soft, err) < 0) {
		return -1;
	}
	if (task->hard == 0)
		task->hard = task->soft + DEFAULT_GRACE;
	return 0;
}

static int
parse_service(struct task *task, struct err *err)
{
	json_t *service = NULL;
	const char *cwd = NULL;

	if (json_get_object(task->definition, "service_config", &service, err) < 0)
		return -1;
	if (!service)
		return err_set(err, ERR_INPUT, "'service_config' must be given");
	if (refuse_unknown(
		service, known_service, sizeof(known_service) / sizeof(*known_service), err) < 0 ||
	    parse_command(task, service, err) < 0 || parse_resources(task, service, err) < 0 ||
	    parse_timeout(task, service, err) < 0 ||
	    json_get_bool(service, "workdir", &task->workdir, err) < 0 ||
	    json_get_bool(service, "lines", &task->lines, err) < 0 ||
	    json_get_string(service, "cwd", &cwd, err) < 0 ||
	    retry_parse(json_object_get(service, "retry"), &task->retry, err) < 0)
		return err_wrap(err, "service_config");
	if (cwd)
		task->cwd = xstrdup(cwd);
	return 0;
}

struct task *
task_parse(json_t *definition, struct err *err)
{
	struct task *task = xcalloc(1, sizeof(*task));
	json_t *spec;

	task->definition = json_incref(definition);
	task->version = "1";
	task->status = "active";
	retry_default(&task->retry);
	if (!json_is_object(definition)) {
		err_set(
		    err, ERR_INPUT, "a task is an object, found %s", json_type_name(definition));
		goto fail;
	}
	if (parse_identity(task, err) < 0)
		goto fail;
	spec = json_object_get(definition, "interface_spec");
	if ((spec && openapi_read(spec, &task->params, &task->metrics, err) < 0) ||
	    parse_service(task, err) < 0) {
		err_wrap(err, "task '%s'", task->name);
		goto fail;
	}
	return task;
fail:
	task_free(task);
	return NULL;
}

void
task_free(struct task *task)
{
	if (!task)
		return;
	free(task->argv);
	free(task->cwd);
	json_decref(task->definition);
	free(task);
}

struct task *
task_adhoc(char *const *argv, bool lines, struct err *err)
{
	char *cwd = getcwd(NULL, 0), *text, *name, hex[DIGEST_HEX];
	json_t *command = json_array(), *definition;
	struct task *task = NULL;

	for (size_t i = 0; argv[i]; i++)
		json_array_append_new(command, json_string(argv[i]));
	if (!cwd) {
		err_sys(err, "cannot find the working directory");
		goto out;
	}
	for (size_t i = 0; argv[i]; i++) {
		if (json_is_null(json_array_get(command, i)) || !json_array_get(command, i)) {
			err_set(err, ERR_USAGE, "argument %zu is not UTF-8", i);
			goto out;
		}
	}
	text = json_canonical(command);
	name = xasprintf("adhoc:%.16s", digest_bytes(text, strlen(text), hex));
	free(text);
	definition = json_pack("{s:s, s:s, s:s, s:{s:O, s:s, s:b, s:s}}", "task_id", name,
	    "version", "1", "category", "adhoc", "service_config", "command", command, "cwd", cwd,
	    "lines", (int)lines, "retry", "none");
	free(name);
	task = task_parse(definition, err);
	json_decref(definition);
	if (task)
		task->origin = TASK_ADHOC;
out:
	json_decref(command);
	free(cwd);
	return task;
}

json_t *
task_record(const struct task *task)
{
	static const char *const origins[] = { "registered", "shipped", "adhoc" };
	json_t *record = json_object();

	json_object_set_new(record, "type", json_string("task"));
	json_object_update(record, task->definition);
	json_object_set_new(record, "version", json_string(task->version));
	json_object_set_new(record, "status", json_string(task->status));
	json_object_set_new(record, "origin", json_string(origins[task->origin]));
	return record;
}
