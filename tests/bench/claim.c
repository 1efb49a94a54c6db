/* SPDX-License-Identifier: MIT */
/*
 * usage: claim STATE [COUNT]
 * What claiming COUNT (64) executions costs: the median of 21 claims, each rolled back. Prints
 * microseconds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/store.h"
#include "task/claim.h"
#include "task/workers.h"

enum { ROUNDS = 21 };

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
fail(const struct err *err)
{
	fprintf(stderr, "claim: %s\n", err->text);
	return 1;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct store *store = argc > 1 ? store_open(argv[1], 0, &err) : NULL;
	int count = argc > 2 ? atoi(argv[2]) : 64;
	const char *org = getenv("DOCKLINE_ORG");
	struct claim_scope scope = { .org = org ? org : getenv("USER") };
	int64_t times[ROUNDS];

	if (!store)
		return fail(&err);
	for (int i = 0; i < ROUNDS; i++) {
		struct tally tally = TALLY_INIT;
		struct work *works = NULL, **tail = &works, *work;
		int64_t begin;
		int n;

		if (store_begin(store, &err) < 0)
			return fail(&err);
		scope.book = lane_book_new();
		scope.worker = worker_enter(store, &(struct worker_entry){ .org = org }, &err);
		begin = clock_boot();
		n = claim_take(store, &scope, count, &tally, &tail, &err);
		times[i] = clock_boot() - begin;
		store_rollback(store);
		if (n != count) {
			fprintf(stderr, "claim: %d of %d claimed: %s\n", n, count, err.text);
			return 1;
		}
		while ((work = works)) {
			works = work->next;
			work_free(work);
		}
		lane_book_free(scope.book);
		tally_clear(&tally);
	}
	store_close(store);
	qsort(times, ROUNDS, sizeof(*times), compare);
	printf("%lld\n", (long long)times[ROUNDS / 2]);
	return 0;
}
