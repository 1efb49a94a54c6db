/* SPDX-License-Identifier: MIT */
/* graph: lines that say what they wait for, read into a bundle. */
#include "cli/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strtab.h"
#include "base/vec.h"
#include "cli/bundle.h"
#include "cli/session.h"
#include "cli/submit.h"
#include "cli/supply.h"
#include "cli/terms.h"

/* Makes lines of one task. */
struct maker {
	char *name; /* as lines say it */
	struct task *task;
	struct submit *submit;
	bool borrowed; /* the task is not ours */
};

struct graph {
	struct graph_options o;
	struct bundle *bundle;
	VEC(struct maker) makers;
	struct submit *base; /* --set and --force as the job remembers them */
};

static const char *const line_members[] = { "after", "approval", "key", "metadata", "not_before",
	"params", "priority", "queue", "tags", "task", "type" };
static const char *const after_members[] = { "id", "key", "when" };

/* An object whose members are all known. */
struct known {
	const char *what, *hint;
	const char *const *names;
	size_t count;
};

/* clang-format off */
#define LIST(names) (names), sizeof(names) / sizeof(*(names))

static const struct known known_line = { "a line of a graph",
	" (parameters stand in 'params')", LIST(line_members) };
static const struct known known_after = { "'after'", "", LIST(after_members) };
/* clang-format on */

/* Stands for the tasks of a graph that has no task of its own. */
static struct task any_task = { .name = "(graph)" };

/* ---- tasks ---- */

static struct submit *
new_submit(const struct graph *g, const struct task *task, struct err *err)
{
	struct submit_options o = { .app = g->o.app,
		.task = task,
		.set = g->o.set,
		.force = g->o.force,
		.keep_inputs = g->o.keep_inputs,
		.memory = g->o.memory };

	return submit_new(&o, err);
}

/* What makes lines of a task, which it owns unless it is borrowed. NULL: --set or --force are
 * nothing for it; it is not taken over then. */
static struct maker *
add_maker(struct graph *g, const char *name, struct task *task, bool borrowed, struct err *err)
{
	struct submit *submit = new_submit(g, task, err);
	struct maker maker = { NULL, task, submit, borrowed };

	if (!submit)
		return NULL;
	maker.name = xstrdup(name);
	vec_add(&g->makers, maker);
	return &g->makers.at[g->makers.len - 1];
}

static struct maker *
maker_named(struct graph *g, const char *name, struct err *err)
{
	struct maker *maker;
	struct task *task;

	for (size_t i = 0; i < g->makers.len; i++)
		if (strcmp(g->makers.at[i].name, name) == 0)
			return &g->makers.at[i];
	task = session_task(g->o.app, g->o.store, name, err);
	maker = task ? add_maker(g, name, task, false, err) : NULL;
	if (!maker)
		task_free(task);
	if (!maker && err->kind == ERR_USAGE)
		err->kind = ERR_INPUT;
	return maker;
}

static struct maker *
maker_of(struct graph *g, const json_t *record, struct err *err)
{
	const char *name = NULL;

	if (json_get_string(record, "task", &name, err) < 0)
		return NULL;
	if (name)
		return maker_named(g, name, err);
	if (g->o.task)
		return &g->makers.at[0];
	err_set(err, ERR_INPUT, "which 'task'? none was given for all lines");
	return NULL;
}

/* ---- lines ---- */

static int
refuse_member(const struct known *known, const char *key, struct err *err)
{
	const char *nearest = strtab_nearest(known->names, known->count, key);
	char *all;

	if (nearest)
		return err_set(
		    err, ERR_INPUT, "'%s' is no member of %s: '%s'?", key, known->what, nearest);
	all = strtab_list(known->names, known->count);
	err_set(err, ERR_INPUT, "'%s' is no member of %s%s; there are: %s", key, known->what,
	    known->hint, all);
	free(all);
	return -1;
}

/* A word that is misspelt could be a dependency that is lost. */
static int
check_members(const struct known *known, const json_t *object, struct err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		if (strtab_find(known->names, known->count, key) < 0)
			return refuse_member(known, key, err);
	return 0;
}

