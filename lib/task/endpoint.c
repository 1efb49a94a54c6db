/* SPDX-License-Identifier: MIT */
/* endpoint: what is said of a place where a task is served. */
#include "task/endpoint.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "task/fault.h"

enum { WEIGHT_MOST = 1000, STREAK_MOST = 100, SECRET_LEAST = 4 };

#define SECOND 1e6

/* clang-format off */
#define LIST(names) (names), sizeof(names) / sizeof(*(names))
/* clang-format on */

void
endpoint_check_url(struct faults *f, const char *pointer, const char *key, const char *url)
{
	const char *host = strstr(url, "://");

	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		fault(f, pointer, key, "must begin with http:// or https://, found '%s'", url);
	else if (memchr(host + 3, '@', strcspn(host + 3, "/?#")))
		fault(f, pointer, key,
		    "must not hold a user or password: name it with"
		    " secret_env in 'headers'");
	else
		for (const char *p = url; *p; p++)
			if (isspace((unsigned char)*p) || iscntrl((unsigned char)*p)) {
				fault(f, pointer, key, "must not hold blanks");
				return;
			}
}

/* A URL, or a path below that of the service. */
static const char *
read_url(struct faults *f, const char *pointer, const json_t *object, const char *key)
{
	const char *url = json_string_value(fault_member(f, pointer, object, key, JSON_STRING));

	if (url && *url != '/')
		endpoint_check_url(f, pointer, key, url);
	return url;
}

static void
read_int(struct faults *f, const char *pointer, const json_t *object, const char *key, int most,
    int *out)
{
	json_t *value = fault_member(f, pointer, object, key, JSON_INTEGER);

	if (!value)
		return;
	if (json_integer_value(value) < 1 || json_integer_value(value) > most)
		fault(f, pointer, key, "must be between 1 and %d, found %lld", most,
		    (long long)json_integer_value(value));
	else
		*out = (int)json_integer_value(value);
}

static void
read_health(struct endpoint *e, const char *pointer, const json_t *object, struct faults *f)
{
	static const char *const names[] = { "interval", "timeout", "unhealthy", "healthy" };
	json_t *health = fault_member(f, pointer, object, "health", JSON_OBJECT);
	double interval = 30, timeout = 5;
	char *at = xasprintf("%s/health", pointer);

	fault_unknown(f, at, health, LIST(names));
	fault_quantity(f, at, health, "interval", QUANTITY_SECONDS, &interval);
	fault_quantity(f, at, health, "timeout", QUANTITY_SECONDS, &timeout);
	read_int(f, at, health, "unhealthy", STREAK_MOST, &e->unhealthy);
	read_int(f, at, health, "healthy", STREAK_MOST, &e->healthy);
	e->interval = (int64_t)(interval * SECOND);
	e->timeout = (int64_t)(timeout * SECOND);
	free(at);
}

static void
read_capabilities(struct endpoint *e, const char *pointer, const json_t *object, struct faults *f)
{
	char *at = xasprintf("%s/capabilities", pointer), index[24];
	json_t *word;
	size_t i;

	e->capabilities = fault_member(f, pointer, object, "capabilities", JSON_ARRAY);
	json_array_foreach(e->capabilities, i, word) {
		snprintf(index, sizeof(index), "%zu", i);
		if (!json_is_string(word))
			fault(f, at, index, "must be a string, found %s", json_type_name(word));
	}
	free(at);
}

/* ---- headers ---- */

static bool
is_name(const char *text)
{
	for (const char *p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("!#$%&'*+-.^_`|~", *p))
			return false;
	return *text;
}

static bool
is_text(const char *text)
{
	for (const char *p = text; *p; p++)
		if (iscntrl((unsigned char)*p))
			return false;
	return true;
}

static void
check_secret(struct faults *f, const char *pointer, const char *name, const json_t *value)
{
	static const char *const names[] = { "secret_env", "prefix" };
	char *at = xasprintf("%s/%s", pointer, name);
	const char *text;

	fault_unknown(f, at, value, LIST(names));
	fault_missing(f, at, value, "secret_env");
	fault_member(f, at, value, "secret_env", JSON_STRING);
	text = json_string_value(fault_member(f, at, value, "prefix", JSON_STRING));
	if (text && !is_text(text))
		fault(f, at, "prefix", "must be one line");
	free(at);
}

