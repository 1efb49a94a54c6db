/* SPDX-License-Identifier: MIT */
/* listing: executions as taskstat lists them, and one of them in full. */
#include "cli/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "cli/records.h"
#include "cli/table.h"
#include "task/cluster.h"
#include "task/dependency.h"
#include "task/execution.h"
#include "task/whereabouts.h"

/* ---- what is selected ---- */

int
listing_status(const char *word, struct selection *sel)
{
	int status = state_find(word);

	/* the words of other systems for an account stand for all of it */
	sel->account = account_find(status < 0 ? word : state_name((enum status)status));
	sel->status = sel->account < 0 ? status : -1;
	return sel->account < 0 && status < 0 ? -1 : 0;
}

char *
listing_status_words(void)
{
	struct buf words = BUF_INIT;

	for (int i = 0; i < ST_COUNT; i++)
		buf_addf(&words, "%s, ", state_name((enum status)i));
	buf_add_str(&words, account_name(ACC_WAITING)); /* the one that is no status too */
	return buf_take(&words);
}

/* ---- the list ---- */

enum { KEY_SHOWN = 24 }; /* bytes of a key in a line */

struct listing {
	struct table *table; /* NULL: records */
	bool out;            /* something is on a cluster: say where */
	int64_t limit, shown;
};

static const char *
text_at(const json_t *record, const char *pointer)
{
	return json_string_value(json_at(record, pointer));
}

static void
add_place(struct table *table, const json_t *place)
{
	struct buf text = BUF_INIT;

	if (place)
		whereabouts_text(place, &text);
	table_add(table, buf_str(&text));
	buf_clear(&text);
}

static void
add_row(const struct listing *l, const json_t *record)
{
	struct table *table = l->table;
	const char *class = text_at(record, "/error/class"),
		   *reason = text_at(record, "/error/reason");

	table_addf(table, "%lld", (long long)json_integer_value(json_object_get(record, "id")));
	table_add(table, text_at(record, "/status"));
	table_addf(
	    table, "%lld", (long long)json_integer_value(json_object_get(record, "attempts")));
	table_add(table, text_at(record, "/job"));
	table_add(table, text_at(record, "/task"));
	table_add(table, text_at(record, "/key"));
	if (l->out)
		add_place(table, json_object_get(record, "cluster"));
	table_addf(
	    table, "%s%s%s", class ? class : "", class && reason ? ": " : "", reason ? reason : "");
}

/* "affinity -7.2, rmsd 1.3" */
static void
add_metrics(struct buf *line, const json_t *record)
{
	const char *before = "  ", *name;
	json_t *value;

	json_object_foreach(json_object_get(record, "metrics"), name, value) {
		buf_addf(line, "%s%s ", before, name);
		json_put(value, line);
		before = ", ";
	}
}

void
listing_line(const json_t *record, FILE *out)
{
	const char *status = text_at(record, "/status"), *key = text_at(record, "/key"),
		   *class = text_at(record, "/error/class"),
		   *reason = text_at(record, "/error/reason");
	struct buf line = BUF_INIT, shown = BUF_INIT;
	size_t len = key ? strlen(key) : 0;
	bool cut = len > KEY_SHOWN;

	buf_addf(&line, "%6lld  %-9s  %.*s%s",
	    (long long)json_integer_value(json_object_get(record, "id")), status ? status : "",
	    (int)utf8_cut(key, len, cut ? KEY_SHOWN - 2 : KEY_SHOWN), key ? key : "",
	    cut ? ".." : "");
	if (class)
		buf_addf(&line, "  %s: %s", class, reason ? reason : "");
	else
		add_metrics(&line, record);
	utf8_visible(line.data, line.len, UTF8_CONTROLS, &shown);
	table_put_line(buf_str(&shown), table_width(fileno(out)), out);
	buf_clear(&line);
	buf_clear(&shown);
}

static int
show(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct listing *l = ctx;

	(void)err;
	if (l->table)
		add_row(l, record);
	else
		app_record(app, record);
	return ++l->shown == l->limit;
}

/* How many the selection has behind the last one shown. */
static int64_t
count_rest(struct store *store, struct selection *sel, struct err *err)
{
	int64_t ids[1024], count = 0;
	int n;

	while ((n = execution_ids(store, sel, ids, sizeof(ids) / sizeof(*ids), err)) > 0) {
		count += n;
		sel->after = ids[n - 1];
	}
	return n < 0 ? -1 : count;
}

/* The same without counting, where the tally knows. */
static int64_t
tell_rest(struct store *store, struct selection *sel, int64_t seen, struct err *err)
{
	struct account_sums sums;
	int64_t total = 0;

	if (sel->task || sel->queue || sel->tag || sel->class || sel->statuses || sel->held)
		return count_rest(store, sel, err);
	if (tally_read(store, sel->org, sel->job.id, sel->job.generation, &sums, err) < 0)
		return -1;
	for (int status = 0; status < ST_COUNT; status++)
		if (selection_takes(sel, (enum status)status))
			total += sums.by_status[status];
	return total > seen ? total - seen : 0;
}

