/* SPDX-License-Identifier: MIT */
/* pattern: regular expressions of ECMA 262, said in the words of PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/pattern.h"

#include <ctype.h>
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"

/* The spaces and line ends of ECMA 262, and all that is none, as inner parts of a class. */
#define SPACES \
	"\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}" \
	"\\x{205f}\\x{3000}\\x{feff}"
#define NO_SPACES \
	"\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}" \
	"\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}" \
	"\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"
#define NO_LINE_END "[^\\x{a}\\x{d}\\x{2028}\\x{2029}]"

enum { HEAP_KIB = 16384, CODE_MAX = 0x10ffff };

struct pattern {
	pcre2_code *code;
	pcre2_match_context *limits;
};

/* A pattern that is being read. */
struct reader {
	const char *start, *at;
	struct buf *out;
	struct err *err;
	bool repeatable; /* what stands in front can be repeated */
};

static int
wrong(const struct reader *r, const char *what)
{
	return err_set(r->err, ERR_INPUT, "%s at character %td", what, r->at - r->start + 1);
}

/* So many hexadecimal digits: 0 and *code, or -1. */
static int
read_hex(const char *text, int digits, unsigned long *code)
{
	char copy[9] = "";

	for (int i = 0; i < digits; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return -1;
		copy[i] = text[i];
	}
	*code = strtoul(copy, NULL, 16);
	return digits > 0 ? 0 : -1;
}

/* \u1234, \u{12345} or a pair of surrogates; at stands behind the u. */
static int
read_unicode(struct reader *r, unsigned long *code)
{
	unsigned long low;

	if (*r->at == '{') {
		size_t len = strspn(++r->at, "0123456789abcdefABCDEF");

		if (len == 0 || len > 8 || r->at[len] != '}' ||
		    read_hex(r->at, (int)len, code) < 0 || *code > CODE_MAX)
			return wrong(r, "\\u{} takes the number of a character");
		r->at += len + 1;
	} else {
		if (read_hex(r->at, 4, code) < 0)
			return wrong(r, "\\u takes four hexadecimal digits");
		r->at += 4;
	}
	if ((*code & 0xfc00) == 0xd800 && r->at[0] == '\\' && r->at[1] == 'u' &&
	    read_hex(r->at + 2, 4, &low) == 0 && (low & 0xfc00) == 0xdc00) {
		*code = 0x10000 + ((*code & 0x3ff) << 10) + (low & 0x3ff);
		r->at += 6;
	}
	if ((*code & 0xfffff800) == 0xd800)
		return wrong(r, "half a surrogate pair");
	return 0;
}

/* An escape that is one character; at stands behind its letter. 0, or -1. */
static int
read_character(struct reader *r, char letter)
{
	static const char names[] = "tnvfr", codes[] = "\t\n\v\f\r";
	const char *name = strchr(names, letter);
	unsigned long code = (unsigned char)letter;

	if (!letter)
		return wrong(r, "a backslash without a character");
	if (name) {
		code = (unsigned char)codes[name - names];
	} else if (letter == 'u') {
		if (read_unicode(r, &code) < 0)
			return -1;
	} else if (letter == 'x') {
		if (read_hex(r->at, 2, &code) < 0)
			return wrong(r, "\\x takes two hexadecimal digits");
		r->at += 2;
	} else if (letter == 'c') {
		if (!isalpha((unsigned char)*r->at))
			return wrong(r, "\\c takes a letter");
		code = (unsigned char)*r->at++ & 31;
	} else if (letter == '0' && !isdigit((unsigned char)*r->at)) {
		code = 0;
	} else if (isalnum((unsigned char)letter) || (unsigned char)letter >= 0x80) {
		r->at--;
		return wrong(r, "an escape that ECMA 262 does not know");
	}
	buf_addf(r->out, "\\x{%lx}", code);
	return 0;
}

