/* SPDX-License-Identifier: MIT */
/* dock-prep: ligand records made ready to dock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/convert.h"
#include "cli/receptor.h"
#include "cli/records.h"
#include "dock/lint.h"

static struct {
	char *altloc, *chain, *extract, *keep, *kinds, *out, *ph, *receptor, *remove, *smiles,
	    *stereo, *timeout, *with;
	int jobs, states, torsions, turn_planar, unique;
} o = { .torsions = LINT_TORSIONS };

enum { STATES_MAX = 64, STEREO_STATES = 8 };

static const struct poptOption options[] = { { "altloc", 0, POPT_ARG_STRING, &o.altloc, 0,
						 "receptor: alternate location to keep", "X" },
	{ "chain", 0, POPT_ARG_STRING, &o.chain, 0, "receptor: only these chains", "ID,.." },
	{ "extract", 0, POPT_ARG_STRING, &o.extract, 0,
	    "receptor: write this ligand as SDF and remove it", "RES=FILE" },
	{ "jobs", 'j', POPT_ARG_INT, &o.jobs, 0, "prepare N molecules at once", "N" },
	{ "keep", 0, POPT_ARG_STRING, &o.keep, 0, "receptor: waters or residues that stay",
	    "RES,.." },
	{ "kinds", 0, POPT_ARG_STRING, &o.kinds, 0,
	    "of states: protonation, tautomer, stereo, ring (all)", "KIND,.." },
	{ "max-torsions", 0, POPT_ARG_INT, &o.torsions, 0, "refuse more flexible molecules", "N" },
	{ "output", 'o', POPT_ARG_STRING, &o.out, 0, "receptor: PDBQT to write", "FILE" },
	{ "ph", 0, POPT_ARG_STRING, &o.ph, 0, "protonate for this pH, or window of pH", "PH" },
	{ "receptor", 0, POPT_ARG_STRING, &o.receptor, 0, "prepare this PDB file instead", "FILE" },
	{ "remove", 0, POPT_ARG_STRING, &o.remove, 0, "receptor: residues that go", "RES,.." },
	{ "smiles", 0, POPT_ARG_STRING, &o.smiles, 0, "bond orders of the extracted ligand",
	    "SMILES" },
	{ "states", 0, POPT_ARG_INT, &o.states, 0, "at most N states of a molecule (1)", "N" },
	{ "stereo", 0, POPT_ARG_STRING, &o.stereo, 0,
	    "unspecified stereo: any, refuse or enumerate", "HOW" },
	{ "timeout", 0, POPT_ARG_STRING, &o.timeout, 0, "time limit per state", "S" },
	{ "turn-planar", 0, POPT_ARG_NONE, &o.turn_planar, 0,
	    "let engines turn the bonds of esters and thioamides", NULL },
	{ "unique", 0, POPT_ARG_NONE, &o.unique, 0, "keep one of equal molecules", NULL },
	{ "with", 0, POPT_ARG_STRING, &o.with, 0, "who writes PDBQT: openbabel or meeko", "TOOL" },
	APP_RECORD_OPTIONS, APP_COMMON_OPTIONS, POPT_TABLEEND };

struct tally {
	struct app *app;
	struct convert *convert;
	size_t prepared, failed, skipped;
};

static int
record_done(void *ctx, json_t *record, enum prep_outcome outcome, struct err *err)
{
	struct tally *t = ctx;

	(void)err;
	t->prepared += outcome == PREP_PREPARED;
	t->failed += outcome == PREP_FAILED;
	t->skipped += outcome == PREP_SKIPPED;
	app_count(t->app, outcome == PREP_FAILED);
	app_record(t->app, record);
	return 0;
}

static int
prepare_one(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct tally *t = ctx;
	struct err why = { 0 };
	struct buf text = BUF_INIT;
	const json_t *ligand = json_object_get(record, "ligand");
	int rc = 0;

	if (json_is_null(json_object_get(record, "error"))) /* jq writes it for "none" */
		json_object_del(record, "error");
	if (!json_object_get(record, "error") && !json_object_get(record, "skipped"))
		rc = records_file(app, ligand, &text, &why);
	rc = convert_put(
	    t->convert, record, rc < 0 ? NULL : buf_str(&text), text.len, why.text, err);
	buf_clear(&text);
	return rc;
}

