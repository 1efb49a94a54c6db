/* SPDX-License-Identifier: MIT */
/* schema_format: the formats that are checked; any other one is a word for people. */
#include <arpa/inet.h>
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/pattern.h"
#include "task/schema_node.h"

enum { LABEL_MAX = 63, HOST_MAX = 253, LOCAL_MAX = 64 };

/* ---- numbers ---- */

static bool
is_int32(const json_t *value)
{
	json_int_t n = json_integer_value(value);

	return json_is_integer(value) && n >= INT32_MIN && n <= INT32_MAX;
}

static bool
is_int64(const json_t *value)
{
	return json_is_integer(value);
}

static bool
is_float(const json_t *value)
{
	return fabs(json_number_value(value)) <= (double)FLT_MAX;
}

/* ---- times ---- */

/* So many digits: their number, and *text behind them; -1. */
static int
digits(const char **text, int count)
{
	int n = 0;

	for (; count > 0; count--, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return -1;
		n = n * 10 + (**text - '0');
	}
	return n;
}

static bool
skip(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

static bool
read_date(const char **text)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, last;

	if ((year = digits(text, 4)) < 0 || !skip(text, '-') || (month = digits(text, 2)) < 1 ||
	    month > 12 || !skip(text, '-') || (day = digits(text, 2)) < 1)
		return false;
	last = days[month - 1];
	if (month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0))
		last++;
	return day <= last;
}

/* Z or +01:00: minutes east of Greenwich. */
static bool
read_offset(const char **text, int *minutes)
{
	int sign = **text == '-' ? -1 : 1, hour, minute;

	*minutes = 0;
	if (skip(text, 'Z') || skip(text, 'z'))
		return true;
	if (!skip(text, '+') && !skip(text, '-'))
		return false;
	if ((hour = digits(text, 2)) < 0 || hour > 23 || !skip(text, ':') ||
	    (minute = digits(text, 2)) < 0 || minute > 59)
		return false;
	*minutes = sign * (hour * 60 + minute);
	return true;
}

/* A full-time of RFC 3339. A leap second is the last one of a day in UTC. */
static bool
read_time(const char **text)
{
	int hour, minute, second, east;

	if ((hour = digits(text, 2)) < 0 || hour > 23 || !skip(text, ':') ||
	    (minute = digits(text, 2)) < 0 || minute > 59 || !skip(text, ':') ||
	    (second = digits(text, 2)) < 0 || second > 60)
		return false;
	if (skip(text, '.')) {
		if (digits(text, 1) < 0)
			return false;
		while (isdigit((unsigned char)**text))
			(*text)++;
	}
	if (!read_offset(text, &east))
		return false;
	return second < 60 || (hour * 60 + minute - east + 2880) % 1440 == 1439;
}

static bool
is_date(const json_t *value)
{
	const char *text = json_string_value(value);

	return read_date(&text) && !*text;
}

static bool
is_time(const json_t *value)
{
	const char *text = json_string_value(value);

	return read_time(&text) && !*text;
}

static bool
is_date_time(const json_t *value)
{
	const char *text = json_string_value(value);

	return read_date(&text) && (skip(&text, 'T') || skip(&text, 't')) && read_time(&text) &&
	    !*text;
}

/* ---- names on the net ---- */

/* Labels of letters, digits and hyphens, not at their ends (RFC 1123). */
static bool
is_host(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > HOST_MAX)
		return false;
	for (;;) {
		size_t label = 0;

		while (isalnum((unsigned char)text[label]) || text[label] == '-')
			label++;
		if (label == 0 || label > LABEL_MAX || text[0] == '-' || text[label - 1] == '-')
			return false;
		if (!text[label])
			return true;
		if (text[label] != '.')
			return false;
		text += label + 1;
	}
}

static bool
is_hostname(const json_t *value)
{
	return is_host(json_string_value(value));
}

static bool
is_ipv4(const json_t *value)
{
	struct in_addr address;

	return inet_pton(AF_INET, json_string_value(value), &address) == 1;
}

static bool
is_ipv6(const json_t *value)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, json_string_value(value), &address) == 1;
}

