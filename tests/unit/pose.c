/* SPDX-License-Identifier: MIT */
/* pose: PDBQT files of poses as Vina writes them, and as it never should. */
#include "dock/pose.h"

#include <math.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "dock/dlg.h"
#include "tap.h"

#define ATOM "ATOM      1  C   UNL     1      12.742  93.206  64.421  0.00  0.00    +0.000 A \n"
#define RESULT "REMARK VINA RESULT:    -5.496      0.000      0.000\n"

static const struct {
	const char *name, *text, *error;
} refused[] = {
	{ "nothing", "", "there is no model in it" },
	{ "no model", ATOM,
	    "line 1: not a model: "
	    "'ATOM      1  C   UNL     1      12.742  93.206  64.421  0.00  0.00    +0.000 A '" },
	{ "no score", "MODEL 1\n" ATOM "ENDMDL\n", "model 1 has no REMARK VINA RESULT" },
	{ "no atoms", "MODEL 1\n" RESULT "ENDMDL\n", "model 1 has no atoms" },
	{ "cut off", "MODEL 1\n" RESULT ATOM, "model 1 is cut off" },
	{ "cut off in the second", "MODEL 1\n" RESULT ATOM "ENDMDL\nMODEL 2\n" RESULT,
	    "model 2 is cut off" },
	{ "two beginnings", "MODEL 1\n" RESULT ATOM "MODEL 2\n",
	    "line 4: the model before has no end: 'MODEL 2'" },
	{ "a score that is none", "MODEL 1\nREMARK VINA RESULT:    -5.4x6  0.0  0.0\n",
	    "line 2: not three numbers: 'REMARK VINA RESULT:    -5.4x6  0.0  0.0'" },
	{ "two numbers", "MODEL 1\nREMARK VINA RESULT: -5.4 0\n",
	    "line 2: not three numbers: 'REMARK VINA RESULT: -5.4 0'" },
	{ "an energy that is none", "MODEL 1\n" RESULT "REMARK INTRA:   \n",
	    "line 3: not a number: 'REMARK INTRA:   '" },
	{ "a short atom", "MODEL 1\n" RESULT "ATOM      1  C   UNL     1      12.742\n",
	    "line 3: too short for an atom: 'ATOM      1  C   UNL     1      12.742'" },
	{ "a coordinate that is none",
	    "MODEL 1\nATOM      1  C   UNL     1      12.7X2  93.206  64.421\n",
	    "line 2: not a coordinate: 'ATOM      1  C   UNL     1      12.7X2  93.206  64.421'" },
};

static void
test_refused(void)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct poses poses = POSES_INIT;
		struct err err = { 0 };
		int rc = poses_read(refused[i].text, strlen(refused[i].text), &poses, &err);

		is_int(rc, -1, "%s: refused", refused[i].name);
		is_str(err.text, refused[i].error, "%s: says why", refused[i].name);
		is_int(err.kind, ERR_INPUT, "%s: is bad input", refused[i].name);
		poses_clear(&poses);
	}
}

/* Whatever way a number is read, it is the one that strtod reads. */
static void
test_digits(void)
{
	static const char *const texts[] = { "0.000", "-0.000", "0.1", "-7.283", "12.742",
		"-123.456", "0.30000000", "89025105.132", "123456789012.345", "1234567890123.456",
		"9007199254740993.5", "0.000000000000001", "0.0000000000000001", "5.", "-.5", "7",
		"1e3", "-1.5e-7", "99999999999999999999.9", "0.12345678901234567" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct poses poses = POSES_INIT;
		struct buf text = BUF_INIT;

		buf_addf(&text, "MODEL 1\nREMARK VINA RESULT: %s 0.000 0.000\n" ATOM "ENDMDL\n",
		    texts[i]);
		ok(poses_read(text.data, text.len, &poses, NULL) == 0 && poses.len == 1 &&
			poses.at[0].affinity == strtod(texts[i], NULL),
		    "%s is read exactly", texts[i]);
		poses_clear(&poses);
		buf_clear(&text);
	}
}

/* Numbers of any size are read; judging them is somebody else's work. */
static void
test_numbers(void)
{
	static const struct {
		const char *text;
		double affinity;
	} vectors[] = {
		{ "REMARK VINA RESULT:    -5.496      0.000      0.000\n", -5.496 },
		{ "REMARK VINA RESULT: 89025105.132      0.000      0.000\n", 89025105.132 },
		{ "REMARK VINA RESULT:      -3.9      0.000      0.000\r\n", -3.9 },
		{ "REMARK VINA RESULT: -inf 0 0\n", -INFINITY },
		{ "REMARK VINA RESULT:       nan      0.000      0.000\n", NAN },
	};

	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct poses poses = POSES_INIT;
		struct buf text = BUF_INIT;
		double got, want = vectors[i].affinity;

		buf_addf(&text, "MODEL 1\n%s" ATOM "ENDMDL\n", vectors[i].text);
		if (ok(poses_read(text.data, text.len, &poses, NULL) == 0, "read %zu", i)) {
			got = poses.at[0].affinity;
			ok(got == want || (isnan(got) && isnan(want)), "number %zu is %g", i, got);
			ok(isnan(poses.at[0].total), "1.1.2 says nothing of the parts");
		}
		poses_clear(&poses);
		buf_clear(&text);
	}
}

