/* SPDX-License-Identifier: MIT */
/* carton: a campaign as one tar.zst: its records, and every stored file that they name. */
#include "cli/carton.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/outfile.h"
#include "cli/records.h"
#include "cli/session.h"
#include "cli/stow.h"
#include "data/pack.h"
#include "data/unpack.h"
#include "store/object.h"
#include "store/store.h"

#define OBJECT_LIMIT ((size_t)256 << 20)

enum { TOGETHER = 256, BLOCK = 1 << 16 }; /* objects in a transaction */

struct writing {
	struct outfile *out;
	struct pack *pack;
	FILE *records;  /* without a name */
	json_t *packed; /* hashes that are in it, or cannot be had */
	size_t count, objects;
};

static int
put_archive(void *ctx, const void *data, size_t len, struct err *err)
{
	return outfile_write(ctx, data, len, err);
}

static bool
is_hash(const char *text)
{
	return text && strlen(text) == DIGEST_HEX - 1 && !text[strspn(text, "0123456789abcdef")];
}

/* A file that an entry stands for, under its hash. 0, or -1: the archive cannot be written. */
static int
pack_entry(
    struct writing *w, struct app *app, const json_t *entry, const char *hash, struct err *err)
{
	struct buf data = BUF_INIT;
	struct err why = { 0 };
	char *name, hex[DIGEST_HEX];
	int rc = 0;

	if (json_object_get(w->packed, hash))
		return 0;
	json_object_set_new(w->packed, hash, json_true());
	if (records_file(app, entry, &data, &why) < 0) {
		app_warn(app, "left out: %s", why.text);
	} else if (strcmp(digest_bytes(data.data, data.len, hex), hash) != 0) {
		app_warn(
		    app, "left out: a file is not what it was: sha256 %.12s, not %.12s", hex, hash);
	} else {
		name = xasprintf("objects/%s", hash);
		rc = pack_text(w->pack, name, data.data, data.len, err);
		w->objects += rc == 0;
		free(name);
	}
	buf_clear(&data);
	return rc;
}

/* Every {"object": HASH} in a value. */
static int
pack_objects(struct writing *w, struct app *app, json_t *value, struct err *err)
{
	const char *key, *hash = json_string_value(json_object_get(value, "object"));
	json_t *member;
	size_t i;

	if (is_hash(hash) && pack_entry(w, app, value, hash, err) < 0)
		return -1;
	json_object_foreach(value, key, member)
		if (pack_objects(w, app, member, err) < 0)
			return -1;
	json_array_foreach(value, i, member)
		if (pack_objects(w, app, member, err) < 0)
			return -1;
	return 0;
}

static int
take(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct writing *w = ctx;
	const json_t *receptor = json_object_get(records_result(record), "receptor");
	const char *hash = json_string_value(json_object_get(receptor, "sha256"));
	const json_t *file = json_object_get(receptor, "file");
	struct buf text = BUF_INIT;
	int rc = pack_objects(w, app, record, err);

	if (rc == 0 && is_hash(hash) && json_is_string(file))
		rc = pack_entry(w, app, file, hash, err);
	json_put(record, &text);
	buf_add_char(&text, '\n');
	if (rc == 0 && fwrite(text.data, 1, text.len, w->records) != text.len)
		rc = err_sys(err, "cannot write a temporary file");
	w->count++;
	buf_clear(&text);
	return rc;
}

