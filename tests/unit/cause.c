/* SPDX-License-Identifier: MIT */
/* cause: reasons of failures that belong together, and those that do not. */
#include "task/cause.h"

#include "base/err.h"
#include "base/utf8.h"
#include "tap.h"

static const struct {
	const char *reason, *cause;
} rows[] = {
	{ NULL, "" },
	{ "", "" },
	{ " \t\n ", "" },
	{ "atom 12 of lig_00321 at /scratch/x/1.pdbqt has no type",
	    "atom # of NAME at PATH has no type" },
	{ "atom type of a ligand", "atom type of a ligand" },
	/* numbers */
	{ "ran longer than 7200 s", "ran longer than # s" },
	{ "ran longer than 1.5e-3s, limit 1h30m", "ran longer than #, limit #" },
	{ "energy -13.29 is above +4", "energy # is above #" },
	{ "needs 700M of 1.5GiB", "needs # of #" },
	{ "12% of 34", "#% of #" },
	{ "1,234,567 lines. 5.", "# lines. #." },
	{ "line 12:", "line #:" },
	{ "at (1.0, -2.5, 3) of the box", "at (#) of the box" },
	{ "missing residues 1, 2, 3 and 4", "missing residues # and #" },
	{ "missing residues 17", "missing residues #" },
	{ "between 1-2 or 3/4", "between # or #" },
	{ "execution #12 of #13", "execution # of #" },
	{ "the 2nd of 3rd", "the # of #" },
	{ "seed=42", "seed=#" },
	{ "a - 5", "a - #" },
	{ "no number: -, +, #", "no number: -, +, #" },
	/* codes stay */
	{ "exit 127: sh: not found", "exit 127: sh: not found" },
	{ "exit 1: failed", "exit 1: failed" },
	{ "signal 11 (Segmentation fault)", "signal 11 (Segmentation fault)" },
	{ "[Errno 2] No such file: '/a/b'", "[Errno 2] No such file: NAME" },
	{ "HTTP 503 from http://10.0.0.1:8080/v1?x=1&y=2", "HTTP 503 from PATH" },
	{ "error 123456", "error #" },
	{ "signal from 9", "signal from #" },
	/* times, ids */
	{ "at 2026-01-31T23:59:59.123Z: late", "at #: late" },
	{ "[12:34:56] on 2026-01-31", "[#] on #" },
	{ "segfault at 0x7ffd12 ip 00007f3a5c1b", "segfault at # ip #" },
	{ "object 9f86d081884c7d65 is missing", "object # is missing" },
	{ "run 123e4567-e89b-12d3-a456-426614174000 ended", "run # ended" },
	{ "effaced facade", "effaced facade" },
	/* names */
	{ "ligand 'aspirin' failed", "ligand NAME failed" },
	{ "ligand \"a b c\" failed", "ligand NAME failed" },
	{ "ligand `x' and `y` and “z” and ‘u’ and «v»",
	    "ligand NAME and NAME and NAME and NAME and NAME" },
	{ "don't know the ligands' names, it's odd", "don't know the ligands' names, it's odd" },
	{ "an open ' quote", "an open ' quote" },
	{ "'it isn't closed' here", "NAME here" },
	{ "known are 'a', 'b', 'c'", "known are NAME" },
	{ "ZINC000012345: CHEMBL25 is no match for lig-00321", "NAME: NAME is no match for NAME" },
	{ "node017: v1.2.3 of vina", "NAME: NAME of vina" },
	{ "no 3D coordinates in UTF-8", "no 3D coordinates in UTF-8" },
	{ "cannot read CC(=O)Oc1ccccc1C(=O)O", "cannot read NAME" },
	{ "[C@@H](N)C(=O)O: bad", "NAME: bad" },
	{ "bad atom(s) in std::bad_alloc", "bad atom(s) in std::bad_alloc" },
	{ "größe of α-Liponsäure ist groß", "größe of α-Liponsäure ist groß" },
	/* paths */
	{ "cannot open /a/b.c: No such file", "cannot open PATH: No such file" },
	{ "./x, ../y and ~/z", "PATH and PATH" },
	{ "in data/lig.sdf line 3", "in PATH line #" },
	{ "in aspirin.sdf and caffeine.mol2", "in PATH and PATH" },
	{ "file=/scratch/job 5/x", "file=PATH" },
	{ "kcal/mol and/or N/A", "kcal/mol and/or N/A" },
	{ "a / b, /", "a / b, /" },
	{ "File \"/usr/lib/x.py\", line 7, in main", "File NAME, line #, in main" },
	{ "/usr/x.py:12:5: syntax", "PATH: syntax" },
	{ "The end.Next one, e.g. this", "The end.Next one, e.g. this" },
	/* white space and bytes */
	{ "  two\n\tlines\r\n", "two lines" },
	{ "bell \a and del \x7f.", "bell and del ." },
	{ "bad \xff byte", "bad \\xff byte" },
};

