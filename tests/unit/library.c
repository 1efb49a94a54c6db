/* SPDX-License-Identifier: MIT */
/* library: texts and the molecules in them, however the bytes arrive. */
#include "data/library.h"

#include "base/err.h"
#include "data/entry.h"
#include "data/names.h"
#include "tap.h"

#define ATOM "    0.0000    0.0000    0.0000 C   0  0\n"
#define HYDROGEN "    1.0000    0.0000    0.0000 H   0  0\n"
#define COUNTS(atoms, bonds) "  " #atoms "  " #bonds "  0  0  0  0            999 V2000\n"
#define METHYL(title) title "\n\n\n" COUNTS(1, 0) ATOM "M  END\n"
#define V3(counts, atoms) \
	"v3\n\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  V30 " \
	"COUNTS " counts "\n" \
	"M  V30 BEGIN ATOM\n" atoms "M  V30 END ATOM\nM  V30 END CTAB\nM  END\n$$$$\n"
#define MOL2(title, counts, atoms) \
	"@<TRIPOS>MOLECULE\n" title "\n" counts "\nSMALL\n@<TRIPOS>ATOM\n" atoms
#define M2ATOM "1 C1 0.0 0.0 0.0 C.3 1 LIG 0.0\n"
#define PATOM "ATOM      1  C   LIG     1       0.000   0.000   0.000  0.00  0.00    +0.000 C \n"
#define PDBQT "ROOT\n" PATOM "ENDROOT\nTORSDOF 0\n"

/* What comes out is written as one line per molecule: "title|heavy atoms", or "title!reason". */
struct vector {
	const char *name;
	enum format format;
	const char *text, *want;
};

