/* SPDX-License-Identifier: MIT */
/*
 * convert: many ligands through the chemistry programs at once.
 *
 * A ring of entries in input order, and as many slots as may work at once. A slot owns one
 * coprocess of each tool, started when first needed. The earliest entry that can go on gets the
 * next free slot for one question; so the first of the ring always moves, and nothing waits for
 * ever. At the gate (--unique) an entry waits until all earlier ones are past it, and until an
 * earlier one of the same parent has ended: the first that can be prepared is the one kept.
 */
#include "cli/convert.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "cli/chemistry.h"
#include "dock/unique.h"
#include "exec/coproc.h"

enum { RING = 8 }; /* entries per job */

struct entry {
	struct prep *prep;
	bool asked;   /* a slot works for it */
	bool passed;  /* the gate */
	double spent; /* seconds in tools */
};

struct slot {
	struct coproc *tools[TOOLS];
	struct coproc *busy; /* one of them, NULL: free */
	struct entry *entry;
	int64_t since;
};

struct convert {
	struct convert_options options;
	struct chemistry *chemistry;
	convert_done_fn *done;
	void *ctx;
	struct entry *ring;
	size_t room, first, count;
	struct slot *slots;
	struct unique *unique;
};

struct convert *
convert_open(
    const struct convert_options *options, convert_done_fn *done, void *ctx, struct err *err)
{
	struct convert *c = xcalloc(1, sizeof(*c));

	c->options = *options;
	c->done = done;
	c->ctx = ctx;
	c->chemistry = chemistry_find(&c->options.prep, err);
	if (!c->chemistry) {
		free(c);
		return NULL;
	}
	c->room = (size_t)options->jobs * RING;
	c->ring = xcalloc(c->room, sizeof(*c->ring));
	c->slots = xcalloc((size_t)options->jobs, sizeof(*c->slots));
	c->unique = unique_new();
	return c;
}

void
convert_free(struct convert *c)
{
	if (!c)
		return;
	for (int i = 0; i < c->options.jobs; i++)
		for (int t = 0; t < TOOLS; t++)
			coproc_free(c->slots[i].tools[t]);
	for (size_t i = 0; i < c->room; i++)
		prep_free(c->ring[i].prep);
	unique_free(c->unique);
	chemistry_free(c->chemistry);
	free(c->slots);
	free(c->ring);
	free(c);
}

const struct prep_options *
convert_prep(const struct convert *c)
{
	return &c->options.prep;
}

static struct entry *
entry_at(struct convert *c, size_t i)
{
	return &c->ring[(c->first + i) % c->room];
}

/* Is an earlier entry still short of the gate, or on its way with the same parent? */
static bool
must_wait(struct convert *c, size_t index)
{
	const char *key = prep_key(entry_at(c, index)->prep);

	for (size_t i = 0; i < index; i++) {
		const struct entry *e = entry_at(c, i);
		const char *other = prep_key(e->prep);

		if (prep_next(e->prep) == PREP_DONE && !e->passed)
			continue;
		if (!e->passed)
			return true;
		if (prep_next(e->prep) != PREP_DONE && other && strcmp(other, key) == 0)
			return true;
	}
	return false;
}

/* 1: it may go on (or was skipped), 0: not yet. */
static int
pass_gate(struct convert *c, size_t index, struct err *err)
{
	struct entry *e = entry_at(c, index);
	struct buf kept = BUF_INIT;
	int seen = 0;

	if (c->options.unique) {
		if (must_wait(c, index))
			return 0;
		seen = unique_find(c->unique, prep_key(e->prep), &kept, err);
	}
	if (seen > 0)
		prep_skip(e->prep, buf_str(&kept));
	else if (seen == 0)
		prep_pass(e->prep);
	e->passed = true;
	/* a PDBQT ligand is done behind the gate */
	if (seen == 0 && prep_next(e->prep) == PREP_DONE && c->options.unique &&
	    prep_outcome(e->prep) == PREP_PREPARED)
		seen = unique_add(c->unique, prep_key(e->prep), prep_name(e->prep), err);
	buf_clear(&kept);
	return seen < 0 ? -1 : 1;
}

/* The earliest entry that can use a slot. NULL: none. -1 through *rc. */
static struct entry *
find_work(struct convert *c, int *rc, struct err *err)
{
	for (size_t i = 0; i < c->count; i++) {
		struct entry *e = entry_at(c, i);

		if (!e->asked && prep_next(e->prep) == PREP_GATE &&
		    (*rc = pass_gate(c, i, err)) < 0)
			return NULL;
		if (!e->asked && prep_next(e->prep) == PREP_ASK)
			return e;
	}
	return NULL;
}