static void
test_real_file(void)
{
	struct poses poses = POSES_INIT;
	struct buf text = BUF_INIT;
	const struct pose *last;

	ok(file_read("tests/data/vina/1.2.3/success_out.pdbqt", 0, &text, NULL) == 0, "open");
	ok(poses_read(text.data, text.len, &poses, NULL) == 0, "read");
	if (!is_int((long long)poses.len, 9, "nine models"))
		return;
	ok(poses.at[0].affinity == -5.496 && poses.at[0].total == -6.818 &&
		poses.at[0].inter == -6.364 && poses.at[0].intra == -0.454 &&
		poses.at[0].unbound == -0.197,
	    "energies of model 1");
	ok(poses.at[1].rmsd_ub > poses.at[1].rmsd_lb, "distances to model 1");
	is_int((long long)poses.at[0].natoms, 14, "atoms of a model");
	is_int((long long)poses.atoms.len, 9 * 14, "atoms of all");
	is_str(poses.atoms.at[0].type, "A", "type of the first atom");
	ok(poses.atoms.at[0].at[0] == 12.742 && poses.atoms.at[0].at[2] == 64.421, "its place");
	is_str(poses.atoms.at[9].type, "HD", "type of a hydrogen");
	last = &poses.at[8];
	is_int((long long)last->end, (long long)text.len, "the last model ends with the file");
	ok(strncmp(text.data + poses.at[2].end, "MODEL 4", 7) == 0, "a cut is between models");
	is_int(last->roots, 1, "one ligand");
	ok(!last->flexible, "a rigid receptor");
	poses_clear(&poses);
	buf_clear(&text);
}

/* What smina and gnina wrote, as they were recorded: poses, and numbers of the last. NAN: absent.
 */
static const struct recorded {
	const char *file;
	size_t poses, atoms;
	double affinity, cnn_score, cnn_affinity, cnn_vs, variance, rmsd_start;
} recorded[] = {
	{ "smina/success_sdf_out.sdf", 9, 14, -4.36507, NAN, NAN, NAN, NAN, NAN },
	{ "smina/success_pdbqt_out.pdbqt", 4, 14, -6.81855583, NAN, NAN, NAN, NAN, NAN },
	{ "smina/minimize_out.sdf", 1, 14, -5.45460367, NAN, NAN, NAN, NAN, 0.170043945 },
	{ "gnina/success_sdf_out.sdf", 9, 14, -6.8158, 0.3573307693, 4.181938171, 1.494335175, NAN,
	    NAN },
	{ "gnina/success_pdbqt_out.pdbqt", 9, 14, -4.14625216, 0.342345029, 4.01046944,
	    0.342345029 * 4.01046944, NAN, NAN },
	{ "gnina/pdbqt_in_sdf_out.sdf", 9, 14, -4.14625216, 0.342345029, 4.01046944,
	    0.342345029 * 4.01046944, NAN, NAN },
	{ "gnina/cnn_none_out.sdf", 9, 14, -4.96602, NAN, NAN, NAN, NAN, NAN },
};

static void
is_number(double got, double want, const char *what, const char *file)
{
	if (!ok(isnan(want) ? isnan(got) : fabs(got - want) < 1e-9, "%s: %s", file, what))
		printf("# got %.10g, wanted %.10g\n", got, want);
}

static void
test_recorded(void)
{
	for (size_t i = 0; i < COUNT(recorded); i++) {
		const struct recorded *r = &recorded[i];
		struct poses poses = POSES_INIT;
		struct buf text = BUF_INIT;
		struct err err = { 0 };
		char path[128];
		int rc;

		snprintf(path, sizeof(path), "tests/data/%s", r->file);
		file_read(path, 0, &text, &err);
		rc = strstr(path, ".sdf") ? poses_read_sdf(buf_str(&text), text.len, &poses, &err)
					  : poses_read(buf_str(&text), text.len, &poses, &err);
		is_int(rc, 0, "%s is read %s", r->file, err.text);
		if (is_int((long long)poses.len, (long long)r->poses, "%s: poses", r->file)) {
			const struct pose *last = &poses.at[poses.len - 1];

			is_int((long long)last->natoms, (long long)r->atoms, "its atoms");
			is_int((long long)last->end, (long long)text.len, "it ends the file");
			is_number(last->affinity, r->affinity, "affinity", r->file);
			is_number(last->cnn_score, r->cnn_score, "CNNscore", r->file);
			is_number(last->cnn_affinity, r->cnn_affinity, "CNNaffinity", r->file);
			is_number(last->cnn_vs, r->cnn_vs, "CNN_VS", r->file);
			is_number(last->cnn_variance, r->variance, "variance", r->file);
			is_number(last->rmsd_start, r->rmsd_start, "minimizedRMSD", r->file);
		}
		poses_clear(&poses);
		buf_clear(&text);
	}
}

