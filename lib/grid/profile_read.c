/* SPDX-License-Identifier: MIT */
/* profile_read: the members of a profile, each checked. */
#include "grid/profile_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strtab.h"
#include "grid/batch.h"
#include "grid/order.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

const char *const answer_forms[] = { "lines", "pairs", "blocks", "json", "xml" };

/* ---- errors ---- */

int
profile_bad(
    const struct profile_file *f, const char *pointer, struct err *err, const char *fmt, ...)
{
	const struct profile_file *where = f;
	size_t line, column;
	va_list ap;
	char *text;

	while (where->below && yaml_where(&where->docs.at[0], pointer, &line, &column) != 1)
		where = where->below;
	if (yaml_where(&where->docs.at[0], pointer, &line, &column) != 1)
		where = f;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	yaml_error(&where->docs.at[0], pointer, err, "%s", text);
	free(text);
	return -1;
}

/* Members there are, so that a slip is told. */
static int
check_members(const struct profile_file *f, const char *pointer, const char *const *known, size_t n,
    struct err *err)
{
	json_t *object = json_at(f->value, pointer), *value;
	const char *name, *near;

	if (!json_is_object(object))
		return profile_bad(f, pointer, err, "this must be a mapping");
	json_object_foreach(object, name, value)
		if (strtab_find(known, n, name) < 0) {
			char *member = xasprintf("%s/%s", pointer, name);

			near = strtab_nearest(known, n, name);
			profile_bad(f, member, err, "there is no member '%s'%s%s%s", name,
			    near ? ": '" : "", near ? near : "", near ? "' is meant?" : "");
			free(member);
			return -1;
		}
	return 0;
}

/* ---- values ---- */

int
profile_text(const struct profile_file *f, const char *pointer, const char **out, struct err *err)
{
	const json_t *value = json_at(f->value, pointer);

	if (!value && *out)
		return 0;
	*out = json_string_value(value);
	if (*out)
		return 0;
	return profile_bad(f, pointer, err, "'%s' must be a text", strrchr(pointer, '/') + 1);
}

static int
read_bool(const struct profile_file *f, const char *pointer, bool *out, struct err *err)
{
	const json_t *value = json_at(f->value, pointer);

	if (!value)
		return 0;
	if (!json_is_boolean(value))
		return profile_bad(f, pointer, err, "this must be true or false");
	*out = json_is_true(value);
	return 0;
}

/* A list of texts, ended by NULL; absent: an empty one. */
static int
read_list(struct profile_file *f, const char *pointer, const char ***out, struct err *err)
{
	const json_t *list = json_at(f->value, pointer);
	size_t n = json_array_size(list);
	const char **texts = xcalloc(n + 1, sizeof(*texts));

	vec_add(&f->lists, texts);
	*out = texts;
	if (list && !json_is_array(list))
		return profile_bad(f, pointer, err, "this must be a list of texts");
	for (size_t i = 0; i < n; i++)
		if (!(texts[i] = json_string_value(json_array_get(list, i))))
			return profile_bad(f, pointer, err, "this must be a list of texts");
	return 0;
}

static int
read_argv(struct profile_file *f, const char *pointer, char ***out, struct err *err)
{
	const char **argv;

	if (read_list(f, pointer, &argv, err) < 0)
		return -1;
	if (!argv[0])
		return profile_bad(f, pointer, err, "a program and its arguments are missing");
	*out = (char **)argv;
	return 0;
}

/* ---- questions ---- */

static int
read_columns(
    const struct profile_file *f, const char *pointer, struct profile_ask *ask, struct err *err)
{
	const json_t *list = json_at(f->value, pointer);
	size_t n = json_array_size(list);

	if (n == 0 || n >= PROFILE_COLUMNS_MAX)
		return profile_bad(f, pointer, err, "'columns' must be a list of 1 to %d names",
		    PROFILE_COLUMNS_MAX - 1);
	for (size_t i = 0; i < n; i++)
		if (!(ask->columns[i] = json_string_value(json_array_get(list, i))))
			return profile_bad(f, pointer, err, "'columns' must be a list of names");
	return 0;
}

