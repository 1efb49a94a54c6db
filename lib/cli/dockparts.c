/* SPDX-License-Identifier: MIT */
/* dockparts: the ligands of a request that docks several together (dock/together.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/utf8.h"
#include "cli/berth.h"
#include "cli/dockrun.h"
#include "cli/dockrun_parts.h"
#include "cli/records.h"
#include "dock/together.h"

/* What one of several is called. */
static char *
part_name(const json_t *entry, const struct lint_facts *facts, size_t i)
{
	const json_t *file = together_file(entry);
	const char *name = json_string_value(json_object_get(file, "name"));

	if (name)
		return xstrdup(name);
	if (json_is_string(file))
		return path_stem(json_string_value(file));
	if (*facts->pdbqt.name)
		return xstrdup(facts->pdbqt.name);
	return xasprintf("ligand %zu", i + 1);
}

static int
load_part(struct dockjob *job, const struct dockrun *run, size_t i, struct verdict *verdict)
{
	const json_t *entry = json_array_get(job->request.ligand, i);
	const json_t *file = together_file(entry);
	struct dockpart *part = &job->parts[i];
	struct err err = { 0 };
	char what[32];

	snprintf(what, sizeof(what), "ligand %zu", i + 1);
	if (records_file(run->app, file, &part->text, &err) < 0)
		return dockjob_refuse(verdict, what, &err);
	if (!run->work && !utf8_valid(part->text.data, part->text.len))
		return verdict_set(
		    verdict, "input", "%s: it is not UTF-8 and no record can hold it", what);
	digest_bytes(part->text.data, part->text.len, part->sha256);
	if (dockjob_check_hash(file, part->sha256, &err) < 0 ||
	    lint_ligand(buf_str(&part->text), part->text.len, NULL, &part->facts, &err) < 0)
		return dockjob_refuse(verdict, what, &err);
	part->name = part_name(entry, &part->facts, i);
	return 0;
}

/* Several make one set of atoms, in their order. */
static void
add_facts(struct lint_facts *all, const struct lint_facts *one)
{
	struct pdbqt *to = &all->pdbqt;
	const struct pdbqt *from = &one->pdbqt;
	size_t n = to->atoms + from->atoms;

	to->atom = xrealloc(to->atom, n * sizeof(*to->atom));
	memcpy(to->atom + to->atoms, from->atom, from->atoms * sizeof(*from->atom));
	for (int k = 0; k < 3; k++) {
		bool first = to->atoms == 0;

		all->centroid[k] = (all->centroid[k] * (double)to->heavy +
				       one->centroid[k] * (double)from->heavy) /
		    (double)(to->heavy + from->heavy ? to->heavy + from->heavy : 1);
		if (first || one->low[k] < all->low[k])
			all->low[k] = one->low[k];
		if (first || one->high[k] > all->high[k])
			all->high[k] = one->high[k];
	}
	to->atoms = n;
	to->heavy += from->heavy;
	to->torsions += from->torsions;
}

int
dockparts_load(struct dockjob *job, const struct dockrun *run, struct verdict *verdict)
{
	job->nparts = request_together(&job->request);
	job->parts = xcalloc(job->nparts, sizeof(*job->parts));
	for (size_t i = 0; i < job->nparts; i++) {
		struct dockpart *part = &job->parts[i];

		if (load_part(job, run, i, verdict) < 0)
			return -1;
		buf_add(&job->ligand, part->text.data, part->text.len);
		add_facts(&job->facts, &part->facts);
	}
	digest_bytes(job->ligand.data, job->ligand.len, job->ligand_sha256);
	return 0;
}

char *
dockparts_name(const struct dockjob *job)
{
	struct buf all = BUF_INIT;

	for (size_t i = 0; i < job->nparts; i++)
		buf_addf(
		    &all, "%s%s", i > 0 ? "+" : "", job->parts[i].name ? job->parts[i].name : "?");
	return buf_take(&all);
}

void
dockparts_clear(struct dockjob *job)
{
	for (size_t i = 0; i < job->nparts; i++) {
		free(job->parts[i].name);
		buf_clear(&job->parts[i].text);
		lint_clear(&job->parts[i].facts);
	}
	free(job->parts);
}

int
dockparts_put(const struct berth *f, const struct dockjob *job, char **names, struct err *err)
{
	if (job->nparts == 0)
		return berth_put(f->ligand, &job->ligand, err);
	for (size_t i = 0; i < job->nparts; i++) {
		char *path;
		int rc;

		names[i] = xasprintf("ligand-%zu.pdbqt", i + 1);
		path = path_join(f->path, names[i]);
		rc = berth_put(path, &job->parts[i].text, err);
		free(path);
		if (rc < 0)
			return -1;
	}
	return 0;
}

struct together *
dockparts_together(const struct dockjob *job)
{
	struct together *out = xcalloc(job->nparts + 1, sizeof(*out));

	for (size_t i = 0; i < job->nparts; i++)
		out[i] = (struct together){ job->parts[i].name, &job->parts[i].facts.pdbqt,
			json_array_get(job->request.ligand, i), job->parts[i].sha256 };
	return out;
}
