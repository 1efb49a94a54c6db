/* SPDX-License-Identifier: MIT */
/* views: what taskstat can show, one function each. */
#ifndef CLI_VIEWS_H
#define CLI_VIEWS_H

#include <stdbool.h>

#include "cli/app.h"
#include "cli/page.h"
#include "task/selection.h"

struct store;

/* Everything a view needs. */
struct look {
	struct app *app; /* operands are those of the view */
	struct store *store;
	struct selection sel;
	struct page page;
	const char *job;  /* of the selection, NULL: any */
	int generation;   /* 0: the newest */
	const char *file; /* to write to */
	bool as_text;     /* for people on a terminal */
	bool as_record;   /* for programs, on a terminal too */
};

/* Fill in selection and page: what --job names, and what a terminal shows at most where no limit
 * was given (negative). */
int view_prepare(struct look *look, long limit, long offset, struct err *err);

typedef int view_fn(struct look *look, struct err *err);

view_fn view_accounts; /* of all jobs */
view_fn view_account;  /* of one */
view_fn view_list;     /* executions */
view_fn view_ids;      /* executions in full */
view_fn view_script, view_artifact, view_why;
view_fn view_cluster, view_workers, view_dead, view_stats, view_alerts;
view_fn view_watch, view_prometheus, view_trace;

#endif
