/* SPDX-License-Identifier: MIT */
/* miss: why an execution is not in the cache. */
#include "cli/miss.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/line.h"
#include "task/cache.h"
#include "task/fingerprint.h"
#include "task/task.h"

enum {
	MOST = 1000, /* entries it is held against */
	SHOWN = 60,  /* bytes of a value */
	NAMED = 5,   /* differences */
};

/* An entry of the cache. */
struct entry {
	int64_t execution;
	json_t *parts, *params;
};

struct miss {
	struct app *app;
	const struct task *task;
	bool loaded;
	VEC(struct entry) entries;
};

/* What one is made from, and another. */
struct pair {
	const json_t *parts, *params;         /* of the line */
	const json_t *old_parts, *old_params; /* of the entry */
};

struct miss *
miss_new(struct app *app, const struct task *task)
{
	struct miss *miss = xcalloc(1, sizeof(*miss));

	miss->app = app;
	miss->task = task;
	return miss;
}

void
miss_free(struct miss *miss)
{
	if (!miss)
		return;
	for (size_t i = 0; i < miss->entries.len; i++) {
		json_decref(miss->entries.at[i].parts);
		json_decref(miss->entries.at[i].params);
	}
	vec_clear(&miss->entries);
	free(miss);
}

/* What counts of parameters; files in them by their content where that is in them. The caller's. */
static json_t *
counted(const struct miss *miss, const char *text, size_t len)
{
	json_t *params = json_parse(text, len, NULL), *out;

	out = fingerprint_shown(miss->task, params);
	json_decref(params);
	return out ? out : json_object();
}

static int
add_entry(int64_t execution, const char *parts, const char *params, void *ctx)
{
	struct miss *miss = ctx;
	struct entry entry = { execution, json_parse(parts, strlen(parts), NULL),
		counted(miss, params, strlen(params)) };

	vec_add(&miss->entries, entry);
	return 0;
}

static int
load(struct miss *miss, struct store *store, struct err *err)
{
	if (miss->loaded)
		return 0;
	miss->loaded = true;
	return cache_each(store, miss->app->org, miss->task->name, MOST, add_entry, miss, err);
}

/* ---- differences ---- */

/* Begin the next difference; false: enough were named. */
static bool
next(struct buf *text, int *count)
{
	++*count;
	if (!text || *count > NAMED)
		return false;
	buf_add_str(text, *count > 1 ? "; " : "");
	return true;
}

static void
put_value(struct buf *text, const json_t *value)
{
	struct buf json = BUF_INIT;
	size_t len;

	json_put(value, &json);
	len = json.len > SHOWN ? SHOWN : json.len;
	utf8_visible(json.data, len, UTF8_CONTROLS, text);
	if (json.len > SHOWN)
		buf_add_str(text, "..");
	buf_clear(&json);
}

/* Is the parameter a file? Its content counts then, not its path. */
static bool
is_input(const struct pair *p, const char *name)
{
	return json_object_get(json_object_get(p->parts, "inputs"), name) ||
	    json_object_get(json_object_get(p->old_parts, "inputs"), name);
}

static void
compare_param(const struct pair *p, const char *name, struct buf *text, int *count)
{
	const json_t *is = json_object_get(p->params, name);
	const json_t *was = json_object_get(p->old_params, name);

	if (json_equal(is, was) || is_input(p, name) || !next(text, count))
		return;
	if (json_object_get(is, "sha256") && json_object_get(was, "sha256")) {
		buf_addf(text, "the content of input '%s' is another", name);
		return;
	}
	buf_addf(text, "parameter '%s' is ", name);
	if (is)
		put_value(text, is);
	else
		buf_add_str(text, "not given");
	buf_add_str(text, ", was ");
	if (was)
		put_value(text, was);
	else
		buf_add_str(text, "not given");
}

