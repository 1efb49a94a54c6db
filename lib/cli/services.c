/* SPDX-License-Identifier: MIT */
/* services: what taskreg service does. */
#include "cli/services.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/vec.h"
#include "base/yaml.h"
#include "cli/board.h"
#include "cli/checks.h"
#include "cli/session.h"
#include "cli/table.h"
#include "exec/http.h"
#include "store/store.h"
#include "task/audit.h"
#include "task/service.h"
#include "task/task.h"

/* ---- adding ---- */

struct harvest {
	struct app *app;
	VEC(struct service *) services;
	int errors;
};

static void
report(struct harvest *h, struct err *err)
{
	app_report(h->app, err);
	h->errors++;
}

/* A document that is being read. */
struct reading {
	struct harvest *harvest;
	const struct yaml_doc *doc;
};

static void
place_fault(const char *pointer, const char *what, void *ctx)
{
	struct reading *r = ctx;
	struct buf text = BUF_INIT;
	struct err err = { 0 };

	buf_addf(&text, *pointer ? "'%s' %s" : "it%s %s", pointer, what);
	yaml_error(r->doc, pointer, &err, "%s", buf_str(&text));
	report(r->harvest, &err);
	buf_clear(&text);
}

static void
read_file(struct harvest *h, const char *path)
{
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct err why = { 0 };

	if (yaml_read(path, &docs, &why) == 0 && docs.len == 0)
		err_set(&why, ERR_INPUT, "%s: no service in it", path);
	if (why.kind != ERR_NONE)
		report(h, &why);
	for (size_t i = 0; i < docs.len; i++) {
		struct reading r = { h, &docs.at[i] };

		if (service_lint(r.doc->value, place_fault, &r) == 0)
			vec_add(&h->services, service_parse(r.doc->value, NULL));
	}
	yaml_docs_clear(&docs);
}

/* The task that is served must be there and be of that kind; it is kept with its own service. */
static int
keep_task(struct app *app, struct store *store, const struct service *s, struct err *err)
{
	struct task *task = task_find(store, app->org, s->task, err);
	int rc = task ? 0 : -1;

	if (task && !task->remote)
		rc = err_set(
		    err, ERR_USAGE, "service '%s': task '%s' has no service_url", s->name, s->task);
	else if (task && task->row == 0)
		rc = task_keep(store, app->org, task, err);
	task_free(task);
	return rc;
}

/* For the audit trail. */
static int
note(struct app *app, struct store *store, const char *action, const char *name, struct err *err)
{
	char *login = app_login();
	struct registrar by = { app->org, login };
	struct audit audit = { .action = action, .kind = AUDIT_SERVICE, .name = name };
	int rc = audit_write(store, &by, &audit, err);

	free(login);
	return rc;
}

static int
add_one(struct app *app, struct store *store, struct service *s, bool replace, struct err *err)
{
	int rc;

	if (keep_task(app, store, s, err) < 0)
		return -1;
	rc = service_add(store, app->org, s, replace, err);
	return rc <= 0 ? rc : note(app, store, replace ? "replace" : "add", s->name, err);
}

/* Write in one transaction, or not at all. */
static int
add_all(struct app *app, struct harvest *h, bool replace, struct err *err)
{
	struct store *store = session_open(app, true, err);
	int rc = store && store_begin(store, err) == 0 ? 0 : -1;

	for (size_t i = 0; i < h->services.len && rc == 0; i++)
		rc = add_one(app, store, h->services.at[i], replace, err) < 0 ? -1 : 0;
	if (rc == 0)
		rc = store_commit(store, err);
	else if (store)
		store_rollback(store);
	session_close(store);
	return rc;
}

static void
print(struct app *app, const struct service *s, const char *fault)
{
	json_t *record = service_record(s);

	if (fault)
		json_object_set_new(record, "fault", json_string(fault));
	app_record(app, record);
	json_decref(record);
}

int
services_add(struct app *app, char **files, bool replace, struct err *err)
{
	static char *standard_input[] = { "-", NULL };
	struct harvest h = { .app = app };
	int rc = 0;

	if (!*files && isatty(STDIN_FILENO))
		app_usage(app, "no files, and standard input is a terminal");
	for (char **file = *files ? files : standard_input; *file; file++)
		read_file(&h, *file);
	if (h.errors)
		app_say(app, "nothing was added");
	else
		rc = add_all(app, &h, replace, err);
	for (size_t i = 0; i < h.services.len; i++) {
		if (rc == 0 && !h.errors)
			print(app, h.services.at[i], NULL);
		service_free(h.services.at[i]);
	}
	vec_clear(&h.services);
	return rc;
}

