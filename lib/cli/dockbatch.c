/* SPDX-License-Identifier: MIT */
/* dockbatch: many ligands by one process, for engines that read a list of them. */
#include "cli/dockbatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "cli/berth.h"
#include "cli/dockrun.h"
#include "cli/dockrun_parts.h"
#include "dock/argv.h"
#include "dock/dlg.h"
#include "exec/proc.h"

#define LOG_LIMIT ((size_t)64 << 20)
#define FOLDER "poses" /* for those engines that are told where to write */

enum { SAME = 3 }; /* so many alone that end as all together did: it is not the ligands */

/* One process and what it left. */
struct batch {
	const struct dockrun *run;
	struct dockjob *const *jobs;
	size_t n;
	struct berth f;
	char **argv;
	struct spoken spoken;
};

json_t *
dockbatch_terms(const struct dockjob *job, const struct dockrun *run)
{
	return json_pack("{s:o,s:o,s:s,s:O*}", "params",
	    request_params(&job->request, &run->version), "box", request_box(&job->request),
	    "receptor", job->receptor_sha256, "files", job->hashes);
}

bool
dockbatch_alike(const struct dockjob *a, const struct dockjob *b, const struct dockrun *run)
{
	json_t *x = dockbatch_terms(a, run), *y = dockbatch_terms(b, run);
	bool alike = json_equal(x, y);

	json_decref(x);
	json_decref(y);
	return alike;
}

/* The files of the i-th ligand. */
static struct berth
files_of(const struct batch *b, size_t i)
{
	const struct engine_batch *how = &b->run->engine->batch;

	return (struct berth){ .path = xstrdup(b->f.path),
		.ligand = xasprintf("%s/ligand-%zu.pdbqt", b->f.path, i + 1),
		.poses = xasprintf("%s/%sligand-%zu%s", b->f.path, how->folder ? FOLDER "/" : "",
		    i + 1, how->poses) };
}

static int
put_ligand(const struct batch *b, size_t i, struct buf *list, struct err *err)
{
	struct berth f = files_of(b, i);
	int rc = berth_put(f.ligand, &b->jobs[i]->ligand, err);

	buf_addf(list, "%s\n", path_base(f.ligand));
	berth_clear(&f, true);
	return rc;
}

/* Everything that the engine is to read. */
static int
fill_folder(struct batch *b, const char **receptor, struct err *err)
{
	const struct engine_batch *how = &b->run->engine->batch;
	struct buf list = BUF_INIT;
	char *path = NULL;
	int rc = berth_make(&b->f, b->run, &b->jobs[0]->request, err);

	if (rc == 0 && how->maps)
		buf_addf(&list, "%s\n", request_maps(&b->jobs[0]->request));
	for (size_t i = 0; rc == 0 && i < b->n; i++)
		rc = put_ligand(b, i, &list, err);
	if (rc == 0) {
		path = path_join(b->f.path, "ligands.txt");
		rc = berth_put(path, &list, err);
	}
	free(path);
	if (rc == 0 && how->folder) {
		path = path_join(b->f.path, FOLDER);
		rc = mkdir(path, 0777) < 0 ? err_sys(err, "cannot make a folder") : 0;
		free(path);
	}
	buf_clear(&list);
	if (rc == 0)
		*receptor = berth_receptor(&b->f, b->jobs[0], err);
	return rc == 0 && *receptor ? 0 : -1;
}

/* Of a log, the poses in it: f->poses is then the file that they are in. */
static int
unwrap_log(struct berth *f, char hex[DIGEST_HEX], struct err *err)
{
	struct buf log = BUF_INIT, poses = BUF_INIT;
	char *path = xasprintf(
	    "%.*s_out.pdbqt", (int)(strlen(f->poses) - strlen(".dlg")), f->poses);
	int rc = file_read(f->poses, LOG_LIMIT, &log, err);

	if (rc == 0)
		rc = dlg_to_pdbqt(buf_str(&log), log.len, &poses, err);
	if (rc == 0)
		rc = berth_put(path, &poses, err);
	digest_bytes(buf_str(&log), log.len, hex);
	free(f->poses);
	f->poses = path;
	buf_clear(&log);
	buf_clear(&poses);
	return rc;
}