/* Standard output of what was only scored. */
static void
test_said(void)
{
	static const struct {
		const char *file;
		double affinity, cnn_score, cnn_affinity;
	} said[] = {
		{ "smina/score_only.stdout", -5.41416, NAN, NAN },
		{ "gnina/score_only.stdout", -5.41416, 0.46866, 4.21956 },
	};

	for (size_t i = 0; i < COUNT(said); i++) {
		struct pose pose = pose_none();
		struct buf text = BUF_INIT;
		char path[128];

		snprintf(path, sizeof(path), "tests/data/%s", said[i].file);
		file_read(path, 0, &text, NULL);
		is_int(pose_said(buf_str(&text), text.len, &pose, NULL), 0, "%s", path);
		is_number(pose.affinity, said[i].affinity, "affinity", path);
		is_number(pose.cnn_score, said[i].cnn_score, "CNNscore", path);
		is_number(pose.cnn_affinity, said[i].cnn_affinity, "CNNaffinity", path);
		buf_clear(&text);
	}
	is_int(pose_said("done", 4, &(struct pose){ .affinity = NAN }, NULL), -1, "no score");
}

#define DOCKED_MODEL(n, energy) \
	"DOCKED: MODEL        " n "\nDOCKED: USER    Run = " n "\nDOCKED: USER\n" energy \
	"DOCKED: ROOT\nDOCKED: " ATOM "DOCKED: ENDROOT\nDOCKED: TER\nDOCKED: ENDMDL\n____\n\n"
#define DOCKED_ENERGY(text) \
	"DOCKED: USER    Estimated Free Energy of Binding    =" text \
	" kcal/mol  [=(1)+(2)+(3)-(4)]\n"

/* Logs that are none. */
static void
test_bad_logs(void)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "", "there is no docked model in it" },
		{ "AutoDock-GPU version: v1.5.3\nNumber of runs:                            2\n",
		    "there is no docked model in it" },
		{ "Number of runs:   x\n", "its number of runs is none" },
		{ "Number of runs:   2\n" DOCKED_MODEL("1", DOCKED_ENERGY("  -1.00")),
		    "it is cut off after run 1" },
		{ DOCKED_MODEL("1", DOCKED_ENERGY("  -1.00")) "DOCKED: MODEL        2\n",
		    "it is cut off after run 1" },
		{ DOCKED_MODEL("1", ""), "run 1 has no energy" },
		{ DOCKED_MODEL("1", DOCKED_ENERGY("  ")), "run 1 has no energy" },
		{ "DOCKED: ENDMDL\n", "there is a docked line outside of a model" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out = BUF_INIT;
		struct err err = { 0 };

		is_int(
		    dlg_to_pdbqt(rows[i].text, strlen(rows[i].text), &out, &err), -1, "log %zu", i);
		is_str(err.text, rows[i].error, "log %zu says why", i);
		is_int((long long)out.len, 0, "log %zu gives nothing", i);
		buf_clear(&out);
	}
}

/* The best run is first, equal ones stay in their order; the numbers are the log's. */
static void
test_logs(void)
{
	static const char text[] = "Number of runs:   3\n" DOCKED_MODEL(
	    "1", DOCKED_ENERGY("  -8.11")) DOCKED_MODEL("2", DOCKED_ENERGY(" -10.25"))
	    DOCKED_MODEL("3", DOCKED_ENERGY("  -8.11"));
	struct buf log = BUF_INIT, out = BUF_INIT;
	struct poses poses = POSES_INIT;

	is_int(dlg_to_pdbqt(text, sizeof(text) - 1, &out, NULL), 0, "a log of three runs");
	ok(strncmp(buf_str(&out), "MODEL        2\nUSER    Run = 2\n", 31) == 0, "best first");
	is_int(poses_read(buf_str(&out), out.len, &poses, NULL), 0, "is a file of poses");
	is_int((long long)poses.len, 3, "of three");
	is_number(poses.at[0].affinity, -10.25, "energy", "best");
	is_number(poses.at[2].affinity, -8.11, "energy", "last");
	buf_clear(&out);
	poses_clear(&poses);
	poses = (struct poses)POSES_INIT;
	file_read("tests/data/autodock4/two-runs.dlg", 0, &log, NULL);
	is_int(dlg_to_pdbqt(buf_str(&log), log.len, &out, NULL), 0, "a log of AutoDock 4");
	is_int(poses_read(buf_str(&out), out.len, &poses, NULL), 0, "is one as well");
	is_int((long long)poses.len, 2, "of two");
	is_number(poses.at[0].affinity, -9.30, "energy", "recorded");
	is_number(poses.at[0].inter, -11.39, "energy between them", "recorded");
	is_str(poses.atoms.at[0].type, "N", "the type of an atom");
	buf_clear(&log);
	buf_clear(&out);
	poses_clear(&poses);
}

int
main(void)
{
	test_bad_logs();
	test_logs();
	test_recorded();
	test_said();
	test_refused();
	test_digits();
	test_numbers();
	test_real_file();
	return done_testing();
}
