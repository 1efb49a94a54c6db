/* SPDX-License-Identifier: MIT */
/* config: files and variables read, precedence, every mistake; the table against page and schema.
 */
#include "cli/config.h"

#include <ctype.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/yaml.h"
#include "task/retry.h"
#include "task/task.h"
#include "tap.h"

static char dir[] = "/tmp/unit-config-XXXXXX";

/* The path of a file in the folder of this test. Until the next call. */
static const char *
in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
write_config(const char *text)
{
	file_write(in_dir("config.yaml"), text, strlen(text), NULL);
}

static const struct {
	const char *text, *error; /* what stands behind the folder */
} files[] = {
	{ "", NULL },
	{ "# nothing\n", NULL },
	{ "{}", NULL },
	{ "execution:\nretry: null\n", NULL },
	{ "execution: {timeout: 1h30m, grace: 0}\nworker: {jobs: 4, max_load: 3.5}\n", NULL },
	{ "execution:\n  timeuot: 1h\n",
	    "config.yaml:2:12: 'execution.timeuot' is not a setting; did you mean "
	    "'execution.timeout'?" },
	{ "exekution:\n  timeout: 1h\n",
	    "config.yaml:2:3: 'exekution' is not a setting; did you mean 'execution'?" },
	{ "colour: red\n", "config.yaml:1:9: 'colour' is not a setting; see dockline-config(5)" },
	{ "execution.timeout: 1h\n",
	    "config.yaml:1:20: 'execution.timeout' must be written as 'timeout' within "
	    "'execution'" },
	{ "execution: 1h\n",
	    "config.yaml:1:12: 'execution' must be an object of settings, found string" },
	{ "- 1\n", "config.yaml:1:1: must be an object of settings, found array" },
	{ "{}\n---\nlist: {}\n", "config.yaml:3:1: there must be one document in it" },
	{ "list: {limit: 1, limit: 2}\n",
	    "config.yaml:1:18: the key 'limit' is given twice (first on line 1)" },
	{ "execution: {timeout: soon}\n",
	    "config.yaml:1:22: 'execution.timeout' is wrong: 'soon' is not a duration (90, 55m, "
	    "2h, 1h30m)" },
	{ "execution: {timeout: 0}\n",
	    "config.yaml:1:22: 'execution.timeout' must be between 0.001 and 3153600000" },
	{ "list: {limit: 0}\n", "config.yaml:1:15: 'list.limit' must be between 1 and 1000000000" },
	{ "list: {limit: 10.5}\n",
	    "config.yaml:1:15: 'list.limit' must be a whole number, found number" },
	{ "list: {limit: many}\n",
	    "config.yaml:1:15: 'list.limit' must be a whole number, found string" },
	{ "log: {cap: -1}\n", "config.yaml:1:12: 'log.cap' must be between 0 and 4194304T" },
	{ "alerts: {disk: 101%}\n",
	    "config.yaml:1:16: 'alerts.disk' is wrong: '101%' is not a part of the whole (0.1, "
	    "10%)" },
	{ "alerts: {failure_rate: 2}\n",
	    "config.yaml:1:24: 'alerts.failure_rate' must be between 0 and 1 (0% and 100%)" },
	{ "alerts: {hook: []}\n",
	    "config.yaml:1:16: 'alerts.hook' must be a program, or a list of it and its "
	    "arguments, found an empty list" },
	{ "hooks: {after: [logger, 1]}\n",
	    "config.yaml:1:16: 'hooks.after' must hold texts, found integer (quote it)" },
	{ "hooks: {after: \"\"}\n", "config.yaml:1:16: 'hooks.after' must name a program" },
	{ "retention: {keep_failed: \"no\"}\n",
	    "config.yaml:1:26: 'retention.keep_failed' must be true or false, found string" },
	{ "retry: {max_retries: -1}\n",
	    "config.yaml:1:22: 'retry.max_retries' is wrong: retry: 'max_retries' must be an "
	    "integer in 0..1000" },
	{ "cluster: {order: {wallime: 1h}}\n",
	    "config.yaml:1:18: 'cluster.order' is wrong: there is no 'wallime': 'walltime' is "
	    "meant?" },
	{ "cluster: {order: long}\n",
	    "config.yaml:1:18: 'cluster.order' must be an object of what to order, found string" },
	{ "retry: {delays: 1}\n",
	    "config.yaml:1:17: 'retry.delays' is not a setting; did you mean 'retry.delay'?" },
};

