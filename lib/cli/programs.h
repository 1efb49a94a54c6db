/* SPDX-License-Identifier: MIT */
/* programs: what runs the executions of a task, as files whose content counts. */
#ifndef CLI_PROGRAMS_H
#define CLI_PROGRAMS_H

struct err;
struct task;

/* Full paths, ended by NULL, as fingerprint_take wants them: an image that is a file stands for all
 * that is in it. NULL: one is not here, and nothing can be told. The caller frees, with
 * programs_free. */
char **programs_find(const struct task *task, struct err *err);
void programs_free(char **programs);

#endif
