/* SPDX-License-Identifier: MIT */
/* dockrun: one docking from its request to its record, with a real engine. */
#include "cli/dockrun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "cli/berth.h"
#include "cli/dockbatch.h"
#include "cli/dockrun_parts.h"
#include "dock/argv.h"
#include "dock/footprint.h"
#include "dock/replicas.h"
#include "dock/together.h"
#include "exec/proc.h"

#define GRACE 5.0 /* seconds between TERM and KILL */

/* Our environment, with the GPU that a request names; NULL: as it is. What a slot of taskrun was
 * given counts for more. The caller frees the array and its first entry. */
static char **
gpu_environment(const struct request *request)
{
	int device = request_whole(request, "device", -1);
	size_t n = 0;
	char **out;

	if (device < 0 || getenv("CUDA_VISIBLE_DEVICES"))
		return NULL;
	while (environ[n])
		n++;
	out = xcalloc(n + 2, sizeof(*out));
	out[0] = xasprintf("CUDA_VISIBLE_DEVICES=%d", device);
	memcpy(out + 1, environ, n * sizeof(*out));
	return out;
}

/* What the process took. Of an engine that a daemon runs only the time is known. */
static struct docking_cost
cost_of(const struct dockrun *run, const struct outcome *o)
{
	struct docking_cost cost = { .elapsed = o->elapsed };

	if (run->image.image && run->image.runtime >= CONTAINER_PODMAN)
		return cost;
	cost.user = o->user;
	cost.system = o->system;
	cost.max_rss = o->max_rss;
	return cost;
}

int
dockrun_engine(const struct dockjob *job, const struct dockrun *run, const struct berth *f,
    char **argv, double limit, struct spoken *spoken, struct verdict *verdict)
{
	char **env = gpu_environment(&job->request);
	struct proc_spec spec = {
		.argv = argv, .program = run->program, .cwd = f->path, .env = env
	};
	struct outcome o;
	struct err err = { 0 };
	int rc;

	if (dockimage_run(&run->image, &spec, &job->request,
		job->receptor_plain ? job->receptor_file : NULL, &spoken->out, &spoken->errout,
		limit, GRACE, &o, &err) < 0) {
		rc = dockjob_refuse(verdict, "", &err);
	} else {
		const struct buf *said = spoken->errout.len > 0 ? &spoken->errout : &spoken->out;
		struct judge_end end = { .code = o.code,
			.signal = o.signal,
			.timed_out = o.timed_out,
			.limit = limit,
			.said = buf_str(said),
			.said_len = said->len,
			.out = buf_str(&spoken->out),
			.out_len = spoken->out.len };

		spoken->cost = cost_of(run, &o);
		rc = judge_end(run->engine, &end, verdict);
		if (rc < 0 && run->task)
			fwrite(end.said, 1, end.said_len, stderr);
	}
	if (env)
		free(env[0]);
	free(env);
	return rc;
}

bool
dockjob_is_large(const struct dockjob *job, const struct dockrun *run)
{
	return run->memory > 0 &&
	    footprint_alone(&job->request, &run->version, &job->facts.pdbqt) > run->memory;
}

/* What is said instead of docking it: with more memory it may be. */
static int
refuse_large(const struct dockjob *job, const struct dockrun *run, struct verdict *verdict)
{
	return verdict_set(verdict, "memory",
	    "%s most likely takes %lld MiB for its %zu atoms, and may take %lld",
	    run->engine->program,
	    (long long)footprint_alone(&job->request, &run->version, &job->facts.pdbqt) >> 20,
	    job->facts.pdbqt.atoms, (long long)run->memory >> 20);
}