static void
test_files(void)
{
	for (size_t i = 0; i < COUNT(files); i++) {
		struct err err = { 0 };
		struct config *config;

		write_config(files[i].text);
		config = config_open(dir, &err);
		ok(!config == !!files[i].error, "%s", files[i].text);
		is_str(config ? NULL : err.text + strlen(dir) + 1, files[i].error, "its error");
		ok(config || err.kind == ERR_INPUT, "bad input");
		config_free(config);
	}
}

static const struct {
	const char *variable, *text, *error;
} variables[] = {
	{ "DOCKLINE_LIST_LIMIT", "7", NULL },
	{ "DOCKLINE_LIST_LIMIT", "", NULL },
	{ "DOCKLINE_LIST_LIMIT", "null", NULL },
	{ "DOCKLINE_LIST_LIMIT", "x", "DOCKLINE_LIST_LIMIT must be a whole number, found string" },
	{ "DOCKLINE_HOOKS_BEFORE", "[a, \"b c\"]", NULL },
	{ "DOCKLINE_HOOKS_BEFORE", "[a", "DOCKLINE_HOOKS_BEFORE:" },
	{ "DOCKLINE_RETRY_ON", "[lost]", NULL },
	{ "DOCKLINE_RETRY_ON", "lost",
	    "DOCKLINE_RETRY_ON is wrong: retry: 'on' must be an array of failure classes" },
	{ "DOCKLINE_CONFIG", "/nowhere/config.yaml", "cannot open '/nowhere/config.yaml'" },
};

static void
test_variables(void)
{
	unlink(in_dir("config.yaml"));
	for (size_t i = 0; i < COUNT(variables); i++) {
		const char *want = variables[i].error;
		struct err err = { 0 };
		struct config *config;

		setenv(variables[i].variable, variables[i].text, 1);
		config = config_open(dir, &err);
		ok(config ? !want : want && strncmp(err.text, want, strlen(want)) == 0, "%s=%s %s",
		    variables[i].variable, variables[i].text, err.text);
		config_free(config);
		unsetenv(variables[i].variable);
	}
}

static void
test_values(void)
{
	struct err err = { 0 };
	struct config *config;
	char *const *argv;

	write_config(
	    "execution: {timeout: 1h, grace: 1.5s}\nlist: {limit: 20}\n"
	    "alerts: {memory: 10%, disk: 2G, failure_rate: 5%}\nlog: {cap: 1M}\n"
	    "hooks: {after: notify, before: [notify, now]}\nretention: {keep_failed: false}\n");
	setenv("DOCKLINE_LIST_LIMIT", "30", 1);
	setenv("DOCKLINE_CONFIG", "/nowhere/config.yaml", 1);
	config = config_open(dir, &err);
	unsetenv("DOCKLINE_LIST_LIMIT");
	unsetenv("DOCKLINE_CONFIG");
	if (!ok(config != NULL, "read: %s", err.text))
		return;
	ok(config_number(config, CONFIG_EXECUTION_TIMEOUT) == 3600, "a duration of the file");
	ok(strstr(config_source(config, CONFIG_EXECUTION_TIMEOUT), "config.yaml:1:22") != NULL,
	    "its place");
	ok(config_number(config, CONFIG_LIST_LIMIT) == 30, "a variable before the file");
	is_str(config_source(config, CONFIG_LIST_LIMIT), "DOCKLINE_LIST_LIMIT", "its place");
	ok(config_number(config, CONFIG_PIPELINE_MAX_STEPS) == 50, "a default");
	is_str(config_source(config, CONFIG_PIPELINE_MAX_STEPS), "default", "its place");
	ok(!config_is_set(config, CONFIG_WORKER_JOBS), "no default, not set");
	ok(config_number(config, CONFIG_WORKER_JOBS) == 0, "is 0");
	is_str(config_source(config, CONFIG_WORKER_JOBS), "default", "its place");
	is_int(config_room(config, CONFIG_ALERTS_MEMORY, 1000), 100, "a part of what there is");
	is_int(config_room(config, CONFIG_ALERTS_DISK, 1000), INT64_C(2) << 30, "so many bytes");
	is_int(config_room(config, CONFIG_WORKER_MIN_FREE_MEMORY, 1000), 0, "none");
	ok(config_number(config, CONFIG_LOG_CAP) == 1 << 20, "a size");
	ok(!config_flag(config, CONFIG_RETENTION_KEEP_FAILED), "false");
	argv = config_program(config, CONFIG_HOOKS_BEFORE);
	ok(argv && strcmp(argv[0], "notify") == 0 && strcmp(argv[1], "now") == 0 && !argv[2],
	    "a program with an argument");
	argv = config_program(config, CONFIG_HOOKS_AFTER);
	ok(argv && strcmp(argv[0], "notify") == 0 && !argv[1], "a program alone");
	ok(!config_program(config, CONFIG_HOOKS_ON_FAILURE), "no program");
	is_json(config_value(config, CONFIG_ALERTS_MEMORY), "\"10%\"", "as it was written");
	config_free(config);
}

