/* SPDX-License-Identifier: MIT */
/* jq: expressions, what they give, and what they may not reach. */
#include "base/jq.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/err.h"
#include "tap.h"

static const struct {
	const char *text, *input;
	const char *results; /* as an array; NULL: an error */
	const char *error;
} vectors[] = {
	{ ".", "{\"a\":[1,2.5,\"x\",null,true,{}]}", "[{\"a\":[1,2.5,\"x\",null,true,{}]}]", NULL },
	{ ".[]", "[1,2,3]", "[1,2,3]", NULL },
	{ "empty", "1", "[]", NULL },
	{ ".n + 1", "{\"n\":9007199254740991}", "[9007199254740992]", NULL },
	{ ".", "8.0", "[8]", NULL },
	{ ".", "-9007199254740992", "[-9007199254740992]", NULL },
	{ ". * 10", "3000000000000000", "[3e+16]", NULL },
	{ "{b: 1, a: 2}", "null", "[{\"a\":2,\"b\":1}]", NULL },
	{ "\"\\(.a)-\\u00e9\"", "{\"a\":\"x\\u0000y\"}", "[\"x\\u0000y-\xc3\xa9\"]", NULL },
	{ "[1,2] | implode", "null", "[\"\\u0001\\u0002\"]", NULL },
	{ "def f: . + 1; f", "1", "[2]", NULL },
	{ "env, $ENV, (try env.HOME catch 0), $ENV.PATH", "null", "[{},{},null,null]", NULL },
	{ "def f: $ENV; f", "null", "[{}]", NULL },
	{ "1 as $ENV | $ENV", "null", "[1]", NULL },
	{ "# a comment\n.", "1", "[1]", NULL },
	{ "try error(\"x\") catch .", "1", "[\"x\"]", NULL },

	{ ".a.b", "[1]", NULL, "jq: Cannot index array with string \"a\"" },
	{ "1, error(\"no\")", "null", NULL, "jq: no" },
	{ "error({a: 1})", "null", NULL, "jq: error with the value {\"a\":1}" },
	{ "error(null)", "null", "[]", NULL },
	{ "input", "1", NULL, "jq: input is not available here" },
	{ "[inputs]", "1", NULL, "jq: inputs is not available here" },
	{ "debug", "1", NULL, "jq: debug is not available here" },
	{ "stderr", "1", NULL, "jq: stderr is not available here" },
	{ "halt", "1", NULL, "jq: halt is not available here" },
	{ "halt_error(1)", "1", NULL, "jq: halt_error is not available here" },
	{ "input_filename", "1", NULL, "jq: input_filename is not available here" },
	{ "modulemeta", "\"a\"", NULL, "jq: modulemeta is not available here" },
	{ "get_search_list", "1", NULL, "jq: get_search_list is not available here" },
	{ "[-1] | implode", "null", NULL, "jq: implode input must be an array of characters" },
	{ "[55357] | implode", "null", NULL, "jq: implode input must be an array of characters" },
	{ "nan", "1", NULL, "the result is not a finite number" },
	{ "[infinite]", "1", NULL, "the result is not a finite number" },
	{ ".", "9007199254740993", NULL,
	    "the input is an integer beyond 2^53, which jq cannot hold: pass it as a string" },
	{ "1", "{\"a\":[1,{\"b/c\":-9007199254740993}]}", NULL,
	    "/a/1/b~1c is an integer beyond 2^53, which jq cannot hold: pass it as a string" },
	{ "reduce range(600) as $i (0; [.])", "null", NULL,
	    "the result is nested deeper than 512 levels" },
	{ "range(1000001)", "null", NULL, "more than 1000000 results" },
	{ "{\"a\\u0000\": 1}", "null", NULL, "a key of the result holds a NUL character" },

	{ "", "1", NULL,
	    "'' is not a jq expression: syntax error, unexpected $end (Unix shell quoting issues?) "
	    "at <top-level>, line 1" },
	{ ".a |", "1", NULL,
	    "'.a |' is not a jq expression: syntax error, unexpected $end (Unix shell quoting "
	    "issues?) "
	    "at <top-level>, line 1" },
	{ "foo(1)", "1", NULL,
	    "'foo(1)' is not a jq expression: foo/1 is not defined at <top-level>, line 1" },
	{ "$x", "1", NULL,
	    "'$x' is not a jq expression: $x is not defined at <top-level>, line 1" },
	{ "import \"a\" as a; .", "1", NULL,
	    "'import \"a\" as a; .' is not a jq expression: syntax error, unexpected import "
	    "(Unix shell quoting issues?) at <top-level>, line 1" },
	{ "include \"a\"; .", "1", NULL,
	    "'include \"a\"; .' is not a jq expression: syntax error, unexpected include "
	    "(Unix shell quoting issues?) at <top-level>, line 1" },
};

