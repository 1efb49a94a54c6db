/* SPDX-License-Identifier: MIT */
/* caching: parameters that count and those that are labels, names in files, programs of variables.
 */
#include "task/caching.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "tap.h"
#include "task/task.h"

#define SPEC(schema) \
	"\"interface_spec\":{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"t\",\"version\":\"1\"}," \
	"\"paths\":{\"/x\":{\"post\":{\"responses\":{\"default\":{\"description\":\"d\"}}," \
	"\"requestBody\":{\"content\":{\"application/json\":{\"schema\":" schema "}}}}}}}"
#define TASK(schema, cache) \
	"{\"task_id\":\"t\"," SPEC( \
	    schema) ",\"service_config\":{\"command\":[\"x\"],\"cache\":" cache "}}"
#define PLAIN \
	"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}," \
	"\"b\":{\"type\":\"object\",\"properties\":{\"c\":{}}},\"d\":{\"type\":\"object\"}," \
	"\"f\":{\"format\":\"path\"}}}"
#define OTHER "{\"type\":\"object\",\"allOf\":[" PLAIN "]}"
#define ALL "{\"a\":1,\"b\":{\"c\":2,\"x\":3},\"d\":{\"y\":4},\"f\":{\"text\":\"t\"},\"key\":\"k\"}"

static const struct {
	const char *task, *params, *counted, *labels;
} rows[] = {
	{ TASK(PLAIN, "true"), ALL, ALL, "{}" },
	{ TASK(PLAIN, "{\"parameters\":\"all\",\"ignore\":[\"key\",\"b\"]}"), ALL,
	    "{\"a\":1,\"d\":{\"y\":4},\"f\":{\"text\":\"t\"}}", "{}" },
	{ TASK(PLAIN, "{\"parameters\":\"declared\"}"), ALL,
	    "{\"a\":1,\"b\":{\"c\":2},\"d\":{\"y\":4},\"f\":{\"text\":\"t\"}}", "{\"key\":\"k\"}" },
	{ TASK(OTHER, "{\"parameters\":\"declared\"}"), ALL, ALL, "{}" },
	{ TASK(PLAIN, "{\"unless\":[\"a\"]}"), ALL, NULL, NULL },
	{ TASK(PLAIN, "{\"unless\":[\"a\"]}"), "{\"a\":null}", "{\"a\":null}", "{}" },
};

static void
same_json(json_t *got, const char *want, const char *what)
{
	char *text = got ? json_canonical(got) : NULL;
	json_t *expected = want ? json_parse(want, strlen(want), NULL) : NULL;
	char *canonical = expected ? json_canonical(expected) : NULL;

	is_str(text, canonical, "%s", what);
	free(text);
	free(canonical);
	json_decref(expected);
	json_decref(got);
}

static void
test_counted(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *json = json_parse(rows[i].task, strlen(rows[i].task), NULL);
		json_t *params = json_parse(rows[i].params, strlen(rows[i].params), NULL);
		json_t *labels = NULL;
		struct err err = { 0 };
		struct task *task = task_parse(json, &err);

		if (ok(task != NULL, "task %zu %s", i, err.text)) {
			same_json(caching_counted(
				      &task->rules.cache, task->params, params, &labels, &err),
			    rows[i].counted, "counted");
			same_json(labels, rows[i].labels, "labels");
		}
		task_free(task);
		json_decref(params);
		json_decref(json);
	}
}

static const struct {
	const char *names, *format, *text, *nameless;
} files[] = {
	{ "{\"p\":\"NAME \"}", "p", "NAME a\nb\nNAME c\nNAM", "b\nNAM" },
	{ "{\"p\":\"NAME \"}", "q", "NAME a\nb\n", "NAME a\nb\n" },
	{ "{\"p\":\"NAME \"}", NULL, "NAME a\nb\n", "NAME a\nb\n" },
	{ "{\"p\":1}", "p", "a\nb\nc", "b\nc" },
	{ "{\"p\":3}", "p", "a\nb\nc", "a\nb\n" },
	{ "{\"p\":1}", "p", "", "" },
};

static void
test_names(void)
{
	for (size_t i = 0; i < COUNT(files); i++) {
		json_t *names = json_parse(files[i].names, strlen(files[i].names), NULL);
		struct caching caching = { .names = names };
		struct buf out = BUF_INIT;

		caching_nameless(
		    &caching, files[i].format, files[i].text, strlen(files[i].text), &out);
		is_str(buf_str(&out), files[i].nameless, "%s %s", files[i].names, files[i].text);
		buf_clear(&out);
		json_decref(names);
	}
}

static void
is_program(const char *entry, const char *want)
{
	char *got = caching_program(entry);

	is_str(got, want, "%s", entry);
	free(got);
}

int
main(void)
{
	test_counted();
	test_names();
	unsetenv("CACHING_TEST");
	is_program("vina", "vina");
	is_program("${CACHING_TEST:-vina}", "vina");
	setenv("CACHING_TEST", "", 1);
	is_program("${CACHING_TEST:-vina}", "vina");
	setenv("CACHING_TEST", "/opt/v", 1);
	is_program("${CACHING_TEST:-vina}", "/opt/v");
	is_program("${CACHING_TEST:-", "${CACHING_TEST:-");
	return done_testing();
}
