/* SPDX-License-Identifier: MIT */
/* bundle_lane: the lanes that the lines of a bundle need, each kept once. */
#include "cli/bundle_lane.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/app.h"
#include "cli/bundle.h"
#include "cli/bundle_parts.h"
#include "cli/terms.h"
#include "task/lane.h"
#include "task/task.h"

struct bundle_lane {
	struct task *task;
	struct terms_lane terms;
	char *queue;
	int64_t row; /* in the state */
	uint32_t index;
	UT_hash_handle hh;
	char text[]; /* all of the above, as a key */
};

static void
keep_task(struct bundle *b, struct task *task)
{
	for (size_t i = 0; i < b->tasks.len; i++)
		if (b->tasks.at[i] == task)
			return;
	vec_add(&b->tasks, task);
}

uint32_t
bundle_lane(struct bundle *b, struct task *task, const struct terms *terms)
{
	struct bundle_lane *lane;
	struct terms_lane made;
	struct buf text = BUF_INIT;

	terms_lane(terms, task, &made);
	buf_addf(&text, "%p\n%s\n%d\n%s\n%s", (void *)task, made.queue, made.priority,
	    made.tags ? made.tags : "", made.metadata ? made.metadata : "");
	HASH_FIND(hh, b->lane_texts, text.data, text.len, lane);
	if (lane) {
		terms_lane_clear(&made);
		buf_clear(&text);
		return lane->index;
	}
	lane = xcalloc(1, sizeof(*lane) + text.len + 1);
	memcpy(lane->text, text.data, text.len + 1);
	lane->task = task;
	lane->terms = made;
	lane->queue = xstrdup(made.queue);
	lane->index = (uint32_t)b->lanes.len;
	HASH_ADD_KEYPTR(hh, b->lane_texts, lane->text, text.len, lane);
	vec_add(&b->lanes, lane);
	keep_task(b, task);
	buf_clear(&text);
	return lane->index;
}

int
bundle_lanes_open(struct bundle *b, struct store *store, const struct job *job, struct err *err)
{
	for (size_t i = 0; i < b->tasks.len; i++)
		if (task_keep(store, b->app->org, b->tasks.at[i], err) < 0)
			return -1;
	for (size_t i = 0; i < b->lanes.len; i++) {
		struct bundle_lane *lane = b->lanes.at[i];
		struct lane_spec spec = { .job = *job,
			.task = lane->task->row,
			.queue = lane->queue,
			.priority = lane->terms.priority,
			.tags = lane->terms.tags,
			.metadata = lane->terms.metadata };

		lane->row = lane_open(store, &spec, err);
		if (lane->row < 0)
			return -1;
	}
	return 0;
}

int64_t
bundle_lane_task(const struct bundle *b, uint32_t lane)
{
	return b->lanes.at[lane]->task->row;
}

int64_t
bundle_lane_row(const struct bundle *b, uint32_t lane)
{
	return b->lanes.at[lane]->row;
}

const char *
bundle_queue(const struct bundle *b, size_t *at)
{
	return *at < b->lanes.len ? b->lanes.at[(*at)++]->queue : NULL;
}

void
bundle_lanes_clear(struct bundle *b)
{
	HASH_CLEAR(hh, b->lane_texts);
	for (size_t i = 0; i < b->lanes.len; i++) {
		terms_lane_clear(&b->lanes.at[i]->terms);
		free(b->lanes.at[i]->queue);
		free(b->lanes.at[i]);
	}
	vec_clear(&b->lanes);
}
