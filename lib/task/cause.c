/* SPDX-License-Identifier: MIT */
/*
 * cause: what many failures have in common.
 *
 * The reason is read once from left to right. At each place the longest thing
 * that differs from failure to failure is looked for (quoted text, formula,
 * path, number, word with digits) and written as its placeholder; anything else
 * is copied. A placeholder that follows the same one with only blanks and commas
 * in between is left out.
 */
#include "task/cause.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/utf8.h"

enum { READ_MAX = 4096, QUOTED_MAX = 300, CODE_MAX = 3, SYMBOLS = 3 };

/* Words that mean the same in every failure. */
static const char *const kept[] = { "2D", "3D", "UTF-8", "SHA-256", NULL };

struct scan {
	const char *start, *p;
	struct buf out;
	const char *last; /* the placeholder written last, NULL: none */
	size_t end;       /* where it ended in out */
	bool code;        /* the word before was one that a code follows: "exit 3" */
};

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool
is_blank(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

static bool
in_list(const char *const *list, const char *text, size_t len)
{
	for (; *list; list++)
		if (strlen(*list) == len && strncasecmp(*list, text, len) == 0)
			return true;
	return false;
}

static void
put_place(struct scan *s, const char *place)
{
	size_t i = s->end;

	while (i < s->out.len && strchr(" ,;", s->out.data[i]))
		i++;
	if (s->last && strcmp(s->last, place) == 0 && i == s->out.len) {
		s->out.len = s->end;
		s->out.data[s->end] = '\0';
		return;
	}
	buf_add_str(&s->out, place);
	s->last = place;
	s->end = s->out.len;
}

/* Behind the quoted text that begins at p, or NULL: at the first mark that no word follows. */
static const char *
quoted_end(const char *p)
{
	static const struct {
		const char *open, *close;
	} quotes[] = { { "'", "'" }, { "\"", "\"" }, { "`", "`" }, { "`", "'" }, { "“", "”" },
		{ "‘", "’" }, { "«", "»" } };
	const char *best = NULL, *end;

	for (size_t i = 0; i < sizeof(quotes) / sizeof(*quotes); i++) {
		size_t close = strlen(quotes[i].close);

		if (strncmp(p, quotes[i].open, strlen(quotes[i].open)) != 0)
			continue;
		end = p + strlen(quotes[i].open);
		while ((end = strstr(end, quotes[i].close)) && end - p < QUOTED_MAX) {
			end += close;
			if (close == 1 && is_word(*end))
				continue;
			best = best && best < end ? best : end;
			break;
		}
	}
	return best;
}

/* Without the punctuation of the sentence around it. */
static const char *
trim(const char *p, const char *end)
{
	while (end > p && strchr(".:!?", end[-1]))
		end--;
	return end;
}

/* Behind what stands between blanks, if it is a formula or a piece of code: letters with several
 * brackets and the like among them, as in CC(=O)O. Else NULL. */
static const char *
formula_end(const char *p)
{
	const char *end = p;
	int symbols = 0, letters = 0;

	for (; !is_blank(*end) && !strchr("'\"`,;", *end); end++) {
		symbols += strchr("()[]=@#\\", *end) != NULL;
		letters += isalpha((unsigned char)*end) != 0;
	}
	return symbols >= SYMBOLS && letters ? trim(p, end) : NULL;
}

/* Behind the path or URL at p, else NULL. With one slash in the middle it needs a dot or a digit:
 * "and/or" and "kcal/mol" are words. */
static const char *
path_end(const char *p)
{
	bool rooted = *p == '/' || strncmp(p, "./", 2) == 0 || strncmp(p, "../", 3) == 0 ||
	    strncmp(p, "~/", 2) == 0;
	const char *end = p, *url = NULL;
	int slashes = 0, marks = 0;

	for (; !is_blank(*end) && !strchr("'\"`,;()[]<>|", *end) && (url || *end != '='); end++) {
		if (strncmp(end, "://", 3) == 0)
			url = end;
		slashes += *end == '/';
		marks += (*end == '.' && is_word(end[1])) || isdigit((unsigned char)*end);
	}
	end = trim(p, end);
	if (end - p < 2 || !slashes || !(rooted || is_word(*p)))
		return NULL;
	return rooted || url || slashes > 1 || marks ? end : NULL;
}

/* How many characters at p are a number with its unit, 0: none. "1h30m" is one. */
static size_t
number_len(const char *p)
{
	static const char *const units[] = { "ms", "us", "ns", "s", "m", "h", "d", "k", "g", "t",
		"b", "kb", "mb", "gb", "tb", "ki", "mi", "gi", "ti", "kib", "mib", "gib", "tib",
		"x", "st", "nd", "rd", "th", NULL };
	const char *start = p, *unit;

	while (isdigit((unsigned char)*p)) {
		p += strspn(p, "0123456789.,:_");
		while (strchr(".,:_", p[-1]))
			p--;
		if ((*p == 'e' || *p == 'E') &&
		    isdigit((unsigned char)p[1 + (p[1] == '-' || p[1] == '+')])) {
			p += 2;
			p += strspn(p, "0123456789");
		}
		unit = p;
		while (isalpha((unsigned char)*p))
			p++;
		if (p > unit && !in_list(units, unit, (size_t)(p - unit)))
			return 0;
	}
	return (size_t)(p - start);
}

/* Dates, times, ranges, fractions: digits with these characters among them. */
static size_t
date_len(const char *p)
{
	size_t len = isdigit((unsigned char)*p) ? strspn(p, "0123456789-+:./TZ") : 0;

	while (len > 0 && strchr("-+:./T", p[len - 1]))
		len--;
	return len;
}

static size_t
word_len(const char *p)
{
	size_t len = 0;

	while (is_word(p[len]) || (len && strchr("-.", p[len]) && p[len] && is_word(p[len + 1])))
		len++;
	return len;
}

/* 0x7ffd, a UUID, a digest: hexadecimal digits with letters among them, at least 8. */
static bool
is_hex(const char *p, size_t len)
{
	size_t digits = 0;

	if (len > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		return strspn(p + 2, "0123456789abcdefABCDEF") >= len - 2;
	for (size_t i = 0; i < len; i++)
		digits += isdigit((unsigned char)p[i]) != 0;
	return len >= 8 && digits && strspn(p, "0123456789abcdefABCDEF-") >= len;
}

/* "aspirin.sdf": one dot and a short ending in lower case. */
static bool
is_file(const char *p, size_t len)
{
	const char *dot = memchr(p, '.', len);
	size_t ending = dot ? len - (size_t)(dot - p) - 1 : 0;

	if (ending < 2 || ending > 6 || !islower((unsigned char)dot[1]))
		return false;
	for (size_t i = 1; i <= ending; i++)
		if (!islower((unsigned char)dot[i]) && !isdigit((unsigned char)dot[i]))
			return false;
	return true;
}

static bool
has_digit(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (isdigit((unsigned char)p[i]))
			return true;
	return false;
}

/* A number at p, with its sign: true and passed. After "exit" and the like it is copied. */
static bool
take_number(struct scan *s)
{
	const char *p = s->p + ((*s->p == '-' || *s->p == '+' || *s->p == '#') && s->p[1]);
	size_t len = number_len(p), date = date_len(p);
	bool code = s->code && p == s->p && len && len <= CODE_MAX;

	if (date > len)
		len = date;
	if (!len || is_word(p[len]) || (strchr("-/", p[len]) && p[len] && is_word(p[len + 1])) ||
	    in_list(kept, p, word_len(p)))
		return false;
	if (code && strspn(p, "0123456789") == len)
		buf_add(&s->out, p, len);
	else
		put_place(s, "#");
	s->p = p + len;
	s->code = false;
	return true;
}

static void
take_word(struct scan *s)
{
	static const char *const codes[] = { "exit", "signal", "status", "code", "errno", "http",
		"error", NULL };
	size_t len = word_len(s->p);
	const char *place = NULL;

	if (is_hex(s->p, len))
		place = "#";
	else if (is_file(s->p, len))
		place = "PATH";
	else if (has_digit(s->p, len) && !in_list(kept, s->p, len))
		place = "NAME";
	if (place)
		put_place(s, place);
	else
		buf_add(&s->out, s->p, len);
	s->code = in_list(codes, s->p, len);
	s->p += len;
}

/* What begins at s->p: a placeholder only where no word was just before. */
static void
take_one(struct scan *s)
{
	char before = s->p == s->start ? ' ' : s->p[-1];
	const char *end;

	if (is_word(before) && !is_word(*s->p)) {
		buf_add_char(&s->out, *s->p++);
	} else if ((end = quoted_end(s->p)) ||
	    (is_blank(before) && !path_end(s->p) && (end = formula_end(s->p)))) {
		put_place(s, "NAME");
		s->p = end;
	} else if (take_number(s)) {
		return;
	} else if ((end = path_end(s->p))) {
		put_place(s, "PATH");
		s->p = end;
	} else if (is_word(*s->p)) {
		take_word(s);
	} else {
		buf_add_char(&s->out, *s->p++);
	}
}

char *
cause_of(const char *reason)
{
	struct buf text = BUF_INIT;
	struct scan s = { .out = BUF_INIT };
	char *cause;

	reason = reason ? reason : "";
	utf8_visible(reason, utf8_cut(reason, strnlen(reason, READ_MAX + 1), READ_MAX), 0, &text);
	s.start = s.p = buf_str(&text);
	while (*s.p) {
		if (!is_blank(*s.p)) {
			take_one(&s);
			continue;
		}
		while (*s.p && is_blank(*s.p))
			s.p++;
		if (s.out.len && *s.p)
			buf_add_char(&s.out, ' ');
	}
	cause = xstrndup(buf_str(&s.out), utf8_cut(buf_str(&s.out), s.out.len, CAUSE_MAX));
	buf_clear(&s.out);
	buf_clear(&text);
	return cause;
}

uint32_t
cause_id(enum failure class, const char *cause)
{
	const char *word = failure_name(class);
	char *text = xasprintf("%s\n%s", word ? word : "", cause), hex[DIGEST_HEX];
	uint32_t id;

	digest_bytes(text, strlen(text), hex);
	free(text);
	hex[CAUSE_ID_TEXT - 1] = '\0';
	id = (uint32_t)strtoul(hex, NULL, 16);
	return id ? id : 1;
}

char *
cause_id_format(uint32_t id, char text[CAUSE_ID_TEXT])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < CAUSE_ID_TEXT - 1; i++)
		text[i] = digits[id >> (28 - 4 * i) & 15];
	text[CAUSE_ID_TEXT - 1] = '\0';
	return text;
}

int
cause_id_parse(const char *text, uint32_t *id, struct err *err)
{
	size_t len = strspn(text, "0123456789abcdef");

	if (len != CAUSE_ID_TEXT - 1 || text[len])
		return err_set(err, ERR_INPUT,
		    "'%s' is not the id of a cause (3fa9c012): taskstat --dead tells them", text);
	*id = (uint32_t)strtoul(text, NULL, 16);
	return 0;
}
