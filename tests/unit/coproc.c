/* SPDX-License-Identifier: MIT */
/* coproc: answers come back whole and in time, or the child is replaced. */
#include "exec/coproc.h"

#include "base/clock.h"
#include "base/err.h"
#include "tap.h"

/* A shell that does what each line says, and ends every answer with "end". */
static char script[] = "while read -r word rest; do case $word in"
		       " echo) echo \"$rest\"; echo end;;"
		       " pid) echo $$; echo end;;"
		       " hang) exec tail -f /dev/null;;"
		       " die) kill -9 $$;;"
		       " leave) exit 3;;"
		       " flood) yes;;"
		       " more) printf 'end\\nmore\\n';;"
		       " big) head -c 300000 /dev/zero | tr '\\0' x; echo; echo end;;"
		       " esac; done";

static char *argv[] = { (char *)"sh", (char *)"-c", script, NULL };

static bool
is_end(int kind, const char *line, size_t len, int *seen)
{
	(*seen)++;
	return len == 3 && memcmp(line, "end", 3) == 0 && *seen >= kind;
}

static const struct coproc_spec spec = {
	.argv = argv,
	.last = is_end,
	.kind = 1,
	.answer_max = 1 << 20,
};

/* Ask and wait; the answer, or why there is none. */
static const char *
ask(struct coproc *c, const char *text, double limit)
{
	struct err err = { 0 };
	size_t len;

	if (coproc_ask(c, text, strlen(text), limit, &err) < 0)
		return "not started";
	while (coproc_state(c) == COPROC_BUSY)
		if (coproc_wait(&c, 1, -1, &err) < 0)
			return "cannot wait";
	return coproc_state(c) == COPROC_ANSWERED ? coproc_answer(c, &len) : coproc_why(c);
}

static void
test_one(void)
{
	struct coproc *c = coproc_new(&spec);
	char first[32];
	size_t len;

	is_int(coproc_state(c), COPROC_IDLE, "idle at first");
	is_str(ask(c, "echo one\n", 10), "one\nend\n", "an answer");
	is_str(ask(c, "echo two\n", 10), "two\nend\n", "another");
	snprintf(first, sizeof(first), "%s", ask(c, "pid\n", 10));
	is_str(ask(c, "pid\n", 10), first, "by the same process");
	is_str(ask(c, "hang\n", 0.2), "timed out", "a child that hangs");
	is_int(coproc_fault(c), COPROC_LATE, "is late");
	is_str(ask(c, "echo again\n", 10), "again\nend\n", "is replaced");
	ok(strcmp(ask(c, "pid\n", 10), first) != 0, "by another process");
	is_str(ask(c, "die\n", 10), "ended without an answer: signal 9 (Killed)",
	    "one that is killed");
	is_int(coproc_fault(c), COPROC_CRASHED, "has crashed");
	is_str(ask(c, "leave\n", 10), "ended without an answer: exit 3", "one that leaves");
	is_str(ask(c, "flood\n", 10), "answered without end", "one that does not stop");
	is_int(coproc_fault(c), COPROC_BROKEN, "is broken");
	is_str(ask(c, "more\n", 10), "end\n", "one that says more");
	is_str(ask(c, "echo clean\n", 10), "clean\nend\n", "is not asked again");
	is_int((long long)strlen(ask(c, "big\n", 10)), 300005, "a big answer");
	coproc_answer(c, &len);
	is_int((long long)len, 300005, "its length");
	snprintf(first, sizeof(first), "%s", ask(c, "pid\n", 10));
	coproc_stop(c);
	ok(strcmp(ask(c, "pid\n", 10), first) != 0, "one that was stopped is replaced");
	coproc_free(c);
	coproc_free(NULL);
}

static void
test_many(void)
{
	struct coproc *list[4] = { NULL };
	struct err err = { 0 };
	int64_t began = clock_boot();
	int answered = 0, failed = 0;
	char request[400000];

	for (int i = 0; i < 3; i++)
		list[i] = coproc_new(&spec);
	/* one hangs, one gets more than a pipe holds before it reads, one answers at once */
	memset(request, 'x', sizeof(request));
	memcpy(request, "echo ", 5);
	request[sizeof(request) - 1] = '\n';
	coproc_ask(list[0], "hang\n", 5, 0.3, &err);
	coproc_ask(list[1], request, sizeof(request), 20, &err);
	coproc_ask(list[2], "echo x\n", 7, 20, &err);
	for (int busy = 3; busy > 0;) {
		coproc_wait(list, 4, -1, &err);
		busy = 0;
		for (int i = 0; i < 3; i++)
			busy += coproc_state(list[i]) == COPROC_BUSY;
	}
	for (int i = 0; i < 3; i++) {
		answered += coproc_state(list[i]) == COPROC_ANSWERED;
		failed += coproc_state(list[i]) == COPROC_FAILED;
		coproc_free(list[i]);
	}
	is_int(answered, 2, "two of three answer");
	is_int(failed, 1, "one of three fails");
	ok(clock_boot() - began >= 300000, "not before its time");
	is_int(coproc_wait(list + 3, 1, -1, &err), 0, "nothing to wait for");
}

static void
test_missing(void)
{
	static char *none[] = { (char *)"/no/such/program", NULL };
	struct coproc_spec missing = { .argv = none, .last = is_end };
	struct coproc *c = coproc_new(&missing);
	struct err err = { 0 };

	is_int(coproc_ask(c, "x\n", 2, 1, &err), -1, "a program that is not there");
	is_int(err.kind, ERR_USAGE, "is told apart");
	coproc_free(c);
}

static void
test_single(void)
{
	static char *cat[] = { (char *)"sh", (char *)"-c", (char *)"cat; echo $$", NULL };
	struct coproc_spec single = { .argv = cat };
	struct coproc *c = coproc_new(&single);
	char first[64];

	snprintf(first, sizeof(first), "%s", ask(c, "one\n", 10));
	ok(strncmp(first, "one\n", 4) == 0, "all that it writes is the answer");
	ok(strcmp(ask(c, "one\n", 10), first) != 0, "each request has its own process");
	coproc_free(c);
}

static void
test_renew(void)
{
	struct coproc_spec two = spec;
	struct coproc *c;
	char first[32];

	two.renew = 2;
	c = coproc_new(&two);
	snprintf(first, sizeof(first), "%s", ask(c, "pid\n", 10));
	is_str(ask(c, "pid\n", 10), first, "two answers from one process");
	ok(strcmp(ask(c, "pid\n", 10), first) != 0, "the third from a fresh one");
	coproc_free(c);
}

int
main(void)
{
	test_one();
	test_many();
	test_missing();
	test_renew();
	test_single();
	return done_testing();
}
