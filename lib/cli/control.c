/* SPDX-License-Identifier: MIT */
/* control: everything taskctl does to executions. */
#include "cli/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/vec.h"
#include "cli/cluster_end.h"
#include "cli/control_parts.h"
#include "cli/ids.h"
#include "cli/listing.h"
#include "cli/notice.h"
#include "cli/session.h"
#include "store/store.h"
#include "task/cause.h"
#include "task/execution.h"
#include "task/task.h"

enum {
	CHUNK = 1000,        /* executions in a transaction */
	PATIENCE = 2000000,  /* microseconds to wait for workers */
	CARE = 500000,       /* between looks whether they live */
	TERMINAL_ROWS = 100, /* lines on a terminal */
};

/* ---- begin and end ---- */

int
control_begin(struct controller *k, struct app *app, const struct control_call *c, struct err *err)
{
	*k = (struct controller){ .app = app, .c = c, .tally = TALLY_INIT };
	k->as_lines = isatty(STDOUT_FILENO) && !c->as_records;
	k->store = session_open(app, false, err);
	if (!k->store || session_reap(app, k->store, NULL, err) < 0)
		return -1;
	author_sign(&k->author, &k->tally, c->asked, c->correlation);
	if (author_name(&k->author, &k->tally, err) < 0)
		return -1;
	app_detail(app, "correlation %s", k->tally.correlation);
	return 0;
}

void
control_clear(struct controller *k)
{
	store_close(k->store);
	tally_clear(&k->tally);
	idset_clear(&k->seen);
	vec_clear(&k->chunk);
	vec_clear(&k->changed);
	vec_clear(&k->ordered);
	author_clear(&k->author);
}

/* ---- changing ---- */

/* Why one that was asked for is as it was. */
static void
complain(struct controller *k, int64_t id, enum controlled what, enum status was)
{
	const char *cannot = verb_cannot(k->c->verb);
	long long n = (long long)id;

	if (what == CONTROLLED_NONE) {
		app_fail(k->app, EXIT_USAGE, "no execution %lld", n);
	} else if (k->chosen) {
		k->passed++;
		app_detail(k->app, "execution %lld is %s: it %s", n, state_name(was), cannot);
	} else if (what == CONTROLLED_ENDING) {
		app_fail(k->app, EXIT_NO, "execution %lld is being cancelled: it %s", n, cannot);
	} else if (what == CONTROLLED_BROKEN) {
		app_fail(k->app, EXIT_NO,
		    "execution %lld is %s: what it waits for ended otherwise than asked, it %s", n,
		    state_name(was), cannot);
	} else if (what == CONTROLLED_UNFIT) {
		app_fail(k->app, EXIT_NO, "execution %lld was refused when it was submitted: it %s",
		    n, cannot);
	} else {
		app_fail(
		    k->app, EXIT_NO, "execution %lld is %s: it %s", n, state_name(was), cannot);
	}
}

static int
change_one(struct controller *k, int64_t id, struct err *err)
{
	const struct control_call *c = k->c;
	enum status was = ST_SUBMITTED;
	int rc;

	if (c->verb == VERB_PRIORITY)
		rc = control_priority(k->store, k->app->org, id, c->priority, &k->tally, &was, err);
	else
		rc = control_execution(k->store, k->app->org, id, (enum control)c->verb,
		    &c->options, &k->tally, &was, err);
	if (rc == CONTROLLED_DONE)
		vec_add(&k->changed, id);
	else if (rc == CONTROLLED_ORDERED)
		vec_add(&k->ordered, id);
	else if (rc >= 0)
		complain(k, id, (enum controlled)rc, was);
	return rc < 0 ? -1 : 0;
}

static int
change_chunk(struct controller *k, struct err *err)
{
	for (size_t i = 0; i < k->chunk.len; i++)
		if (change_one(k, k->chunk.at[i], err) < 0)
			return -1;
	return tally_write(&k->tally, k->store, err);
}

