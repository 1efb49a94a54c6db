/* SPDX-License-Identifier: MIT */
/* board_state: the board and the state: what others found out, and what is told them. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "cli/app.h"
#include "cli/board_parts.h"
#include "store/store.h"
#include "task/service.h"
#include "task/task.h"

enum {
	LOOK = 500000,   /* microseconds between looks at what others found out */
	COUNT = 1000000, /* and between writings of what was counted */
};

static struct desk *
find(const struct board *b, int64_t row)
{
	for (size_t i = 0; i < b->desks.len; i++)
		if (b->desks.at[i]->service->row == row)
			return b->desks.at[i];
	return NULL;
}

/* A person is there who wants it tried: what is left of a pause is over. */
static void
hurry(struct service *s, int64_t now)
{
	struct breaker *breaker = &s->state.breaker;

	if (breaker->state == BREAKER_OPEN && breaker->opened_at > now - s->breaker.pause)
		breaker->opened_at = now - s->breaker.pause;
}

/* One of a task as it stands in the state. */
static int
take(struct service **service, void *ctx, struct err *err)
{
	struct board *b = ctx;
	struct desk *desk = find(b, (*service)->row);

	(void)err;
	(*service)->state.answered = (*service)->state.failed = 0;
	if (!desk) {
		desk = xcalloc(1, sizeof(*desk));
		desk->service = *service;
		*service = NULL;
		if (b->attended)
			hurry(desk->service, clock_wall());
		vec_add(&b->desks, desk);
	} else if (!desk->changed) {
		int64_t answered = desk->service->state.answered;
		int64_t failed = desk->service->state.failed;
		struct service_state state = (*service)->state;

		(*service)->state.models = desk->service->state.models;
		desk->service->state = state;
		desk->service->state.answered = answered;
		desk->service->state.failed = failed;
		if (state.breaker.state == BREAKER_CLOSED && state.health != SERVICE_UNHEALTHY)
			desk->openings = 0;
	}
	desk->gone = false;
	return 0;
}

static int
load(struct board *b, struct store *store, const char *task, struct err *err)
{
	for (size_t i = 0; i < b->desks.len; i++)
		if (strcmp(b->desks.at[i]->service->task, task) == 0)
			b->desks.at[i]->gone = true;
	return service_each(store, b->app->org, task, take, b, err);
}

int
board_meet(struct board *b, struct store *store, const struct task *task, struct err *err)
{
	int rc;

	if (!task->remote)
		return 0;
	for (size_t i = 0; i < b->tasks.len; i++)
		if (strcmp(b->tasks.at[i], task->name) == 0)
			return 0;
	pthread_mutex_lock(&b->lock);
	vec_add(&b->tasks, xstrdup(task->name));
	rc = load(b, store, task->name, err);
	pthread_mutex_unlock(&b->lock);
	return rc;
}

struct picking {
	struct board *board;
	char *const *names;
	size_t found;
};

static bool
is_named(char *const *names, const char *name)
{
	for (size_t i = 0; names && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return !names;
}

static int
pick(struct service **service, void *ctx, struct err *err)
{
	struct picking *p = ctx;

	if (!is_named(p->names, (*service)->name))
		return 0;
	p->found++;
	return take(service, p->board, err);
}

int
board_take_all(struct board *b, struct store *store, char *const *names, struct err *err)
{
	struct picking p = { b, names, 0 };
	size_t wanted = 0;

	if (service_each(store, b->app->org, NULL, pick, &p, err) < 0)
		return -1;
	for (size_t i = 0; i < b->desks.len; i++) {
		const struct endpoint *e = &b->desks.at[i]->service->endpoint;

		b->desks.at[i]->due = e->health_url || e->models_url;
	}
	while (names && names[wanted])
		wanted++;
	for (size_t i = 0; i < wanted && p.found < wanted; i++) {
		size_t k = 0;

		while (k < b->desks.len && strcmp(b->desks.at[k]->service->name, names[i]) != 0)
			k++;
		if (k == b->desks.len)
			return err_set(err, ERR_USAGE, "no service '%s'", names[i]);
	}
	return 0;
}

/* Is it time to check its health? */
static bool
wants_check(const struct desk *desk, int64_t now)
{
	const struct service *s = desk->service;

	if (desk->gone || desk->due || desk->checking)
		return false;
	if (!s->endpoint.health_url && !s->endpoint.models_url)
		return false;
	return s->state.checked + s->endpoint.interval <= now || s->state.checked > now;
}

bool
board_is_due(struct board *b)
{
	int64_t now = clock_wall();
	bool due = false, count;

	if (b->desks.len == 0) /* only we add to it */
		return false;
	pthread_mutex_lock(&b->lock);
	count = clock_boot() - b->counted >= COUNT;
	for (size_t i = 0; i < b->desks.len && !due; i++) {
		const struct desk *desk = b->desks.at[i];
		const struct service_state *state = &desk->service->state;

		due = desk->changed || desk->tokens < desk->wanted || wants_check(desk, now) ||
		    (count && state->answered + state->failed > 0);
	}
	pthread_mutex_unlock(&b->lock);
	return due;
}

void
board_flush(struct board *b)
{
	pthread_mutex_lock(&b->lock);
	b->counted = 0;
	pthread_mutex_unlock(&b->lock);
}

/* Draw tokens of its rate for us. */
static void
draw(struct board *b, struct desk *desk, int64_t now)
{
	struct service *s = desk->service;
	int has, want = desk->wanted - desk->tokens;

	if (s->rate.limit == 0 || want <= 0)
		return;
	has = bucket_has(&s->state.bucket, &s->rate, now);
	want = want < has ? want : has;
	if (want <= 0 || !bucket_take(&s->state.bucket, &s->rate, want, now, NULL))
		return;
	desk->tokens += want;
	desk->wanted = 0;
	desk->changed = true;
	b->changes++;
}

static int
sync_desk(struct board *b, struct desk *desk, struct store *store, int64_t now, bool count,
    struct err *err)
{
	struct service *s = desk->service;
	int rc = 0;

	if (wants_check(desk, now)) {
		rc = service_claim_check(store, s, now, err);
		desk->due = rc > 0;
		s->state.checked = now;
	}
	draw(b, desk, now);
	if (rc >= 0 && desk->changed)
		rc = service_write(store, s, err);
	else if (rc >= 0 && count && s->state.answered + s->state.failed > 0)
		rc = service_count(store, s, err);
	else
		return rc;
	desk->changed = false;
	s->state.answered = s->state.failed = 0;
	return rc;
}

int
board_sync(struct board *b, struct store *store, struct err *err)
{
	int64_t boot = clock_boot(), now = clock_wall(), version;
	int rc = 0;
	bool count;

	if (b->tasks.len == 0 && b->desks.len == 0)
		return 0;
	pthread_mutex_lock(&b->lock);
	version = store_version(store);
	if (version != b->version && boot - b->looked >= LOOK) {
		b->version = version;
		b->looked = boot;
		b->changes++;
		for (size_t i = 0; i < b->tasks.len && rc == 0; i++)
			rc = load(b, store, b->tasks.at[i], err);
	}
	count = boot - b->counted >= COUNT;
	if (count)
		b->counted = boot;
	for (size_t i = 0; i < b->desks.len && rc >= 0; i++)
		if (!b->desks.at[i]->gone)
			rc = sync_desk(b, b->desks.at[i], store, now, count, err);
	pthread_mutex_unlock(&b->lock);
	return rc < 0 ? -1 : 0;
}
