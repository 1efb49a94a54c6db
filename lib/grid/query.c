/* SPDX-License-Identifier: MIT */
/*
 * query: where the elements of array jobs are, as far as the scheduler says.
 *
 * The shared file holds {"asked", "took", "rows", "past", "missed"}. Rows and
 * past are {"JOB_ELEMENT": [word, reason, node]} with elements counted from 0:
 * the live answer, replaced as a whole, and what the accounting said of elements
 * that are not in it any more, which does not change and is kept for a day.
 * Missed is {"JOB_ELEMENT": [answers without it, when first]}, of those
 * somebody wants to know about.
 */
#include "grid/query.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "grid/pace.h"
#include "grid/profile.h"
#include "grid/scheduler.h"
#include "grid/script.h"
#include "grid/shared.h"
#include "grid/status.h"

enum {
	SECOND = 1000000,
	DAY = 86400,
	JOBS_AT_ONCE = 100, /* ids in one question to the accounting */
	RANGE_MAX = 1000000,
};

struct query {
	struct scheduler *scheduler;
	json_t *data;  /* what the file said, NULL: nothing yet */
	int64_t asked; /* of the answer that was seen last */
};

struct query *
query_new(struct scheduler *scheduler)
{
	struct query *q = xcalloc(1, sizeof(*q));

	q->scheduler = scheduler;
	return q;
}

void
query_free(struct query *q)
{
	if (!q)
		return;
	json_decref(q->data);
	free(q);
}

static void
key_of(struct buf *key, const char *job, int64_t element)
{
	buf_reset(key);
	buf_addf(key, "%s_%lld", job, (long long)element);
}

/* ---- rows ---- */

static const char *
text_of(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text && strcmp(text, "None") != 0 && strcmp(text, "(null)") != 0 ? text : "";
}

static void
keep_row(json_t *rows, const char *job, int64_t element, const json_t *row)
{
	struct buf key = BUF_INIT;

	key_of(&key, job, element);
	json_object_set_new(rows, buf_str(&key),
	    json_pack(
		"[s,s,s]", text_of(row, "word"), text_of(row, "reason"), text_of(row, "node")));
	buf_clear(&key);
}

/* "5", "5-9", "5-9:2", "[1,3-5%4]": each of them. */
static void
keep_range(json_t *rows, const char *job, const char *range, int64_t first, const json_t *row)
{
	long long from, to, step;
	char *end;

	for (const char *at = range; *at; at = end) {
		at += strcspn(at, "0123456789");
		if (!*at)
			return;
		from = to = strtoll(at, &end, 10);
		step = 1;
		if (*end == '-')
			to = strtoll(end + 1, &end, 10);
		if (*end == ':')
			step = strtoll(end + 1, &end, 10);
		for (long long i = from; i <= to && step > 0 && i - from < RANGE_MAX; i += step)
			keep_row(rows, job, i - first, row);
		if (*end == '%')
			return;
	}
}

/* Is it a job of ours? Where no name is told it may be. */
static bool
is_ours(const json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "name"));

	return !name || !*name || strncmp(name, SCRIPT_NAME, strlen(SCRIPT_NAME)) == 0;
}

/* An element that is no number ("N/A", "undefined") is that of a job without an array. */
static void
keep_rows(const struct profile *p, const json_t *answer, json_t *rows)
{
	for (size_t i = 0; i < json_array_size(answer); i++) {
		const json_t *row = json_array_get(answer, i);
		const char *job = text_of(row, "job"), *element = text_of(row, "element");

		if (!*job || !is_ours(row))
			continue;
		if (element[strcspn(element, "0123456789")])
			keep_range(rows, job, element, p->first, row);
		else
			keep_row(rows, job, 0, row);
	}
}

/* ---- asking ---- */

static json_t *
member(json_t *file, const char *name)
{
	json_t *value = json_object_get(file, name);

	if (!json_is_object(value)) {
		value = json_object();
		json_object_set_new(file, name, value);
	}
	return value;
}

/* The first place must answer; further ones may. */
static json_t *
ask_live(struct scheduler *s, struct err *err)
{
	const struct profile *p = scheduler_profile(s);
	json_t *values = scheduler_values(), *answer = json_array(), *rows = NULL;
	int rc = 1;

	for (size_t i = 0; i < p->live.len && rc > 0; i++)
		rc = scheduler_ask(s, SCHEDULER_QUERY, &p->live.at[i], values, answer, err);
	if (rc > 0) {
		rows = json_object();
		keep_rows(p, answer, rows);
	}
	json_decref(values);
	json_decref(answer);
	return rows;
}

