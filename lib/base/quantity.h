/* SPDX-License-Identifier: MIT */
/*
 * quantity: a member that is a number, or a text with a unit: 90 or "1h30m", 4096 or "700M".
 *
 * Task files, retry rules and settings all take both. Messages read on after the
 * name of the member: "must be seconds or a duration, found boolean".
 */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <jansson.h>

struct err;

enum quantity {
	QUANTITY_NUMBER,   /* any finite number */
	QUANTITY_SECONDS,  /* 0..NUM_DURATION_MAX; "1h30m" */
	QUANTITY_BYTES,    /* 0..2^62; "700M" */
	QUANTITY_FRACTION, /* 0..1; "10%" */
	QUANTITY_KINDS,
};

/* The value in its base unit. -1 with ERR_INPUT: another type, no such text, out of range. */
int quantity_read(enum quantity kind, const json_t *value, double *out, struct err *err);

/* The same of a text alone. */
int quantity_text(enum quantity kind, const char *text, double *out, struct err *err);

#endif
