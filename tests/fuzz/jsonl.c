/* SPDX-License-Identifier: MIT */
/* jsonl: every line is given once, compressed or not, and damage is a message. */
#include "base/jsonl.h"

#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

static size_t
read_all(const char *path)
{
	struct err err = { 0 };
	struct jsonl *in = jsonl_open(path, &err);
	enum jsonl_got got;
	json_t *record;
	size_t last = 0;

	if (!in)
		return 0;
	while ((got = jsonl_next(in, &record, &err)) > 0 || got == JSONL_BAD) {
		MUST(jsonl_line(in) > last);
		last = jsonl_line(in);
		MUST(got == JSONL_RECORD ? json_is_object(record) : err.text[0]);
		if (got == JSONL_RECORD)
			json_decref(record);
	}
	MUST(got == JSONL_END || err.text[0]);
	jsonl_close(in);
	return last;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", 0);
	char path[64];
	size_t lines = 0, found;

	if (fd < 0 || file_write_fd(fd, "fuzz", data, size, NULL) < 0)
		BUG("no memory file");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	found = read_all(path);
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (size > 0 && data[0] < 0x80 && data[0] != 'P' && data[0] != 'B' && data[0] != '(' &&
	    data[0] != 0x1f)
		MUST(found <= lines + 1);
	close(fd);
	return 0;
}
