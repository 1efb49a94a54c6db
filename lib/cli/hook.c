/* SPDX-License-Identifier: MIT */
/* hook: a program that gets a record on standard input. */
#include "cli/hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "cli/slot.h"
#include "exec/proc.h"
#include "exec/tag.h"

extern char **environ;

/* Its environment: ours but for what tells of executions, and then its own. */
struct surroundings {
	VEC(char *) all; /* ends with NULL */
	VEC(char *) own; /* of them, to be freed */
};

static void
add(struct surroundings *s, char *variable)
{
	vec_add(&s->own, variable);
	vec_add(&s->all, variable);
}

static void
surround(struct surroundings *s, const struct hook *h)
{
	char tag[TAG_TEXT];

	for (char **var = environ; *var; var++)
		if (!slot_is_own_variable(*var))
			vec_add(&s->all, *var);
	if (*tag_make(tag))
		add(s, xstrdup(tag));
	add(s, xasprintf("DOCKLINE_HOOK=%s", h->name));
	add(s, xasprintf("DOCKLINE_ORG=%s", h->org));
	add(s, xasprintf("DOCKLINE_STATE=%s", h->state));
	if (h->execution) {
		add(s, xasprintf("DOCKLINE_EXECUTION=%lld", (long long)h->execution));
		add(s, xasprintf("DOCKLINE_ATTEMPT=%d", h->attempt));
	} else {
		add(s, xasprintf("DOCKLINE_COPROCESS=%d", h->attempt));
	}
	if (h->job)
		add(s, xasprintf("DOCKLINE_JOB=%s", h->job));
	if (h->dir)
		add(s, xasprintf("DOCKLINE_WORK=%s", h->dir));
	vec_add(&s->all, NULL);
}

static void
surroundings_clear(struct surroundings *s)
{
	for (size_t i = 0; i < s->own.len; i++)
		free(s->own.at[i]);
	vec_clear(&s->own);
	vec_clear(&s->all);
}

pid_t
hook_start(const struct hook *h, struct err *err)
{
	struct surroundings s = { 0 };
	char *program = slot_program(h->argv[0]);
	struct proc_spec spec = {
		.argv = h->argv, .program = program, .in = h->in, .out = h->log, .err = h->log
	};
	pid_t pid;

	surround(&s, h);
	spec.env = s.all.at;
	pid = proc_start(&spec, err);
	surroundings_clear(&s);
	free(program);
	return pid < 0 ? err_wrap(err, "hook '%s'", h->name) : pid;
}

void
hook_record(const struct work *work, const char *org, struct buf *out)
{
	const struct task *task = work->lane->task;
	json_t *params = json_parse(work->params, work->params_len, NULL);
	json_t *record = json_pack("{s:s, s:I, s:s, s:s, s:s?, s:s?, s:s, s:s, s:o?, s:i}", "type",
	    "execution", "id", (json_int_t)work->id, "key", work->key, "task", task->name,
	    "version", task->version, "job", work->lane->job_name, "org", org, "status",
	    "preparing", "params", params, "attempts", work->attempt);

	json_put(record, out);
	json_decref(record);
}

/* The last line that is not empty. */
static const char *
last_line(const char *log, int *len)
{
	const char *end = log + strlen(log), *start;

	while (end > log && end[-1] == '\n')
		end--;
	start = end;
	while (start > log && start[-1] != '\n')
		start--;
	*len = (int)(end - start);
	return start;
}

char *
hook_complain(const char *name, const char *program, const char *what, const char *log, char *text,
    size_t size)
{
	const char *line;
	int len;

	line = last_line(log, &len);
	snprintf(text, size, "hook '%s' (%s): %s%s%.*s", name, program, what, len ? ": " : "", len,
	    line);
	return text;
}
