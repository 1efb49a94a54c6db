/* SPDX-License-Identifier: MIT */
/* study: asked and told, by several at a time, and what of it is remembered. */
#include "plan/study.h"

#include "base/err.h"
#include "fixture.h"
#include "plan/report.h"
#include "store/store.h"
#include "tap.h"

#define ORG "lab"
#define AXES "\"axes\":{\"a\":{\"type\":\"float\",\"min\":0,\"max\":1},\"b\":[\"x\",\"y\"]}"

static struct store *store, *other; /* two processes */

static struct sweep *
sweep_of(const char *text)
{
	json_t *definition = json_loads(text, 0, NULL);
	struct sweep *sweep = sweep_parse(definition, "s", -1, NULL);

	json_decref(definition);
	return sweep;
}

static struct study *
begin(struct store *in, const char *text, struct err *err)
{
	struct study *study;

	store_begin(in, NULL);
	study = study_begin(in, ORG, sweep_of(text), NULL, err);
	store_commit(in, NULL);
	return study;
}

static int
ask(struct store *in, struct study *study, struct trial *trial)
{
	int rc;

	store_begin(in, NULL);
	rc = study_ask(study, trial, NULL);
	store_commit(in, NULL);
	return rc;
}

/* The status of the trial afterwards, or the error. */
static const char *
tell(struct store *in, struct study *study, const char *text, struct trial *trial)
{
	static struct err err;
	json_t *record = json_loads(text, 0, NULL);
	bool prune;
	int rc;

	err = (struct err){ 0 };
	store_begin(in, NULL);
	rc = study_tell(study, record, trial, &prune, &err);
	store_commit(in, NULL);
	json_decref(record);
	if (rc < 0)
		return err.text;
	return prune ? "prune" : trial_status_names[trial->status];
}

/* ---- reports ---- */

static const struct {
	const char *record, *error;
	int64_t number;
	double value; /* NAN: none */
	bool on_its_way;
} reports[] = {
	{ "{\"key\":\"s-3\",\"affinity\":-7.5}", NULL, 3, -7.5, false },
	{ "{\"key\":\"s-03\",\"affinity\":-7.5}", NULL, 0, -7.5, false },
	{ "{\"key\":\"t-3\",\"affinity\":1}", NULL, 0, 1, false },
	{ "{\"key\":\"s-3\",\"metrics\":{\"affinity\":2},\"affinity\":3}", NULL, 3, 2, false },
	{ "{\"key\":\"s-3\",\"result\":{\"affinity\":4}}", NULL, 3, 4, false },
	{ "{\"key\":\"s-3\",\"affinity\":null}", NULL, 3, NAN, false },
	{ "{\"key\":\"s-3\",\"step\":2,\"affinity\":5}", NULL, 3, 5, true },
	{ "{\"key\":\"s-3\",\"error\":{\"class\":\"engine\"}}", NULL, 3, NAN, false },
	{ "{\"key\":\"s-3\",\"status\":\"completed\",\"error\":{\"class\":\"engine\"},\"affinity\":"
	  "6}",
	    NULL, 3, 6, false },
	{ "{\"key\":\"s-3\",\"status\":\"timeout\",\"affinity\":7}", NULL, 3, NAN, false },
	{ "{\"key\":\"s-3\",\"status\":\"pruned\"}", NULL, 3, NAN, false },
	{ "{\"key\":\"s-3\",\"status\":\"running\"}", "it has not ended: its status is 'running'",
	    0, 0, false },
	{ "{\"key\":\"s-3\",\"status\":\"odd\"}",
	    "'status' must be completed, failed or pruned, or that of an execution, found 'odd'", 0,
	    0, false },
	{ "{\"key\":\"s-3\"}",
	    "lacks the metric 'affinity': it is neither in 'metrics', nor in the record itself,"
	    " nor in 'result'",
	    0, 0, false },
	{ "{\"key\":\"s-3\",\"affinity\":\"low\"}", "'affinity' must be a number, found string", 0,
	    0, false },
	{ "{\"key\":3}", "'key' must be a string, found integer", 0, 0, false },
	{ "{\"key\":\"s-3\",\"affinity\":1,\"step\":-1}", "'step' must be 0 or more, found -1", 0,
	    0, false },
};

