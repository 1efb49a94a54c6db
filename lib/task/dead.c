/* SPDX-License-Identifier: MIT */
/* dead: executions that failed for good, grouped by what they have in common. */
#include "task/dead.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/json.h"
#include "store/stmt.h"
#include "task/cause.h"
#include "task/selection.h"

enum { PAGE = 512 };

static const char sql_failure[] = "SELECT class, error, ended FROM execution WHERE id = ?";

struct group {
	struct dead_cause cause; /* the key is its id */
	UT_hash_handle hh;
};

/* Causes found so far, and the last reason that was looked at: the next is often the same. */
struct groups {
	struct group *all;
	size_t count;
	struct group *last;
	char *last_reason;
};

/* One that failed. */
struct failed {
	int64_t id, ended;
	enum failure class;
	const char *reason;
};

static struct group *
group_new(struct groups *g, enum failure class, char *cause, uint32_t id)
{
	struct group *group = xcalloc(1, sizeof(*group));

	group->cause = (struct dead_cause){
		.id = id, .class = class, .cause = cause, .first = INT64_MAX
	};
	HASH_ADD(hh, g->all, cause.id, sizeof(group->cause.id), group);
	g->count++;
	return group;
}

static struct group *
group_of(struct groups *g, const struct failed *f)
{
	char *cause = cause_of(f->reason);
	uint32_t id = cause_id(f->class, cause);
	struct group *group;

	HASH_FIND(hh, g->all, &id, sizeof(id), group);
	if (!group && g->count < DEAD_CAUSES)
		return group_new(g, f->class, cause, id);
	free(cause);
	if (group)
		return group;
	id = 0;
	HASH_FIND(hh, g->all, &id, sizeof(id), group);
	return group ? group : group_new(g, FAIL_NONE, xstrdup(""), 0);
}

static void
count(struct groups *g, const struct failed *f)
{
	struct dead_cause *c;

	if (!g->last || g->last->cause.class != f->class ||
	    strcmp(g->last_reason, f->reason) != 0) {
		g->last = group_of(g, f);
		free(g->last_reason);
		g->last_reason = xstrdup(f->reason);
	}
	c = &g->last->cause;
	c->count++;
	if (f->ended < c->first)
		c->first = f->ended;
	if (f->ended < c->last && c->reason)
		return;
	c->last = f->ended;
	c->example = f->id;
	if (c->reason && strcmp(c->reason, f->reason) == 0)
		return;
	free(c->reason);
	c->reason = xstrdup(f->reason);
}

/* 1, 0: it is gone, -1. reason is the caller's to free. */
static int
look_at(struct store *store, struct failed *f, char **reason, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_failure, "i", f->id);
	int rc = row ? stmt_next(row, err) : -1, class;
	const char *text;
	json_t *error;

	if (rc <= 0)
		return rc;
	class = stmt_is_null(row, 0) ? FAIL_NONE : failure_find(stmt_text(row, 0));
	text = stmt_text(row, 1);
	error = text ? json_parse(text, strlen(text), NULL) : NULL;
	text = json_string_value(json_object_get(error, "reason"));
	f->class = class < 0 ? FAIL_NONE : (enum failure) class;
	f->ended = stmt_int(row, 2);
	f->reason = *reason = xstrdup(text ? text : "");
	json_decref(error);
	stmt_end(row);
	return 1;
}

static int
count_one(struct store *store, struct groups *g, int64_t id, struct err *err)
{
	struct failed f = { .id = id };
	char *reason;
	int rc = look_at(store, &f, &reason, err);

	if (rc <= 0)
		return rc;
	count(g, &f);
	free(reason);
	return 0;
}

int
dead_reason(struct store *store, int64_t id, enum failure *class, char **reason, struct err *err)
{
	struct failed f = { .id = id };
	int rc = look_at(store, &f, reason, err);

	*class = f.class;
	return rc;
}

static int
by_count(const void *a, const void *b)
{
	const struct dead_cause *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->example < y->example ? -1 : x->example > y->example;
}

/* Hand the causes over to the list, in order. */
static void
take_all(struct groups *g, struct dead_list *list)
{
	struct group *group, *next;

	list->len = 0;
	list->at = xcalloc(g->count + 1, sizeof(*list->at));
	HASH_ITER(hh, g->all, group, next)
	{
		HASH_DEL(g->all, group);
		list->at[list->len++] = group->cause;
		free(group);
	}
	qsort(list->at, list->len, sizeof(*list->at), by_count);
	free(g->last_reason);
}

int
dead_group(struct store *store, struct selection *sel, struct dead_list *list, struct err *err)
{
	struct groups g = { 0 };
	int64_t ids[PAGE];
	int n, rc = 0;

	sel->status = -1;
	sel->account = ACC_FAILED;
	while (rc == 0 && (n = execution_ids(store, sel, ids, PAGE, err)) != 0) {
		rc = n < 0 ? -1 : 0;
		for (int i = 0; i < n && rc == 0; i++)
			rc = count_one(store, &g, ids[i], err);
		if (n > 0)
			sel->after = ids[n - 1];
	}
	take_all(&g, list);
	if (rc < 0)
		dead_clear(list);
	return rc;
}

void
dead_clear(struct dead_list *list)
{
	for (size_t i = 0; i < list->len; i++) {
		free(list->at[i].cause);
		free(list->at[i].reason);
	}
	free(list->at);
	*list = (struct dead_list){ 0 };
}
