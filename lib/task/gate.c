/* SPDX-License-Identifier: MIT */
/* gate: may more executions of a task be begun now? */
#include "task/gate.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "store/stmt.h"
#include "task/claim.h"
#include "task/task.h"

#define SECOND 1e6

static const char sql_read[] =
    "SELECT breaker, failures, opened, probe, cause, filled FROM task_state WHERE task = ?";
static const char sql_write[] =
    "INSERT INTO task_state (task, breaker, failures, opened, probe, cause, filled)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (task) DO UPDATE SET breaker = excluded.breaker,"
    " failures = excluded.failures, opened = excluded.opened, probe = excluded.probe,"
    " cause = excluded.cause, filled = excluded.filled";
/* the pause before it is over already */
static const char sql_lose[] =
    "UPDATE task_state SET breaker = 'open', probe = NULL WHERE probe = ?";

/* ---- in the state ---- */

/* Keep why an attempt failed, as UTF-8. */
static void
note(struct gate *g, enum failure class, const char *reason)
{
	int n = snprintf(
	    g->cause, sizeof(g->cause), "%s: %s", failure_name(class), reason ? reason : "");
	size_t len = (size_t)n < sizeof(g->cause) ? (size_t)n : sizeof(g->cause) - 1;

	len = utf8_whole(g->cause, len);
	g->cause[len] = '\0';
	utf8_repair(g->cause, len);
}

const char *
gate_reason(const struct gate *g)
{
	const char *colon = strstr(g->cause, ": ");

	return colon ? colon + 2 : "";
}

/* What was noted, and what failures in a row have in common. */
static void
read_cause(struct gate *g, const char *text)
{
	struct breaker_end end;
	char word[32] = "";
	int class;

	snprintf(g->cause, sizeof(g->cause), "%s", text ? text : "");
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(g->cause, ":"), g->cause);
	class = failure_find(word);
	if (class < 0)
		return;
	breaker_judge((enum failure) class, 0, gate_reason(g), &end);
	g->breaker.cause = end.cause;
}

/* Something in it is as it was not. */
static void
settle(struct gate *g, const struct breaker *was)
{
	const struct breaker *b = &g->breaker;

	if (b->state == BREAKER_CLOSED)
		g->openings = 0;
	else if (b->state == BREAKER_OPEN && b->opened_at != was->opened_at)
		g->openings++;
	g->shut = b->state == BREAKER_OPEN;
}

int
gate_look(struct gate *g, struct store *store, int64_t version, struct err *err)
{
	struct breaker was = g->breaker;
	bool first = g->version == 0;
	struct stmt *row;
	int rc;

	if (g->version == version)
		return 0;
	row = stmt_query(store, err, sql_read, "i", g->task->row);
	rc = row ? stmt_next(row, err) : -1;
	if (rc < 0)
		return -1;
	g->version = version;
	g->breaker = (struct breaker){ 0 };
	g->bucket = (struct bucket){ 0 };
	if (rc == 0) {
		settle(g, &was);
		return 0;
	}
	g->breaker.state = (enum breaker_state)breaker_state_find(stmt_text(row, 0));
	g->breaker.failures = (int)stmt_int(row, 1);
	g->breaker.opened_at = stmt_int(row, 2);
	g->breaker.probe = stmt_int(row, 3);
	read_cause(g, stmt_text(row, 4));
	g->bucket.full_at = stmt_int(row, 5);
	stmt_end(row);
	settle(g, &was);
	if (first)
		g->openings = 0;
	return 0;
}

void
gate_hurry(struct gate *g, int64_t now)
{
	int64_t since = now - g->task->rules.breaker.pause;

	if (g->breaker.state != BREAKER_OPEN || g->breaker.opened_at <= since)
		return;
	g->breaker.opened_at = since;
	g->changed = true;
}

