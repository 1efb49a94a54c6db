/* SPDX-License-Identifier: MIT */
/* pipelines: what the program pipeline does with pipeline files, without running them. */
#include "cli/pipelines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/blueprint.h"
#include "cli/session.h"
#include "cli/table.h"
#include "plan/draw.h"
#include "plan/pipeline.h"

int
pipelines_check(struct app *app, char **names, struct err *err)
{
	struct store *store;

	if (session_open_if_any(app, &store, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		struct blueprint b;
		struct err why = { 0 };

		if (blueprint_open(&b, app, store, names[i], &why) < 0)
			app_report(app, &why);
		else
			app_detail(app, "pipeline '%s' is good: %zu step%s", b.pipeline->name,
			    b.pipeline->nsteps, b.pipeline->nsteps == 1 ? "" : "s");
		blueprint_clear(&b);
	}
	session_close(store);
	return 0;
}

void
pipelines_draw(const struct pipeline *p, const struct drawn *notes, enum pipelines_form form)
{
	struct buf text = BUF_INIT;

	if (form == PIPELINES_DOT)
		draw_dot(p, notes, &text);
	else if (form == PIPELINES_MERMAID)
		draw_mermaid(p, notes, &text);
	else
		draw_tree(p, notes, &text);
	fwrite(buf_str(&text), 1, text.len, stdout);
	buf_clear(&text);
}

static void
show(struct app *app, const struct pipeline *p, enum pipelines_form form)
{
	json_t *record;

	if (form == PIPELINES_JSON || (form == PIPELINES_AUTO && !isatty(STDOUT_FILENO))) {
		record = draw_record(p);
		app_record(app, record);
		json_decref(record);
	} else {
		pipelines_draw(p, NULL, form);
	}
}

int
pipelines_show(struct app *app, const char *name, enum pipelines_form form, struct err *err)
{
	struct store *store;
	struct blueprint b;
	int rc;

	if (session_open_if_any(app, &store, err) < 0)
		return -1;
	rc = blueprint_open(&b, app, store, name, err);
	if (rc == 0)
		show(app, b.pipeline, form);
	blueprint_clear(&b);
	session_close(store);
	return rc;
}

/* ---- templates ---- */

static void
list_one(struct app *app, struct table *table, const struct pipeline *p)
{
	json_t *record;

	if (table) {
		table_add(table, p->name);
		table_add(table, p->version);
		table_add(table, p->description);
		return;
	}
	record = draw_record(p);
	app_record(app, record);
	json_decref(record);
}

int
pipelines_templates(struct app *app, struct err *err)
{
	static const char *const heads[] = { "pipeline", "version", "description" };
	char **names = blueprint_shipped();
	struct table *table = isatty(STDOUT_FILENO) ? table_new(heads, 3) : NULL;
	struct store *store;
	int rc = session_open_if_any(app, &store, err);

	for (size_t i = 0; names[i]; i++) {
		struct blueprint b = { 0 };
		struct err why = { 0 };

		if (rc == 0 && blueprint_open(&b, app, store, names[i], &why) == 0)
			list_one(app, table, b.pipeline);
		else if (rc == 0)
			app_report(app, &why);
		blueprint_clear(&b);
		free(names[i]);
	}
	if (table && table_rows(table) > 0)
		table_print(table, stdout, table_width(STDOUT_FILENO));
	table_free(table);
	free(names);
	if (rc == 0)
		session_close(store);
	return rc;
}

/* Write a file that must not be there. */
static int
write_new(const char *path, const struct buf *text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), rc;

	if (fd < 0 && errno == EEXIST)
		return err_set(err, ERR_USAGE, "'%s' is there already", path);
	if (fd < 0)
		return err_sys(err, "cannot create '%s'", path);
	rc = file_write_fd(fd, path, buf_str(text), text->len, err);
	close(fd);
	return rc;
}

int
pipelines_copy(struct app *app, const char *name, const char *file, struct err *err)
{
	char *target = file ? xstrdup(file) : xasprintf("%s.yaml", name);
	struct buf text = BUF_INIT;
	struct blueprint b = { 0 };
	int rc = -1;

	if (blueprint_is_file(name))
		err_set(
		    err, ERR_USAGE, "'%s' is the name of a file, not of a shipped pipeline", name);
	else if (blueprint_open(&b, app, NULL, name, err) == 0 &&
	    file_read(b.name, 0, &text, err) == 0)
		rc = write_new(target, &text, err);
	if (rc == 0)
		app_say(app, "%s: to be edited, then pipeline check %s", target, target);
	blueprint_clear(&b);
	buf_clear(&text);
	free(target);
	return rc;
}
