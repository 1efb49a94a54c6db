/* SPDX-License-Identifier: MIT */
/* bind: the steps of a pipeline held against the tasks there are. */
#include "plan/bind.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "plan/internal.h"
#include "plan/pipeline.h"
#include "task/schema.h"
#include "task/task.h"

/* Does a value hold expressions, so that it is not known yet? */
static bool
is_open(const json_t *value)
{
	const char *key, *text = json_string_value(value);
	json_t *part;
	size_t i;

	if (text)
		return strstr(text, "${{") != NULL;
	json_object_foreach((json_t *)value, key, part)
		if (is_open(part))
			return true;
	json_array_foreach(value, i, part)
		if (is_open(part))
			return true;
	return false;
}

static void
check_values(struct faults *f, const char *pointer, const struct step *step, const char *member,
    const struct task *task)
{
	json_t *values = json_object_get(step->json, member), *value;
	char *at = xasprintf("%s/%s", pointer, member);
	const char *key;

	json_object_foreach(values, key, value) {
		const struct schema *property = schema_property(task->params, key);
		struct err why = { 0 };

		if (property && !is_open(value) && schema_judge(property, value, &why) < 0)
			fault(f, at, key, "is not what task '%s' takes: %s", task->name, why.text);
	}
	free(at);
}

struct needing {
	struct faults *faults;
	const char *pointer;
	const struct step *step;
	const struct task *task;
};

static void
check_needed(const struct schema_member *member, void *ctx)
{
	const struct needing *n = ctx;
	const json_t *params = json_object_get(n->step->json, "params");
	const json_t *set = json_object_get(n->step->json, "set");

	if (member->required && !json_object_get(schema_source(member->schema), "default") &&
	    !json_object_get(params, member->name) && !json_object_get(set, member->name))
		fault(n->faults, n->pointer, NULL, "does not give '%s', which task '%s' needs",
		    member->name, n->task->name);
}

static void
check_required(
    struct faults *f, const char *pointer, const struct step *step, const struct task *task)
{
	const json_t *params = json_object_get(step->json, "params");
	struct needing needing = { f, pointer, step, task };

	if (json_is_string(params) || (!params && step->each != EACH_NONE))
		return; /* who knows what the item holds */
	if (task->params)
		schema_each_member(task->params, check_needed, &needing);
}

int
bind_tasks(const struct pipeline *p, struct store *store, const char *org, struct task **tasks,
    fault_fn *fn, void *ctx)
{
	struct faults f = { fn, ctx, 0 };

	for (size_t i = 0; i < p->nsteps; i++) {
		const struct step *step = &p->steps[i];
		struct err why = { 0 };
		char *at;

		if (step->kind != STEP_TASK)
			continue;
		at = step_pointer(p, i);
		tasks[i] = task_find(store, org, step->task, &why);
		if (!tasks[i]) {
			fault(&f, at, "task", "is not there: %s", why.text);
		} else if (strcmp(tasks[i]->status, "inactive") == 0) {
			fault(&f, at, "task", "is inactive: it takes no executions");
		} else {
			check_values(&f, at, step, "params", tasks[i]);
			check_values(&f, at, step, "set", tasks[i]);
			check_required(&f, at, step, tasks[i]);
		}
		free(at);
	}
	return f.count;
}
