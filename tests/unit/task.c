/* SPDX-License-Identifier: MIT */
/* task: definitions read and judged, in memory and in files. */
#include "task/task.h"

#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "tap.h"

#define TASK(service) "{\"task_id\":\"t\",\"service_config\":{\"command\":[\"x\"]" service "}}"
#define SPEC(inside) \
	"{\"task_id\":\"t\",\"interface_spec\":{" inside \
	"},\"service_config\":{\"command\":[\"x\"]}}"
#define INFO "\"info\":{\"title\":\"t\",\"version\":\"1\"}"
#define RESPONSES "\"responses\":{\"200\":{\"description\":\"d\"}}"
#define BODY(schema) \
	INFO ",\"openapi\":\"3.0.3\",\"paths\":{\"/r\":{\"post\":{" RESPONSES \
	     ",\"requestBody\":{\"content\":" \
	     "{\"application/json\":{\"schema\":" schema "}}}}}}"
#define SCHEMA "/interface_spec/paths/~1r/post/requestBody/content/application~1json/schema"

/* Every fault on a line of its own: pointer, blank, what. */
static const struct {
	const char *json, *faults;
} lints[] = {
	{ TASK(""), "" },
	{ "[]", " must be an object that defines a task, found array\n" },
	{ "{}", " lacks 'task_id'\n lacks 'service_config'\n" },
	{ "{\"task_id\":null,\"service_config\":null}",
	    " lacks 'task_id'\n lacks 'service_config'\n" },
	{ "{\"task_id\":7,\"service_config\":[]}",
	    "/task_id must be a string, found integer\n/service_config must be an object, found "
	    "array\n" },
	{ "{\"task_id\":\"a b\",\"service_config\":{\"command\":[\"x\"]}}",
	    "/task_id must be letters, digits, '.', '_', '-' or ':' and begin with a letter or "
	    "digit, "
	    "found 'a b'\n" },
	{ TASK(",\"x-note\":1,\"colour\":2"),
	    "/service_config/colour is not a member here; there are: command, service_url, stream, "
	    "resources, "
	    "timeout, workdir, retry, cwd, lines, priority, queue, limits, rate, breaker, cache, "
	    "cost, container, hooks\n" },
	{ "{\"task_id\":\"t\",\"a/b~c\":1,\"service_config\":{\"command\":[\"x\"]}}",
	    "/a~1b~0c is not a member here; there are: task_id, version, name, category, "
	    "description, "
	    "tags, status, interface_spec, service_config\n" },
	{ "{\"task_id\":\"t\",\"service_config\":{}}", "/service_config lacks 'command'\n" },
	{ "{\"task_id\":\"t\",\"service_config\":{\"command\":[]}}",
	    "/service_config/command must hold a program and its arguments, at most 4096, found "
	    "0\n" },
	{ "{\"task_id\":\"t\",\"service_config\":{\"command\":\"x\"}}",
	    "/service_config/command must be an array, found string\n" },
	{ "{\"task_id\":\"t\",\"service_config\":{\"command\":[\"x\",{\"a\":null},1]}}",
	    "/service_config/command/1 must be a string, found object (quote it: \"{name}\")\n"
	    "/service_config/command/2 must be a string, found integer (quote it)\n" },
	{ TASK(",\"resources\":{\"cpus\":0,\"memory\":\"much\"}"),
	    "/service_config/resources/cpus must be more than 0\n"
	    "/service_config/resources/memory is wrong: 'much' is not a size (4096, 700M, "
	    "1.5G)\n" },
	{ TASK(",\"timeout\":{\"soft\":20,\"hard\":10}"),
	    "/service_config/timeout/hard must not be less than 'soft'\n" },
	{ TASK(",\"timeout\":1e300,\"resources\":{\"memory\":1e19}"),
	    "/service_config/resources/memory must be between 0 and 4194304T\n"
	    "/service_config/timeout must be between 0 and 36500 days\n" },
	{ TASK(",\"timeout\":true"),
	    "/service_config/timeout must be seconds or a duration, found boolean\n" },
	{ TASK(",\"retry\":{\"delay\":-1,\"max_retries\":2,\"jitter\":9}"),
	    "/service_config/retry/delay is wrong: retry: 'delay' must be between 0 and 36500 "
	    "days\n"
	    "/service_config/retry/jitter is wrong: retry: 'jitter' must be between 0 and 1 (0% "
	    "and "
	    "100%)\n" },
	{ TASK(",\"workdir\":1,\"lines\":\"no\",\"cwd\":[]"),
	    "/service_config/workdir must be true or false, found integer\n"
	    "/service_config/lines must be true or false, found string\n"
	    "/service_config/cwd must be a string, found array\n" },
	{ TASK(",\"stream\":{\"window\":8,\"x-why\":1},\"workdir\":true"), "" },
	{ TASK(",\"stream\":8"), "/service_config/stream must be an object, found integer\n" },
	{ TASK(",\"stream\":{\"window\":0,\"size\":3},\"lines\":true"),
	    "/service_config/stream/size is not a member here; there are: window, turns\n"
	    "/service_config/stream/window must be between 1 and 10000, found 0\n"
	    "/service_config/lines does not go together with 'stream'\n" },
	{ TASK(",\"stream\":{\"window\":2,\"turns\":true}"), "" },
	{ TASK(",\"stream\":{\"turns\":1}"),
	    "/service_config/stream/turns must be true or false, found integer\n" },
	{ TASK(",\"stream\":{\"window\":10001}"),
	    "/service_config/stream/window must be between 1 and 10000, found 10001\n" },
	{ TASK(",\"stream\":{\"window\":\"8\"}"),
	    "/service_config/stream/window must be an integer, found string\n" },
	{ TASK(",\"stream\":{\"window\":1.0}"),
	    "/service_config/stream/window must be an integer, found number\n" },
	{ "{\"task_id\":\"t\",\"interface_spec\":{" BODY(
	      "{\"properties\":{\"a\":{\"type\":\"string\"}}}") "},\"service_config\":{"
								"\"command\":[\"x\",\"{b}\",\"-{a}"
								"\"],\"stream\":{}}}",
	    "/service_config/command/2 must not hold the parameter {a}: with 'stream' one process "
	    "serves many executions\n" },
	{ SPEC(""),
	    "/interface_spec lacks 'openapi'\n/interface_spec lacks 'info'\n"
	    "/interface_spec lacks 'paths'\n" },
	{ SPEC(INFO ",\"openapi\":\"3.1.0\",\"paths\":{}"),
	    "/interface_spec/openapi must be 3.0.x, found '3.1.0'\n"
	    "/interface_spec/paths must hold a POST operation, at a path without {parts}\n" },
	{ SPEC(BODY("{\"type\":\"object\"}")), "" },
	{ SPEC(BODY("{\"properties\":{\"a\":{\"type\":\"int\"},\"b\":{\"oneOf\":[]}}}")),
	    SCHEMA
	    "/properties/a/type must be one of string, number, integer, boolean, array, object, "
	    "found \"int\"\n" SCHEMA "/properties/b/oneOf must be a list of at least one schema, "
	    "found an array of 0\n" },
	{ SPEC(BODY("{\"$ref\":\"#/components/schemas/No\"}")),
	    SCHEMA "/$ref must be a reference into #/components/, found "
		   "\"#/components/schemas/No\"\n" },
	{ SPEC(BODY("{\"$ref\":\"#/components/schemas/P\"}") ",\"components\":{\"schemas\":{"
							     "\"P\":{\"type\":3}}}"),
	    "/interface_spec/components/schemas/P/type must be one of string, number, integer, "
	    "boolean, array, object, found 3\n" },
	{ SPEC(BODY("{\"$ref\":\"#/info\"}")),
	    SCHEMA "/$ref must be a reference into #/components/, found \"#/info\"\n" },
	{ SPEC(BODY("{}") ",\"x-metrics\":{\"good\":\"/a\",\"bad\":\"a\"}"),
	    "/interface_spec/x-metrics/bad must be a JSON pointer into the result, like "
	    "'/best/affinity'\n" },
};

