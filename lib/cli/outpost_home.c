/* SPDX-License-Identifier: MIT */
/* outpost_home: what became of an element goes home in one file. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/outpost_parts.h"
#include "grid/chunk.h"
#include "grid/frames.h"
#include "store/object.h"
#include "store/store.h"
#include "task/transfer.h"

struct handing {
	struct element *e;
	struct store *store;
	struct frames_writer *out;
	struct buf lines;
	int done;
	json_t *own;           /* id: true, of what this run did */
	struct frames *before; /* what an earlier run handed back, while it is read */
	VEC(char *) carried;   /* files that ours takes the place of */
};

/* ---- paths ---- */

/* The length of "DIR/dockline-HEX/inputs-ID/" at the beginning of text; 0: it does not begin so. */
static size_t
input_folder(const char *text, const char *dir)
{
	const char *at = text;
	size_t len = strlen(dir);

	if (strncmp(at, dir, len) != 0 || strncmp(at + len, "/dockline-", 10) != 0)
		return 0;
	at += len + 10;
	at += strspn(at, "0123456789abcdef");
	if (strncmp(at, "/inputs-", 8) != 0)
		return 0;
	at += 8;
	at += strspn(at, "0123456789");
	return *at == '/' ? (size_t)(at - text) + 1 : 0;
}

/* The path at home of an input whose path here goes on so behind its folder, and how much of text
 * it takes. NULL: none. */
static const char *
path_at_home(const json_t *paths, const char *text, size_t *len)
{
	const char *object, *found = NULL;
	json_t *path;

	json_object_foreach((json_t *)paths, object, path) {
		const char *name = object + strlen("object:");
		size_t n = strlen(name);

		if (strncmp(text, name, n) == 0 && (!found || n > *len)) {
			found = json_string_value(path);
			*len = n;
		}
	}
	return found;
}

/* A text that names inputs by their paths here names them as at home. NULL: it names none. */
static char *
translate(const char *text, const char *dir, const json_t *paths)
{
	struct buf out = BUF_INIT;
	const char *from = text, *at = text;

	while ((at = strstr(at, dir))) {
		size_t folder = input_folder(at, dir), len = 0;
		const char *home = folder ? path_at_home(paths, at + folder, &len) : NULL;

		if (!home) {
			at++;
			continue;
		}
		buf_add(&out, from, (size_t)(at - from));
		buf_add_str(&out, home);
		from = at = at + folder + len;
	}
	if (from == text)
		return NULL;
	buf_add_str(&out, from);
	return buf_take(&out);
}

/* Every text in a value. */
static void
translate_all(json_t *value, const char *dir, const json_t *paths)
{
	const char *key;
	json_t *member;
	size_t i;
	char *text;

	if (json_is_string(value) && (text = translate(json_string_value(value), dir, paths))) {
		json_string_set(value, text);
		free(text);
	}
	if (json_is_object(value))
		json_object_foreach(value, key, member)
			translate_all(member, dir, paths);
	if (json_is_array(value))
		json_array_foreach(value, i, member)
			translate_all(member, dir, paths);
}

/* ---- executions ---- */

static int
put_object(struct handing *h, const char *hex, struct err *err)
{
	struct buf content = BUF_INIT;
	char piece[CHUNK_PIECE];
	int rc;

	if (!hex || frames_added(h->out, chunk_object(hex, piece)))
		return 0;
	rc = object_get(h->store, hex, &content, err);
	if (rc > 0)
		rc = chunk_put_object(h->out, hex, buf_str(&content), content.len, err);
	buf_clear(&content);
	return rc < 0 ? -1 : 0;
}

static int
put_one(json_t *execution, void *ctx, struct err *err)
{
	struct handing *h = ctx;
	char *id = json_dumps(json_object_get(execution, "id"), JSON_ENCODE_ANY);
	json_t *known = json_object_get(h->e->known, id), *paths = json_object_get(known, "paths");
	json_t *artifacts = json_object_get(execution, "artifacts"), *artifact;
	size_t i;
	int rc = 0;

	json_object_set_new(h->own, id, json_true());
	free(id);
	json_object_set(execution, "attempt", json_object_get(known, "attempt"));
	if (json_object_size(paths) > 0)
		translate_all(execution, h->e->dir, paths);
	json_array_foreach(artifacts, i, artifact)
		if (rc == 0)
			rc = put_object(h, json_string_value(json_array_get(artifact, 2)), err);
	json_put(execution, &h->lines);
	buf_add_char(&h->lines, '\n');
	h->done++;
	return rc;
}

