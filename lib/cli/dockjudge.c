/* SPDX-License-Identifier: MIT */
/* dockjudge: what an engine left behind, read, repaired, judged and made a record of. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/berth.h"
#include "cli/dockrun.h"
#include "cli/dockrun_parts.h"
#include "dock/docking.h"
#include "dock/pose.h"
#include "dock/repair.h"
#include "dock/together.h"

#define POSES_LIMIT ((size_t)64 << 20)
#define ROOM_LOW ((unsigned long long)1 << 20) /* a disk with less is full */

/* The disk that a docking works on. */
static bool
is_full(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) == 0 && (unsigned long long)fs.f_bavail * fs.f_frsize < ROOM_LOW;
}

/* What an engine wrote to its standard output and error, one after the other. */
static void
said_by(const struct spoken *spoken, struct buf *all)
{
	buf_add(all, buf_str(&spoken->out), spoken->out.len);
	buf_add(all, buf_str(&spoken->errout), spoken->errout.len);
}

static int
no_poses(const struct dockjob *job, const struct spoken *spoken, const char *why,
    struct verdict *verdict)
{
	struct buf all = BUF_INIT;
	struct judge_end end = { 0 };

	said_by(spoken, &all);
	end.said = buf_str(&all);
	end.said_len = all.len;
	judge_empty(&job->request, &end, why, verdict);
	buf_clear(&all);
	return -1;
}

/* What is in the file. Vina writes the pose of a local search bare, and says its score. */
static int
parse_poses(const struct dockjob *job, const struct spoken *spoken, const struct buf *text,
    struct poses *poses, struct err *err)
{
	const char *at = buf_str(text);

	if (job->request.sdf)
		return poses_read_sdf(at, text->len, poses, err);
	if (job->request.mode != ENGINE_LOCAL || strncmp(at, "MODEL ", 6) == 0)
		return poses_read(at, text->len, poses, err);
	if (poses_read_bare(at, text->len, poses, err) < 0)
		return -1;
	return pose_said(buf_str(&spoken->out), spoken->out.len, &poses->at[0], err);
}

/* Read the engine's file: 0, or -1 with the verdict. An engine that ended well may still have
 * written nothing, or half of it. No name of a folder in the reasons: equal causes read equal. */
static int
read_poses(const struct dockjob *job, const struct berth *f, const struct spoken *spoken,
    struct buf *text, struct poses *poses, struct verdict *verdict)
{
	const char *program = job->request.engine->program, *why = "it wrote no file";
	struct err err = { 0 };

	if (access(f->poses, F_OK) == 0) {
		if (file_read(f->poses, POSES_LIMIT, text, &err) == 0 &&
		    parse_poses(job, spoken, text, poses, &err) == 0)
			return 0;
		why = err.text;
	}
	if (!is_full(f->path))
		return no_poses(job, spoken, why, verdict);
	verdict_set(verdict, "engine", "%s ended well, but the disk is full: %s", program, why);
	verdict->retry = true;
	return -1;
}

static void
add_score(struct buf *out, bool sdf, const char *name, double value)
{
	char text[NUM_TEXT];

	if (isnan(value))
		return;
	if (sdf)
		buf_addf(out, "> <%s>\n%s\n\n", name, num_text(value, text));
	else
		buf_addf(out, "REMARK %s %s\n", name, num_text(value, text));
}

static void
add_scores(struct buf *out, bool sdf, const struct pose *pose)
{
	add_score(out, sdf, "minimizedAffinity", pose->affinity);
	add_score(out, sdf, "CNNscore", pose->cnn_score);
	add_score(out, sdf, "CNNaffinity", pose->cnn_affinity);
	add_score(out, sdf, "CNN_VS", pose->cnn_vs);
	add_score(out, sdf, "CNNaffinity_variance", pose->cnn_variance);
}

/* The ligand where it lies, with its scores, as the engine would have written it had it moved. */
static void
write_scored(const struct dockjob *job, const struct pose *pose, struct buf *out)
{
	const char *text = buf_str(&job->ligand);
	const char *end = memmem(text, job->ligand.len, "$$$$", 4);
	size_t len = end && job->request.sdf ? (size_t)(end - text) : job->ligand.len;

	if (!job->request.sdf) {
		buf_add_str(out, "MODEL 1\n");
		add_scores(out, false, pose);
	}
	buf_add(out, text, len);
	if (len > 0 && text[len - 1] != '\n')
		buf_add_char(out, '\n');
	if (job->request.sdf)
		add_scores(out, true, pose);
	buf_add_str(out, job->request.sdf ? "$$$$\n" : "ENDMDL\n");
}

/* What was scored where it lies has the one pose that came in; its scores were said. */
static int
take_scores(const struct dockjob *job, const struct berth *f, const struct spoken *spoken,
    struct buf *text, struct poses *poses, struct verdict *verdict)
{
	const struct pdbqt *ligand = &job->facts.pdbqt;
	struct pose pose = pose_none();
	struct err err = { 0 };

	if (pose_said(buf_str(&spoken->out), spoken->out.len, &pose, &err) < 0)
		return no_poses(job, spoken, err.text, verdict);
	for (size_t i = 0; i < ligand->atoms; i++) {
		struct pose_atom atom = { 0 };

		memcpy(atom.at, ligand->atom[i].at, sizeof(atom.at));
		memcpy(atom.type, ligand->atom[i].type, sizeof(atom.type));
		vec_add(&poses->atoms, atom);
	}
	write_scored(job, &pose, text);
	pose.natoms = ligand->atoms;
	pose.end = text->len;
	vec_add(poses, pose);
	return berth_put(f->poses, text, &err) < 0 ? dockjob_refuse(verdict, "", &err) : 0;
}

