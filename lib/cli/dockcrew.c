/* SPDX-License-Identifier: MIT */
/* dockcrew: a stream of requests docked by several coprocesses of our own, without a queue. */
#include "cli/dockcrew.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/dockrun.h"
#include "exec/proc.h"
#include "exec/stream.h"

enum {
	WINDOW = 2, /* the one it works on, and the one behind it */
	TICK = 500, /* milliseconds between looks at whether we are interrupted */
	OWN = 1,    /* descriptors to poll for beside those of coprocesses */
};

#define ENDLESS 1e9 /* seconds: the engine's limit is kept by the coprocess */
#define GRACE 5.0

struct dockcrew {
	const struct dockrun *run;
	dockcrew_done *done;
	void *ctx;
	char **env, *memory;
	int64_t next; /* id */
	int jobs;
	bool told;           /* all are to end */
	VEC(json_t *) ready; /* requests, in order */
	struct stream *member[];
};

/* Our environment: they work in $TMPDIR, and for nobody else's execution. */
static char **
environment(struct dockcrew *crew)
{
	static const char *const not [] = {
		"DOCKLINE_WORK=", "DOCKLINE_EXECUTION=", "DOCKLINE_MEMORY="
	};
	size_t n = 0, k = 0;
	char **out;

	while (environ[n])
		n++;
	out = xcalloc(n + 2, sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		bool ours = true;

		for (size_t j = 0; j < sizeof(not ) / sizeof(*not ); j++)
			ours &= strncmp(environ[i], not [j], strlen(not [j])) != 0;
		if (ours)
			out[k++] = environ[i];
	}
	if (crew->run->memory > 0)
		out[k] = crew->memory = xasprintf(
		    "DOCKLINE_MEMORY=%lld", (long long)crew->run->memory);
	return out;
}

struct dockcrew *
dockcrew_new(const struct dockrun *run, int jobs, dockcrew_done *done, void *ctx)
{
	struct dockcrew *crew;

	if (jobs < 1)
		jobs = 1;
	crew = xcalloc(1, sizeof(*crew) + (size_t)jobs * sizeof(*crew->member));
	crew->run = run;
	crew->done = done;
	crew->ctx = ctx;
	crew->jobs = jobs;
	crew->env = environment(crew);
	return crew;
}

static int
start(struct dockcrew *crew, int i, struct err *err)
{
	const struct app *app = crew->run->app;
	char serve[] = "--serve", engine[] = "--engine", state[] = "--state", org[] = "--org";
	char *name = xstrdup(app->name);
	char *argv[] = { name, serve, engine, crew->run->program, org, app->org,
		app->state ? state : NULL, app->state, NULL };
	struct stream_spec spec = { .argv = argv,
		.program = "/proc/self/exe",
		.env = crew->env,
		.err = -1,
		.window = WINDOW,
		.turns = true,
		.grace = GRACE };

	crew->member[i] = stream_new(&spec, err);
	free(name);
	return crew->member[i] ? 0 : -1;
}

static void
send(struct dockcrew *crew, struct stream *s)
{
	json_t *request = crew->ready.at[0];
	struct buf text = BUF_INIT;
	struct stream_request out = {
		.id = ++crew->next, .attempt = 1, .limit = ENDLESS, .owner = request
	};

	crew->ready.len--;
	memmove(crew->ready.at, crew->ready.at + 1, crew->ready.len * sizeof(*crew->ready.at));
	json_put(request, &text);
	out.params = buf_str(&text);
	out.params_len = text.len;
	stream_send(s, &out, clock_boot());
	stream_flush(s);
	buf_clear(&text);
}

/* Give what is ready to those that take it: first one each, then one behind, where enough is left
 * for all. 0, or -1: there is nobody to give it to. */
static int
distribute(struct dockcrew *crew, struct err *err)
{
	struct err why = { 0 };
	int members = 0;

	for (int i = 0; i < crew->jobs && crew->ready.len > 0; i++) {
		if (!crew->member[i] && start(crew, i, &why) < 0)
			continue;
		members++;
		if (stream_out(crew->member[i]) == 0 && stream_room(crew->member[i]) > 0)
			send(crew, crew->member[i]);
	}
	for (int i = 0; i < crew->jobs && crew->ready.len >= (size_t)crew->jobs; i++)
		if (crew->member[i] && stream_out(crew->member[i]) == 1 &&
		    stream_room(crew->member[i]) > 0)
			send(crew, crew->member[i]);
	if (members > 0 || crew->ready.len == 0)
		return 0;
	*err = why;
	return -1;
}

