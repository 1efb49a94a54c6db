/* SPDX-License-Identifier: MIT */
/*
 * bundle_submit: a bundle becomes executions.
 *
 * Each is inserted behind all it waits for, so how those stand is known, and with it its own
 * status; a row is written once. The dependencies follow in the order of their index.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/admit.h"
#include "cli/app.h"
#include "cli/bundle.h"
#include "cli/bundle_lane.h"
#include "cli/bundle_parts.h"
#include "cli/commit.h"
#include "store/store.h"
#include "task/key.h"
#include "task/receipt.h"

enum {
	PRINT_BYTES = 256 << 10,
	LANES_MAX = 64, /* whose counts are kept in memory */
};

struct submitting {
	struct bundle *b;
	const struct bundle_into *into;
	struct admission admission;
	VEC(struct await) awaits; /* of the line that is being submitted */
	size_t refused;
};

/* One waits for another. */
struct edge {
	int64_t upon, execution;
	enum rule rule;
};

/* How the executions stand that were there before. */
static int
look_at_others(struct submitting *s, struct err *err)
{
	struct bundle *b = s->b;

	for (size_t i = b->lines; i < b->given.len; i++) {
		struct vertex *v = &b->vertices.at[b->given.at[i]];
		struct standpoint stand;
		int rc = execution_status(s->into->store, b->app->org, v->id, &stand, err);

		if (rc < 0)
			return -1;
		if (rc == 0) {
			app_fail(b->app, EXIT_INPUT, "%s: there is no execution %lld",
			    b->vertices.at[v->namer].line->where, (long long)v->id);
			s->refused++;
			continue;
		}
		v->status = (unsigned char)stand.status;
	}
	return 0;
}

/* What a vertex waits for, into s->awaits. */
static void
gather(struct submitting *s, uint32_t at)
{
	const struct bundle *b = s->b;
	const struct span *span = &b->spans.at[at];

	s->awaits.len = 0;
	for (uint32_t i = span->first; i < span->first + span->count; i++) {
		const struct vertex *upon = &b->vertices.at[b->upon.at[i]];
		struct await await = { upon->id, (enum rule)b->rules.at[i],
			(enum status)upon->status };

		vec_add(&s->awaits, await);
	}
}

static int
submit_one(struct submitting *s, uint32_t at, struct err *err)
{
	struct bundle *b = s->b;
	struct vertex *v = &b->vertices.at[at];
	const struct line *line = v->line;
	struct submission sub = { .job = s->into->job,
		.task = bundle_lane_task(b, v->lane),
		.lane = bundle_lane_row(b, v->lane),
		.status = line->status,
		.class = line->class,
		.error = line->error,
		.not_before = v->not_before,
		.approval = v->hold };
	char why[DEPENDENCY_WHY];
	struct standing standing;
	int rc;

	gather(s, at);
	if (sub.status == ST_QUEUED)
		dependency_foresee(&sub, s->awaits.at, s->awaits.len, why);
	rc = admit_line(&s->admission, line, &sub, &standing, err);
	if (rc < 0)
		return -1;
	s->refused += rc == ADMIT_REFUSED;
	v->id = standing.id;
	v->status = (unsigned char)standing.status;
	v->created = standing.created;
	v->awaits = (uint32_t)sub.awaits;
	v->fresh = rc == ADMIT_NEW;
	v->whole = v->fresh && sub.key == line->key && sub.error == line->error &&
	    sub.status != ST_COMPLETED;
	return 0;
}

/* The keys of all, in the order in which they are submitted. */
static int
reserve(struct submitting *s, struct err *err)
{
	struct bundle *b = s->b;
	struct wish *wishes = xcalloc(b->lines + 1, sizeof(*wishes));
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < b->vertices.len; i++) {
		const struct vertex *v = &b->vertices.at[b->order[i]];

		if (v->line)
			wishes[n++] = (struct wish){ .task = bundle_lane_task(b, v->lane),
				.key = v->line->key,
				.derived = v->line->derived };
	}
	rc = key_reserve(s->into->store, &s->into->job, wishes, n, err);
	n = 0;
	for (size_t i = 0; i < b->vertices.len; i++) {
		struct line *line = b->vertices.at[b->order[i]].line;

		if (!line)
			continue;
		line->id = wishes[n].id;
		line->reserved = wishes[n++].taken;
	}
	free(wishes);
	return rc;
}

static int
submit_all(struct submitting *s, struct err *err)
{
	struct bundle *b = s->b;

	for (size_t i = 0; i < b->vertices.len; i++) {
		if (b->vertices.at[b->order[i]].line && submit_one(s, b->order[i], err) < 0)
			return -1;
		if (s->into->tally->lanes.len > LANES_MAX &&
		    tally_write_lanes(s->into->tally, s->into->store, err) < 0)
			return -1;
	}
	return 0;
}