static const struct vector vectors[] = {
	/* SDF */
	{ "nothing", FORMAT_SDF, "", "" },
	{ "blank lines only", FORMAT_SDF, "\n \r\n\n", "" },
	{ "a molfile", FORMAT_SDF, METHYL("a"), "a|1\n" },
	{ "two", FORMAT_SDF, METHYL("a") "$$$$\n" METHYL("b") "$$$$\n", "a|1\nb|1\n" },
	{ "the last without $$$$", FORMAT_SDF, METHYL("a") "$$$$\n" METHYL("b"),
	    "a|1\nb!cut off: no '$$$$' at the end\n" },
	{ "no newline at the end", FORMAT_SDF, METHYL("a") "$$$$", "a|1\n" },
	{ "CRLF", FORMAT_SDF, "a\r\n\r\n\r\n  1  0  0 V2000\r\n" ATOM "M  END\r\n$$$$\r\n",
	    "a|1\n" },
	{ "byte order mark", FORMAT_SDF, "\xef\xbb\xbf" METHYL("a"), "a|1\n" },
	{ "blank lines behind", FORMAT_SDF, METHYL("a") "$$$$\n\n\n", "a|1\n" },
	{ "hydrogens are not heavy", FORMAT_SDF,
	    "a\n\n\n" COUNTS(3, 0) ATOM HYDROGEN HYDROGEN "M  END\n", "a|1\n" },
	{ "an empty record", FORMAT_SDF, "$$$$\n" METHYL("b") "$$$$\n", "!an empty record\nb|1\n" },
	{ "no counts line", FORMAT_SDF, "a\n\n$$$$\n", "a!no counts line\n" },
	{ "no atoms", FORMAT_SDF, "a\n\n\n" COUNTS(0, 0) "M  END\n$$$$\n", "a!no atoms\n" },
	{ "blank counts", FORMAT_SDF, "a\n\n\n\nM  END\n", "a!the counts line holds no counts\n" },
	{ "counts cut", FORMAT_SDF, "a\n\n\n 1", "a!the counts line holds no counts\n" },
	{ "negative counts", FORMAT_SDF, "a\n\n\n -1  0\n", "a!the counts line holds no counts\n" },
	{ "atoms missing", FORMAT_SDF, "a\n\n\n" COUNTS(2, 0) ATOM "M  END\n$$$$\n",
	    "a!2 atoms promised, 1 there\n" },
	{ "bonds missing", FORMAT_SDF, "a\n\n\n" COUNTS(1, 1) ATOM "M  END\n$$$$\n",
	    "a!1 bonds promised, 0 there\n" },
	{ "nan", FORMAT_SDF, "a\n\n\n" COUNTS(1, 0) "    0.0000       nan    0.0000 C\nM  END\n",
	    "a!atom 1 of 1 has no coordinates\n" },
	{ "no element", FORMAT_SDF,
	    "a\n\n\n" COUNTS(1, 0) "    0.0000    0.0000    0.0000\nM  END\n",
	    "a!atom 1 of 1 has no element\n" },
	{ "V3000", FORMAT_SDF, V3("2 0", "M  V30 1 C 0 0 0 0\nM  V30 2 H 0 0 0 -\nM  V30 0\n"),
	    "v3|1\n" },
	{ "V3000, atoms missing", FORMAT_SDF, V3("2 0", "M  V30 1 C 0 0 0 0\n"),
	    "v3!2 atoms promised, 1 there\n" },
	{ "V3000, no counts", FORMAT_SDF, V3("", ""), "v3!the COUNTS line holds no counts\n" },
	{ "V3000, no atoms", FORMAT_SDF, V3("0 0", ""), "v3!no atoms\n" },

	/* MOL2 */
	{ "one", FORMAT_MOL2, MOL2("a", "1", M2ATOM), "a|1\n" },
	{ "comments go with what follows", FORMAT_MOL2,
	    "# 1\n" MOL2("a", " 1 0", M2ATOM) "# 2\n" MOL2("****", " 1 0", M2ATOM), "a|1\n|1\n" },
	{ "no atoms at all", FORMAT_MOL2, "@<TRIPOS>MOLECULE\na\n 1 0\n",
	    "a!1 atoms promised, 0 there\n" },
	{ "zero atoms", FORMAT_MOL2, MOL2("a", "0 0", ""), "a!no atoms\n" },
	{ "too many atoms", FORMAT_MOL2, MOL2("a", "1", M2ATOM M2ATOM),
	    "a!1 atoms promised, 2 there\n" },
	{ "bonds missing", FORMAT_MOL2, MOL2("a", "1 3", M2ATOM), "a!3 bonds promised, 0 there\n" },
	{ "only a title", FORMAT_MOL2, "@<TRIPOS>MOLECULE\na\n", "a!no counts line\n" },
	{ "only a mark", FORMAT_MOL2, "@<TRIPOS>MOLECULE\n", "!no title and no counts line\n" },
	{ "something else", FORMAT_MOL2, "hello\n", "!no '@<TRIPOS>MOLECULE'\n" },
	{ "words for counts", FORMAT_MOL2, MOL2("a", "x y", M2ATOM),
	    "a!the counts line holds no counts\n" },
	{ "an atom cut short", FORMAT_MOL2, MOL2("a", "1", "1 C1 0.0 0.0\n"),
	    "a!an atom without coordinates or type\n" },

	/* SMILES */
	{ "names", FORMAT_SMI, "CCO\nCC a b\nC\tc d\te\n", "|3\na b|2\nc d|1\n" },
	{ "heading, comment, blank lines", FORMAT_SMI, "\n#x\ncanonical_smiles id\n\nC a\n",
	    "a|1\n" },
	{ "a heading only at the top", FORMAT_SMI, "C a\nsmiles id\n",
	    "a|1\nid!no SMILES: 'm' at character 2\n" },
	{ "a last line without newline", FORMAT_SMI, "C a\nCC b", "a|1\nb|2\n" },
	{ "CRLF", FORMAT_SMI, "C a\r\nCC\r\n", "a|1\n|2\n" },
	{ "brackets", FORMAT_SMI, "[13CH4]\n[H][H]\n[Hg]\n[nH]1cccc1\n[D]O[T]\n[*]C\n",
	    "|1\n|0\n|1\n|5\n|1\n|1\n" },
	{ "rings and bonds", FORMAT_SMI, "C%12CC%12\nC%(123)CC%(123)\nF/C=C\\F\nN->[Fe]\n",
	    "|3\n|3\n|4\n|2\n" },
	{ "two letters", FORMAT_SMI, "ClCBr\n", "|3\n" },
	{ "an extension", FORMAT_SMI, "C |a b| c\n", "c|1\n" },
	{ "not SMILES", FORMAT_SMI, "[C\n[]\nC)\nC(\nC%1\nC>>C\n=\nXe\nC\x01 a\n",
	    "!no SMILES: '[' at character 1\n!no SMILES: '[' at character 1\n"
	    "!no SMILES: ')' at character 2\n!no SMILES: a '(' is not closed\n"
	    "!no SMILES: '%' at character 2\n!a reaction, not a molecule\n!no atoms\n"
	    "!no SMILES: 'X' at character 1\na!no SMILES: byte 0x01 at character 2\n" },

	/* PDBQT */
	{ "one", FORMAT_PDBQT, "REMARK  Name = a b\n" PDBQT, "a b|1\n" },
	{ "models", FORMAT_PDBQT, "MODEL 1\n" PDBQT "ENDMDL\nMODEL 2\n" PDBQT "ENDMDL\nEND\n",
	    "|1\n|1\n" },
	{ "one behind the other", FORMAT_PDBQT, PDBQT "REMARK  Name = b\n" PDBQT "END\n",
	    "|1\nb|1\n" },
	{ "models without ENDMDL", FORMAT_PDBQT, "MODEL 1\n" PDBQT "MODEL 2\n" PDBQT, "|1\n|1\n" },
	{ "no ROOT", FORMAT_PDBQT, PATOM "TORSDOF 0\n", "!an atom before ROOT: a receptor?\n" },
	{ "no TORSDOF", FORMAT_PDBQT, "ROOT\n" PATOM "ENDROOT\n", "!cut off: no TORSDOF\n" },
	{ "no atoms", FORMAT_PDBQT, "ROOT\nENDROOT\nTORSDOF 0\n", "!no atoms\n" },
	{ "only remarks", FORMAT_PDBQT, "REMARK  Name = a\n", "a!no ROOT and no atoms\n" },
	{ "branches", FORMAT_PDBQT, "ROOT\n" PATOM "ENDROOT\nBRANCH 1 2\nTORSDOF 1\n",
	    "!1 BRANCH without ENDBRANCH\n" },
	{ "an atom cut short", FORMAT_PDBQT, "ROOT\nATOM      1  C\nENDROOT\nTORSDOF 0\n",
	    "!an atom without coordinates\n" },

	/* by content */
	{ "sniffed SDF", FORMAT_NONE, METHYL("a"), "a|1\n" },
	{ "sniffed MOL2", FORMAT_NONE, "# x\n" MOL2("a", "1", M2ATOM), "a|1\n" },
	{ "sniffed SMILES", FORMAT_NONE, "CCO a\n", "a|3\n" },
	{ "sniffed PDBQT", FORMAT_NONE, "REMARK x\n" PDBQT, "|1\n" },
	{ "sniffed nothing", FORMAT_NONE, "", "" },
	{ "no format", FORMAT_NONE, "Dear reader,\n",
	    "cannot tell the format of 'x': give --format\n" },
	{ "no format of records", FORMAT_NONE, "{\"type\":\"ligand\"}\n",
	    "cannot tell the format of 'x': give --format\n" },
	{ "no format of PDB", FORMAT_NONE, "HEADER\n" PATOM,
	    "cannot tell the format of 'x': give --format\n" },
};

