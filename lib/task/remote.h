/* SPDX-License-Identifier: MIT */
/*
 * remote: how a task that is served over HTTP is asked.
 *
 * Members of service_config beside service_url:
 *
 *	connect_timeout: 10s		for a connection, its TLS included
 *	first_byte_timeout: 60s		until the reply begins
 *	max_reply: 64M			bytes of a reply
 *	inline: [receptor]		parameters that are paths, whose text is sent
 *	request: "{prompt: .text}"	jq: parameters to the body that is sent
 *	response: ".choices[0]"		jq: the reply to the result
 *	failure: "{reason: .body.why}"	jq: {status, body} of another reply to an error, or null
 *	requires: [gpu, "{model}"]	only services that are capable of all of them
 *	poll: {interval: 1s, max_interval: 30s}	of what was accepted with 202
 *
 * and those of task/endpoint.h, for the service that the task brings along.
 */
#ifndef TASK_REMOTE_H
#define TASK_REMOTE_H

#include <jansson.h>
#include <stdint.h>

#include "task/endpoint.h"

struct err;
struct faults;

#define REMOTE_MEMBERS \
	"connect_timeout", "first_byte_timeout", "max_reply", "request", "response", "failure", \
	    "requires", "poll", "inline", ENDPOINT_MEMBERS

/* Texts are borrowed from the definition; times in microseconds. */
struct remote {
	struct endpoint endpoint;
	int64_t connect, first_byte; /* first_byte 0: any time */
	int64_t max_reply;
	const char *request, *response, *failure; /* jq, NULL: none */
	json_t *requires;                         /* array of texts, NULL: none */
	json_t *inlined;                          /* array of names, NULL: none */
	int64_t poll, poll_most;
};

/* Read them; faults go to f. The caller frees with remote_free. */
struct remote *remote_read(const char *pointer, const json_t *service, struct faults *f);
void remote_free(struct remote *remote);

/* The parameters with the text of files in the place of paths, where the task says so; the
 * caller's. NULL with ERR_INPUT: a file cannot be read, is longer than 64 MiB, or no UTF-8. */
json_t *remote_inline(const struct remote *remote, json_t *params, struct err *err);

/* What an execution with these parameters requires: an array of words, the caller's; NULL: nothing.
 * A text that is {name} is that parameter, each of its words where it is an array, nothing where
 * it is absent; others are themselves. */
json_t *remote_requires(const struct remote *remote, const json_t *params);

#endif
