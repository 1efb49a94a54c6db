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
#include "plan/stencil.h"
#include "task/schema.h"
#include "task/task.h"

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

		if (property && !stencil_is_open(value) && schema_judge(property, value, &why) < 0)
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
	const json_t *search = json_object_get(n->step->json, "optimize");
	const char *name = member->name;

	if (member->required && !json_object_get(schema_source(member->schema), "default") &&
	    !json_object_get(params, name) && !json_object_get(set, name) &&
	    !json_object_get(json_object_get(search, "axes"), name) &&
	    !json_object_get(json_object_get(search, "params"), name))
		fault(n->faults, n->pointer, NULL, "does not give '%s', which task '%s' needs",
		    name, n->task->name);
}

static void
check_required(
    struct faults *f, const char *pointer, const struct step *step, const struct task *task)
{
	const json_t *params = json_object_get(step->json, "params");
	struct needing needing = { f, pointer, step, task };

	if (json_is_string(params) ||
	    (!params && step->each != EACH_NONE && step->each != EACH_TRIALS))
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
