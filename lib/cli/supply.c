/* SPDX-License-Identifier: MIT */
/* supply: what taskrun reads: records of files or of standard input. */
#include "cli/supply.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonl.h"
#include "cli/app.h"

enum { WHERE = 512 };

/* A line was refused. 0: go on. */
static int
refuse(struct supply *in, struct err *err)
{
	if (in->app->strict)
		return -1;
	app_report(in->app, err);
	in->refused++;
	return 0;
}

static enum jsonl_got
next_text(struct jsonl *from, json_t **record, struct err *err)
{
	const char *text;
	size_t len;
	enum jsonl_got got = jsonl_next_text(from, &text, &len, err);

	if (got != JSONL_RECORD)
		return got;
	*record = json_pack("{s:o*}", "line", json_stringn(text, len));
	if (json_object_size(*record) == 1)
		return JSONL_RECORD;
	err_set(
	    err, ERR_INPUT, "%s:%zu: the line is not UTF-8", jsonl_name(from), jsonl_line(from));
	return JSONL_BAD;
}

static int
take(struct supply *in, struct jsonl *from, json_t *record, struct err *err)
{
	char where[WHERE];

	snprintf(where, sizeof(where), "%s:%zu", jsonl_name(from), jsonl_line(from));
	if (in->fn(record, where, in->ctx, err) == 0)
		return 0;
	if (in->alike && err->kind == ERR_USAGE) {
		if (strcmp(err->text, in->told.text) == 0) {
			in->refused++;
			*err = (struct err){ 0 };
			return 0;
		}
		in->told = *err;
	}
	err_wrap(err, "%s", where);
	return refuse(in, err);
}

static int
read_file(struct supply *in, const char *path, struct err *err)
{
	struct jsonl *from = jsonl_open(path, err);
	int rc = from ? 0 : -1;

	while (rc == 0) {
		json_t *record = NULL;
		enum jsonl_got got = in->lines ? next_text(from, &record, err)
					       : jsonl_next(from, &record, err);

		if (got == JSONL_END)
			break;
		if (got == JSONL_RECORD) {
			rc = take(in, from, record, err);
		} else if (got == JSONL_FATAL) {
			rc = -1;
		} else if (!path && jsonl_torn(from)) {
			app_report_late(in->app, err);
			in->refused++;
		} else {
			rc = refuse(in, err);
		}
		json_decref(record);
	}
	jsonl_close(from);
	return rc;
}

int
supply_read(struct supply *in, struct err *err)
{
	int rc = 0;

	if (!in->files || !*in->files)
		return read_file(in, NULL, err);
	for (char **file = in->files; *file && rc == 0; file++)
		rc = read_file(in, *file, err);
	return rc;
}

int
supply_is_good(const struct supply *in, struct err *err)
{
	if (in->refused == 0)
		return 0;
	return err_set(err, ERR_INPUT, "%lld line%s wrong: nothing was submitted",
	    (long long)in->refused, in->refused == 1 ? " is" : "s are");
}
