/* SPDX-License-Identifier: MIT */
/* fingerprint: what makes two executions equal. */
#include "task/fingerprint.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "task/object_path.h"
#include "task/schema.h"
#include "task/task.h"

/* A file that was read. */
struct known {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed, modified;
	char hex[DIGEST_HEX];
	UT_hash_handle hh;
	char path[];
};

struct fingerprints {
	pthread_mutex_t lock;
	struct known *files;
};

/* Paths on their way to the content behind them. */
struct reading {
	struct fingerprints *memory;
	json_t *inputs;
};

struct fingerprints *
fingerprints_new(void)
{
	struct fingerprints *memory = xcalloc(1, sizeof(*memory));

	pthread_mutex_init(&memory->lock, NULL);
	return memory;
}

void
fingerprints_free(struct fingerprints *memory)
{
	struct known *k, *next;

	if (!memory)
		return;
	HASH_ITER(hh, memory->files, k, next)
	{
		HASH_DEL(memory->files, k);
		free(k);
	}
	pthread_mutex_destroy(&memory->lock);
	free(memory);
}

static bool
is_same(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
is_as_it_was(const struct known *k, const struct stat *st)
{
	return k->dev == st->st_dev && k->ino == st->st_ino && k->size == st->st_size &&
	    is_same(&k->changed, &st->st_ctim) && is_same(&k->modified, &st->st_mtim);
}

/* What is known of a file, once it was read. Locked. */
static struct known *
read_file(struct fingerprints *memory, const char *path, const struct stat *st, struct err *err)
{
	struct known *k;
	char hex[DIGEST_HEX];

	HASH_FIND_STR(memory->files, path, k);
	if (k && is_as_it_was(k, st))
		return k;
	if (digest_file(path, hex, err) < 0)
		return NULL;
	if (!k) {
		k = xcalloc(1, sizeof(*k) + strlen(path) + 1);
		memcpy(k->path, path, strlen(path) + 1);
		HASH_ADD_STR(memory->files, path, k);
	}
	k->dev = st->st_dev;
	k->ino = st->st_ino;
	k->size = st->st_size;
	k->changed = st->st_ctim;
	k->modified = st->st_mtim;
	memcpy(k->hex, hex, sizeof(hex));
	return k;
}

int
fingerprints_file(struct fingerprints *memory, const char *path, char hex[DIGEST_HEX],
    int64_t *size, struct err *err)
{
	const struct known *k;
	struct stat st;

	if (stat(path, &st) < 0)
		return err_file(err, "cannot open '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "'%s' is not a file", path);
	pthread_mutex_lock(&memory->lock);
	k = read_file(memory, path, &st, err);
	if (k)
		memcpy(hex, k->hex, DIGEST_HEX);
	pthread_mutex_unlock(&memory->lock);
	*size = st.st_size;
	return k ? 0 : -1;
}

/* The content stands for the path. */
static int
replace_path(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	struct reading *r = ctx;
	const char *path = json_string_value(string);
	char hex[DIGEST_HEX], *content;
	int64_t size;

	if (!object_path_hash(path, hex) && fingerprints_file(r->memory, path, hex, &size, err) < 0)
		return err_wrap(err, "%s", pointer + 1);
	json_object_set_new(r->inputs, pointer + 1, json_string(hex));
	content = xasprintf("sha256:%s", hex);
	json_string_set(string, content);
	free(content);
	return 0;
}

static void
add_digest(json_t *object, const char *key, const json_t *value)
{
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX];

	json_put_canonical(value, &text);
	json_object_set_new(object, key, json_string(digest_bytes(text.data, text.len, hex)));
	buf_clear(&text);
}

int
fingerprint_take(struct fingerprints *memory, const char *org, const struct task *task,
    const char *program, const json_t *params, struct fingerprint *out, struct err *err)
{
	json_t *content = json_deep_copy(params), *inputs = json_object(), *parts, *all;
	struct reading reading = { memory, inputs };
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX] = "";
	int64_t size;
	int rc = 0;

	if (task->params)
		rc = schema_each_path(task->params, content, replace_path, &reading, err);
	if (rc == 0 && program)
		rc = fingerprints_file(memory, program, hex, &size, err);
	parts = json_pack("{s:s}", "task", task->name);
	add_digest(parts, "definition", task->definition);
	json_object_set_new(parts, "program", json_string(hex));
	json_object_set_new(parts, "inputs", inputs);
	all = json_pack("{s:s, s:O, s:O, s:o}", "org", org, "definition",
	    json_object_get(parts, "definition"), "program", json_object_get(parts, "program"),
	    "params", content);
	json_put_canonical(all, &text);
	digest_bytes(text.data, text.len, out->digest);
	buf_reset(&text);
	json_put(parts, &text);
	out->parts = buf_take(&text);
	json_decref(all);
	json_decref(parts);
	if (rc == 0)
		return 0;
	free(out->parts);
	out->parts = NULL;
	return -1;
}