/* \p{...}, as PCRE2 knows it. */
static int
read_property(struct reader *r, char letter)
{
	const char *end = *r->at == '{' ? strchr(r->at, '}') : NULL;

	if (!end || r->at[1] == '^')
		return wrong(r, "\\p takes the name of a property in braces");
	buf_addf(r->out, "\\%c", letter);
	buf_add(r->out, r->at, (size_t)(end + 1 - r->at));
	r->at = end + 1;
	return 0;
}

/* An escape that stands for a set of characters: 1, 0 when it is none, -1. */
static int
read_set(struct reader *r, char letter, bool in_class)
{
	if (letter == 'p' || letter == 'P')
		return read_property(r, letter) < 0 ? -1 : 1;
	if (letter && strchr("dDwW", letter))
		buf_addf(r->out, "\\%c", letter);
	else if (letter == 's' || letter == 'S')
		buf_addf(r->out, in_class ? "%s" : "[%s]", letter == 's' ? SPACES : NO_SPACES);
	else
		return 0;
	return 1;
}

/* Is this the beginning of an escape that stands for a set? */
static bool
is_set(const char *text)
{
	return text[0] == '\\' && text[1] && strchr("dDwWsSpP", text[1]);
}

/* A member of a class; at stands on it. */
static int
read_member(struct reader *r, bool *after_set, bool first)
{
	char c = *r->at++;
	int rc;

	if (c == '-') { /* a range only between two characters */
		bool plain = first || *after_set || *r->at == ']' || is_set(r->at);

		buf_add_str(r->out, plain ? "\\-" : "-");
		return 0;
	}
	*after_set = false;
	if (c == '[' || c == '^') {
		buf_addf(r->out, "\\%c", c);
		return 0;
	}
	if (c != '\\') {
		buf_add_char(r->out, c);
		return 0;
	}
	c = *r->at;
	r->at += c != '\0';
	if (c == 'b') {
		buf_add_str(r->out, "\\x{8}");
		return 0;
	}
	rc = read_set(r, c, true);
	*after_set = rc > 0;
	return rc ? rc : read_character(r, c);
}

/* [...]; at stands behind the bracket. */
static int
read_class(struct reader *r)
{
	bool after_set = false, first = true;

	buf_add_char(r->out, '[');
	if (*r->at == '^')
		buf_add_char(r->out, *r->at++);
	for (; *r->at != ']'; first = false) {
		if (!*r->at)
			return wrong(r, "a class without ']'");
		if (read_member(r, &after_set, first) < 0)
			return -1;
	}
	r->at++;
	buf_add_char(r->out, ']');
	return 0;
}

/* Outside of classes; at stands behind the backslash. */
static int
read_escape(struct reader *r)
{
	char c = *r->at;
	int rc;

	r->at += c != '\0';
	if (c == 'b' || c == 'B') {
		buf_addf(r->out, "\\%c", c);
		return 0;
	}
	if (c == 'k' && *r->at == '<') {
		buf_add_str(r->out, "\\k");
		return 0; /* the name follows as it is */
	}
	if (c >= '1' && c <= '9') {
		size_t len = strspn(r->at, "0123456789");

		buf_addf(r->out, "\\g{%c%.*s}", c, (int)len, r->at);
		r->at += len;
		return 0;
	}
	rc = read_set(r, c, false);
	return rc ? rc : read_character(r, c);
}

/* How long a {2,3} is that stands here, 0 when there is none. */
static size_t
braces(const char *text)
{
	size_t len = strspn(text + 1, "0123456789"), more = 0;

	if (*text != '{' || len == 0)
		return 0;
	if (text[1 + len] == ',')
		more = 1 + strspn(text + 2 + len, "0123456789");
	return text[1 + len + more] == '}' ? 2 + len + more : 0;
}

