/* SPDX-License-Identifier: MIT */
/* calls_send: what is sent to services, and to which. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/calls_parts.h"
#include "cli/crew.h"
#include "cli/shape.h"
#include "exec/http.h"
#include "task/remote.h"
#include "task/service.h"
#include "task/task.h"

enum {
	SECOND = 1000000,
	LEAVE = 5 * SECOND,  /* to take a job back */
	LEAVE_REPLY = 65536, /* bytes of a reply that nobody reads */
};

/* Where it did not even begin its time has not, either. */
static void
begin(struct call *call)
{
	if (call->deadline)
		return;
	call->work->begun = clock_wall();
	call->work->since = clock_boot();
	call->deadline = call->work->since + (int64_t)(call->limit * 1e6);
}

/* ---- requests ---- */

static void
on_event(const char *name, const char *data, size_t len, void *owner)
{
	call_event(owner, name, data, len);
}

static bool
has_header(char *const *lines, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; lines[i]; i++)
		if (strncasecmp(lines[i], name, n) == 0 && lines[i][n] == ':')
			return true;
	return false;
}

/* All headers of a request; the caller frees with endpoint_free_headers. */
static char **
headers_of(struct crew *crew, const struct call *call, struct err *err)
{
	const struct service *service = board_service(call->desk);
	char **lines = endpoint_headers(
	    service->endpoint.headers, call->work->lane->task->remote->endpoint.headers, err);
	size_t n = 0;

	if (!lines)
		return NULL;
	while (lines[n])
		n++;
	lines = xreallocarray(lines, n + 5, sizeof(*lines));
	if (!has_header(lines, "Content-Type"))
		lines[n++] = xstrdup("Content-Type: application/json");
	lines[n] = NULL;
	if (!has_header(lines, "Accept"))
		lines[n++] = xstrdup("Accept: application/json, text/event-stream");
	lines[n++] = xasprintf("X-Org-ID: %s", crew->app->org);
	lines[n++] = xasprintf("X-Execution-ID: %lld", (long long)call->work->id);
	lines[n] = NULL;
	return lines;
}

/* The request itself, or with a status_url the question how its job is. -1: err. */
static int
ask(struct crew *crew, struct call *call, const struct buf *body, struct err *err)
{
	const struct service *service = board_service(call->desk);
	const struct task *task = call->work->lane->task;
	struct http_tls tls = { service->endpoint.tls.ca, service->endpoint.tls.cert,
		service->endpoint.tls.key };
	char **headers = headers_of(crew, call, err);
	int64_t left = call->deadline - clock_boot();
	struct http_request request = { .method = body ? "POST" : "GET",
		.url = body ? call->url : call->status_url,
		.headers = (const char *const *)headers,
		.connect = task->remote->connect,
		.first_byte = task->remote->first_byte,
		.total = left > 0 ? left : 1,
		.most = (size_t)task->remote->max_reply,
		.tls = &tls,
		.event = body ? on_event : NULL,
		.owner = call };

	if (!headers)
		return -1;
	if (body) {
		request.body = body->data;
		request.len = body->len;
	}
	call->http = http_send(crew->calls->http, &request);
	endpoint_free_headers(headers);
	return 0;
}

void
calls_poll(struct crew *crew, struct call *call)
{
	struct err why = { 0 };

	if (ask(crew, call, NULL, &why) == 0)
		return;
	calls_leave(crew, call);
	calls_let_go(crew, call, BOARD_NOTHING, NULL, 0);
	calls_end_with(crew, call, FAIL_REJECTED, why.text);
}

/* Send it to the service that was picked. It may end here. */
static void
dispatch(struct crew *crew, struct call *call)
{
	const struct task *task = call->work->lane->task;
	struct buf text = BUF_INIT;
	struct err why = { 0 };
	json_t *params = remote_inline(task->remote, call->params, &why);
	json_t *body = params ? shape_request(call->shape, params, &why) : NULL;

	begin(call);
	json_decref(params);
	if (!body) {
		calls_let_go(crew, call, BOARD_NOTHING, NULL, 0);
		calls_end_with(crew, call, FAIL_INPUT, why.text);
		return;
	}
	json_put(body, &text);
	json_decref(body);
	free(call->url);
	call->url = endpoint_url(board_service(call->desk)->url, task->post_path);
	if (ask(crew, call, &text, &why) < 0) {
		calls_let_go(crew, call, BOARD_NOTHING, NULL, 0);
		calls_end_with(crew, call, FAIL_REJECTED, why.text);
	}
	buf_clear(&text);
}

