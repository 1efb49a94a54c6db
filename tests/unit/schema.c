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

static struct schema *
compile(const char *text)
{
	json_t *document = json_loads(text, JSON_DECODE_ANY, NULL);
	struct schema *schema = schema_new(document, "", SCHEMA_REQUEST, NULL, NULL);

	json_decref(document);
	return schema;
}

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

	{ "{\"minItems\":2}", "[1]",
	    "it must be an array of at least 2 items, found an array of 1" },
	{ "{\"maxItems\":0}", "[1]",
	    "it must be an array of at most 0 items, found an array of 1" },
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
	{ "{\"format\":\"colour\"}", "\"soon\"", NULL },
	{ "{\"type\":\"integer\"}",
	    "\"0123456789012345678901234567890123456789012345678901234567\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\"",
	    "it must be an integer, found "
	    "\"0123456789012345678901234567890123456789012345678901234567\xc3\xa9\"... (64 "
	    "bytes)" },

	{ "{\"minLength\":2,\"maxLength\":3}", "\"\u00e9\u00e9\"", NULL },
	{ "{\"minLength\":2}", "\"\u00e9\"",
	    "it must be at least 2 characters long, found \"\u00e9\"" },
	{ "{\"maxLength\":1}", "\"ab\"", "it must be at most 1 character long, found \"ab\"" },
	{ "{\"pattern\":\"^[a-z]+$\"}", "\"ab\\n\"",
	    "it must be a text that matches ^[a-z]+$, found \"ab\\n\"" },
	{ "{\"pattern\":\"b\"}", "\"abc\"", NULL },
	{ "{\"pattern\":\"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
	    "it must be a text that can be matched in 1000000 steps with ^(a+)+$, found "
	    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"" },
	{ "{\"multipleOf\":0.01}", "4.35", NULL },
	{ "{\"multipleOf\":0.01}", "1e300", NULL },
	{ "{\"multipleOf\":0.01}", "4.355", "it must be a multiple of 0.01, found 4.355" },
	{ "{\"multipleOf\":3}", "9223372036854775807",
	    "it must be a multiple of 3, found 9223372036854775807" },
	{ "{\"multipleOf\":7}", "-9223372036854775807", NULL },
	{ "{\"multipleOf\":1e-7}", "0", NULL },
	{ "{\"uniqueItems\":true}", "[1,true,\"1\",[1],{\"a\":1}]", NULL },
	{ "{\"uniqueItems\":true}", "[{\"a\":1,\"b\":[2]},3,{\"b\":[2.0],\"a\":1.0}]",
	    "it must be without equal items, and number 2 equals number 0, found an array of 3" },
	{ "{\"uniqueItems\":true}", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,5.0]",
	    "it must be without equal items, and number 14 equals number 4, found an array of 15" },
	{ "{\"minProperties\":1,\"maxProperties\":1}", "{}",
	    "it must be an object of at least 1 member, found an object of 0" },
	{ "{\"additionalProperties\":{\"type\":\"integer\"},\"properties\":{\"a\":{}}}",
	    "{\"a\":\"x\",\"b\":\"y\"}", "'/b' must be an integer, found \"y\"" },
	{ "{\"not\":{\"type\":\"string\"}}", "\"x\"",
	    "it must be something that the schema in 'not' does not allow, found \"x\"" },
	{ "{\"allOf\":[{\"minimum\":1},{\"maximum\":3}]}", "0", "it must be at least 1, found 0" },
	{ "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"object\"}]}", "1",
	    "it must be a string or an object, found 1" },
	{ "{\"oneOf\":[{\"multipleOf\":2},{\"multipleOf\":3}]}", "6",
	    "it must be exactly one of 2 alternatives, not both alternative 1 and alternative 2, "
	    "found 6" },
	{ "{\"anyOf\":[{\"required\":[\"a\",\"b\"]},{\"required\":[\"c\"]}]}", "{}",
	    "it must be one of 2 alternatives (nearest is alternative 2: '/c' must be given), "
	    "found "
	    "an object of 0" },
	{ "{\"required\":[\"a\",\"b\",\"c\"],\"properties\":{\"a\":{\"readOnly\":true},"
	  "\"b\":{\"writeOnly\":true}}}",
	    "{}", "'/b' must be given; '/c' must be given" },
	{ "{\"properties\":{\"a/b\":{\"type\":\"integer\"},\"c\":{\"$ref\":"
	  "\"#/properties/a~1%62\"}}}",
	    "{\"c\":\"x\"}", "'/c' must be an integer, found \"x\"" },
	{ "{\"properties\":{\"v\":{\"type\":\"integer\"},\"next\":{\"$ref\":\"#\"}}}",
	    "{\"next\":{\"next\":{\"v\":0.5}}}", "'/next/next/v' must be an integer, found 0.5" },
	{ REAL_WORLD, "{\"receptor\":\"r.pdbqt\",\"box\":{\"center\":[1,2.5,3]},\"cpu\":8}", NULL },
	{ REAL_WORLD,
	    "{\"cpu\":\"two\",\"scoring\":\"ad4\",\"exhaust\":8,\"box\":{\"center\":[1,2]}}",
	    "'/receptor' must be given; '/cpu' must be an integer, found \"two\"; "
	    "'/scoring' must be one of \"vina\", \"vinardo\", found \"ad4\"; "
	    "'/box/center' must be an array of at least 3 items, found an array of 2; "
	    "'/exhaust' must be one of the known names receptor, cpu, scoring, box, found "
	    "\"exhaust\"" },
};

