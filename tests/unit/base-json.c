/* SPDX-License-Identifier: MIT */
/* json: parsing, writing, canonical text, members, pointers. */
#include "base/json.h"

#include "base/buf.h"
#include "base/err.h"
#include "tap.h"

static void
test_parse(void)
{
	static const struct {
		const char *text, *json, *error;
	} rows[] = {
		{ "1", "1", NULL },
		{ " \"x\" ", "\"x\"", NULL },
		{ "null", "null", NULL },
		{ "{\"b\":1,\"a\":[true,false,{}]}", "{\"b\":1,\"a\":[true,false,{}]}", NULL },
		{ "9223372036854775807", "9223372036854775807", NULL },
		{ "-9223372036854775808", "-9223372036854775808", NULL },
		{ "1.0", "1.0", NULL },
		{ "-13.293", "-13.293", NULL },
		{ "0.1", "0.1", NULL },
		{ "1e300", "1e+300", NULL },
		{ "123456789.125", "123456789.125", NULL },
		{ "0.30000000000000004", "0.30000000000000004", NULL },
		{ "-0.0", "-0.0", NULL },
		{ "5e-324", "4.94065645841247e-324", NULL },
		{ "100000000000000000000.0", "1e+20", NULL },
		{ "\"a\\u0000b\\u001f\\n\\\"\\\\\\/\\ud83d\\ude00\"",
		    "\"a\\u0000b\\u001f\\n\\\"\\\\/\xf0\x9f\x98\x80\"", NULL },
		{ "", NULL, "1:0: not JSON: unexpected token near end of file" },
		{ "1 2", NULL, "1:3: not JSON: end of file expected near '2'" },
		{ "{\"a\":1,\"a\":2}", NULL, "1:10: not JSON: duplicate object key near '\"a\"'" },
		{ "{\"a\":}", NULL, "1:6: not JSON: unexpected token near '}'" },
		{ "[\n 1,\n x]", NULL, "3:2: not JSON: invalid token near 'x'" },
		{ "9223372036854775808", NULL,
		    "1:19: not JSON: too big integer near '9223372036854775808'" },
		{ "1e999", NULL, "1:5: not JSON: real number overflow near '1e999'" },
		{ "nan", NULL, "1:3: not JSON: invalid token near 'nan'" },
		{ "'x'", NULL, "1:1: not JSON: invalid token near '''" },
		{ "\"\xff\"", NULL, "1:1: not JSON: unable to decode byte 0xff near '\"'" },
		{ "\"\\ud800\"", NULL,
		    "1:8: not JSON: invalid Unicode '\\uD800' near '\"\\ud800\"'" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };
		json_t *value = json_parse(rows[i].text, strlen(rows[i].text), &err);

		is_json(value, rows[i].json, "parse %s", rows[i].text);
		is_str(value ? NULL : err.text, rows[i].error, "parse %s: message", rows[i].text);
		json_decref(value);
	}
}

static void
test_depth(void)
{
	static const int depths[] = { 512, 2048, 2049, 100000 };

	for (size_t i = 0; i < COUNT(depths); i++) {
		struct buf text = BUF_INIT;
		struct err err = { 0 };
		json_t *value;

		for (int j = 0; j < depths[i]; j++)
			buf_add_char(&text, '[');
		for (int j = 0; j < depths[i]; j++)
			buf_add_char(&text, ']');
		value = json_parse(text.data, text.len, &err);
		ok((value != NULL) == (depths[i] <= 2048), "%d levels: %s", depths[i], err.text);
		json_decref(value);
		buf_clear(&text);
	}
}

