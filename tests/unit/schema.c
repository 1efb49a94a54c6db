/* SPDX-License-Identifier: MIT */
/* schema: values against schemas, schemas against what is supported, texts to values. */
#include "task/schema.h"

#include "base/err.h"
#include "tap.h"

#define REAL_WORLD \
	"{\"type\":\"object\",\"required\":[\"receptor\",\"box\"],\"additionalProperties\":false," \
	"\"properties\":{\"receptor\":{\"type\":\"string\",\"format\":\"path\"}," \
	"\"cpu\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":64,\"default\":1}," \
	"\"scoring\":{\"type\":\"string\",\"enum\":[\"vina\",\"vinardo\"],\"default\":\"vina\"}," \
	"\"box\":{\"type\":\"object\",\"required\":[\"center\"],\"properties\":{" \
	"\"center\":{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":3," \
	"\"maxItems\":3}," \
	"\"padding\":{\"type\":\"number\",\"default\":4,\"x-unit\":\"angstrom\"}}}}}"

static const struct {
	const char *schema, *value;
	const char *errors; /* as one line; NULL: good */
} checks[] = {
	{ "{}", "null", NULL },
	{ "{}", "[1,\"x\"]", NULL },
	{ "{\"type\":\"string\"}", "\"x\"", NULL },
	{ "{\"type\":\"string\"}", "1", "it must be a string, found 1" },
	{ "{\"type\":\"number\"}", "1", NULL },
	{ "{\"type\":\"number\"}", "1.5", NULL },
	{ "{\"type\":\"number\"}", "\"1\"", "it must be a number, found \"1\"" },
	{ "{\"type\":\"integer\"}", "9223372036854775807", NULL },
	{ "{\"type\":\"integer\"}", "1.0", "it must be an integer, found 1.0" },
	{ "{\"type\":\"integer\"}", "true", "it must be an integer, found true" },
	{ "{\"type\":\"boolean\"}", "false", NULL },
	{ "{\"type\":\"boolean\"}", "0", "it must be true or false, found 0" },
	{ "{\"type\":\"object\"}", "[1,2]", "it must be an object, found an array of 2" },
	{ "{\"type\":\"array\",\"items\":{}}", "{\"a\":1}",
	    "it must be an array, found an object of 1" },
	{ "{\"type\":\"string\"}", "null", "it must be a string, found null" },
	{ "{\"type\":\"string\",\"nullable\":true}", "null", NULL },
	{ "{\"type\":\"string\",\"nullable\":true}", "1", "it must be a string or null, found 1" },
	{ "{\"type\":\"string\",\"nullable\":true,\"enum\":[\"a\"]}", "null",
	    "it must be one of \"a\", found null" },
	{ "{\"type\":\"string\",\"nullable\":true,\"enum\":[\"a\",null]}", "null", NULL },

	{ "{\"enum\":[1,\"a\",[1,{\"b\":2}]]}", "[1.0,{\"b\":2.0}]", NULL },
	{ "{\"enum\":[1,\"a\",{\"b\":2}]}", "{\"b\":3}",
	    "it must be one of 1, \"a\", an object of 1, found an object of 1" },
	{ "{\"enum\":[1]}", "true", "it must be one of 1, found true" },
	{ "{\"enum\":[9007199254740993]}", "9007199254740992",
	    "it must be one of 9007199254740993, found 9007199254740992" },

	{ "{\"minimum\":1}", "1", NULL },
	{ "{\"minimum\":1}", "0.5", "it must be at least 1, found 0.5" },
	{ "{\"minimum\":1}", "\"text\"", NULL },
	{ "{\"minimum\":0,\"exclusiveMinimum\":true}", "0", "it must be more than 0, found 0" },
	{ "{\"minimum\":0,\"exclusiveMinimum\":true}", "1e-300", NULL },
	{ "{\"maximum\":1.5}", "2", "it must be at most 1.5, found 2" },
	{ "{\"maximum\":1.5,\"exclusiveMaximum\":true}", "1.5",
	    "it must be less than 1.5, found 1.5" },
	{ "{\"maximum\":9007199254740992}", "9007199254740993",
	    "it must be at most 9007199254740992, found 9007199254740993" },
	{ "{\"minimum\":9223372036854775807}", "9223372036854775806",
	    "it must be at least 9223372036854775807, found 9223372036854775806" },

	{ "{\"minItems\":2}", "[1]", "it must be an array of at least 2, found an array of 1" },
	{ "{\"maxItems\":0}", "[1]", "it must be an array of at most 0, found an array of 1" },
	{ "{\"items\":{\"type\":\"integer\"}}", "[1,\"a\",2,null]",
	    "'/1' must be an integer, found \"a\"; '/3' must be an integer, found null" },

	{ "{\"required\":[\"a\",\"b\"]}", "{\"b\":null}", "'/a' must be given" },
	{ "{\"required\":[\"a\"]}", "[]", NULL },
	{ "{\"properties\":{\"a/b~\":{\"type\":\"string\"}}}", "{\"a/b~\":1,\"c\":2}",
	    "'/a~1b~0' must be a string, found 1" },
	{ "{\"properties\":{\"a\":{}},\"additionalProperties\":true}", "{\"c\":2}", NULL },
	{ "{\"additionalProperties\":false}", "{\"c\":2}", "'/c' must be left out, found \"c\"" },

	{ "{\"format\":\"path\"}", "\"a/b\"", NULL },
	{ "{\"format\":\"path\"}", "\"\"", "it must be the name of a file, found \"\"" },
	{ "{\"format\":\"int32\"}", "2147483648",
	    "it must be an integer of 32 bits, found 2147483648" },
	{ "{\"format\":\"date\"}", "\"soon\"", NULL },
	{ "{\"type\":\"integer\"}",
	    "\"0123456789012345678901234567890123456789012345678901234567\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\"",
	    "it must be an integer, found "
	    "\"0123456789012345678901234567890123456789012345678901234567\xc3\xa9\"... (64 "
	    "bytes)" },

	{ REAL_WORLD, "{\"receptor\":\"r.pdbqt\",\"box\":{\"center\":[1,2.5,3]},\"cpu\":8}", NULL },
	{ REAL_WORLD,
	    "{\"cpu\":\"two\",\"scoring\":\"ad4\",\"exhaust\":8,\"box\":{\"center\":[1,2]}}",
	    "'/receptor' must be given; '/cpu' must be an integer, found \"two\"; "
	    "'/scoring' must be one of \"vina\", \"vinardo\", found \"ad4\"; "
	    "'/box/center' must be an array of at least 3, found an array of 2; "
	    "'/exhaust' must be one of the known names receptor, cpu, scoring, box, found "
	    "\"exhaust\"" },
};

