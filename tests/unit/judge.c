/* SPDX-License-Identifier: MIT */
/* judge: what is worth running, how engines end, and which poses are believed. */
#include "dock/judge.h"

#include <math.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/utf8.h"
#include "dock/box.h"
#include "dock/engine.h"
#include "dock/lint.h"
#include "dock/pose.h"
#include "dock/request.h"
#include "tap.h"

#define DATA "tests/data/vina/"

static const struct box pocket = { { 11, 90.5, 57.5 }, { 22, 24, 28 } };

static const struct {
	struct box box;
	const char *reason;
} boxes[] = {
	{ { { 11, 90.5, 57.5 }, { 22, 24, 28 } }, NULL },
	{ { { NAN, 0, 0 }, { 20, 20, 20 } },
	    "box: center of nan is not within 10000 of the origin" },
	{ { { 0, INFINITY, 0 }, { 20, 20, 20 } },
	    "box: center of inf is not within 10000 of the origin" },
	{ { { 0, 0, 0 }, { 20, 0, 20 } }, "box: size of 0 is not greater than 0" },
	{ { { 0, 0, 0 }, { 20, 20, -1 } }, "box: size of -1 is not greater than 0" },
	{ { { 0, 0, 0 }, { NAN, 20, 20 } }, "box: size of nan is not greater than 0" },
	{ { { 0, 0, 0 }, { 20, 20, 201 } }, "box: size of 201 is more than 200" },
};

static void
test_boxes(void)
{
	for (size_t i = 0; i < COUNT(boxes); i++) {
		struct verdict v = { 0 };

		is_int(judge_box(&boxes[i].box, &v), boxes[i].reason ? -1 : 0, "box %zu", i);
		is_str(v.class, boxes[i].reason ? "input" : NULL, "its class");
		if (boxes[i].reason)
			is_str(v.reason, boxes[i].reason, "its reason");
	}
}

static void
test_large_box(void)
{
	static const struct box small = { { 0 }, { 30, 30, 30 } },
				large = { { 0 }, { 30, 30, 31 } };
	json_t *warnings = json_array();

	judge_warn_box(&small, warnings);
	is_json(warnings, "[]", "27,000 is not large");
	judge_warn_box(&large, warnings);
	is_json(warnings, "[\"large_box\"]", "more is");
	json_decref(warnings);
}

static void
load(const char *path, struct buf *text)
{
	struct err err = { 0 };

	*text = (struct buf)BUF_INIT;
	if (file_read(path, 0, text, &err) < 0)
		ok(false, "%s", err.text);
}

static const struct {
	int code, signal;
	bool timed_out;
	const char *file, *said, *class, *reason;
} ends[] = {
	{ .said = "WARNING: whatever\n", .class = NULL },
	{ .code = 1,
	    .file = "1.2.3/fail_lig_unknown_type.stderr",
	    .class = "input",
	    .reason =
		"vina: PDBQT parsing error: Atom type Xx is not a valid AutoDock type (atom types "
		"are case-sensitive). > ATOM 8 O UNL 1 5.063 -4.373 -1.460 0.00 0.00 +0.000 Xx "
		"(exit 1)" },
	{ .code = 1,
	    .file = "1.2.3/fail_lig_zero_coords.stderr",
	    .class = "engine",
	    .reason =
		"vina: An internal error occurred in ../../../src/lib/tree.h(101). (exit 1)" },
	{ .code = 1,
	    .file = "1.2.3/fail_rec_truncated.stderr",
	    .class = "engine",
	    .reason = "vina: An unknown error occurred. (exit 1)" },
	{ .code = 1,
	    .file = "1.2.3/fail_unknown_flag.stderr",
	    .class = "engine",
	    .reason = "vina: Command line parse error: unrecognised option '--bogus' (exit 1)" },
	{ .code = 1,
	    .file = "1.2.3/fail_box_zero.stderr",
	    .class = "input",
	    .reason =
		"vina: ERROR: Grid box dimensions must be greater than 0 Angstrom. (exit 1)" },
	{ .code = 1,
	    .file = "1.2.3/fail_out_nodir.stderr",
	    .class = "engine",
	    .reason =
		"vina: Error: could not open \"/nonexistent/dir/o.pdbqt\" for writing. (exit 1)" },
	{ .code = 1,
	    .said = "Parse error on line 5 in file \"x\": ATOM syntax incorrect: \"Xx\" is "
		    "not a valid AutoDock type.\n",
	    .class = "input",
	    .reason =
		"vina: Parse error on line 5 in file \"x\": ATOM syntax incorrect: \"Xx\" is not "
		"a valid AutoDock type. (exit 1)" },
	{ .code = 3, .said = "", .class = "engine", .reason = "vina: no message (exit 3)" },
	{ .code = 2,
	    .said = "a\033[31mb\x80\xff\n\n c\n",
	    .class = "engine",
	    .reason = "vina: a?[31mb?? c (exit 2)" },
	{ .signal = 11,
	    .said = "",
	    .class = "signal",
	    .reason = "vina ended by signal 11 (Segmentation fault)" },
	{ .signal = 9,
	    .said = "",
	    .class = "signal",
	    .reason = "vina ended by signal 9 (Killed): out of memory?" },
	{ .signal = 6,
	    .said = "terminate called after throwing an instance of 'std::bad_alloc'\n"
		    "  what():  std::bad_alloc\n",
	    .class = "memory",
	    .reason = "vina: terminate called after throwing an instance of 'std::bad_alloc'" },
	{ .signal = 15,
	    .timed_out = true,
	    .said = "",
	    .class = "timeout",
	    .reason = "vina did not end within 12.5 s" },
};

