/* SPDX-License-Identifier: MIT */
/* reasons: what is said of an execution in each status. */
#include "cli/reasons.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/num.h"
#include "cli/room.h"
#include "task/priority.h"
#include "task/task.h"
#include "task/whereabouts.h"
#include "task/why.h"

static void say(struct answer *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
say(struct answer *a, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	buf_add_str(&a->text, text);
	free(text);
}

static void
set_int(struct answer *a, const char *key, int64_t n)
{
	json_object_set_new(a->record, key, json_integer(n));
}

static void
set_text(struct answer *a, const char *key, const char *text)
{
	if (text)
		json_object_set_new(a->record, key, json_string(text));
}

/* " 2026-11-21T09:12:44Z (in 3m20s)", or "(3m20s ago)"; and in the record as RFC 3339. */
static void
say_time(struct answer *a, const char *key, int64_t wall)
{
	char text[CLOCK_TEXT], span[NUM_TEXT];
	int64_t away = wall - a->now;

	clock_format(wall, text);
	set_text(a, key, text);
	num_span((double)(away < 0 ? -away : away) / 1e6, span);
	say(a, " %.19sZ (%s%s%s)", text, away < 0 ? "" : "in ", span, away < 0 ? " ago" : "");
}

static void
say_reason(struct answer *a)
{
	const struct why *w = a->w;

	set_text(a, "class", failure_name(w->class));
	set_text(a, "error", w->reason);
	if (w->class == FAIL_NONE && !w->reason)
		return;
	say(a, ": %s%s%s", w->class ? failure_name(w->class) : "",
	    w->class && w->reason ? ": " : "", w->reason ? w->reason : "");
}

/* ---- what is queued ---- */

static void
say_rest(struct answer *a)
{
	const struct why_rest *rest = &a->w->rests[0];
	bool all = strcmp(rest->kind, "all") == 0;
	json_t *list = json_array();
	char text[CLOCK_TEXT];

	a->reason = "resting";
	if (all)
		say(a, "everything is paused by %s since", rest->who);
	else
		say(a, "%s '%s' is paused by %s since", rest->kind, rest->name, rest->who);
	say_time(a, "since", rest->since);
	set_text(a, "who", rest->who);
	for (int i = 0; i < a->w->nrests; i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s}", "kind", a->w->rests[i].kind, "name",
			a->w->rests[i].name, "who", a->w->rests[i].who, "since",
			clock_format(a->w->rests[i].since, text)));
	json_object_set_new(a->record, "pauses", list);
	if (a->w->nrests > 1)
		say(a, ", and %d more pause%s", a->w->nrests - 1, a->w->nrests > 2 ? "s" : "");
}

static void
say_breaker(struct answer *a)
{
	const struct gate *gate = &a->w->gate;
	const struct breaker *b = &gate->breaker;

	a->reason = "breaker";
	set_int(a, "failures", b->failures);
	set_text(a, "cause", gate->cause);
	say(a, "task '%s' rests after %d failures in a row", a->w->task->name, b->failures);
	if (*gate_reason(gate))
		say(a, " (%s)", gate_reason(gate));
	if (b->state == BREAKER_HALF_OPEN) {
		set_int(a, "probe", b->probe);
		say(a, ": it goes on when %lld, the probe, completes", (long long)b->probe);
		return;
	}
	say(a, ": one is tried");
	say_time(a, "until", b->opened_at + a->w->task->rules.breaker.pause);
}

/* Nobody serves its task now. */
static void
say_services(struct answer *a)
{
	a->reason = "services";
	set_int(a, "services", a->hands->services);
	set_text(a, "cause", a->hands->cause);
	if (a->hands->services == 1)
		say(a, "the service of task '%s' does not work", a->w->task->name);
	else
		say(a, "none of the %d services of task '%s' works", a->hands->services,
		    a->w->task->name);
	if (*a->hands->cause)
		say(a, " (%s)", a->hands->cause);
}

/* Its task was begun as often as its rate limit allows. */
static void
say_rate(struct answer *a, int64_t until)
{
	json_t *rate = rate_json(&a->w->task->rules.rate);

	a->reason = "rate";
	say(a, "task '%s' is begun at most %g times in %gs: the next", a->w->task->name,
	    a->w->task->rules.rate.limit, a->w->task->rules.rate.per);
	say_time(a, "until", until);
	json_object_set_new(a->record, "rate", rate);
}

