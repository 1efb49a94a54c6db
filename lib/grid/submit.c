/* SPDX-License-Identifier: MIT */
/* submit: a job script is submitted once, however often that is tried. */
#include "grid/submit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "exec/proc.h"
#include "grid/profile.h"
#include "grid/scheduler.h"
#include "grid/script.h"

/* ---- looking ---- */

/* The id in the first row with that name. */
static char *
job_named(const json_t *rows, const char *name)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *its = json_string_value(json_object_get(row, "name")),
			   *job = json_string_value(json_object_get(row, "job"));

		if (its && job && strcmp(its, name) == 0)
			return xstrdup(job);
	}
	return NULL;
}

/* In one place where jobs are known: 1, 0, -1. */
static int
find_in(struct scheduler *s, const struct profile_ask *ask, const json_t *values, char **job,
    struct err *err)
{
	json_t *rows = json_array();
	int rc = scheduler_ask(s, SCHEDULER_FIND, ask, values, rows, err);

	if (rc > 0)
		*job = job_named(rows, json_string_value(json_object_get(values, "name")));
	json_decref(rows);
	return rc;
}

/* The first place is what the scheduler itself knows: it must have answered. */
int
submit_find(struct scheduler *scheduler, const char *name, char **job, struct err *err)
{
	const struct profile *p = scheduler_profile(scheduler);
	json_t *values = scheduler_values();
	int rc = 1;

	*job = NULL;
	json_object_set_new(values, "name", json_sprintf("%s%s", SCRIPT_NAME, name));
	for (size_t i = 0; i < p->find.len && rc >= 0 && !*job; i++) {
		rc = find_in(scheduler, &p->find.at[i], values, job, err);
		if (i == 0 && rc == 0)
			rc = -1;
	}
	json_decref(values);
	return rc < 0 ? -1 : *job != NULL;
}

/* ---- submitting ---- */

/* The id in the last line that has one: wrappers talk before, and after. */
static char *
id_of(const struct profile *p, const char *text)
{
	char *copy = xstrdup(text), *rest = NULL, *id = NULL;
	regmatch_t match[2];

	for (char *line = strtok_r(copy, "\r\n", &rest); line;
	     line = strtok_r(NULL, "\r\n", &rest)) {
		line += strspn(line, " \t");
		for (size_t len = strlen(line); len > 0 && strchr(" \t", line[len - 1]);)
			line[--len] = '\0';
		if (regexec(&p->id, line, 2, match, 0) != 0 || match[1].rm_so < 0)
			continue;
		free(id);
		id = xstrndup(line + match[1].rm_so, (size_t)(match[1].rm_eo - match[1].rm_so));
	}
	free(copy);
	return id;
}

static enum submit_outcome
try_once(struct scheduler *s, const struct buf *script, char **job, struct err *err)
{
	const struct profile *p = scheduler_profile(s);
	enum submit_outcome outcome = SUBMIT_LATER;
	struct scheduler_reply reply;
	json_t *values = scheduler_values();

	if (scheduler_run(s, SCHEDULER_SUBMIT, p->submit, values, script, &reply, err) == 0) {
		if (reply.there && reply.code == 0)
			*job = id_of(p, buf_str(&reply.out));
		if (*job) {
			outcome = SUBMIT_DONE;
		} else if (reply.there && reply.code == 0) {
			err_set(err, ERR_SYSTEM, "%s does not say the id of the job: '%.200s'",
			    p->submit[0], buf_str(&reply.out));
		} else {
			scheduler_failed(p->submit, &reply, err);
			if (!reply.there || (reply.code > 0 && !scheduler_said(&reply, p->retry)))
				outcome = SUBMIT_REFUSED;
		}
	}
	json_decref(values);
	scheduler_reply_clear(&reply);
	return outcome;
}

static void
rest(int seconds)
{
	struct timespec pause = { seconds, random() % 500000000 };

	nanosleep(&pause, NULL);
}

/* Each look says whether the try before it did submit; only a look that was answered allows the
 * next. */
enum submit_outcome
submit_script(struct scheduler *scheduler, const char *name, const struct buf *script, bool again,
    char **job, struct err *err)
{
	enum submit_outcome outcome = SUBMIT_LATER;
	int found = 0;

	*job = NULL;
	for (int i = 0; i < SUBMIT_TRIES && outcome == SUBMIT_LATER; i++) {
		struct err quiet = { 0 };

		if (i > 0 && !proc_caught())
			rest(1 << (i - 1));
		if (proc_caught())
			break;
		if (i > 0 || again)
			found = submit_find(scheduler, name, job, i > 0 ? &quiet : err);
		if (found > 0)
			return SUBMIT_DONE;
		if (found == 0)
			outcome = try_once(scheduler, script, job, err);
	}
	return outcome;
}
