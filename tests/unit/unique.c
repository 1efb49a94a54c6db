/* SPDX-License-Identifier: MIT */
/* unique: what was seen is found by its name, in at most 48 bytes each. */
#include "dock/unique.h"

#include "base/buf.h"
#include "base/err.h"
#include "tap.h"

enum { MANY = 20000 };

int
main(void)
{
	struct unique *u = unique_new();
	struct buf name = BUF_INIT;
	struct err err = { 0 };
	size_t most = 0, before = 0;
	int wrong = 0;

	is_int(unique_find(u, "a", &name, &err), 0, "nothing is in an empty one");
	for (int i = 0; i < MANY; i++) {
		char key[16], given[32];

		snprintf(key, sizeof(key), "key %d", i);
		snprintf(given, sizeof(given), "molecule %d", i);
		wrong += unique_find(u, key, &name, &err) != 0;
		wrong += unique_add(u, key, given, &err) != 0;
		/* while it grows, the table before is there too */
		if (unique_memory(u) != before && i > 4096 &&
		    (unique_memory(u) + before) / unique_count(u) > most)
			most = (unique_memory(u) + before) / unique_count(u);
		before = unique_memory(u);
	}
	is_int(wrong, 0, "%d keys are new", MANY);
	ok(most > 0 && most <= 48, "%zu bytes each at most", most);
	for (int i = 0; i < MANY; i++) {
		char key[16], given[32];

		snprintf(key, sizeof(key), "key %d", i);
		snprintf(given, sizeof(given), "molecule %d", i);
		buf_reset(&name);
		wrong += unique_find(u, key, &name, &err) != 1 ||
		    strcmp(buf_str(&name), given) != 0;
	}
	is_int(wrong, 0, "each is found by its name");
	is_int((long long)unique_count(u), MANY, "count");
	buf_clear(&name);
	unique_free(u);
	unique_free(NULL);
	return done_testing();
}
