/* SPDX-License-Identifier: MIT */
/* failure: the names of failure classes. */
#include "task/failure.h"

#include <assert.h>

#include "base/strtab.h"

static const char *const names[] = {
	[FAIL_INPUT] = "input",
	[FAIL_ENGINE] = "engine",
	[FAIL_RESULT] = "result",
	[FAIL_TIMEOUT] = "timeout",
	[FAIL_MEMORY] = "memory",
	[FAIL_SIGNAL] = "signal",
	[FAIL_LOST] = "lost",
	[FAIL_SERVICE] = "service",
	[FAIL_REJECTED] = "rejected",
	[FAIL_DEPENDENCY] = "dependency",
};

static_assert(sizeof(names) / sizeof(*names) == FAIL_COUNT, "a name for every failure class");

const char *
failure_name(enum failure failure)
{
	return names[failure];
}

int
failure_find(const char *name)
{
	return strtab_find(names, FAIL_COUNT, name);
}

char *
failure_list(void)
{
	return strtab_list(names, FAIL_COUNT);
}
