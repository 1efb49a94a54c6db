/* SPDX-License-Identifier: MIT */
/* rules: priority, queue, limits, rate, breaker, cache, container and hooks of a task. */
#include "task/rules.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strtab.h"
#include "task/fault.h"
#include "task/priority.h"
#include "task/task.h"

enum { LIMIT_MOST = 1000000 };

/* clang-format off */
#define LIST(names) (names), sizeof(names) / sizeof(*(names))
/* clang-format on */

/* A member that is one of these words; NULL when it is absent or wrong. */
static const char *
read_word(struct faults *f, const char *pointer, const json_t *object, const char *key,
    const char *const *words, size_t count)
{
	const char *word = json_string_value(fault_member(f, pointer, object, key, JSON_STRING));
	char *list;

	if (!word || strtab_find(words, count, word) >= 0)
		return word;
	list = strtab_list(words, count);
	fault(f, pointer, key, "must be one of %s, found '%s'", list, word);
	free(list);
	return NULL;
}

static void
read_priority(struct rules *rules, const char *pointer, const json_t *service, struct faults *f)
{
	json_t *value = json_object_get(service, "priority");
	struct err why = { 0 };

	if (value && !json_is_null(value) && priority_read(value, &rules->priority, &why) < 0)
		fault(f, pointer, "priority", "%s", why.text);
}

static void
read_queue(struct rules *rules, const char *pointer, const json_t *service, struct faults *f)
{
	rules->queue = json_string_value(fault_member(f, pointer, service, "queue", JSON_STRING));
	if (rules->queue && !task_is_name(rules->queue))
		fault(f, pointer, "queue", TASK_NAME_RULE ", found '%s'", rules->queue);
}

static void
read_limits(struct rules *rules, const char *pointer, const json_t *service, struct faults *f)
{
	json_t *limits = fault_member(f, pointer, service, "limits", JSON_OBJECT), *value;
	char *at = xasprintf("%s/limits", pointer);
	const char *name;

	rules->limits = xcalloc(json_object_size(limits) + 1, sizeof(*rules->limits));
	json_object_foreach(limits, name, value) {
		json_int_t count = json_integer_value(value);

		if (!task_is_name(name))
			fault(f, at, name, "has a name that is none: it " TASK_NAME_RULE);
		else if (!json_is_integer(value))
			fault(f, at, name, "must be an integer, found %s", json_type_name(value));
		else if (count < 1 || count > LIMIT_MOST)
			fault(f, at, name, "must be in 1..%d", LIMIT_MOST);
		else
			rules->limits[rules->nlimits++] = (struct rules_limit){ name, (int)count };
	}
	free(at);
}

static void
read_rate(struct rules *rules, const char *pointer, const json_t *service, struct faults *f)
{
	struct err why = { 0 };

	if (rate_parse(json_object_get(service, "rate"), &rules->rate, &why) < 0)
		fault(f, pointer, "rate", "is wrong: %s", why.text);
}

static int
judge_breaker(const json_t *json, void *policy, struct err *err)
{
	return breaker_parse(json, policy, err);
}

static void
read_container(struct rules *rules, const char *pointer, const json_t *service, struct faults *f)
{
	static const char *const members[] = { "image", "runtime", "network" };
	static const char *const runtimes[] = { "apptainer", "podman", "docker" };
	static const char *const networks[] = { "none", "host" };
	json_t *container = fault_member(f, pointer, service, "container", JSON_OBJECT);
	char *at = xasprintf("%s/container", pointer);
	const char *image;

	if (container) {
		fault_unknown(f, at, container, LIST(members));
		fault_missing(f, at, container, "image");
		image = json_string_value(fault_member(f, at, container, "image", JSON_STRING));
		if (image && (!*image || *image == '-'))
			fault(f, at, "image", "must name an image, found '%s'", image);
		rules->container.image = image;
		rules->container.runtime = read_word(f, at, container, "runtime", LIST(runtimes));
		rules->container.network = read_word(f, at, container, "network", LIST(networks));
	}
	free(at);
}

static void
read_hooks(struct rules *rules, const char *pointer, const json_t *service, struct faults *f)
{
	static const char *const members[] = { "before", "after", "on_failure" };
	json_t *hooks = fault_member(f, pointer, service, "hooks", JSON_OBJECT);
	char *at = xasprintf("%s/hooks", pointer);

	if (hooks) {
		fault_unknown(f, at, hooks, LIST(members));
		rules->hooks.before = fault_argv(f, at, hooks, "before");
		rules->hooks.after = fault_argv(f, at, hooks, "after");
		rules->hooks.on_failure = fault_argv(f, at, hooks, "on_failure");
	}
	free(at);
}

void
rules_read(struct rules *rules, const char *pointer, const json_t *service, struct faults *f)
{
	rules->priority = PRIORITY_MEDIUM;
	breaker_default(&rules->breaker);
	read_priority(rules, pointer, service, f);
	read_queue(rules, pointer, service, f);
	read_limits(rules, pointer, service, f);
	read_rate(rules, pointer, service, f);
	fault_each(f, pointer, "breaker", json_object_get(service, "breaker"), judge_breaker,
	    &rules->breaker);
	caching_read(&rules->cache, pointer, service, f);
	rules->cost = json_string_value(fault_member(f, pointer, service, "cost", JSON_STRING));
	read_container(rules, pointer, service, f);
	read_hooks(rules, pointer, service, f);
}

void
rules_clear(struct rules *rules)
{
	free(rules->limits);
	free(rules->hooks.before);
	free(rules->hooks.after);
	free(rules->hooks.on_failure);
	*rules = (struct rules){ 0 };
}
