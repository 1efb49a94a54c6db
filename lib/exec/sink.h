/* SPDX-License-Identifier: MIT */
/*
 * sink: a file that one child after another writes to, and nobody else.
 *
 * What a child leaves behind may go on writing for a moment after the child has ended. So each gets
 * a descriptor of its own; while somebody still has such a one the next child gets another file
 * under the same name. A lease tells (fcntl(2), F_SETLEASE): a file cannot be leased for reading
 * while it is open for writing. Where there are no leases it is another file each time.
 */
#ifndef EXEC_SINK_H
#define EXEC_SINK_H

#include <stdint.h>

struct err;

struct sink {
	char *path;
	int fd; /* for reading; -1: not open */
};

#define SINK_INIT \
	{ \
		NULL, -1 \
	}

/* Make the file folder/NUMBER.KIND. -1: it cannot be made. */
int sink_open(struct sink *sink, const char *folder, int number, const char *kind, struct err *err);
void sink_close(struct sink *sink);

/* Empty, for the next child. 0; 1: somebody may still write to the one before, so it is another
 * file; -1 with errno. */
int sink_clean(struct sink *sink);

/* For the child: a descriptor that appends, to be closed when the child was started. -1 with
 * errno. */
int sink_give(const struct sink *sink);

/* Make room on the disk: only about the last `keep` bytes stay, where they were, or none. */
void sink_cut(const struct sink *sink, int64_t keep);

#endif
