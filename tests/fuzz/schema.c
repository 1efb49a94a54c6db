/* SPDX-License-Identifier: MIT */
/* schema: [schema, value]; a schema that schema_lint found good never surprises. */
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *both = json_parse((const char *)data, size, NULL);
	const json_t *schema = json_array_get(both, 0);
	json_t *value = json_array_get(both, 1), *errors;
	char *text;

	if (schema && value && schema_lint(schema, NULL, NULL) == 0) {
		errors = schema_errors(schema, value);
		MUST(!errors == (schema_judge(schema, value, NULL) == 0));
		text = schema_errors_text(errors);
		MUST(!errors == !*text);
		free(text);
		json_decref(errors);
		schema_fill_defaults(schema, value);
		MUST(schema_each_path(schema, value, keep_path, value, NULL) == 0);
		if (json_is_string(value))
			json_decref(schema_parse_value(schema, json_string_value(value), NULL));
	}
	json_decref(both);
	return 0;
}