static void
test_reports(void)
{
	struct sweep *sweep = sweep_of("{" AXES "}");

	for (size_t i = 0; i < COUNT(reports); i++) {
		json_t *record = json_loads(reports[i].record, 0, NULL);
		struct report report;
		struct err err = { 0 };
		int rc = report_read(sweep, "s", record, &report, &err);

		is_str(rc < 0 ? err.text : NULL, reports[i].error, "%s", reports[i].record);
		json_decref(record);
		if (rc < 0)
			continue;
		is_int(report.number, reports[i].number, "its trial");
		ok(report.value == reports[i].value ||
			(isnan(report.value) && isnan(reports[i].value)),
		    "its value is %g", report.value);
		is_int(report.on_its_way, reports[i].on_its_way, "on its way");
	}
	sweep_free(sweep);
}

/* ---- studies ---- */

static void
test_two(void)
{
	struct study *a = begin(store, "{" AXES ",\"max_trials\":6}", NULL);
	struct study *b = begin(other, "{" AXES ",\"max_trials\":6}", NULL);
	struct trial trial;
	int64_t best[2];

	is_int(ask(store, a, &trial), 1, "one asks");
	is_int(trial.number, 1, "the first");
	is_int(ask(other, b, &trial), 1, "another asks");
	is_int(trial.number, 2, "the second");
	is_str(tell(other, b, "{\"key\":\"s-1\",\"affinity\":3}", &trial), "completed",
	    "the other tells");
	is_str(tell(store, a, "{\"key\":\"s-1\",\"affinity\":3}", &trial), "completed", "twice");
	is_str(tell(store, a, "{\"key\":\"s-1\",\"error\":{}}", &trial), "completed",
	    "a failure does not undo it");
	is_str(tell(store, a, "{\"key\":\"s-2\",\"error\":{}}", &trial), "failed", "it fails");
	is_str(tell(store, a, "{\"key\":\"s-2\",\"affinity\":1}", &trial), "completed",
	    "and comes out after all");
	is_str(tell(store, a, "{\"key\":\"s-9\",\"affinity\":1}", &trial),
	    "there is no trial 's-9': the last is 2", "none of that number");
	is_str(tell(store, a, "{\"a\":0.25,\"b\":\"x\",\"affinity\":0.5}", &trial), "completed",
	    "one that nobody asked for");
	is_int(trial.number, 3, "a new one");
	is_str(tell(other, b, "{\"a\":0.25,\"b\":\"x\",\"affinity\":0.5}", &trial), "completed",
	    "the same");
	is_int(trial.number, 3, "is the same");
	is_str(tell(other, b, "{\"a\":0.25,\"b\":\"x\",\"affinity\":0.6}", &trial), "completed",
	    "another value of it");
	is_int(trial.number, 4, "is another");
	is_str(tell(other, b, "{\"a\":0.25,\"affinity\":0.6}", &trial), "lacks 'b'", "no point");
	is_str(tell(other, b, "{\"key\":\"s-3\",\"a\":0.5,\"affinity\":0.6}", &trial),
	    "its 'a' is not that of trial 's-3'", "of another trial");
	is_int(study_look(a, NULL), 0, "look");
	is_int(study_count(a), 4, "trials");
	is_int((long long)study_best(a, best, 2), 2, "the best");
	is_int(best[0], 2, "first");
	is_int(best[1], 3, "second");
	for (int i = 0; i < 4; i++)
		is_int(ask(store, a, &trial), 1, "asked");
	is_int(ask(other, b, &trial), 0, "six were asked for");
	is_int(study_ended(b), STUDY_TRIALS, "that is why");
	study_free(a);
	study_free(b);
}

