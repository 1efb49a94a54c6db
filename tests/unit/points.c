/* SPDX-License-Identifier: MIT */
/* store/points: texts are the same after they were split; damaged ones are told, or do no harm. */
#include "store/points.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/bits.h"
#include "tap.h"

#define P3(x, y, z) "ATOM  C    " x y z "  0.00  0.00    -0.023 C \\n"
#define P4(x, y, z) x y z " C   0  0\\n"
#define FOUR \
	P3("   1.000", "   2.000", "   3.000") \
	P3("   1.000", "   2.000", "   3.000") \
	P3("   1.000", "   2.000", "   3.000") P3("   1.000", "   2.000", "   3.000")

/* Texts, and what a split saves of them. */
static const struct {
	const char *name, *text;
	size_t saved; /* at least so many bytes; 0: it stays whole */
} vectors[] = {
	{ "nothing", "", 0 },
	{ "no points", "{\"a\":1.5,\"b\":\"x.y 1.234 2.345\"}", 0 },
	{ "three points",
	    P3("   1.000", "   2.000", "   3.000") P3("   1.000", "   2.000", "   3.000")
		P3("   1.000", "   2.000", "   3.000"),
	    0 },
	{ "four", FOUR, 60 },
	{ "nothing but points",
	    "   1.000   2.000   3.000   1.000   2.000   3.000"
	    "   1.000   2.000   3.000   1.000   2.000   3.000",
	    60 },
	{ "signs and widths",
	    FOUR P3("1234.567", "-999.999", "   0.000") P3("  -0.001", "9999.999", "  10.010")
		P3("-123.456", "   0.100", "  -0.999"),
	    90 },
	{ "far ones of four decimals", FOUR P4("99999.9999", "-9999.9999", "    0.0001"), 60 },
	{ "not as printf writes them",
	    FOUR P3("  -0.000", "   1.000", "   2.000") P3("  01.000", "   1.000", "   2.000")
		P3("   1.00 ", "   1.000", "   2.000") P3("  - 1.00", "   1.000", "   2.000")
		    P3("    .100", "   1.000", "   2.000") P3(" 1 1.000", "   1.000", "   2.000")
			P3("   +1.00", "   1.000", "   2.000"),
	    60 },
	{ "two numbers, and one too long", FOUR "   1.000   2.000    3.0000   1.000   2.000", 60 },
	{ "cut off", FOUR "   1.000   2.000   3.00", 60 },
	{ "digits before", FOUR "77771.0007772.000   3.000 91.000 1.000 1.000", 60 },
	{ "rounded ones",
	    P3("   2.537", "  -0.388", "   2.709") P3("  -1.000", "   0.000", "   0.063")
		P3("   0.062", "  -0.063", "  -0.062") P3("   9.999", "  10.000", "  -0.388")
		    P4("    2.5372", "   -0.3876", "    2.7090") P4("   -0.9996", "    0.0004",
			"    0.0625") P4("    0.0625", "   -0.0625", "   -0.0625")
			P4("    9.9994", "    9.9995", "   -0.3875"),
	    140 },
	{ "rounded ones in another order",
	    P3("   1.000", "   1.000", "   1.000") P3("   2.000", "   2.000", "   2.000")
		P3("   3.000", "   3.000", "   3.000") P3("   4.000", "   4.000", "   4.000")
		    P4("    4.0001", "    4.0001", "    4.0001") P4("    2.0001", "    2.0001",
			"    2.0001") P4("    1.0001", "    1.0001", "    1.0001"),
	    100 },
	{ "bytes that stand for points", FOUR "\001\002\003\004", 0 },
	{ "other ones that are rare", FOUR "\005\037\177\377", 60 },
};

/* Split and join: the bytes that the split saves; 0: it stays whole; -1: it came out as another. */
static int
saved(const void *text, size_t len)
{
	struct buf split = BUF_INIT, out = BUF_INIT;
	size_t frame = 0;
	int rc = 0;

	if (points_split(text, len, &split, &frame)) {
		rc = points_join(split.data, split.len, &out, NULL) == 0 && out.len == len &&
			memcmp(out.data, text, len) == 0 &&
			memchr(split.data, 1, split.len) == split.data + frame
		    ? (int)len - (int)split.len
		    : -1;
	}
	buf_clear(&split);
	buf_clear(&out);
	return rc;
}

static void
test_vectors(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		int n = saved(vectors[i].text, strlen(vectors[i].text));

		ok(vectors[i].saved ? n >= (int)vectors[i].saved : n == 0, "%s: %d bytes less",
		    vectors[i].name, n);
	}
}

