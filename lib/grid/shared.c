/* SPDX-License-Identifier: MIT */
/* shared: a small JSON file that all processes of a user have in common. */
#include "grid/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"

enum lock_byte { ASKING, CHANGING };
enum {
	TRIES = 200,
	PAUSE = 10000000
}; /* two seconds in steps of 10 ms: a file is written sooner */

struct shared {
	char *path; /* NULL: none */
	int lock;   /* its descriptor, -1: none */
	json_t *value;
};

static void
make_folder(const char *folder)
{
	char *path = xstrdup(folder);

	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(path, 0777);
		*p = '/';
	}
	mkdir(path, 0700);
	free(path);
}

struct shared *
shared_open(const char *folder, const char *name)
{
	struct shared *s = xcalloc(1, sizeof(*s));
	char *lock;

	s->lock = -1;
	s->value = json_object();
	if (!folder)
		return s;
	make_folder(folder);
	s->path = path_join(folder, name);
	lock = xasprintf("%s.lock", s->path);
	s->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	free(lock);
	return s;
}

void
shared_close(struct shared *s)
{
	if (!s)
		return;
	if (s->lock >= 0)
		close(s->lock);
	json_decref(s->value);
	free(s->path);
	free(s);
}

/* A file system without locks is no reason to stop: 0 also then. */
static int
set_lock(const struct shared *s, enum lock_byte byte, short type)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

	if (s->lock < 0 || fcntl(s->lock, F_OFD_SETLK, &fl) == 0)
		return 0;
	return errno == EAGAIN || errno == EACCES ? -1 : 0;
}

json_t *
shared_look(struct shared *s)
{
	struct buf text = BUF_INIT;
	json_t *value = NULL;

	if (s->path && file_read(s->path, 0, &text, NULL) == 0 && text.len > 0)
		value = json_parse(text.data, text.len, NULL);
	buf_clear(&text);
	if (json_is_object(value)) {
		json_decref(s->value);
		s->value = value;
	} else {
		json_decref(value);
	}
	return s->value;
}

json_t *
shared_begin(struct shared *s)
{
	struct timespec pause = { 0, PAUSE };

	for (int i = 0; i < TRIES && set_lock(s, CHANGING, F_WRLCK) < 0; i++)
		nanosleep(&pause, NULL);
	return shared_look(s);
}

void
shared_end(struct shared *s)
{
	struct buf text = BUF_INIT;

	json_put(s->value, &text);
	buf_add_char(&text, '\n');
	if (s->path)
		file_write(s->path, text.data, text.len, NULL);
	buf_clear(&text);
	set_lock(s, CHANGING, F_UNLCK);
}

bool
shared_ask(struct shared *s)
{
	return set_lock(s, ASKING, F_WRLCK) == 0;
}

void
shared_ask_end(struct shared *s)
{
	set_lock(s, ASKING, F_UNLCK);
}
