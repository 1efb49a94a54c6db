/* SPDX-License-Identifier: MIT */
/* config_task: what a definition leaves open is as it is set in config.yaml. */
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/config.h"
#include "task/breaker.h"
#include "task/retry.h"
#include "task/task.h"

void
config_retry(const struct config *config, struct retry_policy *policy)
{
	struct err err = { 0 };

	retry_default(policy);
	for (int key = 0; key < CONFIG_KEYS; key++) {
		const struct config_setting *s = config_setting((enum config_key)key);
		json_t *one;

		if (s->type != CONFIG_RETRY)
			continue;
		one = json_pack(
		    "{s:O}", strchr(s->path, '.') + 1, config_value(config, (enum config_key)key));
		if (retry_change(one, policy, &err) < 0)
			BUG("%s was judged before: %s", s->path, err.text);
		json_decref(one);
	}
}

void
config_breaker(const struct config *config, struct breaker_policy *policy)
{
	policy->failures = (int)config_number(config, CONFIG_BREAKER_FAILURES);
	policy->pause = (int64_t)(config_number(config, CONFIG_BREAKER_PAUSE) * 1e6 + 0.5);
}

static void
set_limits(const struct config *config, const json_t *timeout, struct task *task)
{
	bool both = json_is_object(timeout);
	json_t *soft = json_object_get(timeout, "soft"), *hard = json_object_get(timeout, "hard");

	if (both && hard && !json_is_null(hard))
		return;
	if (!timeout || json_is_null(timeout) || (both && (!soft || json_is_null(soft))))
		task->soft = config_number(config, CONFIG_EXECUTION_TIMEOUT);
	task->hard = task->soft + config_number(config, CONFIG_EXECUTION_GRACE);
}

/* A hook of the task, or that of the settings: the array is the task's, its texts are not. */
static char **
choose_hook(const struct config *config, enum config_key key, char **own)
{
	char *const *argv = config_program(config, key);
	char **copy;
	size_t n = 0;

	if (own || !argv)
		return own;
	while (argv[n])
		n++;
	copy = xcalloc(n + 1, sizeof(*copy));
	memcpy(copy, argv, n * sizeof(*copy));
	return copy;
}

void
config_task(const struct config *config, struct task *task)
{
	json_t *service = json_object_get(task->definition, "service_config");
	struct rules *rules = &task->rules;
	struct err err = { 0 };

	rules->hooks.before = choose_hook(config, CONFIG_HOOKS_BEFORE, rules->hooks.before);
	rules->hooks.after = choose_hook(config, CONFIG_HOOKS_AFTER, rules->hooks.after);
	rules->hooks.on_failure = choose_hook(
	    config, CONFIG_HOOKS_ON_FAILURE, rules->hooks.on_failure);
	set_limits(config, json_object_get(service, "timeout"), task);
	config_retry(config, &task->retry);
	config_breaker(config, &rules->breaker);
	if (retry_change(json_object_get(service, "retry"), &task->retry, &err) < 0 ||
	    breaker_parse(json_object_get(service, "breaker"), &rules->breaker, &err) < 0)
		BUG("the definition of %s was judged before: %s", task->name, err.text);
}
