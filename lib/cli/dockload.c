/* SPDX-License-Identifier: MIT */
/* dockload: everything that is read and checked before an engine starts (cli/dockrun.h). */
#include "cli/dockrun.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/utf8.h"
#include "cli/dockrun_parts.h"
#include "cli/records.h"
#include "dock/box.h"
#include "dock/findings.h"
#include "dock/molecule.h"

#define PADDING 4.0 /* Å; these two are dock-box's own */
#define MIN_SIZE 20.0

/* What is wrong with the request is its own fault; with our disk, memory or state, ours. */
int
dockjob_refuse(struct verdict *verdict, const char *what, const struct err *err)
{
	bool ours = err->kind == ERR_SYSTEM || err->kind == ERR_STORE;

	verdict_set(
	    verdict, ours ? "engine" : "input", "%s%s%s", what, *what ? ": " : "", err->text);
	verdict->retry = ours;
	return -1;
}

json_t *
dockjob_failure(const json_t *record, const char *key, const struct verdict *verdict)
{
	json_t *error = verdict_json(verdict), *out = docking_failure(record, key, error);

	json_decref(error);
	return out;
}

static int
box_around(
    struct app *app, const json_t *record, const char *path, struct box *box, struct err *err)
{
	struct box_rule rule = { .padding = PADDING, .min_size = MIN_SIZE };
	struct molecule m = MOLECULE_INIT;
	struct buf text = BUF_INIT;
	int format = molecule_format(path, err), rc = -1;

	if (format >= 0 && json_get_number(record, "padding", &rule.padding, err) >= 0 &&
	    records_file(app, json_object_get(record, "autobox_ligand"), &text, err) == 0 &&
	    molecule_read(&m, (enum molecule_format)format, path, buf_str(&text), err) == 0)
		rc = box_of_ligand(&m, &rule, box, err);
	molecule_clear(&m);
	buf_clear(&text);
	return rc;
}

/* Make `box` an object: from the file it names, or around autobox_ligand. */
static int
resolve_box(struct app *app, json_t *record, struct err *err)
{
	json_t *box = json_object_get(record, "box");
	const char *around = NULL;
	struct box made;

	if (json_get_string(record, "autobox_ligand", &around, err) < 0)
		return -1;
	if (json_is_string(box)) {
		box = json_read_file(json_string_value(box), err);
		if (!box)
			return err_wrap(err, "box");
		json_object_set_new(record, "box", box);
	}
	if (!around)
		return 0;
	if (box)
		return err_set(err, ERR_INPUT, "there are both 'box' and 'autobox_ligand'");
	if (box_around(app, record, around, &made, err) < 0)
		return err_wrap(err, "autobox_ligand");
	box = json_object();
	box_put_json(&made, box);
	json_object_set_new(record, "box", box);
	return 0;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcasecmp(text + n - m, end) == 0;
}

/* The hash of all maps that a beginning stands for: of their names and hashes, in order. The file
 * that describes them, which autogrid4 calls PREFIX.maps.fld, stands for those beside it. */
static int
digest_maps(const char *prefix, char hex[DIGEST_HEX], struct err *err)
{
	static const char fld[] = ".maps.fld";
	size_t skip = ends_with(prefix, fld) ? strlen(fld) : 0;
	char *pattern = xasprintf("%.*s.*.map", (int)(strlen(prefix) - skip), prefix);
	struct buf all = BUF_INIT;
	glob_t found = { 0 };
	int rc = skip > 0 ? digest_file(prefix, hex, err) : 0;

	if (rc == 0 && skip > 0)
		buf_addf(&all, "%s %s\n", path_base(prefix), hex);
	if (rc == 0 && (strpbrk(prefix, "*?[\\") || glob(pattern, GLOB_NOSORT, NULL, &found) != 0))
		rc = err_set(err, ERR_INPUT, "there are no maps '%s'", pattern);
	if (rc == 0)
		qsort(found.gl_pathv, found.gl_pathc, sizeof(*found.gl_pathv), compare_texts);
	for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++) {
		rc = digest_file(found.gl_pathv[i], hex, err);
		buf_addf(&all, "%s %s\n", path_base(found.gl_pathv[i]), hex);
	}
	if (rc == 0)
		digest_bytes(all.data, all.len, hex);
	globfree(&found);
	buf_clear(&all);
	free(pattern);
	return rc;
}

/* Files that parameters name: the engine runs elsewhere, so their paths become absolute, and what
 * is in them is part of what was asked for. */
