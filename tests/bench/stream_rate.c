/* SPDX-License-Identifier: MIT */
/* stream_rate: N requests through lib/exec/stream to J coprocesses, up to W at a time each, and
 * nothing else. Prints requests a second and our own microseconds of CPU for each.
 * usage: stream_rate N J W PROGRAM [ARG ...] */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "exec/stream.h"

struct run {
	struct stream **streams;
	struct pollfd *fds;
	int jobs;
	long todo, sent, answered;
};

static void
fill(struct run *run, struct stream *s, int64_t now)
{
	struct stream_request r = { .attempt = 1, .limit = 60 };
	size_t room = stream_room(s);
	char params[64];

	while (run->sent < run->todo && room-- > 0) {
		r.id = ++run->sent;
		r.params = params;
		r.params_len = (size_t)snprintf(params, sizeof(params), "{\"n\":%ld}", run->sent);
		stream_send(s, &r, now);
	}
	stream_flush(s);
}

static int
serve(struct run *run)
{
	struct answer a;
	void *owner;

	while (run->answered < run->todo) {
		int64_t now = clock_boot();

		for (int i = 0; i < run->jobs; i++) {
			fill(run, run->streams[i], now);
			stream_fds(run->streams[i], run->fds + 2 * i);
		}
		if (poll(run->fds, 2 * (nfds_t)run->jobs, 10000) <= 0)
			return -1;
		for (int i = 0; i < run->jobs; i++) {
			stream_ready(run->streams[i], run->fds + 2 * i, now);
			for (; stream_next(run->streams[i], &a, &owner); run->answered++)
				json_decref(a.message);
			if (run->fds[2 * i].fd < 0 || stream_end(run->streams[i]))
				return -1;
		}
	}
	return 0;
}

static double
cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int
main(int argc, char **argv)
{
	struct stream_spec spec = { .argv = argv + 4, .err = 2, .grace = 1 };
	struct run run = { 0 };
	struct err err = { 0 };
	double seconds, used;
	int rc = 1;

	if (argc > 4) {
		run.todo = strtol(argv[1], NULL, 10);
		run.jobs = (int)strtol(argv[2], NULL, 10);
		spec.window = strtoul(argv[3], NULL, 10);
	}
	if (run.todo < 1 || run.jobs < 1 || spec.window < 1) {
		fputs("usage: stream_rate N J W PROGRAM [ARG ...]\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	run.streams = xcalloc((size_t)run.jobs, sizeof(struct stream *));
	run.fds = xcalloc(2 * (size_t)run.jobs, sizeof(*run.fds));
	for (int i = 0; i < run.jobs; i++)
		if (!(run.streams[i] = stream_new(&spec, &err))) {
			fprintf(stderr, "stream_rate: %s\n", err.text);
			goto out;
		}
	used = cpu();
	seconds = (double)clock_boot() / 1e6;
	rc = serve(&run) < 0;
	seconds = (double)clock_boot() / 1e6 - seconds;
	used = cpu() - used;
	if (rc == 0)
		printf("%.0f %.3f\n", (double)run.todo / seconds, used * 1e6 / (double)run.todo);
	else
		fprintf(stderr, "stream_rate: a coprocess ended after %ld answers\n", run.answered);
out:
	for (int i = 0; i < run.jobs; i++)
		stream_free(run.streams[i]);
	free(run.streams);
	free(run.fds);
	return rc;
}
