/* SPDX-License-Identifier: MIT */
/* ids: which executions somebody means. */
#include "cli/ids.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/jsonl.h"
#include "base/num.h"

/* The id on a line: 1, 0 for a blank line, -1. */
static int
id_of_line(const char *text, size_t len, int64_t *id, struct err *err)
{
	json_t *value;
	json_int_t found = 0;
	int rc;

	while (len > 0 && strchr(" \t\r", text[len - 1]))
		len--;
	if (len == 0)
		return 0;
	value = json_parse(text, len, err);
	if (!value)
		return -1;
	if (json_is_integer(value)) {
		found = json_integer_value(value);
		rc = 1;
	} else if (json_is_object(value)) {
		rc = json_get_int(value, "id", &found, err);
		if (rc == 0)
			rc = err_set(err, ERR_INPUT, "the record has no 'id'");
	} else {
		rc = err_set(err, ERR_INPUT,
		    "expected a record or the id of an execution, found %s", json_type_name(value));
	}
	json_decref(value);
	*id = found;
	return rc;
}

static int
each_of_stdin(struct app *app, ids_fn *fn, void *ctx, struct err *err)
{
	struct jsonl *in = jsonl_open(NULL, err);
	enum jsonl_got got = JSONL_FATAL;
	const char *text;
	size_t len;
	int64_t id;
	int rc = in ? 0 : -1;

	while (rc >= 0 && (got = jsonl_next_text(in, &text, &len, err)) != JSONL_END) {
		rc = got == JSONL_RECORD ? id_of_line(text, len, &id, err) : -1;
		if (rc > 0) {
			rc = fn(id, ctx, err);
			continue;
		}
		if (rc < 0 && got == JSONL_RECORD)
			err_wrap(err, "%s:%zu", jsonl_name(in), jsonl_line(in));
		if (rc == 0 || got == JSONL_FATAL || app->strict)
			continue;
		app_report(app, err);
		rc = 0;
	}
	jsonl_close(in);
	return rc;
}

int
ids_each(struct app *app, char **operands, ids_fn *fn, void *ctx, struct err *err)
{
	int64_t id;
	int rc = 0;

	if (!*operands && isatty(STDIN_FILENO))
		app_usage(app, "which executions? (ids, or records on standard input)");
	if (!*operands)
		return each_of_stdin(app, fn, ctx, err);
	for (; *operands && rc == 0; operands++) {
		if (strcmp(*operands, "-") == 0)
			rc = each_of_stdin(app, fn, ctx, err);
		else if (num_int(*operands, 1, INT64_MAX, &id, NULL) == 0)
			rc = fn(id, ctx, err);
		else
			rc = err_set(err, ERR_USAGE,
			    "'%s' is not the id of an execution"
			    " (--job names a job)",
			    *operands);
	}
	return rc;
}
