/* SPDX-License-Identifier: MIT */
/* http: requests, what comes of them, and server-sent events. */
#include "exec/http.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "exec/sse.h"
#include "tap.h"

enum { SECOND = 1000000, MOST = 1000 };

/* ---- a server: a connection is a child, a path is what it says ---- */

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"

static const struct {
	const char *path, *says;
} script[] = {
	{ "/plain", OK_HEAD "Content-Length: 8\r\n\r\n{\"a\": 1}" },
	{ "/chunked",
	    OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n" },
	{ "/half", OK_HEAD "Content-Length: 100\r\n\r\n{\"a\": " },
	{ "/half-chunked", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n" },
	{ "/nothing", "" },
	{ "/nonsense", "SMTP ready\r\n\r\n" },
	{ "/busy", "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n" },
	{ "/date",
	    "HTTP/1.1 503 Busy\r\nRetry-After: Fri, 31 Dec 2099 23:59:59 GMT\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "/broken", "HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\noops" },
	{ "/accepted", "HTTP/1.1 202 Accepted\r\nLocation: jobs/7\r\nContent-Length: 0\r\n\r\n" },
	{ "/moved", "HTTP/1.1 307 Over there\r\nLocation: /echo\r\nContent-Length: 3\r\n\r\nold" },
	{ "/see", "HTTP/1.1 303 See\r\nLocation: /plain\r\nContent-Length: 0\r\n\r\n" },
	{ "/away",
	    "HTTP/1.1 307 Away\r\nLocation: http://example.org/\r\nContent-Length: 0\r\n\r\n" },
	{ "/tls",
	    "HTTP/1.1 302 Away\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n" },
	{ "/file",
	    "HTTP/1.1 302 Away\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n" },
	{ "/round", "HTTP/1.1 307 Round\r\nLocation: /round\r\nContent-Length: 0\r\n\r\n" },
	{ "/large", OK_HEAD "Content-Length: 5000\r\n\r\n" },
	{ "/events",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
	    "event: progress\ndata: 10\n\nevent: result\ndata: {\ndata: }\n\n" },
	{ "/empty", "HTTP/1.1 204 Nothing\r\n\r\n" },
};

static void
say(int fd, const char *text, size_t len)
{
	ssize_t n = write(fd, text, len);

	(void)n;
}

/* What it was sent comes back. */
static void
echo(int fd, const char *request, const char *body)
{
	struct buf out = BUF_INIT;

	buf_addf(&out, OK_HEAD "Content-Length: %zu\r\n\r\n%.*s %s",
	    strcspn(request, " ") + 1 + strlen(body), (int)strcspn(request, " "), request, body);
	say(fd, out.data, out.len);
	buf_clear(&out);
}

static void
flood(int fd)
{
	char block[1000] = { 0 };

	say(fd, OK_HEAD "\r\n", strlen(OK_HEAD "\r\n"));
	while (write(fd, block, sizeof(block)) > 0)
		;
}

/* Does the connection end with what is said? */
static bool
ends_there(const char *path)
{
	static const char *const closing[] = { "/half", "/half-chunked", "/nothing", "/nonsense",
		"/events" };

	for (size_t i = 0; i < COUNT(closing); i++)
		if (strcmp(path, closing[i]) == 0)
			return true;
	return false;
}

/* False: close. */
static bool
answer(int fd, const char *request, const char *body)
{
	const char *path = strchr(request, ' ') + 1;
	size_t len = strcspn(path, " ");

	if (strncmp(path, "/silent ", 8) == 0)
		return true;
	if (strncmp(path, "/slow ", 6) == 0)
		return say(fd, OK_HEAD "Content-Length: 9\r\n\r\n1", strlen(OK_HEAD) + 22), true;
	if (strncmp(path, "/flood ", 7) == 0)
		return flood(fd), false;
	if (strncmp(path, "/echo ", 6) == 0)
		return echo(fd, request, body), true;
	for (size_t i = 0; i < COUNT(script); i++)
		if (strlen(script[i].path) == len && strncmp(script[i].path, path, len) == 0)
			return say(fd, script[i].says, strlen(script[i].says)),
			       !ends_there(script[i].path);
	return false;
}

static void
serve_one(int fd)
{
	struct buf in = BUF_INIT;
	char *end, *length;
	ssize_t n;

	for (;;) {
		buf_reserve(&in, 65536);
		n = read(fd, in.data + in.len, 65536);
		if (n <= 0)
			_exit(0);
		in.len += (size_t)n;
		in.data[in.len] = '\0';
		end = strstr(in.data, "\r\n\r\n");
		length = end ? strcasestr(in.data, "content-length:") : NULL;
		if (!end ||
		    (length && length < end && in.data + in.len < end + 4 + atol(length + 15)))
			continue;
		if (!answer(fd, in.data, end + 4))
			_exit(0);
		buf_reset(&in);
	}
}

static pid_t
serve(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	if (bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, 512) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		exit(5);
	*port = ntohs(address.sin_port);
	pid = fork();
	if (pid) {
		close(fd);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int one = accept(fd, NULL, NULL);

		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve_one(one);
		}
		close(one);
	}
}

/* ---- one request ---- */

static struct http *http;
static struct buf events = BUF_INIT;
static int port;

static void
note(const char *name, const char *data, size_t len, void *owner)
{
	(void)owner;
	buf_addf(&events, "%s=%.*s;", name, (int)len, data);
}

/* The next reply; false: none came within ten seconds. */
static bool
await(struct http_reply *reply)
{
	int64_t deadline = clock_boot() + 10 * SECOND;

	while (!http_take(http, reply)) {
		struct pollfd fd = { .fd = http_fd(http), .events = POLLIN };
		int64_t now = clock_boot(), next = http_next_check(http);

		if (now > deadline)
			return false;
		next = next < deadline ? next : deadline;
		poll(&fd, 1, next <= now ? 0 : (int)((next - now) / 1000) + 1);
		http_ready(http);
	}
	return true;
}

static void
ask(const struct http_request *request, const char *path, struct http_reply *reply)
{
	struct http_request copy = *request;
	char *url = xasprintf("http://127.0.0.1:%d%s", port, path);

	copy.url = *path == '/' ? url : path;
	copy.most = MOST;
	http_send(http, &copy);
	if (!await(reply))
		*reply = (struct http_reply){ .end = HTTP_WRONG,
			.body = xstrdup("no reply at all") };
	free(url);
}

static const struct {
	const char *method, *path;
	enum http_end end;
	int status;
	const char *body; /* NULL: any */
	const char *why;  /* NULL: any */
} vectors[] = {
	{ "GET", "/plain", HTTP_REPLIED, 200, "{\"a\": 1}", "" },
	{ "POST", "/plain", HTTP_REPLIED, 200, "{\"a\": 1}", "" },
	{ "GET", "/chunked", HTTP_REPLIED, 200, "[1,2]", "" },
	{ "GET", "/empty", HTTP_REPLIED, 204, "", "" },
	{ "POST", "/echo", HTTP_REPLIED, 200, "POST the body", "" },
	{ "DELETE", "/echo", HTTP_REPLIED, 200, "DELETE ", "" },
	{ "GET", "/broken", HTTP_REPLIED, 500, "oops", "" },
	{ "POST", "/moved", HTTP_REPLIED, 200, "POST the body", "" },
	{ "POST", "/see", HTTP_REPLIED, 200, "{\"a\": 1}", "" },
	{ "GET", "/half", HTTP_BROKEN, 200, NULL, NULL },
	{ "GET", "/half-chunked", HTTP_BROKEN, 200, NULL, NULL },
	{ "GET", "/nothing", HTTP_BROKEN, 0, "", NULL },
	{ "GET", "/nonsense", HTTP_BROKEN, 0, NULL, NULL },
	{ "GET", "/silent", HTTP_LATE, 0, "", "no reply within 200ms" },
	{ "GET", "/slow", HTTP_LATE, 200, NULL, "not done within 500ms" },
	{ "GET", "/large", HTTP_LATE, 200, NULL, "not done within 500ms" },
	{ "GET", "/flood", HTTP_TOO_LARGE, 200, NULL, "the reply is longer than 1000 bytes" },
	{ "GET", "/away", HTTP_REDIRECTED, 307, NULL, NULL },
	{ "GET", "/tls", HTTP_REDIRECTED, 302, NULL, NULL },
	{ "GET", "/file", HTTP_REDIRECTED, 302, NULL, NULL },
	{ "GET", "/round", HTTP_REDIRECTED, 307, NULL, "redirected more than 5 times" },
	{ "GET", "http://127.0.0.1:1/", HTTP_UNREACHABLE, 0, "", NULL },
	{ "GET", "http://no.such.host.invalid/", HTTP_UNREACHABLE, 0, "", NULL },
	{ "GET", "ftp://127.0.0.1/", HTTP_WRONG, 0, "", NULL },
	{ "GET", "file:///etc/passwd", HTTP_WRONG, 0, "", NULL },
	{ "GET", "http://", HTTP_WRONG, 0, "", NULL },
};

static void
test_requests(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct http_request request = { .method = vectors[i].method,
			.body = "the body",
			.len = 8,
			.first_byte = SECOND / 5,
			.total = SECOND / 2 };
		struct http_reply reply;

		ask(&request, vectors[i].path, &reply);
		is_int(reply.end, vectors[i].end, "%s %s: end (%s)", vectors[i].method,
		    vectors[i].path, reply.why);
		is_int(reply.status, vectors[i].status, "%s: status", vectors[i].path);
		if (vectors[i].body)
			is_str(reply.body, vectors[i].body, "%s: body", vectors[i].path);
		if (vectors[i].why)
			is_str(reply.why, vectors[i].why, "%s: why", vectors[i].path);
		http_reply_clear(&reply);
	}
}

static void
test_headers(void)
{
	static const char *const good[] = { "X-One: 1", "X-Two: two words", NULL };
	static const char *const bad[] = { "X-One: 1\r\nX-Two: 2", NULL };
	struct http_request request = { .method = "GET", .headers = good, .total = 5 * SECOND };
	struct http_reply reply;

	ask(&request, "/busy", &reply);
	is_int(reply.status, 429, "429");
	is_int(reply.retry_after, 7 * SECOND, "Retry-After in seconds");
	http_reply_clear(&reply);
	ask(&request, "/date", &reply);
	is_int(reply.retry_after, 86400LL * SECOND, "Retry-After as a date, at most a day");
	http_reply_clear(&reply);
	ask(&request, "/accepted", &reply);
	is_str(reply.location, "jobs/7", "Location");
	is_int(reply.retry_after, -1, "no Retry-After");
	http_reply_clear(&reply);
	ask(&request, "/plain", &reply);
	is_str(reply.type, "application/json", "Content-Type without its parameters");
	http_reply_clear(&reply);
	request.headers = bad;
	ask(&request, "/plain", &reply);
	is_int(reply.end, HTTP_WRONG, "a header of two lines is refused");
	http_reply_clear(&reply);
	request.headers = NULL;
	request.event = note;
	ask(&request, "/events", &reply);
	is_int(reply.end, HTTP_REPLIED, "a stream of events has an end");
	is_str(reply.body, "", "its body went into the events");
	is_str(buf_str(&events), "progress=10;result={\n};", "events");
	http_reply_clear(&reply);
}

/* Many at once, half of them cancelled. */
static void
test_many(void)
{
	enum { MANY = 100 };
	struct http_call *calls[MANY];
	char *url = xasprintf("http://127.0.0.1:%d/echo", port);
	struct http_reply reply;
	int numbers[MANY], seen = 0, right = 0;

	for (int i = 0; i < MANY; i++) {
		char body[32];
		struct http_request request = { .method = "POST", .url = url, .body = body };

		numbers[i] = i;
		request.len = (size_t)snprintf(body, sizeof(body), "%d", i);
		request.most = MOST;
		request.owner = &numbers[i];
		calls[i] = http_send(http, &request);
	}
	for (int i = 0; i < MANY; i += 2)
		http_cancel(http, calls[i]);
	while (seen < MANY / 2 && await(&reply)) {
		right += reply.len > 5 && atoi(reply.body + 5) == *(int *)reply.owner &&
		    *(int *)reply.owner % 2 == 1;
		seen++;
		http_reply_clear(&reply);
	}
	is_int(right, MANY / 2, "each owner gets its reply, the cancelled get none");
	ok(!http_take(http, &reply), "and no more come");
	free(url);
}

static const struct {
	const char *from, *to, *result;
} places[] = {
	{ "http://a.org/x/y", "z", "http://a.org/x/z" },
	{ "http://a.org/x/y", "/z?q=1", "http://a.org/z?q=1" },
	{ "http://a.org/x", "http://A.org:80/z", "http://A.org:80/z" },
	{ "https://a.org/x", "http://a.org/z", NULL },
	{ "http://a.org/x", "//b.org/z", NULL },
	{ "http://a.org/x", "http://a.org:8080/z", NULL },
	{ "http://a.org/x", "javascript:1", NULL },
};

static void
test_places(void)
{
	for (size_t i = 0; i < COUNT(places); i++) {
		char *got = http_resolve(http, places[i].from, places[i].to, NULL);

		is_str(got, places[i].result, "%s from %s", places[i].to, places[i].from);
		free(got);
	}
}

static const struct {
	const char *text, *events;
} streams[] = {
	{ "data: a\n\n", "message=a;" },
	{ "data: a\r\n\r\n", "message=a;" },
	{ "data: a\r\rdata:b\r\r", "message=a;message=b;" },
	{ "\xef\xbb\xbf"
	  "data: a\n\n",
	    "message=a;" },
	{ ": comment\nid: 7\nretry: 10\nevent: x\ndata: a\n\n", "x=a;" },
	{ "data\n\n", "message=;" },
	{ "data: a\ndata:  b\n\n", "message=a\n b;" },
	{ "event: x\n\ndata: a\n\n", "message=a;" },
	{ "data: not ended\n", "" },
};

static void
test_events(void)
{
	for (size_t i = 0; i < COUNT(streams); i++) {
		size_t len = strlen(streams[i].text);

		for (size_t cut = 0; cut <= len; cut++) {
			struct sse sse = { 0 };

			buf_reset(&events);
			sse_feed(&sse, streams[i].text, cut, MOST, note, NULL);
			sse_feed(&sse, streams[i].text + cut, len - cut, MOST, note, NULL);
			sse_clear(&sse);
			if (strcmp(buf_str(&events), streams[i].events) != 0)
				break;
		}
		is_str(buf_str(&events), streams[i].events, "events %zu", i);
	}
	{
		struct sse sse = { 0 };

		is_int(sse_feed(&sse, "data: 0123456789", 16, 10, note, NULL), -1, "too long");
		sse_clear(&sse);
	}
}

int
main(void)
{
	struct err err = { 0 };
	pid_t server = serve(&port);

	signal(SIGPIPE, SIG_IGN);
	http = http_new(&err);
	if (ok(http != NULL, "a client: %s", err.text)) {
		test_requests();
		test_headers();
		test_many();
		test_places();
	}
	test_events();
	http_free(http);
	buf_clear(&events);
	kill(server, SIGKILL);
	return done_testing();
}
