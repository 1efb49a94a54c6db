/* SPDX-License-Identifier: MIT */
/* suite: the official JSON Schema Test Suite (draft 4), as far as OpenAPI 3.0 admits it. */
#include <dirent.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "task/schema.h"
#include "tap.h"

#define SUITE "/usr/share/json-schema-test-suite/tests/draft4"
/* what does not apply, and why: file: {group: reason}, * for all of a file */
#define LEFT_OUT "tests/data/schema/left-out.json"

static struct {
	json_t *left_out; /* file: {group: reason} */
	int tests, skipped;
} suite;

/* Groups that are left out are listed; the others must be schemas, and their tests hold. */
static void
run_group(const char *file, const json_t *group)
{
	const char *name = json_string_value(json_object_get(group, "description"));
	const json_t *tests = json_object_get(group, "tests"), *test;
	json_t *known = json_object_get(json_object_get(suite.left_out, file), name);
	struct schema *schema;
	size_t i;

	if (known) {
		suite.skipped += (int)json_array_size(tests);
		json_object_del(json_object_get(suite.left_out, file), name);
		return;
	}
	schema = schema_new(json_object_get(group, "schema"), "", SCHEMA_REQUEST, NULL, NULL);
	if (!ok(schema != NULL, "%s: %s: is a schema", file, name))
		return;
	json_array_foreach(tests, i, test) {
		int errors = schema_check(schema, json_object_get(test, "data"), NULL, NULL);

		suite.tests++;
		is_int(errors == 0, json_is_true(json_object_get(test, "valid")), "%s: %s: %s",
		    file, name, json_string_value(json_object_get(test, "description")));
	}
	schema_free(schema);
}

static void
run_file(const char *folder, const char *name)
{
	char *path = path_join(SUITE, folder), *file = path_join(path, name);
	char *shown = *folder ? path_join(folder, name) : xstrdup(name);
	json_t *groups = json_load_file(file, 0, NULL), *group;
	json_t *whole = json_object_get(suite.left_out, shown);
	size_t i;

	if (json_object_get(whole, "*"))
		json_object_del(whole, "*");
	else if (ok(groups != NULL, "%s can be read", shown))
		json_array_foreach(groups, i, group)
			run_group(shown, group);
	json_decref(groups);
	free(shown);
	free(file);
	free(path);
}

static int
is_test(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".json") == 0;
}

static void
run_folder(const char *folder)
{
	char *path = path_join(SUITE, folder);
	struct dirent **entries = NULL;
	int n = scandir(path, &entries, is_test, alphasort);

	ok(n > 0, "there are tests in %s", path);
	for (int i = 0; i < n; i++) {
		run_file(folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	free(path);
}

int
main(void)
{
	struct stat st;
	const char *file;
	const json_t *groups;

	if (stat(SUITE, &st) < 0 && !getenv("DOCKLINE_CI")) {
		printf("1..0 # skip json-schema-test-suite is not installed\n");
		return 0;
	}
	suite.left_out = json_load_file(LEFT_OUT, 0, NULL);
	ok(suite.left_out != NULL, "the list of what does not apply");
	run_folder("");
	run_folder("optional");
	json_object_foreach(suite.left_out, file, groups)
		is_int((int)json_object_size(groups), 0, "%s: all that is left out is there", file);
	printf("# %d tests, %d do not apply\n", suite.tests, suite.skipped);
	json_decref(suite.left_out);
	return done_testing();
}