/* {lines: "|", columns: [...]}, {xml: ""} */
static int
read_form(
    const struct profile_file *f, const char *pointer, struct profile_ask *ask, struct err *err)
{
	const json_t *read = json_at(f->value, pointer);
	char *member = NULL;
	int rc;

	for (size_t i = 0; i < COUNT(answer_forms) && !member; i++)
		if (json_object_get(read, answer_forms[i])) {
			ask->form = (enum answer_form)i;
			member = xasprintf("%s/%s", pointer, answer_forms[i]);
		}
	if (!member)
		return profile_bad(
		    f, pointer, err, "'read' must say lines, pairs, blocks, json or xml");
	rc = profile_text(f, member, &ask->separator, err);
	free(member);
	if (rc < 0 || ask->form != ANSWER_LINES)
		return rc;
	if (!*ask->separator)
		return profile_bad(f, pointer, err, "lines need a separator");
	member = xasprintf("%s/columns", pointer);
	rc = read_columns(f, member, ask, err);
	free(member);
	return rc;
}

static int
read_ask(struct profile_file *f, const char *pointer, struct profile_ask *ask, struct err *err)
{
	static const char *const known[] = { "argv", "read", "rows", "none", "absent" };
	char *argv = xasprintf("%s/argv", pointer), *read = xasprintf("%s/read", pointer),
	     *rows = xasprintf("%s/rows", pointer), *none = xasprintf("%s/none", pointer),
	     *absent = xasprintf("%s/absent", pointer);
	int rc = -1;

	if (check_members(f, pointer, known, COUNT(known), err) == 0 &&
	    read_argv(f, argv, &ask->argv, err) == 0 && read_form(f, read, ask, err) == 0 &&
	    (!json_at(f->value, rows) || profile_text(f, rows, &ask->rows, err) == 0) &&
	    read_list(f, none, &ask->none, err) == 0 &&
	    read_list(f, absent, &ask->absent, err) == 0)
		rc = 0;
	free(argv);
	free(read);
	free(rows);
	free(none);
	free(absent);
	return rc;
}

static int
read_asks(struct profile_file *f, const char *name, bool needed, struct profile_asks *asks,
    struct err *err)
{
	char *pointer = xasprintf("/%s", name), *item;
	const json_t *list = json_at(f->value, pointer);
	size_t n = json_array_size(list);
	int rc = 0;

	if ((list && !json_is_array(list)) || (needed && n == 0))
		rc = profile_bad(f, pointer, err, "'%s' must be a list of questions", name);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct profile_ask ask = { .argv = NULL };

		item = xasprintf("%s/%zu", pointer, i);
		rc = read_ask(f, item, &ask, err);
		free(item);
		vec_add(asks, ask);
	}
	free(pointer);
	return rc;
}

/* ---- sections ---- */

static int
read_submit(struct profile_file *f, struct err *err)
{
	static const char *const known[] = { "argv", "id", "retry" };
	struct profile *p = &f->profile;
	const char *id = NULL;
	char text[200];
	int rc;

	if (check_members(f, "/submit", known, COUNT(known), err) < 0 ||
	    read_argv(f, "/submit/argv", &p->submit, err) < 0 ||
	    profile_text(f, "/submit/id", &id, err) < 0 ||
	    read_list(f, "/submit/retry", &p->retry, err) < 0)
		return -1;
	rc = regcomp(&p->id, id, REG_EXTENDED);
	if (rc != 0) {
		regerror(rc, &p->id, text, sizeof(text));
		return profile_bad(f, "/submit/id", err, "not a regular expression: %s", text);
	}
	f->has_id = true;
	if (p->id.re_nsub < 1)
		return profile_bad(
		    f, "/submit/id", err, "it must have a group, for the id of the job");
	return 0;
}

/* A command with an argument "{elements}"; one that is absent is NULL. */
static int
read_order(struct profile_file *f, const char *pointer, char ***argv, struct err *err)
{
	if (!json_at(f->value, pointer))
		return 0;
	if (read_argv(f, pointer, argv, err) < 0)
		return -1;
	for (size_t i = 0; (*argv)[i]; i++)
		if (strcmp((*argv)[i], "{elements}") == 0)
			return 0;
	return profile_bad(f, pointer, err, "there must be an argument '{elements}'");
}

static int
read_cancel(struct profile_file *f, struct err *err)
{
	static const char *const known[] = { "argv", "hold", "release", "job", "element", "over" };
	struct profile *p = &f->profile;

	p->job = "{job}";
	if (check_members(f, "/cancel", known, COUNT(known), err) < 0 ||
	    read_order(f, "/cancel/argv", &p->cancel, err) < 0 ||
	    read_order(f, "/cancel/hold", &p->hold, err) < 0 ||
	    read_order(f, "/cancel/release", &p->release, err) < 0 ||
	    profile_text(f, "/cancel/job", &p->job, err) < 0 ||
	    profile_text(f, "/cancel/element", &p->element, err) < 0 ||
	    read_list(f, "/cancel/over", &p->over, err) < 0)
		return -1;
	return p->cancel ? 0 : profile_bad(f, "/cancel", err, "'argv' is missing");
}

