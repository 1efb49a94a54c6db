/* SPDX-License-Identifier: MIT */
/*
 * dockreplay: dock again what a record says was docked, and compare the bytes.
 */
#ifndef CLI_DOCKREPLAY_H
#define CLI_DOCKREPLAY_H

struct app;
struct dockrun;
struct err;

/* Every docking record, or execution record with one, of the program's files or standard input.
 * For each a record {"type":"replay","key","same","expected","found",...} is written; one that
 * differs, or cannot be docked again, is said on standard error and counted as failed. Failed
 * records are passed over: there is nothing to compare. None at all is ERR_NO. */
int dockreplay(struct app *app, struct dockrun *run, int jobs, struct err *err);

#endif
