/* SPDX-License-Identifier: MIT */
/* vigil: silence is what was heard, whatever the clocks say. */
#include "task/vigil.h"

#include "base/alloc.h"
#include "tap.h"

#define SECOND INT64_C(1000000)

int
main(void)
{
	static const struct {
		int64_t worker, heartbeat, now; /* seconds */
		bool silent;
		const char *why;
	} vectors[] = {
		{ 1, 5000, 10, false, "never seen before" },
		{ 1, 5000, 20, false, "the same for 10 s" },
		{ 1, 5000, 35, false, "for 25 s" },
		{ 2, 1, 35, false, "another one" },
		{ 1, 5000, 50, false, "for 40 s" },
		{ 1, 5000, 65, false, "for 55 s" },
		{ 1, 5000, 69, false, "for 59 s" },
		{ 1, 5000, 70, true, "for a minute" },
		{ 1, 5010, 71, false, "it lives" },
		{ 1, 1410, 80, false, "its clock was set back by an hour: it lives" },
		{ 1, 5020, 90, false, "and forward again" },
		{ 1, 5020, 4000, false, "we slept for an hour, as it may have" },
		{ 1, 5020, 4015, false, "30 s" },
		{ 1, 5020, 4030, false, "45 s" },
		{ 1, 5020, 4045, true, "a minute" },
		{ 2, 1, 4045, false, "each has its own time" },
	};
	struct vigil *vigil = vigil_new();

	for (size_t i = 0; i < COUNT(vectors); i++)
		is_int(vigil_is_silent(vigil, vectors[i].worker, vectors[i].heartbeat * SECOND,
			   vectors[i].now * SECOND, 60 * SECOND),
		    vectors[i].silent, "%s", vectors[i].why);
	vigil_free(vigil);
	vigil_free(NULL);
	return done_testing();
}
