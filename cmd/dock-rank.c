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
#include "cli/measure.h"
#include "cli/pick.h"
#include "cli/ranked.h"
#include "cli/records.h"
#include "cli/rollcall.h"
#include "cli/sift.h"
#include "dock/criterion.h"
#include "dock/rank.h"
#include "dock/sieve.h"

static struct {
	int any_pose, best_per_ligand, diff, json, mixed, per_state, states, table;
	char *by, *cluster, *columns, *consensus, **in, *job, *max, *min, *missing, **not_in,
	    *receptor, *reference, *sigma, *smarts, *top, **where;
} o;

static const struct poptOption options[] = {
	{ "any-pose", 0, POPT_ARG_NONE, &o.any_pose, 0,
	    "choose the best pose that is wanted, not the best or none", NULL },
	{ "best-per-ligand", 0, POPT_ARG_NONE, &o.best_per_ligand, 0,
	    "one record for each parent (--top implies it)", NULL },
	{ "by", 0, POPT_ARG_STRING, &o.by, 0, "rank by this: a score, or rmsd, strain, ...",
	    "SCORE" },
	{ "cluster", 0, POPT_ARG_STRING, &o.cluster, 0,
	    "leave out what is this similar to a better one", "T" },
	{ "columns", 0, POPT_ARG_STRING, &o.columns, 0,
	    "add these to poses and tables: strain, rmsd, mw, ...", "NAME,..." },
	{ "consensus", 0, POPT_ARG_STRING, &o.consensus, 0,
	    "one order of several files: rank, ecr, zscore", "HOW" },
	{ "diff", 0, POPT_ARG_NONE, &o.diff, 0, "what changed between two files", NULL },
	{ "in", 0, POPT_ARG_ARGV, &o.in, 0, "only molecules that this has results of", "JOB|FILE" },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "take the records of this job", "NAME" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "records, on a terminal too", NULL },
	{ "max", 0, POPT_ARG_STRING, &o.max, 0, "leave out scores above", "X" },
	{ "min", 0, POPT_ARG_STRING, &o.min, 0, "leave out scores below", "X" },
	{ "missing", 0, POPT_ARG_STRING, &o.missing, 0,
	    "consensus of molecules that a file lacks: drop, worst (drop)", "HOW" },
	{ "mixed", 0, POPT_ARG_NONE, &o.mixed, 0, "rank together what was docked differently",
	    NULL },
	{ "not-in", 0, POPT_ARG_ARGV, &o.not_in, 0, "only molecules that this has no results of",
	    "JOB|FILE" },
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
	{ "where", 0, POPT_ARG_ARGV, &o.where, 0, "only what fits, such as 'rmsd<2'", "EXPR" },
	APP_RECORD_OPTIONS,
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

enum { COLUMNS_MAX = 16 };