static void
test_check(void)
{
	for (size_t i = 0; i < COUNT(checks); i++) {
		struct schema *schema = compile(checks[i].schema);
		json_t *value = json_loads(checks[i].value, JSON_DECODE_ANY, NULL);
		json_t *errors = schema ? schema_errors(schema, value) : NULL;
		char *text = schema_errors_text(errors);

		ok(schema != NULL, "lint %s", checks[i].schema);
		is_str(errors ? text : NULL, checks[i].errors, "%s against %s", checks[i].value,
		    checks[i].schema);
		if (schema)
			is_int(schema_check(schema, value, NULL, NULL),
			    (int)json_array_size(errors), "count of %s", checks[i].schema);
		free(text);
		json_decref(errors);
		schema_free(schema);
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
	{ "{\"properties\":{\"a\":{\"const\":1}},\"if\":{}}",
	    "'/if' must be left out: OpenAPI 3.0 has no such keyword; "
	    "'/properties/a/const' must be left out: OpenAPI 3.0 has no such keyword" },
	{ "{\"additionalProperties\":1}",
	    "'/additionalProperties' must be true, false or a schema, found 1" },
	{ "{\"oneOf\":[]}", "'/oneOf' must be a list of at least one schema, found an array of 0" },
	{ "{\"allOf\":[1,{\"anyOf\":{}}],\"not\":[]}",
	    "'/allOf/0' must be a schema (an object), found 1; "
	    "'/not' must be a schema (an object), found an array of 0; "
	    "'/allOf/1/anyOf' must be a list of at least one schema, found an object of 0" },
	{ "{\"$ref\":\"#/x\"}",
	    "'/$ref' must be a reference to a schema in this document, found \"#/x\"" },
	{ "{\"items\":{\"$ref\":\"other.json#/x\"}}",
	    "'/items/$ref' must be a reference to a schema in this document, found "
	    "\"other.json#/x\"" },
	{ "{\"items\":{\"$ref\":7}}",
	    "'/items/$ref' must be a reference to a schema in this document, found 7" },
	{ "{\"x-a\":{\"$ref\":\"#/x-b\"},\"x-b\":{\"$ref\":\"#/x-a\"},"
	  "\"items\":{\"$ref\":\"#/x-a\"}}",
	    "'/x-b/$ref' must be a reference that leads to a schema, not in a circle, found "
	    "\"#/x-a\"" },
	{ "{\"allOf\":[{\"$ref\":\"#\"}]}",
	    "it must be a schema that does not need itself to judge a value" },
	{ "{\"anyOf\":[{\"not\":{\"$ref\":\"#\"}},{}]}",
	    "it must be a schema that does not need itself to judge a value" },
	{ "{\"properties\":{\"a\":{\"$ref\":\"#\"}}}", "" },
	{ "{\"pattern\":\"a**\",\"multipleOf\":0}",
	    "'/multipleOf' must be a number of more than 0, found 0; "
	    "'/pattern' must be a regular expression of ECMA 262 (nothing to repeat at character "
	    "3), found \"a**\"" },
	{ "{\"readOnly\":true,\"writeOnly\":true}",
	    "'/writeOnly' must be left out where readOnly is true" },
	{ "{\"discriminator\":{\"propertyName\":\"k\"}}",
	    "'/discriminator' must be beside oneOf or anyOf with references, or in a component "
	    "that others have in their allOf" },
	{ "{\"discriminator\":\"k\"}",
	    "'/discriminator' must be an object with 'propertyName', found \"k\"" },
	{ "{\"minimum\":\"1\",\"nullable\":1,\"minItems\":-1,\"description\":2,\"x-unit\":3}",
	    "'/nullable' must be true or false, found 1; '/minimum' must be a number, found \"1\"; "
	    "'/minItems' must be an integer of at least 0, found -1; "
	    "'/description' must be a string, found 2; '/x-unit' must be a string, found 3" },
	{ "{\"required\":[\"a\",1]}", "'/required/1' must be a name, found 1" },
	{ "{\"required\":true}", "'/required' must be a list of names, found true" },
	{ "{\"properties\":[]}",
	    "'/properties' must be an object of schemas, found an array of 0" },
	{ "{\"items\":true}", "'/items' must be a schema (an object), found true" },
	{ "{\"enum\":[]}", "'/enum' must be a list of at least one value, found an array of 0" },
	{ "{\"default\":\"x\",\"type\":\"integer\"}",
	    "'/default' must be what the schema itself allows (it must be an integer, found "
	    "\"x\")" },
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
		json_t *document = json_loads(lints[i].schema, JSON_DECODE_ANY, NULL);
		json_t *errors = json_array();
		struct schema *schema = schema_new(document, "", SCHEMA_REQUEST, add_error, errors);
		char *text = schema_errors_text(errors);

		is_int(schema == NULL, json_array_size(errors) > 0, "made or not: %s",
		    lints[i].schema);
		is_str(text, lints[i].errors, "lint %s", lints[i].schema);
		free(text);
		json_decref(errors);
		json_decref(document);
		schema_free(schema);
	}
}

