/* SPDX-License-Identifier: MIT */
/* terms: how executions are queued. */
#include "cli/terms.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/utf8.h"
#include "task/execution.h"
#include "task/lane.h"
#include "task/priority.h"
#include "task/schema.h"
#include "task/task.h"

enum { TAG_LENGTH = 100 };

/* ---- words ---- */

static bool
is_tag(const char *text)
{
	size_t len = strlen(text);

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == ',' || *p == 127)
			return false;
	return len > 0 && len <= TAG_LENGTH;
}

static int
set_queue(struct terms *t, const char *name, struct err *err)
{
	if (!task_is_name(name))
		return err_set(err, ERR_INPUT, TASK_NAME_RULE ", found '%s'", name);
	free(t->queue);
	t->queue = xstrdup(name);
	return 0;
}

/* Among the sorted ones, once. */
static int
add_tag(struct terms *t, const char *tag, struct err *err)
{
	size_t at = 0;
	int order = 1;

	if (!utf8_valid(tag, strlen(tag)))
		return err_set(err, ERR_INPUT, "is not UTF-8");
	if (!is_tag(tag))
		return err_set(err, ERR_INPUT,
		    "must be a word without blanks and commas, at most %d bytes, found '%s'",
		    TAG_LENGTH, tag);
	if (!t->tags)
		t->tags = json_array();
	for (; at < json_array_size(t->tags); at++) {
		order = strcmp(tag, json_string_value(json_array_get(t->tags, at)));
		if (order <= 0)
			break;
	}
	if (order != 0)
		json_array_insert_new(t->tags, at, json_string(tag));
	return 0;
}

int
terms_rule(const char *word, enum rule *rule, struct err *err)
{
	int found = *word ? rule_find(word) : RULE_OK;

	if (found < 0)
		return err_set(
		    err, ERR_INPUT, "'%s' is no such rule; there are: ok, any, fail", word);
	*rule = (enum rule)found;
	return 0;
}

/* ---- options ---- */

/* Wrong usage, whatever kind of error the reader of a value says it is. */
static int
refuse(struct err *err, const char *option)
{
	if (err)
		err->kind = ERR_USAGE;
	return err_wrap(err, "%s", option);
}

static int
read_meta(struct terms *t, const char *pair, struct err *err)
{
	const char *eq = strchr(pair, '=');
	json_t *value;
	char *key;
	int rc;

	if (!eq || eq == pair)
		return err_set(err, ERR_USAGE, "takes key=value, found '%s'", pair);
	value = schema_parse_value(NULL, eq + 1, err);
	if (!value)
		return -1;
	key = xstrndup(pair, (size_t)(eq - pair));
	if (!t->metadata)
		t->metadata = json_object();
	rc = json_object_set_new(t->metadata, key, value);
	free(key);
	return rc < 0 ? err_set(err, ERR_USAGE, "the key is not UTF-8") : 0;
}

/* "ID[:RULE]" */
static int
read_after(struct terms *t, const char *text, struct err *err)
{
	const char *colon = strchr(text, ':');
	char *id = colon ? xstrndup(text, (size_t)(colon - text)) : xstrdup(text);
	struct await await = { .rule = RULE_OK };
	int rc = num_int(id, 1, INT64_MAX, &await.upon, NULL);

	free(id);
	if (rc < 0)
		return err_set(err, ERR_USAGE,
		    "takes the id of an execution, or ID:ok, ID:any, ID:fail, found '%s'", text);
	if (colon && terms_rule(colon + 1, &await.rule, err) < 0)
		return -1;
	for (size_t i = 0; i < t->after.len; i++)
		if (t->after.at[i].upon == await.upon)
			return err_set(
			    err, ERR_USAGE, "execution %lld is given twice", (long long)await.upon);
	vec_add(&t->after, await);
	return 0;
}

static int
read_priority(struct terms *t, const char *text, struct err *err)
{
	t->has_priority = true;
	return priority_parse(text, &t->priority, err);
}

static int
read_not_before(struct terms *t, const char *text, struct err *err)
{
	return clock_parse(text, clock_wall(), &t->not_before, err);
}

int
terms_read(struct terms *t, const struct terms_options *o, struct err *err)
{
	const struct {
		const char *option;
		char *one, **many;
		int (*read)(struct terms *, const char *, struct err *);
	} rows[] = {
		{ "--after", NULL, o->after, read_after },
		{ "--meta", NULL, o->meta, read_meta },
		{ "--not-before", o->not_before, NULL, read_not_before },
		{ "--priority", o->priority, NULL, read_priority },
		{ "--queue", o->queue, NULL, set_queue },
		{ "--tag", NULL, o->tags, add_tag },
	};

	*t = (struct terms){ .hold = o->hold };
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *one[] = { rows[i].one, NULL }, **list = rows[i].many ? rows[i].many : one;

		for (; *list; list++)
			if (rows[i].read(t, *list, err) < 0)
				return refuse(err, rows[i].option);
	}
	return 0;
}