/* ---- earlier runs ---- */

/* An execution with all that it names: 0, or -1 where that cannot be had. */
static int
carry_one(json_t *execution, void *ctx, struct err *err)
{
	struct handing *h = ctx;
	char *id = json_dumps(json_object_get(execution, "id"), JSON_ENCODE_ANY);
	json_t *artifacts = json_object_get(execution, "artifacts"), *artifact;
	struct buf content = BUF_INIT;
	bool ours = json_object_get(h->own, id) != NULL;
	size_t i;
	int rc = 0;

	json_array_foreach(artifacts, i, artifact) {
		const char *hex = json_string_value(json_array_get(artifact, 2));

		buf_reset(&content);
		if (rc == 0 && hex && !ours)
			rc = chunk_get_object(h->before, hex, &content, err);
		if (rc == 0 && hex && !ours)
			rc = chunk_put_object(h->out, hex, buf_str(&content), content.len, err);
	}
	if (rc == 0 && !ours) {
		json_put(execution, &h->lines);
		buf_add_char(&h->lines, '\n');
	}
	buf_clear(&content);
	free(id);
	return rc;
}

/* What runs before this one handed back, and nobody has taken home yet, goes into our file, so that
 * an element has one file however often it runs. What cannot be read stays what it is. */
static void
carry_earlier(struct handing *h, const char *folder)
{
	char *begin = xasprintf("%s.%d.", h->e->name, h->e->number), name[BATCH_UUID];
	char **files = outbox_list(folder, begin);
	int element;

	for (char **file = files; file && *file; file++) {
		char *path = path_join(folder, *file);

		h->before = outbox_is_result(*file, name, &element) ? frames_open(path, NULL)
								    : NULL;
		if (h->before && chunk_each(h->before, "executions", carry_one, h, NULL) == 0)
			vec_add(&h->carried, xstrdup(path));
		frames_close(h->before);
		free(path);
	}
	outbox_free(files);
	free(begin);
}

/* After ours is there; whoever takes those home meanwhile has taken them from there. */
static void
remove_carried(struct handing *h, bool ours_is_there)
{
	for (size_t i = 0; i < h->carried.len; i++) {
		if (ours_is_there)
			unlink(h->carried.at[i]);
		free(h->carried.at[i]);
	}
	vec_clear(&h->carried);
}

/* ---- the file ---- */

static json_t *
header_of(const struct handing *h)
{
	json_t *header = chunk_header(CHUNK_RESULT, h->e->name);
	const char *said = getenv("DOCKLINE_CLUSTER_NODE");
	char node[256] = "";

	if (said && *said)
		snprintf(node, sizeof(node), "%s", said);
	else
		gethostname(node, sizeof(node) - 1);
	json_object_set_new(header, "element", json_integer(h->e->number));
	json_object_set_new(header, "node", json_string(node));
	json_object_set_new(header, "final", json_boolean(!h->e->told));
	json_object_set_new(header, "done", json_integer(h->done));
	return header;
}

static int
write_pieces(struct handing *h, const char *folder, struct err *err)
{
	json_t *header;
	int rc = transfer_home(h->store, put_one, h, err);

	if (rc == 0)
		carry_earlier(h, folder);
	if (rc == 0)
		rc = frames_add(h->out, "executions", buf_str(&h->lines), h->lines.len, err);
	if (rc < 0)
		return -1;
	header = header_of(h);
	rc = chunk_put(h->out, "header", header, err);
	json_decref(header);
	return rc;
}

int
element_hand_back(struct element *e, struct err *err)
{
	struct handing h = { .e = e, .own = json_object() };
	char *folder = path_absolute(e->path), *slash = strrchr(folder, '/'), *path;
	int rc = -1;

	if (slash)
		*slash = '\0';
	path = outbox_result(folder, e->name, e->number, err);
	h.store = path ? store_open(e->state, 0, err) : NULL;
	h.out = h.store ? frames_begin(path, err) : NULL;
	if (h.out)
		rc = write_pieces(&h, folder, err);
	if (rc == 0)
		rc = frames_end(h.out, err);
	else
		frames_abort(h.out);
	remove_carried(&h, rc == 0);
	json_decref(h.own);
	buf_clear(&h.lines);
	store_close(h.store);
	free(path);
	free(folder);
	return rc;
}
