/* SPDX-License-Identifier: MIT */
/* stream: answers find their requests, and the one to blame is found. */
#include "exec/stream.h"

#include <signal.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "tap.h"

enum { MOST = 2000 };

static char fake[] = "tests/fakes/stream-odd";
static char *odd[] = { fake, NULL };

/* What became of the requests: each of them is a word for the fake. */
struct run {
	struct stream_spec spec;
	double limit;
	const char *const *words;
	int n, next; /* requests, and the next one that was never sent */
	int suspects[MOST], nsuspects;
	int starts, sends, left;
	char got[MOST][200]; /* "result 1", "error no", "died: signal 11 ..." */
	int owners[MOST];
	struct stream *stream;
	bool alone; /* the one that is out is under suspicion */
};

static void
send_one(struct run *run, int i, int64_t now)
{
	char params[64];
	struct stream_request r = { .id = 100 + i, .attempt = 1, .limit = run->limit };

	run->owners[i] = i;
	r.owner = &run->owners[i];
	r.params = params;
	r.params_len = (size_t)snprintf(
	    params, sizeof(params), "{\"do\":\"%s\",\n\"n\":%d}", run->words[i], i);
	stream_send(run->stream, &r, now);
	run->sends++;
}

/* The recipe: those under suspicion one by one, then the others. */
static void
send_some(struct run *run, int64_t now)
{
	if (run->nsuspects > 0 && stream_out(run->stream) == 0 && stream_room(run->stream) > 0) {
		send_one(run, run->suspects[0], now);
		memmove(run->suspects, run->suspects + 1,
		    (size_t)--run->nsuspects * sizeof(*run->suspects));
		run->alone = true;
	}
	if (run->nsuspects == 0 && !(run->alone && stream_out(run->stream) > 0)) {
		run->alone = false;
		while (run->next < run->n && stream_room(run->stream) > 0)
			send_one(run, run->next++, now);
	}
	stream_flush(run->stream);
}

static void
note(struct run *run, const struct answer *a, int i)
{
	struct buf text = BUF_INIT;

	if (a->fault)
		buf_addf(&text, "fault %s", a->fault);
	else if (!a->result)
		buf_addf(
		    &text, "error %s", json_string_value(json_at(a->message, "/error/reason")));
	else {
		buf_add_str(&text, "result ");
		json_put(a->result, &text);
	}
	snprintf(run->got[i], sizeof(run->got[i]), "%.100s", text.data);
	run->left -= a->id == 100 + i;
	buf_clear(&text);
	json_decref(a->message);
}

static void
take_answers(struct run *run)
{
	struct answer a;
	void *owner;

	while (stream_next(run->stream, &a, &owner))
		note(run, &a, *(int *)owner);
}

/* The stream has ended: note the one to blame, suspect the others. */
static void
take_unanswered(struct run *run)
{
	static const char *const ends[] = { "not yet", "died", "late", "wrong", "told" };
	int again[MOST] = { 0 }, n = 0;
	int64_t id;
	void *owner;
	bool blamed;

	while (stream_take(run->stream, &id, &owner, &blamed)) {
		int i = *(int *)owner;

		if (!blamed) {
			again[n++] = i;
			continue;
		}
		snprintf(run->got[i], sizeof(run->got[i]), "%s: %.180s",
		    ends[stream_end(run->stream)], stream_why(run->stream));
		run->left--;
	}
	memmove(run->suspects + n, run->suspects, (size_t)run->nsuspects * sizeof(int));
	memcpy(run->suspects, again, (size_t)n * sizeof(int));
	run->nsuspects += n;
	stream_free(run->stream);
	run->stream = NULL;
}

static void
step(struct run *run)
{
	struct pollfd fds[2];
	int64_t now = clock_boot(), next;

	send_some(run, now);
	stream_fds(run->stream, fds);
	next = stream_next_check(run->stream) - now;
	/* ends are seen by looking, not by SIGCHLD */
	poll(fds, 2, next < 5000 ? (int)(next < 0 ? 0 : next / 1000 + 1) : 5);
	now = clock_boot();
	stream_ready(run->stream, fds, now);
	take_answers(run);
	stream_check(run->stream, now);
	if (stream_reap(run->stream)) {
		take_answers(run);
		take_unanswered(run);
	}
}

static struct run *
run_new(const char *const *words, int n, size_t window)
{
	struct run *run = xcalloc(1, sizeof(*run));

	run->spec = (struct stream_spec){ .argv = odd, .err = 2, .window = window, .grace = 0.2 };
	run->spec.answer_max = 1 << 20;
	run->limit = 30;
	run->words = words;
	run->n = run->left = n;
	return run;
}

