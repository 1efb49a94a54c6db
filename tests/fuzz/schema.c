/* SPDX-License-Identifier: MIT */
/* schema: [schema, value]; what was made a schema never surprises. */
#include "task/schema.h"

#include "base/json.h"
#include "fuzz.h"

static int
keep_path(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	(void)err;
	MUST(json_at(ctx, pointer) == string);
	return 0;
}

static void
use(const struct schema *schema, json_t *value)
{
	json_t *errors = schema_errors(schema, value);
	char *text = schema_errors_text(errors);

	MUST(!errors == (schema_judge(schema, value, NULL) == 0));
	MUST(!errors == !*text);
	free(text);
	json_decref(errors);
	schema_fill_defaults(schema, value);
	MUST(schema_each_path(schema, value, keep_path, value, NULL) == 0);
	if (json_is_string(value))
		json_decref(schema_parse_value(schema, json_string_value(value), NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *both = json_parse((const char *)data, size, NULL);
	json_t *document = json_array_get(both, 0), *value = json_array_get(both, 1);
	struct schema *schema = NULL;

	if (document && value)
		schema = schema_new(document, "", SCHEMA_REQUEST, NULL, NULL);
	if (schema)
		use(schema, value);
	schema_free(schema);
	json_decref(both);
	return 0;
}
