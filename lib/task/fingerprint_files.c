/* SPDX-License-Identifier: MIT */
/* fingerprint_files: the memory of files that were read, and their hashes. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "task/caching.h"
#include "task/fingerprint.h"
#include "task/fingerprint_parts.h"

/* A file that was read. */
struct known {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed, modified;
	char hex[DIGEST_HEX];
	char nameless[DIGEST_HEX]; /* of what is no name in it, "": not asked for */
	const struct caching *by;  /* who says what is */
	UT_hash_handle hh;
	char path[];
};

struct fingerprints {
	pthread_mutex_t lock;
	struct known *files;
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
	k->by = NULL;
	return k;
}

void
fingerprint_nameless(const struct caching *caching, const char *format, const char *text,
    size_t len, char hex[DIGEST_HEX])
{
	struct buf bare = BUF_INIT;

	caching_nameless(caching, format, text, len, &bare);
	digest_bytes(bare.data, bare.len, hex);
	buf_clear(&bare);
}

/* Of a file that is known. Locked. */
static int
read_nameless(struct known *k, const struct caching *caching, const char *format, struct err *err)
{
	struct buf text = BUF_INIT;

	if (k->by == caching)
		return 0;
	if (file_read(k->path, 0, &text, err) < 0) {
		buf_clear(&text);
		return -1;
	}
	fingerprint_nameless(caching, format, text.data, text.len, k->nameless);
	k->by = caching;
	buf_clear(&text);
	return 0;
}

int
fingerprints_content(struct fingerprints *memory, const char *path, const struct caching *caching,
    char hex[DIGEST_HEX], int64_t *size, struct err *err)
{
	const char *dot = strrchr(path, '.'), *format = dot ? dot + 1 : NULL;
	bool named = caching && caching_names(caching, format);
	struct known *k;
	struct stat st;

	if (stat(path, &st) < 0)
		return err_file(err, "cannot open '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "'%s' is not a file", path);
	*size = st.st_size;
	pthread_mutex_lock(&memory->lock);
	k = read_file(memory, path, &st, err);
	if (k && named && read_nameless(k, caching, format, err) < 0)
		k = NULL;
	if (k)
		memcpy(hex, named ? k->nameless : k->hex, DIGEST_HEX);
	pthread_mutex_unlock(&memory->lock);
	return k ? 0 : -1;
}

int
fingerprints_file(struct fingerprints *memory, const char *path, char hex[DIGEST_HEX],
    int64_t *size, struct err *err)
{
	return fingerprints_content(memory, path, NULL, hex, size, err);
}
