/* SPDX-License-Identifier: MIT */
/* rollcall: which molecules another campaign has results of. */
#include "cli/rollcall.h"

#include "base/err.h"
#include "cli/app.h"
#include "cli/leftout.h"
#include "cli/records.h"
#include "dock/roll.h"

struct call {
	struct roll *roll;
	struct leftout left;
	size_t nameless;
};

static int
take(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct call *call = ctx;
	json_t *result = leftout_none(record, &call->left);

	(void)app;
	(void)err;
	if (result)
		call->nameless += !roll_add(call->roll, result);
	return 0;
}

struct roll *
rollcall(struct app *app, const char *name, struct err *err)
{
	struct call call = { .roll = roll_new() };
	size_t n;
	int rc = records_named(app, name, take, &call, err);

	n = roll_finish(call.roll);
	if (rc == 0 && n > 0 && call.nameless == n)
		rc = err_set(err, ERR_INPUT,
		    "'%s': its results have neither 'inchikey' nor 'ligand.sha256'", name);
	if (rc == 0 && call.nameless > 0)
		app_warn(app, "'%s': %zu results say not which molecule they are of", name,
		    call.nameless);
	if (rc == 0)
		return call.roll;
	roll_free(call.roll);
	return NULL;
}
