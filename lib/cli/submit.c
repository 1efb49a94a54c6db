/* SPDX-License-Identifier: MIT */
/* submit: lines of input become executions. */
#include "cli/programs.h"
#include "cli/submit.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/jq.h"
#include "base/json.h"
#include "cli/givens.h"
#include "cli/inputs.h"
#include "cli/supply.h"
#include "exec/cmdline.h"
#include "task/fingerprint.h"
#include "task/schema.h"

struct submit {
	struct submit_options o;
	struct givens givens;
	struct jq *map;
	submit_line_fn *take; /* gets each line */
	void *ctx;
	struct inputs_taker taker;
	char **programs; /* of a task whose results are cached; NULL: it cannot be told */
	struct err none; /* why */
	struct buf text; /* of the line that is being made */
	pthread_t thread;
	struct supply supply;
	int64_t lines;
	struct err err;       /* why reading stopped */
	bool failed, reading; /* the thread was started */
};

static supply_fn submit_record;

struct submit *
submit_new(const struct submit_options *options, struct err *err)
{
	struct submit *s = xcalloc(1, sizeof(*s));

	s->o = *options;
	if (givens_read(&s->givens, options->task, options->set, options->force, err) < 0)
		goto fail;
	s->taker = (struct inputs_taker){ .schema = options->task->params,
		.shared = s->givens.inputs,
		.memory = options->keep_inputs ? options->memory : NULL };
	s->supply = (struct supply){ .app = options->app,
		.files = options->files,
		.lines = options->lines,
		.alike = options->task->origin == TASK_ADHOC,
		.fn = submit_record,
		.ctx = s };
	if (options->task->rules.cache.on && options->memory)
		s->programs = programs_find(options->task, &s->none);
	if (options->map && !(s->map = jq_new(options->map, err))) {
		struct err why = *err;

		err_set(err, ERR_USAGE, "--map: %s", why.text);
		goto fail;
	}
	return s;
fail:
	submit_free(s);
	return NULL;
}

void
submit_free(struct submit *s)
{
	if (!s)
		return;
	givens_clear(&s->givens);
	programs_free(s->programs);
	inputs_taker_clear(&s->taker);
	jq_free(s->map);
	buf_clear(&s->text);
	free(s);
}

json_t *
submit_settings(struct submit *s, struct err *err)
{
	return givens_settings(&s->givens, err);
}

int
submit_store_inputs(struct submit *s, struct store *store, struct err *err)
{
	return givens_store(&s->givens, store, err);
}

/* ---- one line ---- */

/* What a line has come to. */
struct made {
	json_t *params;
	enum status status;
	enum failure class;
	json_t *error; /* NULL: none */
};

/* An execution record stands for its result; one without result makes class dependency. */
static void
unwrap_execution(struct made *m)
{
	json_t *result = json_object_get(m->params, "result");
	const char *status = json_string_value(json_object_get(m->params, "status"));
	json_t *id = json_object_get(m->params, "id"), *key = json_object_get(m->params, "key");

	if (status && strcmp(status, "completed") == 0 && json_is_object(result)) {
		json_t *params = json_copy(result);

		if (key && !json_object_get(params, "key"))
			json_object_set(params, "key", key);
		json_decref(m->params);
		m->params = params;
		return;
	}
	m->status = ST_FAILED;
	m->class = FAIL_DEPENDENCY;
	m->error = json_pack("{s:s, s:s, s:O?}", "class", "dependency", "reason",
	    "the execution on this line did not complete", "execution", id);
}

/* A record that failed or was skipped before it came to us travels on as such. */
static void
take_error(struct made *m)
{
	json_t *error = json_object_get(m->params, "error");
	const char *word;
	int class;

	if (json_is_object(json_object_get(m->params, "skipped"))) {
		m->status = ST_SKIPPED;
		return;
	}
	if (!json_is_object(error))
		return;
	word = json_string_value(json_object_get(error, "class"));
	class = word ? failure_find(word) : -1;
	m->status = ST_FAILED;
	m->class = class < 0 ? FAIL_INPUT : (enum failure) class;
	m->error = json_copy(error);
	json_object_set_new(m->error, "class", json_string(failure_name(m->class)));
}

static int
judge(struct submit *s, struct made *m, struct err *err)
{
	const struct schema *schema = s->o.task->params;
	char **argv;

	if (m->status != ST_QUEUED)
		return 0;
	if (schema)
		schema_fill_defaults(schema, m->params);
	if (givens_name_paths(&s->givens, m->params, err) < 0 ||
	    (schema && schema_judge(schema, m->params, err) < 0))
		return -1;
	if (s->givens.has_paths && inputs_take(&s->taker, m->params, err) < 0)
		return -1;
	if (s->o.task->origin != TASK_ADHOC)
		return 0;
	argv = cmdline_expand(s->o.task->argv, m->params, err);
	cmdline_free(argv);
	return argv ? 0 : -1;
}

