/* SPDX-License-Identifier: MIT */
/*
 * scan: what can be seen of a jq expression without running it.
 *
 * One cursor walks over the text; strings are passed over, but for what stands
 * in \( ) within them, which is walked over like the rest.
 */
#include "plan/scan.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "base/strtab.h"

enum { DEPTH_MAX = 200 };

struct cursor {
	const char *text, *at, *end;
	scan_fn *fn; /* NULL: nobody asks for mentions */
	void *ctx;
	char before;          /* the last character that is no blank, '\0': none */
	bool moved;           /* a pipe or bracket was passed: '.' may be something else */
	bool closing;         /* "}}" on the outside ends it */
	char open[DEPTH_MAX]; /* brackets that are open */
	int depth;
};

static const char *const roots[] = { "params", "steps", "item", "run" };

_Static_assert(sizeof(roots) / sizeof(*roots) == ROOT_COUNT, "a name for every root");

const char *
root_name(enum root root)
{
	return roots[root];
}

static bool
begins_word(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static bool
is_in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool
scan_is_word(const char *text)
{
	if (!begins_word(*text))
		return false;
	while (is_in_word(*text))
		text++;
	return *text == '\0';
}

/* The word at p, its length; 0: there is none. */
static size_t
word_at(const char *p, const char *end)
{
	const char *from = p;

	if (p == end || !begins_word(*p))
		return 0;
	while (p < end && is_in_word(*p))
		p++;
	return (size_t)(p - from);
}

bool
scan_is_path(const char *text, size_t len)
{
	const char *end = text + len;

	if (text < end && *text == '.')
		text++;
	for (;;) {
		size_t n = word_at(text, end);

		if (n == 0)
			return false;
		text += n;
		if (text == end)
			return true;
		if (*text++ != '.')
			return false;
	}
}

/* The member that follows: ".NAME" or [".NAME"] as ["NAME"]; where it ends, or NULL. */
static const char *
member_at(const char *p, const char *end, const char **name, size_t *len)
{
	const char *close;

	if (p < end && *p == '.' && (*len = word_at(p + 1, end)) > 0) {
		*name = p + 1;
		return p + 1 + *len;
	}
	if (end - p < 4 || p[0] != '[' || p[1] != '"')
		return NULL;
	close = memchr(p + 2, '"', (size_t)(end - p - 2));
	if (!close || close + 1 == end || close[1] != ']')
		return NULL;
	*name = p + 2;
	*len = (size_t)(close - p - 2);
	return close + 2;
}

static bool
is_key(const struct cursor *c, const char *behind)
{
	if (c->depth == 0 || c->open[c->depth - 1] != '{' || (c->before != '{' && c->before != ','))
		return false;
	while (behind < c->end && isspace((unsigned char)*behind))
		behind++;
	return behind < c->end && *behind == ':';
}

/* A word begins here: is it one of the roots? */
static void
take_word(struct cursor *c)
{
	size_t len = word_at(c->at, c->end);
	bool bare = c->before != '.';
	struct mention m = { .sure = bare || !c->moved };
	const char *p = c->at + len;
	char word[8] = "";
	int root;

	if (len < sizeof(word))
		memcpy(word, c->at, len);
	root = strtab_find(roots, ROOT_COUNT, word);
	if (root >= 0 && c->fn && c->before != '$' && !(bare && is_key(c, p))) {
		m.root = (enum root)root;
		p = member_at(p, c->end, &m.name, &m.name_len);
		if (p)
			member_at(p, c->end, &m.member, &m.member_len);
		c->fn(&m, c->ctx);
	}
	c->at += len;
	c->before = 'a';
}

static int
unbalanced(const struct cursor *c, struct err *err, const char *what)
{
	return err_set(err, ERR_INPUT, "%s in '%.*s'", what,
	    (int)(c->end - c->text < 60 ? c->end - c->text : 60), c->text);
}

static int
open_bracket(struct cursor *c, char bracket, struct err *err)
{
	if (c->depth == DEPTH_MAX)
		return unbalanced(c, err, "too many brackets");
	c->open[c->depth++] = bracket;
	c->moved |= bracket != '{';
	return 0;
}

/* Pass over text in quotes up to its end, or up to a \( in it, which is open then. */
static int
take_text(struct cursor *c, struct err *err)
{
	while (c->at < c->end) {
		char ch = *c->at++;

		if (ch == '"') {
			c->before = '"';
			return 0;
		}
		if (ch != '\\' || c->at == c->end)
			continue;
		if (*c->at++ != '(')
			continue;
		c->before = '(';
		return open_bracket(c, '"', err); /* its ')' is back in the text */
	}
	return unbalanced(c, err, "a quote is not closed");
}

static int
close_bracket(struct cursor *c, char bracket, struct err *err)
{
	char open = c->depth > 0 ? c->open[c->depth - 1] : '\0';

	if (open == '"' && bracket == ')') {
		c->depth--;
		return take_text(c, err);
	}
	if ((bracket == ')' && open != '(') || (bracket == ']' && open != '[') ||
	    (bracket == '}' && open != '{'))
		return unbalanced(c, err, "brackets do not fit together");
	c->depth--;
	c->before = bracket;
	return 0;
}

/* Is the word here a member of something, as in `.a.params`? */
static bool
is_deeper(const struct cursor *c)
{
	const char *p = c->at - 1;

	if (c->before != '.')
		return false;
	return p > c->text && (is_in_word(p[-1]) || strchr(")]\"?", p[-1]));
}

static int
step(struct cursor *c, struct err *err)
{
	char ch = *c->at;

	if (begins_word(ch) && !is_deeper(c)) {
		take_word(c);
		return 0;
	}
	if (is_in_word(ch)) {
		while (c->at < c->end && is_in_word(*c->at))
			c->at++;
		c->before = 'a';
		return 0;
	}
	c->at++;
	if (ch == '"')
		return take_text(c, err);
	if (ch == '#')
		while (c->at < c->end && *c->at != '\n')
			c->at++;
	if (strchr("([{", ch) && open_bracket(c, ch, err) < 0)
		return -1;
	if (strchr(")]}", ch))
		return close_bracket(c, ch, err);
	c->moved |= ch == '|';
	if (!isspace((unsigned char)ch))
		c->before = ch;
	return 0;
}

/* Walk to the end, or to the "}}" that closes. */
static int
walk(struct cursor *c, struct err *err)
{
	while (c->at < c->end) {
		if (c->closing && c->depth == 0 && c->end - c->at >= 2 && c->at[0] == '}' &&
		    c->at[1] == '}')
			return 0;
		if (step(c, err) < 0)
			return -1;
	}
	if (c->closing)
		return unbalanced(c, err, "'${{' has no '}}'");
	return c->depth > 0 ? unbalanced(c, err, "a bracket is not closed") : 0;
}

void
scan_mentions(const char *text, size_t len, scan_fn *fn, void *ctx)
{
	struct cursor c = { .text = text, .at = text, .end = text + len, .fn = fn, .ctx = ctx };

	walk(&c, NULL);
}

long
scan_expression(const char *text, struct err *err)
{
	struct cursor c = { .text = text, .at = text, .end = text + strlen(text), .closing = true };

	return walk(&c, err) < 0 ? -1 : c.at - c.text;
}

int
scan_balance(const char *text, size_t len, struct err *err)
{
	struct cursor c = { .text = text, .at = text, .end = text + len };

	return walk(&c, err);
}
