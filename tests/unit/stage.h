/* SPDX-License-Identifier: MIT */
/* stage: a state with a task and a job, in a transaction, for executions to be submitted to. */
#ifndef UNIT_STAGE_H
#define UNIT_STAGE_H

#include "store/store.h"
#include "tap.h"
#include "task/job.h"
#include "task/lane.h"
#include "task/tally.h"
#include "task/task.h"

#define ORG "lab"

static struct {
	struct store *store;
	struct task *task;
	struct job job;
	int64_t lane;
	struct tally tally;
} s = { .tally = TALLY_INIT };

static void
stage_begin(const char *dir)
{
	json_t *json = json_pack(
	    "{s:s, s:{s:[s]}}", "task_id", "t", "service_config", "command", "x");
	json_t *settings = json_pack("{s:s, s:{}, s:{}}", "task", "t", "set", "inputs");

	s.store = store_open(dir, STORE_CREATE, NULL);
	s.task = task_parse(json, NULL);
	is_int(store_begin(s.store, NULL), 0, "begin");
	is_int(task_keep(s.store, ORG, s.task, NULL), 0, "a task");
	is_int(job_open(s.store, ORG, "j", s.task->row, settings, false, &s.job, NULL), 1, "a job");
	s.lane = lane_open(s.store, &(struct lane_spec){ .job = s.job, .task = s.task->row }, NULL);
	json_decref(settings);
	json_decref(json);
}

/* What was changed is durable, and the next transaction begins. */
static void
stage_commit(void)
{
	is_int(tally_write(&s.tally, s.store, NULL), 0, "changes written");
	is_int(store_commit(s.store, NULL), 0, "commit");
	is_int(store_begin(s.store, NULL), 0, "begin");
}

static void
stage_end(void)
{
	tally_clear(&s.tally);
	task_free(s.task);
	store_close(s.store);
}

#endif