static void
test_causes(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *cause = cause_of(rows[i].reason);

		is_str(cause, rows[i].cause, "%s", rows[i].reason ? rows[i].reason : "(null)");
		free(cause);
	}
}

static void
test_group(void)
{
	char *first = cause_of("atom 1 of lig_00000 at /scratch/x/0.pdbqt has no type"), text[128];
	int same = 0;

	for (int i = 0; i < 10000; i++) {
		char *cause;

		snprintf(text, sizeof(text),
		    "atom %d of lig_%05d at /scratch/x/%d.pdbqt has no type", i % 97, i, i);
		cause = cause_of(text);
		same += strcmp(cause, first) == 0;
		free(cause);
	}
	is_int(same, 10000, "10,000 failures are one cause");
	free(first);
}

/* Whatever comes in, UTF-8 of at most CAUSE_MAX bytes goes out. */
static void
test_limits(void)
{
	static const char *const parts[] = { "ä", "word ", "€", "'", "((=", "/a", "1", "\xe2",
		"😀" };
	struct buf text = BUF_INIT;
	int bad = 0;
	uint32_t seed = 1;
	char *cause;

	for (int i = 0; i < 199; i++)
		buf_add_char(&text, 'x');
	buf_add_str(&text, "äöü");
	cause = cause_of(buf_str(&text));
	is_int((long long)strlen(cause), 199, "cut before a character, not within");
	free(cause);
	for (int n = 0; n < 2000; n++) {
		buf_reset(&text);
		for (int i = 0; i < 1 + n * 2; i++) {
			seed = seed * 1664525u + 1013904223u;
			buf_add_str(&text, parts[(seed >> 16) % COUNT(parts)]);
		}
		cause = cause_of(buf_str(&text));
		bad += strlen(cause) > CAUSE_MAX || !utf8_valid(cause, strlen(cause));
		free(cause);
	}
	is_int(bad, 0, "2000 odd texts");
	buf_clear(&text);
}

static void
test_ids(void)
{
	static const char *const wrong[] = { "", "3fa9c01", "3fa9c0123", "3FA9C012", "3fa9c01g",
		"0x3fa9c0" };
	char text[CAUSE_ID_TEXT];
	uint32_t id = cause_id(FAIL_ENGINE, "atom # has no type"), back = 0;
	struct err err = { 0 };

	is_str(cause_id_format(id, text), "fb85647e", "the same for ever");
	is_int(cause_id_parse(text, &back, NULL), 0, "read back");
	is_int(back, id, "the same");
	ok(cause_id(FAIL_SIGNAL, "atom # has no type") != id, "another class");
	ok(cause_id(FAIL_ENGINE, "atom # has no name") != id, "another cause");
	is_str(cause_id_format(0x0000beef, text), "0000beef", "leading zeros");
	for (size_t i = 0; i < COUNT(wrong); i++)
		is_int(cause_id_parse(wrong[i], &back, &err), -1, "'%s'", wrong[i]);
	is_str(err.text,
	    "'0x3fa9c0' is not the id of a cause (3fa9c012): taskstat --dead tells them",
	    "what is right");
}

int
main(void)
{
	test_causes();
	test_group();
	test_limits();
	test_ids();
	return done_testing();
}