static void
test_errors(void)
{
	struct schema *schema = compile(REAL_WORLD);
	json_t *value = json_loads("{\"receptor\":\"\",\"box\":{}}", 0, NULL);
	json_t *errors = schema_errors(schema, value);

	is_json(errors,
	    "[{\"pointer\":\"/receptor\",\"rule\":\"format\",\"expected\":\"the name of a file\","
	    "\"found\":\"\\\"\\\"\"},{\"pointer\":\"/box/center\",\"rule\":\"required\","
	    "\"expected\":\"given\"}]",
	    "errors as records");
	json_decref(errors);
	json_decref(value);
	schema_free(schema);
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
	struct schema *schema = compile(REAL_WORLD);
	struct schema *list = compile("{\"items\":" REAL_WORLD "}");
	json_t *values;

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
	schema_free(list);
	schema_free(schema);
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
		{ "{\"type\":\"array\",\"items\":{}}", "[1, 2]", "[1,2]", NULL },
		{ "{\"type\":\"array\",\"items\":{}}", "1,2", NULL,
		    "'1,2' is not a JSON array ([1, 2])" },
		{ "{\"type\":\"object\"}", "[1]", NULL,
		    "'[1]' is not a JSON object ({\"key\": 1})" },
		{ NULL, "\xff", NULL, "the text is not UTF-8" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct schema *schema = rows[i].schema ? compile(rows[i].schema) : NULL;
		struct err err = { 0 };
		json_t *value = schema_parse_value(schema, rows[i].text, &err);

		is_json(value, rows[i].value, "text '%s' for %s", rows[i].text,
		    rows[i].schema ? rows[i].schema : "no schema");
		is_str(value ? NULL : err.text, rows[i].error, "message of '%s'", rows[i].text);
		json_decref(value);
		schema_free(schema);
	}
}