static json_t *
dock(struct dockjob *job, const struct dockrun *run, struct verdict *verdict)
{
	char *names[TOGETHER_MOST + 1] = { NULL };
	struct argv_files files = { .program = run->program,
		.ligand = berth_ligand_name(&job->request),
		.ligands = job->nparts > 0 ? names : NULL,
		.out = berth_poses_name(&job->request) };
	struct berth f = { 0 };
	struct spoken spoken = { .out = BUF_INIT, .errout = BUF_INIT };
	struct err err = { 0 };
	char **argv = NULL;
	json_t *out = NULL;

	if (dockjob_is_large(job, run)) {
		refuse_large(job, run, verdict);
		return NULL;
	}
	if (berth_make(&f, run, &job->request, &err) < 0 ||
	    dockparts_put(&f, job, names, &err) < 0 ||
	    !(files.receptor = berth_receptor(&f, job, &err))) {
		dockjob_refuse(verdict, "", &err);
		goto out;
	}
	argv = argv_build(&job->request, &run->version, &files);
	if (dockrun_engine(job, run, &f, argv, job->request.timeout, &spoken, verdict) == 0 &&
	    !proc_caught())
		out = dockrun_conclude(job, run, &f, argv, &spoken, verdict);
out:
	for (size_t i = 0; names[i]; i++)
		free(names[i]);
	argv_free(argv);
	buf_clear(&spoken.out);
	buf_clear(&spoken.errout);
	berth_clear(&f, run->work && !proc_caught());
	return out;
}

static json_t *
run_once(struct dockjob *job, const struct dockrun *run, struct verdict *verdict)
{
	struct err err = { 0 };
	struct dockrun now;

	if (run->engine->batch.list)
		return dockbatch_single(job, run, verdict);
	if (dockrun_now(run, &now, &err) == 0)
		return dock(job, &now, verdict);
	dockjob_refuse(verdict, "", &err);
	return NULL;
}

/* All seeds; the first that fails is how it ends. */
static json_t *
run_replicas(struct dockjob *job, const struct dockrun *run, struct verdict *verdict)
{
	double *seed = &job->request.value[engine_param_find(run->engine, "seed")], first = *seed;
	size_t n = (size_t)job->request.replicas, done = 0;
	json_t **records = xcalloc(n, sizeof(json_t *)), *best = NULL;

	while (done < n && (records[done] = run_once(job, run, verdict))) {
		done++;
		*seed = first + (double)done;
	}
	*seed = first;
	if (done == n)
		best = json_incref(replicas_best(records, n));
	for (size_t i = 0; i < done; i++)
		json_decref(records[i]);
	free(records);
	return best;
}

json_t *
dockjob_run(struct dockjob *job, const struct dockrun *run, struct verdict *verdict)
{
	return job->request.replicas > 1 ? run_replicas(job, run, verdict)
					 : run_once(job, run, verdict);
}

json_t *
dockjob_judge_text(struct dockjob *job, const struct dockrun *run, const struct buf *poses,
    const struct spoken *spoken, struct verdict *verdict)
{
	struct argv_files files = { .program = run->program,
		.ligand = berth_ligand_name(&job->request),
		.out = berth_poses_name(&job->request) };
	struct berth f = { 0 };
	struct err err = { 0 };
	char **argv = NULL;
	json_t *out = NULL;

	if (berth_make(&f, run, &job->request, &err) < 0 ||
	    berth_put(f.ligand, &job->ligand, &err) < 0 || berth_put(f.poses, poses, &err) < 0 ||
	    !(files.receptor = berth_receptor(&f, job, &err))) {
		dockjob_refuse(verdict, "", &err);
	} else {
		argv = argv_build(&job->request, &run->version, &files);
		out = dockrun_conclude(job, run, &f, argv, spoken, verdict);
	}
	argv_free(argv);
	berth_clear(&f, run->work && !proc_caught());
	return out;
}

json_t *
dockjob_conclude(struct dockjob *job, const struct dockrun *run, const struct buf *poses,
    const struct docking_cost *cost, struct verdict *verdict)
{
	struct spoken spoken = { .out = BUF_INIT, .errout = BUF_INIT, .cost = *cost };

	return dockjob_judge_text(job, run, poses, &spoken, verdict);
}