int
listing_show(struct app *app, struct store *store, struct selection *sel, bool as_table,
    int64_t limit, struct err *err)
{
	static const char *const heads[] = { ">id", "status", ">tries", "job", "task", "key",
		"error" };
	static const char *const heads_out[] = { ">id", "status", ">tries", "job", "task", "key",
		"where", "error" };
	struct listing l = { .limit = limit };
	int64_t more = 0, skip = sel->skip;
	int rc = as_table ? cluster_any(store, err) : 0;

	if (rc < 0)
		return -1;
	l.out = rc > 0;
	if (as_table)
		l.table = l.out ? table_new(heads_out, sizeof(heads_out) / sizeof(*heads_out))
				: table_new(heads, sizeof(heads) / sizeof(*heads));
	rc = records_selected(app, store, sel, show, &l, err);
	if (rc == 0 && l.table && l.shown > 0)
		table_print(l.table, stdout, table_width(STDOUT_FILENO));
	table_free(l.table);
	if (rc == 0 && l.shown == 0)
		app_say(app, skip > 0 ? "there are no more" : "there are none");
	if (rc == 0 && limit > 0 && l.shown == limit)
		more = tell_rest(store, sel, skip + l.shown, err);
	if (more > 0)
		app_say(app, "%lld more: --limit shows them", (long long)more);
	return more < 0 ? -1 : rc;
}

/* ---- one in full ---- */

/* A line of the text: label, and value as it can be shown, cut to the terminal. */
static void
print_member(const char *label, const char *text, size_t len)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "%-10s  ", label);
	utf8_visible(text, len, UTF8_CONTROLS, &line);
	table_put_line(buf_str(&line), table_width(STDOUT_FILENO), stdout);
	buf_clear(&line);
}

static void
print_value(const char *label, const json_t *value)
{
	struct buf text = BUF_INIT;

	if (!value || json_is_null(value))
		return;
	if (json_is_string(value))
		buf_add(&text, json_string_value(value), json_string_length(value));
	else
		json_put(value, &text);
	print_member(label, buf_str(&text), text.len);
	buf_clear(&text);
}

/* Many lines, each set in. */
static void
print_errout(const char *text)
{
	struct buf shown = BUF_INIT;

	utf8_visible(text, strlen(text), 0, &shown);
	for (const char *line = buf_str(&shown); *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		printf("    ");
		for (size_t i = 0; i < strcspn(line, "\n"); i++)
			putchar((unsigned char)line[i] < ' ' && line[i] != '\t' ? '?' : line[i]);
		putchar('\n');
	}
	buf_clear(&shown);
}

static void
print_try(const json_t *t)
{
	const char *class = text_at(t, "/class"), *reason = text_at(t, "/reason");
	const char *errout = text_at(t, "/stderr"), *host = text_at(t, "/host");
	const json_t *signal = json_object_get(t, "signal"),
		     *code = json_object_get(t, "exit_code");
	double mib = (double)json_integer_value(json_object_get(t, "max_rss")) / (1 << 20);
	struct buf line = BUF_INIT;

	buf_addf(&line, "%s", class ? class : reason ? "cancelled" : "completed");
	if (signal)
		buf_addf(&line, ", signal %lld", (long long)json_integer_value(signal));
	else if (code)
		buf_addf(&line, ", exit %lld", (long long)json_integer_value(code));
	buf_addf(&line, ", %.2f s user, %.2f s system, %.0f MiB",
	    json_number_value(json_object_get(t, "user_time")),
	    json_number_value(json_object_get(t, "system_time")), mib);
	if (host)
		buf_addf(&line, ", on %s", host);
	if (reason)
		buf_addf(&line, ": %s", reason);
	printf("\ntry %lld, %s\n", (long long)json_integer_value(json_object_get(t, "number")),
	    text_at(t, "/ended") ? text_at(t, "/ended") : "");
	print_member("", buf_str(&line), line.len);
	buf_clear(&line);
	if (errout)
		print_errout(errout);
}

static void
print_place(const json_t *place)
{
	struct buf text = BUF_INIT;

	if (!place)
		return;
	whereabouts_text(place, &text);
	print_member("where", buf_str(&text), text.len);
	buf_clear(&text);
}

static void
print_text(const json_t *record)
{
	static const char *const hidden[] = { "type", "tries", "attempts", "cluster" };
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)record, key, value) {
		bool shown = true;

		for (i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
			shown = shown && strcmp(key, hidden[i]) != 0;
		if (shown)
			print_value(key, value);
	}
	print_place(json_object_get(record, "cluster"));
	json_array_foreach(json_object_get(record, "tries"), i, value)
		print_try(value);
}

/* What only the full view has. -1: it cannot be read. */
static int
add_details(struct store *store, int64_t id, json_t *record, struct err *err)
{
	json_t *after = dependency_list(store, id, err);
	json_t *tries = after ? execution_attempts(store, id, err) : NULL;

	if (!tries) {
		json_decref(after);
		return -1;
	}
	if (json_array_size(after) > 0)
		json_object_set(record, "after", after);
	json_decref(after);
	json_object_set_new(record, "tries", tries);
	return 0;
}

int
listing_detail(struct app *app, struct store *store, int64_t id, bool as_text, struct err *err)
{
	json_t *record;
	int rc = execution_record(store, app->org, id, &record, err);

	if (rc <= 0)
		return rc;
	if (add_details(store, id, record, err) < 0) {
		json_decref(record);
		return -1;
	}
	if (as_text)
		print_text(record);
	else
		app_record(app, record);
	json_decref(record);
	return 1;
}
