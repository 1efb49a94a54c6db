/* SPDX-License-Identifier: MIT */
/* task_file: the definitions in a YAML or JSON file, each error with its place. */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/yaml.h"
#include "task/task.h"

/* A task file that is being read. */
struct reading {
	const struct yaml_doc *doc;
	task_fn *fn;
	task_wrong_fn *wrong;
	void *ctx;
	struct err *err;
	int rc;
};

/* An error at a member of the document: told, or kept as the one that stops. */
static void
placed(struct reading *r, const char *pointer, enum err_kind kind, const char *text)
{
	struct err err = { 0 };

	if (r->rc < 0)
		return;
	yaml_error(r->doc, pointer, &err, "%s", text);
	err.kind = kind;
	if (r->wrong) {
		r->wrong(&err, r->ctx);
		return;
	}
	r->rc = err_set(r->err, kind, "%s", err.text);
}

static void
place_fault(const char *pointer, const char *what, void *ctx)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, *pointer ? "'%s' %s" : "it%s %s", pointer, what);
	placed(ctx, pointer, ERR_INPUT, buf_str(&text));
	buf_clear(&text);
}

/* What taskreg prints can be read again: what it filled in is no part of a definition. */
static void
strip_record(json_t *value)
{
	const char *type = json_string_value(json_object_get(value, "type"));

	if (!type || strcmp(type, "task") != 0)
		return;
	json_object_del(value, "type");
	json_object_del(value, "origin");
}

static void
read_document(struct reading *r)
{
	struct err why = { 0 };
	struct task *task;

	strip_record(r->doc->value);
	if (task_lint(r->doc->value, place_fault, r) > 0)
		return;
	task = task_parse(r->doc->value, &why);
	if (!task || r->fn(task, r->ctx, &why) < 0)
		placed(r, "/task_id", why.kind, why.text);
	task_free(task);
}

int
task_read_file(const char *path, task_fn *fn, task_wrong_fn *wrong, void *ctx, struct err *err)
{
	struct reading r = { NULL, fn, wrong, ctx, err, 0 };
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct err why = { 0 };

	if (yaml_read(path, &docs, &why) == 0 && docs.len == 0)
		err_set(&why, ERR_INPUT, "%s: no task in it", path);
	if (why.kind && wrong)
		wrong(&why, ctx);
	else if (why.kind)
		r.rc = err_set(err, why.kind, "%s", why.text);
	for (size_t i = 0; i < docs.len && !why.kind && r.rc == 0; i++) {
		r.doc = &docs.at[i];
		read_document(&r);
	}
	yaml_docs_clear(&docs);
	return r.rc;
}
