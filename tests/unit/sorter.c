/* SPDX-License-Identifier: MIT */
/* sorter: everything comes back once and in order, from memory and from runs. */
#include "base/sorter.h"

#include <stdint.h>

#include "base/err.h"
#include "tap.h"

struct item {
	uint64_t key;
	uint32_t number;
	char more[12];
};

static int
by_key(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static uint64_t
random_key(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* What the keys are of so many items. */
enum order { RANDOM, RISING, FALLING, EQUAL };

static void
test(size_t count, enum order order)
{
	struct sorter *s = sorter_new(sizeof(struct item), by_key);
	uint64_t seed = count, sum = 0, back = 0;
	struct item item = { 0 }, before = { 0 };
	struct err err = { 0 };
	size_t n = 0, wrong = 0;
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		item.key = order == RANDOM ? random_key(&seed)
		    : order == RISING      ? i
		    : order == FALLING     ? count - i
					   : 7;
		item.number = (uint32_t)i;
		sum += item.key * 31 + i;
		rc = sorter_add(s, &item, &err);
	}
	is_int(rc, 0, "%zu are added %s", count, err.text);
	while ((rc = sorter_next(s, &item, &err)) > 0) {
		wrong += n++ > 0 && by_key(&before, &item) >= 0;
		back += item.key * 31 + item.number;
		before = item;
	}
	is_int(rc, 0, "it ends well %s", err.text);
	is_int(sorter_next(s, &item, &err), 0, "and stays so");
	is_int((long long)n, (long long)count, "as many come back");
	is_int((long long)wrong, 0, "in order");
	ok(back == sum, "each once");
	sorter_free(s);
}

int
main(void)
{
	size_t run = SORTER_ROOM / sizeof(struct item);
	size_t counts[] = { 0, 1, 2, 255, 256, 257, run - 1, run, run + 1, 3 * run, 7 * run + 100 };

	for (size_t i = 0; i < COUNT(counts); i++)
		test(counts[i], RANDOM);
	test(2 * run + 5, RISING);
	test(2 * run + 5, FALLING);
	test(2 * run + 5, EQUAL);
	sorter_free(NULL);
	return done_testing();
}
