/* SPDX-License-Identifier: MIT */
/* cluster_open: a cluster is opened, and who submits to it has a row of his own while he does. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/cluster_parts.h"
#include "cli/config.h"
#include "cli/precedent.h"
#include "grid/outbox.h"
#include "store/store.h"
#include "task/cluster.h"
#include "task/workers.h"

/* ---- our own row ---- */

/* The job is to go there, even if nothing of it can now: an array job without elements says so. */
static int
note_way(struct cluster *c, struct err *err)
{
	struct cluster_entry entry = { c->app->org, NULL, c->plan.profile, c->options, c->worker };
	char *profile = NULL, *options = NULL, name[BATCH_UUID];
	int rc = cluster_last(c->store, &c->plan.job, &profile, &options, err);
	int64_t id;

	free(profile);
	free(options);
	if (rc != 0 || batch_name(name, err) < 0)
		return rc > 0 ? 0 : -1;
	entry.name = name;
	id = cluster_enter(c->store, &entry, err);
	return id < 0 || cluster_end_job(c->store, id, err) < 0 ? -1 : 0;
}

static int
enter(struct cluster *c, struct err *err)
{
	struct worker_entry entry = { .org = c->app->org, .job = c->plan.job };
	int rc;

	if (store_begin(c->store, err) < 0)
		return -1;
	c->worker = worker_enter(c->store, &entry, err);
	rc = c->worker > 0 ? 0 : -1;
	if (rc == 0 && c->plan.job.id && !c->plan.no_submit)
		rc = note_way(c, err);
	if (rc == 0)
		return store_commit(c->store, err);
	store_rollback(c->store);
	c->worker = 0;
	return -1;
}

static void
leave(struct cluster *c)
{
	if (!c->worker || store_begin(c->store, NULL) < 0)
		return;
	if (worker_leave(c->store, c->worker, NULL) == 0)
		store_commit(c->store, NULL);
	else
		store_rollback(c->store);
}

int
cluster_beat(struct cluster *c, struct err *err)
{
	int64_t now = clock_boot();
	unsigned long calls = c->batch->asked - c->noted;

	if (now - c->beaten < WORKER_HEARTBEAT && calls == 0)
		return 0;
	c->beaten = now;
	if (store_begin(c->store, err) < 0)
		return -1;
	if (worker_beat(c->store, c->worker, 0, err) < 0 ||
	    cluster_called(c->store, c->plan.profile, (int64_t)calls, err) < 0) {
		store_rollback(c->store);
		return -1;
	}
	c->noted = c->batch->asked;
	return store_commit(c->store, err);
}

/* ---- opening ---- */

static void
add_setting(json_t *list, const char *key, double value)
{
	char number[NUM_TEXT], *text = xasprintf("%s=%s", key, num_text(value, number));

	json_array_append_new(list, json_string(text));
	free(text);
}

/* What was said of how to go there, so that others can go on in that way (cli/cluster_relay.h). */
static char *
settings_json(const struct cluster_plan *plan)
{
	json_t *list = json_array();
	char *text;

	for (size_t i = 0; plan->settings && plan->settings[i]; i++)
		json_array_append_new(list, json_string(plan->settings[i]));
	if (plan->chunk > 0)
		add_setting(list, "chunk-size", plan->chunk);
	if (plan->chunk_seconds > 0)
		add_setting(list, "chunk-time", plan->chunk_seconds);
	text = json_dumps(list, JSON_COMPACT);
	json_decref(list);
	return text;
}

struct cluster *
cluster_open(struct app *app, struct store *store, const struct cluster_plan *plan, struct err *err)
{
	struct cluster *c = xcalloc(1, sizeof(*c));
	const char *dir = store ? store_dir(store) : NULL;

	c->app = app;
	c->store = store;
	c->plan = *plan;
	c->options = settings_json(plan);
	c->told = json_object();
	c->config = config_open(dir, err);
	if (c->config)
		c->batch = batch_open(plan->profile, dir ? dir : ".dockline",
		    config_value(c->config, CONFIG_CLUSTER_ORDER), plan->settings, err);
	if (c->batch && plan->dry_run)
		c->folder = outbox_path(dir ? dir : ".dockline");
	else if (c->batch)
		c->folder = outbox_folder(dir, err);
	if (c->folder && (plan->dry_run || enter(c, err) == 0))
		return c;
	cluster_close(c);
	return NULL;
}

int
cluster_check(
    struct app *app, struct store *store, const struct cluster_plan *plan, struct err *err)
{
	struct cluster_plan only = *plan;
	struct cluster *c;

	if (!plan->profile)
		return 0;
	only.dry_run = 1;
	c = cluster_open(app, store, &only, err);
	cluster_close(c);
	return c ? 0 : -1;
}

void
cluster_close(struct cluster *c)
{
	if (!c)
		return;
	leave(c);
	batch_close(c->batch);
	config_free(c->config);
	precedent_free(c->precedent);
	json_decref(c->told);
	free(c->folder);
	free(c->options);
	free(c);
}
