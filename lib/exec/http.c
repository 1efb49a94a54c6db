/* SPDX-License-Identifier: MIT */
/*
 * http: requests to services, none of which is waited for.
 *
 * libcurl tells which sockets it wants to hear of (on_socket) and when it wants to be called
 * (on_timer): the sockets are kept in an epoll set, whose descriptor is ours to poll. The time to
 * the first byte and the total are watched here, by one look at all calls when the earliest is
 * over.
 */
#include "exec/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "exec/curl.h"
#include "exec/http_call.h"

enum {
	READY = 64,  /* descriptors looked at at once */
	CACHE = 512, /* connections kept open */
};

/* ---- what libcurl asks of us ---- */

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *known)
{
	struct http *http = ctx;
	struct epoll_event event = { .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(http->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	event.events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
	    (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
	if (epoll_ctl(http->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0 &&
	    (errno != ENOENT || epoll_ctl(http->epoll, EPOLL_CTL_ADD, fd, &event) < 0))
		return -1;
	http->curl->multi_assign(http->multi, fd, http);
	return 0;
}

static int
on_timer(CURLM *multi, long ms, void *ctx)
{
	struct http *http = ctx;

	(void)multi;
	http->wakes = ms < 0 ? INT64_MAX : clock_boot() + ms * 1000;
	return 0;
}

/* ---- the client ---- */

int
http_library(struct http_library *library, struct err *err)
{
	const struct curl *curl = curl_load(err);
	const curl_version_info_data *info;

	if (!curl)
		return -1;
	info = curl->version_info(CURLVERSION_NOW);
	library->version = info->version;
	library->tls = info->features & CURL_VERSION_SSL ? info->ssl_version : NULL;
	return 0;
}

struct http *
http_new(struct err *err)
{
	const struct curl *curl = curl_load(err);
	struct http *http;

	if (!curl)
		return NULL;
	http = xcalloc(1, sizeof(*http));
	http->curl = curl;
	http->wakes = http->due = INT64_MAX;
	http->done_tail = &http->done;
	http->epoll = epoll_create1(EPOLL_CLOEXEC);
	http->multi = curl->multi_init();
	if (http->epoll < 0 || !http->multi) {
		err_sys(err, "cannot call services");
		http_free(http);
		return NULL;
	}
	curl->multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl->multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl->multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl->multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl->multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CACHE);
	return http;
}

void
http_free(struct http *http)
{
	if (!http)
		return;
	while (http->out)
		http_cancel(http, http->out);
	while (http->done)
		http_cancel(http, http->done);
	for (size_t i = 0; i < http->idle.len; i++)
		http->curl->easy_cleanup(http->idle.at[i]);
	vec_clear(&http->idle);
	if (http->multi)
		http->curl->multi_cleanup(http->multi);
	if (http->epoll >= 0)
		close(http->epoll);
	free(http);
}

int
http_fd(const struct http *http)
{
	return http->epoll;
}

/* ---- calls come and go ---- */

static void
take_out(struct http *http, struct http_call *call)
{
	http->curl->multi_remove_handle(http->multi, call->easy);
	*call->at = call->next;
	if (call->next)
		call->next->at = call->at;
	call->next = NULL;
	call->at = NULL;
}

/* It has ended: it waits to be taken. */
static void
finish(struct http *http, struct http_call *call)
{
	call->ended = clock_boot();
	call->next = NULL;
	*http->done_tail = call;
	http->done_tail = &call->next;
}

/* When it is late. */
static int64_t
due_of(const struct http_call *call)
{
	int64_t due = call->total;

	return !call->heard && call->first_byte < due ? call->first_byte : due;
}

static void
put_out(struct http *http, struct http_call *call)
{
	int64_t due = due_of(call);

	call->next = http->out;
	call->at = &http->out;
	if (call->next)
		call->next->at = &call->next;
	http->out = call;
	if (due < http->due)
		http->due = due;
	http->curl->multi_add_handle(http->multi, call->easy);
}

struct http_call *
http_send(struct http *http, const struct http_request *request)
{
	struct http_call *call = http_call_new(http, request);

	if (call->reply.end == HTTP_REPLIED)
		put_out(http, call);
	else
		finish(http, call);
	return call;
}

void
http_cancel(struct http *http, struct http_call *call)
{
	struct http_call **at = &http->done;

	if (call->at) {
		take_out(http, call);
	} else {
		while (*at && *at != call)
			at = &(*at)->next;
		if (!*at)
			return;
		*at = call->next;
		if (!*at)
			http->done_tail = at;
	}
	http_call_free(http, call);
}

/* ---- what happens ---- */

static struct http_call *
call_of(struct http *http, CURL *easy)
{
	char *call = NULL;

	http->curl->easy_getinfo(easy, CURLINFO_PRIVATE, &call);
	return (struct http_call *)call;
}

static void
take_messages(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = http->curl->multi_info_read(http->multi, &left))) {
		struct http_call *call = call_of(http, message->easy_handle);
		CURLcode code = message->data.result;

		take_out(http, call);
		if (http_call_ended(http, call, code))
			finish(http, call);
		else
			put_out(http, call); /* somewhere else */
	}
}

/* End what is late, and find out what will be next. */
static void
check(struct http *http, int64_t now)
{
	struct http_call *call, *next;

	http->due = INT64_MAX;
	for (call = http->out; call; call = next) {
		int64_t due = due_of(call);

		next = call->next;
		if (due > now) {
			http->due = due < http->due ? due : http->due;
			continue;
		}
		http_call_late(http, call);
		take_out(http, call);
		finish(http, call);
	}
}

void
http_ready(struct http *http)
{
	struct epoll_event events[READY];
	int running, n;

	do {
		n = epoll_wait(http->epoll, events, READY, 0);
		for (int i = 0; i < n; i++) {
			uint32_t got = events[i].events;
			int what = (got & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
			    (got & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
			    (got & EPOLLERR ? CURL_CSELECT_ERR : 0);

			http->curl->multi_socket_action(
			    http->multi, events[i].data.fd, what, &running);
		}
	} while (n == READY);
	if (http->wakes <= clock_boot()) {
		http->wakes = INT64_MAX;
		http->curl->multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	take_messages(http);
	if (http->due <= clock_boot())
		check(http, clock_boot());
}

int64_t
http_next_check(const struct http *http)
{
	if (http->done)
		return 0;
	return http->wakes < http->due ? http->wakes : http->due;
}

bool
http_take(struct http *http, struct http_reply *reply)
{
	struct http_call *call = http->done;

	if (!call)
		return false;
	http->done = call->next;
	if (!http->done)
		http->done_tail = &http->done;
	http_call_reply(call, reply);
	http_call_free(http, call);
	return true;
}

void
http_reply_clear(struct http_reply *reply)
{
	free(reply->body);
	free(reply->type);
	free(reply->location);
	*reply = (struct http_reply){ 0 };
}
