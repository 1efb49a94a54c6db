/* SPDX-License-Identifier: MIT */
/* checks: are services healthy, and what do they offer? */
#include "cli/checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/board.h"
#include "cli/call.h"
#include "exec/http.h"
#include "task/service.h"

enum { REPLY_MOST = 4 << 20, WHY = 300 };

struct check {
	enum call_kind kind;
	struct desk *desk;
	bool models; /* that is what was asked for */
	struct check *next;
};

struct checks {
	struct http *http;
	struct board *board;
	struct check *out;
	int count;
};

struct checks *
checks_new(struct http *http, struct board *board)
{
	struct checks *checks = xcalloc(1, sizeof(*checks));

	checks->http = http;
	checks->board = board;
	return checks;
}

static void
drop(struct checks *checks, struct check *check)
{
	struct check **at = &checks->out;

	while (*at != check)
		at = &(*at)->next;
	*at = check->next;
	checks->count--;
	free(check);
}

void
checks_free(struct checks *checks)
{
	if (!checks)
		return;
	while (checks->out)
		drop(checks, checks->out);
	free(checks);
}

int
checks_out(const struct checks *checks)
{
	return checks->count;
}

bool
checks_wanted(struct board *board)
{
	return board_wants_check(board);
}

/* Ask the service of a check; it may end here. */
static void
ask(struct checks *checks, struct check *check)
{
	const struct service *s = board_service(check->desk);
	const struct endpoint *e = &s->endpoint;
	struct http_tls tls = { e->tls.ca, e->tls.cert, e->tls.key };
	struct err why = { 0 };
	char **headers = endpoint_headers(e->headers, NULL, &why);
	char *url = endpoint_url(s->url, check->models ? e->models_url : e->health_url);
	struct http_request request = { .method = "GET",
		.url = url,
		.headers = (const char *const *)headers,
		.connect = e->timeout,
		.total = e->timeout,
		.most = REPLY_MOST,
		.tls = &tls,
		.owner = check };

	if (headers) {
		http_send(checks->http, &request);
	} else {
		board_checked(checks->board, check->desk, why.text, NULL);
		drop(checks, check);
	}
	endpoint_free_headers(headers);
	free(url);
}

void
checks_start(struct checks *checks)
{
	struct desk *desk;

	while ((desk = board_next_check(checks->board))) {
		struct check *check = xcalloc(1, sizeof(*check));

		check->kind = CALL_CHECK;
		check->desk = desk;
		check->models = !board_service(desk)->endpoint.health_url;
		check->next = checks->out;
		checks->out = check;
		checks->count++;
		ask(checks, check);
	}
}

/* ---- replies ---- */

/* Why it is not well; NULL: it is. */
static const char *
fault_of(const struct checks *checks, const struct check *check, const struct http_reply *reply,
    char why[WHY])
{
	const char *what = check->models ? "models_url" : "health_check_url";

	(void)checks;
	if (reply->end != HTTP_REPLIED)
		snprintf(why, WHY, "%s: %.200s", what, reply->why);
	else if (reply->status < 200 || reply->status > 299)
		snprintf(why, WHY, "%s answers %d", what, reply->status);
	else
		return NULL;
	return why;
}

static void
add_name(json_t *names, const json_t *item)
{
	const json_t *name = item;

	if (json_is_object(item)) {
		name = json_object_get(item, "id");
		if (!json_is_string(name))
			name = json_object_get(item, "name");
	}
	if (json_is_string(name))
		json_array_append(names, (json_t *)name);
}

/* The names that a list of models holds; the caller's. */
static json_t *
names_in(const struct service *s, const struct http_reply *reply)
{
	json_t *body = json_parse(reply->body, reply->len, NULL), *list = body, *names, *item;
	size_t i;

	endpoint_hide_in(s->endpoint.headers, body);
	if (json_is_object(body))
		list = json_object_get(body, "data");
	if (!list)
		list = json_object_get(body, "models");
	names = json_array();
	json_array_foreach(list, i, item)
		add_name(names, item);
	json_decref(body);
	return names;
}

void
checks_take(struct checks *checks, const struct http_reply *reply)
{
	struct check *check = reply->owner;
	const struct service *s = board_service(check->desk);
	char text[WHY];
	const char *why = fault_of(checks, check, reply, text);
	json_t *models = NULL;

	if (why)
		endpoint_hide(s->endpoint.headers, text, strlen(text));
	if (!why && !check->models && s->endpoint.models_url) {
		check->models = true;
		ask(checks, check);
		return;
	}
	if (!why && check->models)
		models = names_in(s, reply);
	board_checked(checks->board, check->desk, why, models);
	json_decref(models);
	drop(checks, check);
}