/* The record of the i-th, or NULL with the verdict. */
static json_t *
conclude(const struct batch *b, size_t i, struct verdict *verdict)
{
	bool log = strcmp(b->run->engine->batch.poses, ".dlg") == 0;
	struct berth f = files_of(b, i);
	char hex[DIGEST_HEX];
	struct err err = { 0 };
	json_t *out = NULL;

	if (log && access(f.poses, F_OK) == 0 && unwrap_log(&f, hex, &err) < 0)
		verdict_set(verdict, "result", "%s ended well, but its log cannot be read: %s",
		    b->run->engine->program, err.text);
	else
		out = dockrun_conclude(b->jobs[i], b->run, &f, b->argv, &b->spoken, verdict);
	if (out && log)
		json_object_set_new(json_object_get(out, "files"), "log",
		    json_pack("{s:s,s:s}", "format", "dlg", "sha256", hex));
	berth_clear(&f, true);
	return out;
}

/* Whether the engine left something of the i-th that can be judged. */
static bool
answered(const struct batch *b, size_t i)
{
	struct berth f = files_of(b, i);
	struct stat st;
	bool there = stat(f.poses, &st) == 0 && st.st_size > 0;

	berth_clear(&f, true);
	return there;
}

/* Take what each got. Who is alone has a verdict in every case; of the others only who got
 * something that is whole, or wrong though the engine ended well. */
static void
take(const struct batch *b, bool well, struct dockend *ends)
{
	for (size_t i = 0; i < b->n && !proc_caught(); i++) {
		bool whole = answered(b, i);

		if (b->n > 1 && !whole)
			continue;
		ends[i].record = conclude(b, i, &ends[i].verdict);
		if (b->n > 1 && !well && !ends[i].record)
			ends[i].verdict = (struct verdict){ 0 };
	}
}

/* What became of the process is in *verdict. */
static void
dock(struct dockjob *const *jobs, size_t n, const struct dockrun *before, struct dockend *ends,
    struct verdict *verdict)
{
	struct dockrun now;
	const struct dockrun *run = &now;
	struct batch b = { .run = run, .jobs = jobs, .n = n };
	struct argv_files files = {
		.program = before->program, .ligand = "ligands.txt", .out = FOLDER
	};
	struct err err = { 0 };
	bool well = false;

	if (dockrun_now(before, &now, &err) < 0 || fill_folder(&b, &files.receptor, &err) < 0) {
		for (size_t i = 0; i < n; i++)
			dockjob_refuse(&ends[i].verdict, "", &err);
		goto out;
	}
	b.argv = argv_build(&jobs[0]->request, &run->version, &files);
	well = dockrun_engine(jobs[0], run, &b.f, b.argv, jobs[0]->request.timeout * (double)n,
		   &b.spoken, verdict) == 0;
	docking_cost_share(&b.spoken.cost, n);
	if (!well && n == 1)
		ends[0].verdict = *verdict;
	else
		take(&b, well, ends);
out:
	argv_free(b.argv);
	buf_clear(&b.spoken.out);
	buf_clear(&b.spoken.errout);
	berth_clear(&b.f, run->work && !proc_caught());
}

void
dockbatch_run(
    struct dockjob *const *jobs, size_t n, const struct dockrun *run, struct dockend *ends)
{
	struct verdict all = { 0 }, alone = { 0 };
	int same = 0;

	dock(jobs, n, run, ends, &all);
	for (size_t i = 0; n > 1 && i < n && !proc_caught(); i++) {
		if (ends[i].record || ends[i].verdict.class)
			continue;
		if (same < SAME)
			dock(jobs + i, 1, run, &ends[i], &alone);
		else
			ends[i].verdict = all;
		same = all.class && strcmp(ends[i].verdict.reason, all.reason) == 0 ? same + 1 : 0;
	}
}

json_t *
dockbatch_single(struct dockjob *job, const struct dockrun *run, struct verdict *verdict)
{
	struct dockend end = { .record = NULL };

	dockbatch_run(&job, 1, run, &end);
	*verdict = end.verdict;
	return end.record;
}