static int
compare_edges(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->upon != y->upon)
		return x->upon < y->upon ? -1 : 1;
	return (x->execution > y->execution) - (x->execution < y->execution);
}

static int
submit_edges(struct submitting *s, struct err *err)
{
	const struct bundle *b = s->b;
	struct edge *edges = xcalloc(b->upon.len + 1, sizeof(*edges));
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < b->lines; i++) {
		uint32_t at = b->given.at[i];
		const struct vertex *v = &b->vertices.at[at];
		const struct span *span = &b->spans.at[at];

		for (uint32_t k = span->first; v->fresh && k < span->first + span->count; k++)
			edges[n++] = (struct edge){ b->vertices.at[b->upon.at[k]].id, v->id,
				(enum rule)b->rules.at[k] };
	}
	qsort(edges, n, sizeof(*edges), compare_edges);
	for (size_t i = 0; i < n && rc >= 0; i++)
		rc = dependency_add(
		    s->into->store, edges[i].execution, edges[i].upon, edges[i].rule, err);
	free(edges);
	return rc < 0 ? -1 : 0;
}

int
bundle_submit(struct bundle *b, const struct bundle_into *into, struct err *err)
{
	struct idset asked = { 0 };
	struct submitting s = { .b = b,
		.into = into,
		.admission = { .app = b->app,
		    .store = into->store,
		    .tally = into->tally,
		    .job_name = into->job_name,
		    .asked = &asked,
		    .no_cache = into->no_cache,
		    .miss = into->miss },
		.awaits = VEC_INIT };
	int rc = -1;

	if (look_at_others(&s, err) == 0 && s.refused == 0 &&
	    bundle_lanes_open(b, into->store, &into->job, err) == 0 && reserve(&s, err) == 0 &&
	    submit_all(&s, err) == 0 && s.refused == 0)
		rc = submit_edges(&s, err);
	if (s.refused > 0)
		err_set(err, ERR_INPUT, "nothing was submitted");
	admit_clear(&s.admission);
	idset_clear(&asked);
	vec_clear(&s.awaits);
	return rc;
}

/* ---- printing ---- */

struct printing {
	struct bundle *b;
	struct store *store;
	struct job job;
	struct receipt receipt;
	struct idset printed;
	struct buf text;
};

/* The record of what is whole: it need not be read. */
static int
add_receipt(struct printing *p, const struct vertex *v, struct err *err)
{
	const struct line *line = v->line;
	int64_t lane = bundle_lane_row(p->b, v->lane);
	struct submission sub = { .job = p->job,
		.key = line->key,
		.params = line->params,
		.params_len = line->params_len,
		.status = (enum status)v->status,
		.not_before = v->not_before,
		.awaits = v->awaits,
		.error = line->error };
	struct standing standing = { .id = v->id, .created = v->created };

	if (p->receipt.lane != lane) {
		receipt_clear(&p->receipt);
		if (receipt_init(&p->receipt, p->store, p->b->app->org, lane, err) < 0)
			return -1;
	}
	receipt_put(&p->receipt, &sub, &standing, &p->text);
	return 0;
}

static int
add_record(struct printing *p, const struct vertex *v, struct err *err)
{
	json_t *record;
	int rc;

	if (!idset_add(&p->printed, v->id))
		return 0;
	if (v->whole) {
		rc = add_receipt(p, v, err);
	} else {
		rc = execution_record(p->store, p->b->app->org, v->id, &record, err);
		if (rc <= 0)
			return rc;
		json_put(record, &p->text);
		json_decref(record);
	}
	buf_add_char(&p->text, '\n');
	app_count(p->b->app, state_is_failure((enum status)v->status));
	return rc < 0 ? -1 : 0;
}

/* The records from *at on, as many as fit. Nothing is read while stdout may block. */
static int
print_some(struct printing *p, size_t *at, struct err *err)
{
	int rc = store_read(p->store, err);

	buf_reset(&p->text);
	for (; *at < p->b->lines && p->text.len < PRINT_BYTES && rc == 0; (*at)++)
		rc = add_record(p, &p->b->vertices.at[p->b->given.at[*at]], err);
	store_read_end(p->store);
	return rc;
}

int
bundle_print(struct bundle *b, struct store *store, const struct job *job, struct err *err)
{
	struct printing p = { .b = b, .store = store, .job = *job };
	size_t at = 0;
	int rc = 0;
	bool gone = false;

	while (at < b->lines && rc == 0 && !gone) {
		rc = print_some(&p, &at, err);
		gone = fwrite(buf_str(&p.text), 1, p.text.len, stdout) < p.text.len;
	}
	if (gone || fflush(stdout) != 0)
		app_output_failed(b->app);
	receipt_clear(&p.receipt);
	idset_clear(&p.printed);
	buf_clear(&p.text);
	return rc;
}
