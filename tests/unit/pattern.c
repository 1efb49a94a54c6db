/* SPDX-License-Identifier: MIT */
/* pattern: regular expressions of ECMA 262, what they find and what is none. */
#include "base/pattern.h"

#include "base/err.h"
#include "tap.h"

static const struct {
	const char *pattern, *text;
	int found;
} finds[] = {
	{ "b", "abc", 1 },
	{ "^b", "abc", 0 },
	{ "", "", 1 },
	{ "^a$", "a\n", 0 },
	{ "^.$", "\xc3\xa9", 1 },
	{ "^.$", "\xf0\x9f\x98\x80", 1 },
	{ "^.$", "\xe2\x80\xa8", 0 },
	{ "^.$", "\v", 1 },
	{ "^\\d+$", "12", 1 },
	{ "^\\d$", "\xd9\xa3", 0 },
	{ "^\\w$", "\xc3\xa9", 0 },
	{ "^\\W$", "\xc3\xa9", 1 },
	{ "^\\s$", "\xc2\xa0", 1 },
	{ "^\\s$", "\xef\xbb\xbf", 1 },
	{ "^\\S$", "\xc2\xa0", 0 },
	{ "^[\\s]$", "\xe2\x80\xa8", 1 },
	{ "^[\\S]$", "\xe2\x80\xa8", 0 },
	{ "^[^\\S]$", "\xe2\x80\xa8", 1 },
	{ "^[\\s\\S]$", "\n", 1 },
	{ "^[\\w-]+$", "a-b", 1 },
	{ "^[\\s-z]$", "y", 0 },
	{ "^[\\s-z]$", "-", 1 },
	{ "^[a-\\d]$", "-", 1 },
	{ "^[a-\\d]$", "b", 0 },
	{ "^[-a]$", "-", 1 },
	{ "^[+--]$", ",", 1 },
	{ "^[^-a]$", "-", 0 },
	{ "^[[:alpha:]]$", "b", 0 },
	{ "^[[:alpha:]]$", "a]", 1 },
	{ "^[]$", "", 0 },
	{ "^[^]$", "\n", 1 },
	{ "^[\\b]$", "\b", 1 },
	{ "\\bcat\\b", "a cat", 1 },
	{ "^\\v$", "\n", 0 },
	{ "^\\v$", "\v", 1 },
	{ "^\\cJ$", "\n", 1 },
	{ "^\\x41\\u0042\\u{43}$", "ABC", 1 },
	{ "^\\ud83d\\ude00$", "\xf0\x9f\x98\x80", 1 },
	{ "^[\\u0061-\\u0063]+$", "abc", 1 },
	{ "^(a)\\1$", "aa", 1 },
	{ "^(?:(a)|b)\\1$", "b", 1 },
	{ "^(?<x>a)\\k<x>$", "aa", 1 },
	{ "^(?=ab)a(?!c)", "ab", 1 },
	{ "(?<=a)b", "ab", 1 },
	{ "(?<!a)b", "ab", 0 },
	{ "^a{2,3}$", "aaa", 1 },
	{ "^a{2}?$", "aa", 1 },
	{ "^{a}$", "{a}", 1 },
	{ "^a{,2}$", "a{,2}", 1 },
	{ "^x]$", "x]", 1 },
	{ "^\\/\\-\\\"\\@$", "/-\"@", 1 },
	{ "^\\p{Lu}$", "\xc3\x89", 1 },
	{ "^\\P{L}$", "1", 1 },
	{ "^[\\p{L}]$", "\xc3\x89", 1 },
	{ "^#[0-9a-f]{6}$", "#00ff7f", 1 },
	{ "^a b$", "a b", 1 },
	{ "^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", -1 },
};

static const struct {
	const char *pattern, *error;
} faults[] = {
	{ "\\Z", "an escape that ECMA 262 does not know at character 2" },
	{ "a\\Qb", "an escape that ECMA 262 does not know at character 3" },
	{ "\\", "a backslash without a character at character 2" },
	{ "[a\\", "a backslash without a character at character 4" },
	{ "[a", "a class without ']' at character 3" },
	{ "*a", "nothing to repeat at character 1" },
	{ "a++", "nothing to repeat at character 3" },
	{ "(*FAIL)", "nothing to repeat at character 2" },
	{ "a|*", "nothing to repeat at character 3" },
	{ "(?i)a", "a group that ECMA 262 does not know at character 2" },
	{ "(?>a)", "a group that ECMA 262 does not know at character 2" },
	{ "(?P<n>a)", "a group that ECMA 262 does not know at character 2" },
	{ "\\u12", "\\u takes four hexadecimal digits at character 3" },
	{ "\\u{110000}", "\\u{} takes the number of a character at character 4" },
	{ "\\ud83d", "half a surrogate pair at character 7" },
	{ "\\x4", "\\x takes two hexadecimal digits at character 3" },
	{ "\\c1", "\\c takes a letter at character 3" },
	{ "\\01", "an escape that ECMA 262 does not know at character 2" },
	{ "\\pL", "\\p takes the name of a property in braces at character 3" },
	{ "(a", "missing closing parenthesis" },
	{ "a)", "unmatched closing parenthesis" },
	{ "[b-a]", "range out of order in character class" },
	{ "\\2(a)", "reference to non-existent subpattern" },
};

int
main(void)
{
	for (size_t i = 0; i < COUNT(finds); i++) {
		struct err err = { 0 };
		struct pattern *p = pattern_new(finds[i].pattern, &err);

		if (ok(p != NULL, "'%s' is a pattern: %s", finds[i].pattern, err.text))
			is_int(pattern_find(p, finds[i].text, strlen(finds[i].text)),
			    finds[i].found, "'%s' in '%s'", finds[i].pattern, finds[i].text);
		pattern_free(p);
	}
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct err err = { 0 };
		struct pattern *p = pattern_new(faults[i].pattern, &err);

		is_str(p ? NULL : err.text, faults[i].error, "'%s'", faults[i].pattern);
		pattern_free(p);
	}
	return done_testing();
}
