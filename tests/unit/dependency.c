/* SPDX-License-Identifier: MIT */
/* dependency: which end keeps which rule, and what becomes of a submission that waits. */
#include "task/dependency.h"

#include "base/clock.h"
#include "tap.h"
#include "task/execution.h"

/* For each status that is an end: are ok, any and fail kept? */
static const struct {
	enum status status;
	bool kept[RULE_COUNT];
} ends[] = {
	{ ST_COMPLETED, { true, true, false } },
	{ ST_FAILED, { false, true, true } },
	{ ST_TIMEOUT, { false, true, true } },
	{ ST_CANCELLED, { false, true, false } },
	{ ST_SKIPPED, { false, true, false } },
};

/* What it waits for, as pairs of a rule and a status; the rest of the submission; what comes. */
static const struct {
	const char *waits;
	bool approval, later;
	const char *status;
	int awaits;
	int broken; /* which of them is told, counted from 1; 0: none */
} vectors[] = {
	{ "", false, false, "queued", 0, 0 },
	{ "", true, false, "held", 0, 0 },
	{ "", false, true, "scheduled", 0, 0 },
	{ "", true, true, "held", 0, 0 },
	{ "ok completed", false, false, "queued", 0, 0 },
	{ "ok completed any failed fail timeout", false, true, "scheduled", 0, 0 },
	{ "ok queued", false, false, "blocked", 1, 0 },
	{ "ok queued", true, true, "blocked", 1, 0 },
	{ "ok queued any completed fail running any held", false, false, "blocked", 3, 0 },
	{ "ok failed", false, false, "skipped", 0, 1 },
	{ "ok queued fail completed ok skipped", true, false, "skipped", 0, 2 },
	{ "fail cancelled", false, true, "skipped", 0, 1 },
	{ "any skipped", false, false, "queued", 0, 0 },
};

static size_t
read_waits(const char *text, struct await *awaits)
{
	char rule[8], status[16];
	size_t n = 0;
	int used;

	for (; sscanf(text, "%7s %15s%n", rule, status, &used) == 2; text += used, n++)
		awaits[n] = (struct await){ (int64_t)n + 1, (enum rule)rule_find(rule),
			(enum status)state_find(status) };
	return n;
}

static void
test_foresee(size_t i)
{
	struct submission sub = { .status = ST_QUEUED,
		.approval = vectors[i].approval,
		.not_before = vectors[i].later ? clock_wall() + 3600000000 : 0 };
	struct await awaits[8];
	size_t n = read_waits(vectors[i].waits, awaits);
	char why[DEPENDENCY_WHY], wanted[DEPENDENCY_WHY];
	int broken = vectors[i].broken;

	dependency_foresee(&sub, awaits, n, why);
	is_str(state_name(sub.status), vectors[i].status, "status %zu: %s", i, vectors[i].waits);
	is_int(sub.awaits, vectors[i].awaits, "awaits %zu", i);
	if (!broken) {
		ok(!sub.error && sub.class == FAIL_NONE, "no error %zu", i);
		return;
	}
	snprintf(wanted, sizeof(wanted),
	    "{\"class\":\"dependency\",\"reason\":\"execution %d is %s\",\"execution\":%d}", broken,
	    state_name(awaits[broken - 1].status), broken);
	is_str(sub.error, wanted, "error %zu", i);
	is_int(sub.class, FAIL_DEPENDENCY, "class %zu", i);
}

int
main(void)
{
	static const char *const words[] = { "ok", "any", "fail" };

	for (int rule = 0; rule < RULE_COUNT; rule++) {
		is_str(rule_name((enum rule)rule), words[rule], "word of rule %d", rule);
		is_int(rule_find(words[rule]), rule, "rule of %s", words[rule]);
		for (size_t i = 0; i < COUNT(ends); i++)
			is_int(rule_is_kept((enum rule)rule, ends[i].status), ends[i].kept[rule],
			    "%s kept by %s", words[rule], state_name(ends[i].status));
	}
	is_int(rule_find("OK"), -1, "no such rule");
	for (size_t i = 0; i < COUNT(vectors); i++)
		test_foresee(i);
	return done_testing();
}
