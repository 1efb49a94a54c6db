/* SPDX-License-Identifier: MIT */
/*
 * config: the settings of config.yaml (dockline-config(5)), each with a variable and a default.
 *
 * An option comes before a variable, a variable before the file, the file before the
 * default; options are the business of programs. The file is config.yaml in the
 * state directory; where there is none, the one that DOCKLINE_CONFIG names. It is
 * read by programs that ask for a setting, when they ask.
 *
 * One row of the table in config_table.c is a setting: its place in the file, type,
 * default, range, variable and meaning. The page and the schema say the same, and a
 * test compares them.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct breaker_policy;
struct config;
struct err;
struct retry_policy;
struct task;

enum config_key {
	CONFIG_ALERTS_DISK,
	CONFIG_ALERTS_FAILURE_RATE,
	CONFIG_ALERTS_HOOK,
	CONFIG_ALERTS_MEMORY,
	CONFIG_ALERTS_QUEUE_STUCK,
	CONFIG_BREAKER_FAILURES,
	CONFIG_BREAKER_PAUSE,
	CONFIG_CLUSTER_ORDER,
	CONFIG_EXECUTION_GRACE,
	CONFIG_EXECUTION_TIMEOUT,
	CONFIG_HOOKS_AFTER,
	CONFIG_HOOKS_BEFORE,
	CONFIG_HOOKS_ON_FAILURE,
	CONFIG_HOOKS_TIMEOUT,
	CONFIG_LIST_LIMIT,
	CONFIG_LOG_CAP,
	CONFIG_PIPELINE_MAX_STEPS,
	CONFIG_RETENTION_AGE,
	CONFIG_RETENTION_KEEP_FAILED,
	CONFIG_RETRY_DELAY,
	CONFIG_RETRY_GROW,
	CONFIG_RETRY_JITTER,
	CONFIG_RETRY_MAX_DELAY,
	CONFIG_RETRY_MAX_RETRIES,
	CONFIG_RETRY_ON,
	CONFIG_RETRY_STRATEGY,
	CONFIG_SERVICE_INTERVAL,
	CONFIG_SWEEP_MAX_TRIALS,
	CONFIG_WORKER_JOBS,
	CONFIG_WORKER_MAX_LOAD,
	CONFIG_WORKER_MIN_FREE_MEMORY,
	CONFIG_KEYS,
};

enum config_type {
	CONFIG_COUNT,    /* a whole number */
	CONFIG_NUMBER,   /* any number */
	CONFIG_SECONDS,  /* seconds, or a duration */
	CONFIG_BYTES,    /* bytes, or a size */
	CONFIG_FRACTION, /* 0..1, or a percentage */
	CONFIG_ROOM,     /* bytes, a size, or a percentage of what there is */
	CONFIG_FLAG,     /* true or false */
	CONFIG_PROGRAM,  /* a program and its arguments, or a text that is a program */
	CONFIG_RETRY,    /* what the member of that name of `retry` in a task file may be */
	CONFIG_ORDER,    /* a mapping as `defaults` of a cluster profile */
	CONFIG_TYPES,
};

struct config_setting {
	const char *path; /* "execution.timeout" */
	enum config_type type;
	const char *preset; /* the default as it would be written in the file, NULL: none */
	double low, high;   /* of what is a number */
	const char *variable;
	const char *meaning;
};

/* The row of a setting, and the setting of a path, -1: none. */
const struct config_setting *config_setting(enum config_key key);
int config_find(const char *path);

/* Read file and variables. dir is the state directory, NULL: none. A file that is not there is
 * fine, but not one that DOCKLINE_CONFIG names. NULL with ERR_INPUT (file:line:column and what
 * would be right) or ERR_USAGE (a variable). */
struct config *config_open(const char *dir, struct err *err);
void config_free(struct config *config);

/* An option gives the value of a setting, as it would be written in the file; name is that of the
 * option. -1 with ERR_USAGE. */
int config_set(struct config *config, enum config_key key, const char *name, const char *text,
    struct err *err);

/* Is there a value? Only settings without a default may have none: then the functions below give 0,
 * false or NULL. */
bool config_is_set(const struct config *config, enum config_key key);

/* The value as it was written, borrowed; and where: "default", the name of the variable, or
 * file:line:column, borrowed. */
const json_t *config_value(const struct config *config, enum config_key key);
const char *config_source(const struct config *config, enum config_key key);

/* Of counts, numbers, seconds, bytes and fractions. */
double config_number(const struct config *config, enum config_key key);

/* Of rooms: the bytes, where `total` is what there is. */
int64_t config_room(const struct config *config, enum config_key key, int64_t total);

bool config_flag(const struct config *config, enum config_key key);

/* An argument vector that ends with NULL, borrowed. */
char *const *config_program(const struct config *config, enum config_key key);

/* The settings of retry and breaker as policies. */
void config_retry(const struct config *config, struct retry_policy *policy);
void config_breaker(const struct config *config, struct breaker_policy *policy);

/* What the definition of a task leaves open (time limit, grace, retry, breaker, hooks) is as it is
 * set here; config must outlive the task. */
void config_task(const struct config *config, struct task *task);

#endif