/* Without a file in the state directory DOCKLINE_CONFIG names one. */
static void
test_place(void)
{
	struct config *config;

	write_config("list: {limit: 5}\n");
	setenv("DOCKLINE_CONFIG", in_dir("config.yaml"), 1);
	config = config_open(NULL, NULL);
	ok(config && config_number(config, CONFIG_LIST_LIMIT) == 5, "no state directory");
	config_free(config);
	config = config_open("/nowhere", NULL);
	ok(config && config_number(config, CONFIG_LIST_LIMIT) == 5, "nothing in it");
	config_free(config);
	setenv("DOCKLINE_CONFIG", "", 1);
	config = config_open(NULL, NULL);
	ok(config && config_number(config, CONFIG_LIST_LIMIT) == 100, "nothing at all");
	config_free(config);
	unsetenv("DOCKLINE_CONFIG");
}

static const struct {
	const char *members; /* of service_config */
	double soft, hard;
	int retries;
	int64_t delay;
	int failures;
	int64_t pause;
} tasks[] = {
	{ "", 60, 65, 7, 9000000, 2, 30000000 },
	{ ",\"timeout\":90,\"retry\":{\"max_retries\":1},\"breaker\":{\"pause\":1}", 90, 95, 1,
	    9000000, 2, 1000000 },
	{ ",\"timeout\":{\"soft\":10},\"breaker\":false", 10, 15, 7, 9000000, 0, 30000000 },
	{ ",\"timeout\":{\"hard\":10},\"breaker\":true", 10, 10, 7, 9000000, 2, 30000000 },
	{ ",\"timeout\":{\"soft\":5,\"hard\":10}", 5, 10, 7, 9000000, 2, 30000000 },
	{ ",\"timeout\":{}", 60, 65, 7, 9000000, 2, 30000000 },
	{ ",\"timeout\":null,\"retry\":\"none\",\"breaker\":{\"failures\":9}", 60, 65, 7, 9000000,
	    9, 30000000 },
};

static void
test_tasks(void)
{
	struct config *config;

	write_config("execution: {timeout: 1m, grace: 5s}\nretry: {max_retries: 7, delay: 9s}\n"
		     "breaker: {failures: 2, pause: 30s}\n");
	config = config_open(dir, NULL);
	for (size_t i = 0; config && i < COUNT(tasks); i++) {
		struct buf text = BUF_INIT;
		struct task *task;
		json_t *json;

		buf_addf(&text, "{\"task_id\":\"t\",\"service_config\":{\"command\":[\"x\"]%s}}",
		    tasks[i].members);
		json = json_loads(text.data, 0, NULL);
		task = task_parse(json, NULL);
		config_task(config, task);
		ok(task->soft == tasks[i].soft && task->hard == tasks[i].hard, "%s: %g, %g",
		    tasks[i].members, task->soft, task->hard);
		is_int(task->retry.max_retries, tasks[i].retries, "retries");
		is_int(task->retry.delay, tasks[i].delay, "delay");
		is_int(task->rules.breaker.failures, tasks[i].failures, "failures");
		is_int(task->rules.breaker.pause, tasks[i].pause, "pause");
		ok((task->retry.strategy == RETRY_NONE) == !!strstr(tasks[i].members, "none"),
		    "strategy");
		task_free(task);
		json_decref(json);
		buf_clear(&text);
	}
	config_free(config);
}

/* Without a file a task is as it was parsed. */
static void
test_same_defaults(void)
{
	struct config *config = config_open(NULL, NULL);
	struct retry_policy preset, read;
	json_t *one, *other;
	struct buf text = BUF_INIT;

	retry_default(&preset);
	config_retry(config, &read);
	one = retry_json(&preset);
	other = retry_json(&read);
	json_put(one, &text);
	is_json(other, text.data, "the same retries as without settings");
	json_decref(one);
	json_decref(other);
	buf_clear(&text);
	config_free(config);
}

