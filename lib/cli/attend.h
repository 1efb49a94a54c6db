/* SPDX-License-Identifier: MIT */
/* attend: look on while somebody else goes through a run of a pipeline. */
#ifndef CLI_ATTEND_H
#define CLI_ATTEND_H

struct app;
struct err;
struct run;
struct store;

enum attend {
	ATTEND_FREE = 1, /* it has not ended, and nobody conducts it any more */
	ATTEND_OVER,     /* it has ended: its record was printed, its status is ours */
	ATTEND_LEFT,     /* we were told to stop: it goes on without us */
};

/* Show how far it is, until one of these is true; -1 on error. run: status and worker are read
 * anew. *signal: what we were told to stop by; 0: nothing. */
int attend(struct app *app, struct store *store, struct run *run, int *signal, struct err *err);

#endif
