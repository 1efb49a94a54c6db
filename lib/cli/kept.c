/* SPDX-License-Identifier: MIT */
/* kept: what is left of an attempt as objects. */
#include "cli/kept.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "store/object.h"
#include "task/claim.h"
#include "task/task.h"

enum { FILE_LIMIT = 256 << 20 };

#define CUT_BEGIN "\n[... "
#define CUT_END " bytes left out ...]\n"

struct kept {
	struct artifact artifact;
	char *data;
	struct kept *next;
};

const char *
kept_add(struct kept **list, enum artifact_kind kind, const char *name, struct buf *content)
{
	struct kept *kept = xcalloc(1, sizeof(*kept));

	kept->artifact = (struct artifact){
		.kind = kind, .name = xstrdup(name), .size = (int64_t)content->len
	};
	digest_bytes(buf_str(content), content->len, kept->artifact.sha256);
	kept->data = buf_take(content);
	kept->next = *list;
	*list = kept;
	return kept->artifact.sha256;
}

/* Is path inside dir, with no way out? */
static bool
is_within(const char *path, const char *dir)
{
	char *real = realpath(path, NULL), *top = realpath(dir, NULL);
	size_t len = top ? strlen(top) : 0;
	bool within = real && top && strncmp(real, top, len) == 0 && real[len] == '/';

	free(real);
	free(top);
	return within;
}

/* The file of an entry of `files`. */
static int
keep_file(struct kept **list, const char *name, json_t *entry, const char *path, struct err *err)
{
	struct buf content = BUF_INIT;
	const char *hex;
	size_t len;

	if (file_read(path, FILE_LIMIT, &content, err) < 0) {
		buf_clear(&content);
		return err_wrap(err, "file '%s'", name);
	}
	len = content.len;
	hex = kept_add(list, ARTIFACT_OUTPUT, name, &content);
	json_object_del(entry, "path");
	json_object_set_new(entry, "object", json_string(hex));
	if (!json_object_get(entry, "sha256"))
		json_object_set_new(entry, "sha256", json_string(hex));
	json_object_set_new(entry, "size", json_integer((json_int_t)len));
	return 0;
}

int
kept_files(struct kept **list, json_t *result, const char *dir, struct err *err)
{
	json_t *entry;
	const char *name;

	json_object_foreach(json_object_get(result, "files"), name, entry) {
		const char *path = json_string_value(json_object_get(entry, "path"));

		if (path && dir && is_within(path, dir) &&
		    keep_file(list, name, entry, path, err) < 0)
			return -1;
	}
	return 0;
}

/* Append so many bytes of a file from a place on. */
static void
read_part(int fd, int64_t from, int64_t len, struct buf *out)
{
	while (len > 0) {
		ssize_t n = pread(fd, buf_reserve(out, (size_t)len), (size_t)len, from);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		out->len += (size_t)n;
		from += n;
		len -= n;
	}
}

/* The cut in the middle of a log: where, how long, and how many bytes it stands for. */
static bool
find_cut(const struct buf *content, size_t *at, size_t *len, int64_t *bytes)
{
	const char *begin = content->data, *p = begin, *end = begin + content->len;

	while ((p = memmem(p, (size_t)(end - p), CUT_BEGIN, strlen(CUT_BEGIN)))) {
		char *behind;

		*at = (size_t)(p - begin);
		p += strlen(CUT_BEGIN);
		*bytes = strtoll(p, &behind, 10);
		*len = (size_t)(behind - begin) - *at + strlen(CUT_END);
		if (behind > p && 2 * *at + *len == content->len &&
		    strncmp(behind, CUT_END, strlen(CUT_END)) == 0)
			return true;
	}
	return false;
}

size_t
kept_behind(const struct buf *content, int64_t seen, int64_t *missing)
{
	size_t at, len, all = content->len;
	int64_t left, cut;

	*missing = 0;
	if (seen == 0 || all == 0)
		return 0;
	if (!find_cut(content, &at, &len, &cut))
		return seen < (int64_t)all ? (size_t)seen : all;
	if (seen <= (int64_t)at)
		return (size_t)seen;
	left = cut + 2 * (int64_t)at - seen;
	if (left <= 0)
		return all;
	if (left <= (int64_t)at)
		return all - (size_t)left;
	*missing = left - (int64_t)at;
	return at + len;
}

void
kept_log(struct kept **list, enum attempt_stream stream, int attempt, int fd, int64_t cap)
{
	struct buf content = BUF_INIT;
	char name[ATTEMPT_LOG];
	struct stat st;
	int64_t half = cap / 2;

	if (cap <= ATTEMPT_INLINE || fstat(fd, &st) < 0 || st.st_size <= ATTEMPT_INLINE)
		return;
	if (st.st_size <= cap) {
		read_part(fd, 0, st.st_size, &content);
	} else {
		read_part(fd, 0, half, &content);
		buf_addf(&content, CUT_BEGIN "%lld" CUT_END, (long long)st.st_size - 2 * half);
		read_part(fd, st.st_size - half, half, &content);
	}
	kept_add(list, ARTIFACT_LOG, attempt_log_name(stream, attempt, name), &content);
}

int
kept_store(const struct kept *list, struct store *store, const struct ending *end, struct err *err)
{
	int rc = 0;

	for (const struct kept *k = list; k && rc == 0; k = k->next) {
		char *family = xasprintf("%s %s", end->lane->task->name, k->artifact.name);

		rc = object_put_output(
		    store, end->id, family, k->data, (size_t)k->artifact.size, err);
		free(family);
	}
	return rc;
}

int
kept_link(const struct kept *list, struct store *store, int64_t execution, struct err *err)
{
	for (const struct kept *k = list; k; k = k->next)
		if (artifact_put(store, execution, &k->artifact, err) < 0)
			return -1;
	return 0;
}

void
kept_free(struct kept *list)
{
	while (list) {
		struct kept *next = list->next;

		free(list->artifact.name);
		free(list->data);
		free(list);
		list = next;
	}
}
