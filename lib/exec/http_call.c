/* SPDX-License-Identifier: MIT */
/* http_call: one request of a client and what comes of it. */
#include "exec/http_call.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/num.h"

enum {
	REDIRECTS = 5,
	HEADER_MOST = 256 << 10,
	CONNECT = 60000000,
	RECEIVE = 16 << 10, /* bytes read at once: there are many connections */
};

static void set_end(struct http_call *call, enum http_end end, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
set_end(struct http_call *call, enum http_end end, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(call->reply.why, sizeof(call->reply.why), fmt, ap);
	va_end(ap);
	call->reply.end = end;
}

/* ---- what comes ---- */

static size_t
on_body(char *data, size_t size, size_t count, void *ctx)
{
	struct http_call *call = ctx;
	size_t len = size * count;

	if (call->streams) {
		if (sse_feed(&call->sse, data, len, call->most, call->event, call->reply.owner) ==
		    0)
			return len;
		set_end(call, HTTP_TOO_LARGE, "an event is longer than %zu bytes", call->most);
		return 0;
	}
	if (len > call->most - call->body.len) {
		set_end(call, HTTP_TOO_LARGE, "the reply is longer than %zu bytes", call->most);
		return 0;
	}
	buf_add(&call->body, data, len);
	return len;
}

/* The value of a header line if it is `name`, without blanks around it; the caller frees. */
static char *
value_of(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
		return NULL;
	for (n++; n < len && isspace((unsigned char)line[n]);)
		n++;
	while (len > n && isspace((unsigned char)line[len - 1]))
		len--;
	return xasprintf("%.*s", (int)(len - n), line + n);
}

static void
take_type(struct http_call *call, char *value)
{
	free(call->reply.type);
	value[strcspn(value, "; \t")] = '\0';
	for (char *p = value; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	call->reply.type = value;
	call->streams = call->event && strcmp(value, "text/event-stream") == 0;
}

/* A new reply begins: what was heard of one before it (100 Continue, a redirect) is over. */
static void
begin_reply(struct http_call *call)
{
	free(call->reply.type);
	free(call->reply.location);
	call->reply.type = call->reply.location = NULL;
	call->streams = false;
	buf_reset(&call->body);
}

static size_t
on_header(char *line, size_t size, size_t count, void *ctx)
{
	struct http_call *call = ctx;
	size_t len = size * count;
	char *value;

	call->heard = true;
	call->header += len;
	if (call->header > HEADER_MOST) {
		set_end(call, HTTP_TOO_LARGE, "the headers are longer than %d bytes", HEADER_MOST);
		return 0;
	}
	if (len > 5 && memcmp(line, "HTTP/", 5) == 0)
		begin_reply(call);
	if ((value = value_of(line, len, "content-type")))
		take_type(call, value);
	if ((value = value_of(line, len, "location"))) {
		free(call->reply.location);
		call->reply.location = value;
	}
	return len;
}

/* Children of this process must not get it. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)ctx;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- what goes ---- */

/* One line, with a name. */
static bool
is_header(const char *line)
{
	for (const char *p = line; *p; p++)
		if (iscntrl((unsigned char)*p) && *p != '\t')
			return false;
	return strchr(line, ':') && *line != ':';
}

static int
add_headers(struct http *http, struct http_call *call, const struct http_request *request)
{
	static const char *const ours[] = { "Expect:", NULL };
	const char *const *lists[] = { request->headers, ours };

	for (size_t l = 0; l < 2; l++) {
		for (size_t i = 0; lists[l] && lists[l][i]; i++) {
			if (!is_header(lists[l][i])) {
				set_end(call, HTTP_WRONG, "a header is not one line of text");
				return -1;
			}
			call->headers = http->curl->slist_append(call->headers, lists[l][i]);
		}
	}
	return 0;
}

static void
set_method(struct http *http, struct http_call *call, const struct http_request *request)
{
	const struct curl *curl = http->curl;

	if (strcmp(request->method, "POST") == 0) {
		curl->easy_setopt(call->easy, CURLOPT_POST, 1L);
		curl->easy_setopt(
		    call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->len);
		curl->easy_setopt(
		    call->easy, CURLOPT_COPYPOSTFIELDS, request->body ? request->body : "");
		return;
	}
	curl->easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
	if (strcmp(request->method, "GET") != 0)
		curl->easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void
set_tls(struct http *http, struct http_call *call, const struct http_tls *tls)
{
	const struct curl *curl = http->curl;

	curl->easy_setopt(call->easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl->easy_setopt(call->easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (tls && tls->ca)
		curl->easy_setopt(call->easy, CURLOPT_CAINFO, tls->ca);
	if (tls && tls->cert)
		curl->easy_setopt(call->easy, CURLOPT_SSLCERT, tls->cert);
	if (tls && tls->key)
		curl->easy_setopt(call->easy, CURLOPT_SSLKEY, tls->key);
}

static void
set_up(struct http *http, struct http_call *call, const struct http_request *request)
{
	const struct curl *curl = http->curl;
	int64_t connect = request->connect ? request->connect : CONNECT;
	CURL *easy = call->easy;

	curl->easy_setopt(easy, CURLOPT_PRIVATE, (void *)call);
	curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl->easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
	curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl->easy_setopt(easy, CURLOPT_WRITEDATA, (void *)call);
	curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl->easy_setopt(easy, CURLOPT_HEADERDATA, (void *)call);
	curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl->easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
	curl->easy_setopt(easy, CURLOPT_USERAGENT, "dockline/" DOCKLINE_VERSION);
	curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect / 1000 + 1));
	curl->easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl->easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE);
	curl->easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)RECEIVE);
	curl->easy_setopt(easy, CURLOPT_URL, call->url);
	set_tls(http, call, request->tls);
	set_method(http, call, request);
}