static void
add_fault(const char *pointer, const char *what, void *ctx)
{
	buf_addf(ctx, "%s %s\n", pointer, what);
}

static void
test_lint(void)
{
	for (size_t i = 0; i < COUNT(lints); i++) {
		json_t *json = json_loads(lints[i].json, JSON_DECODE_ANY, NULL);
		struct buf got = BUF_INIT;
		struct err err = { 0 };
		struct task *task;
		int lines = 0;

		for (const char *p = lints[i].faults; *p; p++)
			lines += *p == '\n';
		is_int(task_lint(json, add_fault, &got), lines, "number of faults of %s",
		    lints[i].json);
		is_str(buf_str(&got), lints[i].faults, "faults of %s", lints[i].json);
		is_int(task_lint(json, NULL, NULL), lines, "counted only");
		task = task_parse(json, &err);
		ok((task == NULL) == (lines > 0) && (task || err.kind == ERR_INPUT), "parse: %s",
		    err.text);
		task_free(task);
		buf_clear(&got);
		json_decref(json);
	}
}

static const struct {
	const char *json;
	double cpus, soft, hard;
	int64_t memory;
} limits[] = {
	{ TASK(""), 1, 7200, 7210, 0 },
	{ TASK(",\"timeout\":90"), 1, 90, 100, 0 },
	{ TASK(",\"timeout\":\"1h30m\",\"resources\":{\"cpus\":0.5,\"memory\":\"700M\"}"), 0.5,
	    5400, 5410, INT64_C(700) << 20 },
	{ TASK(",\"timeout\":{\"soft\":\"1m\"},\"resources\":{\"cpus\":\"2\",\"memory\":4096}"), 2,
	    60, 70, 4096 },
	{ TASK(",\"timeout\":{\"hard\":5}"), 1, 5, 5, 0 },
	{ TASK(",\"timeout\":{\"soft\":5,\"hard\":30}"), 1, 5, 30, 0 },
	{ TASK(",\"timeout\":null,\"retry\":null,\"cwd\":null,\"resources\":null"), 1, 7200, 7210,
	    0 },
};

