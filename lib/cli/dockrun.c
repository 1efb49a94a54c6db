/* SPDX-License-Identifier: MIT */
/* dockrun: one docking from its request to its record, with a real engine. */
#include "cli/dockrun.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "base/utf8.h"
#include "cli/app.h"
#include "dock/argv.h"
#include "dock/docking.h"
#include "dock/pose.h"
#include "dock/repair.h"
#include "exec/proc.h"

#define VERSION_LIMIT 20.0 /* seconds for --version */
#define GRACE 5.0          /* seconds between TERM and KILL */
#define POSES_LIMIT ((size_t)64 << 20)
#define ROOM_LOW ((unsigned long long)1 << 20) /* a disk with less is full */

/* A folder for one docking, and the files in it. */
struct folder {
	char *path, *ligand, *receptor, *poses;
};

static void
folder_init(struct folder *f, char *path)
{
	f->path = path;
	f->ligand = path_join(path, "ligand.pdbqt");
	f->receptor = path_join(path, "receptor.pdbqt");
	f->poses = path_join(path, "poses.pdbqt");
}

static int
folder_make(struct folder *f, const struct dockrun *run, struct err *err)
{
	const char *base = run->work ? run->work : getenv("TMPDIR");
	char *absolute = path_absolute(base && *base ? base : "/tmp");
	char *path = xasprintf("%s/%s.XXXXXX", absolute, run->engine->name);
	int rc = 0;

	if (mkdtemp(path))
		folder_init(f, path);
	else
		rc = err_sys(err, "cannot make a folder in '%s'", absolute);
	if (rc < 0)
		free(path);
	free(absolute);
	return rc;
}

static void
folder_clear(struct folder *f, bool keep)
{
	if (f->path && !keep)
		file_remove_tree(f->path, NULL);
	free(f->path);
	free(f->ligand);
	free(f->receptor);
	free(f->poses);
}

/* A file that only this docking sees: no need to sync it. */
static int
put_file(const char *path, const struct buf *text, struct err *err)
{
	const char *name = path_base(path); /* the folder is another one each time */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), rc;

	if (fd < 0)
		return err_sys(err, "cannot create '%s'", name);
	rc = file_write_fd(fd, name, text->data, text->len, err);
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(err, "cannot write '%s'", name);
	return rc;
}

static int
find_program(struct dockrun *run, const char *name, struct err *err)
{
	const struct engine *e = run->engine;
	const char *given = name ? name : getenv(e->variable);

	if (!given || !*given)
		given = e->program;
	run->program = path_program(given);
	if (run->program && !utf8_valid(run->program, strlen(run->program)))
		return err_set(err, ERR_SYSTEM, "the path of '%s' is not UTF-8", e->program);
	if (run->program)
		return 0;
	return err_set(err, ERR_SYSTEM,
	    "cannot run '%s': no such program (Debian package %s; or --engine or $%s names it)",
	    given, e->package, e->variable);
}

static int
ask_version(struct dockrun *run, struct err *err)
{
	char *argv[] = { run->program, "--version", NULL };
	struct proc_spec spec = { .argv = argv, .program = run->program };
	struct buf out = BUF_INIT;
	struct outcome outcome;
	int rc = proc_run(&spec, NULL, &out, NULL, VERSION_LIMIT, 1, &outcome, err);

	if (rc == 0)
		rc = engine_version_read(run->engine, buf_str(&out), &run->version, err);
	if (rc < 0) {
		err_wrap(err, "%s", run->program);
		if (err)
			err->kind = ERR_SYSTEM;
	}
	buf_clear(&out);
	return rc;
}

int
dockrun_open(struct dockrun *run, struct app *app, const struct engine *engine, const char *name,
    struct err *err)
{
	const char *work = getenv("DOCKLINE_WORK"), *execution = getenv("DOCKLINE_EXECUTION");

	*run = (struct dockrun){ .app = app, .engine = engine };
	run->work = work && *work ? work : NULL;
	run->task = execution && *execution;
	gethostname(run->host, sizeof(run->host) - 1);
	if (find_program(run, name, err) < 0 || ask_version(run, err) < 0)
		return -1;
	return digest_file(run->program, run->sha256, err);
}

void
dockrun_close(struct dockrun *run)
{
	free(run->program);
}

/* The disk that a docking works on. */
static bool
is_full(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) == 0 && (unsigned long long)fs.f_bavail * fs.f_frsize < ROOM_LOW;
}

/* Read the engine's file: 0, or -1 with the verdict. An engine that ended well may still have
 * written nothing, or half of it. No name of a folder in the reasons: equal causes read equal. */
static int
read_poses(const struct folder *f, const struct dockrun *run, struct buf *text, struct poses *poses,
    struct verdict *verdict)
{
	const char *program = run->engine->program, *why = "it wrote no file";
	struct err err = { 0 };