/* Names of headers that are ours to set. */
static bool
is_ours(const char *name)
{
	static const char *const ours[] = { "Content-Length", "Transfer-Encoding", "Host", "Expect",
		"Connection", "X-Org-ID", "X-Execution-ID" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strcasecmp(ours[i], name) == 0)
			return true;
	return false;
}

static void
read_headers(struct endpoint *e, const char *pointer, const json_t *object, struct faults *f)
{
	char *at = xasprintf("%s/headers", pointer);
	const char *name;
	json_t *value;

	e->headers = fault_member(f, pointer, object, "headers", JSON_OBJECT);
	json_object_foreach(e->headers, name, value) {
		if (!is_name(name) || is_ours(name))
			fault(f, at, name, "is no header that can be set");
		else if (json_is_object(value))
			check_secret(f, at, name, value);
		else if (!json_is_string(value))
			fault(f, at, name, "must be a string or {secret_env, prefix}, found %s",
			    json_type_name(value));
		else if (!is_text(json_string_value(value)))
			fault(f, at, name, "must be one line");
	}
	free(at);
}

static void
read_tls(struct endpoint *e, const char *pointer, const json_t *object, struct faults *f)
{
	static const char *const names[] = { "ca", "cert", "key" };
	json_t *tls = fault_member(f, pointer, object, "tls", JSON_OBJECT);
	char *at = xasprintf("%s/tls", pointer);

	fault_unknown(f, at, tls, LIST(names));
	e->tls.ca = json_string_value(fault_member(f, at, tls, "ca", JSON_STRING));
	e->tls.cert = json_string_value(fault_member(f, at, tls, "cert", JSON_STRING));
	e->tls.key = json_string_value(fault_member(f, at, tls, "key", JSON_STRING));
	free(at);
}

void
endpoint_read(struct endpoint *e, const char *pointer, const json_t *object, struct faults *f)
{
	*e = (struct endpoint){
		.weight = 1, .max_in_flight = ENDPOINT_IN_FLIGHT, .unhealthy = 2, .healthy = 1
	};
	read_int(f, pointer, object, "weight", WEIGHT_MOST, &e->weight);
	read_int(f, pointer, object, "max_in_flight", ENDPOINT_IN_FLIGHT_MOST, &e->max_in_flight);
	e->health_url = read_url(f, pointer, object, "health_check_url");
	e->models_url = read_url(f, pointer, object, "models_url");
	read_health(e, pointer, object, f);
	read_capabilities(e, pointer, object, f);
	read_headers(e, pointer, object, f);
	read_tls(e, pointer, object, f);
}

/* ---- using it ---- */

char *
endpoint_url(const char *base, const char *url)
{
	size_t len = strlen(base);

	if (*url != '/')
		return xstrdup(url);
	while (len > 0 && base[len - 1] == '/')
		len--;
	return xasprintf("%.*s%s", (int)len, base, url);
}

/* The value of a variable without the newline that files and shells leave at its end. The caller
 * frees; NULL: it is not set. */
static char *
secret(const json_t *value)
{
	const char *name = json_string_value(json_object_get(value, "secret_env"));
	const char *text = name ? getenv(name) : NULL;

	return text ? xasprintf("%.*s", (int)strcspn(text, "\r\n"), text) : NULL;
}

/* A line of a header; NULL: err. */
static char *
line_of(const char *name, const json_t *value, struct err *err)
{
	const char *prefix = json_string_value(json_object_get(value, "prefix"));
	char *text, *line;

	if (json_is_string(value))
		return xasprintf("%s: %s", name, json_string_value(value));
	text = secret(value);
	if (!text) {
		err_set(err, ERR_INPUT,
		    "the environment has no variable '%s', which holds the header '%s'",
		    json_string_value(json_object_get(value, "secret_env")), name);
		return NULL;
	}
	line = xasprintf("%s: %s%s", name, prefix ? prefix : "", text);
	explicit_bzero(text, strlen(text));
	free(text);
	return line;
}

static bool
has_name(const json_t *headers, const char *name)
{
	const char *other;
	json_t *value;

	json_object_foreach((json_t *)headers, other, value)
		if (strcasecmp(other, name) == 0)
			return true;
	return false;
}

