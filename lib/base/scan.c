/* SPDX-License-Identifier: MIT */
/*
 * scan: a few members of a JSON object, found in its text without making values of it.
 *
 * The members wanted are a tree of names; the scan walks down the text and the
 * tree together. A name that stands twice in an object must be found out: the
 * names of the objects that are open lie on a stack, and a mask of 64 bits for
 * each object says which are worth comparing with.
 */
#include "base/scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "base/vec.h"

enum {
	DEPTH_MAX = 64,
	NAMES_MAX = 1024,    /* of all objects that are open */
	INTEGER_DIGITS = 18, /* any such integer fits 64 bits */
	REAL_DIGITS = 200,   /* with an exponent of two digits: any such number is finite */
};

/* A name on the way to a member. Children and siblings are indices, 0: none. */
struct node {
	const char *name;
	size_t len;
	int child, next;
	int found; /* which pointer ends here, -1: none */
};

struct scan {
	VEC(struct node) nodes; /* the first is the root */
	size_t n;
};

struct name {
	const char *at;
	size_t len;
};

struct walk {
	const struct scan *scan;
	const char *end;
	struct scan_found *found;
	struct name names[NAMES_MAX];
	size_t nnames;
	int depth;
};

static int
find_child(const struct scan *scan, int parent, const char *name, size_t len)
{
	const struct node *nodes = scan->nodes.at;
	int i;

	for (i = nodes[parent].child; i > 0; i = nodes[i].next)
		if (nodes[i].len == len && memcmp(nodes[i].name, name, len) == 0)
			break;
	return i;
}

static int
add_child(struct scan *scan, int parent, const char *name, size_t len)
{
	struct node node = { .name = name, .len = len, .found = -1 };
	int i = (int)scan->nodes.len;

	node.next = scan->nodes.at[parent].child;
	vec_add(&scan->nodes, node);
	scan->nodes.at[parent].child = i;
	return i;
}

struct scan *
scan_new(const char *const *pointers, size_t n)
{
	struct scan *scan = xcalloc(1, sizeof(*scan));
	struct node root = { .name = "", .found = -1 };

	vec_add(&scan->nodes, root);
	scan->n = n;
	for (size_t i = 0; i < n; i++) {
		const char *at = pointers[i];
		int node = 0;

		while (*at == '/') {
			size_t len = strcspn(++at, "/");
			int child = find_child(scan, node, at, len);

			node = child > 0 ? child : add_child(scan, node, at, len);
			at += len;
		}
		scan->nodes.at[node].found = (int)i;
	}
	return scan;
}

void
scan_free(struct scan *scan)
{
	if (!scan)
		return;
	vec_clear(&scan->nodes);
	free(scan);
}

static const char *
skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
		at++;
	return at;
}

#define EACH(byte) (0x0101010101010101u * (byte))

/* Whether a byte of the eight is zero; false alarms are possible behind one that is. */
static uint64_t
zeros(uint64_t eight)
{
	return (eight - EACH(1)) & ~eight & EACH(0x80);
}

/* To the next byte that is not an ordinary character of a string; eight at a time, and what is
 * left over one by one. */
static const char *
skip_ordinary(const char *at, const char *end)
{
	for (; end - at >= 8; at += 8) {
		uint64_t w;

		memcpy(&w, at, 8);
		if ((w & EACH(0x80)) | zeros(w ^ EACH('"')) | zeros(w ^ EACH('\\')) |
		    ((w - EACH(0x20)) & ~w & EACH(0x80)))
			break;
	}
	while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' &&
	    *at != '\\')
		at++;
	return at;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An escape from behind its backslash: where it ends, or NULL. Halves of surrogate pairs are left
 * to others. */
static const char *
skip_escape(const char *at, const char *end)
{
	int n = 0;

	if (at == end)
		return NULL;
	if (*at != 'u')
		return memchr("\"\\/bfnrt", *at, 8) ? at + 1 : NULL;
	if (end - at < 5)
		return NULL;
	for (int i = 1; i <= 4; i++) {
		int digit = hex_digit(at[i]);

		if (digit < 0)
			return NULL;
		n = n * 16 + digit;
	}
	return n >= 0xd800 && n <= 0xdfff ? NULL : at + 5;
}

/* A string from its first quote: behind its last, or NULL. */
static const char *
skip_string(const struct walk *w, const char *at)
{
	const char *from = ++at;
	bool wide = false;

	for (;;) {
		at = skip_ordinary(at, w->end);
		if (at == w->end || (unsigned char)*at < 0x20)
			return NULL;
		if (*at == '"')
			break;
		if (*at == '\\') {
			at = skip_escape(at + 1, w->end);
			if (!at)
				return NULL;
		} else {
			wide = true;
			at++;
		}
	}
	return wide && !utf8_valid(from, (size_t)(at - from)) ? NULL : at + 1;
}

static const char *
skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* A number: behind it, or NULL when it is none or may be too large for json_parse. */
static const char *
skip_number(const struct walk *w, const char *at)
{
	const char *from, *dot, *end = w->end;

	at += *at == '-';
	from = at;
	at = skip_digits(at, end);
	if (at == from || (*from == '0' && at - from > 1))
		return NULL;
	if (at == end || (*at != '.' && (*at | 0x20) != 'e'))
		return at - from <= INTEGER_DIGITS ? at : NULL;
	if (*at == '.') {
		dot = at;
		at = skip_digits(at + 1, end);
		if (at - dot < 2)
			return NULL;
	}
	if (at - from > REAL_DIGITS)
		return NULL;
	if (at < end && (*at | 0x20) == 'e') {
		at++;
		at += at < end && (*at == '+' || *at == '-');
		from = at;
		at = skip_digits(at, end);
		if (at == from || at - from > 2)
			return NULL;
	}
	return at;
}