static int
prepare_all(struct app *app, const struct convert_options *how, struct err *err)
{
	struct tally t = { .app = app };
	int rc = -1;

	t.convert = convert_open(how, record_done, &t, err);
	if (!t.convert)
		return -1;
	if (!convert_prep(t.convert)->rdkit)
		app_warn(app, "no RDKit: Open Babel makes the 3D structures, and not reproducibly");
	if ((how->prep.refuse_stereo || how->prep.states > 1) && !convert_prep(t.convert)->rdkit)
		err_set(err, ERR_SYSTEM, "%s needs RDKit: install python3-rdkit",
		    how->prep.states > 1 ? "--states" : "--stereo refuse");
	else if (app_each(app, app->args, prepare_one, &t, err) == 0)
		rc = convert_finish(t.convert, err);
	convert_free(t.convert);
	app_say(app, "%zu prepared, %zu failed, %zu skipped", t.prepared, t.failed, t.skipped);
	return rc;
}

/* "478=xtal.sdf" */
static void
read_extract(struct app *app, struct receptor_job *job)
{
	char *equals = o.extract ? strchr(o.extract, '=') : NULL;

	if (o.extract && (!equals || equals == o.extract || !equals[1]))
		app_usage(app, "--extract: '%s' is not RESIDUE=FILE", o.extract);
	if (o.smiles && !o.extract)
		app_usage(app, "--smiles needs --extract");
	if (!equals)
		return;
	*equals = '\0';
	job->choose.extract = o.extract;
	job->sdf = equals + 1;
}

static bool
is_same_file(const char *a, const char *b)
{
	struct stat one, two;

	return strcmp(a, b) == 0 ||
	    (stat(a, &one) == 0 && stat(b, &two) == 0 && one.st_dev == two.st_dev &&
		one.st_ino == two.st_ino);
}

static int
prepare_receptor(struct app *app, const struct convert_options *how, struct err *err)
{
	struct receptor_job job = {
		.file = o.receptor,
		.out = o.out,
		.smiles = o.smiles,
		.ph = how->prep.ph,
		.limit = how->limit,
		.choose = { .chains = o.chain, .keep = o.keep, .remove = o.remove },
	};
	json_t *record;

	if (!o.out)
		app_usage(app, "--receptor needs -o FILE");
	if (app->nargs || o.unique || o.stereo || o.turn_planar || o.with || o.states || o.kinds ||
	    how->prep.ph_low)
		app_usage(app, "--receptor does not go with ligands");
	if (o.altloc && (!o.altloc[0] || o.altloc[1]))
		app_usage(app, "--altloc: '%s' is not one letter", o.altloc);
	job.choose.altloc = o.altloc ? o.altloc[0] : '\0';
	read_extract(app, &job);
	if (is_same_file(job.out, job.file) || (job.sdf && is_same_file(job.sdf, job.file)))
		app_usage(app, "'%s' would be overwritten", job.file);
	if (job.sdf && is_same_file(job.sdf, job.out))
		app_usage(app, "-o and --extract name the same file");
	record = receptor_prepare(app, &job, err);
	if (!record)
		return -1;
	app_record(app, record);
	json_decref(record);
	return 0;
}

/* "7.4", or "6.4-8.4": then its middle is the pH, and its ends are looked at as well. */
static void
read_ph(struct app *app, struct prep_options *prep)
{
	static char middle[32];
	char *dash = o.ph ? strchr(o.ph, '-') : NULL;
	double low = 0, high = 0;

	if (!o.ph)
		return;
	if (dash)
		*dash = '\0';
	if (num_double(o.ph, &low, NULL) < 0 || low < 0 || low > 14 ||
	    (dash && (num_double(dash + 1, &high, NULL) < 0 || high <= low || high > 14)))
		app_usage(app, "--ph: '%s%s%s' is neither between 0 and 14 nor such as 6.4-8.4",
		    o.ph, dash ? "-" : "", dash ? dash + 1 : "");
	prep->ph = o.ph;
	if (!dash)
		return;
	snprintf(middle, sizeof(middle), "%g", (low + high) / 2);
	prep->ph = middle;
	prep->ph_low = o.ph;
	prep->ph_high = dash + 1;
}