int
carton_write(struct app *app, const char *job, const char *path, bool replace, struct err *err)
{
	struct writing w = { .packed = json_object(), .records = tmpfile() };
	int rc = -1;

	if (!w.records)
		err_sys(err, "cannot make a temporary file");
	else if ((w.out = outfile_open(path, replace, err)))
		w.pack = pack_open(PACK_TAR_ZST, put_archive, w.out, err);
	if (w.pack)
		rc = records_each(app, job, app->args, take, &w, err);
	if (rc == 0)
		rc = pack_file(w.pack, "records.jsonl", w.records, err);
	if (pack_close(w.pack, rc == 0 ? err : NULL) < 0)
		rc = -1;
	if (outfile_close(w.out, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	if (w.records)
		fclose(w.records);
	json_decref(w.packed);
	if (rc == 0)
		app_say(app, "%zu records and %zu files", w.count, w.objects);
	return rc;
}

struct reading {
	struct app *app;
	struct store *store;
	struct outfile *out;
	struct stow *stow;
	struct buf line; /* the beginning of a record */
	size_t objects, together;
	bool records; /* they were there */
};

static int
read_member(struct unpack *u, struct buf *out, struct err *err)
{
	ssize_t n = 1;

	while (n > 0) {
		n = unpack_read(u, buf_reserve(out, BLOCK), BLOCK, err);
		if (n > 0)
			out->len += (size_t)n;
		if (out->len > OBJECT_LIMIT)
			return err_set(err, ERR_INPUT, "a file in the archive is too large");
	}
	return n < 0 ? -1 : 0;
}

/* Many together in a transaction: each costs a sync. */
static int
settle(struct reading *r, struct err *err)
{
	int rc = r->together > 0 ? store_commit(r->store, err) : 0;

	r->together = 0;
	return rc;
}

static int
keep_object(struct reading *r, const char *hash, const struct buf *data, struct err *err)
{
	char hex[DIGEST_HEX];

	if (r->together == 0 && store_begin(r->store, err) < 0)
		return -1;
	r->together++;
	digest_bytes(data->data, data->len, hex);
	if (object_put_output(r->store, 0, "import", data->data, data->len, err) < 0)
		return -1;
	if (strcmp(hex, hash) != 0)
		return err_set(err, ERR_INPUT, "the file '%.12s' has another content", hash);
	r->objects++;
	return r->together == TOGETHER ? settle(r, err) : 0;
}

/* The lines that end in the block go into the job. */
static int
stow_lines(struct reading *r, const char *block, size_t len, struct err *err)
{
	const char *end;

	while ((end = memchr(block, '\n', len))) {
		size_t n = (size_t)(end - block);

		buf_add(&r->line, block, n);
		if (r->line.len > 0 && stow_line(r->stow, r->line.data, r->line.len, err) < 0)
			return -1;
		buf_reset(&r->line);
		block += n + 1;
		len -= n + 1;
	}
	buf_add(&r->line, block, len);
	return 0;
}

/* The records, as they come, once everything they name is kept. */
static int
copy_records(struct reading *r, struct unpack *u, struct err *err)
{
	char block[BLOCK];
	ssize_t n;

	if (settle(r, err) < 0)
		return -1;
	r->records = true;
	while ((n = unpack_read(u, block, sizeof(block), err)) > 0)
		if (outfile_write(r->out, block, (size_t)n, err) < 0 ||
		    stow_lines(r, block, (size_t)n, err) < 0)
			return -1;
	return n < 0 || (r->line.len > 0 && stow_lines(r, "\n", 1, err) < 0) ? -1 : 0;
}

static int
take_member(struct reading *r, struct unpack *u, const char *name, struct err *err)
{
	const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	const char *inner = strrchr(name, ':') ? strrchr(name, ':') + 1 : name;
	struct buf data = BUF_INIT;
	int rc;

	if (strcmp(inner, "records.jsonl") == 0)
		return copy_records(r, u, err);
	if (strncmp(inner, "objects/", 8) != 0 || !is_hash(base))
		return 0;
	rc = read_member(u, &data, err);
	if (rc == 0)
		rc = keep_object(r, base, &data, err);
	buf_clear(&data);
	return rc;
}

static int
take_members(struct reading *r, struct unpack *u, struct err *err)
{
	const struct unpack_member *member;
	enum unpack_got got;
	int rc = 0;

	while (rc == 0 && (got = unpack_next(u, &member, err)) != UNPACK_END) {
		if (got == UNPACK_FATAL || got == UNPACK_BAD)
			rc = -1;
		else if (got == UNPACK_MEMBER)
			rc = take_member(r, u, member->name, err);
	}
	if (rc == 0)
		rc = settle(r, err);
	if (rc == 0 && !r->records)
		rc = err_set(err, ERR_INPUT, "there are no records in it: it is no campaign");
	return rc;
}

int
carton_read(struct app *app, const char *job, const char *path, const char *output, bool replace,
    struct err *err)
{
	struct reading r = { .app = app };
	char *stem = path_stem(path);
	struct unpack *u = unpack_open(path, FORMAT_SDF, err); /* any name is read */
	int rc = -1;

	if (u && !unpack_is_archive(u))
		err_set(err, ERR_INPUT, "it is no archive");
	else if (u && (r.store = session_open(app, true, err)))
		r.out = outfile_open(output, replace, err);
	if (r.out) {
		r.stow = stow_open(app, r.store, job, stem);
		rc = take_members(&r, u, err);
	}
	if (rc < 0 && r.together > 0)
		store_rollback(r.store);
	if (stow_close(r.stow, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	buf_clear(&r.line);
	free(stem);
	if (outfile_close(r.out, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	store_close(r.store);
	unpack_close(u);
	if (rc < 0)
		return err_wrap(err, "%s", path);
	app_say(app, "%zu files", r.objects);
	return 0;
}