static void
test_vectors(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		json_t *input = json_loads(
		    vectors[i].input, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		json_t *results = json_array();
		struct err err = { 0 };
		struct jq *jq = jq_new(vectors[i].text, &err);
		int rc = jq ? jq_run(jq, input, results, &err) : -1;

		is_json(rc == 0 ? results : NULL, vectors[i].results, "%s of %s", vectors[i].text,
		    vectors[i].input);
		is_str(
		    rc < 0 ? err.text : NULL, vectors[i].error, "message of %s", vectors[i].text);
		if (rc < 0)
			is_int(err.kind, ERR_INPUT, "kind of %s", vectors[i].text);
		jq_free(jq);
		json_decref(results);
		json_decref(input);
	}
}

/* A program is run many times, also after an error. */
static void
test_again(void)
{
	struct err err = { 0 };
	struct jq *jq = jq_new(".[] | 10 / .", &err);
	json_t *good = json_loads("[1,2]", 0, NULL), *bad = json_loads("[5,0,1]", 0, NULL);
	json_t *results = json_array(), *one;

	for (int i = 0; i < 3; i++) {
		is_int(jq_run(jq, bad, results, &err), -1, "fails");
		is_json(results, "[2]", "what came before the error stays");
		json_array_clear(results);
		is_int(jq_run(jq, good, results, &err), 0, "works again");
		is_json(results, "[10,5]", "all results");
		json_array_clear(results);
	}
	ok(!jq_one(jq, good, &err), "one result of two");
	is_str(err.text, "the expression gives 2 results instead of one", "message");
	json_array_remove(good, 0);
	one = jq_one(jq, good, &err);
	is_json(one, "5", "the only result");
	json_decref(one);
	json_decref(results);
	json_decref(good);
	json_decref(bad);
	jq_free(jq);
}

/* Definitions in ~/.jq are not for us. */
static void
test_home(void)
{
	char dir[] = "/tmp/unit-jq.XXXXXX", file[64];
	struct err err = { 0 };
	struct jq *jq;
	FILE *f;

	ok(mkdtemp(dir) != NULL, "a home");
	snprintf(file, sizeof(file), "%s/.jq", dir);
	f = fopen(file, "w");
	fputs("def mine: 1;", f);
	fclose(f);
	setenv("HOME", dir, 1);
	jq = jq_new("mine", &err);
	ok(!jq, "~/.jq is not read");
	is_str(err.text,
	    "'mine' is not a jq expression: mine/0 is not defined at <top-level>, line 1",
	    "message");
	is_str(getenv("HOME"), dir, "HOME is as before");
	jq_free(jq);
	unsetenv("HOME");
	jq = jq_new(".", &err);
	ok(jq != NULL, "works without HOME");
	jq_free(jq);
	remove(file);
	remove(dir);
}

static void *
run_endless(void *ctx)
{
	static struct err err;

	return jq_one(ctx, json_null(), &err) ? NULL : err.text;
}

/* It is in the middle of it: it has worked for 10 ms. */
static void
wait_until_busy(pthread_t thread)
{
	struct timespec had = { 0 };
	clockid_t clock;

	pthread_getcpuclockid(thread, &clock);
	while (had.tv_sec == 0 && had.tv_nsec < 10000000) {
		sched_yield();
		clock_gettime(clock, &had);
	}
}

/* Programs without end, of little and of growing memory. */
static void
test_interrupt(void)
{
	static const char *const programs[] = { "def f: f; f", "[range(infinite)]", "def f: [f]; f",
		"try (def f: f; f) catch 1", "first(range(infinite) | empty)",
		"label $x | range(infinite) as $i | if $i < 0 then break $x else empty end" };

	for (size_t i = 0; i < COUNT(programs); i++) {
		char *text = xasprintf("if . == null then %s else . end", programs[i]);
		struct jq *jq = jq_new(text, NULL);
		json_t *one = json_integer(1), *again;
		pthread_t thread;
		void *said;

		if (!ok(jq && pthread_create(&thread, NULL, run_endless, jq) == 0, "%s", text))
			exit(1);
		wait_until_busy(thread);
		jq_interrupt(jq);
		pthread_join(thread, &said);
		is_str(said, "it was interrupted", "%s: ends", programs[i]);
		again = jq_one(jq, one, NULL);
		ok(json_equal(again, one), "%s: can be run again", programs[i]);
		json_decref(again);
		json_decref(one);
		jq_free(jq);
		free(text);
	}
}

int
main(void)
{
	test_vectors();
	test_again();
	test_interrupt();
	test_home();
	return done_testing();
}
