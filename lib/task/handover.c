/* SPDX-License-Identifier: MIT */
/* handover: a result that one execution got becomes that of an equal one. */
#include "task/handover.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/jq.h"
#include "base/json.h"
#include "store/text.h"
#include "task/caching.h"
#include "task/task.h"

/* What a task does with its results. */
struct program {
	struct jq *jq; /* NULL: it is wrong */
	struct err wrong;
	UT_hash_handle hh;
	char text[];
};

/* A task that was looked up. */
struct looked_up {
	int64_t row;
	struct task *task;
	UT_hash_handle hh;
};

struct handover {
	struct program *programs;
	struct looked_up *tasks;
	struct buf params, was;
};

struct handover *
handover_new(void)
{
	return xcalloc(1, sizeof(struct handover));
}

void
handover_free(struct handover *h)
{
	struct looked_up *t, *then;
	struct program *p, *next;

	if (!h)
		return;
	HASH_ITER(hh, h->tasks, t, then)
	{
		HASH_DEL(h->tasks, t);
		task_free(t->task);
		free(t);
	}
	HASH_ITER(hh, h->programs, p, next)
	{
		HASH_DEL(h->programs, p);
		jq_free(p->jq);
		free(p);
	}
	buf_clear(&h->params);
	buf_clear(&h->was);
	free(h);
}

const struct task *
handover_task(struct handover *h, struct store *store, int64_t row, struct err *err)
{
	struct looked_up *t;

	HASH_FIND(hh, h->tasks, &row, sizeof(row), t);
	if (t)
		return t->task;
	t = xcalloc(1, sizeof(*t));
	t->row = row;
	t->task = task_at(store, row, err);
	if (!t->task) {
		free(t);
		return NULL;
	}
	HASH_ADD(hh, h->tasks, row, sizeof(t->row), t);
	return t->task;
}

static struct program *
program_of(struct handover *h, const char *text)
{
	struct program *p;

	HASH_FIND_STR(h->programs, text, p);
	if (p)
		return p;
	p = xcalloc(1, sizeof(*p) + strlen(text) + 1);
	memcpy(p->text, text, strlen(text) + 1);
	p->jq = jq_new(text, &p->wrong);
	HASH_ADD_STR(h->programs, text, p);
	return p;
}

/* {"params", "labels"}; NULL: it is no JSON. */
static json_t *
asked(const struct task *task, const char *text, size_t len, struct err *err)
{
	json_t *params = json_parse(text, len, err), *labels = NULL, *counted;

	if (!params)
		return NULL;
	counted = caching_counted(&task->rules.cache, task->params, params, &labels, NULL);
	json_decref(counted);
	return json_pack("{s:o, s:o}", "params", params, "labels", labels ? labels : json_object());
}

static json_t *arranged(const json_t *value, const json_t *like);

static json_t *
arranged_array(const json_t *value, const json_t *like)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach((json_t *)value, i, item)
		json_array_append_new(out, arranged(item, json_array_get(like, i)));
	return out;
}

/* The same value, its members in the order of another one: jq sorts them by name. */
static json_t *
arranged(const json_t *value, const json_t *like)
{
	json_t *out, *member;
	const char *name;

	if (json_is_array(value))
		return arranged_array(value, like);
	if (!json_is_object(value))
		return json_incref((json_t *)value);
	out = json_object();
	json_object_foreach((json_t *)like, name, member)
		if (json_object_get(value, name))
			json_object_set_new(
			    out, name, arranged(json_object_get(value, name), member));
	json_object_foreach((json_t *)value, name, member)
		if (!json_object_get(out, name))
			json_object_set_new(out, name, arranged(member, NULL));
	return out;
}

/* 0: as handover_make. */
static int
put_new(struct program *p, json_t *input, struct buf *result, struct err *err)
{
	json_t *out = p->jq ? jq_one(p->jq, input, err) : NULL, *in_order;

	if (!p->jq)
		*err = p->wrong;
	if (!out)
		return 0;
	buf_reset(result);
	in_order = arranged(out, json_object_get(input, "result"));
	json_put(in_order, result);
	json_decref(in_order);
	json_decref(out);
	return 1;
}

int
handover_make(struct handover *h, struct store *store, const struct task *task, int64_t from,
    const char *params, size_t len, int64_t to, struct buf *result, struct err *err)
{
	const char *text = task->rules.cache.result;
	json_t *now, *was, *old;
	int rc;

	buf_reset(result);
	buf_reset(&h->params);
	buf_reset(&h->was);
	rc = text_get(store, TEXT_RESULT, from, result, err);
	if (rc < 0 || !text || rc == 0)
		return rc < 0 ? -1 : 1;
	if (text_get(store, TEXT_PARAMS, from, &h->was, err) < 0 ||
	    (!params && text_get(store, TEXT_PARAMS, to, &h->params, err) < 0))
		return -1;
	now = asked(task, params ? params : buf_str(&h->params), params ? len : h->params.len, err);
	was = now ? asked(task, buf_str(&h->was), h->was.len, err) : NULL;
	old = was ? json_parse(result->data, result->len, err) : NULL;
	rc = 0;
	if (old) {
		json_object_set_new(now, "result", old);
		json_object_set(now, "was", was);
		json_object_set_new(now, "execution", json_integer(from));
		rc = put_new(program_of(h, text), now, result, err);
	}
	json_decref(now);
	json_decref(was);
	return rc;
}