/* Does a program of the question take one job at a time? */
static bool
takes_one(const struct profile_ask *ask)
{
	for (size_t i = 0; ask->argv[i]; i++)
		if (strstr(ask->argv[i], "{job}"))
			return true;
	return false;
}

/* Ask for these jobs and forget them. What does not answer is asked again another time. */
static void
ask_past(struct scheduler *s, const struct profile_ask *ask, struct buf *jobs, json_t *past)
{
	json_t *values = scheduler_values(), *answer = json_array();

	json_object_set_new(values, takes_one(ask) ? "job" : "jobs", json_string(buf_str(jobs)));
	if (scheduler_ask(s, SCHEDULER_QUERY, ask, values, answer, NULL) > 0)
		keep_rows(scheduler_profile(s), answer, past);
	json_decref(values);
	json_decref(answer);
	buf_reset(jobs);
}

/* Is something of this job wanted of which nothing is known? */
static bool
is_incomplete(const json_t *file, const struct query_want *want)
{
	const json_t *rows = json_object_get(file, "rows"), *past = json_object_get(file, "past");
	struct buf key = BUF_INIT;
	bool found = true;

	for (int64_t i = 0; i < want->count && found; i++) {
		key_of(&key, want->job, i);
		found = json_object_get(rows, buf_str(&key)) ||
		    json_object_get(past, buf_str(&key));
	}
	buf_clear(&key);
	return !found;
}

/* Look up in the accounting what the live answer left out. */
static void
look_back(struct scheduler *s, json_t *file, const struct query_want *wants, size_t n)
{
	const struct profile *p = scheduler_profile(s);
	json_t *past = member(file, "past"), *found = json_object();

	for (size_t i = 0; i < p->history.len; i++) {
		const struct profile_ask *ask = &p->history.at[i];
		size_t most = takes_one(ask) ? 1 : JOBS_AT_ONCE, count = 0;
		struct buf jobs = BUF_INIT;

		for (size_t k = 0; k < n; k++) {
			if (!is_incomplete(file, &wants[k]))
				continue;
			buf_addf(&jobs, "%s%s", count ? "," : "", wants[k].job);
			if (++count == most) {
				ask_past(s, ask, &jobs, found);
				count = 0;
			}
		}
		if (count > 0)
			ask_past(s, ask, &jobs, found);
		buf_clear(&jobs);
	}
	json_object_update(past, found);
	json_decref(found);
}

/* ---- missing ---- */

/* What was kept for a day is dropped: its last member is when it was noted. */
static void
forget_old(json_t *object, int64_t now)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value) {
		size_t size = json_array_size(value);
		json_int_t noted = json_integer_value(json_array_get(value, size - 1));

		if (size == 0 || now - noted > (int64_t)DAY * SECOND)
			json_object_del(object, key);
	}
}

/* Count it once more as missing, or no longer. */
static void
count_missing(json_t *missed, const char *key, bool known, int64_t now)
{
	const json_t *before = json_object_get(missed, key);
	json_int_t looks = json_integer_value(json_array_get(before, 0)), since = now;

	if (known) {
		json_object_del(missed, key);
		return;
	}
	if (before)
		since = json_integer_value(json_array_get(before, 1));
	json_object_set_new(missed, key, json_pack("[I,I]", looks + 1, since));
}

/* Past rows get the time they were noted, so that they are dropped one day; what is there again
 * (it was requeued) has no past. */
static void
stamp_past(json_t *past, const json_t *rows, int64_t now)
{
	const char *key;
	json_t *row;
	void *next;

	json_object_foreach_safe(past, next, key, row)
		if (json_object_get(rows, key))
			json_object_del(past, key);
		else if (json_array_size(row) == 3)
			json_array_append_new(row, json_integer(now));
}

static void
count_all(json_t *file, const struct query_want *wants, size_t n, int64_t now)
{
	json_t *rows = json_object_get(file, "rows"), *past = member(file, "past"),
	       *missed = member(file, "missed");
	struct buf key = BUF_INIT;

	stamp_past(past, rows, now);
	forget_old(past, now);
	forget_old(missed, now);
	for (size_t k = 0; k < n; k++)
		for (int64_t i = 0; i < wants[k].count; i++) {
			key_of(&key, wants[k].job, i);
			count_missing(missed, buf_str(&key),
			    json_object_get(rows, buf_str(&key)) ||
				json_object_get(past, buf_str(&key)),
			    now);
		}
	buf_clear(&key);
}

