/* SPDX-License-Identifier: MIT */
/* aftermath: hooks that are due when something stands in the state. */
#include "cli/aftermath.h"

#include "base/alloc.h"
#include "base/json.h"
#include "cli/alerts.h"
#include "cli/app.h"
#include "cli/config.h"
#include "cli/errand.h"
#include "cli/ledger.h"
#include "store/store.h"
#include "task/execution.h"
#include "task/task.h"

void
aftermath_note(struct ledger *l, const struct ending *end)
{
	const struct rules *rules = &end->lane->task->rules;
	struct hooked hooked = { .lane = end->lane,
		.id = end->id,
		.attempt = end->attempt,
		.after = rules->hooks.after != NULL,
		.failed = rules->hooks.on_failure && state_is_failure(end->status) };

	if (hooked.after || hooked.failed)
		vec_add(&l->hooked, hooked);
}

void
aftermath_forget(struct ledger *l)
{
	l->hooked.len = 0;
}

static void
add(struct ledger *l, const char *name, char *const *argv, const struct hooked *h,
    const json_t *record)
{
	struct errand *errand = xcalloc(1, sizeof(*errand));

	errand->name = name;
	errand->argv = argv;
	if (h) {
		errand->job = h->lane->job_name;
		errand->execution = h->id;
		errand->attempt = h->attempt;
	}
	json_put(record, &errand->record);
	buf_add_char(&errand->record, '\n');
	*l->errands_tail = errand;
	l->errands_tail = &errand->next;
}

static int
make_one(struct ledger *l, const struct hooked *h, struct err *err)
{
	const struct rules *rules = &h->lane->task->rules;
	json_t *record;
	int rc = execution_record(l->o.store, l->o.app->org, h->id, &record, err);

	if (rc <= 0)
		return rc;
	if (h->after)
		add(l, "after", rules->hooks.after, h, record);
	if (h->failed)
		add(l, "on_failure", rules->hooks.on_failure, h, record);
	json_decref(record);
	return 0;
}

int
aftermath_make(struct ledger *l, struct err *err)
{
	int rc = 0;

	if (l->hooked.len == 0)
		return 0;
	if (store_read(l->o.store, err) < 0)
		return -1;
	for (size_t i = 0; i < l->hooked.len && rc == 0; i++)
		rc = make_one(l, &l->hooked.at[i], err);
	store_read_end(l->o.store);
	l->hooked.len = 0;
	return rc;
}

static void
tell(const json_t *record, void *ctx)
{
	struct ledger *l = ctx;
	char *const *argv = config_program(l->o.config, CONFIG_ALERTS_HOOK);

	app_warn(l->o.app, "alert: %s: %s", json_string_value(json_object_get(record, "alert")),
	    json_string_value(json_object_get(record, "text")));
	if (argv)
		add(l, "alert", argv, NULL, record);
}

void
aftermath_alerts(struct ledger *l)
{
	struct err why = { 0 };

	if (l->alerts && alerts_tick(l->alerts, l->o.worker, tell, l, &why) < 0)
		app_warn(l->o.app, "alerts: %s", why.text);
}
