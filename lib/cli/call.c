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

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/strtab.h"
#include "base/utf8.h"
#include "cli/board.h"
#include "cli/commit.h"
#include "cli/shape.h"
#include "exec/http.h"
#include "task/remote.h"
#include "task/service.h"
#include "task/task.h"

enum {
	SECOND = 1000000,
	REST = SECOND,           /* of a service that says 429 and not for how long */
	REST_MOST = 60 * SECOND, /* however often */
	MISSES = 8,              /* polls in a row that may fail */
	HEAR = SECOND,           /* between two that tell of progress */
	SHOWN = 200,             /* bytes of a body in a reason */
};

void
call_fail(struct call_outcome *out, enum failure class, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->reason, sizeof(out->reason), fmt, ap);
	va_end(ap);
	out->reason[utf8_whole(out->reason, strlen(out->reason))] = '\0';
	out->step = CALL_ENDED;
	out->end.class = class;
	out->end.reason = out->reason;
}

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

/* A body goes into the log, unless it tells a secret in other words. */
static void
keep_log(
    const struct call *call, const struct http_reply *reply, json_t *body, struct call_outcome *out)
{
	if (call_hide_in(call, body))
		return;
	out->end.log = reply->body;
	out->end.log_len = reply->len;
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

/* ---- what went wrong ---- */

/* What a body says of a failure, where services say it; NULL: nothing. Borrowed. */
static const char *
reason_in(const json_t *body)
{
	static const char *const places[] = { "/error/message", "/error/reason", "/error",
		"/message", "/detail", "/title", "/reason" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const char *text = json_string_value(json_at(body, places[i]));

		if (text && *text)
			return text;
	}
	return NULL;
}

/* So many bytes of a text are shown. */
static int
shown(const char *text)
{
	return (int)utf8_cut(text, strlen(text), SHOWN);
}

/* The beginning of a text, made fit for one line. */
static void
beginning(const char *text, size_t len, char out[SHOWN + 1])
{
	size_t n = len < SHOWN ? len : SHOWN;

	for (size_t i = 0; i < n; i++)
		out[i] = isprint((unsigned char)text[i]) ? text[i] : ' ';
	out[n] = '\0';
}

static enum failure
class_of(int status)
{
	switch (status) {
	case 408:
	case 429:
		return FAIL_SERVICE;
	case 401:
	case 402:
	case 403:
	case 404:
	case 405:
	case 407:
	case 410:
	case 421:
	case 426:
		return FAIL_REJECTED;
	}
	if (status >= 500)
		return FAIL_SERVICE;
	return status >= 400 ? FAIL_INPUT : FAIL_REJECTED;
}

/* A reply that is no success: what the task makes of it, or what its status says. */
static void
judge_failure(struct call *call, const struct http_reply *reply, struct call_outcome *out)
{
	const char *name = board_service(call->desk)->name, *reason;
	json_t *body = json_parse(reply->body, reply->len, NULL), *error;
	char start[SHOWN + 1];

	if (!body)
		body = json_stringn(reply->body, reply->len);
	if (!body)
		body = json_null();
	keep_log(call, reply, body, out);
	beginning(reply->body, out->end.log ? reply->len : 0, start);
	reason = reason_in(body);
	reason = reason ? reason : start;
	call_fail(out, class_of(reply->status), "'%s' answers %d%s%.*s", name, reply->status,
	    *reason ? ": " : "", shown(reason), reason);
	error = shape_failure(call->shape, reply->status, body);
	if (error)
		out->end.result = json_pack("{s:o}", "error", error);
	if (error && !json_object_get(error, "class"))
		json_object_set_new(error, "class", json_string(failure_name(out->end.class)));
	if (error && !json_object_get(error, "reason"))
		json_object_set_new(error, "reason", json_string(out->reason));
	out->service_fail = reply->status >= 500;
	out->end.wait = reply->retry_after > 0 ? reply->retry_after : 0;
	json_decref(body);
}

/* It asks to be left alone for a while: how long; 0: it does not. */
static int64_t
rest_of(const struct call *call, const struct http_reply *reply)
{
	int64_t rest = REST;

	if (reply->end != HTTP_REPLIED)
		return 0;
	if (reply->retry_after > 0 && (reply->status == 429 || reply->status == 503))
		return reply->retry_after;
	if (reply->status != 429)
		return 0;
	for (int i = 0; i < call->rests && rest < REST_MOST; i++)
		rest *= 2;
	return rest < REST_MOST ? rest : REST_MOST;
}

/* It rests, unless the task knows that waiting will not help. */
static void
judge_rest(struct call *call, const struct http_reply *reply, struct call_outcome *out)
{
	int64_t rest = out->rest;

	judge_failure(call, reply, out);
	if (out->end.result) {
		out->rest = 0;
		return;
	}
	*out = (struct call_outcome){ .step = CALL_REST, .wait = rest, .rest = rest };
	call->rests++;
}

/* There was no whole reply. */
static void
judge_end(struct call *call, const struct http_reply *reply, struct call_outcome *out)
{
	const char *name = board_service(call->desk)->name;

	switch (reply->end) {
	case HTTP_UNREACHABLE:
	case HTTP_UNTRUSTED:
		call_fail(out, FAIL_SERVICE, "'%s': %s", name, reply->why);
		out->step = CALL_ELSEWHERE;
		out->service_fail = true;
		break;
	case HTTP_LATE:
		if (call->deadline <= clock_boot()) {
			call_fail(
			    out, FAIL_TIMEOUT, "'%s': ran longer than %g s", name, call->limit);
			break;
		}
		/* fall through */
	case HTTP_BROKEN:
		call_fail(out, FAIL_SERVICE, "'%s': %s", name, reply->why);
		out->service_fail = true;
		break;
	case HTTP_TOO_LARGE:
		call_fail(out, FAIL_RESULT, "'%s': %s", name, reply->why);
		break;
	default:
		call_fail(out, FAIL_REJECTED, "'%s': %s", name, reply->why);
	}
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
	char start[SHOWN + 1];
	json_t *body;

	if (strspn(reply->body, " \t\r\n") == reply->len)
		return json_null();
	body = json_parse(reply->body, reply->len, &why);
	if (body) {
		call_hide_in(call, body);
		return body;
	}
	beginning(reply->body, reply->len, start);
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
	const char *reason = reason_in(body);

	call_fail(out, FAIL_ENGINE, "'%s' says the job is %s%s%.*s",
	    board_service(call->desk)->name, word, reason ? ": " : "", shown(reason ? reason : ""),
	    reason ? reason : "");
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
		judge_failure(call, reply, out);
	else
		judge_end(call, reply, out);
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
	out->rest = rest_of(call, reply);
	if (out->rest && !call->status_url) {
		judge_rest(call, reply, out);
	} else if (!is_success(reply) && call->status_url) {
		judge_miss(call, reply, out);
	} else if (reply->end != HTTP_REPLIED) {
		judge_end(call, reply, out);
	} else if (!is_success(reply)) {
		judge_failure(call, reply, out);
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
