/* SPDX-License-Identifier: MIT */
/* place: the same for ever, spread evenly, different for every scope. */
#include "store/place.h"

#include "tap.h"

static void
test_vectors(void)
{
	static const struct {
		int64_t job, generation, task;
		const char *text;
		int64_t place;
	} rows[] = {
		{ 1, 1, 1, "", INT64_C(7090977550934291038) },
		{ 1, 1, 1, "a", INT64_C(5309202980331959106) },
		{ 1, 1, 1, "lig-0001", INT64_C(5578678559697332706) },
		{ 1, 1, 1, "lig-00012", INT64_C(3323263019029054194) },
		{ 2, 1, 1, "a", INT64_C(6169694009832326966) },
		{ 1, 2, 1, "a", INT64_C(4706957732552039577) },
		{ 1, 1, 2, "a", INT64_C(1602348646400922715) },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		is_int(place_of(rows[i].job, rows[i].generation, rows[i].task, rows[i].text),
		    rows[i].place, "%d/%d/%d '%s'", (int)rows[i].job, (int)rows[i].generation,
		    (int)rows[i].task, rows[i].text);
	is_int(place_next(7), 8, "the next");
	is_int(place_next(INT64_MAX), 0, "behind the last comes the first");
}

/* Keys that differ in a digit fall evenly into 64 drawers. */
static void
test_spread(void)
{
	int drawers[64] = { 0 }, least = 1000000, most = 0;
	char key[32];

	for (int i = 0; i < 64000; i++) {
		snprintf(key, sizeof(key), "lig-%05d", i);
		drawers[place_of(1, 1, 1, key) >> 57]++;
	}
	for (size_t i = 0; i < COUNT(drawers); i++) {
		least = drawers[i] < least ? drawers[i] : least;
		most = drawers[i] > most ? drawers[i] : most;
	}
	ok(least > 850 && most < 1150, "drawers hold %d to %d of 1000", least, most);
}

int
main(void)
{
	test_vectors();
	test_spread();
	return done_testing();
}