/* Bytes of a text, at most `step` at once. */
struct feed {
	const char *at;
	size_t left, step;
};

static ssize_t
feed_read(void *ctx, void *data, size_t len, struct err *err)
{
	struct feed *f = ctx;
	size_t n = len < f->step ? len : f->step;

	(void)err;
	if (n > f->left)
		n = f->left;
	memcpy(data, f->at, n);
	f->at += n;
	f->left -= n;
	return (ssize_t)n;
}

static void
describe(const struct entry *e, enum library_got got, struct buf *out)
{
	buf_add(out, e->title.at ? e->title.at : "", e->title.len);
	if (got == LIBRARY_BAD)
		buf_addf(out, "!%s\n", e->reason);
	else
		buf_addf(out, "|%ld\n", e->heavy_atoms);
}

static void
read_all(const struct vector *v, size_t len, size_t step, struct buf *out)
{
	struct feed feed = { v->text, len, step };
	struct err err = { 0 };
	struct library *library = library_new(feed_read, &feed, v->format, "x", &err);
	const struct entry *e;
	enum library_got got;

	if (!library)
		buf_addf(out, "%s\n", err.text);
	while (library && (got = library_next(library, &e, &err)) != LIBRARY_END)
		describe(e, got, out);
	library_free(library);
}

static void
test_vectors(void)
{
	static const size_t steps[] = { 1, 7, 65536 };

	for (size_t i = 0; i < COUNT(vectors); i++) {
		const struct vector *v = &vectors[i];

		for (size_t j = 0; j < COUNT(steps); j++) {
			struct buf got = BUF_INIT;

			read_all(v, strlen(v->text), steps[j], &got);
			is_str(buf_str(&got), v->want, "%s %s, %zu bytes at once",
			    format_name(v->format), v->name, steps[j]);
			buf_clear(&got);
		}
	}
}

