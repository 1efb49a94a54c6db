/* SPDX-License-Identifier: MIT */
/* abroad: what is out on clusters, as people and programs see it. */
#include "cli/abroad.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/distance.h"
#include "cli/page.h"
#include "cli/table.h"
#include "store/store.h"
#include "task/whereabouts.h"

struct abroad {
	struct app *app;
	struct store *store;
	struct table *table; /* NULL: records */
	struct page *page;
};

static const char *
text_at(const json_t *from, const char *key)
{
	return json_string_value(json_object_get(from, key));
}

static long long
number_at(const json_t *from, const char *key)
{
	return (long long)json_integer_value(json_object_get(from, key));
}

/* "20s ago", of a time as records have it. */
static char *
age(const char *time, char text[NUM_TEXT])
{
	int64_t now = clock_wall(), then = now;

	clock_parse(time, now, &then, NULL);
	return num_span((double)(now > then ? now - then : 0) / 1e6, text);
}

static void
add_row(struct table *table, const json_t *place, int64_t given, int64_t held, int64_t ended)
{
	char text[NUM_TEXT];

	table_add(table, text_at(place, "profile"));
	table_add(table, text_at(place, "job"));
	table_addf(table, "%lld", number_at(place, "element"));
	table_add(table, text_at(place, "id"));
	table_add(table, text_at(place, "state"));
	table_add(table, text_at(place, "node"));
	table_addf(table, "%lld", (long long)given);
	table_addf(table, "%lld", (long long)held);
	table_addf(table, "%lld", (long long)ended);
	table_addf(table, "%s ago", age(text_at(place, "told"), text));
	table_add(table, text_at(place, "reason"));
}

static int
show(const json_t *place, int64_t given, int64_t held, void *ctx)
{
	struct abroad *a = ctx;
	struct begun_count there;
	json_t *record;

	if (!page_takes(a->page))
		return 0;
	there = distance_of(
	    a->store, text_at(place, "name"), (int)number_at(place, "element"), held);
	if (a->table) {
		add_row(a->table, place, given, held, there.ended);
		return 0;
	}
	record = json_pack("{s:s}", "type", "element");
	json_object_update(record, (json_t *)place);
	json_object_set_new(record, "executions", json_integer(given));
	json_object_set_new(record, "held", json_integer(held));
	json_object_set_new(record, "ended", json_integer(there.ended));
	json_object_set_new(record, "failed", json_integer(there.failed));
	app_record(a->app, record);
	json_decref(record);
	return 0;
}

static void
print_sum(const json_t *sum)
{
	const char *asked = text_at(sum, "asked");
	char text[NUM_TEXT];

	printf("%s: %lld element%s of %lld job%s out with %lld execution%s; its programs were"
	       " called %lld time%s",
	    text_at(sum, "profile"), number_at(sum, "elements"),
	    number_at(sum, "elements") == 1 ? "" : "s", number_at(sum, "jobs"),
	    number_at(sum, "jobs") == 1 ? "" : "s", number_at(sum, "executions"),
	    number_at(sum, "executions") == 1 ? "" : "s", number_at(sum, "calls"),
	    number_at(sum, "calls") == 1 ? "" : "s");
	if (asked)
		printf(", and it was asked %s ago", age(asked, text));
	putchar('\n');
}

static int
show_sums(struct abroad *a, struct store *store, struct err *err)
{
	json_t *sums = whereabouts_sums(store, a->app->org, err), *sum;
	size_t i;

	if (!sums)
		return -1;
	if (json_array_size(sums) == 0)
		app_say(a->app, "nothing was ever sent to a cluster");
	json_array_foreach(sums, i, sum) {
		json_t *record = json_pack("{s:s}", "type", "cluster");

		json_object_update(record, sum);
		if (a->table)
			print_sum(sum);
		else
			app_record(a->app, record);
		json_decref(record);
	}
	json_decref(sums);
	return 0;
}

int
abroad_show(struct app *app, struct store *store, bool as_table, struct page *page, struct err *err)
{
	static const char *const heads[] = { "cluster", "job", ">element", "id", "state", "node",
		">given", ">held", ">ended", ">told", "reason" };
	struct abroad a = { .app = app, .store = store, .page = page };
	int rc = store_read(store, err);

	if (rc < 0)
		return -1;
	if (as_table)
		a.table = table_new(heads, sizeof(heads) / sizeof(*heads));
	rc = whereabouts_each(store, app->org, show, &a, err);
	if (a.table && page->shown > 0) {
		table_print(a.table, stdout, table_width(STDOUT_FILENO));
		putchar('\n');
	}
	if (rc == 0)
		rc = show_sums(&a, store, err);
	store_read_end(store);
	table_free(a.table);
	page_say(page, app);
	return rc < 0 ? -1 : 0;
}
