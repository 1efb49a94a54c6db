/* SPDX-License-Identifier: MIT */
/* task: a definition of something that can be run. */
#include "task/task.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/utf8.h"
#include "base/strtab.h"
#include "task/remote.h"
#include "task/schema.h"

void
task_free(struct task *task)
{
	if (!task)
		return;
	free(task->argv);
	remote_free(task->remote);
	free(task->cwd);
	rules_clear(&task->rules);
	schema_free(task->params);
	schema_free(task->results);
	json_decref(task->definition);
	free(task);
}

struct task *
task_adhoc(char *const *argv, bool lines, struct err *err)
{
	char *cwd = getcwd(NULL, 0), *text, *name, hex[DIGEST_HEX];
	json_t *command = json_array(), *definition;
	struct task *task = NULL;

	if (!cwd) {
		err_sys(err, "cannot find the working directory");
		goto out;
	}
	if (!utf8_valid(cwd, strlen(cwd))) {
		err_set(err, ERR_USAGE, "the path of the working directory is not UTF-8");
		goto out;
	}
	for (size_t i = 0; argv[i]; i++) {
		if (json_array_append_new(command, json_string(argv[i])) < 0) {
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

static const char *const statuses[] = { "active", "inactive", "deprecated" };

bool
task_is_status(const char *word)
{
	return strtab_find(statuses, sizeof(statuses) / sizeof(*statuses), word) >= 0;
}

const char *
task_status_word(const char *word)
{
	int i = strtab_find(statuses, sizeof(statuses) / sizeof(*statuses), word);

	return statuses[i < 0 ? 0 : i];
}

const char *
task_split_name(const char *given, char **name)
{
	const char *at = strrchr(given, '@');

	*name = at ? xstrndup(given, (size_t)(at - given)) : xstrdup(given);
	return at ? at + 1 : NULL;
}

bool
task_is_called(const char *given, const char *name, const char *version)
{
	size_t len = strlen(name);

	return strncmp(given, name, len) == 0 &&
	    (!given[len] || (given[len] == '@' && strcmp(given + len + 1, version) == 0));
}

const char *
task_origin_name(enum task_origin origin)
{
	static const char *const names[] = { "registered", "shipped", "adhoc" };

	return names[origin];
}

json_t *
task_record(const struct task *task)
{
	json_t *record = json_object();

	json_object_set_new(record, "type", json_string("task"));
	json_object_update(record, task->definition);
	json_object_set_new(record, "version", json_string(task->version));
	json_object_set_new(record, "status", json_string(task->status));
	json_object_set_new(record, "origin", json_string(task_origin_name(task->origin)));
	return record;
}

bool
task_travels(const struct task *task)
{
	bool person = task->origin == TASK_SHIPPED &&
	    strncmp(task->name, TASK_OF_PIPELINE, strlen(TASK_OF_PIPELINE)) == 0;

	return !task->remote && task->rules.nlimits == 0 && !person;
}