/* ---- records ---- */

/* Text in front of a message that reads on after the name of a member. */
static int
refuse_member(struct err *err, const char *name)
{
	struct err why = *err;

	return err_set(err, why.kind, "'%s' %s", name, why.text);
}

static int
queue_of(struct terms *t, const json_t *record, struct err *err)
{
	const char *queue = NULL;

	if (json_get_string(record, "queue", &queue, err) < 0)
		return -1;
	if (queue && set_queue(t, queue, err) < 0)
		return refuse_member(err, "queue");
	return 0;
}

static int
priority_of(struct terms *t, const json_t *record, struct err *err)
{
	const json_t *value = json_object_get(record, "priority");

	if (!value || json_is_null(value))
		return 0;
	t->has_priority = true;
	return priority_read(value, &t->priority, err) < 0 ? refuse_member(err, "priority") : 0;
}

static int
time_of(struct terms *t, const json_t *record, struct err *err)
{
	const char *text = NULL;

	if (json_get_string(record, "not_before", &text, err) < 0)
		return -1;
	if (text && read_not_before(t, text, err) < 0)
		return err_wrap(err, "'not_before'");
	return 0;
}

static int
tags_of(struct terms *t, const json_t *record, struct err *err)
{
	json_t *tags = NULL, *tag;
	size_t i;

	if (json_get_array(record, "tags", &tags, err) < 0)
		return -1;
	json_array_foreach(tags, i, tag) {
		if (!json_is_string(tag))
			return err_set(
			    err, ERR_INPUT, "'tags' must be words, found %s", json_type_name(tag));
		if (add_tag(t, json_string_value(tag), err) < 0)
			return refuse_member(err, "tags");
	}
	return 0;
}

static int
metadata_of(struct terms *t, const json_t *record, struct err *err)
{
	json_t *metadata = NULL;

	if (json_get_object(record, "metadata", &metadata, err) < 0)
		return -1;
	if (!metadata)
		return 0;
	if (!t->metadata)
		t->metadata = json_object();
	json_object_update(t->metadata, metadata);
	return 0;
}

int
terms_of_record(
    struct terms *t, const struct terms *defaults, const json_t *record, struct err *err)
{
	*t = (struct terms){ .queue = defaults->queue ? xstrdup(defaults->queue) : NULL,
		.has_priority = defaults->has_priority,
		.priority = defaults->priority,
		.tags = json_copy(defaults->tags),
		.metadata = json_copy(defaults->metadata),
		.not_before = defaults->not_before,
		.hold = defaults->hold };
	for (size_t i = 0; i < defaults->after.len; i++)
		vec_add(&t->after, defaults->after.at[i]);
	if (queue_of(t, record, err) < 0 || priority_of(t, record, err) < 0 ||
	    time_of(t, record, err) < 0 || tags_of(t, record, err) < 0 ||
	    metadata_of(t, record, err) < 0 || json_get_bool(record, "approval", &t->hold, err) < 0)
		return -1;
	return 0;
}

void
terms_clear(struct terms *t)
{
	free(t->queue);
	json_decref(t->tags);
	json_decref(t->metadata);
	vec_clear(&t->after);
	*t = (struct terms){ 0 };
}

/* ---- in the state ---- */

int
terms_look(struct terms *t, struct store *store, const char *org, struct err *err)
{
	for (size_t i = 0; i < t->after.len; i++) {
		struct await *a = &t->after.at[i];
		struct standpoint stand;
		int rc = execution_status(store, org, a->upon, &stand, err);

		if (rc < 0)
			return -1;
		if (rc == 0)
			return err_set(err, ERR_USAGE, "--after: there is no execution %lld",
			    (long long)a->upon);
		a->status = stand.status;
	}
	return 0;
}

void
terms_lane(const struct terms *t, const struct task *task, struct terms_lane *lane)
{
	*lane = (struct terms_lane){ .queue = t->queue ? t->queue : task->rules.queue,
		.priority = t->has_priority ? t->priority : task->rules.priority,
		.tags = json_array_size(t->tags) ? json_canonical(t->tags) : NULL,
		.metadata = json_object_size(t->metadata) ? json_canonical(t->metadata) : NULL };
	if (!lane->queue)
		lane->queue = QUEUE_DEFAULT;
}

void
terms_lane_clear(struct terms_lane *lane)
{
	free(lane->tags);
	free(lane->metadata);
}

int64_t
terms_open(const struct terms *t, struct store *store, const struct job *job,
    const struct task *task, struct err *err)
{
	struct terms_lane lane;
	int64_t id;

	terms_lane(t, task, &lane);
	id = lane_open(store,
	    &(struct lane_spec){ .job = *job,
		.task = task->row,
		.queue = lane.queue,
		.priority = lane.priority,
		.tags = lane.tags,
		.metadata = lane.metadata },
	    err);
	terms_lane_clear(&lane);
	return id;
}