static void
test_ends(void)
{
	const struct engine *vina = engine_find("vina");

	for (size_t i = 0; i < COUNT(ends); i++) {
		struct buf said = BUF_INIT;
		struct judge_end end = { .code = ends[i].code,
			.signal = ends[i].signal,
			.timed_out = ends[i].timed_out,
			.limit = 12.5 };
		struct verdict v = { 0 };

		if (ends[i].file) {
			char path[128];

			snprintf(path, sizeof(path), DATA "%s", ends[i].file);
			load(path, &said);
		} else {
			buf_add_str(&said, ends[i].said);
		}
		end.said = buf_str(&said);
		end.said_len = said.len;
		is_int(judge_end(vina, &end, &v), ends[i].class ? -1 : 0, "end %zu", i);
		is_str(v.class, ends[i].class, "its class");
		if (ends[i].class)
			is_str(v.reason, ends[i].reason, "its reason");
		buf_clear(&said);
	}
}

/* A reason is made of whatever there was, and must still stand in a record. */
static void
test_reason(void)
{
	struct verdict v;
	char text[3000];

	is_int(verdict_set(&v, "memory", "a\tb\033\xe4\xc3\xa4"), -1, "fails");
	is_str(v.reason, "a\\x09b\\x1b\\xe4\xc3\xa4", "bytes are shown");
	ok(v.retry, "memory may be tried again");
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa4", 3);
	verdict_set(&v, "input", "x%s", text);
	ok(utf8_valid(v.reason, strlen(v.reason)) && strlen(v.reason) > 1200, "cut to %zu",
	    strlen(v.reason));
	ok(!v.retry, "input may not");
}

static void
test_quote(void)
{
	struct buf said = BUF_INIT;
	struct judge_end end = { .code = 1 };
	struct verdict v = { 0 };

	for (int i = 0; i < 4000; i++)
		buf_addf(&said, "%d\x01", i % 10);
	end.said = said.data;
	end.said_len = said.len;
	judge_end(engine_find("vina"), &end, &v);
	ok(strlen(v.reason) < 1100, "a quote is at most 1 KiB: %zu", strlen(v.reason));
	ok(strstr(v.reason, "8?9?") != NULL, "it is the tail, made harmless");
	buf_clear(&said);
}

/* A file of poses against the ligand that was docked: class and reason, and the warnings. */
static const struct {
	const char *poses, *ligand, *class, *reason, *warnings;
} files[] = {
	{ "1.2.3/success_out.pdbqt", "aspirin.pdbqt", NULL, NULL, "[]" },
	{ "1.2.3/success_sti_out.pdbqt", "sti.pdbqt", NULL, NULL, "[]" },
	{ "1.2.7/success_out.pdbqt", "aspirin.pdbqt", NULL, NULL, "[]" },
	{ "1.2.3/positive_scores_out.pdbqt", "sti.pdbqt", "result",
	    "pose 1: affinity of 5.31929e+07 is not between -30 and 100", "[]" },
	{ "1.2.3/silent_rec_empty_out.pdbqt", "aspirin.pdbqt", "result",
	    "the affinity of every pose is exactly 0: the ligand touches nothing", "[]" },
	{ "1.2.3/silent_box_far_out.pdbqt", "aspirin.pdbqt", "result",
	    "pose 1: atom 1 lies 747.2 Å outside the box", "[]" },
	{ "1.2.3/success_out.pdbqt", "sti.pdbqt", "result", "pose 1 has 14 atoms, the ligand 39",
	    "[]" },
	{ "1.2.3/success_out.pdbqt", "caffeine.pdbqt", "result",
	    "pose 1 is called 'aspirin', the ligand 'caffeine'", "[]" },
};