static int
print(struct controller *k, int64_t id, struct err *err)
{
	json_t *record;
	int rc;

	k->done++;
	if (k->as_lines && k->shown >= TERMINAL_ROWS)
		return 0;
	rc = execution_record(k->store, k->app->org, id, &record, err);
	if (rc <= 0)
		return rc;
	k->shown++;
	if (k->as_lines)
		listing_line(record, stdout);
	else
		app_record(k->app, record);
	json_decref(record);
	return 0;
}

static int
print_changed(struct controller *k, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < k->changed.len && rc == 0; i++)
		rc = print(k, k->changed.at[i], err);
	k->changed.len = 0;
	return rc < 0 ? -1 : app_flush(k->app, err);
}

/* What gathered, in one transaction; it is printed when it is durable. */
static int
flush(struct controller *k, struct err *err)
{
	if (k->chunk.len == 0)
		return 0;
	if (store_begin(k->store, err) < 0)
		return -1;
	if (change_chunk(k, err) < 0) {
		store_rollback(k->store);
		return -1;
	}
	k->chunk.len = 0;
	if (store_commit(k->store, err) < 0)
		return -1;
	return print_changed(k, err);
}

static int
add(int64_t id, void *ctx, struct err *err)
{
	struct controller *k = ctx;

	if (!idset_add(&k->seen, id))
		return 0;
	vec_add(&k->chunk, id);
	return k->chunk.len < CHUNK ? 0 : flush(k, err);
}

/* ---- which ---- */

unsigned
control_statuses(const struct control_call *c)
{
	unsigned statuses = 0;

	if (c->verb == CONTROL_RETRY && !c->choice.status)
		return 1u << ST_FAILED | 1u << ST_TIMEOUT;
	for (int status = 0; status < ST_COUNT; status++) {
		bool may = c->verb == VERB_PRIORITY
		    ? state_account((enum status)status) == ACC_WAITING
		    : control_may((enum control)c->verb, (enum status)status);

		statuses |= (unsigned)may << status;
	}
	return statuses;
}

/* Did it fail of the cause that is asked for? 1, 0, -1. */
static int
has_cause(struct controller *k, int64_t id, struct err *err)
{
	json_t *record, *error;
	const char *class, *reason;
	char *cause;
	int rc, found;

	if (!k->c->cause)
		return 1;
	rc = execution_record(k->store, k->app->org, id, &record, err);
	if (rc <= 0)
		return rc;
	error = json_object_get(record, "error");
	class = json_string_value(json_object_get(error, "class"));
	reason = json_string_value(json_object_get(error, "reason"));
	cause = cause_of(reason);
	found = class ? failure_find(class) : -1;
	rc = cause_id(found < 0 ? FAIL_NONE : (enum failure)found, cause) == k->c->cause;
	free(cause);
	json_decref(record);
	return rc;
}

int
control_each(struct controller *k, struct selection *sel, struct err *err)
{
	int64_t ids[CHUNK];
	int n;

	k->chosen = true;
	while ((n = execution_ids(k->store, sel, ids, CHUNK, err)) > 0) {
		sel->after = ids[n - 1];
		for (int i = 0; i < n; i++) {
			int rc = has_cause(k, ids[i], err);

			if (rc < 0 || (rc > 0 && add(ids[i], k, err) < 0))
				return -1;
		}
	}
	return n < 0 ? -1 : flush(k, err);
}

static int
each_chosen(struct controller *k, struct err *err)
{
	struct selection sel;

	if (choice_read(k->app, k->store, &k->c->choice, &sel, err) < 0)
		return -1;
	sel.statuses = control_statuses(k->c);
	return control_each(k, &sel, err);
}

/* ---- workers ---- */

