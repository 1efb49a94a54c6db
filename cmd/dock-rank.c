/* SPDX-License-Identifier: MIT */
/* dock-rank: docking results in order, the best first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/num.h"
#include "base/strtab.h"
#include "cli/app.h"
#include "cli/compare.h"
#include "cli/leftout.h"
#include "cli/pick.h"
#include "cli/pocket.h"
#include "cli/records.h"
#include "cli/ranked.h"
#include "cli/rmsd.h"
#include "dock/rank.h"

static struct {
	int best_per_ligand, diff, json, mixed, per_state, states, table;
	char *by, *cluster, *consensus, *job, *max, *min, *missing, *receptor, *reference, *sigma,
	    *smarts, *top;
} o;

static const struct poptOption options[] = {
	{ "best-per-ligand", 0, POPT_ARG_NONE, &o.best_per_ligand, 0,
	    "one record for each parent (--top implies it)", NULL },
	{ "by", 0, POPT_ARG_STRING, &o.by, 0, "rank by this score", "SCORE" },
	{ "cluster", 0, POPT_ARG_STRING, &o.cluster, 0,
	    "leave out what is this similar to a better one", "T" },
	{ "consensus", 0, POPT_ARG_STRING, &o.consensus, 0,
	    "one order of several files: rank, ecr, zscore", "HOW" },
	{ "diff", 0, POPT_ARG_NONE, &o.diff, 0, "what changed between two files", NULL },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "take the records of this job", "NAME" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "records, on a terminal too", NULL },
	{ "max", 0, POPT_ARG_STRING, &o.max, 0, "leave out scores above", "X" },
	{ "min", 0, POPT_ARG_STRING, &o.min, 0, "leave out scores below", "X" },
	{ "missing", 0, POPT_ARG_STRING, &o.missing, 0,
	    "consensus of molecules that a file lacks: drop, worst (drop)", "HOW" },
	{ "mixed", 0, POPT_ARG_NONE, &o.mixed, 0, "rank together what was docked differently",
	    NULL },
	{ "per-state", 0, POPT_ARG_NONE, &o.per_state, 0, "count states, not parents", NULL },
	{ "receptor", 0, POPT_ARG_STRING, &o.receptor, 0, "add clashes and contacts with this",
	    "FILE" },
	{ "reference", 0, POPT_ARG_STRING, &o.reference, 0, "add the RMSD of poses to this",
	    "FILE" },
	{ "sigma", 0, POPT_ARG_STRING, &o.sigma, 0, "ranks that count in ecr (5%)", "N" },
	{ "smarts", 0, POPT_ARG_STRING, &o.smarts, 0, "only molecules with this substructure",
	    "SMARTS" },
	{ "states", 0, POPT_ARG_NONE, &o.states, 0,
	    "one record for each parent, with all its states", NULL },
	{ "table", 0, POPT_ARG_NONE, &o.table, 0, "a table, not records", NULL },
	{ "top", 0, POPT_ARG_STRING, &o.top, 0, "only the best N ligands, or N percent", "N|N%" },
	APP_RECORD_OPTIONS,
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

/* What was not ranked, and what was. */
struct tally {
	struct ranked ranked;
	struct leftout left;
	size_t filtered;
};

/* A count or a percentage: what --top says. */
static void
parse_top(struct app *app, size_t *top, double *percent)
{
	char *text = xstrdup(o.top), *sign = strchr(text, '%');
	int64_t n;
	int rc;

	if (sign && !sign[1]) {
		*sign = '\0';
		rc = num_double(text, percent, NULL);
		if (rc == 0 && (*percent <= 0 || *percent > 100))
			rc = -1;
	} else {
		rc = num_int(text, 1, INT64_MAX, &n, NULL);
		*top = rc == 0 ? (size_t)n : 0;
	}
	if (rc < 0)
		app_usage(
		    app, "--top takes a count from 1 or a percentage up to 100%%, not '%s'", o.top);
	free(text);
}

static void
parse_limit(
    struct app *app, const char *name, const char *text, double *value, const double **limit)
{
	struct err err = { 0 };

	if (!text)
		return;
	if (num_double(text, value, &err) < 0)
		app_usage(app, "--%s: %s", name, err.text);
	*limit = value;
}

/* Two files, or several, side by side: options that are for one list make no sense. */
static void
check_campaigns(struct app *app)
{
	if (o.diff && app->nargs != 2)
		app_usage(app, "--diff takes two files");
	if (o.consensus && app->nargs < 2)
		app_usage(app, "--consensus takes two files or more");
	if (o.diff && o.consensus)
		app_usage(app, "--diff and --consensus exclude each other");
	if (!o.diff && !o.consensus)
		return;
	if (o.job || o.reference || o.receptor || o.smarts || o.cluster || o.table || o.min ||
	    o.max || o.per_state || o.states)
		app_usage(app, "--diff and --consensus go with --by, --top and --mixed only");
}

static void
check_options(struct app *app)
{
	if (o.job && app->nargs > 0)
		app_usage(app, "records come from --job or from files, not from both");
	if (o.json && o.table)
		app_usage(app, "--json and --table exclude each other");
	if ((o.missing || o.sigma) && !o.consensus)
		app_usage(app, "--missing and --sigma are for --consensus");
	if (o.missing && strcmp(o.missing, "drop") != 0 && strcmp(o.missing, "worst") != 0)
		app_usage(app, "--missing is drop or worst, not '%s'", o.missing);
	check_campaigns(app);
}

static const struct score *
parse_score(struct app *app)
{
	const struct score *by = o.by ? score_find(o.by) : NULL;
	char *names;

	if (by || !o.by)
		return by;
	names = score_list();
	app_fail(app, EXIT_USAGE, "there are the scores %s", names);
	free(names);
	app_usage(app, "no score '%s'", o.by);
}

