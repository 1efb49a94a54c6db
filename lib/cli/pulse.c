/* SPDX-License-Identifier: MIT */
/* pulse: how fast jobs go on, looked at again and again. */
#include "cli/pulse.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/vec.h"
#include "task/census.h"
#include "task/dead.h"
#include "task/execution.h"
#include "task/journal.h"

enum {
	EVENTS = 20000, /* the newest, read at one look */
	RECENT = 256,   /* and of them so many that failed */
	STEP = PULSE_SECONDS * 1000000 / (PULSE_SAMPLES - 1),
};

void
pulse_init(
    struct pulse *p, struct store *store, const char *org, const struct job *only, const char *name)
{
	*p = (struct pulse){ .store = store, .org = org, .only = *only };
	if (only->id)
		vec_add(&p->jobs,
		    ((struct pulse_job){ .job = *only, .name = name ? xstrdup(name) : NULL }));
}

static void
forget_failure(struct pulse_failure *f)
{
	free(f->job);
	free(f->key);
	free(f->reason);
	*f = (struct pulse_failure){ 0 };
}

void
pulse_clear(struct pulse *p)
{
	for (size_t i = 0; i < p->jobs.len; i++)
		free(p->jobs.at[i].name);
	vec_clear(&p->jobs);
	for (int i = 0; i < PULSE_FAILURES; i++)
		forget_failure(&p->failures[i]);
}

int64_t
pulse_ended(const struct account_sums *sums)
{
	return sums->by[ACC_COMPLETED] + sums->by[ACC_FAILED] + sums->by[ACC_CANCELLED] +
	    sums->by[ACC_SKIPPED];
}

static struct pulse_job *
find(struct pulse *p, const struct job *job)
{
	for (size_t i = 0; i < p->jobs.len; i++)
		if (p->jobs.at[i].job.id == job->id &&
		    p->jobs.at[i].job.generation == job->generation)
			return &p->jobs.at[i];
	return NULL;
}

/* ---- the journal ---- */

struct reading {
	struct pulse *pulse;
	struct pulse_failure recent[RECENT]; /* a ring */
	size_t nrecent;
	struct err *err;
};

/* Before the first look: one has ended of some job. */
static int
note_end(struct pulse *p, const struct happening *h, struct err *err)
{
	struct standpoint at;
	struct pulse_job *job;
	int rc = execution_status(p->store, p->org, h->execution, &at, err);

	job = rc > 0 ? find(p, &at.job) : NULL;
	if (job && job->nsamples == 0)
		job->samples[job->nsamples++].time = clock_boot() - (clock_wall() - h->time);
	if (job)
		job->samples[0].ended--;
	return rc < 0 ? -1 : 0;
}

static int
note(const struct happening *h, void *ctx)
{
	struct reading *r = ctx;

	if (h->execution <= 0 || h->from == h->to || !state_is_final(h->to))
		return 0;
	if (h->to == ST_FAILED || h->to == ST_TIMEOUT)
		r->recent[r->nrecent++ % RECENT] = (struct pulse_failure){ .id = h->execution,
			.time = h->time };
	return r->pulse->begun ? 0 : note_end(r->pulse, h, r->err);
}

/* Keep it, if it is one of ours and nobody has run it again. */
static int
keep(struct pulse *p, struct pulse_failure *f, struct err *err)
{
	struct subject subject = { 0 };
	struct standpoint at;
	int rc = execution_status(p->store, p->org, f->id, &at, err);

	if (rc <= 0 || (at.status != ST_FAILED && at.status != ST_TIMEOUT))
		return rc;
	if (p->only.id && (at.job.id != p->only.id || at.job.generation != p->only.generation))
		return 0;
	rc = journal_subject(p->store, f->id, &subject, err);
	if (rc > 0)
		rc = dead_reason(p->store, f->id, &f->class, &f->reason, err);
	if (rc > 0) {
		f->job = subject.job;
		f->key = subject.key;
		subject.job = subject.key = NULL;
		forget_failure(&p->failures[p->nfailures % PULSE_FAILURES]);
		p->failures[p->nfailures++ % PULSE_FAILURES] = *f;
	}
	subject_clear(&subject);
	return rc;
}

