/* SPDX-License-Identifier: MIT */
/* sink: whoever still has the file of the child before does not write to that of the next. */
#include "exec/sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "fixture.h"
#include "tap.h"

static void
put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		ok(false, "write");
}

static void
holds(const struct sink *sink, const char *want, const char *why)
{
	struct buf text = BUF_INIT;

	lseek(sink->fd, 0, SEEK_SET);
	is_int(file_read_fd(sink->fd, "sink", 0, &text, NULL), 0, "%s", why);
	is_str(buf_str(&text), want, "%s", why);
	buf_reset(&text);
	is_int(file_read(sink->path, 0, &text, NULL), 0, "%s, by its name", why);
	is_str(buf_str(&text), want, "%s, by its name", why);
	buf_clear(&text);
}

static void
test_children(struct sink *sink)
{
	int first = sink_give(sink), second, third;

	put(first, "one");
	holds(sink, "one", "what the first wrote");
	close(first);
	is_int(sink_clean(sink), 0, "it has ended, and nothing of it is left");
	holds(sink, "", "the same file, empty");
	second = sink_give(sink);
	put(second, "two");
	is_int(sink_clean(sink), 1, "something of it is left");
	third = sink_give(sink);
	put(second, "spoilt");
	put(third, "three");
	holds(sink, "three", "what the third wrote");
	close(second);
	close(third);
	is_int(sink_clean(sink), 0, "all have ended");
	is_int(sink_clean(sink), 0, "twice");
	holds(sink, "", "and it is empty");
}

static void
test_cut(struct sink *sink)
{
	static char block[1 << 16];
	int fd = sink_give(sink);
	struct stat st;

	for (int i = 0; i < 64; i++)
		is_int(write(fd, block, sizeof(block)), sizeof(block), "block %d", i);
	sink_cut(sink, sizeof(block));
	put(fd, "end");
	close(fd);
	is_int(fstat(sink->fd, &st), 0, "it is there");
	ok(st.st_size == 0 + 3 || st.st_size == 64 * (int)sizeof(block) + 3, "goes on at its end");
	ok(st.st_blocks * 512 <= 4 * (int)sizeof(block), "and takes little room");
}

int
main(void)
{
	char *root = fixture_root();
	struct err err = { 0 };
	struct sink sink;

	is_int(sink_open(&sink, "/nonexistent", 1, "out", &err), -1, "no such folder");
	is_str(err.text, "cannot create '/nonexistent/1.out': No such file or directory", "why");
	sink_close(&sink);
	is_int(sink_open(&sink, root, 1, "out", &err), 0, "%s", err.text);
	test_children(&sink);
	test_cut(&sink);
	sink_close(&sink);
	sink_close(&sink);
	fixture_free(root);
	return done_testing();
}
