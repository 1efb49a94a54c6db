/* SPDX-License-Identifier: MIT */
/* choice: the options with which a program is told which executions are meant. */
#include "cli/choice.h"

#include <stdlib.h>

#include "cli/listing.h"
#include "cli/session.h"
#include "task/failure.h"
#include "task/selection.h"
#include "task/task.h"

bool
choice_is_made(const struct choice *c)
{
	return c->class || c->job || c->queue || c->status || c->tag || c->task;
}

static int
refuse(const char *what, const char *word, char *words, struct err *err)
{
	err_set(err, ERR_USAGE, "no %s '%s'; there are: %s", what, word, words);
	free(words);
	return -1;
}

int
choice_read(struct app *app, struct store *store, const struct choice *c, struct selection *sel,
    struct err *err)
{
	*sel = (struct selection){ .org = app->org,
		.status = -1,
		.account = -1,
		.class = c->class,
		.queue = c->queue,
		.tag = c->tag,
		.task = c->task };
	if (c->status && listing_status(c->status, sel) < 0)
		return refuse("status", c->status, listing_status_words(), err);
	if (c->class && failure_find(c->class) < 0)
		return refuse("class", c->class, failure_list(), err);
	if (c->task && task_check_name(store, app->org, c->task, err) < 0)
		return -1;
	return c->job ? session_job(app, store, c->job, 0, &sel->job, err) : 0;
}