/* What of --kinds names a kind; all without it. */
static void
read_kinds(struct app *app, struct prep_options *prep)
{
	char *rest = o.kinds, *kind;
	bool protonation = !o.kinds;

	prep->isomers = prep->tautomers = prep->rings = !o.kinds;
	while (rest && (kind = strsep(&rest, ","))) {
		if (strcmp(kind, "protonation") == 0)
			protonation = true;
		else if (strcmp(kind, "tautomer") == 0)
			prep->tautomers = true;
		else if (strcmp(kind, "stereo") == 0)
			prep->isomers = true;
		else if (strcmp(kind, "ring") == 0)
			prep->rings = true;
		else
			app_usage(app,
			    "--kinds are protonation, tautomer, stereo and ring, not '%s'", kind);
	}
	if (!protonation)
		prep->ph_low = prep->ph_high = NULL;
}

static void
read_states(struct app *app, struct prep_options *prep)
{
	bool enumerate = o.stereo && strcmp(o.stereo, "enumerate") == 0;

	if (o.states < 0 || o.states > STATES_MAX)
		app_usage(app, "--states: '%d' is not between 1 and %d", o.states, STATES_MAX);
	if (o.kinds && o.states < 2)
		app_usage(app, "--kinds needs --states of 2 or more");
	prep->states = o.states ? o.states : enumerate ? STEREO_STATES : 1;
	read_kinds(app, prep);
	if (enumerate && !o.states)
		prep->tautomers = prep->rings = false;
	if (enumerate)
		prep->isomers = true;
	if (prep->ph_low && prep->states < 2)
		app_usage(app, "a window of pH needs --states of 2 or more");
}

static int
read_options(struct app *app, struct convert_options *how, struct err *err)
{

	how->jobs = o.jobs ? o.jobs : (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (how->jobs < 1 || how->jobs > 1024)
		app_usage(app, "--jobs: '%d' is not between 1 and 1024", o.jobs);
	if (o.torsions < 0)
		app_usage(app, "--max-torsions: '%d' is negative", o.torsions);
	read_ph(app, &how->prep);
	if (o.timeout && (num_duration(o.timeout, &how->limit, err) < 0 || how->limit <= 0))
		app_usage(
		    app, "--timeout: '%s' is not a time above 0, such as 60 or 2m", o.timeout);
	if (o.stereo && strcmp(o.stereo, "any") != 0 && strcmp(o.stereo, "refuse") != 0 &&
	    strcmp(o.stereo, "enumerate") != 0)
		app_usage(app, "--stereo: '%s' is not any, refuse or enumerate", o.stereo);
	if (o.with && strcmp(o.with, "openbabel") != 0 && strcmp(o.with, "meeko") != 0)
		app_usage(app, "--with: '%s' is not openbabel or meeko", o.with);
	how->prep.meeko = o.with && strcmp(o.with, "meeko") == 0;
	read_states(app, &how->prep);
	how->unique = o.unique != 0;
	how->prep.refuse_stereo = o.stereo && strcmp(o.stereo, "refuse") == 0;
	how->prep.torsions = o.torsions;
	how->prep.turn_planar = o.turn_planar != 0;
	return 0;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("dock-prep", "[FILE ...]", options, argc, argv);
	struct convert_options how = { .limit = 60, .prep = { .seed = 42 } };
	int rc = read_options(app, &how, &err);

	if (!o.receptor &&
	    (o.out || o.altloc || o.chain || o.extract || o.keep || o.remove || o.smiles))
		app_usage(app,
		    "-o, --altloc, --chain, --extract, --keep, --remove and --smiles need"
		    " --receptor");
	if (rc == 0)
		rc = o.receptor ? prepare_receptor(app, &how, &err) : prepare_all(app, &how, &err);
	return app_finish(app, rc, &err);
}