static void
test_change(void)
{
	struct err err = { 0 };
	struct study *study = begin(store, "{" AXES ",\"max_trials\":9,\"target\":0.5}", &err);
	struct trial trial;

	ok(study && study_sweep(study)->max_trials == 9, "more trials");
	is_int(ask(store, study, &trial), 0, "it ends");
	is_int(study_ended(study), STUDY_TARGET, "the target is reached");
	study_free(study);
	study = begin(store, "{" AXES ",\"direction\":\"maximize\"}", &err);
	ok(!study, "another direction is refused");
	ok(strstr(err.text, "was begun with another 'direction'") != NULL, "%s", err.text);
	store_begin(store, NULL);
	is_int(study_remove(store, ORG, "s", NULL), 1, "removed");
	is_int(study_remove(store, ORG, "s", NULL), 0, "not there");
	store_commit(store, NULL);
	is_int(study_find(store, ORG, "s", &study, NULL), 0, "gone");
}

/* Points that can be counted are asked for once each, by any method that looks. */
static void
test_all(void)
{
	static const char *const texts[] = { "{\"name\":\"g\",\"axes\":{\"a\":[1,2,3],\"b\":[1,2]},"
					     "\"method\":\"grid\"}",
		"{\"name\":\"t\",\"axes\":{\"a\":[1,2,3],\"b\":[1,2]}}" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct study *study = begin(store, texts[i], NULL);
		struct trial trial;
		int seen[6] = { 0 }, rc, n = 0, twice = 0;

		while ((rc = ask(store, study, &trial)) == 1 && n < 10) {
			int at = (int)(trial.point[0] * 3) * 2 + (int)(trial.point[1] * 2);

			twice += seen[at]++;
			n++;
		}
		is_int(n, 6, "%s", texts[i]);
		is_int(twice, 0, "none twice");
		is_int(study_ended(study), STUDY_ALL, "because all were");
		study_free(study);
	}
}

static void
test_steps(void)
{
	struct study *study = begin(store,
	    "{\"name\":\"p\"," AXES ",\"pruner\":{\"type\":\"median\",\"startup\":2}}", NULL);
	struct trial trial;

	for (int i = 0; i < 3; i++)
		ask(store, study, &trial);
	tell(store, study, "{\"key\":\"p-1\",\"step\":1,\"affinity\":5}", &trial);
	tell(store, study, "{\"key\":\"p-1\",\"affinity\":4}", &trial);
	tell(store, study, "{\"key\":\"p-2\",\"step\":1,\"affinity\":6}", &trial);
	is_str(tell(store, study, "{\"key\":\"p-3\",\"step\":1,\"affinity\":9}", &trial), "open",
	    "one has completed");
	tell(store, study, "{\"key\":\"p-2\",\"affinity\":4}", &trial);
	is_str(tell(store, study, "{\"key\":\"p-3\",\"step\":1,\"affinity\":5.5}", &trial), "open",
	    "not worse than the median");
	is_str(tell(store, study, "{\"key\":\"p-3\",\"step\":2,\"affinity\":7}", &trial), "open",
	    "it was better once");
	is_str(tell(store, study, "{\"key\":\"p-3\",\"step\":1,\"affinity\":7}", &trial), "prune",
	    "worse");
	is_int(trial.status, TRIAL_PRUNED, "pruned");
	is_str(tell(store, study, "{\"key\":\"p-3\",\"status\":\"cancelled\"}", &trial), "pruned",
	    "and it stays that");
	study_free(study);
}

int
main(void)
{
	char *root = fixture_root();

	store = store_open(root, STORE_CREATE, NULL);
	other = store_open(root, 0, NULL);
	test_reports();
	test_two();
	test_change();
	test_all();
	test_steps();
	store_close(store);
	store_close(other);
	fixture_free(root);
	return done_testing();
}
