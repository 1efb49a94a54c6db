/* SPDX-License-Identifier: MIT */
/* author: who changes executions, by which command, and what that belongs to, for the journal. */
#ifndef CLI_AUTHOR_H
#define CLI_AUTHOR_H

struct err;
struct tally;

struct author {
	char *who;          /* the login name */
	char *belonging_to; /* NULL: nothing was said */
};

/* Sign what a tally will write. command: as it was given, borrowed. correlation: what it belongs
 * to; NULL: $DOCKLINE_CORRELATION, else nothing. The author stays as long as the tally. */
void author_sign(
    struct author *author, struct tally *tally, const char *command, const char *correlation);

/* Where there is no correlation: a new one, that nobody else has, a random UUID (RFC 9562). */
int author_name(struct author *author, struct tally *tally, struct err *err);

void author_clear(struct author *author);

#endif