/* A molecule that is too long costs itself, not memory and not the next one. */
static void
test_too_long(void)
{
	static const struct {
		enum format format;
		const char *head, *filling, *tail, *want;
	} long_ones[] = {
		{ FORMAT_SDF, "a\n\n\n", "a line\n", "$$$$\n" METHYL("b") "$$$$\n",
		    "a!the text is longer than 16 MiB\nb|1\n" },
		{ FORMAT_SDF, "a\n\n\n", "x", "\n$$$$\n" METHYL("b") "$$$$\n",
		    "a!the text is longer than 16 MiB\nb|1\n" },
		{ FORMAT_SMI, "", "C", " a\nCC b\n", "!the text is longer than 16 MiB\nb|2\n" },
		{ FORMAT_MOL2, "@<TRIPOS>MOLECULE\na\n", "# x\n", MOL2("b", "1", M2ATOM),
		    "a!the text is longer than 16 MiB\nb|1\n" },
		{ FORMAT_PDBQT, "MODEL 1\nREMARK  Name = a\n", "REMARK\n",
		    "ENDMDL\nREMARK  Name = b\n" PDBQT, "a!the text is longer than 16 MiB\nb|1\n" },
	};

	for (size_t i = 0; i < COUNT(long_ones); i++) {
		struct buf text = BUF_INIT, got = BUF_INIT;
		struct vector v = { .format = long_ones[i].format };

		buf_add_str(&text, long_ones[i].head);
		while (text.len < 2 * (size_t)LIBRARY_TEXT_MAX + 4321)
			buf_add_str(&text, long_ones[i].filling);
		buf_add_str(&text, long_ones[i].tail);
		v.text = text.data;
		read_all(&v, text.len, 65536, &got);
		is_str(buf_str(&got), long_ones[i].want, "a %s of 32 MiB, %s",
		    format_name(v.format), long_ones[i].filling);
		buf_clear(&text);
		buf_clear(&got);
	}
}

static void
test_nul(void)
{
	static const char text[] = "C a\nC\0C b\nC c\0\nC d\n";
	struct vector v = { .format = FORMAT_SMI, .text = text };
	struct buf got = BUF_INIT;

	read_all(&v, sizeof(text) - 1, 65536, &got);
	is_str(buf_str(&got), "a|1\nb!no SMILES: byte 0x00 at character 2\nc", "NUL bytes");
	is_int((long long)got.len,
	    (long long)strlen("a|1\nb!no SMILES: byte 0x00 at character 2\nc") + 1 +
		(long long)strlen("!a NUL byte in the text\nd|1\n"),
	    "a NUL in a title is bad as well");
	buf_clear(&got);
}

static void
test_file_names(void)
{
	static const struct {
		const char *name;
		enum format format;
		bool archive;
	} names[] = {
		{ "a.sdf", FORMAT_SDF, false },
		{ "a/b.SDF.GZ", FORMAT_SDF, false },
		{ "a.mol2.zst", FORMAT_MOL2, false },
		{ "a.mol", FORMAT_SDF, false },
		{ "a.smi.bz2", FORMAT_SMI, false },
		{ "a.pdbqt.xz", FORMAT_PDBQT, false },
		{ "sdf", FORMAT_NONE, false },
		{ ".sdf", FORMAT_NONE, false },
		{ "a.pdb", FORMAT_NONE, false },
		{ "a.sdf.bak", FORMAT_NONE, false },
		{ "a.tar.gz", FORMAT_NONE, true },
		{ "a.tgz", FORMAT_NONE, true },
		{ "a.zip", FORMAT_NONE, true },
		{ "a.sdf.zip", FORMAT_NONE, true },
		{ "a.7z", FORMAT_NONE, true },
		{ "", FORMAT_NONE, false },
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		is_int(format_of_name(names[i].name), names[i].format, "format of '%s'",
		    names[i].name);
		is_int(format_is_archive(names[i].name), names[i].archive, "archive '%s'?",
		    names[i].name);
	}
}

static void
test_names(void)
{
	static const char *const pairs[][2] = {
		{ "aspirin", "aspirin" },
		{ "aspirin", "aspirin-2" },
		{ " aspirin\t", "aspirin-3" },
		{ "a b/c", "a_b_c" },
		{ "a_b\\c", "a_b_c-2" },
		{ "../x", "_._x" },
		{ "-rf", "_rf" },
		{ "1+1=2.0", "1+1_2.0" },
		{ "\xc3\xa4", "_" },
		{ "\xe4x", "_x" },
		{ "aspirin-2", "aspirin-2-2" },
		{ "aspirin", "aspirin-4" },
		{ "\x7f", "" },
		{ " \n", "-2" },
	};
	struct names *names = names_new();
	struct buf name = BUF_INIT;

	for (size_t i = 0; i < COUNT(pairs); i++) {
		buf_reset(&name);
		names_clean(pairs[i][0], strlen(pairs[i][0]), &name);
		names_take(names, &name);
		is_str(buf_str(&name), pairs[i][1], "name of '%s'", pairs[i][0]);
	}
	for (int i = 2; i <= 100000; i++) {
		buf_reset(&name);
		buf_add_str(&name, "same");
		names_take(names, &name);
	}
	is_str(buf_str(&name), "same-99999", "many equal names are numbered in one go");
	buf_clear(&name);
	names_free(names);
}

int
main(void)
{
	test_vectors();
	test_too_long();
	test_nul();
	test_file_names();
	test_names();
	return done_testing();
}