static void
test_canonical(void)
{
	static const struct {
		const char *text, *canonical;
	} rows[] = {
		{ "{\"b\":{\"z\":1,\"y\":2},\"a\":[{\"d\":1,\"c\":2}]}",
		    "{\"a\":[{\"c\":2,\"d\":1}],\"b\":{\"y\":2,\"z\":1}}" },
		{ "{\"aa\":1,\"a\":2,\"\":3,\"\xc3\xa9\":4}",
		    "{\"\":3,\"a\":2,\"aa\":1,\"\xc3\xa9\":4}" },
		{ "[1, 1.0, 1e0, 10e-1]", "[1,1.0,1.0,1.0]" },
		{ "\"x\"", "\"x\"" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *value = json_parse(rows[i].text, strlen(rows[i].text), NULL);
		char *text = json_canonical(value);

		is_str(text, rows[i].canonical, "canonical %s", rows[i].text);
		free(text);
		json_decref(value);
	}
}

static void
test_members(void)
{
	struct buf out = BUF_INIT;

	json_begin(&out);
	json_add_string(&out, "text", "a \"b\"\n\x01");
	json_add_string(&out, "none", NULL);
	json_add_int(&out, "n", -7);
	json_add_json(&out, "o", "{}", 2);
	json_add_json(&out, "last", "[1]", 3);
	json_end(&out);
	is_str(buf_str(&out),
	    "{\"text\":\"a \\\"b\\\"\\n\\u0001\",\"none\":null,\"n\":-7,\"o\":{},\"last\":[1]}",
	    "member by member");
	buf_reset(&out);
	json_begin(&out);
	json_end(&out);
	is_str(buf_str(&out), "{}", "no member");
	buf_clear(&out);
}

/* More members than are sorted in place. */
static void
test_many_members(void)
{
	json_t *object = json_object();
	char key[16], *text, *again;

	for (int i = 40; i > 0; i--) {
		snprintf(key, sizeof(key), "k%02d", i * 7 % 41);
		json_object_set_new(object, key, json_integer(i));
	}
	text = json_canonical(object);
	for (int i = 1; i <= 40; i++) {
		char *at;

		snprintf(key, sizeof(key), "k%02d", i);
		at = strstr(text, key);
		snprintf(key, sizeof(key), "k%02d", i - 1);
		again = i > 1 ? strstr(text, key) : text;
		ok(at && again && again < at, "member %d is in its place", i);
	}
	free(text);
	json_decref(object);
}

static void
test_get(void)
{
	const char *text =
	    "{\"s\":\"x\",\"i\":7,\"r\":1.5,\"b\":true,\"o\":{},\"a\":[],\"n\":null}";
	json_t *o = json_parse(text, strlen(text), NULL), *part = NULL;
	struct err err = { 0 };
	const char *s = "old";
	json_int_t i = -1;
	double x = -1;
	bool b = false;

	is_int(json_get_string(o, "s", &s, &err), 1, "a string");
	is_str(s, "x", "its text");
	is_int(json_get_string(o, "none", &s, &err), 0, "absent");
	is_int(json_get_string(o, "n", &s, &err), 0, "null is absent");
	is_str(s, "x", "the value is kept");
	is_int(json_get_string(o, "i", &s, &err), -1, "not a string");
	is_str(err.text, "'i' must be a string, found integer", "message");
	is_int(err.kind, ERR_INPUT, "kind");
	is_int(json_get_int(o, "i", &i, &err), 1, "an integer");
	is_int(i, 7, "its value");
	is_int(json_get_int(o, "r", &i, &err), -1, "not an integer");
	is_str(err.text, "'r' must be an integer, found number", "message");
	is_int(json_get_number(o, "i", &x, &err), 1, "an integer is a number");
	ok(x == 7, "its value");
	is_int(json_get_number(o, "r", &x, &err), 1, "a number");
	is_int(json_get_number(o, "b", &x, &err), -1, "not a number");
	is_str(err.text, "'b' must be a number, found boolean", "message");
	is_int(json_get_bool(o, "b", &b, &err), 1, "a boolean");
	ok(b, "its value");
	is_int(json_get_bool(o, "s", &b, &err), -1, "not a boolean");
	is_str(err.text, "'s' must be true or false, found string", "message");
	is_int(json_get_object(o, "o", &part, &err), 1, "an object");
	is_int(json_get_object(o, "a", &part, &err), -1, "not an object");
	is_str(err.text, "'a' must be an object, found array", "message");
	is_int(json_get_array(o, "a", &part, &err), 1, "an array");
	is_int(json_get_array(o, "o", &part, &err), -1, "not an array");
	is_str(err.text, "'o' must be an array, found object", "message");
	is_int(json_get_string(NULL, "s", &s, &err), 0, "nothing has no members");
	is_str(json_type_name(NULL), "nothing", "nothing has a name");
	json_decref(o);
}

/* The examples of RFC 6901, and what it forbids. */
static void
test_pointer(void)
{
	static const struct {
		const char *pointer, *json;
	} rows[] = {
		{ "/foo", "[\"bar\",\"baz\"]" },
		{ "/foo/0", "\"bar\"" },
		{ "/", "0" },
		{ "/a~1b", "1" },
		{ "/c%d", "2" },
		{ "/e^f", "3" },
		{ "/g|h", "4" },
		{ "/i\\j", "5" },
		{ "/k\"l", "6" },
		{ "/ ", "7" },
		{ "/m~0n", "8" },
		{ "/foo/2", NULL },
		{ "/foo/-", NULL },
		{ "/foo/01", NULL },
		{ "/foo/00", NULL },
		{ "/foo/ 1", NULL },
		{ "/foo/+1", NULL },
		{ "/foo/", NULL },
		{ "/foo/99999999999999999999", NULL },
		{ "foo", NULL },
		{ "/foo/0/x", NULL },
		{ "/none", NULL },
		{ "/o/p", "9" },
		{ "/o/p/", NULL },
	};
	const char *text =
	    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
	    "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,\"o\":{\"p\":9}}";
	json_t *value = json_parse(text, strlen(text), NULL);
	struct buf pointer = BUF_INIT;

	ok(json_at(value, "") == value, "the whole");
	for (size_t i = 0; i < COUNT(rows); i++)
		is_json(json_at(value, rows[i].pointer), rows[i].json, "at '%s'", rows[i].pointer);
	json_pointer_add(&pointer, "a/b~c");
	json_pointer_add(&pointer, "");
	json_pointer_add(&pointer, "~1");
	is_str(buf_str(&pointer), "/a~1b~0c//~01", "a pointer is built");
	buf_clear(&pointer);
	json_decref(value);
}

static void
test_fill(void)
{
	json_t *to = json_loads("{\"a\":1,\"n\":null}", 0, NULL);
	json_t *from = json_loads("{\"a\":2,\"b\":{},\"n\":3}", 0, NULL);

	json_fill(to, from);
	is_json(to, "{\"a\":1,\"n\":null,\"b\":{}}", "only what is lacking");
	json_decref(from);
	is_json(to, "{\"a\":1,\"n\":null,\"b\":{}}", "which lives on");
	json_decref(to);
}

int
main(void)
{
	struct err err = { 0 };

	test_parse();
	test_depth();
	test_canonical();
	test_members();
	test_many_members();
	test_get();
	test_pointer();
	test_fill();
	ok(!json_read_file("/nonexistent.json", &err), "a missing file");
	is_str(err.text, "cannot open '/nonexistent.json': No such file or directory", "message");
	return done_testing();
}