static void
parse_options(struct app *app, struct rank_options *ranking)
{
	static double min, max;

	ranking->mixed = o.mixed;
	ranking->by = parse_score(app);
	if (o.top)
		parse_top(app, &ranking->top, &ranking->percent);
	if (o.per_state && o.states)
		app_usage(app, "--states and --per-state exclude each other");
	ranking->states = o.states;
	if (o.per_state && (o.top || o.best_per_ligand || o.cluster))
		ranking->unit = RANK_STATE;
	else if (o.top || o.best_per_ligand || o.cluster || o.states)
		ranking->unit = RANK_PARENT;
	parse_limit(app, "min", o.min, &min, &ranking->min);
	parse_limit(app, "max", o.max, &max, &ranking->max);
	check_options(app);
}

static void
parse_campaigns(struct app *app, struct compare_options *c)
{
	int method = o.consensus ? strtab_find(consensus_names, CONSENSUS_METHODS, o.consensus) : 0;

	if (method < 0)
		app_usage(app, "--consensus is rank, ecr or zscore, not '%s'", o.consensus);
	c->method = (enum consensus_method)method;
	c->by = parse_score(app);
	c->mixed = o.mixed;
	c->worst = o.missing && strcmp(o.missing, "worst") == 0;
	if (o.top)
		parse_top(app, &c->top, &c->percent);
	if (o.sigma && (num_double(o.sigma, &c->sigma, NULL) < 0 || c->sigma <= 0))
		app_usage(app, "--sigma takes a number above 0, not '%s'", o.sigma);
}

/* How alike is too much, 0..1; 0 without --cluster. */
static double
parse_similarity(struct app *app)
{
	double similarity = 0;

	if (o.cluster &&
	    (num_double(o.cluster, &similarity, NULL) < 0 || similarity <= 0 || similarity > 1))
		app_usage(
		    app, "--cluster takes a similarity above 0 and up to 1, not '%s'", o.cluster);
	return similarity;
}

/* What came of adding a result: 0 to go on, -1. */
static int
added(struct app *app, struct tally *tally, int rc, struct err *err)
{
	if (rc < 0 && (err->kind != ERR_INPUT || app->strict))
		return -1;
	if (rc < 0)
		app_report(app, err);
	tally->filtered += rc == 0;
	return 0;
}

static int
take(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct tally *tally = ctx;
	json_t *result = leftout_result(app, record, &tally->left);

	if (!result)
		return 0;
	return added(app, tally, rank_add(tally->ranked.rank, record, result, err), err);
}

/* Most lines show all that is needed without being read as a record. */
static int
take_line(struct app *app, const char *text, size_t len, void *ctx, struct err *err)
{
	struct tally *tally = ctx;
	int rc = rank_add_text(tally->ranked.rank, text, len, err);

	if (rc == RANK_UNSEEN)
		return 2;
	app_count(app, false);
	return added(app, tally, rc, err);
}

/* Once: versions differ where machines do, and mostly they score alike. */
static void
tell_versions(struct app *app, const struct rank *rank)
{
	const char *one, *other;

	if (rank_versions(rank, &one, &other))
		app_warn(app, "versions %s and %s of the engine are ranked together", one, other);
}

static int
open_aids(struct app *app, struct tally *tally, struct err *err)
{
	double similarity = parse_similarity(app);

	if (o.reference && !(tally->ranked.rmsd = rmsd_open(o.reference, err)))
		return -1;
	if (o.receptor && !(tally->ranked.pocket = pocket_open(o.receptor, err)))
		return -1;
	if ((o.smarts || o.cluster) && !(tally->ranked.pick = pick_open(o.smarts, similarity, err)))
		return -1;
	return 0;
}

static int
run(struct app *app, struct tally *tally, struct err *err)
{
	if (open_aids(app, tally, err) < 0)
		return -1;
	if (records_each_line(app, o.job, app->args, take_line, take, tally, err) < 0)
		return -1;
	leftout_say(app, &tally->left);
	tell_versions(app, tally->ranked.rank);
	if (tally->filtered > 0)
		app_say(app, "%zu left out by --min and --max", tally->filtered);
	return ranked_print(app, &tally->ranked, err);
}

static int
rank_one(struct app *app, struct err *err)
{
	struct rank_options ranking = { 0 };
	struct tally tally = { 0 };
	int rc;

	parse_options(app, &ranking);
	tally.ranked.reference = o.reference;
	tally.ranked.table = o.table || (isatty(STDOUT_FILENO) && !o.json);
	tally.ranked.all = !o.top;
	tally.ranked.states = o.states;
	if (o.smarts || o.cluster) { /* what is picked is counted, not what is ranked */
		tally.ranked.top = ranking.top;
		tally.ranked.percent = ranking.percent;
		ranking.top = 0;
		ranking.percent = 0;
	}
	tally.ranked.rank = rank_new(&ranking);
	rc = run(app, &tally, err);
	rank_free(tally.ranked.rank);
	rmsd_close(tally.ranked.rmsd);
	pocket_close(tally.ranked.pocket);
	pick_close(tally.ranked.pick);
	return rc;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("dock-rank", "[FILE ...]", options, argc, argv);
	struct compare_options campaigns = { 0 };
	int rc;

	check_options(app);
	if (o.diff || o.consensus)
		parse_campaigns(app, &campaigns);
	if (o.diff)
		rc = compare_diff(app, &campaigns, &err);
	else if (o.consensus)
		rc = compare_consensus(app, &campaigns, &err);
	else
		rc = rank_one(app, &err);
	return app_finish(app, rc, &err);
}
