/* SPDX-License-Identifier: MIT */
/* causes: what failed executions have in common, as people and programs see it. */
#include "cli/causes.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/page.h"
#include "cli/table.h"
#include "task/cause.h"
#include "task/dead.h"

static const char *class_word(enum failure class)
{
	const char *word = failure_name(class);

	return word ? word : "other";
}

static void
print_record(struct app *app, const struct dead_cause *c)
{
	char id[CAUSE_ID_TEXT], first[CLOCK_TEXT], last[CLOCK_TEXT];
	json_t *r = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:s}", "type", "cause",
	    "id", cause_id_format(c->id, id), "class", class_word(c->class), "cause", c->cause,
	    "count", (json_int_t)c->count, "example", (json_int_t)c->example, "reason", c->reason,
	    "first", clock_format(c->first, first), "last", clock_format(c->last, last));

	app_record(app, r);
	json_decref(r);
}

static void
add_time(struct table *table, int64_t wall)
{
	char text[CLOCK_TEXT];

	clock_format(wall, text);
	table_addf(table, "%.10s %.8s", text, text + 11);
}

static void
add_row(struct table *table, const struct dead_cause *c)
{
	char id[CAUSE_ID_TEXT];

	table_addf(table, "%lld", (long long)c->count);
	table_add(table, cause_id_format(c->id, id));
	table_add(table, class_word(c->class));
	table_addf(table, "%lld", (long long)c->example);
	add_time(table, c->first);
	add_time(table, c->last);
	table_add(table, c->id ? c->cause : "(all others)");
}

int
causes_show(struct app *app, struct store *store, struct selection *sel, bool as_table,
    struct page *page, struct err *err)
{
	static const char *const heads[] = { ">count", "cause", "class", ">example", "first",
		"last", "reason" };
	struct table *table;
	struct dead_list list;

	if (dead_group(store, sel, &list, err) < 0)
		return -1;
	table = as_table ? table_new(heads, sizeof(heads) / sizeof(*heads)) : NULL;
	for (size_t i = 0; i < list.len; i++) {
		if (!page_takes(page))
			continue;
		if (table)
			add_row(table, &list.at[i]);
		else
			print_record(app, &list.at[i]);
	}
	if (table && page->shown > 0)
		table_print(table, stdout, table_width(STDOUT_FILENO));
	table_free(table);
	if (list.len == 0)
		app_say(app, "nothing failed");
	page_say(page, app);
	dead_clear(&list);
	return 0;
}
