/* SPDX-License-Identifier: MIT */
/* precedent: of an execution that was claimed, an equal one that completed before. */
#include "cli/precedent.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/programs.h"
#include "task/cache.h"
#include "task/claim.h"
#include "task/fingerprint.h"
#include "task/handover.h"
#include "task/task.h"

/* What the command of a task runs. */
struct program {
	const struct task *task;
	char **paths; /* NULL: it cannot be told what it is */
	UT_hash_handle hh;
};

struct precedent {
	const char *org;
	struct fingerprints *memory;
	bool owns_memory;
	struct program *programs;
	struct handover *handover;
};

struct precedent *
precedent_new(const char *org, struct fingerprints *memory)
{
	struct precedent *p = xcalloc(1, sizeof(*p));

	p->org = org;
	p->memory = memory ? memory : fingerprints_new();
	p->owns_memory = !memory;
	p->handover = handover_new();
	return p;
}

void
precedent_free(struct precedent *p)
{
	struct program *program, *next;

	if (!p)
		return;
	HASH_ITER(hh, p->programs, program, next)
	{
		HASH_DEL(p->programs, program);
		programs_free(program->paths);
		free(program);
	}
	handover_free(p->handover);
	if (p->owns_memory)
		fingerprints_free(p->memory);
	free(p);
}

static char **
programs_of(struct precedent *p, const struct task *task)
{
	struct program *program;

	HASH_FIND_PTR(p->programs, &task, program);
	if (!program) {
		program = xcalloc(1, sizeof(*program));
		program->task = task;
		program->paths = programs_find(task, NULL);
		HASH_ADD_PTR(p->programs, task, program);
	}
	return program->paths;
}

bool
precedent_print(struct precedent *p, const struct work *work, struct fingerprint *print)
{
	const struct task *task = work->lane->task;
	char **programs = task->rules.cache.on ? programs_of(p, task) : NULL;
	json_t *params;
	int rc;

	if (!programs)
		return false;
	params = json_parse(work->params, work->params_len, NULL);
	rc = fingerprint_take(p->memory, p->org, task, programs, params, print, NULL);
	json_decref(params);
	return rc == 0;
}

int
precedent_result(struct precedent *p, struct store *store, const struct work *work, int64_t from,
    struct buf *result, struct err *err)
{
	struct err why = { 0 };
	int rc = handover_make(p->handover, store, work->lane->task, from, work->params,
	    work->params_len, work->id, result, &why);

	if (rc < 0)
		*err = why;
	return rc;
}

int
precedent_find(struct precedent *p, struct store *store, const struct work *work,
    const char *digest, int64_t *from, struct buf *result, struct err *err)
{
	int rc = cache_find(store, digest, from, err);

	return rc <= 0 ? rc : precedent_result(p, store, work, *from, result, err);
}
