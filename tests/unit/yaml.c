/* SPDX-License-Identifier: MIT */
/* yaml: texts and the JSON they mean, or the message they get. */
#include "base/yaml.h"

#include "base/buf.h"
#include "base/err.h"
#include "tap.h"

struct vector {
	const char *name, *text;
	const char *json;  /* all documents as one array; NULL: refused */
	const char *error; /* the whole message */
};

static const struct vector vectors[] = {
	/* documents */
	{ "nothing", "", "[]", NULL },
	{ "a comment", "# nothing\n", "[]", NULL },
	{ "two documents", "a: 1\n---\nb: 2\n", "[{\"a\":1},{\"b\":2}]", NULL },
	{ "empty documents are passed over", "---\n---\na: 1\n---\n", "[{\"a\":1}]", NULL },
	{ "null is a document", "--- null\n", "[null]", NULL },
	{ "document end", "a: 1\n...\n---\nb: 2\n...\n", "[{\"a\":1},{\"b\":2}]", NULL },
	{ "byte order mark",
	    "\xef\xbb\xbf"
	    "a: 1\n",
	    "[{\"a\":1}]", NULL },
	{ "CRLF", "a: 1\r\nb:\r\n- x\r\n", "[{\"a\":1,\"b\":[\"x\"]}]", NULL },
	{ "no newline at the end", "a: 1", "[{\"a\":1}]", NULL },
	{ "version directive", "%YAML 1.2\n---\na: 1\n", "[{\"a\":1}]", NULL },

	/* scalars */
	{ "null words", "[null, Null, NULL, ~, ]", "[[null,null,null,null]]", NULL },
	{ "null values", "a:\nb: ''\n", "[{\"a\":null,\"b\":\"\"}]", NULL },
	{ "booleans", "[true, True, TRUE, false, False, FALSE]",
	    "[[true,true,true,false,false,false]]", NULL },
	{ "no booleans of YAML 1.1", "[yes, no, on, off, y, n, Yes, NO]",
	    "[[\"yes\",\"no\",\"on\",\"off\",\"y\",\"n\",\"Yes\",\"NO\"]]", NULL },
	{ "integers", "[0, -0, 12, -3, +4]", "[[0,0,12,-3,4]]", NULL },
	{ "64 bits", "[9223372036854775807, -9223372036854775808, 9007199254740993]",
	    "[[9223372036854775807,-9223372036854775808,9007199254740993]]", NULL },
	{ "numbers", "[1.5, .5, 2., -1e3, 1E-2, +.25]", "[[1.5,0.5,2.0,-1000.0,0.01,0.25]]", NULL },
	{ "almost numbers", "[1_000, 1:30, 1e, e5, ., .e5, -, +, 1.2.3, 2026-01-31, 0x, 0o8, 12a]",
	    "[[\"1_000\",\"1:30\",\"1e\",\"e5\",\".\",\".e5\",\"-\",\"+\",\"1.2.3\",\"2026-01-31\","
	    "\"0x\",\"0o8\",\"12a\"]]",
	    NULL },
	{ "quoted is text", "[\"1\", 'true', \"null\", '']", "[[\"1\",\"true\",\"null\",\"\"]]",
	    NULL },
	{ "escapes", "\"a\\tb\\x41\\u00e9\\\"\\\\\\/\"", "[\"a\\tbA\xc3\xa9\\\"\\\\/\"]", NULL },
	{ "literal and folded text", "a: |\n  x\n  y\nb: >-\n  x\n  y\n",
	    "[{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}]", NULL },
	{ "NUL in text", "\"a\\0b\"", "[\"a\\u0000b\"]", NULL },
	{ "2^63", "a: 9223372036854775808", NULL,
	    "t:1:4: '9223372036854775808' does not fit into 64 bits: quote it if it is a name" },
	{ "1e999", "a: 1e999", NULL,
	    "t:1:4: '1e999' is too large for a number: quote it if it is a name" },
	{ "infinity", "a: -.inf", NULL,
	    "t:1:4: '-.inf' is no number in JSON: leave it out, write null, or quote it" },
	{ "not a number", "- .NaN", NULL,
	    "t:1:3: '.NaN' is no number in JSON: leave it out, write null, or quote it" },
	{ "hexadecimal", "a: 0x1f", NULL,
	    "t:1:4: '0x1f' is not decimal: write a decimal number, or quote it" },
	{ "octal", "a: 0o17", NULL,
	    "t:1:4: '0o17' is not decimal: write a decimal number, or quote it" },
	{ "leading zeros", "a: 007", NULL,
	    "t:1:4: '007' has leading zeros: write it without, or quote it" },

	/* tags */
	{ "core tags", "[!!str 1, !!int \"2\", !!float 3, !!bool 'true', !!null '', ! 4]",
	    "[[\"1\",2,3.0,true,null,\"4\"]]", NULL },
	{ "collection tags", "!!map {a: !!seq [1]}", "[{\"a\":[1]}]", NULL },
	{ "a value that is not its tag", "a: !!int x", NULL,
	    "t:1:4: 'x' is not what its tag !!int says" },
	{ "a tag of another shape", "a: !!map x", NULL,
	    "t:1:4: the tag !!map does not fit a scalar" },
	{ "a scalar tag on a list", "a: !!str [1]", NULL,
	    "t:1:4: the tag !!str does not fit here" },
	{ "other tags", "a: !python/object x", NULL,
	    "t:1:4: the tag '!python/object' is not supported: "
	    "only !!str !!int !!float !!bool !!null !!map !!seq" },

	/* mappings */
	{ "order is kept", "b: 1\na: 2\n", "[{\"b\":1,\"a\":2}]", NULL },
	{ "plain keys are text", "{1: a, true: b, 1.50: c, ~: d, 0x1f: e}",
	    "[{\"1\":\"a\",\"true\":\"b\",\"1.50\":\"c\",\"~\":\"d\",\"0x1f\":\"e\"}]", NULL },
	{ "quoted keys", "{\"\": 1, 'a b': 2}", "[{\"\":1,\"a b\":2}]", NULL },
	{ "explicit key", "? a\n: 1\n", "[{\"a\":1}]", NULL },
	{ "a key twice", "a: 1\nb: 2\na: 3\n", NULL,
	    "t:3:1: the key 'a' is given twice (first on line 1)" },
	{ "a key twice, quoted", "{a: 1, \"a\": 2}", NULL,
	    "t:1:8: the key 'a' is given twice (first on line 1)" },
	{ "a list as key", "? [1]\n: 2\n", NULL,
	    "t:1:3: a key must be text, not a list, a mapping or an alias" },
	{ "an alias as key", "a: &x b\n*x : 1\n", NULL,
	    "t:2:1: a key must be text, not a list, a mapping or an alias" },
	{ "a missing key", "?\n: 1\n", NULL,
	    "t:1:2: a key is missing: quote it (\"\") if it is to be empty" },
	{ "NUL in a key", "\"a\\0\": 1", NULL, "t:1:1: a key cannot hold a NUL character" },

	/* aliases and merges */
	{ "an alias is a copy", "a: &x {n: 1}\nb: *x\n", "[{\"a\":{\"n\":1},\"b\":{\"n\":1}}]",
	    NULL },
	{ "the last anchor of a name counts", "[&x 1, &x 2, *x]", "[[1,2,2]]", NULL },
	{ "merge", "a: &x {n: 1, m: 2}\nb:\n  <<: *x\n  n: 3\n",
	    "[{\"a\":{\"n\":1,\"m\":2},\"b\":{\"n\":3,\"m\":2}}]", NULL },
	{ "merge a list", "b:\n  <<: [{n: 1}, {n: 2, m: 3}]\n", "[{\"b\":{\"n\":1,\"m\":3}}]",
	    NULL },
	{ "a quoted << is a key", "{\"<<\": 1}", "[{\"<<\":1}]", NULL },
	{ "merge of text", "<<: x\n", NULL,
	    "t:1:5: '<<' must be a mapping or a list of mappings, found string" },
	{ "merge of a list of text", "<<: [x]\n", NULL,
	    "t:1:5: '<<' must list mappings, found string" },
	{ "two merges", "<<: {a: 1}\n<<: {b: 1}\n", NULL,
	    "t:2:5: '<<' is given twice: use one list of mappings" },
	{ "an unknown alias", "a: *x\n", NULL,
	    "t:1:4: '*x' names nothing that ends above: define '&x' before it" },
	{ "a value within itself", "a: &x [*x]\n", NULL,
	    "t:1:8: '*x' names nothing that ends above: define '&x' before it" },
	{ "anchors end with their document", "a: &x 1\n---\nb: *x\n", NULL,
	    "t:3:4: '*x' names nothing that ends above: define '&x' before it" },

	/* JSON */
	{ "compact JSON", "{\"a\":1,\"b\":[true,null,\"x\"],\"c\":{}}",
	    "[{\"a\":1,\"b\":[true,null,\"x\"],\"c\":{}}]", NULL },
	{ "JSON with tabs", "{\n\t\"a\": 1,\n\t\"b\": [\n\t\t2\n\t]\n}\n", "[{\"a\":1,\"b\":[2]}]",
	    NULL },
	{ "JSON surrogate pairs", "{\"a\": \"\\ud83d\\ude00\"}", "[{\"a\":\"\xf0\x9f\x98\x80\"}]",
	    NULL },
	{ "JSON with DEL", " {\"a\": \"x\x7f\"}", "[{\"a\":\"x\x7f\"}]", NULL },
	{ "JSON with separators of Unicode", "[\"x\xe2\x80\xa8y\xc2\x85z\"]",
	    "[[\"x\xe2\x80\xa8y\xc2\x85z\"]]", NULL },
	{ "JSON duplicates", "{\"a\": 1, \"a\": 2}", NULL,
	    "t:1:10: the key 'a' is given twice (first on line 1)" },

	/* broken */
	{ "a tab as indentation", "a:\n\tb: 1\n", NULL,
	    "t:2:1: not YAML: a tab, '@', '`' or '%' cannot start a value: "
	    "indent with spaces, or quote the text" },
	{ "a colon in text", "a: b: c\n", NULL,
	    "t:1:5: not YAML: a ':' where no key can be: check the indentation, "
	    "or quote text that holds ': '" },
	{ "an open quote", "a: 'b\n", NULL,
	    "t:2:1: not YAML: a quote is opened and never closed "
	    "(while scanning a quoted scalar on line 1)" },
	{ "an open list", "a: [1, 2\nb: 3\n", NULL,
	    "t:2:2: not YAML: ',' or ']' was expected (while parsing a flow sequence on line 1)" },
	{ "bad indentation", "a: 1\n  b: 2\n", NULL,
	    "t:2:4: not YAML: a ':' where no key can be: check the indentation, "
	    "or quote text that holds ': '" },
	{ "no colon", "a: 1\nb\n", NULL,
	    "t:3:1: not YAML: a key without ':' behind it (while scanning a simple key on line "
	    "2)" },
	{ "bad UTF-8", "a: 1\nb: \xc3\xa9\xff\n", NULL,
	    "t:2:5: not YAML: the text must be UTF-8 without control characters: "
	    "invalid leading UTF-8 octet" },
	{ "a control character", "a: \x01\n", NULL,
	    "t:1:4: not YAML: the text must be UTF-8 without control characters: "
	    "control characters are not allowed" },
	{ "columns are characters", "\xc3\xa9: 0x1\n", NULL,
	    "t:1:4: '0x1' is not decimal: write a decimal number, or quote it" },
};