int
gate_write(struct gate *g, struct store *store, struct err *err)
{
	const struct breaker *b = &g->breaker;

	if (!g->changed)
		return 0;
	g->changed = false;
	if (stmt_run(store, err, sql_write, "itiIIti", g->task->row, breaker_state_name(b->state),
		(int64_t)b->failures, b->opened_at ? &b->opened_at : NULL,
		b->probe ? &b->probe : NULL, b->failures ? g->cause : NULL, g->bucket.full_at) < 0)
		return -1;
	return 0;
}

int
gate_lose(struct store *store, int64_t execution, struct err *err)
{
	return stmt_run(store, err, sql_lose, "i", execution) < 0 ? -1 : 0;
}

/* ---- asking and telling ---- */

int
gate_room(const struct gate *g, int64_t now, int64_t *next)
{
	const struct rules *rules = &g->task->rules;
	struct breaker breaker = g->breaker;
	struct bucket bucket = g->bucket;
	int most = bucket_has(&bucket, &rules->rate, now);
	enum breaker_answer answer = breaker_ask(&breaker, &rules->breaker, 0, now, next);

	if (answer == BREAKER_WAIT)
		return 0;
	if (most == 0)
		bucket_take(&bucket, &rules->rate, 1, now, next);
	return answer == BREAKER_PROBE && most > 1 ? 1 : most;
}

void
gate_take(struct gate *g, int64_t first, int count, int64_t now)
{
	const struct rules *rules = &g->task->rules;
	struct breaker was = g->breaker;

	if (rules->rate.limit > 0) {
		bucket_take(&g->bucket, &rules->rate, count, now, NULL);
		g->changed = true;
	}
	if (g->breaker.state == BREAKER_CLOSED)
		return;
	breaker_ask(&g->breaker, &rules->breaker, first, now, NULL);
	g->changed = true;
	settle(g, &was);
}

/* Tell the breaker. Whether it has changed. */
static bool
tell(struct gate *g, const struct breaker_end *end)
{
	struct breaker was = g->breaker;

	if (!breaker_tell(&g->breaker, &g->task->rules.breaker, end))
		return false;
	g->changed = true;
	settle(g, &was);
	return true;
}

void
gate_forget(struct gate *g, int64_t execution)
{
	tell(g,
	    &(struct breaker_end){
		.execution = execution, .at = g->breaker.opened_at, .event = BREAKER_NOTHING });
}

/* A program that nobody registered is one's own: that it fails is for oneself to judge, and only
 * that it cannot be started says something of all others. */
static void
judge(const struct task *task, const struct ending *end, struct breaker_end *out)
{
	breaker_judge(end->class, (double)(end->ended - end->started) / SECOND, end->reason, out);
	if (out->event == BREAKER_FAILURE && task->origin == TASK_ADHOC &&
	    end->class != FAIL_REJECTED)
		out->event = BREAKER_RAN;
	if (end->class == FAIL_REJECTED && task->argv && strchr(task->argv[0], '{'))
		out->event = BREAKER_NOTHING; /* each names its own program */
	if (end->class == FAIL_SERVICE && task->remote)
		out->event = BREAKER_NOTHING; /* each service has a breaker of its own */
	if (end->status == ST_CANCELLED)
		out->event = BREAKER_NOTHING;
}

enum gate_news
gate_tell(struct gate *g, const struct ending *end)
{
	enum breaker_state was = g->breaker.state;
	struct breaker_end said = { .execution = end->id, .at = end->ended };

	judge(g->task, end, &said);
	if (!tell(g, &said))
		return GATE_NOTHING;
	if (said.event == BREAKER_FAILURE)
		note(g, end->class, end->reason);
	if (g->breaker.state == was)
		return GATE_NOTHING;
	if (g->breaker.state == BREAKER_CLOSED)
		return GATE_CLOSED;
	if (said.event == BREAKER_NOTHING)
		return GATE_NOTHING;
	return was == BREAKER_CLOSED ? GATE_OPENED : GATE_REOPENED;
}

bool
gate_is_hopeless(const struct gate *g)
{
	int most = g->task->origin == TASK_ADHOC ? 1 : 1 + GATE_PROBES;

	return g->breaker.state == BREAKER_OPEN && g->openings >= most;
}