static void
test_check(void)
{
	for (size_t i = 0; i < COUNT(checks); i++) {
		json_t *schema = json_loads(checks[i].schema, JSON_DECODE_ANY, NULL);
		json_t *value = json_loads(checks[i].value, JSON_DECODE_ANY, NULL);
		struct err err = { 0 };
		int rc = schema_judge(schema, value, &err);

		is_int(schema_lint(schema, NULL, NULL), 0, "lint %s", checks[i].schema);
		is_str(rc < 0 ? err.text : NULL, checks[i].errors, "%s against %s", checks[i].value,
		    checks[i].schema);
		json_decref(schema);
		json_decref(value);
	}
}

static const struct {
	const char *schema, *errors;
} lints[] = {
	{ "[]", "it must be a schema (an object), found an array of 0" },
	{ "{\"type\":\"int\"}",
	    "'/type' must be one of string, number, integer, boolean, array, object, found "
	    "\"int\"" },
	{ "{\"type\":[\"string\",\"null\"]}",
	    "'/type' must be one of string, number, integer, boolean, array, object, "
	    "found an array of 2" },
	{ "{\"type\":\"array\"}", "'/type' must be given together with items, found \"array\"" },
	{ "{\"properties\":{\"a\":{\"oneOf\":[]}},\"$ref\":\"#/x\"}",
	    "'/properties/a/oneOf' must be left out: this keyword is not supported; "
	    "'/$ref' must be left out: this keyword is not supported" },
	{ "{\"additionalProperties\":{}}",
	    "'/additionalProperties' must be true or false, found an object of 0" },
	{ "{\"minimum\":\"1\",\"nullable\":1,\"minItems\":-1,\"description\":2,\"x-unit\":3}",
	    "'/minimum' must be a number, found \"1\"; '/nullable' must be true or false, found 1; "
	    "'/minItems' must be an integer of at least 0, found -1; "
	    "'/description' must be a string, found 2; '/x-unit' must be a string, found 3" },
	{ "{\"required\":[\"a\",1]}", "'/required/1' must be a name, found 1" },
	{ "{\"required\":true}", "'/required' must be a list of names, found true" },
	{ "{\"properties\":[]}",
	    "'/properties' must be an object of schemas, found an array of 0" },
	{ "{\"items\":true}", "'/items' must be a schema (an object), found true" },
	{ "{\"enum\":[]}", "'/enum' must be a list of at least one value, found an array of 0" },
	{ "{\"default\":\"x\",\"type\":\"integer\"}",
	    "'/default' must be what the schema itself allows, found \"x\"" },
	{ "{\"x-anything\":{},\"title\":\"t\",\"example\":1,\"deprecated\":true}", "" },
};

