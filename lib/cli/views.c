/* SPDX-License-Identifier: MIT */
/* views: what taskstat can show, one function each. */
#include "cli/views.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/num.h"
#include "cli/abroad.h"
#include "cli/account.h"
#include "cli/alerts.h"
#include "cli/artifacts.h"
#include "cli/causes.h"
#include "cli/config.h"
#include "cli/figures.h"
#include "cli/ids.h"
#include "cli/listing.h"
#include "cli/prometheus.h"
#include "cli/roster.h"
#include "cli/script.h"
#include "cli/session.h"
#include "cli/trace.h"
#include "cli/watch.h"
#include "cli/why.h"
#include "store/store.h"
#include "task/task.h"

enum { WATCH_SECONDS = 1 };

int
view_prepare(struct look *l, long limit, long offset, struct err *err)
{
	struct config *config = NULL;

	l->sel.org = l->app->org;
	l->page = (struct page){ .limit = limit >= 0 ? limit : 0, .offset = offset };
	if (limit < 0 && l->as_text) {
		config = config_open(store_dir(l->store), err);
		if (!config)
			return -1;
		l->page.limit = (int64_t)config_number(config, CONFIG_LIST_LIMIT);
		config_free(config);
	}
	if (l->sel.task && task_check_name(l->store, l->app->org, l->sel.task, err) < 0)
		return -1;
	if (!l->job)
		return 0;
	return session_job(l->app, l->store, l->job, l->generation, &l->sel.job, err);
}

struct ids {
	const struct look *look;
	size_t count;
};

static int
found(struct app *app, int64_t id, int rc)
{
	if (rc == 0)
		app_fail(app, EXIT_NO, "no execution %lld", (long long)id);
	return rc < 0 ? -1 : 0;
}

static int
show_one(int64_t id, void *ctx, struct err *err)
{
	struct ids *ids = ctx;
	const struct look *l = ids->look;

	if (l->as_text && ids->count++ > 0)
		putchar('\n');
	return found(l->app, id, listing_detail(l->app, l->store, id, l->as_text, err));
}

int
view_ids(struct look *l, struct err *err)
{
	struct ids ids = { .look = l };

	return ids_each(l->app, l->app->args, show_one, &ids, err);
}

static int
write_script(int64_t id, void *ctx, struct err *err)
{
	const struct look *l = ctx;
	struct buf text = BUF_INIT;
	int rc = script_of(l->app, l->store, id, &text, err);

	if (rc > 0)
		fwrite(text.data, 1, text.len, stdout);
	buf_clear(&text);
	return found(l->app, id, rc);
}

int
view_script(struct look *l, struct err *err)
{
	return ids_each(l->app, l->app->args, write_script, l, err);
}

static int
each_artifact(int64_t id, void *ctx, struct err *err)
{
	const struct look *l = ctx;
	const char *name = l->app->args[2];

	if (name)
		return artifacts_stream(l->app, l->store, id, name, err) < 0 ? -1 : 0;
	return found(l->app, id, artifacts_show(l->app, l->store, id, l->as_text, err));
}

int
view_artifact(struct look *l, struct err *err)
{
	char *one[] = { l->app->args[1], NULL };

	return ids_each(l->app, one, each_artifact, l, err);
}

static int
tell_why(int64_t id, void *ctx, struct err *err)
{
	const struct look *l = ctx;

	return found(l->app, id, why_tell(l->app, l->store, id, l->as_record, err));
}

int
view_why(struct look *l, struct err *err)
{
	return ids_each(l->app, l->app->args + 1, tell_why, l, err);
}

int
view_list(struct look *l, struct err *err)
{
	l->sel.skip = l->page.offset;
	return listing_show(l->app, l->store, &l->sel, l->as_text, l->page.limit, err);
}

int
view_account(struct look *l, struct err *err)
{
	return account_of_job(l->app, l->store, l->job, l->generation, err);
}

int
view_accounts(struct look *l, struct err *err)
{
	return account_of_all(l->app, l->store, l->as_text, &l->page, err);
}

int
view_cluster(struct look *l, struct err *err)
{
	return abroad_show(l->app, l->store, l->as_text, &l->page, err);
}

int
view_dead(struct look *l, struct err *err)
{
	return causes_show(l->app, l->store, &l->sel, l->as_text, &l->page, err);
}

int
view_stats(struct look *l, struct err *err)
{
	return figures_show(l->app, l->store, &l->sel, l->as_text, &l->page, err);
}

int
view_prometheus(struct look *l, struct err *err)
{
	return prometheus_write(l->app, l->store, l->file, err);
}

int
view_alerts(struct look *l, struct err *err)
{
	return alerts_show(l->app, l->store, l->as_text, err);
}

int
view_trace(struct look *l, struct err *err)
{
	return trace_write(l->app, l->store, &l->sel, l->file, err);
}

int
view_watch(struct look *l, struct err *err)
{
	double seconds = WATCH_SECONDS;
	const char *text = l->app->args[0];

	if (text && num_duration(text, &seconds, err) < 0) {
		err->kind = ERR_USAGE;
		return -1;
	}
	if (seconds < 0.1 || seconds > 86400)
		return err_set(err, ERR_USAGE, "--watch takes 0.1 seconds to a day");
	return watch_run(l->app, l->store, &l->sel.job, l->job, seconds, err);
}

int
view_workers(struct look *l, struct err *err)
{
	return roster_show(l->app, l->store, l->as_text, &l->page, err);
}