/* All of them to an end; false: not within a minute. */
static bool
run_all(struct run *run)
{
	int64_t until = clock_boot() + 60000000;

	while (run->left > 0 && clock_boot() < until) {
		if (!run->stream) {
			run->stream = stream_new(&run->spec, NULL);
			run->starts++;
		}
		step(run);
	}
	return ok(run->left == 0, "all came to an end");
}

static void
run_free(struct run *run)
{
	stream_free(run->stream);
	free(run);
}

/* Are all but this one answered with a result? */
static bool
others_answered(const struct run *run, int but)
{
	for (int i = 0; i < run->n; i++)
		if (i != but && strncmp(run->got[i], "result ", 7) != 0) {
			printf("# %d: %s\n", i, run->got[i]);
			return false;
		}
	return true;
}

static void
test_good(void)
{
	const char *words[1000];
	struct run *run;

	for (size_t i = 0; i < COUNT(words); i++)
		words[i] = "work";
	run = run_new(words, (int)COUNT(words), 50);
	run_all(run);
	ok(others_answered(run, -1), "a thousand results");
	is_int(run->starts, 1, "of one process");
	is_int(run->sends, 1000, "each asked once");
	is_str(run->got[999], run->got[0], "the same one");
	run_free(run);
}

static void
test_order(void)
{
	static const char *const words[] = { "later", "later", "big", "later", "attempt", "big" };
	struct run *run = run_new(words, COUNT(words), 3);

	run_all(run);
	ok(others_answered(run, -1), "results in another order, and big ones");
	is_int(run->starts, 1, "of one process");
	is_str(run->got[4], "result 1", "the attempt is told");
	run_free(run);
}

/* One word that makes trouble among others that do not, and how what becomes of it
 * begins. */
static const struct {
	const char *word, *got;
	double limit;
} troubles[] = {
	{ "die", "died: signal 11 (Segmentation fault)", 30 },
	{ "exit", "died: exit 3", 30 },
	{ "half", "died: exit 0", 30 },
	{ "close", "wrong: it closed its output", 30 },
	{ "hang", "late: not answered in time", 0.3 },
	{ "stubborn", "late: not answered in time", 0.3 },
	{ "flood", "wrong: an answer is longer than 1048576 bytes", 30 },
	{ "nonsense", "wrong: 'Segmentation fault (not really)' is no answer: ", 30 },
	{ "banner", "wrong: 'Welcome to odd 1.0' is no answer: ", 30 },
	{ "text", "wrong: '{\"id\":\"103\",\"result\":1}' is no answer: it has no integer 'id'",
	    30 },
	{ "error", "error no", 30 },
	{ "both", "error no", 30 },
	{ "neither", "fault the answer has neither 'result' nor 'error'", 30 },
	{ "word", "fault the 'error' of the answer is no object", 30 },
};

static void
test_troubles(void)
{
	enum { AT = 3 };
	static const size_t windows[] = { 1, 4, 100 };

	for (size_t i = 0; i < COUNT(troubles); i++) {
		const char *words[8];
		size_t window = windows[i % COUNT(windows)];
		struct run *run = run_new(words, COUNT(words), window);

		for (size_t k = 0; k < COUNT(words); k++)
			words[k] = k == AT ? troubles[i].word : "work";
		run->limit = troubles[i].limit;
		run_all(run);
		ok(strncmp(run->got[AT], troubles[i].got, strlen(troubles[i].got)) == 0,
		    "%s, window %zu: %s", words[AT], window, run->got[AT]);
		ok(others_answered(run, AT), "%s: the others are answered", words[AT]);
		run_free(run);
	}
}

/* Words that break the process after their own answer: nobody is to blame. */
static void
test_aftermath(void)
{
	static const char *const after[] = { "leave", "deaf", "twice" };
	static const size_t windows[] = { 1, 5 };

	for (size_t i = 0; i < COUNT(after) * COUNT(windows); i++) {
		const char *words[] = { "work", after[i / 2], "work", "work", "work" };
		struct run *run = run_new(words, COUNT(words), windows[i % 2]);

		run_all(run);
		ok(others_answered(run, -1), "%s, window %zu: all are answered", words[1],
		    windows[i % 2]);
		ok(run->starts > 1, "by another process");
		run_free(run);
	}
}

/* Every one of them is to blame. */
static void
test_broken(void)
{
	static const char *const words[] = { "die", "exit", "other", "die" };
	struct run *run = run_new(words, COUNT(words), 4);

	run_all(run);
	is_str(run->got[0], "died: signal 11 (Segmentation fault)", "the first");
	is_str(run->got[1], "died: exit 3", "the second");
	ok(strstr(run->got[2], "which was not asked or is answered") != NULL, "%s", run->got[2]);
	is_str(run->got[3], "died: signal 11 (Segmentation fault)", "the last");
	run_free(run);
}