static void
add_error(const struct schema_error *error, void *ctx)
{
	json_t *one = json_pack(
	    "{s:s, s:s}", "pointer", error->pointer, "expected", error->expected);

	if (error->found)
		json_object_set_new(one, "found", json_string(error->found));
	json_array_append_new(ctx, one);
}

static void
test_lint(void)
{
	for (size_t i = 0; i < COUNT(lints); i++) {
		json_t *schema = json_loads(lints[i].schema, JSON_DECODE_ANY, NULL);
		json_t *errors = json_array();
		int n = schema_lint(schema, add_error, errors);
		char *text = schema_errors_text(errors);

		is_int(n, (long long)json_array_size(errors), "count of %s", lints[i].schema);
		is_str(text, lints[i].errors, "lint %s", lints[i].schema);
		free(text);
		json_decref(errors);
		json_decref(schema);
	}
}

static void
test_errors(void)
{
	json_t *schema = json_loads(REAL_WORLD, 0, NULL);
	json_t *value = json_loads("{\"receptor\":\"\",\"box\":{}}", 0, NULL);
	json_t *errors = schema_errors(schema, value);

	is_json(errors,
	    "[{\"pointer\":\"/receptor\",\"rule\":\"format\",\"expected\":\"the name of a file\","
	    "\"found\":\"\\\"\\\"\"},{\"pointer\":\"/box/center\",\"rule\":\"required\","
	    "\"expected\":\"given\"}]",
	    "errors as records");
	json_decref(errors);
	json_decref(value);
	json_decref(schema);
}

static void
test_defaults(void)
{
	static const struct {
		const char *value, *filled;
	} rows[] = {
		{ "{}", "{\"cpu\":1,\"scoring\":\"vina\"}" },
		{ "{\"cpu\":null,\"box\":{\"center\":[1]}}",
		    "{\"cpu\":null,\"box\":{\"center\":[1],\"padding\":4},\"scoring\":\"vina\"}" },
		{ "{\"cpu\":2,\"scoring\":\"x\",\"box\":3}",
		    "{\"cpu\":2,\"scoring\":\"x\",\"box\":3}" },
		{ "7", "7" },
	};
	json_t *schema = json_loads(REAL_WORLD, 0, NULL);
	json_t *list = json_pack("{s:o}", "items", json_incref(schema)), *values;

	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *value = json_loads(rows[i].value, JSON_DECODE_ANY, NULL);

		schema_fill_defaults(schema, value);
		is_json(value, rows[i].filled, "defaults of %s", rows[i].value);
		json_decref(value);
	}
	values = json_loads("[{}, 1]", 0, NULL);
	schema_fill_defaults(list, values);
	is_json(values, "[{\"cpu\":1,\"scoring\":\"vina\"},1]", "defaults of items");
	json_decref(values);
	json_decref(list);
	json_decref(schema);
}