static const char *const types[] = {
	[CONFIG_COUNT] = "a whole number",
	[CONFIG_NUMBER] = "a number",
	[CONFIG_SECONDS] = "a duration",
	[CONFIG_BYTES] = "a size",
	[CONFIG_FRACTION] = "a percentage",
	[CONFIG_ROOM] = "a size or a percentage",
	[CONFIG_FLAG] = "true or false",
	[CONFIG_PROGRAM] = "a program",
	[CONFIG_RETRY] = "as in a task",
	[CONFIG_ORDER] = "an object",
};

/* Every row stands in the page as three lines, and nothing else does. */
static void
test_page(void)
{
	struct buf page = BUF_INIT;
	int items = 0;

	ok(file_read("man/dockline-config.5", 0, &page, NULL) == 0, "the page is there");
	for (int key = 0; key < CONFIG_KEYS; key++) {
		const struct config_setting *s = config_setting((enum config_key)key);
		bool blank = s->preset && strchr(s->preset, ' ');
		struct buf item = BUF_INIT;

		buf_addf(&item, "\n.It Li %s\n%s\n.Pq No %s ; Ev %s", s->path, s->meaning,
		    types[s->type], s->variable);
		if (s->preset)
			buf_addf(&item, " ; No default Li %s%s%s", blank ? "\"" : "", s->preset,
			    blank ? "\"" : "");
		buf_add_str(&item, "\n");
		ok(strstr(buf_str(&page), item.data) != NULL, "the page has%s", item.data);
		buf_clear(&item);
	}
	for (const char *p = buf_str(&page); (p = strstr(p, "\n.It Li ")); p++)
		items += strchr(p + 1, '.') && strcspn(p + 8, ".") < strcspn(p + 8, "\n");
	is_int(items, CONFIG_KEYS, "and no others");
	buf_clear(&page);
}

/* Every row stands in the schema, with its meaning and default. */
static void
test_schema(void)
{
	json_t *schema = json_read_file("share/schema/config.json", NULL), *group;
	const char *name;
	int leaves = 0;

	for (int key = 0; key < CONFIG_KEYS; key++) {
		const struct config_setting *s = config_setting((enum config_key)key);
		struct yaml_docs docs = YAML_DOCS_INIT;
		char at[128];
		json_t *leaf, *preset;

		snprintf(at, sizeof(at), "/properties/%.*s/properties/%s",
		    (int)strcspn(s->path, "."), s->path, strchr(s->path, '.') + 1);
		leaf = json_at(schema, at);
		is_str(json_string_value(json_object_get(leaf, "description")), s->meaning, "%s",
		    s->path);
		preset = json_object_get(leaf, "default");
		if (s->preset)
			yaml_parse("preset", s->preset, strlen(s->preset), &docs, NULL);
		ok(s->preset ? json_equal(preset, docs.at[0].value) : !preset, "%s: default",
		    s->path);
		yaml_docs_clear(&docs);
	}
	json_object_foreach(json_object_get(schema, "properties"), name, group)
		leaves += (int)json_object_size(json_object_get(group, "properties"));
	is_int(leaves, CONFIG_KEYS, "and no others");
	json_decref(schema);
}

/* A path, its variable and the order of the table go together. */
static void
test_table(void)
{
	for (int key = 0; key < CONFIG_KEYS; key++) {
		const struct config_setting *s = config_setting((enum config_key)key);
		struct buf variable = BUF_INIT;

		buf_add_str(&variable, "DOCKLINE_");
		for (const char *c = s->path; *c; c++)
			buf_add_char(&variable, *c == '.' ? '_' : (char)toupper(*c));
		is_int(config_find(s->path), key, "%s is found", s->path);
		is_str(s->variable, variable.data, "%s: variable", s->path);
		ok(key == 0 ||
			strcmp(config_setting((enum config_key)(key - 1))->path, s->path) < 0,
		    "%s is in order", s->path);
		buf_clear(&variable);
	}
	is_int(config_find("execution"), -1, "a group is no setting");
}

int
main(void)
{
	if (!ok(mkdtemp(dir) != NULL, "a folder"))
		return 1;
	for (int key = 0; key < CONFIG_KEYS; key++)
		unsetenv(config_setting((enum config_key)key)->variable);
	unsetenv("DOCKLINE_CONFIG");
	test_table();
	test_files();
	test_variables();
	test_values();
	test_place();
	test_tasks();
	test_same_defaults();
	test_schema();
	test_page();
	file_remove_tree(dir, NULL);
	return done_testing();
}
