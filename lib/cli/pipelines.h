/* SPDX-License-Identifier: MIT */
/* pipelines: what the program pipeline does with pipeline files, without running them. */
#ifndef CLI_PIPELINES_H
#define CLI_PIPELINES_H

#include <stdbool.h>

struct app;
struct drawn;
struct err;
struct pipeline;

/* Check pipelines (files or names): every fault is told and noted. */
int pipelines_check(struct app *app, char **names, struct err *err);

enum pipelines_form { PIPELINES_AUTO, PIPELINES_DOT, PIPELINES_JSON, PIPELINES_MERMAID };

/* Draw a pipeline: AUTO is a tree on a terminal, else a record. */
int pipelines_show(struct app *app, const char *name, enum pipelines_form form, struct err *err);

/* Draw one that was read, to stdout; notes as in plan/draw. AUTO is a tree. */
void pipelines_draw(const struct pipeline *p, const struct drawn *notes, enum pipelines_form form);

/* Store pipelines (files), and print their records: all of them, or none when anything is wrong in
 * one. */
int pipelines_add(struct app *app, char **files, struct err *err);

/* List stored and shipped pipelines: a table on a terminal unless json, else records. */
int pipelines_list(struct app *app, bool json, struct err *err);

/* Remove stored pipelines, NAME or NAME@VERSION: all, or none when one is not there. */
int pipelines_remove(struct app *app, char **names, struct err *err);

/* List the shipped pipelines: a table on a terminal, else records. */
int pipelines_templates(struct app *app, struct err *err);

/* Copy a shipped pipeline to a file (NULL: NAME.yaml) that is not there yet. */
int pipelines_copy(struct app *app, const char *name, const char *file, struct err *err);

#endif
