/* SPDX-License-Identifier: MIT */
/* script: the job script of an array. */
#include "grid/script.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "grid/order.h"
#include "grid/profile.h"

/* ---- values of options ---- */

static void
put(json_t *values, const char *name, const char *text)
{
	if (text && *text)
		json_object_set_new(values, name, json_string(text));
}

static void
put_number(json_t *values, const char *name, double number)
{
	if (number > 0)
		json_object_set_new(values, name, json_sprintf("%.0f", ceil(number)));
}

/* Of words that are not said the scheduler's own: "requeue" or "no-requeue". */
static const char *
word_of(const struct profile *p, const char *name)
{
	return json_string_value(json_object_get(p->words, name));
}

static void
put_time(const struct order *o, json_t *values)
{
	long long seconds = (long long)ceil(o->walltime);

	if (seconds <= 0)
		return;
	put_number(values, "minutes", (double)seconds / 60);
	put_number(values, "seconds", (double)seconds);
	json_object_set_new(values, "clock",
	    json_sprintf("%02lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60));
	if (o->warning < o->walltime) {
		put_number(values, "warning", o->warning);
		put_number(values, "warned", o->walltime - o->warning);
	}
}

/* Is it an array? A job of one element is none where the scheduler has no such arrays. */
static bool
is_array(const struct profile *p, const struct order *o)
{
	return o->count > 1 || p->single;
}

static json_t *
values_of(const struct profile *p, const struct order *o)
{
	json_t *values = json_object();

	json_object_set_new(values, "name", json_sprintf("%s%s", SCRIPT_NAME, o->name));
	if (is_array(p, o)) {
		json_object_set_new(values, "first", json_sprintf("%lld", (long long)p->first));
		json_object_set_new(
		    values, "last", json_sprintf("%lld", (long long)(p->first + o->count - 1)));
		put_number(values, "throttle", (double)o->throttle);
	}
	put(values, "log", o->log ? o->log : word_of(p, "log_none"));
	put(values, "folder", o->folder);
	put(values, "partition", o->partition);
	put(values, "account", o->account);
	put(values, "qos", o->qos);
	put(values, "constraint", o->constraint);
	put(values, "reservation", o->reservation);
	put_number(values, "cpus", o->cpus);
	put_number(values, "slots", o->cpus > 1 ? o->cpus : 0);
	put_number(values, "mebibytes", (double)o->memory / 1048576);
	put_number(values, "gpus", o->gpus);
	put_time(o, values);
	put(values, "requeue", word_of(p, o->no_requeue ? "no_requeue" : "requeue"));
	return values;
}

/* ---- options ---- */

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
			    "_.,:+@%/=&|*()[]~^!<>$-";

/* One word of an option. */
static int
add_value(const char *name, const char *value, struct buf *out, struct err *err)
{
	bool path = strcmp(name, "log") == 0 || strcmp(name, "folder") == 0, quote = false;
	size_t good = 0, step;

	/* of the characters that need quotes only a blank passes: about others they differ */

	while ((step = strspn(value + good, plain)) > 0 || value[good] == ' ' ||
	    (unsigned char)value[good] >= 0x80) {
		quote |= step == 0;
		good += step > 0 ? step : 1;
	}
	if (value[good])
		return err_set(err, ERR_INPUT,
		    "%s '%s': a job script cannot take the character '%c'", name, value,
		    value[good]);
	if (!path && quote)
		return err_set(err, ERR_INPUT, "%s '%s' must be one word", name, value);
	buf_addf(out, quote ? "'%s'" : "%s", value);
	return 0;
}

/* What stands in braces, without them. 1: said, 0: there is no value. */
static int
add_brace(char *brace, const json_t *values, struct buf *out, struct err *err)
{
	char *name = strchr(brace, '|'), *after = name ? strchr(name + 1, '|') : NULL;
	const char *value;

	if (name)
		*name++ = '\0';
	if (after)
		*after++ = '\0';
	value = json_string_value(json_object_get(values, name ? name : brace));
	if (!value)
		return name ? 1 : 0;
	buf_add_str(out, name ? brace : "");
	if (add_value(name ? name : brace, value, out, err) < 0)
		return -1;
	buf_add_str(out, after ? after : "");
	return 1;
}

/* One option with its values: 1, or 0 when one of them is missing. */
static int
fill_option(const char *option, const json_t *values, struct buf *out, struct err *err)
{
	const char *open, *close;
	char *brace;
	int rc = 1;

	while (rc > 0 && (open = strchr(option, '{'))) {
		buf_add(out, option, (size_t)(open - option));
		close = strchr(open, '}');
		if (!close)
			return err_set(err, ERR_INPUT, "option '%s': '}' is missing", option);
		brace = xstrndup(open + 1, (size_t)(close - open - 1));
		rc = add_brace(brace, values, out, err);
		free(brace);
		option = close + 1;
	}
	buf_add_str(out, option);
	return rc;
}

static int
add_options(const struct profile *p, const struct order *o, struct buf *script, struct err *err)
{
	json_t *values = values_of(p, o);
	struct buf line = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; p->options[i] && rc >= 0; i++) {
		buf_reset(&line);
		rc = fill_option(p->options[i], values, &line, err);
		if (rc > 0)
			buf_addf(script, "%s%s\n", p->directive, buf_str(&line));
	}
	buf_clear(&line);
	json_decref(values);
	return rc < 0 ? -1 : 0;
}

/* ---- shell ---- */

/* A list of texts, or one text, by number; NULL: no more. */
static const char *
item(const json_t *list, size_t i)
{
	if (json_is_string(list))
		return i == 0 ? json_string_value(list) : NULL;
	return json_string_value(json_array_get(list, i));
}

static int
add_extra(const struct profile *p, const struct order *o, struct buf *script, struct err *err)
{
	const char *option;

	for (size_t i = 0; (option = item(o->options, i)); i++) {
		if (strpbrk(option, "\n\r"))
			return err_set(err, ERR_INPUT, "an option must be one line: '%s'", option);
		buf_addf(script, "%s%s\n", p->directive, option);
	}
	return 0;
}

/* In single quotes, whatever it contains. */
void
script_quote(struct buf *script, const char *text)
{
	buf_add_char(script, '\'');
	for (; *text; text++)
		if (*text == '\'')
			buf_add_str(script, "'\\''");
		else
			buf_add_char(script, *text);
	buf_add_char(script, '\'');
}

static const char *
value_of(const struct profile *p, const char *name)
{
	const char *value = json_string_value(json_object_get(p->values, name));

	return value ? value : "";
}

/* What the worker is to know. The wall-time begins no later than the script. */
static void
add_knowledge(const struct profile *p, const struct order *o, struct buf *script)
{
	static const char *const names[][2] = { { "JOB", "job" }, { "RESTART", "restart" },
		{ "NODE", "node" }, { "CPUS", "cpus" }, { "MEMORY", "memory" },
		{ "SCRATCH", "scratch" }, { "ENDS", "ends" } };

	buf_addf(script, "export DOCKLINE_CLUSTER=%s\n", p->name);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		buf_addf(script, "export DOCKLINE_CLUSTER_%s=\"%s\"\n", names[i][0],
		    value_of(p, names[i][1]));
	if (is_array(p, o))
		buf_addf(script, "export DOCKLINE_CLUSTER_ELEMENT=$((%s + %lld))\n",
		    value_of(p, "element"), (long long)(o->offset - p->first));
	else
		buf_addf(script, "export DOCKLINE_CLUSTER_ELEMENT=%lld\n", (long long)o->offset);
	if (o->walltime > 0)
		buf_addf(script, ": \"${DOCKLINE_CLUSTER_ENDS:=$(($(date +%%s) + %.0f))}\"\n",
		    ceil(o->walltime));
	if (o->memory > 0)
		buf_addf(script, ": \"${DOCKLINE_CLUSTER_MEMORY:=%lld}\"\n",
		    ((long long)o->memory + 1048575) >> 20);
	buf_addf(script, "export DOCKLINE_CLUSTER_GPUS=%.0f\n", ceil(o->gpus));
}

/* Variables of the order; a name that is none is left out. */
static void
add_environment(const struct order *o, struct buf *script)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
				      "0123456789";

	for (size_t i = 0; o->environment && o->environment[i]; i++) {
		const char *entry = o->environment[i];
		size_t len = strspn(entry, letters);

		if (len == 0 || entry[len] != '=' || (*entry >= '0' && *entry <= '9'))
			continue;
		buf_add_str(script, "export ");
		buf_add(script, entry, len + 1);
		script_quote(script, entry + len + 1);
		buf_add_char(script, '\n');
	}
}

