/* SPDX-License-Identifier: MIT */
/* params: the parameters of a task, for people. */
#include "cli/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "cli/session.h"
#include "cli/table.h"
#include "task/schema.h"
#include "task/task.h"

enum { LEVELS = 4 }; /* of parameters within parameters */

struct listing {
	struct table *table;
	const char *within; /* "box.", "parts[].", "" */
	int level;
};

static const char *
text_of(const struct schema *schema, const char *key)
{
	return json_string_value(json_object_get(schema_source(schema), key));
}

/* What stands where nothing is given. */
static void
add_default(struct table *table, const struct schema_member *member)
{
	const json_t *value = json_object_get(schema_source(member->schema), "default");
	struct buf text = BUF_INIT;

	if (json_is_string(value))
		buf_add_str(&text, json_string_value(value));
	else if (value)
		json_put(value, &text);
	else if (member->required)
		buf_add_str(&text, "(required)");
	table_add(table, buf_str(&text));
	buf_clear(&text);
}

static void
list_member(const struct schema_member *member, void *ctx)
{
	const struct listing *l = ctx;
	const struct schema *schema = member->schema, *items = schema_items(schema);
	char *type = schema_type_words(schema), *allowed = schema_allowed_words(schema), *within;

	table_addf(l->table, "%s%s", l->within, member->name);
	table_add(l->table, type);
	table_add(l->table, text_of(schema, "x-unit"));
	add_default(l->table, member);
	table_add(l->table, allowed);
	table_add(l->table, text_of(schema, "description"));
	free(type);
	free(allowed);
	if (l->level == LEVELS)
		return;
	within = xasprintf("%s%s%s.", l->within, member->name, items ? "[]" : "");
	schema_each_member(items ? items : schema, list_member,
	    &(struct listing){ l->table, within, l->level + 1 });
	free(within);
}

int
params_help(struct app *app, const char *name, struct err *err)
{
	static const char *const heads[] = { "name", "type", "unit", "default", "allowed",
		"description" };
	struct listing l = { NULL, "", 1 };
	struct store *store;
	struct task *task;

	if (session_open_if_any(app, &store, err) < 0)
		return -1;
	task = task_find(store, app->org, name, err);
	session_close(store);
	if (!task)
		return -1;
	l.table = table_new(heads, sizeof(heads) / sizeof(*heads));
	if (task->params)
		schema_each_member(task->params, list_member, &l);
	if (table_rows(l.table) > 0)
		table_print(l.table, stdout, table_width(STDOUT_FILENO));
	else
		app_say(app, "task '%s' names no parameters: it takes any", name);
	table_free(l.table);
	task_free(task);
	return 0;
}
