/* SPDX-License-Identifier: MIT */
/*
 * calls: executions that are served over HTTP.
 *
 * Each is in one list from the beginning to the end. Where it stands is seen from
 * what it has: no desk, it waits for a service; http, a request is out; neither
 * but a status_url, its job is asked after when it wakes.
 */
#include "cli/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/calls_parts.h"
#include "cli/checks.h"
#include "cli/crew.h"
#include "cli/shape.h"
#include "exec/http.h"
#include "task/remote.h"
#include "task/retry.h"
#include "task/service.h"
#include "task/task.h"

enum {
	SECOND = 1000000,
	MOST = 4000,   /* executions at a time, sent or not */
	NOTE = 100000, /* microseconds after which it is written that one runs */
};

struct shape_entry {
	const struct task *task;
	struct shape *shape;
	UT_hash_handle hh;
};

/* ---- life ---- */

static struct calls *
open_calls(struct crew *crew, struct err *err)
{
	struct calls *c;
	struct http *http;

	if (crew->calls)
		return crew->calls;
	http = http_new(err);
	if (!http)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	c->http = http;
	c->checks = checks_new(http, crew->board);
	c->last = &c->first;
	c->wakes = INT64_MAX;
	crew->calls = c;
	return c;
}

static void
free_call(struct calls *c, struct call *call)
{
	*call->at = call->next;
	if (call->next)
		call->next->at = call->at;
	else
		c->last = call->at;
	c->count--;
	if (call->http)
		http_cancel(c->http, call->http);
	json_decref(call->params);
	json_decref(call->requires);
	json_decref(call->said);
	vec_clear(&call->tried);
	free(call->fault);
	free(call->url);
	free(call->status_url);
	free(call);
}

void
calls_free(struct calls *c)
{
	struct shape_entry *entry, *next;

	if (!c)
		return;
	while (c->first) {
		work_free(c->first->work);
		free_call(c, c->first);
	}
	HASH_ITER(hh, c->shapes, entry, next)
	{
		HASH_DEL(c->shapes, entry);
		shape_free(entry->shape);
		free(entry);
	}
	checks_free(c->checks);
	http_free(c->http);
	free(c);
}

static struct shape *
shape_of(struct calls *c, const struct task *task, struct err *err)
{
	struct shape_entry *entry;
	struct shape *shape;

	HASH_FIND_PTR(c->shapes, &task, entry);
	if (entry)
		return entry->shape;
	shape = shape_new(task, err);
	if (!shape)
		return NULL;
	entry = xcalloc(1, sizeof(*entry));
	entry->task = task;
	entry->shape = shape;
	HASH_ADD_PTR(c->shapes, task, entry);
	return shape;
}

static struct call *
new_call(struct crew *crew, struct work *work, struct shape *shape)
{
	struct calls *c = crew->calls;
	const struct task *task = work->lane->task;
	struct call *call = xcalloc(1, sizeof(*call));

	call->kind = CALL_WORK;
	call->work = work;
	call->commit = crew->commit;
	call->shape = shape;
	call->percent = -1;
	call->params = json_parse(work->params, work->params_len, NULL);
	call->requires = remote_requires(task->remote, call->params);
	call->limit = (work->timeout > 0 ? work->timeout : task->soft) *
	    retry_room(&task->retry, FAIL_TIMEOUT, work->past[FAIL_TIMEOUT].all);
	call->at = c->last;
	*c->last = call;
	c->last = &call->next;
	c->count++;
	crew->out++;
	return call;
}

bool
calls_give(struct crew *crew, struct work *work)
{
	struct err why = { 0 };
	struct calls *c = open_calls(crew, &why);
	struct shape *shape;

	if (c && c->count >= MOST)
		return false;
	shape = c ? shape_of(c, work->lane->task, &why) : NULL;
	if (!shape || inputs_place(&crew->source, work, crew->scratch, &why) < 0) {
		crew_ended(crew, verdict_unstarted(work, &why));
		return true;
	}
	new_call(crew, work, shape);
	c->wakes = 0;
	return true;
}

/* ---- ends ---- */

/* It is off our hands. */
struct work *
calls_drop(struct crew *crew, struct call *call)
{
	struct work *work = call->work;

	crew->out--;
	free_call(crew->calls, call);
	return work;
}

/* Its service is rid of it: what is to be known of that. */
void
calls_let_go(
    struct crew *crew, struct call *call, enum board_news news, const char *why, int64_t rest)
{
	if (!call->desk)
		return;
	board_end(
	    crew->board, call->desk, call->work->id, news, why, rest ? clock_wall() + rest : 0);
	call->desk = NULL;
	crew->calls->wakes = 0;
}

void
calls_end(struct crew *crew, struct call *call, struct call_end *how)
{
	struct ended *ended;

	if (!call->deadline) { /* it never began */
		call->work->begun = clock_wall();
		call->work->since = clock_boot();
	}
	how->progressed = call->progressed;
	ended = verdict_of_call(calls_drop(crew, call), how);
	json_decref(how->result);
	crew_ended(crew, ended);
}

void
calls_end_with(struct crew *crew, struct call *call, enum failure class, const char *why)
{
	struct call_end how = { .class = class, .reason = why };

	calls_end(crew, call, &how);
}

/* ---- replies ---- */

