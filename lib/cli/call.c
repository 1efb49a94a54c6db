/* SPDX-License-Identifier: MIT */
/*
 * call: what a reply means for an execution that is served over HTTP.
 *
 * 2xx is the result, 202 with a status URL a job to ask after. 408, 429 and 5xx
 * may go well another time (class service). 401 to 405, 407, 410 and the like say
 * that no request will be taken (rejected), other 4xx that this one will not
 * (input). What the task's own `failure` makes of a reply goes before that.
 */
#include "cli/call.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/board.h"
#include "cli/call_parts.h"
#include "cli/commit.h"
#include "cli/shape.h"
#include "exec/http.h"
#include "task/remote.h"
#include "task/service.h"
#include "task/task.h"

enum {
	SECOND = 1000000,
	MISSES = 8,    /* polls in a row that may fail */
	HEAR = SECOND, /* between two that tell of progress */
};

static const struct remote *
remote_of(const struct call *call)
{
	return call->work->lane->task->remote;
}

void
call_hide(const struct call *call, char *text, size_t len)
{
	endpoint_hide(remote_of(call)->endpoint.headers, text, len);
	if (call->desk)
		endpoint_hide(board_service(call->desk)->endpoint.headers, text, len);
}

bool
call_hide_in(const struct call *call, json_t *value)
{
	bool any = endpoint_hide_in(remote_of(call)->endpoint.headers, value);

	if (call->desk)
		any |= endpoint_hide_in(board_service(call->desk)->endpoint.headers, value);
	return any;
}

/* ---- progress ---- */

void
call_progress(struct call *call, const json_t *value)
{
	json_t *percent = json_object_get(value, "progress");
	const char *message = json_string_value(json_object_get(value, "message"));
	int64_t now = clock_boot();

	if (!json_is_number(percent) && !message)
		return;
	if (call->heard && now - call->heard < HEAR)
		return;
	call->heard = now;
	call->progressed = true;
	if (json_is_number(percent) && json_number_value(percent) >= 0 &&
	    json_number_value(percent) <= 100)
		call->percent = json_number_value(percent);
	commit_progress(call->commit, call->work, call->percent, message ? message : "");
}

void
call_event(struct call *call, const char *name, const char *data, size_t len)
{
	bool error = strcmp(name, "error") == 0, result = strcmp(name, "result") == 0;
	char *copy = memcpy(xmalloc(len + 1), data, len);
	json_t *value;

	call_hide(call, copy, len);
	value = json_parse(copy, len, NULL);
	call_hide_in(call, value);
	if (!result && !error) {
		call_progress(call, value);
	} else if (value) {
		json_decref(call->said);
		call->said = error ? json_pack("{s:O}", "error", value) : json_incref(value);
	}
	json_decref(value);
	free(copy);
}

/* ---- what went well ---- */

/* The result, out of the whole body. */
static void
take_result(struct call *call, json_t *body, struct call_outcome *out)
{
	struct err why = { 0 };

	out->step = CALL_ENDED;
	out->end.result = shape_response(call->shape, body, &why);
	if (!out->end.result)
		call_fail(out, FAIL_RESULT, "%s", why.text);
}

/* The JSON of a body; an empty one is null. NULL: out says why it is none. */
static json_t *
read_body(struct call *call, const struct http_reply *reply, struct call_outcome *out)
{
	struct err why = { 0 };
	char start[CALL_SHOWN + 1];
	json_t *body;

	if (strspn(reply->body, " \t\r\n") == reply->len)
		return json_null();
	body = json_parse(reply->body, reply->len, &why);
	if (body) {
		call_hide_in(call, body);
		return body;
	}
	call_beginning(reply->body, reply->len, start);
	call_fail(out, FAIL_RESULT, "'%s' answers what is no JSON: %.300s: %s",
	    board_service(call->desk)->name, why.text, start);
	out->end.log = reply->body;
	out->end.log_len = reply->len;
	return NULL;
}

static int64_t
next_pause(struct call *call, const struct http_reply *reply)
{
	int64_t pause = call->pause, most = remote_of(call)->poll_most;

	call->pause = pause + pause / 2 < most ? pause + pause / 2 : most;
	return reply->retry_after > pause ? reply->retry_after : pause;
}

/* Accepted: where to ask after it? */
static void
begin_job(struct call *call, struct http *http, const struct http_reply *reply, json_t *body,
    struct call_outcome *out)
{
	const char *name = board_service(call->desk)->name, *to = reply->location;
	struct err why = { 0 };

	if (!to)
		to = json_string_value(json_object_get(body, "status_url"));
	if (!to) {
		call_fail(out, FAIL_RESULT, "'%s' accepted it without a status URL", name);
		return;
	}
	call->status_url = http_resolve(http, call->url, to, &why);
	if (!call->status_url) {
		call_fail(
		    out, FAIL_REJECTED, "'%s': its status URL is refused: %s", name, why.text);
		return;
	}
	call->pause = remote_of(call)->poll;
	out->step = CALL_POLL;
	out->wait = next_pause(call, reply);
	call_progress(call, body);
}

/* ---- jobs ---- */

