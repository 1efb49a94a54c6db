/* SPDX-License-Identifier: MIT */
/*
 * script: the job script of an array.
 *
 * Its options are those of the profile for which the order has all values; a
 * value that could be taken for more than one word is refused. Then come
 * modules, a preamble, and the worker, which takes the place of the shell:
 * signals of the scheduler reach it, and its exit status is the job's. The
 * worker need not know what scheduler that is; it finds in its environment
 *
 *	DOCKLINE_CLUSTER          name of the profile
 *	DOCKLINE_CLUSTER_JOB      id of the job
 *	DOCKLINE_CLUSTER_ELEMENT  which element of the array, from `offset` on
 *	DOCKLINE_CLUSTER_RESTART  how often it was begun before
 *	DOCKLINE_CLUSTER_NODE     name of the node
 *	DOCKLINE_CLUSTER_CPUS     processors it may use
 *	DOCKLINE_CLUSTER_MEMORY   MiB it may use
 *	DOCKLINE_CLUSTER_GPUS     how many were ordered
 *	DOCKLINE_CLUSTER_SCRATCH  folder on the node, or a shared one where there is none
 *	DOCKLINE_CLUSTER_ENDS     seconds since 1970 when the wall-time is over
 *
 * each of them empty when it is not known.
 *
 * In an option, {name} is a value and {before|name|after} a value with what
 * stands around it, or nothing when there is no value. The names: name first last
 * throttle log folder partition account qos constraint reservation cpus slots
 * (cpus when there are more than one) mebibytes gpus minutes seconds clock
 * (hh:mm:ss) warning warned (seconds less warning) requeue.
 */
#ifndef GRID_SCRIPT_H
#define GRID_SCRIPT_H

struct buf;
struct err;
struct order;
struct profile;

/* What the jobs of Dockline are called: this and a UUID. Some schedulers take no name that begins
 * with a digit. */
#define SCRIPT_NAME "dl-"

/* Append the script. -1 with ERR_INPUT: a value that cannot be said safely, or an option of the
 * profile that is not as above. */
int script_write(
    const struct profile *profile, const struct order *order, struct buf *script, struct err *err);

/* Append a text as one word of shell, whatever it contains. */
void script_quote(struct buf *script, const char *text);

#endif
