/* SPDX-License-Identifier: MIT */
/* config_table: every setting there is, sorted by its place in the file. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "cli/config.h"

#define YEARS NUM_DURATION_MAX
#define MANY 1000000000
#define SIZE_MOST 0x1p62

static const struct config_setting settings[] = {
	[CONFIG_ALERTS_DISK] = { "alerts.disk", CONFIG_ROOM, NULL, 0, SIZE_MOST,
	    "DOCKLINE_ALERTS_DISK", "alert when less is free on the file system of the state" },
	[CONFIG_ALERTS_FAILURE_RATE] = { "alerts.failure_rate", CONFIG_FRACTION, NULL, 0, 1,
	    "DOCKLINE_ALERTS_FAILURE_RATE", "alert when a larger part of what ends fails" },
	[CONFIG_ALERTS_HOOK] = { "alerts.hook", CONFIG_PROGRAM, NULL, 0, 0, "DOCKLINE_ALERTS_HOOK",
	    "program that gets an alert as a record on standard input" },
	[CONFIG_ALERTS_MEMORY] = { "alerts.memory", CONFIG_ROOM, NULL, 0, SIZE_MOST,
	    "DOCKLINE_ALERTS_MEMORY", "alert when less memory is available" },
	[CONFIG_ALERTS_QUEUE_STUCK] = { "alerts.queue_stuck", CONFIG_SECONDS, NULL, 1, YEARS,
	    "DOCKLINE_ALERTS_QUEUE_STUCK",
	    "alert when executions are queued and none was started for so long" },
	[CONFIG_BREAKER_FAILURES] = { "breaker.failures", CONFIG_COUNT, "5", 1, 1000000,
	    "DOCKLINE_BREAKER_FAILURES", "failures in a row that stop a task" },
	[CONFIG_BREAKER_PAUSE] = { "breaker.pause", CONFIG_SECONDS, "60s", 0.001, YEARS,
	    "DOCKLINE_BREAKER_PAUSE", "how long a stopped task is left alone" },
	[CONFIG_CLUSTER_ORDER] = { "cluster.order", CONFIG_ORDER, NULL, 0, 0,
	    "DOCKLINE_CLUSTER_ORDER",
	    "what is ordered of a cluster for each element: partition, account, walltime ..." },
	[CONFIG_EXECUTION_GRACE] = { "execution.grace", CONFIG_SECONDS, "10s", 0, YEARS,
	    "DOCKLINE_EXECUTION_GRACE", "from SIGTERM at the time limit to SIGKILL" },
	[CONFIG_EXECUTION_TIMEOUT] = { "execution.timeout", CONFIG_SECONDS, "2h", 0.001, YEARS,
	    "DOCKLINE_EXECUTION_TIMEOUT", "time limit of an execution whose task says none" },
	[CONFIG_HOOKS_AFTER] = { "hooks.after", CONFIG_PROGRAM, NULL, 0, 0, "DOCKLINE_HOOKS_AFTER",
	    "program that is run after every try" },
	[CONFIG_HOOKS_BEFORE] = { "hooks.before", CONFIG_PROGRAM, NULL, 0, 0,
	    "DOCKLINE_HOOKS_BEFORE", "program that is run before every try" },
	[CONFIG_HOOKS_ON_FAILURE] = { "hooks.on_failure", CONFIG_PROGRAM, NULL, 0, 0,
	    "DOCKLINE_HOOKS_ON_FAILURE",
	    "program that is run when an execution has failed for good" },
	[CONFIG_HOOKS_TIMEOUT] = { "hooks.timeout", CONFIG_SECONDS, "60s", 0.001, YEARS,
	    "DOCKLINE_HOOKS_TIMEOUT", "time limit of a hook" },
	[CONFIG_LIST_LIMIT] = { "list.limit", CONFIG_COUNT, "100", 1, MANY, "DOCKLINE_LIST_LIMIT",
	    "lines of a table on a terminal" },
	[CONFIG_LOG_CAP] = { "log.cap", CONFIG_BYTES, "1M", 0, 0x1p30, "DOCKLINE_LOG_CAP",
	    "what is kept of the output of a try: its beginning and end" },
	[CONFIG_PIPELINE_MAX_STEPS] = { "pipeline.max_steps", CONFIG_COUNT, "50", 1, 1000000,
	    "DOCKLINE_PIPELINE_MAX_STEPS", "steps of a pipeline" },
	[CONFIG_RETENTION_AGE] = { "retention.age", CONFIG_SECONDS, NULL, 0, YEARS,
	    "DOCKLINE_RETENTION_AGE", "age at which ended executions are removed by taskctl gc" },
	[CONFIG_RETENTION_KEEP_FAILED] = { "retention.keep_failed", CONFIG_FLAG, "true", 0, 0,
	    "DOCKLINE_RETENTION_KEEP_FAILED", "keep failed executions whatever their age" },
	[CONFIG_RETRY_DELAY] = { "retry.delay", CONFIG_RETRY, "5s", 0, 0, "DOCKLINE_RETRY_DELAY",
	    "the first wait before another try" },
	[CONFIG_RETRY_GROW] = { "retry.grow", CONFIG_RETRY, "{memory: 2x, timeout: 1.5x}", 0, 0,
	    "DOCKLINE_RETRY_GROW", "more room for the next try, by failure class" },
	[CONFIG_RETRY_JITTER] = { "retry.jitter", CONFIG_RETRY, "10%", 0, 0,
	    "DOCKLINE_RETRY_JITTER", "how much a wait differs by chance" },
	[CONFIG_RETRY_MAX_DELAY] = { "retry.max_delay", CONFIG_RETRY, "5m", 0, 0,
	    "DOCKLINE_RETRY_MAX_DELAY", "the longest wait before another try" },
	[CONFIG_RETRY_MAX_RETRIES] = { "retry.max_retries", CONFIG_RETRY, "3", 0, 0,
	    "DOCKLINE_RETRY_MAX_RETRIES", "tries after the first" },
	[CONFIG_RETRY_ON] = { "retry.on", CONFIG_RETRY, "[lost, service, signal, memory, timeout]",
	    0, 0, "DOCKLINE_RETRY_ON", "failure classes that are tried again" },
	[CONFIG_RETRY_STRATEGY] = { "retry.strategy", CONFIG_RETRY, "exponential_backoff", 0, 0,
	    "DOCKLINE_RETRY_STRATEGY", "how waits grow" },
	[CONFIG_SERVICE_INTERVAL] = { "service.interval", CONFIG_SECONDS, "30s", 1, YEARS,
	    "DOCKLINE_SERVICE_INTERVAL", "from one health check of a service to the next" },
	[CONFIG_SWEEP_MAX_TRIALS] = { "sweep.max_trials", CONFIG_COUNT, "100", 1, MANY,
	    "DOCKLINE_SWEEP_MAX_TRIALS", "trials of a parameter search" },
	[CONFIG_WORKER_JOBS] = { "worker.jobs", CONFIG_COUNT, NULL, 1, 100000,
	    "DOCKLINE_WORKER_JOBS", "executions at once, instead of one for each core" },
	[CONFIG_WORKER_MAX_LOAD] = { "worker.max_load", CONFIG_NUMBER, NULL, 0, MANY,
	    "DOCKLINE_WORKER_MAX_LOAD", "nothing is started while the load average is above it" },
	[CONFIG_WORKER_MIN_FREE_MEMORY] = { "worker.min_free_memory", CONFIG_ROOM, NULL, 0,
	    SIZE_MOST, "DOCKLINE_WORKER_MIN_FREE_MEMORY",
	    "nothing is started while less memory is available" },
};

static_assert(sizeof(settings) / sizeof(*settings) == CONFIG_KEYS, "a row for every setting");

const struct config_setting *
config_setting(enum config_key key)
{
	return &settings[key];
}

int
config_find(const char *path)
{
	for (int key = 0; key < CONFIG_KEYS; key++)
		if (strcmp(settings[key].path, path) == 0)
			return key;
	return -1;
}
