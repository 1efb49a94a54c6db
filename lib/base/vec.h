/* SPDX-License-Identifier: MIT */
/*
 * vec: an array that grows, of any type.
 *
 *	VEC(char *) names = VEC_INIT;
 *	vec_add(&names, xstrdup("aspirin"));
 *	for (size_t i = 0; i < names.len; i++) ... names.at[i] ...
 *	vec_clear(&names);		(elements are the caller's)
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>

#include "base/alloc.h"

/* clang-format off */
#define VEC(type) struct { type *at; size_t len, room; }
#define VEC_INIT { NULL, 0, 0 }
/* clang-format on */

#define vec_add(v, item) \
	do { \
		if ((v)->len == (v)->room) { \
			(v)->room = (v)->room ? (v)->room * 2 : 8; \
			(v)->at = xreallocarray((v)->at, (v)->room, sizeof(*(v)->at)); \
		} \
		(v)->at[(v)->len++] = (item); \
	} while (0)

#define vec_clear(v) \
	do { \
		free((v)->at); \
		(v)->at = NULL; \
		(v)->len = (v)->room = 0; \
	} while (0)

#endif
