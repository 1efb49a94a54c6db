/* SPDX-License-Identifier: MIT */
/*
 * task: a definition of something that can be run, and the registry of them.
 *
 * A definition is the JSON object of DESCRIPTION in dockline-task(5). Parsing
 * checks all of it; struct task holds what running needs. Looking a task up
 * finds the registered ones first, then the shipped ones (share/tasks); the
 * first use of a shipped or ad-hoc task copies its definition into the state.
 */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "task/fault.h"
#include "task/retry.h"
#include "task/rules.h"

struct registrar;
struct err;
struct remote;
struct schema;
struct store;

enum task_origin { TASK_REGISTERED, TASK_SHIPPED, TASK_ADHOC };

struct task {
	int64_t row; /* in the state, 0: not there yet */
	enum task_origin origin;
	const char *name; /* task_id */
	const char *version;
	const char *status;      /* active, inactive, deprecated */
	json_t *definition;      /* owns all that is borrowed here */
	json_t *spec;            /* interface_spec, an OpenAPI 3.0 document; NULL: none */
	struct schema *params;   /* of the parameters, NULL: anything goes */
	struct schema *results;  /* of the result, NULL: anything goes */
	json_t *metrics;         /* x-metrics: name to JSON pointer, NULL: none */
	const char *post_path;   /* of the POST operation in spec ("/dock"), NULL without spec */
	const char *service_url; /* where it is served, without post_path; NULL: argv runs it */
	struct remote *remote;   /* how it is called there; NULL: argv runs it */
	char **argv; /* command, NULL-terminated, elements borrowed; NULL: service_url serves it */
	int window;  /* executions one coprocess has at a time; 0: a process for each */
	bool turns;  /* of these it works on the oldest, the others wait for it */
	double cpus; /* for one execution, or one coprocess */
	int64_t memory;    /* bytes for it, 0: not said */
	double gpus;       /* for it; below 1: a part of one */
	double soft, hard; /* seconds; TERM at soft, KILL at hard */
	bool workdir;
	bool lines; /* ad hoc over lines of text */
	char *cwd;  /* ad hoc: where it was submitted; else NULL */
	struct retry_policy retry;
	struct rules rules;
};

/* Check a definition and fill in a task; it keeps a reference. NULL with a message that names the
 * first member that is wrong. */
struct task *task_parse(json_t *definition, struct err *err);

/* Check a definition: how many faults, all of them reported to fn (NULL: none). */
int task_lint(json_t *definition, fault_fn *fn, void *ctx);

void task_free(struct task *task);

/* A task of a program that nobody registered: argv as given, run in the working directory. */
struct task *task_adhoc(char *const *argv, bool lines, struct err *err);

/* Read the definitions in a YAML or JSON file ("-": standard input). fn borrows each good task; it
 * returns 0 to go on, or -1 with err. Every error, also one of fn, names file, line and column.
 * With wrong each of them goes there and reading goes on, else the first one stops. 0 or -1. */
typedef int task_fn(struct task *task, void *ctx, struct err *err);
typedef void task_wrong_fn(const struct err *err, void *ctx);
int task_read_file(const char *path, task_fn *fn, task_wrong_fn *wrong, void *ctx, struct err *err);

/* Find a task by its name, or name@version. store may be NULL (no state yet): shipped ones only.
 * NULL when there is none: err says which there are. */
struct task *task_find(struct store *store, const char *org, const char *name, struct err *err);

/* Is there a task of this name, registered, shipped, or that executions were submitted of (then
 * whatever became of it)? 0; -1 when there is none: err says which there are. */
int task_check_name(struct store *store, const char *org, const char *name, struct err *err);

/* The task of an execution as it was when that was submitted. NULL on error, also when there is no
 * such execution of the org. */
struct task *task_of_execution(
    struct store *store, const char *org, int64_t execution, struct err *err);

/* The task of a row of the state. NULL on error. */
struct task *task_at(struct store *store, int64_t row, struct err *err);

/* Make sure the definition stands in the state; sets row. Within a transaction. */
int task_keep(struct store *store, const char *org, struct task *task, struct err *err);

/* Register: 1 new, 0 the same was there already. Another definition under the same name and
 * version is refused unless replace. Within a transaction. */
int task_register(struct store *store, const struct registrar *by, struct task *task, bool replace,
    struct err *err);

/* Take name (or name@version) out of the registry: the number of versions removed, 0 when there
 * are none; refused while executions that have not ended need it. Within a transaction. */
int task_remove(struct store *store, const struct registrar *by, const char *name, struct err *err);

/* Give name (all its versions), or name@version, a status: the number of versions that had another
 * one; *found is how many there are. Within a transaction. */
int task_set_status(struct store *store, const struct registrar *by, const char *name,
    const char *status, int *found, struct err *err);

/* What the name of a task begins with whose executions are answers of people to a pipeline. */
#define TASK_OF_PIPELINE "pipeline:"

/* Can executions of it be run where nobody sees this state? Calls to services need no other place,
 * nor do answers, and nobody there keeps count of a named limit. */
bool task_travels(const struct task *task);

/* Split name@version: the version, part of given, NULL when there is none. The caller frees *name.
 */
const char *task_split_name(const char *given, char **name);

/* Is this task meant by NAME or NAME@VERSION? */
bool task_is_called(const char *given, const char *name, const char *version);

/* Each task that can be found, registered ones first, then shipped ones not hidden by them. */
int task_each(struct store *store, const char *org, task_fn *fn, void *ctx, struct err *err);

/* Names of tasks, versions, queues and limits. */
#define TASK_NAME_RULE \
	"must be letters, digits, '.', '_', '-' or ':' and begin with a letter or digit"
bool task_is_name(const char *text);

/* Is it a status that a task can have: active, inactive, deprecated? */
bool task_is_status(const char *word);

/* The same word, for ever; "active" for any other. */
const char *task_status_word(const char *word);

/* "registered", "shipped", "adhoc". */
const char *task_origin_name(enum task_origin origin);

/* The record that taskreg prints. The caller owns it. */
json_t *task_record(const struct task *task);

#endif