static struct slot *
free_slot(struct convert *c)
{
	for (int i = 0; i < c->options.jobs; i++)
		if (!c->slots[i].busy)
			return &c->slots[i];
	return NULL;
}

static struct coproc *
tool_of(struct convert *c, struct slot *s, enum prep_tool tool)
{
	if (!s->tools[tool])
		s->tools[tool] = coproc_new(chemistry_spec(c->chemistry, tool));
	return s->tools[tool];
}

static void
fail_tool(struct entry *e, enum coproc_fault fault, const char *why)
{
	static const char *const classes[] = {
		[COPROC_LATE] = "timeout", [COPROC_CRASHED] = "signal", [COPROC_BROKEN] = "engine"
	};
	char *reason = xasprintf("%s: %s", tool_name(prep_tool(e->prep)), why);

	prep_fail(e->prep, classes[fault], reason);
	free(reason);
}

static int
ask(struct convert *c, struct slot *s, struct entry *e, struct err *err)
{
	double left = c->options.limit - e->spent;
	struct coproc *tool;
	struct buf request = BUF_INIT;
	int rc;

	if (left <= 0) {
		fail_tool(e, COPROC_LATE, "timed out");
		return 0;
	}
	tool = tool_of(c, s, prep_tool(e->prep));
	prep_request(e->prep, &request);
	rc = coproc_ask(tool, request.data, request.len, left, err);
	buf_clear(&request);
	if (rc < 0)
		return -1;
	s->busy = tool;
	s->entry = e;
	s->since = clock_boot();
	e->asked = true;
	return 0;
}

/* Take the answer of a slot that has one. */
static int
collect(struct convert *c, struct slot *s, struct err *err)
{
	struct entry *e = s->entry;
	const char *text;
	size_t len;

	size_t finished = prep_finished(e->prep);

	e->asked = false;
	e->spent += (double)(clock_boot() - s->since) / 1e6;
	if (coproc_state(s->busy) == COPROC_ANSWERED) {
		text = coproc_answer(s->busy, &len);
		if (!prep_answer(e->prep, text, len))
			coproc_stop(s->busy);
	} else {
		fail_tool(e, coproc_fault(s->busy), coproc_why(s->busy));
	}
	s->busy = NULL;
	if (prep_finished(e->prep) > finished)
		e->spent = 0;
	if (!c->options.unique || prep_next(e->prep) != PREP_DONE ||
	    prep_outcome(e->prep) != PREP_PREPARED)
		return 0;
	return unique_add(c->unique, prep_key(e->prep), prep_name(e->prep), err);
}

static int
give(struct convert *c, const struct prep *p, struct err *err)
{
	for (size_t i = 0; i < prep_records(p); i++) {
		enum prep_outcome outcome;
		json_t *record = prep_record(p, i, &outcome);

		if (c->done(c->ctx, record, outcome, err) < 0)
			return -1;
	}
	return 0;
}

static int
hand_out(struct convert *c, struct err *err)
{
	while (c->count > 0) {
		struct entry *e = entry_at(c, 0);

		if (prep_next(e->prep) != PREP_DONE)
			return 0;
		if (give(c, e->prep, err) < 0)
			return -1;
		prep_free(e->prep);
		*e = (struct entry){ 0 };
		c->first = (c->first + 1) % c->room;
		c->count--;
	}
	return 0;
}

/* Start what can be started, wait for one answer at least, hand out what is done. */
static int
work(struct convert *c, struct err *err)
{
	struct coproc **busy = xcalloc((size_t)c->options.jobs, sizeof(struct coproc *));
	struct slot *s;
	struct entry *e;
	int rc = 0;

	while (rc >= 0 && (s = free_slot(c)) && (e = find_work(c, &rc, err)))
		rc = ask(c, s, e, err);
	for (int i = 0; i < c->options.jobs; i++)
		busy[i] = c->slots[i].busy;
	if (rc >= 0)
		rc = coproc_wait(busy, (size_t)c->options.jobs, -1, err);
	for (int i = 0; rc >= 0 && i < c->options.jobs; i++)
		if (busy[i] && coproc_state(busy[i]) != COPROC_BUSY)
			rc = collect(c, &c->slots[i], err);
	free(busy);
	return rc < 0 ? -1 : hand_out(c, err);
}

int
convert_put(struct convert *c, const json_t *record, const char *text, size_t len, const char *why,
    struct err *err)
{
	struct entry *e;

	while (c->count == c->room)
		if (work(c, err) < 0)
			return -1;
	e = entry_at(c, c->count++);
	e->prep = prep_new(record, text, len, &c->options.prep, why);
	return hand_out(c, err);
}

int
convert_finish(struct convert *c, struct err *err)
{
	while (c->count > 0)
		if (work(c, err) < 0)
			return -1;
	return 0;
}
