/* SPDX-License-Identifier: MIT */
/*
 * rules: what a task asks of those who run it, besides its command, its time and its room.
 *
 *	priority: high			task/priority.h
 *	queue: gpu			only workers that serve it take its executions
 *	limits: {licence: 1}		taken from what a worker was given of them
 *	rate: 10/s			task/rate.h
 *	breaker: {failures: 5, pause: 60s}	task/breaker.h
 *	cache: true			task/caching.h
 *	cost: .atoms * .torsions	task/longest.h
 *	container: {image: vina.sif, runtime: apptainer, network: none}
 *	hooks: {before: [prog, arg], after: [...], on_failure: [...]}	cli/hook.h, cli/errand.h
 */
#ifndef TASK_RULES_H
#define TASK_RULES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "task/breaker.h"
#include "task/caching.h"
#include "task/rate.h"

struct faults;

/* A named limit, and how much of it one execution takes. */
struct rules_limit {
	const char *name;
	int count;
};

/* Texts are borrowed from the definition. */
struct rules {
	int priority;      /* of its executions, unless they say their own */
	const char *queue; /* NULL: none */
	struct rules_limit *limits;
	size_t nlimits;
	struct rate rate; /* limit 0: none */
	struct breaker_policy breaker;
	struct caching cache;
	const char *cost; /* an expression of jq, NULL: none */
	struct {
		const char *image;   /* NULL: no container */
		const char *runtime; /* apptainer, podman, docker; NULL: the first there is */
		const char *network; /* none, host; NULL: none */
	} container;
	struct {
		char **before, **after, **on_failure; /* argument vectors, NULL: none */
	} hooks;
};

/* Read the members of service_config that are rules, into a zero-initialised struct; pointer is
 * where it stands. Faults go to f; what is absent has its default. */
void rules_read(struct rules *rules, const char *pointer, const json_t *service, struct faults *f);

void rules_clear(struct rules *rules);

/* The names of those members, for the list of what there is. */
#define RULES_MEMBERS \
	"priority", "queue", "limits", "rate", "breaker", "cache", "cost", "container", "hooks"

#endif
