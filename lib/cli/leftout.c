/* SPDX-License-Identifier: MIT */
/* leftout: records without a result, counted and said by the programs that need one. */
#include "cli/leftout.h"

#include "cli/app.h"
#include "cli/records.h"
#include "task/state.h"

/* What kind of record has no result. One that is no execution, or ended without one, failed. */
static size_t *
kind(const json_t *record, struct leftout *left)
{
	const char *word = json_string_value(json_object_get(record, "status"));
	int status = word ? state_find(word) : -1;

	if (status < 0)
		return &left->failed;
	if (!state_is_final((enum status)status))
		return &left->unfinished;
	switch (state_account((enum status)status)) {
	case ACC_SKIPPED:
		return &left->skipped;
	case ACC_CANCELLED:
		return &left->cancelled;
	default:
		return &left->failed;
	}
}

json_t *
leftout_none(json_t *record, struct leftout *left)
{
	json_t *result = records_result(record);

	if (result && !json_object_get(result, "skipped"))
		return result;
	*(result ? &left->skipped : kind(record, left)) += 1;
	return NULL;
}

json_t *
leftout_result(struct app *app, json_t *record, struct leftout *left)
{
	size_t skipped = left->skipped;
	json_t *result = leftout_none(record, left);

	app_count(app, !result && left->skipped == skipped);
	return result;
}

static void
say(const struct app *app, size_t n, const char *what)
{
	if (n > 0)
		app_warn(app, "%zu %s record%s left out", n, what, n == 1 ? "" : "s");
}

void
leftout_say(const struct app *app, const struct leftout *left)
{
	say(app, left->failed, "failed");
	say(app, left->cancelled, "cancelled");
	say(app, left->unfinished, "unfinished");
	if (!app->quiet)
		say(app, left->skipped, "skipped");
}
