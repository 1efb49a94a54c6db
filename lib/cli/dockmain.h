/* SPDX-License-Identifier: MIT */
/*
 * dockmain: what the dock-* programs that run an engine have in common.
 *
 * Requests in, docking records out, as each ends. A request that fails becomes
 * a record with `error`, and the stream goes on. Under taskrun (with
 * $DOCKLINE_EXECUTION) a failure is the bare object {"error":{...}} instead,
 * which decides what becomes of the execution.
 */
#ifndef CLI_DOCKMAIN_H
#define CLI_DOCKMAIN_H

struct app;
struct err;

/* An option that fills in what a request lacks: the member's name, and the option's text (NULL:
 * not given). Parameters of the engine are typed by its row; besides there are receptor, ligand,
 * box (a file), center and size (x,y,z), repair, keep_poses and timeout. */
struct dockmain_setting {
	const char *name;
	char **text;
};

struct dockmain {
	const char *engine;                      /* the row's name */
	const char *program;                     /* --engine, or NULL */
	const struct dockmain_setting *settings; /* ended by a NULL name */
	int jobs;                                /* dockings at a time; 0: one */
	int replay;                              /* --replay */
};

/* All of a program after app_start. 0, or -1 with err. */
int dockmain(struct app *app, const struct dockmain *main, struct err *err);

#endif