	if (access(f->poses, F_OK) == 0) {
		if (file_read(f->poses, POSES_LIMIT, text, &err) == 0 &&
		    poses_read(buf_str(text), text->len, poses, &err) == 0)
			return 0;
		why = err.text;
	}
	if (!is_full(f->path))
		return verdict_set(verdict, "result",
		    "%s ended well, but its poses cannot be read: %s", program, why);
	verdict_set(verdict, "engine", "%s ended well, but the disk is full: %s", program, why);
	verdict->retry = true;
	return -1;
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
file_entry(const struct dockrun *run, const char *path, const char *text, size_t len)
{
	char hex[DIGEST_HEX];
	json_t *out = json_pack(
	    "{s:s,s:s}", "format", "pdbqt", "sha256", digest_bytes(text, len, hex));
	json_t *whole = run->work ? NULL : json_stringn(text, len);

	if (whole)
		json_object_set_new(out, "text", whole);
	else
		json_object_set_new(out, "path", json_string(path));
	return out;
}

/* Keep the first models only, as whole models: still the engine's own bytes. */
static json_t *
poses_entry(const struct dockjob *job, const struct dockrun *run, const struct folder *f,
    const struct buf *text, const struct poses *poses)
{
	size_t keep = (size_t)job->request.keep_poses, len = text->len;
	char hex[DIGEST_HEX];
	json_t *out;

	if (keep == 0 || keep >= poses->len)
		return file_entry(run, f->poses, text->data, len);
	len = poses->at[keep - 1].end;
	if (truncate(f->poses, (off_t)len) < 0)
		app_detail(run->app, "cannot shorten '%s': %s", f->poses, strerror(errno));
	out = file_entry(run, f->poses, text->data, len);
	json_object_set_new(out, "models", json_integer((json_int_t)keep));
	json_object_set_new(
	    out, "sha256_full", json_string(digest_bytes(text->data, text->len, hex)));
	return out;
}

/* What the engine left behind, judged: the record, or NULL with the verdict. */
static json_t *
conclude(struct dockjob *job, const struct dockrun *run, const struct folder *f, char **argv,
    double elapsed, struct verdict *verdict)
{
	struct docking d = { .record = job->record,
		.request = &job->request,
		.version = &run->version,
		.program_sha256 = run->sha256,
		.argv = argv,
		.receptor_file = job->receptor_file,
		.receptor_sha256 = job->receptor_sha256,
		.ligand_sha256 = job->ligand_sha256,
		.warnings = job->warnings,
		.elapsed = elapsed,
		.host = run->host };
	struct poses poses = POSES_INIT;
	struct buf text = BUF_INIT;
	json_t *out = NULL;

	if (read_poses(f, run, &text, &poses, verdict) < 0 ||
	    settle_unbound(job, run, &poses, &d, verdict) < 0 ||
	    judge_poses(run->engine, &poses, &job->facts.pdbqt, &job->request.box, job->warnings,
		verdict) < 0)
		goto out;
	d.poses = &poses;
	d.files = json_pack("{s:o,s:o}", "poses", poses_entry(job, run, f, &text, &poses), "ligand",
	    file_entry(run, f->ligand, job->ligand.data, job->ligand.len));
	out = docking_record(&d);
	json_decref(d.files);
out:
	poses_clear(&poses);
	buf_clear(&text);
	return out;
}

/* Run the engine in its folder. 0 with the seconds it took, or -1 with the verdict. */
static int
run_engine(const struct dockjob *job, const struct dockrun *run, const struct folder *f,
    char **argv, double *elapsed, struct verdict *verdict)
{
	struct proc_spec spec = { .argv = argv, .program = run->program, .cwd = f->path };
	struct buf out = BUF_INIT, errout = BUF_INIT;
	struct outcome o;
	struct err err = { 0 };
	int rc;

	if (proc_run(&spec, NULL, &out, &errout, job->request.timeout, GRACE, &o, &err) < 0) {
		rc = dockjob_refuse(verdict, "", &err);
	} else {
		const struct buf *said = errout.len > 0 ? &errout : &out;
		struct judge_end end = { .code = o.code,
			.signal = o.signal,
			.timed_out = o.timed_out,
			.limit = job->request.timeout,
			.said = buf_str(said),
			.said_len = said->len };

		*elapsed = o.elapsed;
		rc = judge_end(run->engine, &end, verdict);
		if (rc < 0 && run->task)
			fwrite(end.said, 1, end.said_len, stderr);
	}
	buf_clear(&out);
	buf_clear(&errout);
	return rc;
}

json_t *
dockjob_run(struct dockjob *job, const struct dockrun *run, struct verdict *verdict)
{
	struct argv_files files = { .program = run->program,
		.receptor = job->receptor_file,
		.ligand = "ligand.pdbqt",
		.out = "poses.pdbqt" };
	struct folder f = { 0 };
	struct err err = { 0 };
	char **argv = NULL;
	double elapsed = 0;
	json_t *out = NULL;

	if (folder_make(&f, run, &err) < 0 || put_file(f.ligand, &job->ligand, &err) < 0)
		goto failed;
	if (!job->receptor_plain) {
		files.receptor = "receptor.pdbqt";
		if (put_file(f.receptor, &job->receptor, &err) < 0)
			goto failed;
	}
	argv = argv_build(&job->request, &run->version, &files);
	if (run_engine(job, run, &f, argv, &elapsed, verdict) == 0 && !proc_caught())
		out = conclude(job, run, &f, argv, elapsed, verdict);
	goto out;
failed:
	dockjob_refuse(verdict, "", &err);
out:
	argv_free(argv);
	folder_clear(&f, run->work && !proc_caught());
	return out;
}
