/* SPDX-License-Identifier: MIT */
/*
 * records: result records from a job, files or stdin, and the files they name.
 */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include "cli/app.h"

struct buf;
struct selection;
struct store;

/* As app_each; with job (not NULL) the execution records of that job instead, in order of id. */
int records_each(
    struct app *app, const char *job, char **files, app_record_fn *fn, void *ctx, struct err *err);

/* The same, with lines as app_each_line has them where they come from files. */
int records_each_line(struct app *app, const char *job, char **files, app_line_fn *line,
    app_record_fn *fn, void *ctx, struct err *err);

/* The records of a file ("-": stdin; also what can only be one, with '/' or ".json" in it), or of a
 * job where there is no file of that name. */
int records_named(struct app *app, const char *name, app_record_fn *fn, void *ctx, struct err *err);

/* As app_each, for the executions of a selection in order of id. sel->after moves along. */
int records_selected(struct app *app, struct store *store, struct selection *sel, app_record_fn *fn,
    void *ctx, struct err *err);

/* What a dock-* program works on: the `result` of an execution record, else the record itself;
 * NULL when the record is a failure (an execution without a result, a record with `error`).
 * Borrowed. */
json_t *records_result(json_t *record);

/* Append the bytes that a file entry ({"text"} or {"path"} or {"object": sha256}) stands for;
 * objects come from the state directory. A string is taken as a path. */
int records_file(struct app *app, const json_t *entry, struct buf *out, struct err *err);

#endif
