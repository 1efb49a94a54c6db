/* SPDX-License-Identifier: MIT */
/* verb: what taskctl can be told to do, in words, and how that is told. */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include "task/control.h"

struct err;

enum { VERB_PRIORITY = CONTROL_COUNT, VERB_COUNT };

/* "cancel"; "cannot be cancelled"; "cancelled". */
const char *verb_name(int verb);
const char *verb_cannot(int verb);
const char *verb_done(int verb);

/* The verb of a word, or -1; and all words joined by sep, which the caller frees. */
int verb_find(const char *word);
char *verb_list(const char *sep);

/* A command line as text for the journal: its words, cut to some 200 bytes. The caller frees. */
char *verb_asked(char *const *argv);

/* "timeout=4h" and "memory=4G" of --force, NULL-terminated or NULL, into the options of a retry. */
int verb_force(char *const *pairs, struct control_options *options, struct err *err);

#endif
