/* SPDX-License-Identifier: MIT */
/* report: a record that tells what came of a trial, read. */
#include "plan/report.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "plan/sweep.h"
#include "task/state.h"

/* The number in "name-17", 0: it is none of this study. */
static int64_t
number_of(const char *key, const char *name)
{
	size_t len = strlen(name);
	int64_t number;

	if (strncmp(key, name, len) != 0 || key[len] != '-' || key[len + 1] == '0')
		return 0;
	return num_int(key + len + 1, 1, SWEEP_TRIALS_MOST, &number, NULL) < 0 ? 0 : number;
}

/* The metric: among `metrics`, in the record itself, or in its `result`. NULL: nowhere. */
static const json_t *
metric_of(const json_t *record, const char *metric)
{
	const json_t *value = json_object_get(json_object_get(record, "metrics"), metric);

	if (!value)
		value = json_object_get(record, metric);
	if (!value)
		value = json_object_get(json_object_get(record, "result"), metric);
	return value;
}

/* What the word says: 1 that there should be a value, 0 that there is none, -1 that it has not
 * ended, or that nobody knows the word. */
static int
read_status(const char *word, struct report *r, struct err *err)
{
	int status;

	if (!word)
		return 1;
	if (strcmp(word, "pruned") == 0) {
		r->pruned = true;
		return 0;
	}
	status = state_find(word);
	if (status < 0)
		return err_set(err, ERR_INPUT,
		    "'status' must be completed, failed or pruned, or"
		    " that of an execution, found '%.60s'",
		    word);
	if (!state_is_final((enum status)status))
		return err_set(err, ERR_INPUT, "it has not ended: its status is '%s'", word);
	return status == ST_COMPLETED;
}

static int
read_value(const struct sweep *sweep, const json_t *record, struct report *r, struct err *err)
{
	const json_t *value = metric_of(record, sweep->metric);

	if (!value)
		return err_set(err, ERR_INPUT,
		    "lacks the metric '%s': it is neither in 'metrics',"
		    " nor in the record itself, nor in 'result'",
		    sweep->metric);
	if (json_is_number(value)) {
		r->value = json_number_value(value);
		return 0;
	}
	if (!json_is_null(value))
		return err_set(err, ERR_INPUT, "'%s' must be a number, found %s", sweep->metric,
		    json_type_name(value));
	return 0;
}

static int
read_step(const json_t *record, struct report *r, struct err *err)
{
	json_int_t step = 0;
	int rc = json_get_int(record, "step", &step, err);

	if (rc <= 0)
		return rc;
	if (step < 0)
		return err_set(
		    err, ERR_INPUT, "'step' must be 0 or more, found %lld", (long long)step);
	if (isnan(r->value))
		return err_set(err, ERR_INPUT, "a 'step' must have a value of its metric");
	r->on_its_way = true;
	r->step = step;
	return 0;
}

int
report_read(const struct sweep *sweep, const char *name, const json_t *record,
    struct report *report, struct err *err)
{
	const char *key = NULL, *status = NULL, *type = NULL;
	json_t *params = NULL, *error = json_object_get(record, "error");
	json_int_t id = 0;
	int rc;

	*report = (struct report){ .params = record, .value = NAN };
	if (json_get_string(record, "key", &key, err) < 0 ||
	    json_get_string(record, "type", &type, err) < 0 ||
	    json_get_string(record, "status", &status, err) < 0 ||
	    json_get_object(record, "params", &params, err) < 0)
		return -1;
	if (type && strcmp(type, "execution") == 0 && json_get_int(record, "id", &id, err) < 0)
		return -1;
	report->execution = id;
	report->number = key ? number_of(key, name) : 0;
	if (params)
		report->params = params;
	rc = read_status(status, report, err);
	if (rc < 0)
		return -1;
	if (json_is_object(error) && (rc == 0 || !status))
		report->error = error;
	if (rc == 0 || report->error)
		return 0;
	if (read_value(sweep, record, report, err) < 0)
		return -1;
	return read_step(record, report, err);
}