/* {"key" or "id", "when"} */
static int
add_dependency(struct graph *g, const json_t *after, struct err *err)
{
	const char *key = NULL, *when = "";
	enum rule rule;
	json_int_t id = 0;

	if (check_members(&known_after, after, err) < 0)
		return -1;
	if (json_get_string(after, "key", &key, err) < 0 ||
	    json_get_int(after, "id", &id, err) < 0 ||
	    json_get_string(after, "when", &when, err) < 0)
		return err_wrap(err, "'after'");
	if (terms_rule(when, &rule, err) < 0)
		return err_wrap(err, "'after', 'when'");
	if (!key == !id || id < 0)
		return err_set(err, ERR_INPUT,
		    "'after' takes the 'key' of a line or the 'id' of"
		    " an execution");
	return key ? bundle_after(g->bundle, key, rule, err)
		   : bundle_after_execution(g->bundle, id, rule, err);
}

static int
add_dependencies(struct graph *g, const json_t *record, struct err *err)
{
	json_t *list = NULL, *after;
	size_t i;
	int rc = 0;

	if (json_get_array(record, "after", &list, err) < 0)
		return -1;
	json_array_foreach(list, i, after) {
		if (json_is_string(after))
			rc = bundle_after(g->bundle, json_string_value(after), RULE_OK, err);
		else if (json_is_object(after))
			rc = add_dependency(g, after, err);
		else
			rc = err_set(err, ERR_INPUT, "'after' must list keys or objects, found %s",
			    json_type_name(after));
		if (rc < 0)
			break;
	}
	return rc;
}

static struct line *
make_line(
    struct maker *maker, const json_t *record, const char *key, const char *where, struct err *err)
{
	json_t *params = NULL;

	if (json_get_object(record, "params", &params, err) < 0)
		return NULL;
	return submit_make(
	    maker->submit, params ? json_incref(params) : json_object(), key, where, err);
}

static int
add_record(json_t *record, const char *where, void *ctx, struct err *err)
{
	struct graph *g = ctx;
	const char *key = NULL;
	struct maker *maker;
	struct terms terms;
	struct line *line;
	int rc = -1;

	if (check_members(&known_line, record, err) < 0 ||
	    json_get_string(record, "key", &key, err) < 0)
		return -1;
	if (key && !*key)
		return err_set(err, ERR_INPUT, "'key' is empty");
	maker = maker_of(g, record, err);
	line = maker ? make_line(maker, record, key, where, err) : NULL;
	if (!line)
		return -1;
	if (terms_of_record(&terms, g->o.terms, record, err) == 0)
		rc = bundle_add(g->bundle, line, maker->task, &terms, key, err);
	else
		free(line);
	terms_clear(&terms);
	return rc < 0 ? -1 : add_dependencies(g, record, err);
}

static int
read_graph(struct graph *g, struct err *err)
{
	const struct task *task = g->o.task;
	struct supply supply = { .app = g->o.app, .files = g->o.files, .fn = add_record, .ctx = g };

	g->base = new_submit(g, task ? task : &any_task, err);
	if (!g->base || (task && !add_maker(g, task->name, g->o.task, true, err)))
		return -1;
	if (supply_read(&supply, err) < 0 || supply_is_good(&supply, err) < 0)
		return -1;
	return bundle_close(g->bundle, err);
}

struct graph *
graph_read(const struct graph_options *options, struct bundle *into, struct err *err)
{
	struct graph *g = xcalloc(1, sizeof(*g));

	g->o = *options;
	g->bundle = into;
	if (read_graph(g, err) == 0)
		return g;
	graph_free(g);
	return NULL;
}

void
graph_free(struct graph *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->makers.len; i++) {
		free(g->makers.at[i].name);
		submit_free(g->makers.at[i].submit);
		if (!g->makers.at[i].borrowed)
			task_free(g->makers.at[i].task);
	}
	vec_clear(&g->makers);
	submit_free(g->base);
	free(g);
}

/* ---- what the job remembers ---- */

json_t *
graph_settings(struct graph *g, struct err *err)
{
	json_t *settings = submit_settings(g->base, err);

	for (size_t i = 0; i < g->makers.len && settings; i++) {
		json_t *own = submit_settings(g->makers.at[i].submit, err);

		if (!own) {
			json_decref(settings);
			return NULL;
		}
		json_object_update(
		    json_object_get(settings, "inputs"), json_object_get(own, "inputs"));
		json_decref(own);
	}
	return settings;
}

int
graph_store_inputs(struct graph *g, struct store *store, struct err *err)
{
	for (size_t i = 0; i < g->makers.len; i++)
		if (submit_store_inputs(g->makers.at[i].submit, store, err) < 0)
			return -1;
	return 0;
}
