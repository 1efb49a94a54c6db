/* SPDX-License-Identifier: MIT */
/* fingerprint: what counts for equality and what does not; objects in the place of paths. */
#include "task/fingerprint.h"

#include <unistd.h>

#include "base/err.h"
#include "fixture.h"
#include "tap.h"
#include "task/object_path.h"
#include "task/task.h"

#define HASH "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03" /* "hello\n" */

static struct fingerprints *memory;
static struct task *task;

static struct task *
parse(const char *command)
{
	json_t *json = json_pack("{s:s, s:{s:s, s:{s:s, s:s}, s:{s:{s:{s:{s:{s:s}},"
				 " s:{s:{s:{s:{s:s, s:{s:{s:s, s:s}}}}}}}}}},"
				 " s:{s:[s], s:b}}",
	    "task_id", "t", "interface_spec", "openapi", "3.0.3", "info", "title", "t", "version",
	    "1", "paths", "/x", "post", "responses", "default", "description", "any", "requestBody",
	    "content", "application/json", "schema", "type", "object", "properties", "f", "type",
	    "string", "format", "path", "service_config", "command", command, "cache", 1);
	struct task *parsed = task_parse(json, NULL);

	json_decref(json);
	return parsed;
}

/* The digest of parameters with %s replaced by a path; "" where there is none. */
static void
take(const char *fmt, const char *path, const char *program, char digest[DIGEST_HEX])
{
	json_t *params = json_pack(fmt, "f", path, "a", 1);
	char none[] = "", *programs[] = { program ? (char *)program : none, NULL };
	struct fingerprint print = { .parts = NULL };

	digest[0] = '\0';
	if (fingerprint_take(memory, "lab", task, programs, params, &print, NULL) == 0)
		memcpy(digest, print.digest, DIGEST_HEX);
	free(print.parts);
	json_decref(params);
}

static void
test_prints(const char *root)
{
	char *one = path_join(root, "one"), *two = path_join(root, "two"), *none;
	char a[DIGEST_HEX], b[DIGEST_HEX], hex[DIGEST_HEX];
	struct err err = { 0 };
	int64_t size = 0;

	fixture_put(root, "one", "hello\n");
	fixture_put(root, "two", "hello\n");
	none = path_join(root, "none");
	take("{s:s, s:i}", one, NULL, a);
	take("{s:s, s:i}", two, NULL, b);
	ok(*a && strcmp(a, b) == 0, "the content counts, not the path");
	take("{s:s, s:i}", "object:" HASH "/x.pdb", NULL, b);
	is_str(b, a, "nor whether it is an object");
	take("{s:s}", one, NULL, b);
	ok(strcmp(a, b) != 0, "parameters count");
	take("{s:s, s:i}", one, two, b);
	ok(strcmp(a, b) != 0, "the program counts");
	take("{s:s, s:i}", none, NULL, b);
	is_str(b, "", "a file that is not there has none");
	take("{s:s, s:i}", root, NULL, b);
	is_str(b, "", "nor has a folder");
	is_int(fingerprints_file(memory, one, hex, &size, &err), 0, "of a file");
	is_str(hex, HASH, "its hash");
	is_int(size, 6, "its size");
	fixture_put(root, "one", "hallo\n");
	take("{s:s, s:i}", one, NULL, b);
	ok(strcmp(a, b) != 0, "a file that was changed is another");
	task_free(task);
	task = parse("y");
	take("{s:s, s:i}", two, NULL, b);
	ok(strcmp(a, b) != 0, "the definition counts");
	free(one);
	free(two);
	free(none);
}

static void
test_paths(void)
{
	static const struct {
		const char *text;
		bool is, good;
		const char *name;
	} rows[] = {
		{ "/a/b", false, false, NULL },
		{ "object:" HASH, true, true, HASH },
		{ "object:" HASH "/lig.pdbqt", true, true, "lig.pdbqt" },
		{ "object:" HASH "/", true, false, NULL },
		{ "object:" HASH "/..", true, false, NULL },
		{ "object:" HASH "/a/b", true, false, NULL },
		{ "object:" HASH "0", true, false, NULL },
		{ "object:5891", true, false, NULL },
		{ "object:", true, false, NULL },
	};
	static const struct {
		const char *json, *text;
	} values[] = {
		{ "{\"object\":\"" HASH "\"}", "object:" HASH },
		{ "{\"object\":\"" HASH "\",\"name\":\"x\"}", "object:" HASH "/x" },
		{ "{\"object\":\"" HASH "\",\"format\":\"pdbqt\"}",
		    "object:" HASH "/" HASH ".pdbqt" },
		{ "{\"path\":\"x\"}", NULL },
		{ "[]", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };

		is_int(object_path_is(rows[i].text), rows[i].is, "%s", rows[i].text);
		is_int(object_path_check(rows[i].text, &err) == 0, rows[i].good, "%s", err.text);
		if (rows[i].good)
			is_str(object_path_name(rows[i].text), rows[i].name, "its name");
	}
	for (size_t i = 0; i < COUNT(values); i++) {
		json_t *json = json_parse(values[i].json, strlen(values[i].json), NULL);
		char *text = object_path_of(json);

		is_str(text, values[i].text, "%s", values[i].json);
		free(text);
		json_decref(json);
	}
}

int
main(void)
{
	char *root = fixture_root();

	memory = fingerprints_new();
	task = parse("x");
	test_prints(root);
	test_paths();
	task_free(task);
	fingerprints_free(memory);
	fixture_free(root);
	return done_testing();
}
