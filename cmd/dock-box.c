/* SPDX-License-Identifier: MIT */
/* dock-box: the search box around a ligand, residues or a whole receptor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/num.h"
#include "base/source.h"
#include "cli/app.h"
#include "dock/box.h"
#include "dock/molecule.h"

#define FILE_LIMIT ((size_t)256 << 20)

static struct {
	char *center, *format, *from, *ligand, *min_size, *padding, *receptor, *residues, *size;
} o;

static const struct poptOption options[] = {
	{ "center", 0, POPT_ARG_STRING, &o.center, 0, "centre of the box in Å", "X,Y,Z" },
	{ "format", 0, POPT_ARG_STRING, &o.format, 0, "json (default), or conf for vina",
	    "FORMAT" },
	{ "from", 0, POPT_ARG_STRING, &o.from, 0, "take the box of a vina configuration", "FILE" },
	{ "ligand", 0, POPT_ARG_STRING, &o.ligand, 0, "around this reference ligand", "FILE" },
	{ "min-size", 0, POPT_ARG_STRING, &o.min_size, 0, "no side shorter (default 20 Å)", "A" },
	{ "padding", 0, POPT_ARG_STRING, &o.padding, 0, "space on every side (default 4 Å)", "A" },
	{ "receptor", 0, POPT_ARG_STRING, &o.receptor, 0, "the receptor; alone: all of it",
	    "FILE" },
	{ "residues", 0, POPT_ARG_STRING, &o.residues, 0, "around these, like A:82,A:84", "LIST" },
	{ "size", 0, POPT_ARG_STRING, &o.size, 0, "lengths of the sides in Å", "X,Y,Z" },
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

/* What is being made, and of what. */
struct job {
	struct box box;
	struct box_rule rule;
	struct molecule ligand, receptor;
	const char *method, *from, *reference;
	json_t *warnings;
};

static void __attribute__((format(printf, 4, 5)))
warn(struct app *app, struct job *job, const char *code, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	app_warn(app, "warning: %s", text);
	free(text);
	json_array_append_new(job->warnings, json_string(code));
}

static double
length_option(struct app *app, const char *name, const char *text, double otherwise)
{
	struct err err = { 0 };
	double x = otherwise;

	if (text && (num_double(text, &x, &err) < 0 || x < 0))
		app_usage(app, "--%s takes a length in Å, not '%s'", name, text);
	return x;
}

static void
check_options(struct app *app)
{
	int ways = !!o.center + !!o.from + !!o.ligand + !!o.residues;

	if (app->nargs > 0)
		app_usage(app, "'%s': files are given by options", app->args[0]);
	if (ways > 1)
		app_usage(app, "only one of --center, --from, --ligand and --residues");
	if (ways == 0 && !o.receptor)
		app_usage(
		    app, "one of --ligand, --residues, --receptor, --center or --from is needed");
	if (o.residues && !o.receptor)
		app_usage(app, "--residues needs --receptor");
	if (o.center && !o.size)
		app_usage(app, "--center needs --size");
	if (o.from && o.size)
		app_usage(app, "--from has its own size");
	if ((o.size || o.from) && (o.padding || o.min_size))
		app_usage(app, "--padding and --min-size are for a size made from atoms");
	if (o.format && strcmp(o.format, "json") != 0 && strcmp(o.format, "conf") != 0)
		app_usage(app, "--format is json or conf, not '%s'", o.format);
}

static int
read_molecule(const char *path, struct molecule *m, struct err *err)
{
	struct buf text = BUF_INIT;
	int format = molecule_format(path, err), rc = -1;

	if (format >= 0 && source_read_file(path, FILE_LIMIT, &text, err) == 0)
		rc = molecule_read(m, (enum molecule_format)format, path, buf_str(&text), err);
	buf_clear(&text);
	return rc;
}

static bool
is_flat(const struct molecule *m)
{
	for (size_t i = 0; i < m->atoms.len; i++)
		if (m->atoms.at[i].at[2] != 0)
			return false;
	return m->atoms.len > 1;
}

static void
judge_ligand(struct app *app, struct job *job)
{
	if (job->ligand.more)
		warn(app, job, "first_molecule", "'%s' holds several molecules: the first is used",
		    o.ligand);
	if (is_flat(&job->ligand))
		warn(app, job, "flat_reference",
		    "'%s' is flat (every z is 0): a drawing is no reference", o.ligand);
	if (molecule_heavy(&job->ligand) > 200)
		warn(app, job, "large_reference", "'%s' has %zu heavy atoms: is it a ligand?",
		    o.ligand, molecule_heavy(&job->ligand));
}

static int
from_ligand(struct app *app, struct job *job, struct err *err)
{
	job->method = "ligand";
	job->from = job->reference = o.ligand;
	if (read_molecule(o.ligand, &job->ligand, err) < 0)
		return -1;
	if (box_of_ligand(&job->ligand, &job->rule, &job->box, err) < 0)
		return err_wrap(err, "%s", o.ligand);
	judge_ligand(app, job);
	return 0;
}

