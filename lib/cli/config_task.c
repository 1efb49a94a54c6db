/* SPDX-License-Identifier: MIT */
/* config_task: what a definition leaves open is as it is set in config.yaml. */
#include <string.h>

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

void
config_task(const struct config *config, struct task *task)
{
	json_t *service = json_object_get(task->definition, "service_config");
	struct err err = { 0 };

	set_limits(config, json_object_get(service, "timeout"), task);
	config_retry(config, &task->retry);
	config_breaker(config, &task->rules.breaker);
	if (retry_change(json_object_get(service, "retry"), &task->retry, &err) < 0 ||
	    breaker_parse(json_object_get(service, "breaker"), &task->rules.breaker, &err) < 0)
		BUG("the definition of %s was judged before: %s", task->name, err.text);
}