/* A molecule in both formats, its rounded points in an order of their own. */
static void
make_molecule(unsigned seed, int atoms, struct buf *out)
{
	double at[64][3];

	srandom(seed);
	for (int i = 0; i < atoms; i++)
		for (int axis = 0; axis < 3; axis++)
			at[i][axis] = (double)(random() % 200000 - 100000) / 1e4;
	buf_reset(out);
	for (int i = 0; i < atoms; i++) {
		const double *p = at[i * 7 % atoms];

		buf_addf(out,
		    "ATOM %6d  C   UNL     1    %8.3f%8.3f%8.3f  0.00  0.00    %+.3f C \\n", i,
		    p[0], p[1], p[2], p[0] / 20);
	}
	for (int i = 0; i < atoms; i++)
		buf_addf(out, "%10.4f%10.4f%10.4f C   0  0  0\\n", at[i][0], at[i][1], at[i][2]);
}

static void
test_molecules(void)
{
	struct buf text = BUF_INIT;
	int right = 0, little = 0;

	for (unsigned seed = 1; seed <= 200; seed++) {
		int atoms = 5 + (int)seed % 40, n;

		make_molecule(seed, atoms, &text);
		n = saved(text.data, text.len);
		right += n > 0;
		/* of 24 + 30 bytes of an atom 2 + 1 stay in the frame, and 3 * 18 + a few bits */
		little += n > atoms * 43 - 20;
	}
	is_int(right, 200, "molecules are the same");
	is_int(little, 200, "and their coordinates are there once");
	buf_clear(&text);
}

/* Text of the characters that points are made of. */
static void
test_noise(void)
{
	static const char letters[] = " -.0123456789";
	struct buf text = BUF_INIT;
	int right = 0, splits = 0;

	for (unsigned seed = 1; seed <= 2000; seed++) {
		make_molecule(seed, 8, &text);
		srandom(seed);
		for (unsigned i = 0; i < seed % 60; i++)
			text.data[(size_t)random() % text.len] = letters[random() % 13];
		right += saved(text.data, text.len) >= 0;
		splits += saved(text.data, text.len) > 0;
	}
	is_int(right, 2000, "changed by chance, and the same");
	ok(splits > 1500, "%d of them are split", splits);
	buf_clear(&text);
}

/* A split of which a byte is another, or the end is missing. */
static void
test_damaged(void)
{
	struct buf text = BUF_INIT, split = BUF_INIT, out = BUF_INIT;
	struct err err = { 0 };
	int told = 0, silent = 0;
	size_t frame;

	make_molecule(5, 12, &text);
	points_split(text.data, text.len, &split, &frame);
	for (size_t i = 0; i < split.len * 256; i++) {
		char was = split.data[i / 256];

		split.data[i / 256] = (char)i;
		buf_reset(&out);
		err.text[0] = '\0';
		if (points_join(split.data, split.len, &out, &err) < 0)
			told += err.kind == ERR_STORE && strstr(err.text, "is damaged: ");
		else
			silent++;
		split.data[i / 256] = was;
	}
	is_int(told + silent, (int)split.len * 256, "what cannot be is told");
	for (size_t len = 0; len < split.len; len++) {
		char *cut = memcpy(
		    malloc(len + 1), split.data, len); /* bounds are checked at its end */

		buf_reset(&out);
		if (points_join(cut, len, &out, &err) == 0)
			ok(false, "cut off at %zu", len);
		free(cut);
	}
	is_str(err.text, "a packed text is damaged: its points do not fit", "and what is cut off");
	points_join("no end", 6, &out, &err);
	is_str(err.text, "a packed text is damaged: its frame has no end", "or has no figures");
	buf_clear(&text);
	buf_clear(&split);
	buf_clear(&out);
}

static void
test_bits(void)
{
	static const uint32_t numbers[] = { 0, 1, 127, 128, 300, 16384, 1u << 31, UINT32_MAX };
	struct buf bytes = BUF_INIT;
	struct bits bits = { .to = &bytes };
	struct bits_reader r = { 0 };

	bits_end(&bits);
	is_int((int)bytes.len, 0, "no bits");
	for (size_t i = 0; i < COUNT(numbers); i++) {
		bits_put(&bits, 1, 1);
		bits_put_number(&bits, numbers[i]);
		bits_put(&bits, numbers[i], 32);
		bits_put(&bits, 0, 0);
	}
	bits_end(&bits);
	r.at = (unsigned char *)bytes.data;
	r.end = r.at + bytes.len;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		is_int(bits_get(&r, 1), 1, "a bit");
		is_int(bits_get_number(&r), numbers[i], "a number");
		is_int(bits_get(&r, 32), numbers[i], "the same in 32 bits");
		is_int(bits_get(&r, 0), 0, "nothing");
	}
	ok(!r.damaged, "nothing is missing");
	bits_get(&r, 9);
	ok(r.damaged, "what is not there is missing");
	r = (struct bits_reader){ .at = (const unsigned char *)"\377\377\377\377\377\377" };
	r.end = r.at + 6;
	bits_get_number(&r);
	ok(r.damaged, "a number without end");
	buf_clear(&bytes);
}

int
main(void)
{
	test_vectors();
	test_molecules();
	test_noise();
	test_damaged();
	test_bits();
	return done_testing();
}