static int
read_journal(struct pulse *p, struct err *err)
{
	struct reading r = { .pulse = p, .err = err };
	int64_t end = journal_end(p->store, err);

	if (end < 0)
		return -1;
	if (!p->begun)
		p->seq = journal_before(p->store, clock_wall() - PULSE_SECONDS * 1000000, err);
	if (p->seq < 0)
		return -1;
	if (p->seq < end - EVENTS)
		p->seq = end - EVENTS;
	p->seq = journal_each(p->store, p->seq, note, &r, err);
	if (p->seq < 0)
		return -1;
	for (size_t i = r.nrecent > RECENT ? r.nrecent - RECENT : 0; i < r.nrecent; i++)
		if (keep(p, &r.recent[i % RECENT], err) < 0)
			return -1;
	return 0;
}

/* ---- rates ---- */

/* From the oldest sample of the last minute to now. */
static void
measure(struct pulse_job *job, int64_t now)
{
	int64_t ended = pulse_ended(&job->sums), since, count;
	int n = job->nsamples;

	job->rate = 0;
	job->left = -1;
	if (n > 0) {
		since = now - job->samples[0].time;
		count = ended - job->samples[0].ended;
		if (since > 0 && count > 0)
			job->rate = (double)count * 1e6 / (double)since;
	}
	if (job->rate > 0)
		job->left = (double)(job->sums.submitted - ended) / job->rate;
	if (n > 0 && now - job->samples[n - 1].time < STEP)
		return;
	if (n == PULSE_SAMPLES) {
		memmove(job->samples, job->samples + 1, (size_t)(n - 1) * sizeof(*job->samples));
		n--;
	}
	job->samples[n].time = now;
	job->samples[n].ended = ended;
	job->nsamples = n + 1;
}

/* ---- jobs ---- */

/* They come the newest first: those after the first PULSE_JOBS are only counted. */
static int
meet(const struct census_job *live, void *ctx)
{
	struct pulse *p = ctx;
	bool wanted = p->only.id || p->met++ < PULSE_JOBS;
	struct pulse_job *job = wanted ? find(p, &live->job) : NULL;

	if (!job && p->only.id)
		return 0;
	if (!wanted) {
		p->more++;
		return 0;
	}
	if (!job) {
		vec_add(&p->jobs,
		    ((struct pulse_job){
			.job = live->job, .name = live->name ? xstrdup(live->name) : NULL }));
		job = &p->jobs.at[p->jobs.len - 1];
	}
	job->live = true;
	return 0;
}

static int
newest_first(const void *a, const void *b)
{
	const struct pulse_job *x = a, *y = b;

	if (x->job.id != y->job.id)
		return x->job.id < y->job.id ? 1 : -1;
	return y->job.generation - x->job.generation;
}

/* Forget what has ended a minute ago, and the oldest of too many. */
static void
forget(struct pulse *p, int64_t now)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->jobs.len; i++) {
		struct pulse_job *job = &p->jobs.at[i];

		if (job->live)
			job->died = 0;
		else if (!job->died)
			job->died = now;
		if (kept == PULSE_JOBS && job->live)
			p->more++;
		if (p->only.id ||
		    (kept < PULSE_JOBS &&
			(!job->died || now - job->died <= PULSE_SECONDS * 1000000)))
			p->jobs.at[kept++] = *job;
		else
			free(job->name);
	}
	p->jobs.len = kept;
}

int
pulse_look(struct pulse *p, struct err *err)
{
	int64_t now = clock_boot();

	for (size_t i = 0; i < p->jobs.len; i++)
		p->jobs.at[i].live = false;
	p->met = p->more = 0;
	if (census_live(p->store, p->org, meet, p, err) < 0 || read_journal(p, err) < 0)
		return -1;
	if (p->jobs.len > 0)
		qsort(p->jobs.at, p->jobs.len, sizeof(*p->jobs.at), newest_first);
	forget(p, now);
	for (size_t i = 0; i < p->jobs.len; i++) {
		struct pulse_job *job = &p->jobs.at[i];

		if (tally_read(
			p->store, p->org, job->job.id, job->job.generation, &job->sums, err) < 0)
			return -1;
		if (!p->begun && job->nsamples > 0) /* it counted down from what there is now */
			job->samples[0].ended += pulse_ended(&job->sums);
		measure(job, now);
	}
	p->begun = true;
	return 0;
}
