/* SPDX-License-Identifier: MIT */
/* scan: what it is sure of is what jansson says; what it leaves to jansson is little. */
#include "base/scan.h"

#include "base/err.h"
#include "base/jsonl.h"
#include "tap.h"

static const char *const pointers[] = { "/type", "/key", "/result", "/result/key", "/best/x/value",
	"/best/x/pose", "/best", "/a", "/a/b", "/a/b/c", "/result/best/affinity/value",
	"/result/ligand/name", "/error" };

enum { POINTERS = COUNT(pointers) };

/* Texts that it must be sure of. */
static const char *const plain[] = {
	"{}",
	" { \"a\" : 1 , \"key\":\"k\" }\t",
	"{\"a\":{\"b\":{\"c\":[1,2,{\"a\":3}]}},\"b\":null}",
	"{\"a\":[{\"b\":1}],\"best\":{\"x\":{\"value\":-7.25,\"pose\":1}}}",
	"{\"key\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}",
	"{\"key\":\"Å 漢 😀\",\"type\":\"\"}",
	"{\"a\":-0,\"b\":0.5,\"c\":1e10,\"d\":1.5E-9,\"e\":-12.0e+07,\"f\":true,\"g\":false}",
	"{\"a\":999999999999999999}",
	"{\"\":1,\"a\":{\"\":2}}",
	"{\"a\":{\"a\":{\"a\":1}},\"result\":{\"a\":1,\"key\":\"x\"}}",
	"{\"ab\":1,\"ba\":2,\"aab\":3,\"abb\":4}",
};

/* Texts that jansson refuses, or that are not objects: never sure. */
static const char *const refused[] = {
	"",
	" ",
	"1",
	"[]",
	"\"x\"",
	"{",
	"{}}",
	"{} {}",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"{,}",
	"{\"a\":1 \"b\":2}",
	"{\"a\":1,\"a\":2}",
	"{\"x\":{\"key\":1,\"k\":2,\"key\":3}}",
	"{\"a\":[1,]}",
	"{\"a\":[1 2]}",
	"{\"a\":[}",
	"{\"a\":01}",
	"{\"a\":-}",
	"{\"a\":+1}",
	"{\"a\":.5}",
	"{\"a\":1.}",
	"{\"a\":1e}",
	"{\"a\":1e+}",
	"{\"a\":1e999}",
	"{\"a\":99999999999999999999}",
	"{\"a\":nan}",
	"{\"a\":tru}",
	"{\"a\":nulL}",
	"{\"a\":\"\\x\"}",
	"{\"a\":\"\\u12g4\"}",
	"{\"a\":\"\\u12",
	"{\"a\":\"\\",
	"{\"a\":\"x",
	"{\"a\":\"\x01\"}",
	"{\"a\":\"\xff\"}",
	"{\"a\":\"\xc3\"}",
	"{\"a\":\"\\ud800\"}",
	"{'a':1}",
};

/* Texts that jansson takes and the scan leaves to it. */
static const char *const left[] = {
	"{\"\\u0061\":1}",
	"{\"Å\":1}",
	"{\"a\":\"\\ud83d\\ude00\"}",
	"{\"a\":9223372036854775807}",
	"{\"a\":1e100}",
};