static int
read_script(struct profile_file *f, struct err *err)
{
	static const char *const known[] = { "directive", "first", "single", "refused", "options",
		"words", "values" };
	static const char *const words[] = { "requeue", "no_requeue", "log_none" };
	static const char *const values[] = { "job", "element", "restart", "node", "cpus", "memory",
		"scratch", "ends" };
	struct profile *p = &f->profile;
	const json_t *first = json_at(f->value, "/script/first");

	p->refused = "";
	p->first = json_integer_value(first);
	p->single = true;
	p->words = json_at(f->value, "/script/words");
	p->values = json_at(f->value, "/script/values");
	if (check_members(f, "/script", known, COUNT(known), err) < 0 ||
	    check_members(f, "/script/words", words, COUNT(words), err) < 0 ||
	    check_members(f, "/script/values", values, COUNT(values), err) < 0 ||
	    profile_text(f, "/script/directive", &p->directive, err) < 0 ||
	    profile_text(f, "/script/refused", &p->refused, err) < 0 ||
	    read_bool(f, "/script/single", &p->single, err) < 0 ||
	    read_list(f, "/script/options", &p->options, err) < 0)
		return -1;
	if (!json_is_integer(first) || p->first < 0 || p->first > 1)
		return profile_bad(f, "/script/first", err, "'first' must be 0 or 1");
	if (!json_is_string(json_object_get(p->values, "element")))
		return profile_bad(f, "/script/values", err, "'element' is missing");
	return 0;
}

/* Each word has the name of a state. */
static int
read_states(struct profile_file *f, struct err *err)
{
	const char *word;
	json_t *name;

	f->profile.states = json_object_get(f->value, "states");
	if (!json_is_object(f->profile.states))
		return profile_bad(f, "/states", err, "'states' must be a mapping");
	json_object_foreach((json_t *)f->profile.states, word, name) {
		struct buf pointer = BUF_INIT;

		if (json_is_string(name) && batch_state_find(json_string_value(name)) >= 0)
			continue;
		buf_add_str(&pointer, "/states");
		json_pointer_add(&pointer, word);
		profile_bad(f, buf_str(&pointer), err,
		    "'%s' must be queued, running, paused, done, failed, timeout, memory, lost or "
		    "cancelled",
		    word);
		buf_clear(&pointer);
		return -1;
	}
	return 0;
}

/* What may be ordered without saying so each time. */
static int
read_defaults(struct profile_file *f, struct err *err)
{
	struct order order = { .name = NULL };
	struct err why = { 0 };

	f->profile.defaults = json_object_get(f->value, "defaults");
	if (!f->profile.defaults)
		return 0;
	if (order_read(&order, f->profile.defaults, &why) < 0)
		return profile_bad(f, "/defaults", err, "%s", why.text);
	return 0;
}

int
profile_fill(struct profile_file *f, struct err *err)
{
	static const char *const known[] = { "name", "description", "extends", "tested", "unset",
		"keep", "submit", "find", "live", "history", "memory", "cancel", "limits", "rooms",
		"script", "states", "defaults" };
	struct profile *p = &f->profile;

	p->description = "";
	if (check_members(f, "", known, COUNT(known), err) < 0 ||
	    profile_text(f, "/name", &p->name, err) < 0 ||
	    profile_text(f, "/description", &p->description, err) < 0 ||
	    read_bool(f, "/tested", &p->tested, err) < 0 ||
	    read_list(f, "/unset", &p->unset, err) < 0 ||
	    read_list(f, "/keep", &p->keep, err) < 0 || read_submit(f, err) < 0 ||
	    read_asks(f, "find", true, &p->find, err) < 0 ||
	    read_asks(f, "live", true, &p->live, err) < 0 ||
	    read_asks(f, "history", false, &p->history, err) < 0 ||
	    read_list(f, "/memory", &p->memory, err) < 0 ||
	    read_asks(f, "limits", true, &p->limits, err) < 0 ||
	    read_asks(f, "rooms", false, &p->rooms, err) < 0 || read_cancel(f, err) < 0 ||
	    read_script(f, err) < 0 || read_states(f, err) < 0)
		return -1;
	return read_defaults(f, err);
}