static void
say_need(struct answer *a)
{
	char text[NUM_TEXT];
	struct room one;
	json_t *json;

	a->reason = "no_room";
	room_of_task(a->w->task, 0, &one);
	json = room_json(&one);
	json_object_set_new(a->record, "needs", json);
	say(a, "needs %s cores", num_text(one.cpus, text));
	if (one.memory)
		say(a, ", %s of memory", num_bytes(one.memory, text));
	if (one.gpus > 0)
		say(a, ", %s GPUs", num_text(one.gpus, text));
	for (int i = 0; i < one.nlimits; i++)
		say(a, ", %s of limit '%s'", num_text(one.limits[i].amount, text),
		    one.limits[i].name);
	say(a, ": more than %s has (taskstat --workers)",
	    a->hands->serving == 1 ? "the worker" : "any worker");
}

/* The worker that would do. */
static void
say_taskwork(struct answer *a)
{
	char text[NUM_TEXT];
	struct room one;

	room_of_task(a->w->task, 0, &one);
	say(a, ": taskwork");
	if (a->w->job_name)
		say(a, " --job '%s'", a->w->job_name);
	for (int i = 0; i < one.nlimits; i++)
		say(a, " --limit %s=%s", one.limits[i].name, num_text(one.limits[i].amount, text));
	say(a, " starts one");
}

static void
say_no_worker(struct answer *a)
{
	a->reason = "no_worker";
	if (a->hands->alive == 0)
		say(a, "no worker is running");
	else
		say(a, "no worker serves queue '%s'%s%s%s", a->w->queue,
		    a->w->job_name ? " and job '" : "", a->w->job_name ? a->w->job_name : "",
		    a->w->job_name ? "'" : "");
	say_taskwork(a);
}

static void
say_turn(struct answer *a)
{
	const struct why *w = a->w;
	char priority[PRIORITY_TEXT];

	a->reason = "queue";
	if (w->higher + w->before == 0) {
		say(a, "is next in the queue");
	} else {
		say(a, "waits behind %s%lld", w->counted ? "" : "about ",
		    (long long)(w->higher + w->before));
		if (w->higher && w->before)
			say(a, ", %lld of them of higher priority", (long long)w->higher);
		else
			say(a, " of %s priority", w->higher ? "higher" : "equal");
	}
	if (w->priority)
		say(a, " (its own is %s)", priority_text(w->priority, priority));
	say(a, "; %d worker%s", a->hands->roomy,
	    a->hands->roomy == 1 ? " serves it" : "s serve it");
}

static void
tell_queued(struct answer *a)
{
	const struct why *w = a->w;
	int64_t until = 0;

	set_int(a, "higher", w->higher);
	set_int(a, "before", w->before);
	set_int(a, "workers", a->hands->roomy);
	if (w->nrests > 0)
		say_rest(a);
	else if (w->gate.breaker.state != BREAKER_CLOSED)
		say_breaker(a);
	else if (a->hands->services > 0 && a->hands->services == a->hands->shut)
		say_services(a);
	else if (a->hands->serving == 0)
		say_no_worker(a);
	else if (a->hands->roomy == 0)
		say_need(a);
	else if (gate_room(&w->gate, a->now, &until) == 0 && until)
		say_rate(a, until);
	else
		say_turn(a);
}

/* ---- what waits for something else ---- */

static void
tell_blocked(struct answer *a)
{
	const struct why *w = a->w;
	json_t *upon = json_array();

	a->reason = "blocked";
	set_int(a, "awaits", w->awaits);
	say(a, "waits for %lld execution%s", (long long)w->awaits, w->awaits == 1 ? "" : "s");
	for (int i = 0; i < w->nupon; i++) {
		const char *status = state_name(w->upon[i].status);

		say(a, "%s%lld (%s%s)", i ? ", " : ": ", (long long)w->upon[i].id, status,
		    w->upon[i].rule == RULE_FAIL      ? ", to fail"
			: w->upon[i].rule == RULE_ANY ? ", to end"
						      : "");
		json_array_append_new(upon,
		    json_pack("{s:I, s:s, s:s}", "id", (json_int_t)w->upon[i].id, "status", status,
			"when", rule_name(w->upon[i].rule)));
	}
	if (w->awaits > w->nupon)
		say(a, " and %lld more", (long long)(w->awaits - w->nupon));
	json_object_set_new(a->record, "upon", upon);
}

static void
tell_scheduled(struct answer *a)
{
	a->reason = "scheduled";
	say(a, "is scheduled for");
	say_time(a, "until", a->w->not_before);
}

static void
tell_held(struct answer *a)
{
	a->reason = "held";
	say(a, "is held for approval: taskctl approve %lld", (long long)a->w->id);
}