#define PETS \
	"{\"components\":{\"schemas\":{" \
	"\"Pet\":{\"type\":\"object\",\"required\":[\"kind\"],\"properties\":{\"kind\":{" \
	"\"type\":\"string\"}},\"discriminator\":{\"propertyName\":\"kind\",\"mapping\":{" \
	"\"kitty\":\"Cat\"}}}," \
	"\"Cat\":{\"allOf\":[{\"$ref\":\"#/components/schemas/Pet\"},{\"required\":[\"lives\"]," \
	"\"properties\":{\"lives\":{\"type\":\"integer\",\"default\":9}}}]}," \
	"\"Lion\":{\"allOf\":[{\"$ref\":\"#/components/schemas/" \
	"Cat\"},{\"required\":[\"mane\"]}]}," \
	"\"Dog\":{\"allOf\":[{\"$ref\":\"#/components/schemas/Pet\"},{\"required\":[\"bark\"]}]}," \
	"\"Own\":{\"oneOf\":[{\"$ref\":\"#/components/schemas/Fish\"},{\"$ref\":" \
	"\"#/components/schemas/Bird\"}],\"discriminator\":{\"propertyName\":\"k\",\"mapping\":{" \
	"\"f\":\"#/components/schemas/Fish\"}}}," \
	"\"Fish\":{\"type\":\"object\",\"required\":[\"fins\"]}," \
	"\"Bird\":{\"type\":\"object\",\"required\":[\"wings\"]}}}}"

static void
test_discriminator(void)
{
	static const struct {
		const char *name, *value, *errors;
	} rows[] = {
		{ "Pet", "{\"kind\":\"Dog\",\"bark\":1}", NULL },
		{ "Pet", "{\"kind\":\"Dog\"}", "'/bark' must be given (required)" },
		{ "Pet", "{\"kind\":\"kitty\"}", "'/lives' must be given (required)" },
		{ "Pet", "{\"kind\":\"Lion\",\"lives\":\"x\"}",
		    "'/lives' must be an integer, found \"x\" (type); '/mane' must be given "
		    "(required)" },
		{ "Pet", "{\"kind\":\"Pet\"}", NULL },
		{ "Pet", "{\"kind\":\"Cow\"}",
		    "'/kind' must be one of kitty, Pet, Cat, Lion, Dog, found \"Cow\" "
		    "(discriminator)" },
		{ "Cat", "{\"kind\":\"Cat\"}", "'/lives' must be given (required)" },
		{ "Cat", "{\"kind\":\"Lion\",\"lives\":1}", "'/mane' must be given (required)" },
		{ "Cat", "{\"kind\":\"Dog\",\"lives\":1,\"bark\":1}",
		    "'/kind' must be one of kitty, Pet, Cat, Lion, Dog, found \"Dog\" "
		    "(discriminator)" },
		{ "Own", "{\"k\":\"f\",\"fins\":2}", NULL },
		{ "Own", "{\"k\":\"Bird\"}", "'/wings' must be given (required)" },
		{ "Own", "{}", "'/k' must be given: one of f, Fish, Bird (discriminator)" },
		{ "Own", "7", "it must be an object, found 7 (oneOf)" },
	};
	json_t *document = json_loads(PETS, 0, NULL);

	for (size_t i = 0; i < COUNT(rows); i++) {
		char pointer[64];
		struct schema *schema;
		json_t *value = json_loads(rows[i].value, JSON_DECODE_ANY, NULL);
		struct err err = { 0 };

		snprintf(pointer, sizeof(pointer), "/components/schemas/%s", rows[i].name);
		schema = schema_new(document, pointer, SCHEMA_REQUEST, NULL, NULL);
		if (ok(schema != NULL, "%s is a schema", rows[i].name))
			is_str(schema_judge(schema, value, &err) < 0 ? err.text : NULL,
			    rows[i].errors, "%s against %s", rows[i].value, rows[i].name);
		schema_free(schema);
		json_decref(value);
	}
	json_decref(document);
}

