/* SPDX-License-Identifier: MIT */
/*
 * jq: libjq, kept to its input.
 *
 * Definitions put in front of the expression, on its first line, shadow what
 * would reach outside; they also make `import` a syntax error. $ENV is bound
 * there before libjq would bind it to the environment.
 */
#include "base/jq.h"

#include <jq.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#define EXACT 9007199254740992 /* 2^53 */

#define REFUSE(name) "def " name ": error(\"" name " is not available here\"); "

/* implode of anything but characters aborts libjq 1.6. */
static const char fence[] = "def env: {}; " REFUSE("input") REFUSE("inputs") REFUSE("debug")
    REFUSE("stderr") REFUSE("halt") REFUSE("halt_error") "def halt_error(f): halt_error; " REFUSE(
	"input_filename") REFUSE("modulemeta")
	REFUSE(
	    "get_search_list") "def _implode: implode; "
			       "def implode: if type == \"array\" and all(.[]; type == \"number\" "
			       "and . >= 0 and . < 1114112 "
			       "and (. < 55296 or . > 57343)) then _implode "
			       "else error(\"implode input must be an array of characters\") end; "
			       "{} as $ENV | ";

struct jq {
	jq_state *state;
	struct buf messages; /* of the compiler */
};

/* libjq's messages: "jq: error: syntax error, ... at <top-level>, line 1:\nthe text\n". The first
 * line of each is kept. */
static void
on_message(void *ctx, jv message)
{
	static const char prefix[] = "jq: error: ";
	struct jq *jq = ctx;
	const char *text;

	message = jq_format_error(message);
	text = jv_string_value(message);
	if (strncmp(text, prefix, strlen(prefix)) == 0) {
		text += strlen(prefix);
		if (jq->messages.len)
			buf_add_str(&jq->messages, "; ");
		buf_add(&jq->messages, text, strcspn(text, "\n"));
		if (jq->messages.data[jq->messages.len - 1] == ':')
			jq->messages.data[--jq->messages.len] = '\0';
	}
	jv_free(message);
}

/* libjq reads ~/.jq while it compiles. One pointer is swapped, so that another thread that reads
 * the environment meanwhile sees a whole one. */
static int
compile(jq_state *state, const char *text)
{
	static char hidden[] = "HOME_=";
	char *home = NULL, **at;
	int rc;

	for (at = environ; at && *at; at++)
		if (strncmp(*at, "HOME=", 5) == 0)
			break;
	if (at && *at) {
		home = *at;
		*at = hidden;
	}
	rc = jq_compile(state, text);
	if (home)
		*at = home;
	return rc;
}

struct jq *
jq_new(const char *text, struct err *err)
{
	struct jq *jq = xcalloc(1, sizeof(*jq));
	struct buf whole = BUF_INIT;
	int compiled;

	jq->state = jq_init();
	if (!jq->state) {
		free(jq);
		err_set(err, ERR_SYSTEM, "cannot start jq");
		return NULL;
	}
	jq_set_error_cb(jq->state, on_message, jq);
	buf_add_str(&whole, fence);
	buf_add_str(&whole, text);
	compiled = compile(jq->state, buf_str(&whole));
	buf_clear(&whole);
	if (compiled)
		return jq;
	err_set(err, ERR_INPUT, "'%s' is not a jq expression: %s", text, buf_str(&jq->messages));
	jq_free(jq);
	return NULL;
}

void
jq_free(struct jq *jq)
{
	if (!jq)
		return;
	jq_teardown(&jq->state);
	buf_clear(&jq->messages);
	free(jq);
}

/* The integer that a double cannot hold: true, with its place appended to the pointer. */
static bool
find_too_large(const json_t *value, struct buf *pointer)
{
	json_int_t n = json_integer_value(value);
	size_t mark = pointer->len, i;
	const char *key;
	const json_t *part;

	if (n > EXACT || n < -EXACT)
		return true;
	json_object_foreach((json_t *)value, key, part) {
		json_pointer_add(pointer, key);
		if (find_too_large(part, pointer))
			return true;
		pointer->len = mark;
	}
	json_array_foreach(value, i, part) {
		buf_addf(pointer, "/%zu", i);
		if (find_too_large(part, pointer))
			return true;
		pointer->len = mark;
	}
	return false;
}

static jv
to_jv(const json_t *value)
{
	const char *key;
	const json_t *part;
	size_t i;
	jv out;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		out = jv_object();
		json_object_foreach((json_t *)value, key, part)
			out = jv_object_set(out, jv_string(key), to_jv(part));
		return out;
	case JSON_ARRAY:
		out = jv_array();
		json_array_foreach(value, i, part)
			out = jv_array_append(out, to_jv(part));
		return out;
	case JSON_STRING:
		return jv_string_sized(json_string_value(value), (int)json_string_length(value));
	case JSON_INTEGER:
	case JSON_REAL:
		return jv_number(json_number_value(value));
	case JSON_TRUE:
		return jv_true();
	case JSON_FALSE:
		return jv_false();
	default:
		return jv_null();
	}
}

static json_t *from_jv(jv value, int depth, struct err *err);

static json_t *
from_number(double x, struct err *err)
{
	if (!isfinite(x)) {
		err_set(err, ERR_INPUT, "the result is not a finite number");
		return NULL;
	}
	if (x == floor(x) && fabs(x) <= EXACT)
		return json_integer((json_int_t)x);
	return json_real(x);
}

