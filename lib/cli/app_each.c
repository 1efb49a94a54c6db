/* SPDX-License-Identifier: MIT */
/* app_each: the records of files or standard input, one by one (cli/app.h). */
#include "cli/app.h"

#include <unistd.h>

#include "base/jsonl.h"

/* What is done with each line. */
struct each {
	app_line_fn *line;
	app_record_fn *fn;
	void *ctx;
};

/* A line that was read: what each_of_file returns. */
static int
each_line(struct app *app, struct jsonl *in, const char *text, size_t len, const struct each *each,
    struct err *err)
{
	int rc = each->line ? each->line(app, text, len, each->ctx, err) : 2;
	json_t *record;

	if (rc != 2)
		return rc;
	switch (jsonl_parse(in, text, len, &record, err)) {
	case JSONL_RECORD:
		rc = each->fn(app, record, each->ctx, err);
		json_decref(record);
		return rc;
	case JSONL_END:
		return 0;
	default:
		if (app->strict)
			return -1;
		app_report(app, err);
		return 0;
	}
}

/* One file. 0 to go on, 1 stopped by fn, -1 failed. */
static int
each_of_file(struct app *app, const char *path, const struct each *each, struct err *err)
{
	struct jsonl *in = jsonl_open(path, err);
	const char *text;
	size_t len;
	int rc = in ? 0 : -1;

	app->in = in;
	while (rc == 0) {
		if (app->at_wait && !jsonl_has_line(in))
			app->at_wait(app, app->wait_ctx);
		switch (jsonl_next_text(in, &text, &len, err)) {
		case JSONL_END:
			goto out;
		case JSONL_FATAL:
			rc = -1;
			break;
		case JSONL_BAD:
			if (app->strict)
				rc = -1;
			else
				app_report(app, err);
			break;
		case JSONL_RECORD:
			rc = each_line(app, in, text, len, each, err);
			break;
		}
	}
out:
	app->in = NULL;
	jsonl_close(in);
	return rc;
}

int
app_each_line(
    struct app *app, char **files, app_line_fn *line, app_record_fn *fn, void *ctx, struct err *err)
{
	struct each each = { line, fn, ctx };
	int rc = 0;

	if (!files || !*files) {
		if (isatty(STDIN_FILENO))
			app_usage(app, "no files, and standard input is a terminal");
		return each_of_file(app, NULL, &each, err) < 0 ? -1 : 0;
	}
	for (size_t i = 0; files[i] && rc == 0; i++)
		rc = each_of_file(app, files[i], &each, err);
	return rc < 0 ? -1 : 0;
}

int
app_each(struct app *app, char **files, app_record_fn *fn, void *ctx, struct err *err)
{
	return app_each_line(app, files, NULL, fn, ctx, err);
}
