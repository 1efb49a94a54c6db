/* SPDX-License-Identifier: MIT */
/* http_call: one request of a client and what comes of it (for http.c alone). */
#ifndef EXEC_HTTP_CALL_H
#define EXEC_HTTP_CALL_H

#include "base/buf.h"
#include "base/vec.h"
#include "exec/curl.h"
#include "exec/http.h"
#include "exec/sse.h"

struct http {
	const struct curl *curl;
	CURLM *multi;
	int epoll;
	int64_t wakes;         /* when libcurl wants to be called */
	int64_t due;           /* when the next call is late, or before that */
	struct http_call *out; /* in libcurl's hands */
	struct http_call *done, **done_tail;
	VEC(CURL *) idle; /* to be used again */
};

struct http_call {
	struct http_call *next, **at; /* at NULL: done */
	CURL *easy;
	struct curl_slist *headers;
	char *url;
	void (*event)(const char *name, const char *data, size_t len, void *owner);
	int64_t begun, ended, first_byte, total; /* the last two are deadlines */
	size_t most, header;                     /* bytes; of headers so far */
	bool heard;                              /* the reply has begun */
	bool streams;                            /* of events */
	int redirects;
	struct buf body;
	struct sse sse;
	struct http_reply reply;
	char error[CURL_ERROR_SIZE];
};

/* With reply.end: HTTP_WRONG where it cannot be sent. */
struct http_call *http_call_new(struct http *http, const struct http_request *request);
void http_call_free(struct http *http, struct http_call *call);

/* libcurl is done with it: true; false: it is to be sent again, to where it was redirected. */
bool http_call_ended(struct http *http, struct http_call *call, CURLcode code);

/* Its time is over. */
void http_call_late(struct http *http, struct http_call *call);

/* Move the reply out. */
void http_call_reply(struct http_call *call, struct http_reply *reply);

#endif
