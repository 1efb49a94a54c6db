/* SPDX-License-Identifier: MIT */
/* sorter: records of one size put in order, whatever their number. */
#include "base/sorter.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/spool.h"
#include "base/vec.h"

enum { PIECE = 256 }; /* records of a run that are read at once */

/* Sorted records: those in memory, and behind them pieces in the spool. */
struct run {
	VEC(struct piece) pieces;
	size_t piece;    /* the next to read */
	struct buf here; /* records */
	size_t at;       /* the first of them that was not taken, in bytes */
};

struct sorter {
	size_t size;
	int (*compare)(const void *a, const void *b);
	struct spool *spool; /* NULL: all fits */
	struct buf added;    /* records that are in no run yet */
	struct run *runs;
	size_t nruns;
	size_t *heap; /* runs that have records, the one with the smallest first; NULL: adding */
	size_t nheap;
};

struct sorter *
sorter_new(size_t size, int (*compare)(const void *a, const void *b))
{
	struct sorter *s = xcalloc(1, sizeof(*s));

	s->size = size;
	s->compare = compare;
	return s;
}

void
sorter_free(struct sorter *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nruns; i++) {
		vec_clear(&s->runs[i].pieces);
		buf_clear(&s->runs[i].here);
	}
	free(s->runs);
	free(s->heap);
	buf_clear(&s->added);
	spool_close(s->spool);
	free(s);
}

/* What was added becomes a run. */
static struct run *
end_run(struct sorter *s)
{
	struct run *run;

	if (s->added.len > 0)
		qsort(s->added.data, s->added.len / s->size, s->size, s->compare);
	s->runs = xreallocarray(s->runs, s->nruns + 1, sizeof(*s->runs));
	run = &s->runs[s->nruns++];
	*run = (struct run){ 0 };
	return run;
}

static int
put_aside(struct sorter *s, struct err *err)
{
	struct run *run = end_run(s);
	size_t step = PIECE * s->size;

	if (!s->spool && !(s->spool = spool_open(err)))
		return -1;
	for (size_t at = 0; at < s->added.len; at += step) {
		size_t len = s->added.len - at < step ? s->added.len - at : step;
		struct piece piece;

		if (spool_add(s->spool, s->added.data + at, len, &piece, err) < 0)
			return -1;
		vec_add(&run->pieces, piece);
	}
	buf_reset(&s->added);
	return 0;
}

int
sorter_add(struct sorter *s, const void *record, struct err *err)
{
	if (s->added.len + s->size > SORTER_ROOM && put_aside(s, err) < 0)
		return -1;
	buf_add(&s->added, record, s->size);
	return 0;
}

/* ---- taking ---- */

static const void *
head(const struct sorter *s, size_t run)
{
	return s->runs[run].here.data + s->runs[run].at;
}

/* Has the run a record in memory now? 1, 0: it is at its end, -1. */
static int
refill(struct sorter *s, struct run *run, struct err *err)
{
	if (run->at < run->here.len)
		return 1;
	if (run->piece == run->pieces.len)
		return 0;
	buf_reset(&run->here);
	run->at = 0;
	return spool_read(s->spool, &run->pieces.at[run->piece++], &run->here, err) < 0 ? -1 : 1;
}

/* The run at i may be larger than those below it. */
static void
sink(struct sorter *s, size_t i)
{
	for (;;) {
		size_t least = i, run = s->heap[i];

		for (size_t child = 2 * i + 1; child < s->nheap && child <= 2 * i + 2; child++)
			if (s->compare(head(s, s->heap[child]), head(s, s->heap[least])) < 0)
				least = child;
		if (least == i)
			return;
		s->heap[i] = s->heap[least];
		s->heap[least] = run;
		i = least;
	}
}

static int
begin_merge(struct sorter *s, struct err *err)
{
	struct run *last = end_run(s);

	last->here = s->added; /* the last one stays where it is */
	s->added = (struct buf)BUF_INIT;
	s->heap = xcalloc(s->nruns, sizeof(*s->heap));
	for (size_t i = 0; i < s->nruns; i++) {
		int rc = refill(s, &s->runs[i], err);

		if (rc < 0)
			return -1;
		if (rc > 0)
			s->heap[s->nheap++] = i;
	}
	for (size_t i = s->nheap / 2; i-- > 0;)
		sink(s, i);
	return 0;
}

int
sorter_next(struct sorter *s, void *record, struct err *err)
{
	struct run *run;
	int rc;

	if (!s->heap && begin_merge(s, err) < 0)
		return -1;
	if (s->nheap == 0)
		return 0;
	run = &s->runs[s->heap[0]];
	memcpy(record, head(s, s->heap[0]), s->size);
	run->at += s->size;
	rc = refill(s, run, err);
	if (rc < 0)
		return -1;
	if (rc == 0)
		s->heap[0] = s->heap[--s->nheap];
	sink(s, 0);
	return 1;
}