static int
from_residues(struct job *job, struct err *err)
{
	job->method = "residues";
	job->from = o.residues;
	if (box_of_residues(&job->receptor, o.residues, &job->rule, &job->box, err) < 0)
		return err_wrap(err, "%s", o.receptor);
	return 0;
}

static int
from_receptor(struct app *app, struct job *job, struct err *err)
{
	job->method = "receptor";
	job->from = o.receptor;
	if (box_of_receptor(&job->receptor, &job->rule, &job->box, err) < 0)
		return err_wrap(err, "%s", o.receptor);
	warn(app, job, "blind",
	    "a blind box holds the whole receptor: poses and scores of such a "
	    "search are unreliable; --ligand or --residues name a site");
	return 0;
}

static int
from_conf(struct job *job, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	job->method = "conf";
	job->from = job->reference = o.from;
	rc = source_read_file(o.from, FILE_LIMIT, &text, err);
	if (rc == 0)
		rc = box_read_conf(o.from, buf_str(&text), &job->box, err);
	buf_clear(&text);
	return rc;
}

static int
make_box(struct app *app, struct job *job, struct err *err)
{
	if (o.receptor && read_molecule(o.receptor, &job->receptor, err) < 0)
		return -1;
	if (o.ligand)
		return from_ligand(app, job, err);
	if (o.residues)
		return from_residues(job, err);
	if (o.from)
		return from_conf(job, err);
	if (!o.center)
		return from_receptor(app, job, err);
	job->method = "center";
	return box_numbers(o.center, job->box.center, err);
}

static int
set_size(struct job *job, struct err *err)
{
	if (box_numbers(o.size, job->box.size, err) < 0)
		return -1;
	for (size_t i = 0; i < 3; i++)
		if (job->box.size[i] <= 0)
			return err_set(err, ERR_USAGE, "--size must be above 0 on every side");
	return 0;
}

static void
judge_box(struct app *app, struct job *job)
{
	size_t outside = box_outside(&job->box, &job->ligand, 0);
	size_t near = molecule_heavy(&job->receptor) - box_outside(&job->box, &job->receptor, 8);

	if (box_volume(&job->box) > BOX_LARGE)
		warn(app, job, "large_box",
		    "%.0f Å³ is more than %.0f: raise exhaustiveness, or make "
		    "the box smaller",
		    box_volume(&job->box), BOX_LARGE);
	if (outside > 0)
		warn(app, job, "reference_outside", "%zu heavy atoms of '%s' are outside the box",
		    outside, o.ligand);
	if (o.receptor && near == 0)
		warn(app, job, "far_from_receptor", "no atom of '%s' is within 8 Å of the box",
		    o.receptor);
}

static int
put_digest(json_t *record, const char *key, const char *path, struct err *err)
{
	char hex[DIGEST_HEX];

	if (!path)
		return 0;
	if (digest_file(path, hex, err) < 0)
		return -1;
	json_object_set_new(record, key, json_string(hex));
	return 0;
}

static int
print_box(struct app *app, struct job *job, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *record = json_object();
	int rc;

	box_put_json(&job->box, record);
	json_object_set_new(record, "method", json_string(job->method));
	if (!o.size && !o.from)
		json_object_set_new(record, "padding", json_real(job->rule.padding));
	if (job->from)
		json_object_set_new(record, "from", json_string(job->from));
	rc = put_digest(record, "reference_sha256", job->reference, err);
	if (rc == 0)
		rc = put_digest(record, "receptor_sha256", o.receptor, err);
	json_object_set(record, "warnings", job->warnings);
	box_put_conf(&job->box, &text);
	if (rc == 0 && o.format && strcmp(o.format, "conf") == 0)
		fputs(buf_str(&text), stdout);
	else if (rc == 0)
		app_record(app, record);
	buf_clear(&text);
	json_decref(record);
	return rc;
}

static int
run(struct app *app, struct job *job, struct err *err)
{
	if (make_box(app, job, err) < 0)
		return -1;
	if (o.size && set_size(job, err) < 0)
		return -1;
	judge_box(app, job);
	return print_box(app, job, err);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("dock-box", "", options, argc, argv);
	struct job job = { .ligand = MOLECULE_INIT, .receptor = MOLECULE_INIT };
	int rc;

	check_options(app);
	job.rule.padding = length_option(app, "padding", o.padding, 4);
	job.rule.min_size = length_option(app, "min-size", o.min_size, 20);
	job.warnings = json_array();
	rc = run(app, &job, &err);
	molecule_clear(&job.ligand);
	molecule_clear(&job.receptor);
	json_decref(job.warnings);
	return app_finish(app, rc, &err);
}
