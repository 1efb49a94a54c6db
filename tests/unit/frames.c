/* SPDX-License-Identifier: MIT */
/* frames: files of pieces, whole or cut off; outbox: the names of files in spool/. */
#include "grid/frames.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "grid/chunk.h"
#include "grid/outbox.h"
#include "tap.h"

#define NAME "0b9f6c1e-27c3-4f0e-9d53-0a7a5b1c2d3e"

static const struct {
	const char *file;
	bool result;
	int element;
} names[] = {
	{ NAME ".0.0123456789abcdef.done", true, 0 },
	{ NAME ".412.0123456789abcdef.done", true, 412 },
	{ NAME ".-1.0123456789abcdef.done", false, 0 },
	{ NAME ".99999999999.0123456789abcdef.done", false, 0 },
	{ NAME ".1.0123456789abcdef.done.bad", false, 0 },
	{ NAME ".1.0123456789abcdef.done.77.tmp", false, 0 },
	{ NAME ".1.012345.done", false, 0 },
	{ NAME ".chunk", false, 0 },
	{ "x" NAME ".1.0123456789abcdef.done", false, 0 },
	{ "done", false, 0 },
	{ "", false, 0 },
};

static void
write_file(const char *path)
{
	struct frames_writer *w = frames_begin(path, NULL);
	int added = frames_add(w, "one", "first", 5, NULL) == 0 &&
	    frames_add(w, "two", "", 0, NULL) == 0 && frames_add(w, "one", "other", 5, NULL) == 0;

	ok(added && access(path, F_OK) < 0, "it is not there before it is whole");
	ok(frames_end(w, NULL) == 0 && access(path, F_OK) == 0, "and then it is");
}

static void
read_file(const char *path)
{
	struct frames *f = frames_open(path, NULL);
	struct buf out = BUF_INIT;

	is_int(frames_get(f, "one", &out, NULL), 1, "a piece");
	is_str(buf_str(&out), "first", "as it was added first");
	is_int(frames_get(f, "two", &out, NULL), 1, "an empty piece");
	is_int(frames_get(f, "three", &out, NULL), 0, "no such piece");
	is_int((long long)out.len, 5, "nothing else was appended");
	buf_clear(&out);
	frames_close(f);
}

/* Can all of it be read? */
static bool
is_whole(const char *path)
{
	struct frames *f = frames_open(path, NULL);
	struct buf out = BUF_INIT;
	bool whole = f && frames_get(f, "one", &out, NULL) == 1 && strcmp(out.data, "first") == 0 &&
	    frames_get(f, "two", &out, NULL) == 1;

	buf_clear(&out);
	frames_close(f);
	return whole;
}

/* Does it give something that was not put in? Some bits of a frame mean nothing. */
static bool
lies(const char *path)
{
	struct frames *f = frames_open(path, NULL);
	struct buf one = BUF_INIT, two = BUF_INIT;
	bool lie = (f && frames_get(f, "one", &one, NULL) == 1 && strcmp(one.data, "first") != 0) ||
	    (f && frames_get(f, "two", &two, NULL) == 1 && two.len > 0);

	buf_clear(&one);
	buf_clear(&two);
	frames_close(f);
	return lie;
}

/* However it is cut off, and whichever byte is another: it is found out. */
static void
damage(const char *path)
{
	struct buf bytes = BUF_INIT;
	size_t passed = 0;

	file_read(path, 0, &bytes, NULL);
	for (size_t len = 0; len < bytes.len; len++) {
		file_write(path, bytes.data, len, NULL);
		passed += is_whole(path);
	}
	is_int((long long)passed, 0, "cut off anywhere");
	for (size_t i = 0; i < bytes.len; i++) {
		bytes.data[i] ^= 0x20;
		file_write(path, bytes.data, bytes.len, NULL);
		passed += lies(path);
		bytes.data[i] ^= 0x20;
	}
	is_int((long long)passed, 0, "a byte of %zu changed", bytes.len);
	buf_clear(&bytes);
}

int
main(void)
{
	char dir[] = "/tmp/frames-XXXXXX", path[64], name[BATCH_UUID];
	struct err err = { 0 };

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/file", dir);
	write_file(path);
	read_file(path);
	damage(path);
	ok(!frames_open("/nowhere/file", &err) && err.kind == ERR_INPUT, "no file");
	file_remove_tree(dir, NULL);
	for (size_t i = 0; i < COUNT(names); i++) {
		int element = 0;

		is_int(outbox_is_result(names[i].file, name, &element), names[i].result,
		    "'%s': a result?", names[i].file);
		if (names[i].result)
			is_int(element, names[i].element, "its element");
	}
	ok(outbox_is_chunk("a/" NAME ".chunk", name) && strcmp(name, NAME) == 0, "a package");
	ok(!outbox_is_chunk("a/" NAME ".chunk.1.tmp", name), "not yet one");
	return done_testing();
}