static void
nobody_offers(struct crew *crew, struct call *call)
{
	const char *name = call->work->lane->task->name;
	struct buf words = BUF_INIT;
	char *why;

	if (call->requires)
		json_put(call->requires, &words);
	why = xasprintf("no service of '%s'%s%s", name,
	    call->requires ? " offers " : ": taskreg service add makes one known", buf_str(&words));
	calls_end_with(crew, call, FAIL_REJECTED, why);
	free(why);
	buf_clear(&words);
}

/* None works. Where one was tried in this attempt, or is wanted for what it offers, it has failed;
 * else it waits in the queue, of which nothing is claimed meanwhile. */
static void
all_shut(struct crew *crew, struct call *call)
{
	char *why;

	if (call->tried.len == 0 && !call->requires && !call->deadline) {
		crew_return(crew, calls_drop(crew, call));
		return;
	}
	why = call->fault ? xstrdup(call->fault)
			  : xasprintf("no service of '%s' works now", call->work->lane->task->name);
	begin(call);
	calls_end_with(crew, call, FAIL_SERVICE, why);
	free(why);
}

/* False: no service has room for executions like it. */
bool
calls_try(struct crew *crew, struct call *call)
{
	struct board_wish wish = { .task = call->work->lane->task,
		.execution = call->work->id,
		.requires = call->requires,
		.tried = call->tried.at,
		.ntried = call->tried.len };
	int64_t when, wait;

	switch (board_pick(crew->board, &wish, &call->desk, &when)) {
	case BOARD_PICKED:
		dispatch(crew, call);
		return true;
	case BOARD_FULL:
		wait = when ? when - clock_wall() : SECOND;
		wait = clock_boot() + (wait > 0 ? wait : 1000);
		if (wait < crew->calls->wakes)
			crew->calls->wakes = wait;
		return false;
	case BOARD_SHUT:
		all_shut(crew, call);
		return true;
	default:
		nobody_offers(crew, call);
		return true;
	}
}

/* What waits for a service is sent where it can be. */
void
calls_send(struct crew *crew, int64_t now)
{
	struct calls *c = crew->calls;
	int64_t changes = board_changes(crew->board);
	const struct task *full = NULL;
	struct call *call, *next;

	if ((now < c->wakes && changes == c->changes) || crew->stopping)
		return;
	c->changes = changes;
	c->wakes = INT64_MAX;
	for (call = c->first; call; call = next) {
		const struct task *task = call->work->lane->task;

		next = call->next;
		if (call->desk)
			continue;
		if (call->wakes > now) {
			if (call->wakes < c->wakes)
				c->wakes = call->wakes;
			continue;
		}
		if (task == full && !call->requires)
			continue;
		if (!calls_try(crew, call))
			full = task;
	}
}

/* Nobody wants its job: take it back. Nobody waits for what becomes of that, for long. */
void
calls_leave(struct crew *crew, struct call *call)
{
	static enum call_kind kind = CALL_LEAVE;
	const struct service *service = board_service(call->desk);
	const struct remote *remote = call->work->lane->task->remote;
	struct http_tls tls = { service->endpoint.tls.ca, service->endpoint.tls.cert,
		service->endpoint.tls.key };
	char **headers = endpoint_headers(
	    service->endpoint.headers, remote->endpoint.headers, NULL);
	struct http_request request = { .method = "DELETE",
		.url = call->status_url,
		.headers = (const char *const *)headers,
		.connect = LEAVE,
		.total = LEAVE,
		.most = LEAVE_REPLY,
		.tls = &tls,
		.owner = &kind };

	http_send(crew->calls->http, &request);
	crew->calls->leaving++;
	endpoint_free_headers(headers);
}
