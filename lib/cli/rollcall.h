/* SPDX-License-Identifier: MIT */
/* rollcall: which molecules another campaign has results of. */
#ifndef CLI_ROLLCALL_H
#define CLI_ROLLCALL_H

struct app;
struct err;
struct roll;

/* The results of a file of records, or of a job where there is no such file. NULL with err:
 * ERR_INPUT when no record in it says what its molecule is. */
struct roll *rollcall(struct app *app, const char *name, struct err *err);

#endif
