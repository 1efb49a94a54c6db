/* SPDX-License-Identifier: MIT */
/* headway: the last thing said counts, whatever else is written to the descriptor. */
#include "exec/headway.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "exec/proc.h"
#include "fixture.h"
#include "tap.h"

static void
test_parse(void)
{
	static const struct {
		const char *line;
		int rc;
		double percent;
		const char *message;
	} vectors[] = {
		{ "{\"progress\":0}", 0, 0, "" },
		{ "{\"progress\": 41.5, \"message\": \"grid\"}", 0, 41.5, "grid" },
		{ "{\"message\":\"grid\"}", 0, -1, "grid" },
		{ "{\"progress\":100,\"step\":[1]}", 0, 100, "" },
		{ "{\"progress\":null,\"message\":\"m\"}", 0, -1, "m" },
		{ "{\"message\":\"\xce\xb1\\n\\u001b[1m\"}", 0, -1, "\xce\xb1\\x0a\\x1b[1m" },
		{ "{\"progress\":101}", -1, -1, "" },
		{ "{\"progress\":-1}", -1, -1, "" },
		{ "{\"progress\":\"50\"}", -1, -1, "" },
		{ "{\"progress\":50,\"message\":7}", -1, -1, "" },
		{ "{\"progress\":50", -1, -1, "" },
		{ "{}", -1, -1, "" },
		{ "50", -1, -1, "" },
		{ "", -1, -1, "" },
	};

	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct headway h = { .percent = -1 };

		is_int(headway_parse(&h, vectors[i].line, strlen(vectors[i].line)), vectors[i].rc,
		    "%s", vectors[i].line);
		ok(h.percent == vectors[i].percent, "%s: percent %g", vectors[i].line, h.percent);
		is_str(h.message, vectors[i].message, "%s: message", vectors[i].line);
	}
}

/* A message of `first` and 300 two-byte characters is cut to `want` bytes. */
static void
is_cut(const char *first, int want)
{
	struct headway h = { .percent = -1 };
	struct buf line = BUF_INIT;

	buf_addf(&line, "{\"message\":\"%s", first);
	for (int i = 0; i < 300; i++)
		buf_add_str(&line, "\xce\xb1");
	buf_add_str(&line, "\"}");
	is_int(headway_parse(&h, line.data, line.len), 0, "a long message");
	is_int((long long)strlen(h.message), want, "is cut between two characters");
	buf_clear(&line);
}

static void
put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		ok(false, "write");
}

static off_t
size(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_size : -1;
}

static void
test_look(struct headway *h)
{
	is_int(headway_look(h), 0, "nothing said");
	put(h->fd, "{\"progress\":10,\"message\":\"a\"}\n{\"progress\":20}\n");
	is_int(headway_look(h), 1, "two lines");
	ok(h->percent == 20, "the last counts");
	is_str(h->message, "a", "with the last message");
	is_int(headway_look(h), 0, "nothing new");
	put(h->fd, "{\"progress\":30,");
	is_int(headway_look(h), 0, "half a line");
	put(h->fd, "\"message\":\"b\"}\n");
	is_int(headway_look(h), 1, "the other half");
	ok(h->percent == 30, "is one line");
	put(h->fd, "{\"progress\":40}\nno JSON\n\n{\"progress\":400}\n{\"pro");
	is_int(headway_look(h), 1, "one among others");
	ok(h->percent == 40, "is found");
	is_str(h->message, "b", "a message stays until there is another");
	put(h->fd, "gress\":41}\nno JSON\n");
	is_int(headway_look(h), 1, "the rest of a line and another");
	ok(h->percent == 41, "which is not valid");
	is_int(headway_reset(h), 0, "the next child");
	ok(h->percent == -1 && !*h->message && size(h->fd) == 0, "has said nothing");
	is_int(headway_reset(h), 0, "twice");
	put(h->fd, "{\"progress\":1}\n");
	headway_look(h);
	if (ftruncate(h->fd, 0) == 0)
		put(h->fd, "{\"progress\":2}\n{\"progress\":3}\n");
	is_int(headway_look(h), 1, "a child that empties the file");
	ok(h->percent == 3, "may");
}

static void
test_flood(struct headway *h)
{
	char *block = malloc(20000);

	headway_reset(h);
	memset(block, 'x', 20000);
	block[19999] = '\0';
	put(h->fd, block);
	is_int(headway_look(h), 0, "a line without end");
	put(h->fd, "\n{\"progress\":5}\n");
	is_int(headway_look(h), 1, "is passed over");
	for (int i = 0; i < 60; i++)
		put(h->fd, block);
	put(h->fd, "\n{\"progress\":6}\n");
	is_int(headway_look(h), 1, "much is said");
	ok(h->percent == 6, "the last counts");
	is_int(size(h->fd), 0, "and the file does not grow for ever");
	put(h->fd, "{\"progress\":7}\n");
	is_int(headway_look(h), 1, "it goes on");
	ok(h->percent == 7, "as before");
	free(block);
}

static void
test_child(struct headway *h)
{
	static char script[] = "for i in 10 20; do echo \"{\\\"progress\\\":$i}\" >&3; done";
	char *argv[] = { (char *)"sh", (char *)"-c", script, NULL };
	struct proc_spec spec = { .argv = argv, .three = h->fd };
	struct outcome outcome;

	ok(h->fd > 2, "above the three that everybody has");
	headway_reset(h);
	is_int(proc_run(&spec, NULL, NULL, NULL, 10, 1, &outcome, NULL), 0, "a child");
	is_int(outcome.code, 0, "that could write");
	is_int(headway_look(h), 1, "said something");
	ok(h->percent == 20, "at last");
	spec.three = 0;
	proc_run(&spec, NULL, NULL, NULL, 10, 1, &outcome, NULL);
	ok(outcome.code != 0, "one without the descriptor could not");
}

/* The same with the file as descriptor 3 and as 17. */
static void
test_numbers(struct headway *h)
{
	int old = h->fd, kept = fcntl(3, F_DUPFD_CLOEXEC, 50);

	h->fd = dup3(old, 17, O_CLOEXEC);
	test_child(h);
	h->fd = dup3(17, 3, O_CLOEXEC);
	test_child(h);
	close(3);
	if (kept >= 0)
		dup3(kept, 3, O_CLOEXEC);
	close(kept);
	close(17);
	h->fd = old;
}

int
main(void)
{
	char *root = fixture_root();
	struct err err = { 0 };
	struct headway h;

	test_parse();
	is_cut("x", 255);
	is_cut("", 254);
	is_int(headway_open(&h, "/nonexistent", 1, &err), -1, "no such folder");
	ok(h.fd < 0 && err.kind == ERR_SYSTEM, "says so");
	headway_close(&h);
	is_int(headway_open(&h, root, 1, &err), 0, "%s", err.text);
	test_look(&h);
	test_flood(&h);
	test_child(&h);
	test_numbers(&h);
	headway_close(&h);
	fixture_free(root);
	return done_testing();
}
