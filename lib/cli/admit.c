/* SPDX-License-Identifier: MIT */
/* admit: a line becomes an execution, or is one already. */
#include "cli/admit.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"
#include "cli/app.h"
#include "cli/commit.h"
#include "cli/inputs.h"
#include "cli/miss.h"
#include "task/cache.h"
#include "task/handover.h"
#include "task/key.h"

/* How often a derived key was given in this run: only keys given twice are in here. */
struct repeated {
	int count;
	UT_hash_handle hh;
	char key[];
};

/* The next key for a line equal to one that was given before in this run. */
static char *
next_key(struct admission *a, const char *key)
{
	struct repeated *r;

	HASH_FIND_STR(a->repeated, key, r);
	if (!r) {
		r = xcalloc(1, sizeof(*r) + strlen(key) + 1);
		memcpy(r->key, key, strlen(key) + 1);
		r->count = 1;
		HASH_ADD_STR(a->repeated, key, r);
	}
	return xasprintf("%s-%d", key, ++r->count);
}

static int
refuse(struct admission *a, const struct line *line)
{
	const char *where = line->where ? line->where : "params";

	if (a->job_name)
		app_fail(a->app, EXIT_INPUT,
		    "%s: key '%s' stands in job '%s' with other parameters:"
		    " not submitted (another key, or --new-inputs)",
		    where, line->key, a->job_name);
	else
		app_fail(a->app, EXIT_INPUT,
		    "%s: key '%s' was given already, with other parameters: not submitted", where,
		    line->key);
	return ADMIT_REFUSED;
}

/* May the line be what stands under its key? */
static bool
is_its_own(struct admission *a, const struct line *line, const struct standing *standing)
{
	bool taken = idset_has(a->asked, standing->id);

	if (!a->versions)
		return !line->derived || !taken;
	if (standing->digest != line->digest && !taken)
		a->other = standing->id;
	return standing->digest == line->digest && !taken;
}

/* What stands under the key of the line, or is new under it. */
static int
submit(struct admission *a, const struct line *line, struct submission *sub,
    struct standing *standing, struct err *err)
{
	int rc, version = 1;

	a->other = 0;
	for (;;) {
		rc = execution_submit(a->store, sub, a->tally, standing, err);
		if (rc != 0 || is_its_own(a, line, standing))
			return rc;
		free(a->key);
		sub->key = a->key = a->versions ? xasprintf("%s~%d", line->key, ++version)
						: next_key(a, line->key);
	}
}

/* Is there nobody under its key yet? 1, 0, -1. */
static int
is_new(struct admission *a, const struct submission *sub, struct err *err)
{
	struct standing standing;
	int64_t place;

	return sub->reserved ? 1 : key_find(a->store, sub, &place, &standing, err);
}

static const struct task *
task_of(struct admission *a, const struct submission *sub, struct err *err)
{
	if (!a->handover)
		a->handover = handover_new();
	return handover_task(a->handover, a->store, sub->task, err);
}

/* Whoever claims it later must know that it is run in any case. */
static int
note_no_cache(struct admission *a, struct submission *sub, struct err *err)
{
	const struct task *task = a->no_cache ? task_of(a, sub, err) : NULL;

	sub->uncached = task && task->rules.cache.on;
	return a->no_cache && !task ? -1 : 0;
}

/* Has the cache a result for it? 1, with *from who has it, and the result as it will be; 0, -1. Of
 * one that stands nobody need know. */
static int
recall(struct admission *a, const struct line *line, struct submission *sub, int64_t *from,
    struct err *err)
{
	const struct task *task;
	struct err why = { 0 };
	int rc;

	if (!line->print || sub->status != ST_QUEUED || a->no_cache)
		return 0;
	rc = cache_find(a->store, line->print, from, err);
	if (rc > 0)
		rc = is_new(a, sub, err);
	if (rc <= 0)
		return rc;
	task = task_of(a, sub, err);
	if (!task)
		return -1;
	rc = handover_make(a->handover, a->store, task, *from, line->params, line->params_len, 0,
	    &a->result, &why);
	if (rc < 0)
		*err = why;
	if (rc > 0)
		sub->status = ST_COMPLETED;
	return rc;
}

int
admit_line(struct admission *a, const struct line *line, struct submission *sub,
    struct standing *standing, struct err *err)
{
	int64_t from = 0;
	int rc, hit;

	sub->id = line->id;
	sub->reserved = line->reserved;
	sub->key = line->key;
	sub->digest = line->digest;
	sub->params = line->params;
	sub->params_len = line->params_len;
	rc = line->ninputs > 0 ? inputs_store(a->app, a->store, line, err) : 1;
	if (rc <= 0)
		return rc < 0 ? -1 : ADMIT_REFUSED;
	if (note_no_cache(a, sub, err) < 0)
		return -1;
	hit = recall(a, line, sub, &from, err);
	rc = hit < 0 ? -1 : submit(a, line, sub, standing, err);
	if (rc > 0 && hit > 0 &&
	    cache_fill(a->store, line->print, standing->id, from, &a->result, err) < 0)
		return -1;
	if (rc > 0 && line->ninputs > 0 && inputs_link(a->store, line, standing->id, err) < 0)
		return -1;
	if (rc > 0 && hit == 0 && a->miss && miss_tell(a->miss, a->store, line, err) < 0)
		return -1;
	if (rc < 0)
		return -1;
	if (rc == 0 && standing->digest != line->digest)
		return refuse(a, line);
	idset_add(a->asked, standing->id);
	return rc == 0 ? ADMIT_STANDS : ADMIT_NEW;
}

void
admit_clear(struct admission *a)
{
	struct repeated *r, *next;

	HASH_ITER(hh, a->repeated, r, next)
	{
		HASH_DEL(a->repeated, r);
		free(r);
	}
	handover_free(a->handover);
	buf_clear(&a->result);
	free(a->key);
}
