/* SPDX-License-Identifier: MIT */
/*
 * outbox: the folder spool/ of a state directory: what goes to compute nodes and what they hand
 * back.
 *
 * NAME.chunk is the package of a job, NAME.ELEMENT.RUN.done what one run of an
 * element hands back; RUN is new for each, so that two runs of one element never
 * write the same file. NAME.ELEMENT.begun says what runs in it. A batch system may put more files
 * there, whose names begin with that of the job too; all of them go when the job has ended.
 */
#ifndef GRID_OUTBOX_H
#define GRID_OUTBOX_H

#include "grid/batch.h"

/* Where the folder is, made or not; the caller frees. */
char *outbox_path(const char *state);

/* The folder, made if need be; the caller frees. NULL on error. */
char *outbox_folder(const char *state, struct err *err);

/* The path of the package of a job; the caller frees. */
char *outbox_chunk(const char *folder, const char *name);

/* The path of what a run of an element hands back, never used before; the caller frees. NULL on
 * error. */
char *outbox_result(const char *folder, const char *name, int element, struct err *err);

/* The path of the note of what has begun in an element; the caller frees. */
char *outbox_note(const char *folder, const char *name, int element);

/* Is it the name of such a file? Then of which job and element. */
bool outbox_is_result(const char *file, char name[BATCH_UUID], int *element);

/* The name of the job whose package this is: false, it is none. */
bool outbox_is_chunk(const char *path, char name[BATCH_UUID]);

/* The files of the folder whose names begin so ("": all), in order, NULL-terminated; outbox_free
 * frees. NULL where the folder cannot be read. */
char **outbox_list(const char *folder, const char *begin);
void outbox_free(char **list);

/* Remove those files. */
void outbox_remove(const char *folder, const char *begin);

#endif
