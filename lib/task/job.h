/* SPDX-License-Identifier: MIT */
/*
 * job: a named set of executions; giving the same command again resumes it.
 *
 * A job remembers what each generation was started with: task, --set values
 * and the hashes of the input files they name.
 */
#ifndef TASK_JOB_H
#define TASK_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct store;

struct job {
	int64_t id;
	int generation;
};

/* Find by name: 1, 0 when there is none, -1. */
int job_find(
    struct store *store, const char *org, const char *name, struct job *job, struct err *err);

/* Open for submitting, within a transaction. name NULL: a job of its own without a name.
 * settings: {"task": NAME, "set": {...}, "inputs": {path: sha256}}. The same name with other
 * settings is refused (ERR_USAGE, naming the difference) unless new_inputs, which opens another
 * generation when they differ. 1: new or a new generation, 0: resumed, -1. */
int job_open(struct store *store, const char *org, const char *name, int64_t task,
    const json_t *settings, bool new_inputs, struct job *job, struct err *err);

/* The newest job without a name that was sent to that cluster with equal settings (as of job_open)
 * and has not ended: 1, 0 when there is none, -1. */
int job_find_like(struct store *store, const char *org, const char *profile, int64_t task,
    const json_t *settings, struct job *job, struct err *err);

/* The settings of a generation; NULL on error. The caller owns them. */
json_t *job_settings(struct store *store, const struct job *job, struct err *err);

/* What a generation was started with and when: 1, 0 when there is none, -1. The caller frees *task,
 * a name. */
int job_started(
    struct store *store, const struct job *job, char **task, int64_t *created, struct err *err);

/* Each named job of the org, newest first; fn returns 0 to go on. */
typedef int job_fn(const struct job *job, const char *name, int64_t created, void *ctx);
int job_each(struct store *store, const char *org, job_fn *fn, void *ctx, struct err *err);

#endif
