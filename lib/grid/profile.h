/* SPDX-License-Identifier: MIT */
/*
 * profile: what there is to know about a scheduler, from share/clusters/NAME.yaml.
 *
 * A profile says how jobs are submitted, looked up, asked for and cancelled, how
 * a job script asks for resources, and what the words of the scheduler mean; a
 * cluster of one's own `extends` one of these and adds its defaults. The format
 * is dockline-cluster(5). Nothing else in Dockline knows a scheduler by name.
 */
#ifndef GRID_PROFILE_H
#define GRID_PROFILE_H

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* How the answer of a program is read (grid/readout.h). */
enum answer_form { ANSWER_LINES, ANSWER_PAIRS, ANSWER_BLOCKS, ANSWER_JSON, ANSWER_XML };
extern const char *const answer_forms[];

enum { PROFILE_COLUMNS_MAX = 16 }; /* with the NULL behind them */

/* A question: a program that is run, and how its answer becomes rows. */
struct profile_ask {
	char **argv; /* with {user} {name} {job} or {jobs} to be filled in */
	enum answer_form form;
	const char *separator;                    /* of lines and pairs */
	const char *columns[PROFILE_COLUMNS_MAX]; /* of lines, ended by NULL */
	const char *rows;                         /* jq program: answer to rows; NULL: as it is */
	const char **none;   /* texts on stderr that mean: nothing of the kind */
	const char **absent; /* texts on stderr that mean: this is not to be had here */
};

struct profile_asks {
	struct profile_ask *at;
	size_t len, room;
};

struct profile {
	const char *name, *description;
	bool tested;        /* against the real thing */
	const char **unset; /* variables ("SLURM_*") that its programs are not to see */
	const char **keep;  /* but these they are; their values tell clusters apart */

	char **submit;      /* argv; the script is standard input */
	regex_t id;         /* finds the id of the job in a line: its first group */
	const char **retry; /* texts of failures after which it may have been submitted or not */

	struct profile_asks live;    /* what it knows of all jobs of the user now */
	struct profile_asks history; /* what it knows of jobs that are over */
	const char **memory;         /* texts in the log of a job: memory is why elements failed */
	struct profile_asks find;    /* the jobs of a name */
	struct profile_asks limits;  /* objects {"array", "jobs", "submit", "cluster"} */
	struct profile_asks
	    rooms; /* {"name", "standard", "cpus", "gpus", "mebibytes", "seconds"} */

	char **cancel;          /* argv; in place of "{elements}" come as many ids as fit */
	const char *job;        /* how an array is called as a whole: "{job}" */
	const char *element;    /* how an element is called: "{job}_{element}" */
	const char **over;      /* texts of failures that mean: it is over already */
	char **hold, **release; /* argv as for cancel, for elements that wait; NULL: not known */

	const char *directive; /* what begins a line of options in a script: "#SBATCH " */
	const char **options;  /* with values to be filled in (grid/script.h) */
	const json_t *words;   /* {"requeue", "no_requeue", "log_none"} */
	const json_t *values;  /* {"element": shell expression, ...} on a compute node */
	int64_t first;         /* the lowest index of an array */
	bool single;           /* may an array have one element? */
	const char *refused;   /* characters that its options cannot take in a path */

	const json_t *states;   /* {word: batch_state_name} */
	const json_t *defaults; /* resources and such, as order_read of grid/order.h takes them */
};

/* Read a file. NULL: ERR_INPUT with "file:line:column: what". */
struct profile *profile_read(const char *path, struct err *err);

/* By name: a path where it contains a slash, else NAME.yaml in $XDG_CONFIG_HOME/dockline/clusters
 * (~/.config/dockline/clusters), else in share/clusters. NULL: ERR_USAGE where there is none (with
 * the names there are), else as profile_read. */
struct profile *profile_find(const char *name, struct err *err);
void profile_free(struct profile *profile);

/* What an element, counted from 0, is called in commands: "12_3"; PROFILE_WHOLE: the array as a
 * whole. The caller frees. */
enum { PROFILE_WHOLE = -1 };
char *profile_element(const struct profile *profile, const char *job, int64_t element);

/* Names in those folders, sorted, as an array of strings, which is the caller's. */
json_t *profile_names(void);

#endif
