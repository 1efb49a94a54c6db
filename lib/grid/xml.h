/* SPDX-License-Identifier: MIT */
/*
 * xml: a small document as a JSON value.
 *
 * The document is an object with one member, its root. An element that holds
 * text alone and has no attributes is that text; any other is an object with an
 * array for each name of element in it and a text for each attribute, "@NAME"
 * (and for its own text, "", when there is more than blanks of it). Comments,
 * declarations and instructions are passed over; there are no entities but the
 * five usual ones and numbers. No names, no network, at most 64 levels.
 */
#ifndef GRID_XML_H
#define GRID_XML_H

#include <jansson.h>
#include <stddef.h>

struct err;

/* The value, which is the caller's. NULL with ERR_INPUT: it is not well-formed. */
json_t *xml_parse(const char *text, size_t len, struct err *err);

#endif