static void
take_answers(struct dockcrew *crew, struct stream *s)
{
	struct answer answer;
	void *owner;

	while (stream_next(s, &answer, &owner)) {
		json_t *request = owner;

		if (!proc_caught())
			crew->done(request, answer.result, json_object_get(answer.message, "error"),
			    crew->ctx);
		json_decref(answer.message);
		json_decref(request);
	}
}

/* It has ended, though nobody wanted that: what it had is answered so. */
static void
bury(struct dockcrew *crew, int i)
{
	struct stream *s = crew->member[i];
	char *reason = xasprintf("the process that docks ended: %s", stream_why(s));
	json_t *error = json_pack("{s:s,s:s,s:b}", "class", "signal", "reason", reason, "retry", 1);
	void *owner;
	int64_t id;
	bool blamed;

	while (stream_take(s, &id, &owner, &blamed)) {
		if (!proc_caught())
			crew->done(owner, NULL, error, crew->ctx);
		json_decref(owner);
	}
	stream_free(s);
	crew->member[i] = NULL;
	json_decref(error);
	free(reason);
}

/* Poll once, also fd unless it is negative. True: that can be read, or we are interrupted. */
static bool
look(struct dockcrew *crew, int fd)
{
	struct pollfd *fds = xcalloc(OWN + 2 * (size_t)crew->jobs, sizeof(*fds));
	int64_t now;
	bool there;

	fds[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	for (int i = 0; i < crew->jobs; i++) {
		fds[OWN + 2 * i].fd = fds[OWN + 2 * i + 1].fd = -1;
		if (crew->member[i])
			stream_fds(crew->member[i], fds + OWN + 2 * i);
	}
	there = poll(fds, OWN + 2 * (nfds_t)crew->jobs, TICK) > 0 && fds[0].revents != 0;
	now = clock_boot();
	for (int i = 0; i < crew->jobs; i++) {
		if (!crew->member[i])
			continue;
		stream_ready(crew->member[i], fds + OWN + 2 * i, now);
		take_answers(crew, crew->member[i]);
		if (stream_reap(crew->member[i])) {
			take_answers(crew, crew->member[i]);
			bury(crew, i);
		}
	}
	free(fds);
	return there || proc_caught();
}

/* How many requests are out. */
static size_t
count_out(const struct dockcrew *crew)
{
	size_t n = 0;

	for (int i = 0; i < crew->jobs; i++)
		n += crew->member[i] ? stream_out(crew->member[i]) : 0;
	return n;
}

int
dockcrew_add(struct dockcrew *crew, json_t *request, struct err *err)
{
	vec_add(&crew->ready, json_incref(request));
	for (;;) {
		if (distribute(crew, err) < 0)
			return -1;
		if (crew->ready.len <= (size_t)crew->jobs || look(crew, -1))
			return 0;
	}
}

void
dockcrew_until(struct dockcrew *crew, int fd)
{
	while (count_out(crew) > 0 && !look(crew, fd))
		distribute(crew, NULL);
}

int
dockcrew_finish(struct dockcrew *crew, struct err *err)
{
	while (!proc_caught() && (crew->ready.len > 0 || count_out(crew) > 0)) {
		if (distribute(crew, err) < 0)
			return -1;
		look(crew, -1);
	}
	return 0;
}

static void
tell_end(struct stream *s, int64_t now)
{
	if (proc_caught())
		stream_stop(s, false, now);
	else
		stream_finish(s, now);
}

/* Their ends: of those that have nothing to do, or of all when we are interrupted. Each takes its
 * engine with it, and what lies in $TMPDIR. */
static void
dismiss(struct dockcrew *crew)
{
	int left;

	do {
		int64_t now = clock_boot();

		left = 0;
		for (int i = 0; i < crew->jobs; i++) {
			struct stream *s = crew->member[i];

			if (s && !crew->told)
				tell_end(s, now);
			if (s)
				stream_check(s, now);
			left += s != NULL;
		}
		crew->told = true;
		if (left > 0)
			look(crew, -1);
	} while (left > 0);
}

void
dockcrew_free(struct dockcrew *crew)
{
	if (!crew)
		return;
	dismiss(crew);
	for (size_t i = 0; i < crew->ready.len; i++)
		json_decref(crew->ready.at[i]);
	vec_clear(&crew->ready);
	free(crew->memory);
	free(crew->env);
	free(crew);
}