int
services_remove(struct app *app, char **names, struct err *err)
{
	struct store *store = session_open(app, false, err);
	int rc = store && store_begin(store, err) == 0 ? 0 : -1;

	for (size_t i = 0; names[i] && rc == 0; i++) {
		rc = service_remove(store, app->org, names[i], err);
		if (rc == 0)
			rc = err_set(err, ERR_USAGE, "no service '%s'", names[i]);
		if (rc > 0)
			rc = note(app, store, "rm", names[i], err);
	}
	if (rc == 0)
		rc = store_commit(store, err);
	else if (store)
		store_rollback(store);
	session_close(store);
	return rc;
}

/* ---- looking ---- */

struct listing {
	struct app *app;
	struct table *table; /* NULL: records */
};

static int
list_one(struct service **service, void *ctx, struct err *err)
{
	const struct service *s = *service;
	struct listing *l = ctx;

	(void)err;
	if (!l->table) {
		print(l->app, s, NULL);
		return 0;
	}
	table_add(l->table, s->name);
	table_add(l->table, s->task);
	table_add(l->table, service_health_name(s->state.health));
	table_add(l->table, breaker_state_name(s->state.breaker.state));
	table_addf(l->table, "%lld", (long long)s->state.answered);
	table_addf(l->table, "%lld", (long long)s->state.failed);
	table_add(l->table, s->url);
	return 0;
}

int
services_list(struct app *app, bool json, struct err *err)
{
	static const char *const heads[] = { "service", "task", "health", "breaker", ">answered",
		">failed", "url" };
	struct listing l = { .app = app };
	struct store *store;
	int rc = 0;

	if (session_open_if_any(app, &store, err) < 0)
		return -1;
	if (!json && isatty(STDOUT_FILENO))
		l.table = table_new(heads, sizeof(heads) / sizeof(*heads));
	if (store)
		rc = service_each(store, app->org, NULL, list_one, &l, err);
	if (l.table && table_rows(l.table) > 0)
		table_print(l.table, stdout, table_width(STDOUT_FILENO));
	table_free(l.table);
	session_close(store);
	return rc;
}

/* ---- checking ---- */

static void
print_checked(const struct service *s, const char *fault, void *ctx)
{
	struct app *app = ctx;

	print(app, s, fault);
	if (fault)
		app_status(app, EXIT_NO);
}

/* Until all have answered, or their time is over. */
static void
run_checks(struct http *http, struct checks *checks)
{
	struct http_reply reply;

	checks_start(checks);
	while (checks_out(checks) > 0) {
		struct pollfd fd = { .fd = http_fd(http), .events = POLLIN };
		int64_t now = clock_boot(), next = http_next_check(http);
		int64_t wait = next <= now ? 0 : (next - now) / 1000 + 1;

		poll(&fd, 1, wait < 1000 ? (int)wait : 1000);
		http_ready(http);
		while (http_take(http, &reply)) {
			checks_take(checks, &reply);
			http_reply_clear(&reply);
		}
	}
}

static int
check_all(struct board *board, struct store *store, char **names, struct err *err)
{
	struct http *http = http_new(err);
	struct checks *checks = http ? checks_new(http, board) : NULL;
	int rc = http ? board_take_all(board, store, *names ? names : NULL, err) : -1;

	if (rc == 0)
		run_checks(http, checks);
	checks_free(checks);
	http_free(http);
	if (rc < 0 || store_begin(store, err) < 0)
		return -1;
	if (board_sync(board, store, err) == 0)
		return store_commit(store, err);
	store_rollback(store);
	return -1;
}

int
services_check(struct app *app, char **names, struct err *err)
{
	struct store *store = session_open(app, false, err);
	struct board *board = board_new(app, false);
	int rc = store ? check_all(board, store, names, err) : -1;

	if (rc == 0)
		board_each(board, print_checked, app);
	board_free(board);
	session_close(store);
	return rc;
}
