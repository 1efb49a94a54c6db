/* SPDX-License-Identifier: MIT */
/* spec: a task file with an interface spec; every fault has a place, what is good can be used. */
#include "base/json.h"
#include "base/yaml.h"
#include "fuzz.h"
#include "task/schema.h"
#include "task/task.h"

struct faults_seen {
	const struct yaml_doc *doc;
	int count;
};

static void
see(const char *pointer, const char *what, void *ctx)
{
	struct faults_seen *seen = ctx;
	size_t line, column;

	MUST((!*pointer || *pointer == '/') && *what);
	yaml_where(seen->doc, pointer, &line, &column);
	MUST(line > 0 && column > 0);
	seen->count++;
}

static int
look(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	(void)err;
	MUST(json_at(ctx, pointer) == string);
	return 0;
}

/* The examples of the parameters, or nothing much, go through all that is done with parameters. */
static void
use(const struct schema *schema, const json_t *document)
{
	json_t *value = json_deep_copy(json_object_get(document, "x-value")), *errors;
	char *words;

	if (!value)
		value = json_object();
	errors = schema_errors(schema, value);
	MUST(!errors == (schema_judge(schema, value, NULL) == 0));
	json_decref(errors);
	schema_fill_defaults(schema, value);
	MUST(schema_each_path(schema, value, look, value, NULL) == 0);
	words = schema_type_words(schema);
	free(words);
	words = schema_allowed_words(schema);
	free(words);
	json_decref(value);
}

static void
try_document(const struct yaml_doc *doc)
{
	struct faults_seen seen = { doc, 0 };
	struct task *task;
	int faults = task_lint(doc->value, see, &seen);

	MUST(faults == seen.count);
	task = task_parse(doc->value, NULL);
	MUST((task != NULL) == (faults == 0));
	if (task && task->params)
		use(task->params, doc->value);
	if (task && task->results)
		use(task->results, doc->value);
	task_free(task);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_docs docs = YAML_DOCS_INIT;

	if (yaml_parse("fuzz", (const char *)data, size, &docs, NULL) == 0)
		for (size_t i = 0; i < docs.len; i++)
			try_document(&docs.at[i]);
	yaml_docs_clear(&docs);
	return 0;
}
