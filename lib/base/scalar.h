/* SPDX-License-Identifier: MIT */
/*
 * scalar: what an unquoted word of YAML means (the core schema of YAML 1.2).
 *
 *	null Null NULL ~ and nothing	null
 *	true True TRUE false ...	booleans; yes no on off are text
 *	-12 +3				64-bit integers, exact
 *	1.5 .5 1e3			numbers
 *	anything else			text: 1:30, 1_000, 2026-01-31
 *
 * Refused, because JSON has none or readers of YAML disagree: 0o17, 0x1f, 007,
 * .inf, .nan, integers beyond 64 bits, numbers beyond doubles.
 */
#ifndef BASE_SCALAR_H
#define BASE_SCALAR_H

#include <jansson.h>
#include <stddef.h>

struct err;

/* The value of a plain scalar, the caller's; NULL with ERR_INPUT (without a position). */
json_t *scalar_plain(const char *text, size_t len, struct err *err);

/* The value of a scalar whose tag says what it is: "str" (also of quoted text), "int", "float",
 * "bool", "null". NULL with ERR_INPUT when it is not, or the tag is another. */
json_t *scalar_tagged(const char *kind, const char *text, size_t len, struct err *err);

#endif