/* Its service could not be connected. */
static void
note_tried(struct call *call, const char *why)
{
	vec_add(&call->tried, call->desk);
	free(call->fault);
	call->fault = xstrdup(why);
}

static void
take_reply(struct crew *crew, struct call *call, struct http_reply *reply)
{
	struct call_outcome out;
	enum board_news news;
	bool other;

	call->http = NULL;
	call_hide(call, reply->body, reply->len);
	call_hide(call, reply->why, strlen(reply->why));
	call_judge(call, crew->calls->http, reply, &out);
	if (out.step == CALL_POLL) {
		call->wakes = clock_boot() + out.wait;
		return;
	}
	if (out.adrift)
		calls_leave(crew, call);
	if (out.step == CALL_ELSEWHERE)
		note_tried(call, out.reason);
	news = out.service_fail ? BOARD_FAILED : out.rest ? BOARD_RESTS : BOARD_ANSWERED;
	other = board_has_other(crew->board, call->work->lane->task, call->desk);
	calls_let_go(crew, call, news, out.reason, out.rest);
	call->wakes = 0;
	if (out.step == CALL_ENDED) {
		calls_end(crew, call, &out.end);
		return;
	}
	json_decref(out.end.result);
	if (out.step == CALL_REST && !other && clock_boot() + out.wait > call->deadline)
		calls_end_with(crew, call, FAIL_SERVICE,
		    "its services ask to be left alone for longer"
		    " than it may take");
	else
		calls_try(crew, call); /* where there is room; else it waits for that */
}

static void
take_replies(struct crew *crew)
{
	struct calls *c = crew->calls;
	struct http_reply reply;

	while (http_take(c->http, &reply)) {
		enum call_kind *kind = reply.owner;

		if (*kind == CALL_WORK)
			take_reply(crew, reply.owner, &reply);
		else if (*kind == CALL_CHECK)
			checks_take(c->checks, &reply);
		else
			c->leaving--;
		http_reply_clear(&reply);
	}
}

/* ---- time ---- */

static void
late(struct crew *crew, struct call *call)
{
	char why[128];

	snprintf(why, sizeof(why), "ran longer than %g s", call->limit);
	if (call->status_url)
		calls_leave(crew, call);
	calls_let_go(crew, call, BOARD_NOTHING, NULL, 0);
	calls_end_with(crew, call, FAIL_TIMEOUT, why);
}

/* Its job is asked after when it is time. */
static void
check(struct crew *crew, struct call *call, int64_t now)
{
	if (call->deadline && !call->noted && now - call->work->since >= NOTE) {
		call->noted = true;
		commit_change(crew->commit, call->work, EV_START);
	}
	if (call->http)
		return; /* its time is watched there */
	if (call->deadline && call->deadline <= now)
		late(crew, call);
	else if (call->desk && call->wakes <= now)
		calls_poll(crew, call);
}

int
calls_fd(const struct crew *crew)
{
	return crew->calls ? http_fd(crew->calls->http) : -1;
}

void
calls_ready(struct crew *crew)
{
	int64_t now = clock_boot();
	struct call *call, *next;
	struct err why = { 0 };

	if (!crew->calls && (!checks_wanted(crew->board) || !open_calls(crew, &why)))
		return;
	http_ready(crew->calls->http);
	take_replies(crew);
	for (call = crew->calls->first; call; call = next) {
		next = call->next;
		check(crew, call, now);
	}
	if (!crew->stopping)
		checks_start(crew->calls->checks);
	calls_send(crew, now);
}

int64_t
calls_next_check(const struct crew *crew)
{
	const struct calls *c = crew->calls;
	int64_t next;

	if (!c)
		return INT64_MAX;
	next = http_next_check(c->http);
	next = c->wakes < next ? c->wakes : next;
	for (const struct call *call = c->first; call; call = call->next) {
		if (!call->deadline)
			continue;
		if (!call->noted && call->work->since + NOTE < next)
			next = call->work->since + NOTE;
		if (!call->http && call->deadline < next)
			next = call->deadline;
		if (!call->http && call->desk && call->wakes < next)
			next = call->wakes;
	}
	return next;
}

/* ---- orders ---- */

static struct call *
find(const struct crew *crew, int64_t id)
{
	struct call *call = crew->calls ? crew->calls->first : NULL;

	while (call && call->work->id != id)
		call = call->next;
	return call;
}

bool
calls_cancel(struct crew *crew, int64_t id)
{
	struct call *call = find(crew, id);

	if (!call)
		return false;
	if (call->status_url)
		calls_leave(crew, call);
	calls_let_go(crew, call, BOARD_NOTHING, NULL, 0);
	crew_ended(crew, verdict_unstarted(calls_drop(crew, call), NULL));
	return true;
}

struct work *
calls_pick(struct crew *crew, int64_t id)
{
	struct call *call = find(crew, id);

	return call && !call->deadline ? calls_drop(crew, call) : NULL;
}

void
calls_stop(struct crew *crew)
{
	while (crew->calls && crew->calls->first) {
		struct call *call = crew->calls->first;

		if (call->status_url)
			calls_leave(crew, call);
		calls_let_go(crew, call, BOARD_NOTHING, NULL, 0);
		crew_return(crew, calls_drop(crew, call));
	}
}

bool
calls_leaving(const struct crew *crew)
{
	return crew->calls && crew->calls->leaving > 0;
}