static void
tell_retrying(struct answer *a)
{
	a->reason = "retrying";
	set_int(a, "attempts", a->w->attempts);
	say(a, "failed %d time%s, is tried again", a->w->attempts, a->w->attempts == 1 ? "" : "s");
	say_time(a, "until", a->w->not_before);
	say_reason(a);
}

static void
tell_submitted(struct answer *a)
{
	a->reason = "submitted";
	say(a, "is being submitted");
}

/* ---- what a worker holds ---- */

static void
say_worker(struct answer *a)
{
	const struct why *w = a->w;

	json_object_set_new(a->record, "worker",
	    json_pack("{s:I, s:s*, s:I, s:s}", "id", (json_int_t)w->worker, "host", w->host, "pid",
		(json_int_t)w->pid, "status", a->hands->holder ? "alive" : "dead"));
	say(a, " on %s (worker %lld, pid %lld)", w->host ? w->host : "?", (long long)w->worker,
	    (long long)w->pid);
	if (!a->hands->holder)
		say(a, ", which died: the next worker takes it over");
}

/* A cluster has it: how that stood when it last said something. */
static void
say_place(struct answer *a)
{
	json_t *place = a->w->place;
	int64_t told;

	a->reason = "cluster";
	json_object_set(a->record, "cluster", place);
	say(a, "is out: ");
	whereabouts_text(place, &a->text);
	if (clock_parse(json_string_value(json_object_get(place, "told")), a->now, &told, NULL) ==
	    0) {
		say(a, ", as of");
		say_time(a, "told", told);
	}
	if (a->w->ordered_to_cancel)
		say(a, ", and is to be cancelled");
}

static void
tell_preparing(struct answer *a)
{
	if (a->w->place) {
		say_place(a);
		return;
	}
	a->reason = "claimed";
	say(a, "begins in a moment");
	say_worker(a);
	if (a->w->ordered_to_cancel)
		say(a, ", but is to be cancelled");
}

static void
tell_running(struct answer *a)
{
	const struct why *w = a->w;

	a->reason = "running";
	set_int(a, "attempts", w->attempts);
	say(a, "runs");
	say_worker(a);
	say(a, " since");
	say_time(a, "since", w->started);
	if (w->attempts > 1)
		say(a, ", try %d", w->attempts);
	if (w->percent >= 0) {
		say(a, ", %.0f%% done", w->percent);
		json_object_set_new(a->record, "percent", json_real(w->percent));
	}
	if (w->message)
		say(a, ": %s", w->message);
	set_text(a, "message", w->message);
	if (w->ordered_to_cancel)
		say(a, ", was told to end");
}

static void
tell_paused(struct answer *a)
{
	a->reason = "paused";
	say(a, "is paused");
	if (a->w->worker)
		say_worker(a);
	say(a, ": taskctl resume %lld", (long long)a->w->id);
}

/* ---- what has ended ---- */

static void
tell_ended(struct answer *a)
{
	const struct why *w = a->w;
	char span[NUM_TEXT];

	a->reason = "ended";
	set_int(a, "attempts", w->attempts);
	if (w->status == ST_CANCELLED || w->status == ST_SKIPPED)
		say(a, "was %s", state_name(w->status));
	else
		say(a, w->status == ST_TIMEOUT ? "took too long and ended" : "%s",
		    state_name(w->status));
	say_time(a, "ended", w->ended);
	if (w->started && w->ended > w->started)
		say(a, ", ran for %s", num_span((double)(w->ended - w->started) / 1e6, span));
	if (w->attempts > 1)
		say(a, ", %d tries", w->attempts);
	say_reason(a);
}

static void (*const tell[])(struct answer *a) = { [ST_SUBMITTED] = tell_submitted,
	[ST_SCHEDULED] = tell_scheduled,
	[ST_BLOCKED] = tell_blocked,
	[ST_HELD] = tell_held,
	[ST_QUEUED] = tell_queued,
	[ST_PREPARING] = tell_preparing,
	[ST_RUNNING] = tell_running,
	[ST_RETRYING] = tell_retrying,
	[ST_PAUSED] = tell_paused,
	[ST_COMPLETED] = tell_ended,
	[ST_FAILED] = tell_ended,
	[ST_TIMEOUT] = tell_ended,
	[ST_CANCELLED] = tell_ended,
	[ST_SKIPPED] = tell_ended };

static_assert(sizeof(tell) / sizeof(*tell) == ST_COUNT, "a sentence for every status");

void
reasons_tell(struct answer *a)
{
	tell[a->w->status](a);
}
