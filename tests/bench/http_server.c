/* SPDX-License-Identifier: MIT */
/*
 * http_server: answers every POST with {"ok":true} after a while, so that it is never the limit.
 *
 * http_server MILLISECONDS prints its port. One thread, one epoll set; as all wait
 * equally long, who is to be answered next is the first of a queue. A request is
 * over when its headers and Content-Length bytes are there; nothing else is read. SIGUSR1 makes it
 * ten times as slow.
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { CONNECTIONS = 4096, REQUEST = 16384 };

static struct client {
	char text[REQUEST + 1];
	size_t len;
} * clients[CONNECTIONS];

/* Who waits for an answer since when. */
static struct {
	int fd;
	int64_t since;
} queue[CONNECTIONS];
static unsigned first, last;

static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
			    "Content-Length: 11\r\n\r\n{\"ok\":true}";

/* A listening socket on the loopback; its port is printed. */
static int
serve(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)); /* for who comes after us */
	if (bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, 1024) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		exit(5);
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static void
drop(int fd)
{
	free(clients[fd]);
	clients[fd] = NULL;
	close(fd);
}

static bool
is_whole(const struct client *c)
{
	const char *end = strstr(c->text, "\r\n\r\n"), *length;

	if (!end)
		return false;
	length = strcasestr(c->text, "\r\ncontent-length:");
	return !length || c->len >= (size_t)(end + 4 - c->text) + strtoul(length + 17, NULL, 10);
}

static void
hear(int fd)
{
	struct client *c = clients[fd];
	ssize_t n = read(fd, c->text + c->len, REQUEST - c->len);

	if (n <= 0) {
		drop(fd);
		return;
	}
	c->len += (size_t)n;
	c->text[c->len] = '\0';
	if (!is_whole(c))
		return;
	c->len = 0;
	queue[last % CONNECTIONS].fd = fd;
	queue[last++ % CONNECTIONS].since = clock_boot();
}

static void
greet(int epoll, int listener)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		if (fd >= CONNECTIONS) {
			close(fd);
			continue;
		}
		clients[fd] = calloc(1, sizeof(*clients[fd]));
		event.data.fd = fd;
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	}
}

/* Answer who has waited long enough; the milliseconds until the next has. */
static int
answer(int64_t latency)
{
	while (first != last) {
		int64_t left = queue[first % CONNECTIONS].since + latency - clock_boot();
		int fd = queue[first % CONNECTIONS].fd;

		if (left > 0)
			return (int)((left + 999) / 1000);
		first++;
		if (clients[fd] && write(fd, reply, sizeof(reply) - 1) < 0)
			drop(fd);
	}
	return -1;
}

static volatile sig_atomic_t slow;

static void
on_slow(int signal)
{
	(void)signal;
	slow = 1;
}

int
main(int argc, char **argv)
{
	int64_t latency = argc > 1 ? strtol(argv[1], NULL, 10) * 1000 : 0;
	int listener = serve(), epoll = epoll_create1(0);
	struct epoll_event events[256], event = { .events = EPOLLIN, .data.fd = listener };

	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
	signal(SIGUSR1, on_slow);
	for (;;) {
		int n = epoll_wait(epoll, events, 256, answer(slow ? 10 * latency : latency));

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listener)
				greet(epoll, listener);
			else
				hear(events[i].data.fd);
		}
	}
}