/* Names of further columns of a table; one more is NULL. */
struct columns {
	const char *name[COLUMNS_MAX + 1];
	size_t len;
	const struct score *by; /* the one there is anyway */
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
	if (o.in || o.not_in || o.where || o.any_pose || o.columns)
		app_usage(app, "--diff and --consensus go with --by, --top and --mixed only");
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
	if (o.sigma && strcmp(o.consensus, "ecr") != 0)
		app_usage(app, "--sigma is for --consensus ecr");
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
	if (o.per_state && !o.top && !o.best_per_ligand && !o.cluster)
		app_usage(app, "--per-state goes with --top, --best-per-ligand or --cluster");
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

/* The campaigns that molecules must be in, or must not be in. */
static int
call_rolls(struct app *app, struct sieve *sieve, char **names, bool there, struct err *err)
{
	for (; names && *names; names++) {
		struct roll *roll = rollcall(app, *names, err);

		if (!roll)
			return -1;
		sieve_roll(sieve, roll, there);
	}
	return 0;
}

static struct sieve *
open_sieve(struct app *app, const struct score *by, struct err *err)
{
	struct sieve *sieve = sieve_new(by, o.any_pose);
	int rc = 0;

	for (char **where = o.where; rc == 0 && where && *where; where++)
		rc = sieve_add(sieve, *where, err);
	if (rc == 0)
		rc = call_rolls(app, sieve, o.in, true, err);
	if (rc == 0)
		rc = call_rolls(app, sieve, o.not_in, false, err);
	if (rc == 0)
		return sieve;
	sieve_free(sieve);
	return NULL;
}

/* Each once, and none that is ranked by. */
static void
add_column(struct columns *columns, const char *name)
{
	const struct score *score = score_find(name);
	size_t i = 0;

	if (score)
		name = score->name;
	if (score && score == columns->by)
		return;
	while (i < columns->len && strcmp(columns->name[i], name) != 0)
		i++;
	if (i == columns->len && *name && columns->len < COLUMNS_MAX)
		columns->name[columns->len++] = name;
}

/* What is measured before results are ranked, for that is what decides: a set of flags. */
static unsigned
deciding(const struct sieve *sieve, const struct score *by, struct columns *columns)
{
	unsigned what = by ? measure_of(by->name) : 0;
	const struct criterion *c;

	for (size_t i = 0; (c = sieve_criterion(sieve, i)); i++) {
		what |= measure_of(c->name);
		if (measure_of(c->name))
			add_column(columns, c->name);
	}
	return what;
}

/* The further columns: what is measured of them. */
static unsigned
showing(struct app *app, struct columns *columns)
{
	char *rest = o.columns, *name;
	unsigned what = 0;

	if (o.reference)
		add_column(columns, "rmsd");
	if (o.receptor) {
		add_column(columns, "clashes");
		add_column(columns, "contacts");
	}
	while ((name = strsep(&rest, ",")))
		add_column(columns, name);
	for (size_t i = 0; i < columns->len; i++)
		what |= measure_of(columns->name[i]);
	if (columns->len == COLUMNS_MAX)
		app_usage(app, "more than %d columns", COLUMNS_MAX - 1);
	return what;
}

/* Open what helps: the sieve, what measures, what picks. */
static int
open_aids(struct app *app, struct sift *sift, struct ranked *ranked, struct columns *columns,
    struct err *err)
{
	double similarity = parse_similarity(app);
	const struct criterion *c;
	unsigned now, then;

	if (!(sift->sieve = open_sieve(app, sift->by, err)))
		return -1;
	now = deciding(sift->sieve, sift->by, columns);
	then = showing(app, columns) & ~now;
	if (now | then)
		ranked->measure = measure_open(o.reference, o.receptor, now | then, err);
	if ((now | then) && !ranked->measure)
		return -1;
	for (size_t i = 0; ranked->measure && (c = sieve_criterion(sift->sieve, i)); i++)
		if (measure_expect(ranked->measure, c, err) < 0)
			return -1;
	if (now) {
		measure_want(ranked->measure, now);
		sift->measure = ranked->measure;
	}
	ranked->then = then;
	if (o.smarts && !(sift->pick = pick_open(o.smarts, 0, err)))
		return -1;
	if (o.cluster && !(ranked->pick = pick_open(NULL, similarity, err)))
		return -1;
	return 0;
}

static int
rank_one(struct app *app, struct err *err)
{
	struct rank_options ranking = { 0 };
	struct columns columns = { 0 };
	struct ranked ranked = { .columns = columns.name };
	struct sift sift = { 0 };
	int rc;

	parse_options(app, &ranking);
	sift.by = columns.by = ranking.by;
	ranked.reference = o.reference;
	ranked.table = o.table || (isatty(STDOUT_FILENO) && !o.json);
	ranked.all = !o.top;
	ranked.states = o.states;
	rc = open_aids(app, &sift, &ranked, &columns, err);
	if (ranked.pick) { /* what is picked is counted, not what is ranked */
		ranked.top = ranking.top;
		ranked.percent = ranking.percent;
		ranking.top = 0;
		ranking.percent = 0;
	}
	sift.rank = ranked.rank = rank_new(&ranking);
	if (rc == 0)
		rc = records_each_line(app, o.job, app->args, sift_line, sift_record, &sift, err);
	if (rc == 0)
		rc = sift_finish(&sift, app, err);
	if (rc == 0)
		rc = ranked_print(app, &ranked, err);
	sift_clear(&sift);
	sieve_free(sift.sieve);
	rank_free(ranked.rank);
	measure_close(ranked.measure);
	pick_close(sift.pick);
	pick_close(ranked.pick);
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