/* Some schedulers take exit status 99 and 100 for orders of their own. */
static void
add_preamble(const struct order *o, struct buf *script)
{
	const char *text;

	if (!item(o->modules, 0) && !item(o->preamble, 0))
		return;
	buf_add_str(script, "trap 's=$?; case $s in 99|100) s=1 ;; esac; exit $s' EXIT\n");
	if (item(o->modules, 0))
		buf_add_str(script,
		    "command -v module >/dev/null || [ ! -r /etc/profile ] || . /etc/profile\n");
	for (size_t i = 0; (text = item(o->modules, i)); i++) {
		buf_add_str(script, "module load ");
		script_quote(script, text);
		buf_add_str(script, " || exit 1\n");
	}
	for (size_t i = 0; (text = item(o->preamble, i)); i++)
		buf_addf(script, "%s\n", text);
}

static void
add_worker(const struct order *o, struct buf *script)
{
	buf_add_str(script, "exec");
	for (size_t i = 0; o->argv[i]; i++) {
		buf_add_char(script, ' ');
		if (strcmp(o->argv[i], "{element}") == 0)
			buf_add_str(script, "\"$DOCKLINE_CLUSTER_ELEMENT\"");
		else
			script_quote(script, o->argv[i]);
	}
	buf_add_char(script, '\n');
}

/* A file whose name this scheduler would take for something else. */
static int
check_path(const struct profile *p, const char *path, struct err *err)
{
	size_t good = path ? strcspn(path, p->refused) : 0;

	if (!path || !path[good])
		return 0;
	return err_set(err, ERR_INPUT, "%s cannot take '%c' in the name of a file: '%s'",
	    p->description, path[good], path);
}

int
script_write(
    const struct profile *profile, const struct order *order, struct buf *script, struct err *err)
{
	if (check_path(profile, order->log, err) < 0 || check_path(profile, order->folder, err) < 0)
		return -1;
	buf_add_str(script, "#!/bin/sh\n");
	if (add_options(profile, order, script, err) < 0 ||
	    add_extra(profile, order, script, err) < 0)
		return -1;
	add_knowledge(profile, order, script);
	add_environment(order, script);
	add_preamble(order, script);
	add_worker(order, script);
	return 0;
}
