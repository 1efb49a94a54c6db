/* SPDX-License-Identifier: MIT */
/* script: the last attempt of an execution as a shell script that stands alone. */
#include "cli/script.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cli/app.h"
#include "cli/slot.h"
#include "exec/cmdline.h"
#include "store/store.h"
#include "task/execution.h"
#include "task/task.h"

/* One word of the shell, whatever it contains. */
static void
put_word(struct buf *out, const char *text)
{
	if (*text &&
	    !text[strspn(text,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_./:,@%+-")]) {
		buf_add_str(out, text);
		return;
	}
	buf_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, *text);
	}
	buf_add_char(out, '\'');
}

/* A line of comment: what stands in it stays in it. */
static void
put_comment(struct buf *out, const char *text)
{
	buf_add_str(out, "# ");
	utf8_visible(text, strlen(text), UTF8_CONTROLS, out);
	buf_add_char(out, '\n');
}

static const char *
text_at(const json_t *record, const char *pointer)
{
	return json_string_value(json_at(record, pointer));
}

static int64_t
number_at(const json_t *record, const char *pointer)
{
	return json_integer_value(json_at(record, pointer));
}

static void
put_head(struct buf *out, const json_t *record)
{
	const char *job = text_at(record, "/job"), *reason = text_at(record, "/error/reason");
	char *text;

	buf_add_str(out, "#!/bin/sh\n");
	text = xasprintf("execution %lld of task %s%s%s, attempt %lld: %s%s%s",
	    (long long)number_at(record, "/id"), text_at(record, "/task"), job ? ", job " : "",
	    job ? job : "", (long long)number_at(record, "/attempts"), text_at(record, "/status"),
	    reason ? ": " : "", reason ? reason : "");
	put_comment(out, text);
	free(text);
}

static void
put_variable(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s=", name);
	put_word(out, value);
	buf_addf(out, "\nexport %s\n", name);
}

static void
put_variables(struct buf *out, const json_t *record, const char *state)
{
	const char *job = text_at(record, "/job");
	char number[32];

	snprintf(number, sizeof(number), "%lld", (long long)number_at(record, "/id"));
	put_variable(out, "DOCKLINE_EXECUTION", number);
	snprintf(number, sizeof(number), "%lld", (long long)number_at(record, "/attempts"));
	put_variable(out, "DOCKLINE_ATTEMPT", number);
	put_variable(out, "DOCKLINE_ORG", text_at(record, "/org"));
	if (job)
		put_variable(out, "DOCKLINE_JOB", job);
	else
		buf_add_str(out, "unset DOCKLINE_JOB\n");
	put_comment(out, "where stored objects are");
	put_variable(out, "DOCKLINE_STATE", state);
}

static void
put_place(struct buf *out, const struct task *task)
{
	if (task->cwd) {
		buf_add_str(out, "cd -- ");
		put_word(out, task->cwd);
		buf_add_str(out, " || exit 5\n");
	}
	if (task->workdir)
		buf_add_str(out,
		    "DOCKLINE_WORK=$(mktemp -d) || exit 5\n"
		    "export DOCKLINE_WORK\n"
		    "trap 'rm -rf -- \"$DOCKLINE_WORK\"' EXIT\n");
	else
		buf_add_str(out, "unset DOCKLINE_WORK\n");
}

/* The program as the worker finds it: beside ours, by its path. */
static void
put_program(struct buf *out, const char *name)
{
	char *found = slot_program(name);

	put_word(out, found && strchr(name, '/') == NULL ? found : name);
	free(found);
}

/* The text on stdin, between lines that do not occur in it. */
static void
put_here_document(struct buf *out, const char *text)
{
	struct buf mark = BUF_INIT;

	buf_add_str(&mark, "END_OF_PARAMETERS");
	while (strstr(text, mark.data))
		buf_add_char(&mark, '_');
	buf_addf(out, " <<'%s'\n%s\n%s\n", mark.data, text, mark.data);
	buf_clear(&mark);
}

static int
put_command(struct buf *out, const struct task *task, const json_t *params, struct err *err)
{
	char soft[NUM_TEXT], grace[NUM_TEXT], **argv;
	const char *line = json_string_value(json_object_get(params, "line"));
	struct buf text = BUF_INIT;

	if (task->remote)
		return err_set(err, ERR_USAGE, "task '%s' is served over HTTP: there is no script",
		    task->name);
	argv = cmdline_expand(task->argv, params, err);
	if (!argv)
		return -1;
	buf_addf(out, "limit='timeout -k %s %s'\n", num_text(task->hard - task->soft, grace),
	    num_text(task->soft, soft));
	buf_add_str(out, "command -v timeout >/dev/null || limit=\n$limit ");
	put_program(out, argv[0]);
	for (size_t i = 1; argv[i]; i++) {
		buf_add_char(out, ' ');
		put_word(out, argv[i]);
	}
	if (!task->lines)
		json_put(params, &text);
	put_here_document(out, task->lines ? (line ? line : "") : buf_str(&text));
	buf_clear(&text);
	cmdline_free(argv);
	return 0;
}

int
script_of(struct app *app, struct store *store, int64_t id, struct buf *out, struct err *err)
{
	json_t *record;
	int rc = execution_record(store, app->org, id, &record, err);
	struct task *task;

	if (rc <= 0)
		return rc;
	task = task_of_execution(store, app->org, id, err);
	rc = -1;
	if (task) {
		put_head(out, record);
		put_variables(out, record, store_dir(store));
		put_place(out, task);
		rc = put_command(out, task, json_object_get(record, "params"), err);
	}
	task_free(task);
	json_decref(record);
	return rc < 0 ? -1 : 1;
}
