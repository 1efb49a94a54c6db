/* SPDX-License-Identifier: MIT */
/* notice: sleep until somebody commits to the state, or writes to a file. */
#include "cli/notice.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "store/store.h"

enum {
	SETTLE = 100000, /* microseconds after a write in which its commit is looked for */
	SETTLE_STEP = 1000,
	LOOK_ANYWAY = 500000, /* and without any write: nothing is known to need it */
	LOOK_REMOTE = 100000,
};

struct notice {
	struct store *store;
	int64_t version;
	int fd;     /* of inotify, -1: there is none */
	int folder; /* the watch of the state */
	bool remote;
};

struct notice *
notice_new(struct store *store)
{
	struct notice *n = xcalloc(1, sizeof(*n));
	const char *kind;

	n->store = store;
	n->remote = store_on_network(store_dir(store), &kind);
	n->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (n->fd >= 0)
		n->folder = inotify_add_watch(n->fd, store_dir(store), IN_MODIFY | IN_CREATE);
	n->version = store_version(store);
	return n;
}

void
notice_free(struct notice *n)
{
	if (!n)
		return;
	if (n->fd >= 0)
		close(n->fd);
	free(n);
}

void
notice_file(struct notice *n, const char *path)
{
	if (n->fd >= 0)
		inotify_add_watch(n->fd, path, IN_MODIFY);
}

static bool
is_committed(struct notice *n)
{
	int64_t version = store_version(n->store);

	if (version == n->version)
		return false;
	n->version = version;
	return true;
}

static void
nap(int64_t micros)
{
	struct timespec ts = { micros / 1000000, micros % 1000000 * 1000 };

	nanosleep(&ts, NULL);
}

/* Sleep until the kernel tells of a write; *state, *file: where. */
static void
sleep_until_written(struct notice *n, int64_t micros, bool *state, bool *file)
{
	char events[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	struct pollfd fd = { .fd = n->fd, .events = POLLIN };
	ssize_t len;

	if (n->fd < 0) {
		nap(micros);
		return;
	}
	poll(&fd, 1, (int)((micros + 999) / 1000));
	while ((len = read(n->fd, events, sizeof(events))) > 0) {
		for (char *p = events; p < events + len;) {
			const struct inotify_event *e = (const struct inotify_event *)p;

			*state |= e->wd == n->folder || e->mask & IN_Q_OVERFLOW;
			*file |= e->wd != n->folder;
			p += sizeof(*e) + e->len;
		}
	}
}

/* The log was written to: the commit follows when that is on the disk. */
static bool
settle(struct notice *n)
{
	int64_t end = clock_boot() + SETTLE;

	while (clock_boot() < end) {
		if (is_committed(n))
			return true;
		nap(SETTLE_STEP);
	}
	return false;
}

bool
notice_wait(struct notice *n, int64_t micros)
{
	int64_t end = clock_boot() + micros;
	int64_t most = n->remote || n->fd < 0 ? LOOK_REMOTE : LOOK_ANYWAY;

	for (;;) {
		bool state = false, file = false;
		int64_t left = end - clock_boot();

		if (is_committed(n))
			return true;
		if (left <= 0)
			return false;
		sleep_until_written(n, left < most ? left : most, &state, &file);
		if (file)
			return true;
		if (state && settle(n))
			return true;
	}
}
