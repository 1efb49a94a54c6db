/* SPDX-License-Identifier: MIT */
/*
 * carton: a campaign as one tar.zst: its records, and every stored file that they name.
 *
 * Members are objects/SHA256, each once and before the records that name it,
 * and last records.jsonl. Receptors that are still what was docked to are in
 * it as well.
 */
#ifndef CLI_CARTON_H
#define CLI_CARTON_H

#include <stdbool.h>

struct app;
struct err;

/* Records of the job, the files or standard input into the file `path`. */
int carton_write(struct app *app, const char *job, const char *path, bool replace, struct err *err);

/* The files of such an archive into the state directory, which is made when there is none, its
 * executions into a job there (NULL: as they name it, else as the file is called), and its records
 * to output (NULL: stdout) as they were. A file that is not what its name says is ERR_INPUT. */
int carton_read(struct app *app, const char *job, const char *path, const char *output,
    bool replace, struct err *err);

#endif
