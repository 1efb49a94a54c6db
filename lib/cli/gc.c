/* SPDX-License-Identifier: MIT */
/* gc: the state is tidied, and space is given back. */
#include "cli/gc.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/quantity.h"
#include "cli/author.h"
#include "cli/config.h"
#include "cli/idset.h"
#include "cli/listing.h"
#include "cli/session.h"
#include "store/space.h"
#include "store/store.h"
#include "task/execution.h"
#include "task/retention.h"
#include "task/tally.h"
#include "task/unused.h"

enum {
	BATCH = 250,   /* executions in a transaction: each has some four rows */
	EVENTS = 1000, /* rows of events in one */
};

struct gc {
	struct app *app;
	const struct gc_call *call;
	struct store *store;
	struct retention what;
	bool all; /* neither a job nor a status was named */
	struct tally tally;
	struct author author;
	struct idset gone; /* of a dry run */

	int64_t executions, kept, events, objects, bytes;
};

/* ---- what may go ---- */

static int
read_age(const struct gc_call *call, const struct config *config, int64_t *before, struct err *err)
{
	double age = config_number(config, CONFIG_RETENTION_AGE);
	struct err why = { 0 };

	if (call->older && quantity_text(QUANTITY_SECONDS, call->older, &age, &why) < 0)
		return err_set(err, ERR_USAGE, "--older %s", why.text);
	if (!call->older && !config_is_set(config, CONFIG_RETENTION_AGE))
		return err_set(err, ERR_USAGE,
		    "older than what? --older 30d, or retention.age in config.yaml");
	*before = clock_wall() - (int64_t)(age * 1e6);
	return 0;
}

static int
read_status(const char *word, struct retention *what, struct err *err)
{
	struct selection sel = { .status = -1, .account = -1 };
	bool ends = false;

	if (word && listing_status(word, &sel) < 0)
		return err_set(err, ERR_USAGE, "no status '%s'", word);
	for (int status = 0; status < ST_COUNT; status++)
		if (state_is_final((enum status)status))
			ends |= selection_takes(&sel, (enum status)status);
	if (!ends)
		return err_set(
		    err, ERR_USAGE, "nothing that is %s has ended: only that can go", word);
	what->status = sel.status;
	what->account = sel.account;
	return 0;
}

static int
read_call(struct gc *gc, struct err *err)
{
	const struct gc_call *call = gc->call;
	struct config *config = config_open(store_dir(gc->store), err);
	int rc = config ? read_age(call, config, &gc->what.before, err) : -1;

	gc->what.org = gc->app->org;
	gc->all = !call->job && !call->status;
	if (rc == 0)
		rc = read_status(call->status, &gc->what, err);
	/* who names failures means them */
	if (rc == 0)
		gc->what.keep_failed = call->keep_failed ||
		    (!call->status && config_flag(config, CONFIG_RETENTION_KEEP_FAILED));
	if (rc == 0 && call->job)
		rc = session_job(gc->app, gc->store, call->job, 0, &gc->what.job, err);
	config_free(config);
	return rc;
}

/* ---- executions ---- */

static bool
is_gone(int64_t id, void *ctx)
{
	return idset_has(&((struct gc *)ctx)->gone, id);
}

/* Of a dry run: what would go. */
static int
try_page(struct gc *gc, const int64_t *ids, int n, int *removed, struct err *err)
{
	for (int i = 0; i < n; i++) {
		int rc = idset_has(&gc->gone, ids[i])
		    ? 0
		    : retention_is_needed(gc->store, ids[i], is_gone, gc, err);
		int64_t bytes;

		if (rc < 0)
			return -1;
		if (rc > 0) {
			gc->kept++;
			continue;
		}
		if (!idset_add(&gc->gone, ids[i]))
			continue;
		bytes = retention_bytes(gc->store, ids[i], err);
		if (bytes < 0)
			return -1;
		gc->bytes += bytes;
		++*removed;
	}
	return 0;
}

/* What is removed stands in the journal, once. */
static void
note(struct gc *gc)
{
	if (gc->executions == 0)
		tally_note(&gc->tally, -gc->what.job.id, EV_REMOVE, ST_COMPLETED);
}

static int
remove_ids(struct gc *gc, const int64_t *ids, int n, int *removed, struct err *err)
{
	int gone = 0;

	for (int i = 0; i < n; i++) {
		int rc = retention_remove(gc->store, &gc->what, ids[i], &gc->tally, err);

		if (rc < 0)
			return -1;
		gone += rc;
	}
	if (gone > 0)
		note(gc);
	gc->kept += n - gone;
	*removed += gone;
	gc->executions += gone;
	return tally_write(&gc->tally, gc->store, err);
}

static int
remove_page(struct gc *gc, const int64_t *ids, int n, int *removed, struct err *err)
{
	if (gc->call->dry_run)
		return try_page(gc, ids, n, removed, err);
	if (store_begin(gc->store, err) < 0)
		return -1;
	if (remove_ids(gc, ids, n, removed, err) < 0) {
		store_rollback(gc->store);
		return -1;
	}
	return store_commit(gc->store, err);
}

/* Once through all of them, from the newest down. */
static int
pass(struct gc *gc, int *removed, struct err *err)
{
	int64_t ids[BATCH], below = INT64_MAX;
	int n;

	gc->kept = 0;
	while ((n = retention_page(gc->store, &gc->what, below, ids, BATCH, err)) > 0) {
		if (remove_page(gc, ids, n, removed, err) < 0)
			return -1;
		below = ids[n - 1];
	}
	return n;
}

