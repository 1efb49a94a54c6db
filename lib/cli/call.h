/* SPDX-License-Identifier: MIT */
/* call: one execution that is served over HTTP, and what a reply means for it (for calls.c). */
#ifndef CLI_CALL_H
#define CLI_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "cli/verdict.h"
#include "exec/headway.h"
#include "task/failure.h"

struct commit;
struct desk;
struct http;
struct http_call;
struct http_reply;
struct shape;
struct work;

/* Whose a request is: the first member of each. */
enum call_kind { CALL_WORK, CALL_CHECK, CALL_LEAVE };

struct call {
	enum call_kind kind;
	struct call *next, **at;
	struct work *work;
	struct commit *commit;
	struct shape *shape;
	json_t *params, *requires;
	struct desk *desk;        /* that has it; NULL: it waits for one */
	struct http_call *http;   /* what is out; NULL: nothing */
	char *fault;              /* why the last of those could not be, NULL: there is none */
	VEC(struct desk *) tried; /* that could not be connected, in this attempt */
	int64_t wakes;            /* it rests until then, by clock_boot */
	int64_t deadline;         /* when its time is over; 0: it has not begun */
	double limit;             /* seconds it may take */
	int rests;                /* how often it was told to wait */
	char *url;                /* where it was sent */
	char *status_url;         /* where its job is asked after; NULL: it is none */
	int64_t pause;            /* between polls, microseconds */
	int misses;               /* polls in a row that failed */
	json_t *said;             /* the result or {"error"} of an event */
	double percent;
	bool noted, progressed;
	int64_t heard; /* when progress was told, by clock_boot */
};

/* What is to be done next. */
enum call_step {
	CALL_ENDED,     /* end says how */
	CALL_ELSEWHERE, /* nothing was asked: another service */
	CALL_REST,      /* send it again: to this service when `wait` is over, to others at once */
	CALL_POLL,      /* ask after it, when `wait` is over */
};

struct call_outcome {
	enum call_step step;
	struct call_end end; /* its texts are those of this struct; result is the caller's */
	char reason[1024];
	int64_t wait;      /* microseconds */
	bool service_fail; /* the service is to blame */
	bool adrift;       /* it has ended for us, and its job perhaps goes on */
	int64_t rest;      /* it wants to be left alone for so long, microseconds; 0: no */
};

/* Judge a reply to the request itself, or to asking after its job. */
void call_judge(
    struct call *call, struct http *http, const struct http_reply *reply, struct call_outcome *out);

/* An event of its stream. */
void call_event(struct call *call, const char *name, const char *data, size_t len);

/* How far it is, where the value says so. */
void call_progress(struct call *call, const json_t *value);

/* The secrets that went with it become asterisks. */
void call_hide(const struct call *call, char *text, size_t len);
/* Also in what JSON says in other words: was there one? */
bool call_hide_in(const struct call *call, json_t *value);

/* It has failed without a reply. */
void call_fail(struct call_outcome *out, enum failure class, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
