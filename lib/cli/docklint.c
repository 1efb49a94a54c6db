/* SPDX-License-Identifier: MIT */
/* docklint: a request judged whole, and nothing docked. */
#include "cli/docklint.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "cli/app.h"
#include "cli/dockrun.h"
#include "dock/findings.h"

/* What was found in order: {"type":"lint","key","ok":true,"heavy_atoms","torsions","warnings"}. */
static json_t *
approval(const struct dockjob *job)
{
	return json_pack("{s:s,s:s*,s:b,s:I,s:i,s:O}", "type", "lint", "key", job->request.key,
	    "ok", 1, "heavy_atoms", (json_int_t)job->facts.pdbqt.heavy, "torsions",
	    job->facts.pdbqt.torsions, "warnings", job->warnings);
}

/* "a: box: 64000 cubic angstrom ... (right: a box around a pocket)", but for notes. */
static void
say_findings(struct app *app, const struct dockjob *job, const json_t *findings)
{
	size_t i;
	json_t *found;

	json_array_foreach((json_t *)findings, i, found) {
		const char *class = json_string_value(json_object_get(found, "class"));
		const char *reason = json_string_value(json_object_get(found, "reason"));
		const char *of = json_string_value(json_object_get(found, "of"));
		bool said = strncmp(reason, of, strlen(of)) == 0;

		if (strcmp(class, "note") != 0)
			app_say(app, "%s: %s: %s%s%s (right: %s)",
			    job->request.key ? job->request.key : "a request", class,
			    said ? "" : of, said ? "" : ": ", reason,
			    json_string_value(json_object_get(found, "right")));
	}
}

void
docklint(struct app *app, const struct dockrun *run, json_t *request)
{
	json_t *findings = json_array(), *record;
	struct dockjob job;
	const json_t *worst;
	struct verdict verdict = { 0 };

	dockjob_judge(&job, run, request, findings);
	worst = findings_worst(findings);
	if (worst) {
		verdict_set(&verdict, json_string_value(json_object_get(worst, "class")), "%s",
		    json_string_value(json_object_get(worst, "reason")));
		record = dockjob_failure(request, job.request.key, &verdict);
	} else {
		record = approval(&job);
	}
	json_object_set_new(record, "findings", findings);
	app_count(app, findings_stop(findings));
	say_findings(app, &job, findings);
	app_record(app, record);
	json_decref(record);
	dockjob_clear(&job);
}