/* What equal executions have in common; nothing for what is never run, or may not be cached. */
static bool
take_print(struct submit *s, const struct made *m, struct fingerprint *print, struct err *why)
{
	const struct task *task = s->o.task;

	if (m->status != ST_QUEUED || !task->rules.cache.on || !s->o.memory)
		return false;
	if (!s->programs)
		*why = s->none;
	return s->programs &&
	    fingerprint_take(
		s->o.memory, s->o.app->org, task, s->programs, m->params, print, why) == 0;
}

static struct line *
make_line(struct submit *s, const struct made *m, const char *key, const char *where)
{
	struct fingerprint print = { .parts = NULL };
	struct line_parts parts = { .params = m->params,
		.error = m->error,
		.status = m->status,
		.class = m->class,
		.key = key,
		.where = where };
	struct err why = { 0 };
	struct line *line;

	if (m->status == ST_QUEUED) {
		parts.inputs = &s->taker.texts;
		parts.ninputs = s->taker.count;
	}
	if (take_print(s, m, &print, &why)) {
		parts.print = print.digest;
		parts.parts = print.parts;
	} else if (*why.text) {
		parts.parts = why.text;
	}
	line = line_make(&parts, &s->text);
	free(print.parts);
	return line;
}

/* Is `key` no parameter of the task, but refused as one? */
static bool
refuses_key(const struct schema *schema)
{
	return schema && !schema_property(schema, "key") &&
	    json_is_false(json_object_get(schema_source(schema), "additionalProperties"));
}

/* The caller's key: the parameter of this name, which stays one unless the task would refuse it. A
 * whole number is its digits, unless the task says itself what `key` means. NULL: there is none.
 * The caller frees. */
static char *
take_key(const struct submit *s, json_t *params)
{
	const struct schema *schema = s->o.task->params;
	json_t *key = json_object_get(params, "key");
	char *text = NULL;

	if (json_is_string(key))
		text = xstrdup(json_string_value(key));
	else if (json_is_integer(key) && !schema_property(schema, "key"))
		text = xasprintf("%lld", (long long)json_integer_value(key));
	if (text && refuses_key(schema))
		json_object_del(params, "key");
	return text;
}

struct line *
submit_make(struct submit *s, json_t *params, const char *key, const char *where, struct err *err)
{
	struct made m = { params, ST_QUEUED, FAIL_NONE, NULL };
	const char *type = json_string_value(json_object_get(params, "type"));
	struct line *line = NULL;
	char *own;

	if (type && strcmp(type, "execution") == 0)
		unwrap_execution(&m);
	if (m.status == ST_QUEUED)
		take_error(&m);
	json_fill(m.params, s->givens.set);
	json_object_update(m.params, s->givens.force);
	own = take_key(s, m.params);
	if (judge(s, &m, err) == 0)
		line = make_line(s, &m, key ? key : own, where);
	free(own);
	json_decref(m.params);
	json_decref(m.error);
	return line;
}

/* Submit params (taken over). -1: refused. */
static int
submit_params(struct submit *s, json_t *params, const char *where, struct err *err)
{
	struct line *line = submit_make(s, params, NULL, where, err);

	if (!line)
		return -1;
	s->take(line, s->ctx);
	s->lines++;
	return 0;
}

/* A record as read: through --map where there is one. */
static int
submit_record(json_t *record, const char *where, void *ctx, struct err *err)
{
	struct submit *s = ctx;
	json_t *made, *params;
	size_t i;
	int rc;

	if (!s->map)
		return submit_params(s, json_copy(record), where, err);
	made = json_array();
	rc = jq_run(s->map, record, made, err);
	json_array_foreach(made, i, params) {
		if (rc == 0 && !json_is_object(params))
			rc = err_set(err, ERR_INPUT, "--map must make objects, it made: %s",
			    json_type_name(params));
		if (rc == 0)
			rc = submit_params(s, json_copy(params), where, err);
	}
	json_decref(made);
	return rc;
}

/* ---- reading ---- */

static int
read_all(struct submit *s, struct err *err)
{
	if (s->o.once)
		return submit_params(s, json_object(), NULL, err);
	return supply_read(&s->supply, err);
}

int64_t
submit_gather(struct submit *s, submit_line_fn *take, void *ctx, struct err *err)
{
	s->take = take;
	s->ctx = ctx;
	if (read_all(s, err) < 0 || supply_is_good(&s->supply, err) < 0)
		return -1;
	return s->lines;
}

static void
give_to_commit(struct line *line, void *ctx)
{
	commit_line(ctx, line);
}

static void *
reader(void *ctx)
{
	struct submit *s = ctx;

	s->failed = read_all(s, &s->err) < 0;
	commit_lines_end(s->ctx);
	return NULL;
}

void
submit_start(struct submit *s, struct commit *commit)
{
	int failed;

	s->take = give_to_commit;
	s->ctx = commit;
	failed = pthread_create(&s->thread, NULL, reader, s);
	s->reading = failed == 0;
	if (s->reading)
		return;
	s->failed = true;
	err_set(&s->err, ERR_SYSTEM, "cannot start a thread: %s", strerror(failed));
	commit_lines_end(commit);
}

int64_t
submit_join(struct submit *s, struct err *err)
{
	if (s->reading)
		pthread_join(s->thread, NULL);
	if (!s->failed)
		return s->lines;
	*err = s->err;
	return -1;
}