char **
endpoint_headers(const json_t *over, const json_t *under, struct err *err)
{
	const json_t *lists[] = { over, under };
	VEC(char *) lines = VEC_INIT;
	const char *name;
	json_t *value;

	for (size_t l = 0; l < 2; l++)
		json_object_foreach((json_t *)lists[l], name, value) {
			char *line;

			if (l == 1 && has_name(over, name))
				continue;
			line = line_of(name, value, err);
			if (!line) {
				vec_add(&lines, NULL);
				endpoint_free_headers(lines.at);
				return NULL;
			}
			vec_add(&lines, line);
		}
	vec_add(&lines, NULL);
	return lines.at;
}

void
endpoint_free_headers(char **headers)
{
	for (size_t i = 0; headers && headers[i]; i++) {
		explicit_bzero(headers[i], strlen(headers[i]));
		free(headers[i]);
	}
	free(headers);
}

/* The words that are to be hidden. */
struct secrets {
	VEC(char *) words;
	bool found;
};

/* A word, as it is and as JSON may write it in a text that is none as a whole. Taken over. */
static void
add_secret(struct secrets *s, char *word)
{
	static const size_t flags[] = { 0, JSON_ESCAPE_SLASH };
	json_t *string = json_string(word);

	for (size_t i = 0; string && i < sizeof(flags) / sizeof(*flags); i++) {
		char *text = json_dumps(string, JSON_ENCODE_ANY | flags[i]);
		size_t len = strlen(text) - 2;

		if (len > strlen(word)) /* without the quotes */
			vec_add(&s->words, xstrndup(text + 1, len));
		free(text);
	}
	json_decref(string);
	vec_add(&s->words, word);
}

static void
open_secrets(struct secrets *s, const json_t *headers)
{
	const char *name;
	json_t *value;

	*s = (struct secrets){ .found = false };
	json_object_foreach((json_t *)headers, name, value) {
		char *word = json_is_object(value) ? secret(value) : NULL;

		if (word && strlen(word) >= SECRET_LEAST)
			add_secret(s, word);
		else
			free(word);
	}
}

static void
close_secrets(struct secrets *s)
{
	for (size_t i = 0; i < s->words.len; i++) {
		explicit_bzero(s->words.at[i], strlen(s->words.at[i]));
		free(s->words.at[i]);
	}
	vec_clear(&s->words);
}

static bool
holds_any(const struct secrets *s, const char *text, size_t len)
{
	for (size_t i = 0; i < s->words.len; i++)
		if (memmem(text, len, s->words.at[i], strlen(s->words.at[i])))
			return true;
	return false;
}

static void
hide(struct secrets *s, char *text, size_t len)
{
	for (size_t i = 0; i < s->words.len; i++) {
		const char *word = s->words.at[i];
		size_t n = strlen(word);
		char *at = text;

		while ((at = memmem(at, len - (size_t)(at - text), word, n))) {
			memset(at, '*', n);
			s->found = true;
		}
	}
}

void
endpoint_hide(const json_t *headers, char *text, size_t len)
{
	struct secrets s;

	open_secrets(&s, headers);
	hide(&s, text, len);
	close_secrets(&s);
}

static void
hide_text(struct secrets *s, json_t *string)
{
	size_t len = json_string_length(string);
	char *copy;

	if (!holds_any(s, json_string_value(string), len))
		return;
	copy = memcpy(xmalloc(len), json_string_value(string), len);
	hide(s, copy, len);
	json_string_setn_nocheck(string, copy, len);
	free(copy);
}

static void hide_value(struct secrets *s, json_t *value);

static void
hide_object(struct secrets *s, json_t *object)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, name, value) {
		char *copy;

		hide_value(s, value);
		if (!holds_any(s, name, strlen(name)))
			continue;
		copy = xstrdup(name);
		hide(s, copy, strlen(copy));
		json_object_set(object, copy, value);
		json_object_del(object, name);
		free(copy);
	}
}

static void
hide_value(struct secrets *s, json_t *value)
{
	json_t *item;
	size_t i;

	if (json_is_string(value))
		hide_text(s, value);
	else if (json_is_object(value))
		hide_object(s, value);
	json_array_foreach(value, i, item)
		hide_value(s, item);
}

bool
endpoint_hide_in(const json_t *headers, json_t *value)
{
	struct secrets s;

	open_secrets(&s, headers);
	if (s.words.len > 0)
		hide_value(&s, value);
	close_secrets(&s);
	return s.found;
}
