/* SPDX-License-Identifier: MIT */
/* bundle: lines that are submitted together, gathered. */
#include "cli/bundle.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/app.h"
#include "cli/bundle_lane.h"
#include "cli/bundle_parts.h"
#include "cli/commit.h"
#include "cli/terms.h"

enum { VERTICES_MAX = INT32_MAX };

/* Which vertex has a name. */
struct bundle_name {
	uint32_t vertex;
	UT_hash_handle hh;
	char text[];
};

/* Which vertex is an execution that was there before. */
struct bundle_other {
	int64_t id;
	uint32_t vertex;
	UT_hash_handle hh;
};

struct bundle *
bundle_new(struct app *app)
{
	struct bundle *b = xcalloc(1, sizeof(*b));

	b->app = app;
	return b;
}

void
bundle_free(struct bundle *b)
{
	struct bundle_name *name, *next_name;
	struct bundle_other *other, *next_other;

	if (!b)
		return;
	HASH_ITER(hh, b->names, name, next_name)
	{
		HASH_DEL(b->names, name);
		free(name);
	}
	HASH_ITER(hh, b->others, other, next_other)
	{
		HASH_DEL(b->others, other);
		free(other);
	}
	for (size_t i = 0; i < b->vertices.len; i++)
		free(b->vertices.at[i].line);
	bundle_lanes_clear(b);
	vec_clear(&b->vertices);
	vec_clear(&b->spans);
	vec_clear(&b->upon);
	vec_clear(&b->rules);
	vec_clear(&b->given);
	vec_clear(&b->tasks);
	free(b->order);
	free(b);
}

static uint32_t
new_vertex(struct bundle *b)
{
	struct vertex vertex = { 0 };
	struct span span = { 0 };

	vec_add(&b->vertices, vertex);
	vec_add(&b->spans, span);
	return (uint32_t)(b->vertices.len - 1);
}

/* The vertex of a name, which is new where it was never said. */
static uint32_t
vertex_named(struct bundle *b, const char *text)
{
	struct bundle_name *name;
	size_t len = strlen(text);

	HASH_FIND(hh, b->names, text, len, name);
	if (name)
		return name->vertex;
	name = xmalloc(sizeof(*name) + len + 1);
	memcpy(name->text, text, len + 1);
	name->vertex = new_vertex(b);
	b->vertices.at[name->vertex].name = name->text;
	HASH_ADD_KEYPTR(hh, b->names, name->text, len, name);
	return name->vertex;
}

static uint32_t
vertex_of_execution(struct bundle *b, int64_t id)
{
	struct bundle_other *other;

	HASH_FIND(hh, b->others, &id, sizeof(id), other);
	if (other)
		return other->vertex;
	other = xcalloc(1, sizeof(*other));
	other->id = id;
	other->vertex = new_vertex(b);
	b->vertices.at[other->vertex].id = id;
	HASH_ADD(hh, b->others, id, sizeof(id), other);
	return other->vertex;
}

static const char *
where_of(const struct vertex *v)
{
	return v->line->where ? v->line->where : "a line";
}

/* The line that was added last. */
static uint32_t
last_line(const struct bundle *b)
{
	return b->given.at[b->given.len - 1];
}

int
bundle_add(struct bundle *b, struct line *line, struct task *task, const struct terms *terms,
    const char *name, struct err *err)
{
	uint32_t at = name ? vertex_named(b, name) : new_vertex(b);
	struct vertex *v = &b->vertices.at[at];

	if (v->line) {
		free(line);
		return err_set(
		    err, ERR_INPUT, "key '%s' was given already, at %s", name, where_of(v));
	}
	v->line = line;
	v->lane = bundle_lane(b, task, terms);
	v->not_before = terms->not_before;
	v->hold = terms->hold;
	b->spans.at[at].first = (uint32_t)b->upon.len;
	vec_add(&b->given, at);
	b->lines = b->given.len;
	if (b->vertices.len > VERTICES_MAX)
		return err_set(err, ERR_INPUT, "more than %d lines", VERTICES_MAX);
	for (size_t i = 0; i < terms->after.len; i++)
		if (bundle_after_execution(
			b, terms->after.at[i].upon, terms->after.at[i].rule, err) < 0)
			return -1;
	return 0;
}

/* The last line waits for a vertex. False: it does already. */
static bool
wait_for(struct bundle *b, uint32_t upon, enum rule rule)
{
	uint32_t waiter = last_line(b);
	struct vertex *v = &b->vertices.at[upon];

	if (v->waiter == waiter + 1)
		return false;
	if (v->waiter == 0)
		v->namer = waiter;
	v->waiter = waiter + 1;
	vec_add(&b->upon, upon);
	vec_add(&b->rules, (unsigned char)rule);
	b->spans.at[waiter].count++;
	return true;
}

int
bundle_after(struct bundle *b, const char *name, enum rule rule, struct err *err)
{
	if (wait_for(b, vertex_named(b, name), rule))
		return 0;
	return err_set(err, ERR_INPUT, "waits for '%s' twice", name);
}

int
bundle_after_execution(struct bundle *b, int64_t id, enum rule rule, struct err *err)
{
	if (wait_for(b, vertex_of_execution(b, id), rule))
		return 0;
	return err_set(err, ERR_INPUT, "waits for execution %lld twice", (long long)id);
}

/* ---- closing ---- */

/* How many names nobody has; each is told. */
static size_t
tell_unknown(struct bundle *b)
{
	size_t unknown = 0;

	for (size_t i = 0; i < b->vertices.len; i++) {
		const struct vertex *v = &b->vertices.at[i];

		if (v->line || v->id)
			continue;
		app_fail(b->app, EXIT_INPUT, "%s: waits for '%s': no line has this key",
		    where_of(&b->vertices.at[v->namer]), v->name);
		unknown++;
	}
	return unknown;
}

/* All of it: "a -> b -> a", a waits for b. */
static void
tell_cycle(struct bundle *b, size_t length)
{
	const struct vertex *first = &b->vertices.at[b->order[0]];
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < length; i++)
		buf_addf(&text, "%s -> ", b->vertices.at[b->order[i]].name);
	app_fail(
	    b->app, EXIT_INPUT, "%s: cycle: %s%s", where_of(first), buf_str(&text), first->name);
	buf_clear(&text);
}

int
bundle_close(struct bundle *b, struct err *err)
{
	size_t n = b->vertices.len, cycle;

	if (tell_unknown(b) > 0)
		return err_set(err, ERR_INPUT, "nothing was submitted");
	for (size_t i = 0; i < n; i++)
		if (!b->vertices.at[i].line)
			vec_add(&b->given, (uint32_t)i);
	b->order = xcalloc(n + 1, sizeof(*b->order));
	cycle = order_find(b->spans.at, b->upon.at, b->given.at, n, b->order);
	if (cycle == 0)
		return 0;
	tell_cycle(b, cycle);
	return err_set(err, ERR_INPUT, "nothing was submitted");
}

size_t
bundle_count(const struct bundle *b)
{
	return b->lines;
}

struct task *
bundle_task(const struct bundle *b, size_t *at)
{
	return *at < b->tasks.len ? b->tasks.at[(*at)++] : NULL;
}

int64_t *
bundle_ids(const struct bundle *b)
{
	int64_t *ids = xcalloc(b->lines + 1, sizeof(*ids));

	for (size_t i = 0; i < b->lines; i++)
		ids[i] = b->vertices.at[b->given.at[i]].id;
	return ids;
}
