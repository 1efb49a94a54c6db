/* SPDX-License-Identifier: MIT */
/*
 * service: a place where a task is served over HTTP, and what is known of it.
 *
 *	service: dock-a			its name
 *	task: rest-docking		what it serves, all versions of it
 *	url: http://10.0.0.7:8000	the path of the interface spec comes behind it
 *	rate: 10/s			task/rate.h, for all workers together
 *	breaker: {failures: 5, pause: 60s}	task/breaker.h
 *
 * and the members of task/endpoint.h. A task brings the service task-NAME along.
 */
#ifndef TASK_SERVICE_H
#define TASK_SERVICE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "task/breaker.h"
#include "task/endpoint.h"
#include "task/fault.h"
#include "task/rate.h"

struct err;
struct store;
struct task;

enum service_health { SERVICE_UNKNOWN, SERVICE_HEALTHY, SERVICE_UNHEALTHY, SERVICE_HEALTHS };

enum { SERVICE_CAUSE = 400 };

/* What workers found out, as it stands in the state. */
struct service_state {
	enum service_health health;
	int streak;      /* checks in a row that say otherwise */
	int64_t checked; /* microseconds since 1970, 0: never */
	int64_t rests;   /* until then; 0: it does not */
	struct breaker breaker;
	struct bucket bucket;
	char cause[SERVICE_CAUSE]; /* "": none */
	json_t *models;            /* NULL: not known */
	int64_t answered, failed;  /* requests */
};

struct service {
	int64_t row; /* 0: not in the state */
	const char *name, *task, *url;
	json_t *definition; /* owns all that is borrowed */
	struct endpoint endpoint;
	struct rate rate;
	struct breaker_policy breaker;
	bool added; /* by hand: it did not come with its task */
	struct service_state state;
};

/* Check a definition and fill in a service; it keeps a reference. NULL with the first fault. */
struct service *service_parse(json_t *definition, struct err *err);
/* How many faults, all of them reported to fn (NULL: none). */
int service_lint(json_t *definition, fault_fn *fn, void *ctx);
void service_free(struct service *service);

/* The service that comes with a task, its definition; the caller's. */
json_t *service_of_task(const struct task *task);

/* ---- in the state, within a transaction ---- */

/* 1 new, or changed; 0 the same was there already. Another definition under that name is refused
 * unless replace; what is known of the service is forgotten then. Sets row. */
int service_add(
    struct store *store, const char *org, struct service *service, bool replace, struct err *err);

/* The service that comes with a task is there, unless it was taken away since. 0 or -1. */
int service_keep(struct store *store, const char *org, const struct task *task, struct err *err);

/* Of the versions of a task this is the newest now: if the service that came with it is there, it
 * is that of this version. 0 or -1. */
int service_follow(struct store *store, const char *org, const struct task *task, struct err *err);

/* 1; 0: there is none of that name; -1. */
int service_remove(struct store *store, const char *org, const char *name, struct err *err);

/* Each service of a task (NULL: of all) in the order they came; fn borrows it and may take it by
 * setting *service to NULL. It returns 0 to go on, or -1 with err. */
typedef int service_fn(struct service **service, void *ctx, struct err *err);
int service_each(struct store *store, const char *org, const char *task, service_fn *fn, void *ctx,
    struct err *err);

/* The service that came with a task goes with the last version of it. 0 or -1. */
int service_forget(struct store *store, const char *org, const char *task, struct err *err);

/* Write what is known, or only what was counted: answered and failed are added to what is there. 0
 * or -1. */
int service_write(struct store *store, const struct service *service, struct err *err);
int service_count(struct store *store, const struct service *service, struct err *err);

/* Read only what is known anew. 1; 0: it is gone; -1. */
int service_look(struct store *store, struct service *service, struct err *err);

/* Whoever gets 1 is to check its health now; 0: somebody did, not so long ago. */
int service_claim_check(
    struct store *store, const struct service *service, int64_t now, struct err *err);

/* ---- what is known ---- */

/* A health check said it is well, or why not (NULL: it is). Whether its health changed: where it
 * was not known, the first that says it is well makes it so. */
bool service_checked(struct service *service, const char *why);

/* Does it offer all of the words? Where its models are not known yet it may. */
bool service_offers(const struct service *service, const json_t *words);

/* "unknown", "healthy", "unhealthy". */
const char *service_health_name(enum service_health health);

/* The record that taskreg prints. The caller owns it. */
json_t *service_record(const struct service *service);

#endif