static int
resolve_files(struct dockjob *job, const struct engine *engine, struct err *err)
{
	for (size_t i = 0; i < engine->nparams; i++) {
		const struct engine_param *p = &engine->params[i];
		const char *path = json_string_value(json_object_get(job->record, p->name));
		char *absolute, *name, hex[DIGEST_HEX];

		if ((p->kind != ENGINE_FILE && p->kind != ENGINE_MAPS) || !path)
			continue;
		if (p->kind == ENGINE_MAPS ? digest_maps(path, hex, err) < 0
					   : digest_file(path, hex, err) < 0)
			return err_wrap(err, "%s", p->name);
		absolute = path_absolute(path);
		name = xasprintf("%s_sha256", p->name);
		if (!job->hashes)
			job->hashes = json_object();
		json_object_set_new(job->hashes, name, json_string(hex));
		json_object_set_new(job->record, p->name, json_string(absolute));
		free(name);
		free(absolute);
	}
	return 0;
}

int
dockjob_check_hash(const json_t *entry, const char *hex, struct err *err)
{
	const char *said = json_string_value(json_object_get(entry, "sha256"));

	if (said && strcmp(said, hex) != 0)
		return err_set(err, ERR_INPUT,
		    "its content is not that of the record: sha256 %s, not %s", hex, said);
	return 0;
}

static int
lint_it(struct dockjob *job, struct err *err)
{
	const char *text = buf_str(&job->ligand);

	return job->request.sdf ? lint_ligand_sdf(text, job->ligand.len, &job->facts, err)
				: lint_ligand(text, job->ligand.len, NULL, &job->facts, err);
}

static int
load_ligand(struct dockjob *job, const struct dockrun *run, struct verdict *verdict)
{
	const json_t *entry = job->request.ligand;
	struct err err = { 0 };

	if (request_together(&job->request) > 0)
		return dockparts_load(job, run, verdict);
	if (records_file(run->app, entry, &job->ligand, &err) < 0)
		return dockjob_refuse(verdict, "ligand", &err);
	if (!run->work && !utf8_valid(job->ligand.data, job->ligand.len))
		return verdict_set(
		    verdict, "input", "ligand: it is not UTF-8 and no record can hold it");
	digest_bytes(job->ligand.data, job->ligand.len, job->ligand_sha256);
	if (dockjob_check_hash(entry, job->ligand_sha256, &err) < 0 || lint_it(job, &err) < 0)
		return dockjob_refuse(verdict, "ligand", &err);
	return 0;
}

/* The file the entry names, as a string entry; else the entry. */
static const json_t *
plain_file(const json_t *entry)
{
	const json_t *file = json_object_get(entry, "file");

	if (!json_is_string(file))
		file = json_object_get(entry, "path");
	return json_is_string(file) ? file : entry;
}

/* Read the receptor. The engine opens the file itself when it holds just these bytes, that is,
 * when it is not compressed. */
static int
read_receptor(struct dockjob *job, const struct dockrun *run, struct err *err)
{
	const json_t *entry = plain_file(job->request.receptor);
	const char *path = json_string_value(entry);
	char hex[DIGEST_HEX];

	if (path && ends_with(path, ".pdb"))
		return err_set(err, ERR_INPUT,
		    "'%s' is a PDB file, not PDBQT (see dock-prep --receptor)", path);
	if (records_file(run->app, entry, &job->receptor, err) < 0)
		return -1;
	digest_bytes(job->receptor.data, job->receptor.len, job->receptor_sha256);
	if (dockjob_check_hash(job->request.receptor, job->receptor_sha256, err) < 0)
		return -1;
	if (!path)
		return 0;
	job->receptor_file = path_absolute(path);
	if (!utf8_valid(job->receptor_file, strlen(job->receptor_file)))
		return err_set(err, ERR_INPUT, "its path is not UTF-8 and no record can hold it");
	job->receptor_plain = digest_file(path, hex, NULL) == 0 &&
	    strcmp(hex, job->receptor_sha256) == 0;
	return 0;
}

/* Read the receptor and look at it. */
static int
lint_read_receptor(
    struct dockjob *job, const struct dockrun *run, struct lint_facts *facts, struct err *err)
{
	if (read_receptor(job, run, err) < 0)
		return -1;
	return lint_receptor(buf_str(&job->receptor), job->receptor.len, facts, err);
}

int
dockrun_check_receptor(const struct dockrun *run, const json_t *entry, struct err *err)
{
	struct dockjob job = { .request.receptor = entry };
	struct lint_facts facts = { 0 };
	int rc = lint_read_receptor(&job, run, &facts, err);

	lint_clear(&facts);
	dockjob_clear(&job);
	return rc < 0 ? err_wrap(err, "receptor") : 0;
}

static int
load_receptor(struct dockjob *job, const struct dockrun *run, struct verdict *verdict)
{
	struct lint_facts facts = { 0 };
	struct err err = { 0 };
	int rc;

	if (lint_read_receptor(job, run, &facts, &err) < 0)
		return dockjob_refuse(verdict, "receptor", &err);
	rc = judge_reach(&job->request.box, &facts, verdict);
	lint_clear(&facts);
	return rc;
}

