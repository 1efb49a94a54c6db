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
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/dynamic.h"
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

/* libjq, loaded when the first expression is compiled: lib->jv_copy(). */
#define FUNCTIONS(X) \
	X(jq_compile) \
	X(jq_format_error) \
	X(jq_halt) \
	X(jq_halted) \
	X(jq_init) \
	X(jq_next) \
	X(jq_set_error_cb) \
	X(jq_start) \
	X(jq_teardown) \
	X(jv_array) \
	X(jv_array_append) \
	X(jv_array_get) \
	X(jv_array_length) \
	X(jv_copy) \
	X(jv_dump_string) \
	X(jv_false) \
	X(jv_free) \
	X(jv_get_kind) \
	X(jv_invalid) \
	X(jv_invalid_get_msg) \
	X(jv_invalid_has_msg) \
	X(jv_keys) \
	X(jv_null) \
	X(jv_number) \
	X(jv_number_value) \
	X(jv_object) \
	X(jv_object_get) \
	X(jv_object_set) \
	X(jv_string) \
	X(jv_string_length_bytes) \
	X(jv_string_sized) \
	X(jv_string_value) \
	X(jv_true)

/* A function of jv.h that nothing calls calls it, and is compiled where nothing is optimised. */
#pragma weak jv_get_kind

#define MEMBER(name) __typeof__(name) *name;
#define ROW(name) { #name, offsetof(struct libjq, name) },

struct libjq {
	FUNCTIONS(MEMBER)
};

static const struct dynamic_function functions[] = { FUNCTIONS(ROW) };

static struct libjq libjq;
static const struct libjq *const lib = &libjq;

static int
load(struct err *err)
{
	static struct dynamic library = { "libjq.so.1", functions,
		sizeof(functions) / sizeof(*functions), &libjq, DYNAMIC_UNTRIED, { 0 } };

	return dynamic_load(&library, err) ? 0 : -1;
}

static bool
is_valid(jv value)
{
	return lib->jv_get_kind(value) != JV_KIND_INVALID;
}

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

	message = lib->jq_format_error(message);
	text = lib->jv_string_value(message);
	if (strncmp(text, prefix, strlen(prefix)) == 0) {
		text += strlen(prefix);
		if (jq->messages.len)
			buf_add_str(&jq->messages, "; ");
		buf_add(&jq->messages, text, strcspn(text, "\n"));
		if (jq->messages.data[jq->messages.len - 1] == ':')
			jq->messages.data[--jq->messages.len] = '\0';
	}
	lib->jv_free(message);
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
	rc = lib->jq_compile(state, text);
	if (home)
		*at = home;
	return rc;
}

struct jq *
jq_new(const char *text, struct err *err)
{
	struct jq *jq = load(err) == 0 ? xcalloc(1, sizeof(*jq)) : NULL;
	struct buf whole = BUF_INIT;
	int compiled;

	if (!jq)
		return NULL;
	jq->state = lib->jq_init();
	if (!jq->state) {
		free(jq);
		err_set(err, ERR_SYSTEM, "cannot start jq");
		return NULL;
	}
	lib->jq_set_error_cb(jq->state, on_message, jq);
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
	lib->jq_teardown(&jq->state);
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
		out = lib->jv_object();
		json_object_foreach((json_t *)value, key, part)
			out = lib->jv_object_set(out, lib->jv_string(key), to_jv(part));
		return out;
	case JSON_ARRAY:
		out = lib->jv_array();
		json_array_foreach(value, i, part)
			out = lib->jv_array_append(out, to_jv(part));
		return out;
	case JSON_STRING:
		return lib->jv_string_sized(
		    json_string_value(value), (int)json_string_length(value));
	case JSON_INTEGER:
	case JSON_REAL:
		return lib->jv_number(json_number_value(value));
	case JSON_TRUE:
		return lib->jv_true();
	case JSON_FALSE:
		return lib->jv_false();
	default:
		return lib->jv_null();
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
	int len = lib->jv_array_length(lib->jv_copy(value));

	for (int i = 0; i < len; i++) {
		json_t *item = from_jv(lib->jv_array_get(lib->jv_copy(value), i), depth + 1, err);

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
	const char *name = lib->jv_string_value(key);
	json_t *member = from_jv(value, depth + 1, err);
	int rc = member ? 0 : -1;

	if (member && strlen(name) != (size_t)lib->jv_string_length_bytes(lib->jv_copy(key)))
		rc = err_set(err, ERR_INPUT, "a key of the result holds a NUL character");
	if (rc == 0)
		json_object_set(object, name, member);
	json_decref(member);
	lib->jv_free(key);
	return rc;
}

/* Keys sorted, as jq prints objects by its --sort-keys; libjq keeps no order. */
static json_t *
from_object(jv value, int depth, struct err *err)
{
	json_t *object = json_object();
	jv keys = lib->jv_keys(lib->jv_copy(value));
	int len = lib->jv_array_length(lib->jv_copy(keys)), rc = 0;

	for (int i = 0; i < len && rc == 0; i++) {
		jv key = lib->jv_array_get(lib->jv_copy(keys), i);

		rc = add_member(object, lib->jv_copy(key),
		    lib->jv_object_get(lib->jv_copy(value), key), depth, err);
	}
	lib->jv_free(keys);
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
		switch (lib->jv_get_kind(value)) {
		case JV_KIND_OBJECT:
			out = from_object(value, depth, err);
			break;
		case JV_KIND_ARRAY:
			out = from_array(value, depth, err);
			break;
		case JV_KIND_STRING:
			out = json_stringn(lib->jv_string_value(value),
			    (size_t)lib->jv_string_length_bytes(lib->jv_copy(value)));
			if (!out)
				err_set(err, ERR_INPUT, "the result is not UTF-8");
			break;
		case JV_KIND_NUMBER:
			out = from_number(lib->jv_number_value(value), err);
			break;
		case JV_KIND_TRUE:
		case JV_KIND_FALSE:
			out = json_boolean(lib->jv_get_kind(value) == JV_KIND_TRUE);
			break;
		default:
			out = json_null();
		}
	}
	lib->jv_free(value);
	return out;
}

/* What ended the results: 0, or -1 when it was an error. The value is taken. */
static int
judge_end(struct jq *jq, jv end, struct err *err)
{
	jv message;
	int rc = -1;

	if (lib->jq_halted(jq->state)) {
		lib->jq_start(jq->state, lib->jv_null(), 0); /* what the run held is given back */
		return err_set(err, ERR_INPUT, "it was interrupted");
	}
	if (!lib->jv_invalid_has_msg(lib->jv_copy(end))) {
		lib->jv_free(end);
		return 0;
	}
	message = lib->jv_invalid_get_msg(end);
	if (lib->jv_get_kind(message) == JV_KIND_STRING) {
		rc = err_set(err, ERR_INPUT, "jq: %s", lib->jv_string_value(message));
	} else {
		message = lib->jv_dump_string(message, 0);
		rc = err_set(
		    err, ERR_INPUT, "jq: error with the value %s", lib->jv_string_value(message));
	}
	lib->jv_free(message);
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
	lib->jq_start(jq->state, to_jv(input), 0);
	while (is_valid(value = lib->jq_next(jq->state))) {
		json_t *result = NULL;

		if (++count > JQ_RESULTS_MAX) {
			lib->jv_free(value);
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
	lib->jq_halt(jq->state, lib->jv_invalid(), lib->jv_invalid());
}
