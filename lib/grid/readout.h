/* SPDX-License-Identifier: MIT */
/*
 * readout: what a program of a scheduler printed, as a JSON value.
 *
 *	lines	an object for each line that has so many columns: noise around them
 *		(banners of a login node, warnings) has not
 *	pairs	one object of "NAME SEPARATOR VALUE"; without a separator blanks are
 *	blocks	an object of "NAME VALUE" between lines that begin with the separator
 *	json	the value, what stands before its first brace is passed over
 *	xml	see grid/xml.h
 *
 * All values are text, without blanks at their ends.
 */
#ifndef GRID_READOUT_H
#define GRID_READOUT_H

#include <jansson.h>

struct buf;
struct err;
struct profile_ask;

/* The rows of an answer, an array of objects and the caller's: by the jq program of the question,
 * or as it is read. NULL with ERR_INPUT: it is not what was expected. */
json_t *readout_rows(const struct profile_ask *ask, const struct buf *text, struct err *err);

#endif
