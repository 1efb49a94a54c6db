/* SPDX-License-Identifier: MIT */
/* call_failure: a reply that is no success, or none at all, is put into words and a class. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "cli/board.h"
#include "cli/call.h"
#include "cli/call_parts.h"
#include "cli/shape.h"
#include "exec/http.h"
#include "task/service.h"

enum {
	SECOND = 1000000,
	REST = SECOND,           /* of a service that says 429 and not for how long */
	REST_MOST = 60 * SECOND, /* however often */
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

const char *
call_reason(const json_t *body)
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

int
call_shown(const char *text)
{
	return (int)utf8_cut(text, strlen(text), CALL_SHOWN);
}

void
call_beginning(const char *text, size_t len, char out[CALL_SHOWN + 1])
{
	size_t n = len < CALL_SHOWN ? len : CALL_SHOWN;

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

void
call_judge_failure(struct call *call, const struct http_reply *reply, struct call_outcome *out)
{
	const char *name = board_service(call->desk)->name, *reason;
	json_t *body = json_parse(reply->body, reply->len, NULL), *error;
	char start[CALL_SHOWN + 1];

	if (!body)
		body = json_stringn(reply->body, reply->len);
	if (!body)
		body = json_null();
	keep_log(call, reply, body, out);
	call_beginning(reply->body, out->end.log ? reply->len : 0, start);
	reason = call_reason(body);
	reason = reason ? reason : start;
	call_fail(out, class_of(reply->status), "'%s' answers %d%s%.*s", name, reply->status,
	    *reason ? ": " : "", call_shown(reason), reason);
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

int64_t
call_rest_of(const struct call *call, const struct http_reply *reply)
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

void
call_judge_rest(struct call *call, const struct http_reply *reply, struct call_outcome *out)
{
	int64_t rest = out->rest;

	call_judge_failure(call, reply, out);
	if (out->end.result) {
		out->rest = 0;
		return;
	}
	*out = (struct call_outcome){ .step = CALL_REST, .wait = rest, .rest = rest };
	call->rests++;
}

void
call_judge_end(struct call *call, const struct http_reply *reply, struct call_outcome *out)
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
