/* SPDX-License-Identifier: MIT */
/* dock-report: a campaign as one web page that needs no network. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/depict.h"
#include "cli/leftout.h"
#include "cli/outfile.h"
#include "cli/records.h"
#include "cli/scene.h"
#include "dock/page.h"
#include "dock/report.h"
#include "dock/together.h"

enum { POSES = 5, TOP = 50, MOST = 10000 };

static struct {
	int force, no_depictions, poses, top;
	char *job, *output, *title;
} o = { .poses = POSES, .top = TOP };

static const struct poptOption options[] = {
	{ "force", 0, POPT_ARG_NONE, &o.force, 0, "replace a file that exists", NULL },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "take the records of this job", "NAME" },
	{ "no-depictions", 0, POPT_ARG_NONE, &o.no_depictions, 0, "draw no molecules", NULL },
	{ "output", 'o', POPT_ARG_STRING, &o.output, 0, "write this file, not stdout", "FILE" },
	{ "poses", 0, POPT_ARG_INT, &o.poses, 0, "so many in three dimensions (5)", "N" },
	{ "title", 0, POPT_ARG_STRING, &o.title, 0, "of the page", "TEXT" },
	{ "top", 0, POPT_ARG_INT, &o.top, 0, "show so many molecules (50)", "N" },
	APP_RECORD_OPTIONS,
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

struct work {
	struct report *report;
	struct leftout left;
	size_t seen;
};

static int
take(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct work *work = ctx;
	json_t *result = leftout_none(record, &work->left);
	int rc;

	work->seen++;
	if (!result) {
		report_failed(work->report, record);
		return 0;
	}
	rc = report_add(work->report, record, result, err);
	if (rc < 0 && err->kind == ERR_INPUT && !app->strict) {
		app_report(app, err);
		rc = 0;
	}
	return rc < 0 ? -1 : 0;
}

/* Draw what is shown of a group. Without Open Babel there are no pictures, and that is said. */
static void
draw(struct app *app, struct report *report, size_t group)
{
	size_t n = report_shown(report, group);
	char **smiles = xcalloc(n + 1, sizeof(*smiles));
	char **svg = xcalloc(n + 1, sizeof(*svg));
	struct err err = { 0 };

	for (size_t i = 0; i < n; i++)
		smiles[i] = together_smiles(records_result(report_record(report, group, i)));
	if (depict((const char *const *)smiles, n, svg, &err) < 0)
		app_warn(app, "molecules are not drawn: %s", err.text);
	for (size_t i = 0; i < n; i++) {
		report_depict(report, group, i, svg[i]);
		free(smiles[i]);
	}
	free(smiles);
	free(svg);
}

/* The best molecules whose poses were kept, group by group. */
static int
write_scene(struct app *app, struct report *report, struct buf *page, struct err *err)
{
	size_t most = (size_t)o.poses, groups = report_groups(report), n = 0;
	json_t **records = xcalloc(most + 1, sizeof(*records));
	int rc;

	for (size_t g = 0; g < groups; g++)
		for (size_t i = 0; i < report_shown(report, g) && n < most; i++) {
			json_t *record = report_record(report, g, i);

			if (json_at(records_result(record), "/files/poses"))
				records[n++] = record;
		}
	rc = most > 0 ? scene_write(app, records, n, page, err) : 0;
	free(records);
	return rc;
}

/* --title, else the job, else the files. The caller frees. */
static char *
title(const struct app *app)
{
	struct buf text = BUF_INIT;

	if (o.title || o.job)
		return xstrdup(o.title ? o.title : o.job);
	buf_add_str(&text, app->nargs ? "" : "Docking results");
	for (size_t i = 0; i < app->nargs; i++)
		buf_addf(&text, "%s%s", i ? ", " : "", app->args[i]);
	return buf_take(&text);
}

static int
write_page(struct app *app, struct work *work, struct err *err)
{
	size_t groups = report_groups(work->report);
	struct outfile *out = outfile_open(o.output, o.force, err);
	struct buf page = BUF_INIT;
	char *name = title(app);
	int rc = out ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < groups && !o.no_depictions; i++)
		draw(app, work->report, i);
	page_begin(name, &page);
	report_write(work->report, &page);
	if (rc == 0 && groups > 0)
		rc = write_scene(app, work->report, &page, err);
	page_end(&page);
	if (rc == 0)
		rc = outfile_write(out, page.data, page.len, err);
	if (outfile_close(out, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	buf_clear(&page);
	free(name);
	return rc;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("dock-report", "[FILE ...]", options, argc, argv);
	struct work work = { 0 };
	int rc;

	if (o.top < 1 || o.top > MOST || o.poses < 0)
		app_usage(app, "--top takes 1 to %d, --poses a count from 0", MOST);
	if (o.job && app->nargs > 0)
		app_usage(app, "records come from --job or from files, not from both");
	work.report = report_new((size_t)o.top);
	rc = records_each(app, o.job, app->args, take, &work, &err);
	if (rc == 0)
		rc = write_page(app, &work, &err);
	if (rc == 0 && work.seen == 0)
		app_warn(app, "there was no record");
	report_free(work.report);
	return app_finish(app, rc, &err);
}
