/* SPDX-License-Identifier: MIT */
/* service: a place where a task is served over HTTP: its definition, and what is known of it. */
#include "task/service.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "task/remote.h"
#include "task/task.h"

static const char *const healths[] = {
	[SERVICE_UNKNOWN] = "unknown",
	[SERVICE_HEALTHY] = "healthy",
	[SERVICE_UNHEALTHY] = "unhealthy",
};

static_assert(sizeof(healths) / sizeof(*healths) == SERVICE_HEALTHS, "a name for every health");

const char *
service_health_name(enum service_health health)
{
	return healths[health];
}

/* ---- definition ---- */

static const char *
read_name(struct faults *f, const json_t *definition, const char *key)
{
	const char *name;

	fault_missing(f, "", definition, key);
	name = json_string_value(fault_member(f, "", definition, key, JSON_STRING));
	if (name && !task_is_name(name))
		fault(f, "", key, TASK_NAME_RULE ", found '%s'", name);
	return name ? name : "";
}

static void
read_url(struct service *s, struct faults *f)
{
	fault_missing(f, "", s->definition, "url");
	s->url = json_string_value(fault_member(f, "", s->definition, "url", JSON_STRING));
	if (s->url)
		endpoint_check_url(f, "", "url", s->url);
}

static int
judge_breaker(const json_t *json, void *policy, struct err *err)
{
	return breaker_parse(json, policy, err);
}

/* The service, whatever its faults. */
static struct service *
read_definition(json_t *definition, struct faults *f)
{
	static const char *const known[] = { "service", "task", "url", "rate", "breaker",
		ENDPOINT_MEMBERS };
	struct service *s = xcalloc(1, sizeof(*s));
	struct err why = { 0 };

	s->definition = json_incref(definition);
	s->added = true;
	if (!json_is_object(definition)) {
		fault(f, "", NULL, "must be an object that defines a service, found %s",
		    json_type_name(definition));
		return s;
	}
	fault_unknown(f, "", definition, known, sizeof(known) / sizeof(*known));
	s->name = read_name(f, definition, "service");
	s->task = read_name(f, definition, "task");
	read_url(s, f);
	endpoint_read(&s->endpoint, "", definition, f);
	if (rate_parse(json_object_get(definition, "rate"), &s->rate, &why) < 0)
		fault(f, "", "rate", "is wrong: %s", why.text);
	breaker_default(&s->breaker);
	fault_each(
	    f, "", "breaker", json_object_get(definition, "breaker"), judge_breaker, &s->breaker);
	return s;
}

struct service *
service_parse(json_t *definition, struct err *err)
{
	struct err first = { 0 };
	struct faults faults = { fault_keep_first, &first, 0 };
	struct service *s = read_definition(definition, &faults);

	if (faults.count == 0)
		return s;
	err_set(err, first.kind, "service '%s': %s", s->name ? s->name : "", first.text);
	service_free(s);
	return NULL;
}

int
service_lint(json_t *definition, fault_fn *fn, void *ctx)
{
	struct faults faults = { fn, ctx, 0 };

	service_free(read_definition(definition, &faults));
	return faults.count;
}

void
service_free(struct service *s)
{
	if (!s)
		return;
	json_decref(s->state.models);
	json_decref(s->definition);
	free(s);
}

json_t *
service_of_task(const struct task *task)
{
	static const char *const shared[] = { ENDPOINT_MEMBERS, "breaker" };
	const json_t *config = json_object_get(task->definition, "service_config");
	json_t *definition = json_object();
	char *name = xasprintf("task-%s", task->name);

	json_object_set_new(definition, "service", json_string(name));
	json_object_set_new(definition, "task", json_string(task->name));
	json_object_set_new(definition, "url", json_string(task->service_url));
	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared); i++) {
		json_t *member = json_object_get(config, shared[i]);

		if (member)
			json_object_set(definition, shared[i], member);
	}
	free(name);
	return definition;
}

/* ---- what is known ---- */

bool
service_checked(struct service *s, const char *why)
{
	struct service_state *state = &s->state;
	enum service_health was = state->health, says = why ? SERVICE_UNHEALTHY : SERVICE_HEALTHY;
	int enough = why ? s->endpoint.unhealthy : was ? s->endpoint.healthy : 1;

	if (says == was) {
		state->streak = 0;
		return false;
	}
	if (++state->streak < enough)
		return false;
	state->streak = 0;
	state->health = says;
	snprintf(state->cause, sizeof(state->cause), "%s", why ? why : "");
	return true;
}

static bool
has_word(const json_t *words, const char *wanted)
{
	json_t *word;
	size_t i;

	json_array_foreach((json_t *)words, i, word)
		if (strcmp(json_string_value(word), wanted) == 0)
			return true;
	return false;
}

bool
service_offers(const struct service *s, const json_t *words)
{
	bool known = s->state.models || !s->endpoint.models_url;
	json_t *word;
	size_t i;

	json_array_foreach((json_t *)words, i, word) {
		const char *text = json_string_value(word);

		if (!has_word(s->endpoint.capabilities, text) && !has_word(s->state.models, text) &&
		    known)
			return false;
	}
	return true;
}

static void
set_time(json_t *record, const char *key, int64_t time)
{
	char text[CLOCK_TEXT];

	if (time)
		json_object_set_new(record, key, json_string(clock_format(time, text)));
}

json_t *
service_record(const struct service *s)
{
	const struct service_state *state = &s->state;
	json_t *record = json_object();

	json_object_set_new(record, "type", json_string("service"));
	json_object_update(record, s->definition);
	json_object_set_new(record, "origin", json_string(s->added ? "added" : "task"));
	json_object_set_new(record, "health", json_string(healths[state->health]));
	json_object_set_new(
	    record, "breaker", json_string(breaker_state_name(state->breaker.state)));
	if (*state->cause)
		json_object_set_new(record, "cause", json_string(state->cause));
	if (state->models)
		json_object_set(record, "models", state->models);
	json_object_set_new(record, "answered", json_integer(state->answered));
	json_object_set_new(record, "failed", json_integer(state->failed));
	set_time(record, "checked", state->checked);
	set_time(record, "rests_until", state->rests);
	return record;
}