static json_t *
as_array(const struct yaml_docs *docs)
{
	json_t *all = json_array();

	for (size_t i = 0; i < docs->len; i++)
		json_array_append(all, docs->at[i].value);
	return all;
}

static void
test_vector(const struct vector *v)
{
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct err err = { 0 };
	int rc = yaml_parse("t", v->text, strlen(v->text), &docs, &err);
	json_t *all = rc == 0 ? as_array(&docs) : NULL;

	is_json(all, v->json, "%s", v->name);
	is_str(rc < 0 ? err.text : NULL, v->error, "%s: message", v->name);
	if (rc < 0)
		is_int(err.kind, ERR_INPUT, "%s: kind", v->name);
	json_decref(all);
	yaml_docs_clear(&docs);
	if (rc < 0)
		ok(yaml_parse("t", v->text, strlen(v->text), &docs, NULL) < 0, "%s: no err",
		    v->name);
	yaml_docs_clear(&docs);
}

static void
test_where(void)
{
	static const char text[] = "steps:\n  - id: one\n    run: {a: 1,\n      b/c: [x, y]}\n"
				   "base: &b\n  n: 1\nother:\n  <<: *b\n  m~: 2\n";
	static const struct {
		const char *pointer;
		int exact;
		size_t line, column;
	} places[] = {
		{ "", 1, 1, 1 },
		{ "/steps", 1, 2, 3 },
		{ "/steps/0", 1, 2, 5 },
		{ "/steps/0/id", 1, 2, 9 },
		{ "/steps/0/run/a", 1, 3, 14 },
		{ "/steps/0/run/b~1c/1", 1, 4, 16 },
		{ "/steps/0/run/b~1c/2", 0, 4, 12 },
		{ "/steps/0/missing", 0, 2, 5 },
		{ "/steps/x", 0, 2, 3 },
		{ "/other/m~0", 1, 9, 7 },
		{ "/other/n", 0, 8, 3 },
		{ "/nowhere/at/all", 0, 1, 1 },
	};
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct err err = { 0 };
	size_t line, column;

	is_int(
	    yaml_parse("w.yaml", text, strlen(text), &docs, &err), 0, "where: read %s", err.text);
	for (size_t i = 0; i < COUNT(places); i++) {
		is_int(yaml_where(&docs.at[0], places[i].pointer, &line, &column), places[i].exact,
		    "where '%s'", places[i].pointer);
		is_int(
		    (long long)line, (long long)places[i].line, "line of '%s'", places[i].pointer);
		is_int((long long)column, (long long)places[i].column, "column of '%s'",
		    places[i].pointer);
	}
	is_int(yaml_error(&docs.at[0], "/steps/0/id", &err, "no %s", "good"), -1, "error");
	is_str(err.text, "w.yaml:2:9: no good", "error text");
	yaml_docs_clear(&docs);
}