/* A repetition; 1, 0 when none stands here, -1. */
static int
read_repetition(struct reader *r)
{
	size_t len = *r->at && strchr("*+?", *r->at) ? 1 : braces(r->at);

	if (len == 0)
		return 0;
	if (!r->repeatable)
		return wrong(r, "nothing to repeat");
	buf_add(r->out, r->at, len);
	r->at += len;
	if (*r->at == '?')
		buf_add_char(r->out, *r->at++);
	r->repeatable = false;
	return 1;
}

/* What may stand behind "(?": how long it is, 0: nothing of that kind. */
static size_t
group_kind(const char *text)
{
	static const char *const kinds[] = { "?:", "?=", "?!", "?<=", "?<!" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strncmp(text, kinds[i], strlen(kinds[i])) == 0)
			return strlen(kinds[i]);
	return text[1] == '<' && (isalpha((unsigned char)text[2]) || text[2] == '_') ? 2 : 0;
}

static int
read_group(struct reader *r)
{
	size_t len = *r->at == '?' ? group_kind(r->at) : 0;

	if (*r->at == '?' && len == 0)
		return wrong(r, "a group that ECMA 262 does not know");
	buf_add_char(r->out, '(');
	buf_add(r->out, r->at, len);
	r->at += len;
	r->repeatable = false;
	return 0;
}

/* One part of the pattern. */
static int
read_part(struct reader *r)
{
	int rc = read_repetition(r);
	char c;

	if (rc)
		return rc;
	c = *r->at++;
	if (c == '(')
		return read_group(r);
	r->repeatable = c != '|';
	if (c == '[')
		return read_class(r);
	if (c == '\\')
		return read_escape(r);
	if (c == '.')
		buf_add_str(r->out, NO_LINE_END);
	else if (strchr("{}]", c))
		buf_addf(r->out, "\\%c", c);
	else
		buf_add_char(r->out, c);
	return 0;
}

static pcre2_code *
compile(const struct buf *words, struct err *err)
{
	const uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS |
	    PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
	PCRE2_SIZE at;
	int why;
	pcre2_code *code = pcre2_compile(
	    (PCRE2_SPTR)buf_str(words), words->len, options, &why, &at, NULL);
	PCRE2_UCHAR text[160];

	if (code)
		return code;
	if (pcre2_get_error_message(why, text, sizeof(text)) < 0)
		text[0] = '\0';
	err_set(err, ERR_INPUT, "%s", (char *)text);
	return NULL;
}

struct pattern *
pattern_new(const char *text, struct err *err)
{
	struct buf words = BUF_INIT;
	struct reader r = { text, text, &words, err, false };
	struct pattern *pattern = NULL;
	pcre2_code *code = NULL;
	int rc = 0;

	while (rc >= 0 && *r.at)
		rc = read_part(&r);
	if (rc >= 0)
		code = compile(&words, err);
	buf_clear(&words);
	if (!code)
		return NULL;
	pattern = xcalloc(1, sizeof(*pattern));
	pattern->code = code;
	pattern->limits = pcre2_match_context_create(NULL);
	if (!pattern->limits) {
		err_set(err, ERR_SYSTEM, "not enough memory");
		pattern_free(pattern);
		return NULL;
	}
	pcre2_set_match_limit(pattern->limits, PATTERN_STEPS);
	pcre2_set_depth_limit(pattern->limits, PATTERN_STEPS);
	pcre2_set_heap_limit(pattern->limits, HEAP_KIB);
	return pattern;
}

void
pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_context_free(pattern->limits);
	pcre2_code_free(pattern->code);
	free(pattern);
}

int
pattern_find(const struct pattern *pattern, const char *text, size_t len)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int rc;

	if (!data)
		return -1;
	rc = pcre2_match(
	    pattern->code, (PCRE2_SPTR)text, len, 0, PCRE2_NO_UTF_CHECK, data, pattern->limits);
	pcre2_match_data_free(data);
	if (rc >= 0)
		return 1;
	return rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
