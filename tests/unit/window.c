/* SPDX-License-Identifier: MIT */
/* window: requests are found whatever the order, and late when they must be. */
#include "exec/window.h"

#include "tap.h"

static void
test_order(void)
{
	struct window *w = window_new(3);
	char a, b, c;
	void *owner = NULL;
	int64_t id;
	bool alone;

	is_int((long long)window_most(w), 3, "room for three");
	ok(!window_take(w, &id, &owner, &alone), "none is out");
	ok(!window_oldest(w), "and there is no oldest");
	window_add(w, 8, &a, 10, 0);
	window_add(w, 16, &b, 10, 0); /* of the same bucket */
	window_add(w, -1, &c, 10, 0);
	is_int((long long)window_count(w), 3, "three are out");
	ok(window_oldest(w) == &a, "the first is the oldest");
	ok(!window_answer(w, 24, 1, &owner), "one that is not");
	ok(window_answer(w, 16, 1, &owner) && owner == &b, "the second is answered");
	ok(!window_answer(w, 16, 1, &owner), "once");
	window_add(w, 16, &b, 10, 2);
	ok(window_take(w, &id, &owner, &alone) && id == 8 && owner == &a && !alone, "the oldest");
	ok(window_take(w, &id, &owner, &alone) && id == -1 && owner == &c && !alone, "the next");
	ok(window_take(w, &id, &owner, &alone) && id == 16 && owner == &b && !alone, "the newest");
	ok(!window_take(w, &id, &owner, &alone), "no more");
	window_add(w, 1, &a, 10, 0);
	ok(window_take(w, &id, &owner, &alone) && alone, "one alone");
	window_add(w, 1, &a, 10, 0);
	window_add(w, 2, &b, 10, 0);
	ok(window_answer(w, 2, 0, &owner), "one of two is answered");
	ok(window_take(w, &id, &owner, &alone) && id == 1 && !alone, "the other was not alone");
	window_free(w);
	window_free(NULL);
}

/* Many of them, added and answered in a jumble, against a plain array. */
static void
test_many(void)
{
	enum { MOST = 100, IDS = 400 };
	struct window *w = window_new(MOST);
	bool out[IDS] = { false };
	unsigned random = 1;
	size_t count = 0;
	int wrong = 0;
	void *owner;

	for (int i = 0; i < 20000; i++) {
		size_t id;

		random = random * 1103515245 + 12345;
		id = random / 65536 % IDS;
		if (!out[id] && count < MOST && i % 3) {
			window_add(w, (int64_t)id * 7, &out[id], 1000, i);
			out[id] = true;
			count++;
			continue;
		}
		if (window_answer(w, (int64_t)id * 7, i, &owner) != out[id])
			wrong++;
		if (out[id] && owner != &out[id])
			wrong++;
		count -= out[id];
		out[id] = false;
	}
	is_int(wrong, 0, "each answer finds its request");
	is_int((long long)window_count(w), (long long)count, "none is lost");
	window_free(w);
}

static void
test_late(void)
{
	struct window *w = window_new(4);
	void *owner;
	int64_t id;
	bool alone;

	ok(window_next_look(w) == INT64_MAX && !window_is_late(w, INT64_MAX - 1), "nothing out");
	window_add(w, 1, NULL, 100, 1000);
	is_int(window_next_look(w), 1100, "one alone has its own limit");
	ok(!window_is_late(w, 1099) && window_is_late(w, 1100), "not before, but then");
	window_add(w, 2, NULL, 50, 1020);
	ok(window_is_late(w, 1100), "the first is late whatever the second");
	ok(window_answer(w, 1, 1090, &owner), "answered in time");
	ok(!window_is_late(w, 1139), "the second may only have begun then");
	ok(window_is_late(w, 1140), "but has its own limit");
	ok(window_answer(w, 2, 1140, &owner), "answered");
	is_int(window_next_look(w), INT64_MAX, "nothing out again");

	/* one hangs while the others go on: late when its limit and those before it have passed */
	window_add(w, 1, NULL, 100, 0);
	window_add(w, 2, NULL, 100, 0);
	window_answer(w, 1, 50, &owner);
	for (int i = 1; i < 4; i++) {
		window_add(w, 10 + i, NULL, 100, 60 * i);
		ok(i == 3 || !window_is_late(w, 60 * i + 39), "others are answered");
		window_answer(w, 10 + i, 60 * i + 39, &owner);
	}
	ok(!window_is_late(w, 199) && window_is_late(w, 200), "the one that hangs is late");
	ok(window_take(w, &id, &owner, &alone) && id == 2, "and is the oldest");

	/* the longest limit counts while nobody answers */
	window_add(w, 1, NULL, 10, 0);
	window_add(w, 2, NULL, 500, 0);
	ok(window_is_late(w, 10), "the first was sent to one that was idle");
	window_take(w, &id, &owner, &alone);
	ok(!window_is_late(w, 499), "the second is in time");
	ok(window_is_late(w, 510), "and too late");
	window_free(w);
}

int
main(void)
{
	test_order();
	test_many();
	test_late();
	return done_testing();
}