static json_t *
from_array(jv value, int depth, struct err *err)
{
	json_t *array = json_array();
	int len = jv_array_length(jv_copy(value));

	for (int i = 0; i < len; i++) {
		json_t *item = from_jv(jv_array_get(jv_copy(value), i), depth + 1, err);

		if (!item) {
			json_decref(array);
			return NULL;
		}
		json_array_append_new(array, item);
	}
	return array;
}

static int
add_member(json_t *object, jv key, jv value, int depth, struct err *err)
{
	const char *name = jv_string_value(key);
	json_t *member = from_jv(value, depth + 1, err);
	int rc = member ? 0 : -1;

	if (member && strlen(name) != (size_t)jv_string_length_bytes(jv_copy(key)))
		rc = err_set(err, ERR_INPUT, "a key of the result holds a NUL character");
	if (rc == 0)
		json_object_set(object, name, member);
	json_decref(member);
	jv_free(key);
	return rc;
}

/* Keys sorted, as jq prints objects by its --sort-keys; libjq keeps no order. */
static json_t *
from_object(jv value, int depth, struct err *err)
{
	json_t *object = json_object();
	jv keys = jv_keys(jv_copy(value));
	int len = jv_array_length(jv_copy(keys)), rc = 0;

	for (int i = 0; i < len && rc == 0; i++) {
		jv key = jv_array_get(jv_copy(keys), i);

		rc = add_member(
		    object, jv_copy(key), jv_object_get(jv_copy(value), key), depth, err);
	}
	jv_free(keys);
	if (rc == 0)
		return object;
	json_decref(object);
	return NULL;
}

/* The value is taken. */
static json_t *
from_jv(jv value, int depth, struct err *err)
{
	json_t *out = NULL;

	if (depth > JQ_DEPTH_MAX) {
		err_set(err, ERR_INPUT, "the result is nested deeper than %d levels", JQ_DEPTH_MAX);
	} else {
		switch (jv_get_kind(value)) {
		case JV_KIND_OBJECT:
			out = from_object(value, depth, err);
			break;
		case JV_KIND_ARRAY:
			out = from_array(value, depth, err);
			break;
		case JV_KIND_STRING:
			out = json_stringn(
			    jv_string_value(value), (size_t)jv_string_length_bytes(jv_copy(value)));
			if (!out)
				err_set(err, ERR_INPUT, "the result is not UTF-8");
			break;
		case JV_KIND_NUMBER:
			out = from_number(jv_number_value(value), err);
			break;
		case JV_KIND_TRUE:
		case JV_KIND_FALSE:
			out = json_boolean(jv_get_kind(value) == JV_KIND_TRUE);
			break;
		default:
			out = json_null();
		}
	}
	jv_free(value);
	return out;
}

/* What ended the results: 0, or -1 when it was an error. The value is taken. */
static int
judge_end(struct jq *jq, jv end, struct err *err)
{
	jv message;
	int rc = -1;

	if (jq_halted(jq->state)) {
		jq_start(jq->state, jv_null(), 0); /* what the run held is given back */
		return err_set(err, ERR_INPUT, "it was interrupted");
	}
	if (!jv_invalid_has_msg(jv_copy(end))) {
		jv_free(end);
		return 0;
	}
	message = jv_invalid_get_msg(end);
	if (jv_get_kind(message) == JV_KIND_STRING) {
		rc = err_set(err, ERR_INPUT, "jq: %s", jv_string_value(message));
	} else {
		message = jv_dump_string(message, 0);
		rc = err_set(
		    err, ERR_INPUT, "jq: error with the value %s", jv_string_value(message));
	}
	jv_free(message);
	return rc;
}

int
jq_run(struct jq *jq, const json_t *input, json_t *results, struct err *err)
{
	struct buf pointer = BUF_INIT;
	size_t count = 0;
	jv value;

	if (find_too_large(input, &pointer)) {
		err_set(err, ERR_INPUT,
		    "%s%s is an integer beyond 2^53, which jq cannot hold: pass it as a string",
		    pointer.len ? "" : "the input", buf_str(&pointer));
		buf_clear(&pointer);
		return -1;
	}
	buf_clear(&pointer);
	jq_start(jq->state, to_jv(input), 0);
	while (jv_is_valid(value = jq_next(jq->state))) {
		json_t *result = NULL;

		if (++count > JQ_RESULTS_MAX) {
			jv_free(value);
			return err_set(err, ERR_INPUT, "more than %d results", JQ_RESULTS_MAX);
		}
		result = from_jv(value, 0, err);
		if (!result)
			return -1;
		json_array_append_new(results, result);
	}
	return judge_end(jq, value, err);
}

json_t *
jq_one(struct jq *jq, const json_t *input, struct err *err)
{
	json_t *results = json_array(), *one = NULL;

	if (jq_run(jq, input, results, err) == 0) {
		if (json_array_size(results) == 1)
			one = json_incref(json_array_get(results, 0));
		else
			err_set(err, ERR_INPUT, "the expression gives %zu results instead of one",
			    json_array_size(results));
	}
	json_decref(results);
	return one;
}

/* libjq looks at this before each step of a program; `halt` of the program itself is fenced off. */
void
jq_interrupt(struct jq *jq)
{
	jq_halt(jq->state, jv_invalid(), jv_invalid());
}
