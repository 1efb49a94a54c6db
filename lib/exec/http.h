/* SPDX-License-Identifier: MIT */
/*
 * http: requests to services, hundreds of them at a time, none of which is waited for.
 *
 * Built on libcurl, which is loaded when the first client is made. One descriptor stands for all
 * connections of a client, so that it fits into any poll loop:
 *
 *	loop:	poll http_fd for reading until http_next_check at the latest
 *		http_ready, then http_take until it gives nothing
 *		http_send, http_cancel at any time
 *
 * Certificates and the names in them are verified. Connections are kept and used again. Nothing is
 * decompressed, no cookies, no .netrc, no passwords in URLs. A redirect is followed (at most five)
 * with the same method, or by a GET for 303, and only to the same scheme, host and port: what goes
 * with a request may be meant for nobody else. Proxies are those of the environment (https_proxy
 * and so on).
 *
 * Times are microseconds; deadlines are those of clock_boot. A client belongs to one thread.
 */
#ifndef EXEC_HTTP_H
#define EXEC_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct http;
struct http_call;

enum { HTTP_WHY = 512 };

/* What is trusted besides, or who we are. Paths of PEM files; NULL: as the machine is set up. */
struct http_tls {
	const char *ca, *cert, *key;
};

/* All but tls, event and owner is copied. */
struct http_request {
	const char *method;         /* GET, POST, DELETE ... */
	const char *url;            /* http or https */
	const char *const *headers; /* "Name: value", NULL-terminated; NULL: none */
	const void *body;           /* NULL: none; sent with POST only */
	size_t len;
	int64_t connect;            /* for a connection, its TLS included; 0: a minute */
	int64_t first_byte;         /* from the beginning to the reply; 0: any time */
	int64_t total;              /* for all of it; 0: any time */
	size_t most;                /* bytes of the body, or of one event */
	const struct http_tls *tls; /* NULL: as the machine is set up */

	/* Called with each server-sent event of a reply that is text/event-stream; NULL: that is a
	 * body like others. It must not call http_*. */
	void (*event)(const char *name, const char *data, size_t len, void *owner);
	void *owner;
};

enum http_end {
	HTTP_REPLIED,     /* there is a status and a whole body */
	HTTP_UNREACHABLE, /* there was no connection: nothing was asked */
	HTTP_BROKEN,      /* the connection broke before the reply was whole */
	HTTP_UNTRUSTED,   /* it is not who it should be, or our files are not good */
	HTTP_LATE,        /* first_byte or total was over */
	HTTP_TOO_LARGE,   /* the body, an event, or the headers */
	HTTP_REDIRECTED,  /* to somebody else, or for ever */
	HTTP_WRONG,       /* the request was none: its URL or a header */
};

struct http_reply {
	enum http_end end;
	int status; /* 200; 0: none came */
	char *body; /* never NULL; ends with a NUL */
	size_t len;
	char *type;          /* Content-Type in lower case, without parameters; NULL: none */
	char *location;      /* Location as it was sent; NULL: none */
	int64_t retry_after; /* that it asks to wait; -1: it did not say */
	int64_t elapsed;
	char why[HTTP_WHY]; /* where end is not HTTP_REPLIED */
	void *owner;
};

/* What calls services here. The texts stay. */
struct http_library {
	const char *version; /* of libcurl: "7.88.1" */
	const char *tls;     /* what speaks TLS for it: "OpenSSL/3.0.17"; NULL: nothing does */
};

/* -1 with ERR_SYSTEM: there is no libcurl that will do. */
int http_library(struct http_library *library, struct err *err);

/* NULL with ERR_SYSTEM: there is no libcurl. */
struct http *http_new(struct err *err);
/* What is still out is forgotten. NULL is fine. */
void http_free(struct http *http);

int http_fd(const struct http *http);

/* Never NULL: a request that is none ends with the next http_take. */
struct http_call *http_send(struct http *http, const struct http_request *request);

/* The connection is closed, or goes on without us; http_take does not give it any more. */
void http_cancel(struct http *http, struct http_call *call);

/* Do what can be done now. */
void http_ready(struct http *http);

/* When http_ready is to be called even if nothing happens; INT64_MAX: never. */
int64_t http_next_check(const struct http *http);

/* The next that has ended: true; the caller clears the reply. False: none now. */
bool http_take(struct http *http, struct http_reply *reply);
void http_reply_clear(struct http_reply *reply);

/* `to`, which may be relative, as seen from a URL: absolute, and of the same scheme, host and port.
 * The caller frees; NULL: it is elsewhere, no URL, or one with a user (err says which). */
char *http_resolve(struct http *http, const char *from, const char *to, struct err *err);

#endif