/* A request that is called nothing is called as its file, else as its molecule. */
static void
name_job(struct dockjob *job)
{
	if (job->request.key)
		return;
	if (job->nparts > 0)
		job->name = dockparts_name(job);
	else if (json_is_string(job->request.ligand))
		job->name = path_stem(json_string_value(job->request.ligand));
	else if (*job->facts.pdbqt.name)
		job->name = xstrdup(job->facts.pdbqt.name);
	job->request.key = job->name;
}

int
dockjob_load(
    struct dockjob *job, const struct dockrun *run, json_t *record, struct verdict *verdict)
{
	struct err err = { 0 };

	*job = (struct dockjob){ .record = json_copy(record), .warnings = json_array() };
	if (resolve_box(run->app, job->record, &err) < 0 ||
	    resolve_files(job, run->engine, &err) < 0 ||
	    request_read(run->engine, job->record, &job->request, &err) < 0 ||
	    request_fits(&job->request, &run->version, &err) < 0)
		return dockjob_refuse(verdict, "", &err);
	if (judge_box(&job->request.box, verdict) < 0 || load_ligand(job, run, verdict) < 0)
		return -1;
	name_job(job);
	if (judge_still(&job->request, &job->facts.pdbqt, verdict) < 0 ||
	    load_receptor(job, run, verdict) < 0)
		return -1;
	judge_warn_box(&job->request.box, job->warnings);
	if (request_maps(&job->request))
		json_array_append_new(job->warnings, json_string("maps"));
	return 0;
}

/* What a request is about, also when it cannot be read as a whole. True: its box is known. */
static bool
judge_request(struct dockjob *job, const struct dockrun *run, json_t *findings)
{
	struct err err = { 0 };
	struct verdict verdict = { 0 };
	const json_t *box, *format;

	if (resolve_box(run->app, job->record, &err) < 0 ||
	    resolve_files(job, run->engine, &err) < 0 ||
	    request_read(run->engine, job->record, &job->request, &err) < 0 ||
	    request_fits(&job->request, &run->version, &err) < 0) {
		findings_refuse(findings, "request", "input", err.text);
		box = json_object_get(job->record, "box");
		job->request.ligand = json_object_get(job->record, "ligand");
		job->request.receptor = json_object_get(job->record, "receptor");
		format = json_object_get(job->request.ligand, "format");
		job->request.sdf = json_is_string(format) &&
		    strcmp(json_string_value(format), "sdf") == 0;
		if (box_read_json(box, &job->request.box, NULL) < 0)
			return false;
	}
	if (judge_box(&job->request.box, &verdict) == 0)
		return true;
	findings_refuse(findings, "box", verdict.class, verdict.reason);
	return false;
}

void
dockjob_judge(struct dockjob *job, const struct dockrun *run, json_t *record, json_t *findings)
{
	struct lint_facts receptor = { 0 };
	const struct lint_facts *ligand = NULL, *around = NULL;
	const struct box *box;
	struct verdict verdict = { 0 };
	struct err err = { 0 };

	*job = (struct dockjob){ .record = json_copy(record), .warnings = json_array() };
	box = judge_request(job, run, findings) ? &job->request.box : NULL;
	if (job->request.ligand && load_ligand(job, run, &verdict) < 0)
		findings_refuse(findings, "ligand", verdict.class, verdict.reason);
	else if (job->request.ligand)
		ligand = &job->facts;
	name_job(job);
	if (ligand)
		findings_ligand(findings, ligand, json_object_get(record, "warnings"));
	if (job->request.receptor && lint_read_receptor(job, run, &receptor, &err) < 0) {
		dockjob_refuse(&verdict, "receptor", &err);
		findings_refuse(findings, "receptor", verdict.class, verdict.reason);
	} else if (job->request.receptor) {
		findings_receptor(findings, &receptor, box);
		if (box && judge_reach(box, &receptor, &verdict) < 0)
			findings_refuse(findings, "box", verdict.class, verdict.reason);
		else
			around = &receptor;
	}
	if (box && ligand && judge_still(&job->request, &ligand->pdbqt, &verdict) < 0) {
		findings_refuse(findings, "box", verdict.class, verdict.reason);
		ligand = NULL;
	}
	if (box) {
		judge_warn_box(box, job->warnings);
		findings_box(findings, box, ligand, around, job->request.mode != ENGINE_DOCK);
	}
	lint_clear(&receptor);
}

void
dockjob_clear(struct dockjob *job)
{
	json_decref(job->record);
	json_decref(job->warnings);
	json_decref(job->hashes);
	buf_clear(&job->ligand);
	buf_clear(&job->receptor);
	lint_clear(&job->facts);
	dockparts_clear(job);
	free(job->receptor_file);
	free(job->name);
}
