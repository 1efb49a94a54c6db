/* SPDX-License-Identifier: MIT */
/* idset: members, marks and what is left. */
#include "cli/idset.h"

#include "base/vec.h"
#include "tap.h"

struct seen {
	VEC(int64_t) ids;
	int stop_after;
};

static int
note(int64_t id, void *ctx)
{
	struct seen *seen = ctx;

	vec_add(&seen->ids, id);
	return seen->stop_after && (int)seen->ids.len == seen->stop_after ? 7 : 0;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The unmarked members are exactly these. */
static void
unmarked_are(const struct idset *set, const int64_t *want, size_t count, const char *what)
{
	struct seen seen = { VEC_INIT, 0 };

	is_int(idset_unmarked(set, note, &seen), 0, "%s: all seen", what);
	is_int((long long)seen.ids.len, (long long)count, "%s: so many", what);
	if (seen.ids.len == count && count) {
		qsort(seen.ids.at, count, sizeof(*seen.ids.at), by_value);
		ok(memcmp(seen.ids.at, want, count * sizeof(*want)) == 0, "%s: these", what);
	}
	vec_clear(&seen.ids);
}

int
main(void)
{
	static const int64_t ids[] = { 1, 2, 63, 64, 65, 4095, 4096, 4097, 1000000,
		INT64_C(1) << 40 };
	static const int64_t left[] = { 2, 63, 64, 65, 4095, 4097, 1000000, INT64_C(1) << 40 };
	struct seen seen = { VEC_INIT, 3 };
	struct idset set = { 0 };

	unmarked_are(&set, NULL, 0, "empty");
	ok(!idset_has(&set, 1) && !idset_mark(&set, 1), "nothing is in an empty set");
	for (size_t i = 0; i < COUNT(ids); i++)
		ok(idset_add(&set, ids[i]), "%lld is new", (long long)ids[i]);
	for (size_t i = 0; i < COUNT(ids); i++)
		ok(!idset_add(&set, ids[i]) && idset_has(&set, ids[i]), "%lld is there",
		    (long long)ids[i]);
	ok(!idset_has(&set, 3) && !idset_has(&set, 0) && !idset_has(&set, 4098), "others are not");
	is_int(set.count, COUNT(ids), "count");
	unmarked_are(&set, ids, COUNT(ids), "none is marked");
	ok(idset_mark(&set, 1) && idset_mark(&set, 4096), "two are marked");
	ok(!idset_mark(&set, 1), "not twice");
	ok(!idset_mark(&set, 3), "only members");
	is_int(set.marked, 2, "marked");
	unmarked_are(&set, left, COUNT(left), "the rest");
	is_int(idset_unmarked(&set, note, &seen), 7, "what the function returned");
	is_int((long long)seen.ids.len, 3, "and it stopped there");
	vec_clear(&seen.ids);
	idset_clear(&set);
	is_int(set.count + set.marked, 0, "cleared");
	for (int64_t id = 1; id <= 100000; id++)
		idset_add(&set, id);
	for (int64_t id = 1; id <= 100000; id++)
		idset_mark(&set, id);
	is_int(set.count - set.marked, 0, "a run of a hundred thousand");
	unmarked_are(&set, NULL, 0, "all are marked");
	idset_clear(&set);
	return done_testing();
}