/* 0: what the poses report is settled; -1: refused. */
static int
settle_unbound(struct dockjob *job, const struct dockrun *run, struct poses *poses,
    struct docking *d, struct verdict *verdict)
{
	struct err err = { 0 };

	if (!repair_is_needed(run->engine, &run->version, poses))
		return 0;
	if (job->request.repair == REPAIR_REFUSE)
		return verdict_set(verdict, "result",
		    "%s %s took a wrong unbound energy, and 'repair' is refuse", run->engine->name,
		    run->version.text);
	d->repaired = job->request.repair == REPAIR_YES && repair_apply(poses, &err) == 0;
	d->unbound_wrong = !d->repaired;
	if (err.text[0])
		app_detail(run->app, "%s: not repaired: %s", job->request.key, err.text);
	if (d->unbound_wrong)
		json_array_append_new(job->warnings, json_string("unbound_energy_wrong"));
	return 0;
}

/* A file of the record: its hash, and where it is or what stands in it. */
static json_t *
file_entry(const struct dockjob *job, const struct dockrun *run, const char *path, const char *text,
    size_t len)
{
	char hex[DIGEST_HEX];
	json_t *out = json_pack("{s:s,s:s}", "format", job->request.sdf ? "sdf" : "pdbqt", "sha256",
	    digest_bytes(text, len, hex));
	json_t *whole = run->work ? NULL : json_stringn(text, len);

	if (whole)
		json_object_set_new(out, "text", whole);
	else
		json_object_set_new(out, "path", json_string(path));
	return out;
}

/* Keep the first models only, as whole models: still the engine's own bytes. */
static json_t *
poses_entry(const struct dockjob *job, const struct dockrun *run, const struct berth *f,
    const struct buf *text, const struct docking *d)
{
	size_t keep = docking_keep(d), len = text->len;
	char hex[DIGEST_HEX];
	json_t *out;

	if (keep == 0)
		return file_entry(job, run, f->poses, text->data, len);
	len = d->poses->at[keep - 1].end;
	if (truncate(f->poses, (off_t)len) < 0)
		app_detail(run->app, "cannot shorten '%s': %s", f->poses, strerror(errno));
	out = file_entry(job, run, f->poses, text->data, len);
	json_object_set_new(out, "models", json_integer((json_int_t)keep));
	json_object_set_new(
	    out, "sha256_full", json_string(digest_bytes(text->data, text->len, hex)));
	return out;
}

/* The files of a record: poses and ligand, or ligand-1 ... of several. A pose that the engine did
 * not make says so. */
static json_t *
files_json(const struct dockjob *job, const struct dockrun *run, const struct berth *f,
    const struct buf *text, const struct docking *d)
{
	json_t *entry = poses_entry(job, run, f, text, d), *out;

	if (job->request.mode == ENGINE_SCORE)
		json_object_set_new(entry, "from", json_string("input"));
	if (job->nparts == 0)
		return json_pack("{s:o,s:o}", "poses", entry, "ligand",
		    file_entry(job, run, f->ligand, job->ligand.data, job->ligand.len));
	out = json_pack("{s:o}", "poses", entry);
	for (size_t i = 0; i < job->nparts; i++) {
		const struct dockpart *part = &job->parts[i];
		char *name = xasprintf("ligand-%zu", i + 1);
		char *path = xasprintf("%s/%s.pdbqt", f->path, name);

		entry = file_entry(job, run, path, part->text.data, part->text.len);
		json_object_set_new(entry, "name", json_string(part->name));
		json_object_set_new(out, name, entry);
		free(path);
		free(name);
	}
	return out;
}

json_t *
dockrun_conclude(struct dockjob *job, const struct dockrun *run, const struct berth *f, char **argv,
    const struct spoken *spoken, struct verdict *verdict)
{
	struct together *parts = dockparts_together(job);
	struct docking d = { .record = job->record,
		.request = &job->request,
		.version = &run->version,
		.program_sha256 = run->sha256,
		.argv = argv,
		.receptor_file = job->receptor_file,
		.receptor_sha256 = job->receptor_sha256,
		.ligand_sha256 = job->ligand_sha256,
		.hashes = job->hashes,
		.parts = parts,
		.nparts = job->nparts,
		.heavy = job->facts.pdbqt.heavy,
		.warnings = job->warnings,
		.cost = spoken->cost,
		.host = run->host };
	struct poses poses = POSES_INIT;
	struct buf text = BUF_INIT;
	json_t *out = NULL;
	int rc;

	if (job->request.mode == ENGINE_SCORE)
		rc = take_scores(job, f, spoken, &text, &poses, verdict);
	else
		rc = read_poses(job, f, spoken, &text, &poses, verdict);
	if (rc == 0 && job->nparts > 0)
		rc = together_judge(buf_str(&text), &poses, parts, job->nparts, verdict);
	if (rc < 0 || settle_unbound(job, run, &poses, &d, verdict) < 0 ||
	    judge_poses(&job->request, &poses, &job->facts.pdbqt, job->warnings, verdict) < 0)
		goto out;
	judge_said(&job->request, buf_str(&spoken->out), spoken->out.len, job->warnings);
	d.poses = &poses;
	d.files = files_json(job, run, f, &text, &d);
	out = docking_record(&d);
	if (run->image.image)
		json_object_set_new(out, "container",
		    json_pack("{s:s,s:s}", "image", run->image.image, "runtime",
			container_runtime_name(run->image.runtime)));
	json_decref(d.files);
out:
	free(parts);
	poses_clear(&poses);
	buf_clear(&text);
	return out;
}
