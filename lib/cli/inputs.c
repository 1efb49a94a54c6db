/* SPDX-License-Identifier: MIT */
/* inputs: the files that parameters of a line name. */
#include "cli/inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/line.h"
#include "store/object.h"
#include "store/store.h"
#include "task/artifact.h"
#include "task/claim.h"
#include "task/fingerprint.h"
#include "task/object_path.h"
#include "task/schema.h"
#include "task/task.h"

/* ---- taking ---- */

/* One input as four texts: its name, its hash, its size or nothing, and where its content still
 * stands, or nothing. */
static void
add(struct inputs_taker *t, const char *name, const char *hex, int64_t size, const char *path)
{
	buf_add(&t->texts, name, strlen(name) + 1);
	buf_add(&t->texts, hex, DIGEST_HEX);
	if (size >= 0)
		buf_addf(&t->texts, "%lld", (long long)size);
	buf_add(&t->texts, "", 1);
	buf_add(&t->texts, path, strlen(path) + 1);
	t->count++;
}

static int
take_path(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	struct inputs_taker *t = ctx;
	const char *path = json_string_value(string);
	char hex[DIGEST_HEX];
	int64_t size = -1;

	if (json_object_get(t->shared, path))
		return 0;
	if (object_path_hash(path, hex)) {
		add(t, pointer + 1, hex, size, "");
		return 0;
	}
	if (!t->memory)
		return 0;
	if (fingerprints_file(t->memory, path, hex, &size, err) < 0)
		return err_wrap(err, "%s", pointer + 1);
	add(t, pointer + 1, hex, size, json_object_get(t->known, hex) ? "" : path);
	json_object_set_new(t->known, hex, json_true());
	return 0;
}

int
inputs_take(struct inputs_taker *t, json_t *params, struct err *err)
{
	buf_reset(&t->texts);
	t->count = 0;
	if (!t->known)
		t->known = json_object();
	return schema_each_path(t->schema, params, take_path, t, err);
}

void
inputs_taker_clear(struct inputs_taker *t)
{
	json_decref(t->known);
	buf_clear(&t->texts);
}

/* ---- storing ---- */

/* An input of a line. */
struct input {
	const char *name, *hex, *size, *path;
};

/* The next one, from *at on. */
static struct input
next(const char **at)
{
	struct input input = { 0 };
	const char **texts[] = { &input.name, &input.hex, &input.size, &input.path };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		*texts[i] = *at;
		*at += strlen(*at) + 1;
	}
	return input;
}

static int
refuse(struct app *app, const struct line *line, const struct input *input, const char *why)
{
	app_fail(app, EXIT_INPUT, "%s: input '%s': %s", line->where ? line->where : "params",
	    input->name, why);
	return 0;
}

static int
store_file(struct app *app, struct store *store, const struct line *line, const struct input *input,
    struct err *err)
{
	struct buf content = BUF_INIT;
	struct err why = { 0 };
	char hex[DIGEST_HEX];
	int rc;

	if (file_read(input->path, 0, &content, &why) < 0)
		rc = refuse(app, line, input, why.text);
	else if (object_put(store, buf_str(&content), content.len, hex, err) < 0)
		rc = -1;
	else if (strcmp(hex, input->hex) != 0)
		rc = refuse(app, line, input, "it changed while it was read");
	else
		rc = 1;
	buf_clear(&content);
	return rc;
}

int
inputs_store(struct app *app, struct store *store, const struct line *line, struct err *err)
{
	const char *at = line->inputs;
	int rc = 1;

	for (size_t i = 0; i < line->ninputs && rc > 0; i++) {
		struct input input = next(&at);

		if (*input.path) {
			rc = store_file(app, store, line, &input, err);
			continue;
		}
		rc = object_use(store, input.hex, err);
		if (rc == 0)
			refuse(app, line, &input, "there is no such object");
	}
	return rc;
}

int
inputs_link(struct store *store, const struct line *line, int64_t execution, struct err *err)
{
	const char *at = line->inputs;

	for (size_t i = 0; i < line->ninputs; i++) {
		struct input input = next(&at);
		struct artifact artifact = { .kind = ARTIFACT_INPUT,
			.name = (char *)input.name,
			.size = *input.size ? strtoll(input.size, NULL, 10) : -1 };

		memcpy(artifact.sha256, input.hex, DIGEST_HEX);
		if (artifact_put(store, execution, &artifact, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- placing ---- */

struct placing {
	struct inputs_source *source;
	const char *folder; /* of the execution */
	bool placed;
};

static int
make_folder(const char *path, struct err *err)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "cannot create '%s'", path);
	return 0;
}

static int
read_object(struct inputs_source *source, const char *hex, struct buf *out, struct err *err)
{
	int rc;

	if (!source->store)
		source->store = store_open(source->state, 0, err);
	if (!source->store)
		return -1;
	rc = object_get(source->store, hex, out, err);
	if (rc == 0)
		return err_set(err, ERR_INPUT, "there is no object %s", hex);
	return rc < 0 ? -1 : 0;
}

/* The content under its name, for reading only. */
static int
write_object(struct inputs_source *source, const char *hex, const char *path, struct err *err)
{
	struct buf content = BUF_INIT;
	int rc = read_object(source, hex, &content, err);

	if (rc == 0)
		rc = file_write(path, buf_str(&content), content.len, err);
	if (rc == 0 && chmod(path, 0400) < 0)
		rc = err_sys(err, "cannot protect '%s'", path);
	buf_clear(&content);
	return rc;
}

static int
place_path(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	struct placing *p = ctx;
	const char *text = json_string_value(string);
	char hex[DIGEST_HEX], *folder, *path;
	int rc = -1;

	if (!object_path_is(text))
		return 0;
	if (object_path_check(text, err) < 0)
		return err_wrap(err, "%s", pointer + 1);
	object_path_hash(text, hex);
	folder = path_join(p->folder, hex);
	path = path_join(folder, object_path_name(text));
	if (make_folder(p->folder, err) == 0 && make_folder(folder, err) == 0 &&
	    write_object(p->source, hex, path, err) == 0) {
		json_string_set(string, path);
		p->placed = true;
		rc = 0;
	}
	free(folder);
	free(path);
	return rc < 0 ? err_wrap(err, "%s", pointer + 1) : 0;
}

static bool
may_name_objects(const struct work *work)
{
	return !work->inputs && work->lane->task->params &&
	    memmem(work->params, work->params_len, "\"object:", 8);
}

int
inputs_place(struct inputs_source *source, struct work *work, const char *scratch, struct err *err)
{
	struct placing placing = { .source = source };
	struct buf text = BUF_INIT;
	json_t *params;
	int rc;

	if (!may_name_objects(work))
		return 0;
	params = json_parse(work->params, work->params_len, err);
	if (!params)
		return -1;
	work->inputs = xasprintf("%s/inputs-%lld", scratch, (long long)work->id);
	placing.folder = work->inputs;
	rc = schema_each_path(work->lane->task->params, params, place_path, &placing, err);
	if (rc == 0 && placing.placed) {
		json_put(params, &text);
		free(work->params);
		work->params_len = text.len;
		work->params = buf_take(&text);
	}
	if (rc < 0)
		inputs_remove(work);
	json_decref(params);
	return rc;
}

void
inputs_remove(struct work *work)
{
	if (!work->inputs)
		return;
	file_remove_tree(work->inputs, NULL);
	free(work->inputs);
	work->inputs = NULL;
}

void
inputs_source_clear(struct inputs_source *source)
{
	store_close(source->store);
	source->store = NULL;
}
