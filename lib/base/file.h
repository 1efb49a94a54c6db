/* SPDX-License-Identifier: MIT */
/* file: whole files, read and written. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

struct buf;
struct err;

/* Append the whole file to out. More than limit bytes is an error (0: 1 GiB). Not decompressed. */
int file_read(const char *path, size_t limit, struct buf *out, struct err *err);

/* Append everything from a descriptor to out; limit as above. Name is for messages. */
int file_read_fd(int fd, const char *name, size_t limit, struct buf *out, struct err *err);

/* Write all of data to fd, whatever it takes. */
int file_write_fd(int fd, const char *name, const void *data, size_t len, struct err *err);

/* The file appears whole or not at all: written beside path, synced, renamed. An old file keeps
 * its mode, a symbolic link stays one; devices and pipes are written in place. */
int file_write(const char *path, const void *data, size_t len, struct err *err);

/* Reading from fd and writing to it wait from now on, where whoever opened it wanted it otherwise
 * (O_NONBLOCK). A pipe or terminal is opened again for that: others who have it too see no
 * difference. What is not open stays so. */
void file_wait(int fd);

/* Remove a directory and what is in it, also what its owner protected; links are not followed.
 * Missing is fine. */
int file_remove_tree(const char *path, struct err *err);

#endif
