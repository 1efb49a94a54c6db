/* SPDX-License-Identifier: MIT */
/*
 * shape: the jq programs of a task that is served over HTTP.
 *
 * The worker must not wait for ever: programs run on a thread of the shape, one at a
 * time, while the caller waits. A program that has had LIMIT of processor time is
 * interrupted; so the load of the machine decides nothing. One that does not end by
 * that either, within one function of libjq, is left alone with all it holds, and the
 * shape gives nothing but errors from then on; so it does after ENDLESS in a row, as
 * each keeps the worker from its other work.
 */
#include "cli/shape.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/jq.h"
#include "task/remote.h"
#include "task/task.h"

enum {
	LIMIT = 2, /* seconds of processor time that a program may take */
	GRACE = 3, /* and until it has let itself be interrupted */
	ENDLESS = 3,
};

struct shape {
	struct jq *request, *response, *failure;
	bool stuck;  /* the thread has not come back */
	int endless; /* programs in a row that had to be interrupted */

	/* shared with the thread */
	pthread_t thread;
	bool threaded; /* it runs */
	pthread_mutex_t lock;
	pthread_cond_t asked, answered;
	struct jq *jq; /* to be run, NULL: nothing */
	json_t *input, *output;
	struct err err;
	bool end;
};

/* ---- the thread ---- */

static void *
serve(void *ctx)
{
	struct shape *s = ctx;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (!s->jq && !s->end)
			pthread_cond_wait(&s->asked, &s->lock);
		if (s->end)
			break;
		pthread_mutex_unlock(&s->lock);
		s->output = jq_one(s->jq, s->input, &s->err);
		pthread_mutex_lock(&s->lock);
		s->jq = NULL;
		pthread_cond_signal(&s->answered);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static int
start(struct shape *s, struct err *err)
{
	pthread_condattr_t attr;
	int rc;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->asked, NULL);
	pthread_cond_init(&s->answered, &attr);
	pthread_condattr_destroy(&attr);
	rc = pthread_create(&s->thread, NULL, serve, s);
	s->threaded = rc == 0;
	errno = rc;
	return rc == 0 ? 0 : err_sys(err, "cannot start a thread for jq");
}

/* The processor time that the thread has had. */
static double
worked(const struct shape *s)
{
	struct timespec t = { 0 };
	clockid_t clock;

	if (pthread_getcpuclockid(s->thread, &clock) == 0)
		clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Wait for the answer until the thread has worked for so long. False: there is none. */
static bool
await(struct shape *s, double most)
{
	double left;

	while (s->jq && (left = most - worked(s)) > 0) {
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += 1 + (time_t)left;
		pthread_cond_timedwait(&s->answered, &s->lock, &until);
	}
	return !s->jq;
}

/* With the lock: have the thread run a program. False: it had to be interrupted. */
static bool
ask(struct shape *s, struct jq *jq, json_t *input)
{
	double begun = worked(s);

	s->jq = jq;
	s->input = json_incref(input);
	s->output = NULL;
	s->err = (struct err){ 0 };
	pthread_cond_signal(&s->asked);
	if (await(s, begun + LIMIT))
		return true;
	jq_interrupt(jq);
	s->stuck = !await(s, begun + GRACE);
	return false;
}

/* Run a program on a value: the result, which is the caller's; NULL: err. */
static json_t *
run(struct shape *s, struct jq *jq, json_t *input, struct err *err)
{
	json_t *output = NULL;

	if (s->stuck || s->endless >= ENDLESS) {
		err_set(err, ERR_INPUT, "jq programs of the task did not end before");
		return NULL;
	}
	if (!s->threaded && start(s, err) < 0)
		return NULL;
	pthread_mutex_lock(&s->lock);
	s->endless = ask(s, jq, input) ? 0 : s->endless + 1;
	if (!s->stuck) {
		output = s->output;
		json_decref(s->input);
	}
	if (!output && s->endless)
		err_set(err, ERR_INPUT, "the jq program does not end within %d s", LIMIT);
	else if (!output && err)
		*err = s->err;
	pthread_mutex_unlock(&s->lock);
	return output;
}

/* ---- life ---- */

static int
compile(struct jq **jq, const char *text, const char *member, struct err *err)
{
	if (!text)
		return 0;
	*jq = jq_new(text, err);
	return *jq ? 0 : err_wrap(err, "'%s'", member);
}

struct shape *
shape_new(const struct task *task, struct err *err)
{
	struct shape *shape = xcalloc(1, sizeof(*shape));
	const struct remote *remote = task->remote;

	if (compile(&shape->request, remote->request, "request", err) == 0 &&
	    compile(&shape->response, remote->response, "response", err) == 0 &&
	    compile(&shape->failure, remote->failure, "failure", err) == 0)
		return shape;
	shape_free(shape);
	return NULL;
}

void
shape_free(struct shape *shape)
{
	if (!shape || shape->stuck)
		return;
	if (shape->threaded) {
		pthread_mutex_lock(&shape->lock);
		shape->end = true;
		pthread_cond_signal(&shape->asked);
		pthread_mutex_unlock(&shape->lock);
		pthread_join(shape->thread, NULL);
		pthread_cond_destroy(&shape->asked);
		pthread_cond_destroy(&shape->answered);
		pthread_mutex_destroy(&shape->lock);
	}
	jq_free(shape->request);
	jq_free(shape->response);
	jq_free(shape->failure);
	free(shape);
}

/* ---- use ---- */

json_t *
shape_request(struct shape *shape, json_t *params, struct err *err)
{
	json_t *body = shape->request ? run(shape, shape->request, params, err)
				      : json_incref(params);

	if (!body)
		err_wrap(err, "'request'");
	return body;
}

json_t *
shape_response(struct shape *shape, json_t *reply, struct err *err)
{
	json_t *result = shape->response ? run(shape, shape->response, reply, err)
					 : json_incref(reply);

	if (!result)
		err_wrap(err, "'response'");
	return result;
}

json_t *
shape_failure(struct shape *shape, int status, json_t *body)
{
	json_t *input, *error;

	if (!shape->failure)
		return NULL;
	input = json_pack("{s:i, s:O}", "status", status, "body", body);
	error = run(shape, shape->failure, input, NULL);
	json_decref(input);
	if (json_is_object(error))
		return error;
	json_decref(error);
	return NULL;
}