static void
test_composed_defaults(void)
{
	static const struct {
		const char *schema, *value, *filled;
	} rows[] = {
		{ "{\"allOf\":[{\"properties\":{\"a\":{\"default\":1}}},{\"properties\":{\"b\":{"
		  "\"default\":[2]}}}]}",
		    "{}", "{\"a\":1,\"b\":[2]}" },
		{ "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"properties\":{\"a\":{"
		  "\"default\":1}}}]}",
		    "{}", "{\"a\":1}" },
		{ "{\"properties\":{\"box\":{\"default\":{},\"properties\":{\"padding\":{"
		  "\"default\":4}}}}}",
		    "{}", "{\"box\":{\"padding\":4}}" },
		{ "{\"properties\":{\"next\":{\"$ref\":\"#/x-node\"}},\"x-node\":{\"default\":{},"
		  "\"properties\":{\"next\":{\"$ref\":\"#/x-node\"}}}}",
		    "{}", "{\"next\":{}}" },
		{ "{\"additionalProperties\":{\"properties\":{\"a\":{\"default\":1}}}}",
		    "{\"x\":{},\"y\":2}", "{\"x\":{\"a\":1},\"y\":2}" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct schema *schema = compile(rows[i].schema);
		json_t *value = json_loads(rows[i].value, JSON_DECODE_ANY, NULL);

		if (ok(schema != NULL, "%s is a schema", rows[i].schema)) {
			schema_fill_defaults(schema, value);
			is_json(value, rows[i].filled, "defaults of %s", rows[i].schema);
		}
		schema_free(schema);
		json_decref(value);
	}
}

static void
test_words(void)
{
	static const struct {
		const char *schema, *type, *allowed;
	} rows[] = {
		{ "{}", "any", "" },
		{ "{\"type\":\"integer\",\"minimum\":1,\"maximum\":64}", "integer", "1..64" },
		{ "{\"type\":\"number\",\"minimum\":0,\"exclusiveMinimum\":true,\"nullable\":true}",
		    "number or null", "> 0" },
		{ "{\"type\":\"array\",\"minItems\":3,\"maxItems\":3,\"items\":{\"type\":"
		  "\"number\"}}",
		    "number[]", "3 items" },
		{ "{\"type\":\"string\",\"enum\":[\"vina\",\"vinardo\"]}", "string",
		    "vina, vinardo" },
		{ "{\"type\":\"string\",\"format\":\"path\"}", "path", "" },
		{ "{\"type\":\"string\",\"format\":\"date\",\"minLength\":1}", "string",
		    ">= 1 characters, date" },
		{ "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}", "string | integer",
		    "" },
		{ "{\"items\":{\"$ref\":\"#\"},\"type\":\"array\"}", "...[][][][][]", "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct schema *schema = compile(rows[i].schema);
		char *type = schema_type_words(schema), *allowed = schema_allowed_words(schema);

		is_str(type, rows[i].type, "type of %s", rows[i].schema);
		is_str(allowed, rows[i].allowed, "allowed by %s", rows[i].schema);
		free(type);
		free(allowed);
		schema_free(schema);
	}
}

/* What would take for ever ends, and says so. */
static void
test_limits(void)
{
	struct schema *twice = compile(
	    "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}},"
	    "{\"type\":\"array\",\"minItems\":9,\"items\":{\"$ref\":\"#\"}},"
	    "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},\"maxItems\":0}]}");
	struct schema *deep = compile("{\"items\":{\"$ref\":\"#\"}}");
	json_t *value = json_integer(1);
	struct err err = { 0 };

	for (int i = 0; i < 3500; i++)
		value = json_pack("[o]", value);
	is_int(schema_judge(deep, value, &err), -1, "too deep");
	is_str(err.text,
	    "it must be something that can be checked in 10000000 steps, found an array of 1 "
	    "(limit)",
	    "and it says so");
	ok(schema_check(twice, value, NULL, NULL) > 0, "too many ways to look at it");
	json_decref(value);
	schema_free(twice);
	schema_free(deep);
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
	struct schema *schema = compile(
	    "{\"properties\":{\"a\":{\"type\":\"string\",\"format\":\"path\"},"
	    "\"b\":{\"type\":\"string\"},\"c\":{\"items\":{\"format\":\"path\"}}}}");
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
	schema_free(schema);
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
	test_discriminator();
	test_composed_defaults();
	test_words();
	test_limits();
	return done_testing();
}