/* Whether the answer is jansson's. */
static bool
same(const struct scan_found *found, const json_t *value)
{
	json_t *is;
	bool equal;

	if (!found->at)
		return !value;
	is = json_loadb(found->at, found->len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	equal = is && value && json_equal(is, value);
	json_decref(is);
	return equal;
}

/* 1 sure and right, 0 not sure, -1 wrong. The text ends where its memory does. */
static int
compare(const struct scan *scan, const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);
	struct scan_found found[POINTERS];
	json_t *value;
	bool sure;
	int rc;

	memcpy(copy, text, len);
	sure = scan_text(scan, copy, len, found);
	value = json_loadb(copy, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	rc = sure ? (json_is_object(value) ? 1 : -1) : 0;
	for (size_t i = 0; i < POINTERS && rc > 0; i++)
		if (!same(&found[i], json_at(value, pointers[i])))
			rc = -1;
	json_decref(value);
	free(copy);
	return rc;
}

static void
test_texts(const struct scan *scan)
{
	for (size_t i = 0; i < COUNT(plain); i++)
		is_int(compare(scan, plain[i], strlen(plain[i])), 1, "sure: %s", plain[i]);
	for (size_t i = 0; i < COUNT(refused); i++)
		is_int(
		    compare(scan, refused[i], strlen(refused[i])), 0, "not sure: %s", refused[i]);
	for (size_t i = 0; i < COUNT(left); i++)
		is_int(compare(scan, left[i], strlen(left[i])), 0, "left to jansson: %s", left[i]);
}

/* Every beginning of a text, and every change of one of its bytes. */
static void
test_damage(const struct scan *scan)
{
	static const char bytes[] = "\"\\{}[]:,-+.eE019ntf \x01\x7f\x80\xc3";
	size_t wrong = 0, tried = 0;

	for (size_t i = 0; i < COUNT(plain); i++) {
		size_t len = strlen(plain[i]);
		char *copy = strdup(plain[i]);

		for (size_t at = 0; at < len; at++) {
			char was = copy[at];

			wrong += compare(scan, copy, at) < 0;
			for (size_t b = 0; b < sizeof(bytes); b++, tried++) {
				copy[at] = bytes[b];
				wrong += compare(scan, copy, len) < 0;
			}
			copy[at] = was;
		}
		free(copy);
	}
	ok(wrong == 0, "%zu damaged texts", tried);
}

/* Records as the programs write them. */
static void
test_records(const struct scan *scan)
{
	static const char *const files[] = { "tests/data/rank/fast.jsonl",
		"tests/data/rank/docked.jsonl" };

	for (size_t i = 0; i < COUNT(files); i++) {
		struct err err = { 0 };
		struct jsonl *in = jsonl_open(files[i], &err);
		size_t len, lines = 0, sure = 0;
		const char *text;

		if (!ok(in != NULL, "%s is there", files[i]))
			continue;
		while (jsonl_next_text(in, &text, &len, &err) == JSONL_RECORD) {
			lines++;
			sure += compare(scan, text, len) == 1;
		}
		ok(lines > 0 && sure == lines, "%s: sure of every record", files[i]);
		jsonl_close(in);
	}
}

/* Too deep and too many members are somebody else's. */
static void
test_limits(const struct scan *scan)
{
	struct buf deep = BUF_INIT, wide = BUF_INIT;

	buf_add_str(&deep, "{\"a\":");
	for (int i = 0; i < 100; i++)
		buf_add_char(&deep, '[');
	for (int i = 0; i < 100; i++)
		buf_add_char(&deep, ']');
	buf_add_char(&deep, '}');
	is_int(compare(scan, deep.data, deep.len), 0, "a hundred levels");
	buf_add_char(&wide, '{');
	for (int i = 0; i < 2000; i++)
		buf_addf(&wide, "%s\"n%d\":%d", i ? "," : "", i, i);
	buf_add_char(&wide, '}');
	is_int(compare(scan, wide.data, wide.len), 0, "two thousand members");
	buf_clear(&deep);
	buf_clear(&wide);
}

static void
test_values(void)
{
	static const char *const wanted[] = { "/s", "/e", "/n", "/o", "/z", "/none" };
	static const char text[] =
	    "{\"s\":\"plain\",\"e\":\"a\\nb\",\"n\":-7.25e1,\"o\":{},\"z\":null}";
	struct scan *scan = scan_new(wanted, COUNT(wanted));
	struct scan_found found[COUNT(wanted)], inside;
	double x = 0;

	ok(scan_text(scan, text, strlen(text), found), "it is sure");
	ok(scan_plain(&found[0], &inside) && inside.len == 5 && !memcmp(inside.at, "plain", 5),
	    "a plain string");
	ok(scan_is_string(&found[1]) && !scan_plain(&found[1], &inside), "one with an escape");
	ok(scan_number(&found[2], &x) && x == -72.5, "a number");
	ok(!scan_number(&found[0], &x) && !scan_number(&found[5], &x), "none");
	ok(scan_is_object(&found[3]) && scan_is_null(&found[4]), "an object, null");
	ok(!scan_is_null(&found[5]) && !scan_is_object(&found[5]), "absent is neither");
	scan_free(scan);
}

int
main(void)
{
	struct scan *scan = scan_new(pointers, POINTERS);

	test_texts(scan);
	test_damage(scan);
	test_records(scan);
	test_limits(scan);
	test_values();
	scan_free(scan);
	return done_testing();
}