/* Again, as long as one that went has let others go. */
static int
remove_executions(struct gc *gc, struct err *err)
{
	int64_t kept = 0;
	int removed;

	do {
		removed = 0;
		if (pass(gc, &removed, err) < 0)
			return -1;
	} while (removed > 0 && gc->kept > 0);
	kept = gc->kept;
	while (gc->what.job.id && --gc->what.job.generation > 0) {
		if (pass(gc, &removed, err) < 0)
			return -1;
		kept += gc->kept;
	}
	gc->kept = kept;
	if (gc->call->dry_run)
		gc->executions = gc->gone.count;
	return 0;
}

/* ---- the rest ---- */

static int
remove_events(struct gc *gc, struct err *err)
{
	int64_t n;

	do {
		if (store_begin(gc->store, err) < 0)
			return -1;
		n = retention_remove_events(gc->store, gc->what.before, EVENTS, err);
		if (n < 0 ||
		    (n == 0 && retention_remove_rest(gc->store, gc->what.before, err) < 0)) {
			store_rollback(gc->store);
			return -1;
		}
		if (store_commit(gc->store, err) < 0)
			return -1;
		gc->events += n;
	} while (n > 0);
	return 0;
}

static int
remove_objects(struct gc *gc, struct unused *unused, struct err *err)
{
	size_t at = 0;

	while (unused->left > 0 && at < unused->len) {
		int n;

		if (store_begin(gc->store, err) < 0)
			return -1;
		n = unused_remove(gc->store, unused, &at, err);
		if (n < 0) {
			store_rollback(gc->store);
			return -1;
		}
		if (store_commit(gc->store, err) < 0)
			return -1;
		gc->objects += n;
	}
	return 0;
}

static int
count_rest(struct gc *gc, struct unused *unused, struct err *err)
{
	int64_t bytes;

	if (gc->all) {
		gc->events = retention_count_events(gc->store, gc->what.before, err);
		if (gc->events < 0)
			return -1;
	}
	if (unused_find(gc->store, unused, is_gone, gc, err) < 0 ||
	    unused_count(gc->store, unused, &gc->objects, &bytes, err) < 0)
		return -1;
	gc->bytes += bytes;
	return 0;
}

static int
remove_rest(struct gc *gc, struct unused *unused, struct err *err)
{
	int rc;

	if (gc->all && remove_events(gc, err) < 0)
		return -1;
	if (space_hold_alone(gc->store, err) < 0)
		return -1;
	rc = unused_find(gc->store, unused, NULL, NULL, err);
	if (rc == 0)
		rc = remove_objects(gc, unused, err);
	space_release(gc->store);
	return rc < 0 ? -1 : space_give_back(gc->store, err);
}

static int
tidy(struct gc *gc, struct err *err)
{
	int64_t before = space_used(gc->store);
	struct unused unused = { 0 };
	int rc = remove_executions(gc, err);

	if (rc == 0)
		rc = gc->call->dry_run ? count_rest(gc, &unused, err)
				       : remove_rest(gc, &unused, err);
	unused_clear(&unused);
	if (rc == 0 && !gc->call->dry_run)
		gc->bytes = before - space_used(gc->store);
	if (gc->bytes < 0)
		gc->bytes = 0;
	return rc;
}

/* ---- telling ---- */

static void
print_record(const struct gc *gc)
{
	char time[CLOCK_TEXT];
	json_t *r = json_pack("{s:s, s:b, s:s, s:s?, s:s?, s:I, s:I, s:I, s:I, s:I}", "type", "gc",
	    "dry_run", gc->call->dry_run, "before", clock_format(gc->what.before, time), "job",
	    gc->call->job, "status", gc->call->status, "executions", (json_int_t)gc->executions,
	    "kept", (json_int_t)gc->kept, "events", (json_int_t)gc->events, "objects",
	    (json_int_t)gc->objects, "bytes", (json_int_t)gc->bytes);

	app_record(gc->app, r);
	json_decref(r);
}

static void
print_text(const struct gc *gc)
{
	char size[NUM_TEXT];

	printf("%s: %lld executions, %lld events, %lld objects: %s %s\n",
	    gc->call->dry_run ? "would go" : "removed", (long long)gc->executions,
	    (long long)gc->events, (long long)gc->objects, num_bytes(gc->bytes, size),
	    gc->call->dry_run ? "in all" : "given back");
	if (gc->kept > 0)
		printf("kept: %lld executions that others wait for or waited for\n",
		    (long long)gc->kept);
}

int
gc_run(struct app *app, const struct gc_call *call, struct err *err)
{
	struct gc gc = { .app = app, .call = call, .tally = TALLY_INIT };
	int rc = -1;

	gc.store = session_open(app, false, err);
	author_sign(&gc.author, &gc.tally, call->asked, call->correlation);
	if (gc.store && author_name(&gc.author, &gc.tally, err) == 0 && read_call(&gc, err) == 0 &&
	    session_reap(app, gc.store, NULL, err) == 0)
		rc = tidy(&gc, err);
	if (rc == 0 && isatty(STDOUT_FILENO) && !call->as_record)
		print_text(&gc);
	else if (rc == 0)
		print_record(&gc);
	idset_clear(&gc.gone);
	tally_clear(&gc.tally);
	author_clear(&gc.author);
	session_close(gc.store);
	return rc;
}
