/* SPDX-License-Identifier: MIT */
/* smiles: fragments and heavy atoms of a SMILES text, for where there is no RDKit. */
#include "dock/smiles.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

struct count {
	size_t heavy, carbon;
};

/* An atom in brackets, [13CH4+]: at stands behind '['. Returns behind ']'. */
static const char *
count_bracket(const char *at, const char *end, struct count *c)
{
	bool two;

	while (at < end && isdigit((unsigned char)*at))
		at++;
	two = at + 1 < end && isupper((unsigned char)*at) && islower((unsigned char)at[1]);
	if (at < end && (two || *at != 'H')) {
		c->heavy++;
		c->carbon += !two && (*at == 'C' || *at == 'c');
	}
	while (at < end && *at != ']')
		at++;
	return at < end ? at + 1 : end;
}

static struct count
count_atoms(const char *at, const char *end)
{
	struct count c = { 0, 0 };

	while (at < end) {
		if (*at == '[') {
			at = count_bracket(at + 1, end, &c);
			continue;
		}
		if (isalpha((unsigned char)*at) || *at == '*') {
			bool chlorine = *at == 'C' && at + 1 < end && at[1] == 'l';

			c.heavy++;
			c.carbon += !chlorine && (*at == 'C' || *at == 'c');
			at += chlorine || (*at == 'B' && at + 1 < end && at[1] == 'r');
		}
		at++;
	}
	return c;
}

size_t
smiles_heavy(const char *smiles)
{
	return count_atoms(smiles, smiles + strlen(smiles)).heavy;
}

/* Heavy atoms of a fragment that counts: organic. */
static size_t
organic_size(const char *at, size_t len)
{
	struct count c = count_atoms(at, at + len);

	return c.carbon ? c.heavy : 0;
}

char *
smiles_strip(const char *smiles, json_t *stripped, struct err *why)
{
	const char *best = NULL;
	size_t best_len = 0, best_size = 0;

	if (!strchr(smiles, '.') && *smiles)
		return xstrdup(smiles);
	for (const char *at = smiles; *at; at += strcspn(at, "."), at += *at == '.') {
		size_t len = strcspn(at, "."), size = organic_size(at, len);

		if (size > 0 && size == best_size &&
		    (len != best_len || memcmp(at, best, len) != 0)) {
			err_set(why, ERR_INPUT, "two fragments of equal size: %.*s and %.*s",
			    (int)best_len, best, (int)len, at);
			return NULL;
		}
		if (size > best_size) {
			best = at;
			best_len = len;
			best_size = size;
		}
	}
	if (!best) {
		err_set(why, ERR_INPUT, "no organic fragment");
		return NULL;
	}
	for (const char *at = smiles; *at; at += strcspn(at, "."), at += *at == '.')
		if (at != best)
			json_array_append_new(stripped, json_stringn(at, strcspn(at, ".")));
	return xstrndup(best, best_len);
}

const char *
smiles_problem(const char *smiles)
{
	static const char *const radicals[] = { "[CH]", "[CH2]", "[CH3]" };

	if (strchr(smiles, '*'))
		return "a dummy atom or query";
	for (size_t i = 0; i < sizeof(radicals) / sizeof(*radicals); i++)
		if (strstr(smiles, radicals[i]))
			return "a carbon with too few bonds: a radical, or no aromatic ring";
	return NULL;
}
