/* SPDX-License-Identifier: MIT */
/* service_table: services in the state (service.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "store/stmt.h"
#include "store/store.h"
#include "task/remote.h"
#include "task/service.h"
#include "task/task.h"

#define STATE \
	"health, streak, checked, cause, models, breaker, failures, opened, probe, rests, filled," \
	" answered, failed"

static const char sql_find[] =
    "SELECT id, definition FROM service WHERE org = ? AND name = ? AND removed IS NULL";
static const char sql_known[] =
    "SELECT id FROM service WHERE org = ? AND name = ? AND definition = ? LIMIT 1";
static const char sql_came[] =
    "SELECT id FROM service WHERE org = ? AND name = ? AND origin = 'task'"
    " AND removed IS NULL";
static const char sql_new[] =
    "INSERT INTO service (org, name, task, origin, definition, created) VALUES (?, ?, ?, ?, ?, ?)";
static const char sql_remove[] =
    "UPDATE service SET removed = ? WHERE org = ? AND name = ? AND removed IS NULL";
static const char sql_each[] =
    "SELECT id, definition, origin, " STATE " FROM service"
    " WHERE org = ?1 AND (?2 IS NULL OR task = ?2) AND removed IS NULL ORDER BY id";
static const char sql_look[] = "SELECT id, definition, origin, " STATE
			       " FROM service WHERE id = ? AND removed IS NULL";
static const char sql_write[] =
    "UPDATE service SET health = ?, streak = ?, cause = ?, models = ?, breaker = ?, failures = ?,"
    " opened = ?, probe = ?, rests = ?, filled = ?, answered = answered + ?,"
    " failed = failed + ? WHERE id = ?";
static const char sql_count[] =
    "UPDATE service SET answered = answered + ?, failed = failed + ? WHERE id = ?";
static const char sql_forget[] =
    "DELETE FROM service WHERE org = ?1 AND task = ?2 AND origin = 'task' AND NOT EXISTS"
    " (SELECT 1 FROM task WHERE org = ?1 AND name = ?2 AND origin = 'registered'"
    " AND removed IS NULL)";
static const char sql_claim[] =
    "UPDATE service SET checked = ?2 WHERE id = ?1 AND (checked IS NULL OR checked <= ?3"
    " OR checked > ?2)";

static int
insert(struct store *store, const char *org, struct service *s, const char *text, struct err *err)
{
	if (stmt_run(store, err, sql_new, "ttttti", org, s->name, s->task,
		s->added ? "added" : "task", text, clock_wall()) < 0)
		return -1;
	s->row = stmt_last_id(store);
	return 1;
}

int
service_add(struct store *store, const char *org, struct service *s, bool replace, struct err *err)
{
	char *text = json_canonical(s->definition);
	struct stmt *row = stmt_query(store, err, sql_find, "tt", org, s->name);
	int rc = row ? stmt_next(row, err) : -1;
	bool same = false;

	if (rc > 0) {
		s->row = stmt_int(row, 0);
		same = strcmp(stmt_text(row, 1), text) == 0;
		stmt_end(row);
	}
	if (rc > 0 && !same && !replace)
		rc = err_set(err, ERR_USAGE,
		    "service '%s' is there with another definition (--replace)", s->name);
	if (rc > 0 && !same)
		rc = service_remove(store, org, s->name, err);
	if (rc >= 0)
		rc = same ? 0 : insert(store, org, s, text, err);
	free(text);
	return rc;
}

int
service_keep(struct store *store, const char *org, const struct task *task, struct err *err)
{
	json_t *definition = service_of_task(task);
	struct service *s = service_parse(definition, err);
	char *text = json_canonical(definition);
	int64_t id;
	int rc = s ? stmt_number(store, err, &id, sql_known, "ttt", org, s->name, text) : -1;

	if (rc == 0) {
		s->added = false;
		rc = service_add(store, org, s, true, err);
	}
	free(text);
	service_free(s);
	json_decref(definition);
	return rc < 0 ? -1 : 0;
}

int
service_follow(struct store *store, const char *org, const struct task *task, struct err *err)
{
	json_t *definition = service_of_task(task);
	struct service *s = service_parse(definition, err);
	int64_t id;
	int rc = s ? stmt_number(store, err, &id, sql_came, "tt", org, s->name) : -1;

	if (rc > 0) {
		s->added = false;
		rc = service_add(store, org, s, true, err);
	}
	service_free(s);
	json_decref(definition);
	return rc < 0 ? -1 : 0;
}

int
service_remove(struct store *store, const char *org, const char *name, struct err *err)
{
	return stmt_run(store, err, sql_remove, "itt", clock_wall(), org, name);
}

int
service_forget(struct store *store, const char *org, const char *task, struct err *err)
{
	return stmt_run(store, err, sql_forget, "tt", org, task) < 0 ? -1 : 0;
}

/* ---- reading ---- */