/* text is the caller's no more. */
static void
test_limit(const char *name, struct buf *text, const char *error)
{
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct err err = { 0 };
	int rc = yaml_parse("t", buf_str(text), text->len, &docs, &err);

	is_str(rc < 0 ? err.text : NULL, error, "%s", name);
	yaml_docs_clear(&docs);
	buf_clear(text);
}

static void
nested(struct buf *text, int depth)
{
	for (int i = 0; i < depth; i++)
		buf_add_char(text, '[');
	for (int i = 0; i < depth; i++)
		buf_add_char(text, ']');
}

static void
test_limits(void)
{
	struct buf text = BUF_INIT;

	nested(&text, YAML_DEPTH_MAX);
	test_limit("100 levels", &text, NULL);
	nested(&text, YAML_DEPTH_MAX + 1);
	test_limit("101 levels", &text, "t:1:101: nested deeper than 100 levels");
	buf_add_str(&text, "a: &x ");
	nested(&text, 60);
	buf_add_str(&text, "\nb: ");
	for (int i = 0; i < 60; i++)
		buf_add_char(&text, '[');
	buf_add_str(&text, "*x");
	test_limit("levels of an alias", &text, "t:2:64: nested deeper than 100 levels");
	nested(&text, 2000);
	buf_add_str(&text, " '");
	test_limit("depth before syntax", &text, "t:1:101: nested deeper than 100 levels");
	buf_add_str(&text, "{\"a\": \"\\ud83d\\ude00\", \"b\": ");
	nested(&text, 100);
	buf_add_str(&text, "}");
	test_limit("levels of JSON that libyaml cannot read", &text,
	    "t:1:1: nested deeper than 100 levels");

	buf_add_str(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 10; i++) {
		buf_addf(&text, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			buf_addf(&text, "*a%d%s", i - 1, j < 9 ? ", " : "]\n");
	}
	test_limit("a bomb of aliases", &text,
	    "t:6:45: more than 1000000 values with all aliases written out");

	for (int i = 0; i <= YAML_ANCHORS_MAX; i++)
		buf_addf(&text, "- &a%d x\n", i);
	test_limit("anchors", &text, "t:1001:3: more than 1000 anchors");
	for (int i = 0; i < (1 << 20) + 1; i++)
		buf_add_str(&text, "                ");
	test_limit("size", &text, "t: larger than 16 MiB");
}

static void
test_put(void)
{
	static const struct {
		const char *json, *yaml;
	} rows[] = {
		{ "{\"a\":1,\"b\":[1,{\"c\":true,\"d\":[]}],\"e\":{}}",
		    "a: 1\nb:\n  - 1\n  - c: true\n    d: []\ne: {}\n" },
		{ "[[1,2],[\"x\"]]", "- - 1\n  - 2\n- - x\n" },
		{ "{\"200\":\"1.0\",\"x y\":\"true\",\"\":\"\",\"n\":null}",
		    "\"200\": \"1.0\"\nx y: \"true\"\n\"\": \"\"\n\"n\": null\n" },
		{ "{\"t\":\"one\\n two\\n\\nthree\\n\",\"u\":\"a\\nb\"}",
		    "t: |\n  one\n   two\n\n  three\nu: \"a\\nb\"\n" },
		{ "[\"a: b\",\"#c\",\"- d\",\"e # "
		  "f\",\"{g}\",\"\\u00c5\",\"\\u0085\\u007f\\ufeff\"]",
		    "- \"a: b\"\n- \"#c\"\n- \"- d\"\n- \"e # f\"\n- \"{g}\"\n- \"\xc3\x85\"\n"
		    "- \"\\u0085\\u007f\\ufeff\"\n" },
		{ "9007199254740993", "9007199254740993\n" },
		{ "\"...\"", "\"...\"\n" },
		{ "[1e300,1.0,-0.5]", "- 1e+300\n- 1.0\n- -0.5\n" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *value = json_loads(rows[i].json, JSON_DECODE_ANY, NULL);
		struct yaml_docs docs = YAML_DOCS_INIT;
		struct buf text = BUF_INIT;
		struct err err = { 0 };

		yaml_put(value, &text);
		is_str(buf_str(&text), rows[i].yaml, "%s as YAML", rows[i].json);
		ok(yaml_parse("t", buf_str(&text), text.len, &docs, &err) == 0 && docs.len == 1 &&
			json_equal(docs.at[0].value, value),
		    "and back: %s", err.text);
		yaml_docs_clear(&docs);
		buf_clear(&text);
		json_decref(value);
	}
}

int
main(void)
{
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct err err = { 0 };

	for (size_t i = 0; i < COUNT(vectors); i++)
		test_vector(&vectors[i]);
	test_where();
	test_limits();
	is_int(yaml_read("/nonexistent/x.yaml", &docs, &err), -1, "a missing file");
	is_str(err.text, "cannot open '/nonexistent/x.yaml': No such file or directory",
	    "a missing file: message");
	test_put();
	return done_testing();
}
