/* SPDX-License-Identifier: MIT */
/* trials: the items of a step with `optimize:`. */
#include "cli/trials.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/stage.h"
#include "plan/optimize.h"
#include "plan/study.h"
#include "task/execution.h"

/* ---- the search ---- */

static struct study *
take_up(
    struct conduct *c, struct stage *s, const json_t *definition, const char *name, struct err *err)
{
	struct sweep *sweep = optimize_parse(definition, &s->parallel, err);

	return sweep ? study_begin(c->store, c->app->org, sweep, name, err) : NULL;
}

int
trials_begin(struct conduct *c, struct stage *s, json_t *definition, struct err *err)
{
	char *name = xasprintf("run%lld-%s", (long long)c->run->id, s->step->id);
	struct err why = { 0 };

	s->study = take_up(c, s, definition, name, &why);
	if (!s->study && why.kind == ERR_USAGE) {
		app_say(c->app, "%s: another search than before: it begins anew", s->step->id);
		why = (struct err){ 0 };
		if (study_remove(c->store, c->app->org, name, &why) >= 0)
			s->study = take_up(c, s, definition, name, &why);
	}
	free(name);
	if (!s->study)
		return err_set(err, why.kind, "%s", why.text);
	s->stood = study_count(s->study);
	return 0;
}

bool
trials_have_room(const struct stage *s)
{
	return s->parallel == 0 || s->open < (int64_t)s->parallel;
}

int
trials_next(struct stage *s, int64_t *item, json_t **value, struct err *err)
{
	struct trial trial;
	int rc = 1;

	if (s->scanned + 1 < s->stood)
		study_trial(s->study, s->scanned + 1, &trial);
	else if (s->stood > 0 && s->open > 0 && s->scanned + 1 == s->stood)
		return 0;
	else
		rc = study_ask(s->study, &trial, err);
	if (rc <= 0) {
		s->exhausted = rc == 0;
		return rc;
	}
	*item = s->scanned = trial.number - 1;
	*value = sweep_params(study_sweep(s->study), trial.point);
	return 1;
}

/* ---- what came of a trial ---- */

static void
copy(json_t *to, const char *key, const json_t *from)
{
	json_t *value = json_object_get(from, key);

	if (value && !json_is_null(value))
		json_object_set(to, key, value);
}

/* What a study is told of an execution: the name of its trial instead of its key, and no params,
 * which need not be those that are tried. */
static json_t *
report_of(const struct stage *s, int64_t item, enum status status, const json_t *record)
{
	json_t *report = json_pack("{s:s, s:o, s:s}", "type", "execution", "key",
	    json_sprintf("%s-%lld", study_name(s->study), (long long)item + 1), "status",
	    state_name(status));

	copy(report, "id", record);
	copy(report, "error", record);
	copy(report, "metrics", record);
	copy(report, "result", record);
	return report;
}

/* It ended well, but without a number to compare. */
static void
make_failed(json_t *report, const struct err *why)
{
	json_object_set_new(report, "status", json_string("failed"));
	json_object_set_new(
	    report, "error", json_pack("{s:s, s:s}", "class", "result", "reason", why->text));
}

int
trials_tell(struct conduct *c, struct stage *s, int64_t item, int64_t execution, enum status status,
    struct err *err)
{
	json_t *record = NULL, *report;
	struct err why = { 0 };
	struct trial trial;
	bool prune;
	int rc = execution_record(c->store, c->app->org, execution, &record, err);

	if (rc < 0)
		return -1;
	report = report_of(s, item, status, record);
	rc = study_tell(s->study, report, &trial, &prune, &why);
	if (rc < 0 && why.kind == ERR_INPUT) {
		app_detail(
		    c->app, "%s: trial %lld: %s", s->step->id, (long long)item + 1, why.text);
		make_failed(report, &why);
		why = (struct err){ 0 };
		rc = study_tell(s->study, report, &trial, &prune, &why);
	}
	json_decref(report);
	json_decref(record);
	return rc < 0 ? err_set(err, why.kind, "%s", why.text) : 0;
}

int
trials_reopen(struct stage *s, int64_t item, struct err *err)
{
	return study_reopen(s->study, item + 1, err);
}

/* ---- the best ---- */

json_t *
trials_best(struct conduct *c, const struct stage *s)
{
	struct upshot out;
	struct trial trial;
	int64_t best, execution;
	json_t *record;

	if (!s->study || study_best(s->study, &best, 1) == 0)
		return NULL;
	study_trial(s->study, best, &trial);
	record = json_pack("{s:I, s:f, s:o}", "trial", (json_int_t)trial.number, "value",
	    trial.value, "item", sweep_params(study_sweep(s->study), trial.point));
	if (run_item(c->store, c->run->id, s->place, best, &execution, NULL) <= 0 ||
	    upshot_read(c->store, execution, true, &out, NULL) <= 0)
		return record;
	json_object_set_new(record, "key", json_string(out.key));
	json_object_set_new(record, "id", json_integer(execution));
	json_object_set_new(record, "params", out.params ? json_incref(out.params) : json_null());
	json_object_set_new(record, "result", out.result ? json_incref(out.result) : json_null());
	upshot_clear(&out);
	return record;
}

const char *
trials_metric(const struct stage *s)
{
	return study_sweep(s->study)->metric;
}