static void
test_files(void)
{
	struct request request = { .engine = engine_find("vina"), .box = pocket };

	for (size_t i = 0; i < COUNT(files); i++) {
		struct poses poses = POSES_INIT;
		struct buf text, ligand;
		struct lint_facts facts = { 0 };
		struct verdict v = { 0 };
		json_t *warnings = json_array();
		char path[128];

		snprintf(path, sizeof(path), DATA "%s", files[i].poses);
		load(path, &text);
		snprintf(path, sizeof(path), DATA "%s", files[i].ligand);
		load(path, &ligand);
		ok(poses_read(text.data, text.len, &poses, NULL) == 0 &&
			lint_ligand(ligand.data, ligand.len, NULL, &facts, NULL) == 0,
		    "%s, %s", files[i].poses, files[i].ligand);
		is_int(judge_poses(&request, &poses, &facts.pdbqt, warnings, &v),
		    files[i].class ? -1 : 0, "verdict");
		is_str(v.class, files[i].class, "class");
		if (files[i].reason)
			is_str(v.reason, files[i].reason, "reason");
		is_json(warnings, files[i].warnings, "warnings");
		json_decref(warnings);
		lint_clear(&facts);
		poses_clear(&poses);
		buf_clear(&text);
		buf_clear(&ligand);
	}
}

/* One score after the other put into a good file. */
static void
test_scores(void)
{
	static const struct {
		double score;
		bool believed;
		const char *warnings;
	} vectors[] = {
		{ -29.999, true, "[]" },
		{ -30.001, false, "[]" },
		{ 0.001, true, "[\"positive_score\"]" },
		{ 100, true, "[\"positive_score\"]" },
		{ 100.001, false, "[]" },
		{ NAN, false, "[]" },
		{ -INFINITY, false, "[]" },
	};
	struct request request = { .engine = engine_find("vina"), .box = pocket };
	struct poses poses = POSES_INIT;
	struct buf text, ligand;
	struct lint_facts facts = { 0 };

	load(DATA "1.2.3/success_out.pdbqt", &text);
	load(DATA "aspirin.pdbqt", &ligand);
	poses_read(text.data, text.len, &poses, NULL);
	lint_ligand(ligand.data, ligand.len, NULL, &facts, NULL);
	poses.len = 1;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		json_t *warnings = json_array();
		struct verdict v = { 0 };

		poses.at[0].affinity = vectors[i].score;
		is_int(judge_poses(&request, &poses, &facts.pdbqt, warnings, &v),
		    vectors[i].believed ? 0 : -1, "a score of %g", vectors[i].score);
		is_str(v.class, vectors[i].believed ? NULL : "result", "its class");
		is_json(warnings, vectors[i].warnings, "its warnings");
		json_decref(warnings);
	}
	poses.at[0].affinity = -5;
	poses.at[0].repaired = -5;
	poses.atoms.at[poses.at[0].first].at[1] = NAN;
	is_int(judge_poses(&request, &poses, &facts.pdbqt, NULL, &(struct verdict){ 0 }), -1,
	    "a place that is none");
	lint_clear(&facts);
	poses_clear(&poses);
	buf_clear(&text);
	buf_clear(&ligand);
}

static void
test_reach(void)
{
	static const struct box near = { { 0, 0, 20 }, { 20, 20, 20 } },
				far = { { 0, 0, 18.002 }, { 20, 20, 20 } };
	static const char atom[] =
	    "ATOM      1  N   MET B 225       0.000   0.000   0.000  1.00 66.21    -0.058 N \n"
	    "ATOM      2  HN1 MET B 225       0.000   0.000   3.000  1.00  0.00     0.276 HD\n";
	struct lint_facts facts = { 0 };
	struct verdict v = { 0 };
	struct box moved = far;

	ok(lint_receptor(atom, sizeof(atom) - 1, &facts, NULL) == 0, "a receptor");
	is_int(judge_reach(&near, &facts, &v), -1, "10 Å away");
	is_str(v.class, "input", "is bad input");
	is_str(v.reason, "box: no heavy atom of the receptor is within 8 Å of it", "says why");
	is_int(judge_reach(&far, &facts, &v), -1, "8.002 Å away, a hydrogen does not count");
	moved.center[2] = 17.999;
	is_int(judge_reach(&moved, &facts, &v), 0, "7.999 Å away");
	lint_clear(&facts);
}

int
main(void)
{
	test_boxes();
	test_large_box();
	test_ends();
	test_reason();
	test_quote();
	test_files();
	test_scores();
	test_reach();
	return done_testing();
}