struct http_call *
http_call_new(struct http *http, const struct http_request *request)
{
	struct http_call *call = xcalloc(1, sizeof(*call));

	call->begun = clock_boot();
	call->first_byte = request->first_byte ? call->begun + request->first_byte : INT64_MAX;
	call->total = request->total ? call->begun + request->total : INT64_MAX;
	call->most = request->most;
	call->event = request->event;
	call->url = xstrdup(request->url);
	call->reply.owner = request->owner;
	call->reply.retry_after = -1;
	call->easy = http->idle.len ? http->idle.at[--http->idle.len] : http->curl->easy_init();
	if (!call->easy)
		BUG("libcurl has no memory");
	if (add_headers(http, call, request) == 0)
		set_up(http, call, request);
	return call;
}

void
http_call_free(struct http *http, struct http_call *call)
{
	http->curl->easy_reset(call->easy); /* it keeps its connection, and no secret */
	vec_add(&http->idle, call->easy);
	http->curl->slist_free_all(call->headers);
	http_reply_clear(&call->reply);
	sse_clear(&call->sse);
	buf_clear(&call->body);
	free(call->url);
	free(call);
}

/* ---- the end ---- */

static void
read_status(struct http *http, struct http_call *call)
{
	long status = 0;

	http->curl->easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	call->reply.status = (int)status;
}

void
http_call_late(struct http *http, struct http_call *call)
{
	bool first = !call->heard && call->first_byte <= call->total;
	char span[NUM_TEXT];

	read_status(http, call);
	num_span((double)((first ? call->first_byte : call->total) - call->begun) / 1e6, span);
	set_end(call, HTTP_LATE, first ? "no reply within %s" : "not done within %s", span);
}

/* How a request ended that libcurl gave up. asked: it went out. */
static enum http_end
end_of(CURLcode code, bool asked)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT: /* only connecting has a time limit there */
	case CURLE_SSL_CONNECT_ERROR:
		return HTTP_UNREACHABLE;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return HTTP_UNTRUSTED;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL: /* also of what speaks no HTTP */
		return asked ? HTTP_BROKEN : HTTP_WRONG;
	case CURLE_FILESIZE_EXCEEDED:
		return HTTP_TOO_LARGE;
	default:
		return HTTP_BROKEN;
	}
}

/* A redirect: the URL becomes another one, true; or it is refused. */
static bool
redirect(struct http *http, struct http_call *call)
{
	struct err why = { 0 };
	char *url;

	if (call->redirects++ == REDIRECTS) {
		set_end(call, HTTP_REDIRECTED, "redirected more than %d times", REDIRECTS);
		return false;
	}
	url = http_resolve(http, call->url, call->reply.location, &why);
	if (!url) {
		set_end(call, HTTP_REDIRECTED, "a redirect is refused: %s", why.text);
		return false;
	}
	free(call->url);
	call->url = url;
	http->curl->easy_setopt(call->easy, CURLOPT_URL, url);
	if (call->reply.status == 303) {
		http->curl->easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, NULL);
		http->curl->easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
	}
	call->heard = false;
	return true;
}

static bool
is_redirect(const struct http_reply *reply)
{
	int status = reply->status;

	return reply->location &&
	    ((status >= 301 && status <= 303) || status == 307 || status == 308);
}

bool
http_call_ended(struct http *http, struct http_call *call, CURLcode code)
{
	curl_off_t wait = 0;
	long asked = 0;

	http->curl->easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &asked);
	read_status(http, call);
	if (code != CURLE_OK) {
		if (call->reply.end == HTTP_REPLIED)
			set_end(call, end_of(code, asked > 0), "%s",
			    *call->error ? call->error : http->curl->easy_strerror(code));
		return true;
	}
	if (is_redirect(&call->reply))
		return !redirect(http, call);
	http->curl->easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &wait);
	if (wait > 0)
		call->reply.retry_after = (wait < 86400 ? wait : 86400) * 1000000;
	return true;
}

void
http_call_reply(struct http_call *call, struct http_reply *reply)
{
	*reply = call->reply;
	call->reply = (struct http_reply){ 0 };
	reply->elapsed = call->ended - call->begun;
	reply->len = call->body.len;
	reply->body = buf_take(&call->body);
}