static void
compare_input(const struct pair *p, const char *name, struct buf *text, int *count)
{
	const json_t *is = json_object_get(json_object_get(p->parts, "inputs"), name);
	const json_t *was = json_object_get(json_object_get(p->old_parts, "inputs"), name);

	if (!json_equal(is, was) && next(text, count))
		buf_addf(text,
		    is && was ? "the content of input '%s' is another"
			: is  ? "input '%s' was not given"
			      : "input '%s' is not given",
		    name);
}

static void
compare_program(const struct pair *p, const char *name, struct buf *text, int *count)
{
	if (!json_equal(json_object_get(json_object_get(p->parts, "programs"), name),
		json_object_get(json_object_get(p->old_parts, "programs"), name)) &&
	    next(text, count))
		buf_addf(text, "the program '%s' is another", name);
}

static void
compare_part(const struct pair *p, const char *name, const char *what, struct buf *text, int *count)
{
	if (!json_equal(json_object_get(p->parts, name), json_object_get(p->old_parts, name)) &&
	    next(text, count))
		buf_add_str(text, what);
}

typedef void compare_fn(const struct pair *p, const char *name, struct buf *text, int *count);

/* Every member of either. */
static void
compare_members(const struct pair *p, const json_t *is, const json_t *was, compare_fn *fn,
    struct buf *text, int *count)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)is, name, value)
		fn(p, name, text, count);
	json_object_foreach((json_t *)was, name, value)
		if (!json_object_get(is, name))
			fn(p, name, text, count);
}

/* In how many places they differ; text (NULL: only count) tells the first of them. */
static int
compare(const struct pair *p, struct buf *text)
{
	int count = 0;

	compare_part(p, "definition", "the definition of the task is another", text, &count);
	compare_part(p, "program", "the program of the task is another", text, &count);
	compare_members(p, json_object_get(p->parts, "programs"),
	    json_object_get(p->old_parts, "programs"), compare_program, text, &count);
	compare_members(p, json_object_get(p->parts, "inputs"),
	    json_object_get(p->old_parts, "inputs"), compare_input, text, &count);
	compare_members(p, p->params, p->old_params, compare_param, text, &count);
	if (text && count > NAMED)
		buf_addf(text, "; and %d more", count - NAMED);
	return count;
}

/* ---- telling ---- */

/* The nearest entry and what is different there. */
static void
explain(const struct miss *miss, const json_t *parts, const json_t *params, struct buf *text)
{
	struct pair p = { .parts = parts, .params = params };
	const struct entry *nearest = NULL;
	int least = 0;

	for (size_t i = 0; i < miss->entries.len; i++) {
		const struct entry *e = &miss->entries.at[i];
		int count;

		p.old_parts = e->parts;
		p.old_params = e->params;
		count = compare(&p, NULL);
		if (!nearest || count < least) {
			nearest = e;
			least = count;
		}
	}
	if (!nearest) {
		buf_addf(text, "no result of task '%s' is", miss->task->name);
		return;
	}
	p.old_parts = nearest->parts;
	p.old_params = nearest->params;
	if (least == 0)
		buf_add_str(text, "an equal one came in meanwhile");
	else
		compare(&p, text);
	buf_addf(text, " (execution %lld)", (long long)nearest->execution);
}

int
miss_tell(struct miss *miss, struct store *store, const struct line *line, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *parts = NULL, *params = NULL;

	if (load(miss, store, err) < 0)
		return -1;
	if (line->print) {
		parts = json_parse(line->parts, strlen(line->parts), NULL);
		params = counted(miss, line->params, line->params_len);
		explain(miss, parts, params, &text);
	} else if (!miss->task->rules.cache.on) {
		buf_addf(&text, "task '%s' does not have 'cache: true'", miss->task->name);
	} else if (line->parts) {
		buf_add_str(&text, line->parts);
	}
	if (text.len)
		app_say(miss->app, "%s: not in the cache: %s", line->where ? line->where : "params",
		    text.data);
	json_decref(parts);
	json_decref(params);
	buf_clear(&text);
	return 0;
}