/* A dot-atom (RFC 5322) at a host, or at an address in brackets. */
static bool
is_email(const json_t *value)
{
	static const char punctuation[] = "!#$%&'*+/=?^_`{|}~-.";
	const char *text = json_string_value(value), *at = strrchr(text, '@');
	size_t len = at ? (size_t)(at - text) : 0;

	if (len == 0 || len > LOCAL_MAX || text[0] == '.' || at[-1] == '.' ||
	    strstr(text, "..") != NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr(punctuation, text[i]))
			return false;
	return is_host(at + 1) || (at[1] == '[' && text[strlen(text) - 1] == ']');
}

/* The characters of a URI reference (RFC 3986), %xx whole, at most one '#'. */
static bool
has_uri_characters(const char *text)
{
	static const char punctuation[] = "-._~:/?[]@!$&'()*+,;=";
	bool fragment = false;

	for (; *text; text++) {
		if (*text == '%') {
			if (!isxdigit((unsigned char)text[1]) || !isxdigit((unsigned char)text[2]))
				return false;
			text += 2;
		} else if (*text == '#') {
			if (fragment)
				return false;
			fragment = true;
		} else if (!isalnum((unsigned char)*text) && !strchr(punctuation, *text)) {
			return false;
		}
	}
	return true;
}

/* How long a scheme with its colon is, 0: there is none. */
static size_t
scheme_length(const char *text)
{
	size_t len = 0;

	if (!isalpha((unsigned char)*text))
		return 0;
	while (isalnum((unsigned char)text[len]) || (text[len] && strchr("+-.", text[len])))
		len++;
	return text[len] == ':' ? len + 1 : 0;
}

static bool
is_uri(const json_t *value)
{
	const char *text = json_string_value(value);

	return scheme_length(text) > 0 && has_uri_characters(text);
}

/* The first part of a relative path holds no colon. */
static bool
is_uri_reference(const json_t *value)
{
	const char *text = json_string_value(value);

	return has_uri_characters(text) &&
	    (scheme_length(text) > 0 || text[strcspn(text, ":/?#")] != ':');
}

/* ---- other texts ---- */

static bool
is_uuid(const json_t *value)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const char *text = json_string_value(value);
	size_t i = 0;

	for (; form[i]; i++)
		if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	return !text[i];
}

/* base64 (RFC 4648), padded. */
static bool
is_byte(const json_t *value)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value), n = 0;

	while (isalnum((unsigned char)text[n]) || text[n] == '+' || text[n] == '/')
		n++;
	return len % 4 == 0 && len - n <= 2 && strspn(text + n, "=") == len - n;
}

static bool
is_json_pointer(const json_t *value)
{
	const char *text = json_string_value(value);

	if (*text && *text != '/')
		return false;
	for (; *text; text++)
		if (*text == '~' && text[1] != '0' && text[1] != '1')
			return false;
	return true;
}

static bool
is_regex(const json_t *value)
{
	struct pattern *pattern = pattern_new(json_string_value(value), NULL);

	pattern_free(pattern);
	return pattern != NULL;
}

static bool
is_path(const json_t *value)
{
	return *json_string_value(value) != '\0';
}

static const struct format formats[] = {
	{ "path", KIND_STRING, "the name of a file", is_path },
	{ "int32", KIND_NUMBER, "an integer of 32 bits", is_int32 },
	{ "int64", KIND_NUMBER, "an integer of 64 bits", is_int64 },
	{ "float", KIND_NUMBER, "a number of 32 bits", is_float },
	{ "date", KIND_STRING, "a date (2026-11-21)", is_date },
	{ "date-time", KIND_STRING, "a date and time (2026-11-21T12:00:00Z)", is_date_time },
	{ "time", KIND_STRING, "a time (12:00:00Z)", is_time },
	{ "byte", KIND_STRING, "base64", is_byte },
	{ "email", KIND_STRING, "an e-mail address", is_email },
	{ "hostname", KIND_STRING, "the name of a host", is_hostname },
	{ "ipv4", KIND_STRING, "an IPv4 address", is_ipv4 },
	{ "ipv6", KIND_STRING, "an IPv6 address", is_ipv6 },
	{ "uri", KIND_STRING, "a URI", is_uri },
	{ "uri-reference", KIND_STRING, "a URI or a reference relative to one", is_uri_reference },
	{ "uuid", KIND_STRING, "a UUID", is_uuid },
	{ "json-pointer", KIND_STRING, "a JSON pointer", is_json_pointer },
	{ "regex", KIND_STRING, "a regular expression of ECMA 262", is_regex },
};

const struct format *
schema_format(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
