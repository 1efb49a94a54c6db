/* SPDX-License-Identifier: MIT */
/* records: result records from a job, files or stdin, and the files they name. */
#include "cli/records.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/source.h"

#define FILE_LIMIT ((size_t)256 << 20)

json_t *
records_result(json_t *record)
{
	const char *type = json_string_value(json_object_get(record, "type"));
	json_t *result = record;

	if (type && strcmp(type, "execution") == 0)
		result = json_object_get(record, "result");
	if (!json_is_object(result) || json_object_get(result, "error"))
		return NULL;
	return result;
}

int
records_each(struct app *app, const char *job, char **files, app_record_fn *fn, void *ctx,
    struct err *err)
{
	if (job)
		return err_set(err, ERR_USAGE, "job '%s': no such job", job);
	return app_each(app, files, fn, ctx, err);
}

int
records_file(struct app *app, const json_t *entry, struct buf *out, struct err *err)
{
	const char *text;
	json_t *value;

	(void)app;
	if (json_is_string(entry))
		return source_read_file(json_string_value(entry), FILE_LIMIT, out, err);
	if ((value = json_object_get(entry, "text")) && (text = json_string_value(value))) {
		buf_add(out, text, json_string_length(value));
		return 0;
	}
	if ((text = json_string_value(json_object_get(entry, "path"))))
		return source_read_file(text, FILE_LIMIT, out, err);
	return err_set(err, ERR_INPUT, "a file has 'text', 'path' or 'object'; found none of them");
}
