/* SPDX-License-Identifier: MIT */
/*
 * cause: what many failures have in common: the reason without what differs between them.
 *
 *	atom 12 of lig_00321 at /scratch/x/1.pdbqt has no type
 *	atom # of NAME at PATH has no type
 *
 * A number, time or id becomes '#', with its unit; a file or a URL PATH; a
 * quoted text, and a word with digits in it, NAME; a list of them one of them.
 * White space is folded. Two reasons with the same class and cause belong
 * together; what is taken away may have mattered, so whoever shows a cause shows
 * one of its reasons too.
 */
#ifndef TASK_CAUSE_H
#define TASK_CAUSE_H

#include <stdint.h>

#include "task/failure.h"

struct err;

enum { CAUSE_MAX = 200, CAUSE_ID_TEXT = 9 };

/* The cause of a reason: UTF-8 of at most CAUSE_MAX bytes, whatever the reason is. NULL is "". The
 * caller frees. */
char *cause_of(const char *reason);

/* A short name for a class and a cause, the same for ever and everywhere: the first 32 bits of the
 * SHA-256 of "class\ncause". Never 0. */
uint32_t cause_id(enum failure class, const char *cause);

/* As people see it and give it back: 8 hexadecimal characters. format returns text. */
char *cause_id_format(uint32_t id, char text[CAUSE_ID_TEXT]);
int cause_id_parse(const char *text, uint32_t *id, struct err *err);

#endif
