/* SPDX-License-Identifier: MIT */
/*
 * err: what went wrong, for a person to read, and which exit status it means.
 *
 * Library functions return 0 or a count, -1 or NULL on failure, and fill in a
 * struct err when the caller gave one.  There is nothing to free; NULL is
 * always allowed.  Messages are lower case, without a full stop, subject in
 * single quotes, cause last after a colon.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* The exit status of every program (the EXIT STATUS table of every page). */
enum exit_status {
	EXIT_DONE = 0,   /* everything asked for was done */
	EXIT_NO = 1,     /* the answer is no, or some task or record failed */
	EXIT_USAGE = 2,  /* wrong usage */
	EXIT_INPUT = 3,  /* bad input: record, YAML, molecule file */
	EXIT_STATE = 4,  /* state file: busy too long, damaged, newer */
	EXIT_SYSTEM = 5, /* the machine refused: memory, disk, permission, fork */
};

enum err_kind {
	ERR_NONE,
	ERR_NO,
	ERR_USAGE,
	ERR_INPUT,
	ERR_STORE,
	ERR_SYSTEM,
};

struct err {
	enum err_kind kind;
	char text[1024]; /* empty: nothing to say (already said, or a plain no) */
};

/* Set kind and text. Returns -1, so that failing is one line. */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set with ERR_SYSTEM and ": " + strerror(errno) at the end. errno is kept. Returns -1. */
int err_sys(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* As err_sys, for a file that somebody named: ERR_INPUT when it is not there, or is a directory. */
int err_file(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Put "context: " in front of the text, keep the kind. Returns -1. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The exit status that a kind means. */
enum exit_status err_exit(enum err_kind kind);

/* Our own broken promise: print file and line to stderr and abort. */
#define BUG(...) err_bug(__FILE__, __LINE__, __VA_ARGS__)
void err_bug(const char *file, int line, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

#endif
