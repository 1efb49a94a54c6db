/* SPDX-License-Identifier: MIT */
/* pick: which of the ranked molecules are wanted: those with a substructure, and no two alike. */
#include "cli/pick.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "cli/babel.h"

enum { WORDS = 32 }; /* of 32 bits: FP2 has 1021 */

struct fingerprint {
	uint32_t word[WORDS];
};

struct pick {
	char *smarts;
	double similarity;
	VEC(struct fingerprint) picked;
};

/* One molecule matches, or it does not match; a pattern that is none does neither. */
static int
check_smarts(const char *smarts, struct err *err)
{
	const char *match[] = { "-ismi", "-osmi", "-s", smarts, NULL };
	const char *differ[] = { "-ismi", "-osmi", "-v", smarts, NULL };
	struct buf in = BUF_INIT, out = BUF_INIT;
	int rc;

	buf_add_str(&in, "CC\t0\n");
	rc = babel_run("obabel", match, &in, &out, err);
	if (rc == 0)
		rc = babel_run("obabel", differ, &in, &out, err);
	if (rc == 0 && out.len == 0)
		rc = err_set(err, ERR_USAGE, "'%s' is no SMARTS", smarts);
	buf_clear(&in);
	buf_clear(&out);
	return rc;
}

struct pick *
pick_open(const char *smarts, double similarity, struct err *err)
{
	struct pick *p;

	if (smarts && (!*smarts || *smarts == '-'))
		err_set(err, ERR_USAGE, "'%s' is no SMARTS", smarts);
	if (smarts && (!*smarts || *smarts == '-' || check_smarts(smarts, err) < 0))
		return NULL;
	p = xcalloc(1, sizeof(*p));
	p->smarts = smarts ? xstrdup(smarts) : NULL;
	p->similarity = similarity;
	return p;
}

void
pick_close(struct pick *p)
{
	if (!p)
		return;
	vec_clear(&p->picked);
	free(p->smarts);
	free(p);
}

/* The molecules that are still wanted, each called by its number. */
static void
write_smiles(const char *const *smiles, size_t n, const bool *wanted, struct buf *in)
{
	for (size_t i = 0; i < n; i++)
		if (wanted[i])
			buf_addf(
			    in, "%.*s\t%zu\n", (int)strcspn(smiles[i], " \t\r\n"), smiles[i], i);
}

/* Which numbers come back, behind `mark` in each line (a tab), or at its start. */
static void
read_numbers(const char *text, char mark, size_t n, bool *seen)
{
	memset(seen, 0, n * sizeof(*seen));
	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *at = memchr(text, mark, len);

		if (at) {
			unsigned long i = strtoul(at + 1, NULL, 10);

			if (i < n)
				seen[i] = true;
		}
		text += len + (text[len] == '\n');
	}
}

/* Run Open Babel on what is wanted. */
static int
ask(const char *const *args, const char *const *smiles, size_t n, const bool *wanted,
    struct buf *out, struct err *err)
{
	struct buf in = BUF_INIT;
	int rc = 0;

	write_smiles(smiles, n, wanted, &in);
	if (in.len > 0)
		rc = babel_run("obabel", args, &in, out, err);
	buf_clear(&in);
	return rc;
}

/* Those that say what they are. */
static void
find_named(const char *const *smiles, size_t n, bool *wanted, size_t *unread)
{
	for (size_t i = 0; i < n; i++) {
		wanted[i] = smiles[i] != NULL;
		*unread += !smiles[i];
	}
}

int
pick_match(const struct pick *p, const char *const *smiles, size_t n, bool *wanted, size_t *unread,
    struct err *err)
{
	const char *args[] = { "-ismi", "-osmi", "-s", p->smarts, "-e", NULL };
	struct buf out = BUF_INIT;
	int rc;

	find_named(smiles, n, wanted, unread);
	rc = ask(args, smiles, n, wanted, &out, err);
	if (rc == 0)
		read_numbers(buf_str(&out), '\t', n, wanted);
	buf_clear(&out);
	return rc;
}

/* ">17   6 bits set", then words in hexadecimal, up to the next. */
static void
read_fingerprints(const char *text, size_t n, struct fingerprint *prints, bool *there)
{
	struct fingerprint *print = NULL;
	size_t word = 0;

	memset(there, 0, n * sizeof(*there));
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (*text == '>') {
			unsigned long i = strtoul(text + 1, NULL, 10);

			print = i < n ? &prints[i] : NULL;
			word = 0;
			if (print)
				there[i] = true;
		} else if (print && len >= 8 && strspn(text, "0123456789abcdef ") >= len) {
			char *at = (char *)text;

			while (word < WORDS && (size_t)(at - text) + 8 <= len)
				print->word[word++] = (uint32_t)strtoul(at, &at, 16), at++;
		}
		text += len + (text[len] == '\n');
	}
}

static double
tanimoto(const struct fingerprint *a, const struct fingerprint *b)
{
	int both = 0, either = 0;

	for (int i = 0; i < WORDS; i++) {
		both += __builtin_popcount(a->word[i] & b->word[i]);
		either += __builtin_popcount(a->word[i] | b->word[i]);
	}
	return either > 0 ? (double)both / either : 1;
}

static bool
is_new(const struct pick *p, const struct fingerprint *print)
{
	for (size_t i = 0; i < p->picked.len; i++)
		if (tanimoto(&p->picked.at[i], print) >= p->similarity)
			return false;
	return true;
}

/* The first of each kind stays. */
int
pick_unlike(struct pick *p, const char *const *smiles, size_t n, bool *wanted, size_t *unread,
    struct err *err)
{
	static const char *const args[] = { "-ismi", "-ofpt", "-xh", "-e", NULL };
	struct fingerprint *prints = xcalloc(n + 1, sizeof(*prints));
	bool *there = xcalloc(n + 1, sizeof(*there));
	struct buf out = BUF_INIT;
	int rc;

	find_named(smiles, n, wanted, unread);
	rc = ask(args, smiles, n, wanted, &out, err);
	if (rc == 0)
		read_fingerprints(buf_str(&out), n, prints, there);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (!wanted[i])
			continue;
		*unread += !there[i];
		wanted[i] = there[i] && is_new(p, &prints[i]);
		if (wanted[i])
			vec_add(&p->picked, prints[i]);
	}
	buf_clear(&out);
	free(there);
	free(prints);
	return rc;
}