static void
test_parse_value(void)
{
	static const struct {
		const char *schema, *text, *value, *error;
	} rows[] = {
		{ NULL, "8", "8", NULL },
		{ NULL, "{\"a\": 1}", "{\"a\":1}", NULL },
		{ NULL, "rec.pdbqt", "\"rec.pdbqt\"", NULL },
		{ NULL, "", "\"\"", NULL },
		{ NULL, "null", "null", NULL },
		{ "{}", "true", "true", NULL },
		{ "{\"type\":\"string\"}", "8", "\"8\"", NULL },
		{ "{\"type\":\"string\",\"nullable\":true}", "null", "\"null\"", NULL },
		{ "{\"type\":\"integer\"}", "9007199254740993", "9007199254740993", NULL },
		{ "{\"type\":\"integer\"}", "8.0", NULL, "'8.0' is not a whole number" },
		{ "{\"type\":\"integer\",\"nullable\":true}", "null", "null", NULL },
		{ "{\"type\":\"integer\"}", "null", NULL, "'null' is not a whole number" },
		{ "{\"type\":\"number\"}", "9007199254740993", "9007199254740993", NULL },
		{ "{\"type\":\"number\"}", "-1.5e2", "-150.0", NULL },
		{ "{\"type\":\"number\"}", "nan", NULL, "'nan' is not a finite number" },
		{ "{\"type\":\"boolean\"}", "false", "false", NULL },
		{ "{\"type\":\"boolean\"}", "yes", NULL, "'yes' must be true or false" },
		{ "{\"type\":\"array\"}", "[1, 2]", "[1,2]", NULL },
		{ "{\"type\":\"array\"}", "1,2", NULL, "'1,2' is not a JSON array ([1, 2])" },
		{ "{\"type\":\"object\"}", "[1]", NULL,
		    "'[1]' is not a JSON object ({\"key\": 1})" },
		{ NULL, "\xff", NULL, "the text is not UTF-8" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *schema = rows[i].schema ? json_loads(rows[i].schema, 0, NULL) : NULL;
		struct err err = { 0 };
		json_t *value = schema_parse_value(schema, rows[i].text, &err);

		is_json(value, rows[i].value, "text '%s' for %s", rows[i].text,
		    rows[i].schema ? rows[i].schema : "no schema");
		is_str(value ? NULL : err.text, rows[i].error, "message of '%s'", rows[i].text);
		json_decref(value);
		json_decref(schema);
	}
}

static int
note_path(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	json_t *notes = ctx;

	json_array_append_new(notes, json_pack("[s, s]", pointer, json_string_value(string)));
	json_string_set(string, "/abs");
	return json_array_size(notes) == 3 ? err_set(err, ERR_INPUT, "enough") : 0;
}

static void
test_paths(void)
{
	json_t *schema = json_loads(
	    "{\"properties\":{\"a\":{\"type\":\"string\",\"format\":\"path\"},"
	    "\"b\":{\"type\":\"string\"},\"c\":{\"items\":{\"format\":\"path\"}}}}",
	    0, NULL);
	json_t *value = json_loads(
	    "{\"c\":[\"x\",1,\"y\",\"z\"],\"b\":\"k\",\"a\":\"w\",\"d\":\"v\"}", 0, NULL);
	json_t *notes = json_array();
	struct err err = { 0 };

	is_int(schema_each_path(schema, value, note_path, notes, &err), -1, "stops when told");
	is_str(err.text, "enough", "and says why");
	is_json(notes, "[[\"/a\",\"w\"],[\"/c/0\",\"x\"],[\"/c/2\",\"y\"]]", "paths found");
	is_json(value, "{\"c\":[\"/abs\",1,\"/abs\",\"z\"],\"b\":\"k\",\"a\":\"/abs\",\"d\":\"v\"}",
	    "paths changed");
	json_decref(notes);
	json_decref(value);
	json_decref(schema);
}

int
main(void)
{
	test_check();
	test_lint();
	test_errors();
	test_defaults();
	test_parse_value();
	test_paths();
	return done_testing();
}