static const char *
skip_word(const struct walk *w, const char *at, const char *word, size_t len)
{
	return (size_t)(w->end - at) >= len && memcmp(at, word, len) == 0 ? at + len : NULL;
}

/* A name that this object has not had yet, onto the stack. */
static bool
add_name(struct walk *w, size_t first, uint64_t *mask, const struct name *name)
{
	unsigned last = name->len ? (unsigned char)name->at[name->len - 1] : 0;
	unsigned start = name->len ? (unsigned char)name->at[0] : 0;
	uint64_t bit = (uint64_t)1 << ((name->len * 5 + start * 3 + last) & 63);

	for (size_t i = first; *mask & bit && i < w->nnames; i++)
		if (w->names[i].len == name->len &&
		    memcmp(w->names[i].at, name->at, name->len) == 0)
			return false;
	if (w->nnames == NAMES_MAX)
		return false;
	*mask |= bit;
	w->names[w->nnames++] = *name;
	return true;
}

static const char *skip_value(struct walk *w, const char *at, int node);

/* A member from its name on: behind its value, or NULL. node: of the object, -1: none is wanted. */
static const char *
skip_member(struct walk *w, const char *at, int node, size_t first, uint64_t *mask)
{
	struct name name = { at + 1, 0 };
	const char *from;
	int child = -1;

	if (at == w->end || *at != '"')
		return NULL;
	at = skip_ordinary(at + 1, w->end);
	if (at == w->end || *at != '"')
		return NULL;
	name.len = (size_t)(at - name.at);
	if (!add_name(w, first, mask, &name))
		return NULL;
	at = skip_blanks(at + 1, w->end);
	if (at == w->end || *at != ':')
		return NULL;
	if (node >= 0)
		child = find_child(w->scan, node, name.at, name.len);
	from = skip_blanks(at + 1, w->end);
	at = skip_value(w, from, child > 0 ? child : -1);
	if (at && child > 0 && w->scan->nodes.at[child].found >= 0)
		w->found[w->scan->nodes.at[child].found] = (struct scan_found){ from,
			(size_t)(at - from) };
	return at;
}

/* From behind a member or an element: true and *at on the next; false and *at behind the bracket
 * that closes, or NULL when there is neither. */
static bool
goes_on(const struct walk *w, const char **at, char closing)
{
	const char *here = skip_blanks(*at, w->end);

	*at = NULL;
	if (here == w->end || (*here != ',' && *here != closing))
		return false;
	*at = *here == ',' ? skip_blanks(here + 1, w->end) : here + 1;
	return *here == ',';
}

static const char *
skip_object(struct walk *w, const char *at, int node)
{
	size_t first = w->nnames;
	uint64_t mask = 0;

	at = skip_blanks(at + 1, w->end);
	if (at < w->end && *at == '}')
		return at + 1;
	do
		at = skip_member(w, at, node, first, &mask);
	while (at && goes_on(w, &at, '}'));
	w->nnames = first;
	return at;
}

static const char *
skip_array(struct walk *w, const char *at)
{
	at = skip_blanks(at + 1, w->end);
	if (at < w->end && *at == ']')
		return at + 1;
	do
		at = skip_value(w, at, -1);
	while (at && goes_on(w, &at, ']'));
	return at;
}

static const char *
skip_value(struct walk *w, const char *at, int node)
{
	if (at == w->end || w->depth >= DEPTH_MAX)
		return NULL;
	switch (*at) {
	case '"':
		return skip_string(w, at);
	case '{':
	case '[':
		w->depth++;
		at = *at == '{' ? skip_object(w, at, node) : skip_array(w, at);
		w->depth--;
		return at;
	case 't':
		return skip_word(w, at, "true", 4);
	case 'f':
		return skip_word(w, at, "false", 5);
	case 'n':
		return skip_word(w, at, "null", 4);
	default:
		return skip_number(w, at);
	}
}

bool
scan_text(const struct scan *scan, const char *text, size_t len, struct scan_found *found)
{
	struct walk w;

	w.scan = scan;
	w.end = text + len;
	w.found = found;
	w.nnames = 0;
	w.depth = 0;
	memset(found, 0, scan->n * sizeof(*found));
	text = skip_blanks(text, w.end);
	if (text == w.end || *text != '{')
		return false;
	text = skip_value(&w, text, 0);
	return text && skip_blanks(text, w.end) == w.end;
}

bool
scan_is_string(const struct scan_found *found)
{
	return found->at && *found->at == '"';
}

bool
scan_is_number(const struct scan_found *found)
{
	return found->at && (*found->at == '-' || (*found->at >= '0' && *found->at <= '9'));
}

bool
scan_is_object(const struct scan_found *found)
{
	return found->at && *found->at == '{';
}

bool
scan_is_null(const struct scan_found *found)
{
	return found->at && *found->at == 'n';
}

bool
scan_plain(const struct scan_found *found, struct scan_found *inside)
{
	if (!scan_is_string(found))
		return false;
	*inside = (struct scan_found){ found->at + 1, found->len - 2 };
	return !memchr(inside->at, '\\', inside->len);
}

bool
scan_number(const struct scan_found *found, double *out)
{
	char copy[REAL_DIGITS + 8];

	if (!scan_is_number(found) || found->len >= sizeof(copy))
		return false;
	memcpy(copy, found->at, found->len);
	copy[found->len] = '\0';
	*out = strtod(copy, NULL);
	return true;
}