/* Has the worker done what it was told? 1, 0, -1. */
static int
is_followed(struct controller *k, int64_t id, struct err *err)
{
	struct standpoint at;
	int rc = execution_status(k->store, k->app->org, id, &at, err);

	if (rc <= 0)
		return rc < 0 ? -1 : 1;
	switch (k->c->verb) {
	case CONTROL_CANCEL:
		rc = state_is_final(at.status);
		break;
	case CONTROL_PAUSE:
		rc = at.status == ST_PAUSED || state_is_final(at.status);
		break;
	default:
		rc = at.status != ST_PAUSED;
	}
	if (rc && state_is_final(at.status) && k->c->verb != CONTROL_RESUME &&
	    at.status != ST_CANCELLED)
		app_fail(k->app, EXIT_NO, "execution %lld is %s: it was too late", (long long)id,
		    state_name(at.status));
	return rc;
}

/* Print those that were followed, keep the others. */
static int
look(struct controller *k, struct err *err)
{
	size_t left = 0;

	for (size_t i = 0; i < k->ordered.len; i++) {
		int64_t id = k->ordered.at[i];
		int rc = is_followed(k, id, err);

		if (rc < 0)
			return -1;
		if (rc == 0)
			k->ordered.at[left++] = id;
		else
			vec_add(&k->changed, id);
	}
	k->ordered.len = left;
	return print_changed(k, err);
}

static int
wait_for_workers(struct controller *k, struct err *err)
{
	int64_t start = clock_boot(), end = start + PATIENCE, care = start + CARE;
	struct notice *notice = notice_new(k->store);
	int rc = look(k, err);

	while (rc == 0 && k->ordered.len > 0 && clock_boot() < end) {
		int64_t now = clock_boot();

		if (now >= care) {
			care = now + CARE;
			rc = session_reap(k->app, k->store, NULL, err);
		}
		notice_wait(notice, (care < end ? care : end) - now);
		if (rc == 0)
			rc = look(k, err);
	}
	notice_free(notice);
	return rc;
}

int
control_finish(struct controller *k, struct err *err)
{
	if (k->ordered.len == 0)
		return 0;
	if (cluster_settle(k->app, k->store, err) < 0)
		return -1;
	if (!k->c->no_wait && wait_for_workers(k, err) < 0)
		return -1;
	if (!k->c->no_wait && k->ordered.len > 0)
		app_say(k->app, "%zu execution%s: %s worker was told and is not done yet",
		    k->ordered.len, k->ordered.len == 1 ? "" : "s",
		    k->ordered.len == 1 ? "its" : "their");
	for (size_t i = 0; i < k->ordered.len; i++)
		vec_add(&k->changed, k->ordered.at[i]);
	return print_changed(k, err);
}

/* ---- the calls ---- */

static void
say_what_was_done(struct controller *k)
{
	const char *done = verb_done(k->c->verb);

	if (k->as_lines && k->shown < k->done)
		app_say(k->app, "%lld more: --json shows them", (long long)(k->done - k->shown));
	if (!k->chosen)
		return;
	if (k->done == 0)
		app_fail(k->app, EXIT_USAGE, "there is nothing to be %s", done);
	else
		app_say(k->app, "%lld execution%s %s", (long long)k->done, k->done == 1 ? "" : "s",
		    done);
	if (k->passed > 0)
		app_say(k->app, "%lld %s %s (-v says why)", (long long)k->passed,
		    k->passed == 1 ? "other" : "others", verb_cannot(k->c->verb));
}

int
control_run(struct app *app, const struct control_call *call, struct err *err)
{
	struct controller k;
	int rc = control_begin(&k, app, call, err);

	if (rc == 0 && (call->all || choice_is_made(&call->choice)))
		rc = each_chosen(&k, err);
	else if (rc == 0)
		rc = ids_each(app, call->operands, add, &k, err);
	if (rc == 0)
		rc = flush(&k, err);
	if (rc == 0)
		rc = control_finish(&k, err);
	if (rc == 0)
		say_what_was_done(&k);
	control_clear(&k);
	return rc;
}
