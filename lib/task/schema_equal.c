/* SPDX-License-Identifier: MIT */
/* schema_equal: numbers and values compared as JSON Schema compares them. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/num.h"
#include "task/schema_node.h"

enum { FEW = 12 }; /* items that are compared each with each */

long double
json_exact(const json_t *number)
{
	static_assert(sizeof(long double) > 8, "long double holds every 64-bit integer");

	return json_is_integer(number) ? (long double)json_integer_value(number)
				       : (long double)json_real_value(number);
}

static bool
same_members(const json_t *a, const json_t *b)
{
	const char *key;
	const json_t *value;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach((json_t *)a, key, value) {
		const json_t *other = json_object_get(b, key);

		if (!other || !json_same(value, other))
			return false;
	}
	return true;
}

bool
json_same(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return json_exact(a) == json_exact(b);
	if (json_is_object(a) && json_is_object(b))
		return same_members(a, b);
	if (!json_is_array(a) || !json_is_array(b))
		return json_equal(a, b);
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!json_same(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

/* ---- multiples ---- */

/* digits * 10^exponent, without sign. */
struct decimal {
	uint64_t digits;
	int exponent;
};

static struct decimal
decimal(const json_t *number)
{
	struct decimal d = { 0, 0 };
	json_int_t n = json_integer_value(number);
	char text[NUM_TEXT];
	bool fraction = false;

	if (json_is_integer(number)) {
		d.digits = n < 0 ? -(uint64_t)n : (uint64_t)n;
		return d;
	}
	num_text(json_real_value(number), text);
	for (const char *p = text; *p && *p != 'e'; p++) {
		if (*p == '.') {
			fraction = true;
		} else if (*p != '-') {
			d.digits = d.digits * 10 + (uint64_t)(*p - '0');
			d.exponent -= fraction;
		}
	}
	if (strchr(text, 'e'))
		d.exponent += (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	return d;
}

/* (10 * n) % m for n < m < 2^63. */
static uint64_t
ten_times(uint64_t n, uint64_t m)
{
	uint64_t two = n * 2 % m, four = two * 2 % m, eight = four * 2 % m;

	return (eight + two) % m;
}

bool
json_is_multiple(const json_t *number, const json_t *of)
{
	struct decimal a = decimal(number), b = decimal(of);

	while (a.digits && a.digits % 10 == 0) {
		a.digits /= 10;
		a.exponent++;
	}
	while (b.digits % 10 == 0 && b.digits) {
		b.digits /= 10;
		b.exponent++;
	}
	if (a.digits == 0)
		return true;
	if (b.digits == 0 || a.exponent < b.exponent)
		return false;
	a.digits %= b.digits;
	for (int i = a.exponent; i > b.exponent && a.digits; i--)
		a.digits = ten_times(a.digits, b.digits);
	return a.digits == 0;
}

/* ---- twins ---- */

static uint64_t
mix(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * 0x100000001b3u;
	return hash ^ hash >> 29;
}

/* Equal for values that are the same. */
static uint64_t
hash_of(const json_t *value)
{
	uint64_t hash = 0xcbf29ce484222325u, part;
	double number;
	const char *key;
	const json_t *member;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_STRING:
		return mix(hash, json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
	case JSON_REAL:
		number = (double)json_exact(value) + 0.0; /* no -0 */
		return mix(hash, &number, sizeof(number));
	case JSON_ARRAY:
		json_array_foreach(value, i, member) {
			part = hash_of(member);
			hash = mix(hash, &part, sizeof(part));
		}
		return hash;
	case JSON_OBJECT:
		json_object_foreach((json_t *)value, key, member)
			hash += mix(hash_of(member), key, strlen(key));
		return hash;
	default:
		return (uint64_t)json_typeof(value);
	}
}

struct item {
	uint64_t hash;
	size_t index;
};

static int
by_hash(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Compare each with those behind it, as long as their hashes are equal. */
static int
compare_all(const json_t *array, const struct item *items, size_t n, long *steps, size_t *first,
    size_t *second)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n && items[i].hash == items[j].hash; j++) {
			if (--*steps < 0)
				return -1;
			if (!json_same(json_array_get(array, items[i].index),
				json_array_get(array, items[j].index)))
				continue;
			*first = items[i].index;
			*second = items[j].index;
			return 1;
		}
	}
	return 0;
}

int
json_twins(const json_t *array, long *steps, size_t *first, size_t *second)
{
	size_t n = json_array_size(array);
	struct item few[FEW], *items = n > FEW ? xcalloc(n, sizeof(*items)) : few;
	int rc;

	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){ n > FEW ? hash_of(json_array_get(array, i)) : 0, i };
	if (n > FEW)
		qsort(items, n, sizeof(*items), by_hash);
	*steps -= (long)n;
	rc = compare_all(array, items, n, steps, first, second);
	if (n > FEW)
		free(items);
	return rc;
}