static void
test_limits(void)
{
	for (size_t i = 0; i < COUNT(limits); i++) {
		json_t *json = json_loads(limits[i].json, 0, NULL);
		struct err err = { 0 };
		struct task *task = task_parse(json, &err);

		if (ok(task != NULL, "%s %s", limits[i].json, err.text)) {
			ok(task->cpus == limits[i].cpus, "cpus %g", task->cpus);
			ok(task->soft == limits[i].soft, "soft %g", task->soft);
			ok(task->hard == limits[i].hard, "hard %g", task->hard);
			is_int(task->memory, limits[i].memory, "memory");
			is_str(task->version, "1", "version");
			is_str(task->status, "active", "status");
		}
		task_free(task);
		json_decref(json);
	}
}

static const struct {
	const char *json;
	int window;
} windows[] = {
	{ TASK(""), 0 },
	{ TASK(",\"stream\":null"), 0 },
	{ TASK(",\"stream\":{}"), 1 },
	{ TASK(",\"stream\":{\"window\":null}"), 1 },
	{ TASK(",\"stream\":{\"window\":10000}"), 10000 },
};

static void
test_windows(void)
{
	for (size_t i = 0; i < COUNT(windows); i++) {
		json_t *json = json_loads(windows[i].json, 0, NULL);
		struct err err = { 0 };
		struct task *task = task_parse(json, &err);

		if (ok(task != NULL, "%s %s", windows[i].json, err.text))
			is_int(task->window, windows[i].window, "window");
		task_free(task);
		json_decref(json);
	}
}

static void
test_adhoc(void)
{
	char *argv[] = { "prog", "{x}", NULL }, *other[] = { "prog", "{y}", NULL };
	char *bad[] = { "prog", "\xff", NULL };
	struct task *task = task_adhoc(argv, true, NULL), *same = task_adhoc(argv, true, NULL);
	struct task *differs = task_adhoc(other, false, NULL);
	struct err err = { 0 };
	json_t *record = task_record(task);

	ok(strncmp(task->name, "adhoc:", 6) == 0 && strlen(task->name) == 22, "named %s",
	    task->name);
	is_str(same->name, task->name, "the same for the same arguments");
	ok(strcmp(differs->name, task->name) != 0, "another for others");
	ok(task->lines && !differs->lines, "lines");
	ok(!retry_wants(&task->retry, FAIL_LOST, -1, 1, 1), "never tried again");
	is_str(json_string_value(json_object_get(record, "origin")), "adhoc", "origin");
	is_str(json_string_value(json_object_get(record, "type")), "task", "record");
	ok(!task_adhoc(bad, false, &err), "not UTF-8: %s", err.text);
	json_decref(record);
	task_free(task);
	task_free(same);
	task_free(differs);
	task_free(NULL);
}

static int
keep_name(struct task *task, void *ctx, struct err *err)
{
	buf_addf(ctx, "%s\n", task->name);
	return strcmp(task->name, "b") ? 0 : err_set(err, ERR_USAGE, "no b here");
}

static void
keep_error(const struct err *err, void *ctx)
{
	const char *base = strrchr(err->text, '/');

	buf_addf(ctx, "%d %s\n", (int)err->kind,
	    strstr(err->text, "t.yaml") ? strstr(err->text, "t.yaml") : base);
}

static void
test_file(void)
{
	static const char text[] =
	    "task_id: a\nservice_config: {command: [x]}\n---\n"
	    "task_id: b\nservice_config: {command: [x]}\n---\n"
	    "task_id: c\nservice_config:\n  command: [x, 1]\n  timeout: -1\n---\n"
	    "task_id: d\nservice_config: {command: [x]}\n";
	char dir[] = "/tmp/unit-task-XXXXXX", path[64];
	struct buf got = BUF_INIT;
	struct err err = { 0 };

	ok(mkdtemp(dir) != NULL, "a folder");
	snprintf(path, sizeof(path), "%s/t.yaml", dir);
	file_write(path, text, strlen(text), NULL);
	is_int(task_read_file(path, keep_name, keep_error, &got, &err), 0, "all of it");
	is_str(buf_str(&got),
	    "a\nb\n2 t.yaml:4:10: no b here\n"
	    "3 t.yaml:9:16: '/service_config/command/1' must be a string, found integer (quote "
	    "it)\n"
	    "3 t.yaml:10:12: '/service_config/timeout' must be more than 0\nd\n",
	    "good ones and errors in turn");
	buf_reset(&got);
	is_int(task_read_file(path, keep_name, NULL, &got, &err), -1, "the first error stops");
	is_str(buf_str(&got), "a\nb\n", "there");
	ok(err.kind == ERR_USAGE && strstr(err.text, "t.yaml:4:10: no b here"), "%s", err.text);
	file_write(path, "", 0, NULL);
	is_int(task_read_file(path, keep_name, NULL, &got, &err), -1, "nothing in it");
	ok(strstr(err.text, "no task in it") != NULL, "%s", err.text);
	file_remove_tree(dir, NULL);
	buf_clear(&got);
}

int
main(void)
{
	test_lint();
	test_limits();
	test_windows();
	test_adhoc();
	test_file();
	return done_testing();
}