/* ---- the answer ---- */

static double
pause_after(double took)
{
	double pause = took * QUERY_SLOW, least = pace_seconds();

	if (least < PACE_PAUSE || pause < least) /* a cluster of one's own, or a quick one */
		return least;
	return pause > QUERY_PAUSE_MAX ? QUERY_PAUSE_MAX : pause;
}

/* Seconds until the answer is too old; a clock that was set back is no reason to wait longer. */
static double
left(const json_t *file)
{
	int64_t asked = json_integer_value(json_object_get(file, "asked"));
	double pause = pause_after(json_number_value(json_object_get(file, "took"))),
	       since = (double)(clock_wall() - asked) / SECOND;

	if (asked == 0 || since < 0 || since >= pause)
		return 0;
	return pause - since;
}

/* Ask, with the lock of who asks held. The file is changed at the end only, in one go. */
static int
refresh(struct query *q, const struct query_want *wants, size_t n, struct err *err)
{
	struct shared *shared = scheduler_shared(q->scheduler);
	int64_t begun = clock_wall(), now;
	json_t *rows = ask_live(q->scheduler, err), *file, *news;

	if (!rows)
		return -1;
	news = json_pack(
	    "{s:o, s:O?}", "rows", rows, "past", json_object_get(shared_look(shared), "past"));
	look_back(q->scheduler, news, wants, n);
	file = shared_begin(shared);
	json_object_update(file, news);
	json_decref(news);
	now = clock_wall();
	count_all(file, wants, n, now);
	json_object_set_new(file, "asked", json_integer(now));
	json_object_set_new(file, "took", json_real((double)(now - begun) / SECOND));
	shared_end(shared);
	return 0;
}

int
query_look(struct query *q, const struct query_want *wants, size_t n, struct err *err)
{
	struct shared *shared = scheduler_shared(q->scheduler);
	int64_t asked;
	int rc = 0;

	if (left(shared_look(shared)) <= 0 && shared_ask(shared)) {
		if (left(shared_look(shared)) <= 0)
			rc = refresh(q, wants, n, err);
		shared_ask_end(shared);
	}
	json_decref(q->data);
	q->data = json_incref(shared_look(shared));
	asked = query_asked(q);
	if (rc == 0 && asked != q->asked)
		rc = 1;
	q->asked = asked;
	return rc;
}

/* Left out by so many answers, for so long, that nothing will come of it. */
static bool
is_lost(const json_t *missed, int64_t asked)
{
	int64_t since = json_integer_value(json_array_get(missed, 1));
	double patience = pause_after(0) * (STATUS_LOOKS - 1);

	return json_integer_value(json_array_get(missed, 0)) >= STATUS_LOOKS &&
	    (double)(asked - since) / SECOND >= patience;
}

static const char *
cell(const json_t *row, size_t i)
{
	const char *text = json_string_value(json_array_get(row, i));

	return text ? text : "";
}

void
query_find(const struct query *q, const char *job, int64_t element, struct query_found *found)
{
	struct buf key = BUF_INIT;
	const json_t *row, *missed;

	key_of(&key, job, element);
	row = json_object_get(json_object_get(q->data, "rows"), buf_str(&key));
	if (!row)
		row = json_object_get(json_object_get(q->data, "past"), buf_str(&key));
	missed = json_object_get(json_object_get(q->data, "missed"), buf_str(&key));
	buf_clear(&key);
	*found = (struct query_found){
		.state = status_of(scheduler_profile(q->scheduler)->states, cell(row, 0)),
		.word = cell(row, 0),
		.reason = cell(row, 1),
		.node = cell(row, 2),
		.missed = row ? 0 : (int)json_integer_value(json_array_get(missed, 0)),
	};
	if (!row && is_lost(missed, q->asked))
		found->state = BATCH_LOST;
}

int64_t
query_asked(const struct query *q)
{
	return json_integer_value(json_object_get(q->data, "asked"));
}

double
query_pause(const struct query *q)
{
	return q->data ? left(q->data) : 0;
}
