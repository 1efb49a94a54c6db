/* SPDX-License-Identifier: MIT */
/*
 * shape: the jq programs of a task that is served over HTTP: parameters become a body, replies
 * results.
 *
 * A program that takes more than 2 s of processor time is an error; after three of those in a row
 * so is every one of the shape.
 */
#ifndef CLI_SHAPE_H
#define CLI_SHAPE_H

#include <jansson.h>

struct err;
struct shape;
struct task;

/* Compile what the task has of them. NULL with ERR_INPUT: which one is wrong, and why. */
struct shape *shape_new(const struct task *task, struct err *err);
void shape_free(struct shape *shape);

/* Each gives a value that is the caller's, its input where the task has no such program; NULL with
 * ERR_INPUT. */
json_t *shape_request(struct shape *shape, json_t *params, struct err *err);
json_t *shape_response(struct shape *shape, json_t *reply, struct err *err);

/* The error object of a reply that is a failure: body is JSON or a text. NULL: the task does not
 * say, or its program makes nothing of it. */
json_t *shape_failure(struct shape *shape, int status, json_t *body);

#endif