/* Until it has ended, or 20 seconds. */
static bool
wait_end(struct stream *s)
{
	int64_t until = clock_boot() + 20000000;
	struct pollfd fds[2];
	struct answer a;
	void *owner;

	while (!stream_reap(s) && clock_boot() < until) {
		stream_fds(s, fds);
		poll(fds, 2, 5);
		stream_ready(s, fds, clock_boot());
		while (stream_next(s, &a, &owner))
			json_decref(a.message);
		stream_check(s, clock_boot());
	}
	return stream_reap(s);
}

static void
test_finish(void)
{
	static char *cat[] = { (char *)"cat", NULL };
	static char *deaf[] = { (char *)"tail", (char *)"-f", (char *)"/dev/null", NULL };
	struct stream_spec spec = { .argv = cat, .err = -1, .window = 2, .grace = 30 };
	struct stream *s = stream_new(&spec, NULL);
	int64_t id, now = clock_boot();
	void *owner;
	bool blamed;

	is_int((long long)stream_room(s), 2, "room at first");
	ok(stream_pid(s) > 0 && kill(stream_pid(s), 0) == 0, "a process");
	is_int(stream_next_check(s), INT64_MAX, "nothing to check");
	stream_finish(s, now);
	is_int((long long)stream_room(s), 0, "none when it is to end");
	ok(wait_end(s) && clock_boot() - now < 20000000, "it ends when its input does");
	is_int(stream_end(s), STREAM_TOLD, "as told");
	is_str(stream_why(s), "exit 0", "by itself");
	ok(!stream_take(s, &id, &owner, &blamed), "nothing was out");
	stream_free(s);

	spec.argv = deaf;
	spec.grace = 0.1;
	s = stream_new(&spec, NULL);
	stream_finish(s, clock_boot());
	ok(wait_end(s), "one that does not look at its input is ended");
	is_str(stream_why(s), "signal 15 (Terminated)", "with TERM");
	stream_free(s);
	stream_free(NULL);
}

static void
test_stop(void)
{
	struct run *run = run_new((const char *const[]){ "stubborn", "work" }, 2, 2);
	int64_t id;
	void *owner;
	bool blamed;

	run->stream = stream_new(&run->spec, NULL);
	send_some(run, clock_boot());
	is_int((long long)stream_out(run->stream), 2, "two are out");
	stream_stop(run->stream, false, clock_boot());
	is_int((long long)stream_room(run->stream), 0, "no room");
	ok(wait_end(run->stream), "it ends");
	is_int(stream_end(run->stream), STREAM_TOLD, "as told");
	ok(stream_take(run->stream, &id, &owner, &blamed) && id == 100 && !blamed, "unanswered");
	ok(stream_take(run->stream, &id, &owner, &blamed) && id == 101 && !blamed, "both");
	run_free(run);

	run = run_new((const char *const[]){ "work", "work" }, 2, 2);
	run->stream = stream_new(&run->spec, NULL);
	stream_stop(run->stream, true, clock_boot());
	ok(wait_end(run->stream), "it is killed");
	is_str(stream_why(run->stream), "signal 9 (Killed)", "at once");
	run_free(run);
}

/* One that does not read: what it does not take is not piled up. */
static void
test_backlog(void)
{
	static char *deaf[] = { (char *)"tail", (char *)"-f", (char *)"/dev/null", NULL };
	struct stream_spec spec = { .argv = deaf, .err = -1, .window = 10000, .grace = 0.1 };
	struct stream *s = stream_new(&spec, NULL);
	static char params[100002];
	struct stream_request r = { .params = params, .params_len = sizeof(params), .limit = 60 };

	memset(params, 'x', sizeof(params));
	params[0] = params[sizeof(params) - 1] = '"';
	while (stream_room(s) > 0) {
		r.id++;
		stream_send(s, &r, clock_boot());
		stream_flush(s);
	}
	ok(stream_out(s) > 5 && stream_out(s) < 20, "%zu requests fill it", stream_out(s));
	stream_free(s);
}

static void
test_missing(void)
{
	static char *none[] = { (char *)"/no/such/program", NULL };
	struct stream_spec spec = { .argv = none, .err = -1, .window = 1 };
	struct err err = { 0 };

	ok(!stream_new(&spec, &err), "a program that is not there");
	is_int(err.kind, ERR_USAGE, "%s", err.text);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_good();
	test_order();
	test_troubles();
	test_aftermath();
	test_broken();
	test_finish();
	test_stop();
	test_backlog();
	test_missing();
	return done_testing();
}