enum job_state { JOB_GOES_ON, JOB_DONE, JOB_FAILED };

/* What services call it. */
static enum job_state
job_state(const char *word)
{
	static const char *const done[] = { "completed", "complete", "succeeded", "success", "done",
		"finished", "ok", "ready" };
	static const char *const failed[] = { "failed", "failure", "error", "cancelled", "canceled",
		"aborted", "timeout", "timed_out", "expired", "killed", "dead" };

	for (size_t i = 0; i < sizeof(done) / sizeof(*done); i++)
		if (strcasecmp(word, done[i]) == 0)
			return JOB_DONE;
	for (size_t i = 0; i < sizeof(failed) / sizeof(*failed); i++)
		if (strcasecmp(word, failed[i]) == 0)
			return JOB_FAILED;
	return JOB_GOES_ON;
}

static void
job_failed(struct call *call, json_t *body, const char *word, struct call_outcome *out)
{
	json_t *error = json_object_get(body, "error");
	const char *reason = call_reason(body);

	call_fail(out, FAIL_ENGINE, "'%s' says the job is %s%s%.*s",
	    board_service(call->desk)->name, word, reason ? ": " : "",
	    call_shown(reason ? reason : ""), reason ? reason : "");
	if (json_is_object(error))
		out->end.result = json_pack("{s:O}", "error", error);
	if (json_is_object(error) && !json_object_get(error, "reason"))
		json_object_set_new(error, "reason", json_string(out->reason));
}

/* Where is the job? A body without a status is the result itself. */
static void
judge_job(struct call *call, const struct http_reply *reply, json_t *body, struct call_outcome *out)
{
	const char *word = json_string_value(json_object_get(body, "status"));
	json_t *result = json_object_get(body, "result");
	enum job_state state = word ? job_state(word) : JOB_DONE;

	call->misses = 0;
	if (reply->status == 202)
		state = JOB_GOES_ON;
	switch (state) {
	case JOB_GOES_ON:
		call_progress(call, body);
		out->step = CALL_POLL;
		out->wait = next_pause(call, reply);
		break;
	case JOB_DONE:
		take_result(call, word && result ? result : body, out);
		break;
	case JOB_FAILED:
		job_failed(call, body, word, out);
		break;
	}
}

/* Asking after it failed: it may go better the next time. */
static void
judge_miss(struct call *call, const struct http_reply *reply, struct call_outcome *out)
{
	if (reply->end == HTTP_REPLIED)
		call_judge_failure(call, reply, out);
	else
		call_judge_end(call, reply, out);
	if (out->end.class == FAIL_SERVICE && ++call->misses < MISSES) {
		json_decref(out->end.result);
		*out = (struct call_outcome){ .step = CALL_POLL, .wait = next_pause(call, reply) };
		return;
	}
	out->step = CALL_ENDED;
	out->adrift = reply->status != 404 && reply->status != 410;
	if (out->end.class == FAIL_REJECTED && !out->adrift)
		call_fail(out, FAIL_SERVICE, "'%s' knows nothing of the job any more",
		    board_service(call->desk)->name);
}

/* ---- all of it ---- */

static bool
is_success(const struct http_reply *reply)
{
	return reply->end == HTTP_REPLIED && reply->status >= 200 && reply->status < 300;
}

/* The stream of events is over. */
static bool
take_said(struct call *call, const struct http_reply *reply, struct call_outcome *out)
{
	const char *type = reply->type ? reply->type : "";

	if (call->said && json_object_get(call->said, "error")) {
		call_fail(out, FAIL_ENGINE, "no reason given");
		out->end.result = json_incref(call->said);
	} else if (call->said) {
		take_result(call, call->said, out);
	} else if (is_success(reply) && strcmp(type, "text/event-stream") == 0) {
		call_fail(out, FAIL_RESULT, "the events of '%s' end without a result",
		    board_service(call->desk)->name);
	} else {
		return false;
	}
	return true;
}

static void
judge(
    struct call *call, struct http *http, const struct http_reply *reply, struct call_outcome *out)
{
	json_t *body;

	if (take_said(call, reply, out))
		return;
	out->rest = call_rest_of(call, reply);
	if (out->rest && !call->status_url) {
		call_judge_rest(call, reply, out);
	} else if (!is_success(reply) && call->status_url) {
		judge_miss(call, reply, out);
	} else if (reply->end != HTTP_REPLIED) {
		call_judge_end(call, reply, out);
	} else if (!is_success(reply)) {
		call_judge_failure(call, reply, out);
	} else if ((body = read_body(call, reply, out))) {
		if (call->status_url)
			judge_job(call, reply, body, out);
		else if (reply->status == 202)
			begin_job(call, http, reply, body, out);
		else
			take_result(call, body, out);
		json_decref(body);
	}
}

void
call_judge(
    struct call *call, struct http *http, const struct http_reply *reply, struct call_outcome *out)
{
	*out = (struct call_outcome){ .step = CALL_ENDED };
	judge(call, http, reply, out);
	call_hide(call, out->reason, strlen(out->reason)); /* a header may have been in it */
}
