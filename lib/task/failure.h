/* SPDX-License-Identifier: MIT */
/* failure: why an execution failed, as a class that a rule or a person can act on. */
#ifndef TASK_FAILURE_H
#define TASK_FAILURE_H

enum failure {
	FAIL_NONE,
	FAIL_INPUT,      /* bad parameters, unreadable molecule */
	FAIL_ENGINE,     /* the program failed */
	FAIL_RESULT,     /* its output is not believable */
	FAIL_TIMEOUT,    /* it took too long */
	FAIL_MEMORY,     /* it needed too much memory */
	FAIL_SIGNAL,     /* a signal killed it */
	FAIL_LOST,       /* the worker or its host died */
	FAIL_SERVICE,    /* an HTTP service failed */
	FAIL_REJECTED,   /* it could not be started at all */
	FAIL_DEPENDENCY, /* what it waited for failed */
	FAIL_COUNT,
};

/* The word of a class; NULL for FAIL_NONE. */
const char *failure_name(enum failure failure);

/* The class of a word, or -1. */
int failure_find(const char *name);

/* All words joined by ", ", for messages. The caller frees. */
char *failure_list(void);

#endif