static void
read_state(struct stmt *row, struct service_state *state)
{
	const char *models = stmt_text(row, 7), *cause = stmt_text(row, 6);
	int health = SERVICE_HEALTHS;

	json_decref(state->models);
	*state = (struct service_state){ .streak = (int)stmt_int(row, 4),
		.checked = stmt_int(row, 5),
		.rests = stmt_int(row, 12),
		.answered = stmt_int(row, 14),
		.failed = stmt_int(row, 15) };
	while (--health > 0 &&
	    strcmp(service_health_name((enum service_health)health), stmt_text(row, 3)) != 0)
		;
	state->health = (enum service_health)health;
	snprintf(state->cause, sizeof(state->cause), "%s", cause ? cause : "");
	state->models = models ? json_parse(models, strlen(models), NULL) : NULL;
	state->breaker.state = (enum breaker_state)breaker_state_find(stmt_text(row, 8));
	state->breaker.failures = (int)stmt_int(row, 9);
	state->breaker.opened_at = stmt_int(row, 10);
	state->breaker.probe = stmt_int(row, 11);
	state->bucket.full_at = stmt_int(row, 13);
}

static struct service *
service_of(struct stmt *row, struct err *err)
{
	const char *text = stmt_text(row, 1);
	json_t *definition = json_parse(text, strlen(text), err);
	struct service *s = definition ? service_parse(definition, err) : NULL;

	json_decref(definition);
	if (!s)
		return NULL;
	s->row = stmt_int(row, 0);
	s->added = strcmp(stmt_text(row, 2), "added") == 0;
	read_state(row, &s->state);
	return s;
}

int
service_each(struct store *store, const char *org, const char *task, service_fn *fn, void *ctx,
    struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_each, "tt", org, task);
	int rc = row ? 0 : -1;

	while (rc == 0 && (rc = stmt_next(row, err)) > 0) {
		struct service *s = service_of(row, err);

		rc = s ? fn(&s, ctx, err) : -1;
		service_free(s);
		if (rc < 0)
			stmt_end(row);
	}
	return rc;
}

int
service_look(struct store *store, struct service *s, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_look, "i", s->row);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	read_state(row, &s->state);
	stmt_end(row);
	return 1;
}

/* ---- writing ---- */

int
service_write(struct store *store, const struct service *s, struct err *err)
{
	const struct service_state *state = &s->state;
	const struct breaker *b = &state->breaker;
	char *models = state->models ? json_canonical(state->models) : NULL;
	int rc = stmt_run(store, err, sql_write, "titttiIIIiiii",
	    service_health_name(state->health), (int64_t)state->streak,
	    *state->cause ? state->cause : NULL, models, breaker_state_name(b->state),
	    (int64_t)b->failures, b->opened_at ? &b->opened_at : NULL, b->probe ? &b->probe : NULL,
	    state->rests ? &state->rests : NULL, state->bucket.full_at, state->answered,
	    state->failed, s->row);

	free(models);
	return rc < 0 ? -1 : 0;
}

int
service_count(struct store *store, const struct service *s, struct err *err)
{
	return stmt_run(store, err, sql_count, "iii", s->state.answered, s->state.failed, s->row) <
		0
	    ? -1
	    : 0;
}

int
service_claim_check(struct store *store, const struct service *s, int64_t now, struct err *err)
{
	return stmt_run(store, err, sql_claim, "iii", s->row, now, now - s->endpoint.interval);
}
