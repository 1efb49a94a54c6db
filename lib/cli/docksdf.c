/* SPDX-License-Identifier: MIT */
/* docksdf: several SDF ligands by one process, for engines that dock every record of a file. */
#include "cli/docksdf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/file.h"
#include "cli/berth.h"
#include "cli/dockbatch.h"
#include "cli/dockrun.h"
#include "cli/dockrun_parts.h"
#include "dock/argv.h"
#include "exec/proc.h"

#define POSES_LIMIT ((size_t)256 << 20)
#define END "$$$$"

/* Where the poses of a ligand are in the text; len 0: nowhere. */
struct share {
	size_t at, len;
};

/* The first line, without blanks at its end. */
static size_t
title_of(const char *text, size_t len)
{
	const char *newline = memchr(text, '\n', len);
	size_t n = newline ? (size_t)(newline - text) : len;

	while (n > 0 && strchr(" \t\r", text[n - 1]))
		n--;
	return n;
}

static bool
same_title(const struct buf *ligand, const char *text, size_t len)
{
	const char *own = buf_str(ligand);
	size_t n = title_of(own, ligand->len);

	return n == title_of(text, len) && memcmp(own, text, n) == 0;
}

bool
docksdf_joins(
    struct dockjob *const *jobs, size_t n, const struct dockjob *job, const struct dockrun *run)
{
	if (!request_joins(&job->request) || title_of(buf_str(&job->ligand), job->ligand.len) == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (same_title(&jobs[i]->ligand, buf_str(&job->ligand), job->ligand.len))
			return false;
	return n == 0 || dockbatch_alike(jobs[0], job, run);
}

/* All ligands in one file. */
static int
put_ligands(const struct berth *f, struct dockjob *const *jobs, size_t n, struct err *err)
{
	struct buf all = BUF_INIT;
	int rc;

	for (size_t i = 0; i < n; i++) {
		const struct buf *ligand = &jobs[i]->ligand;

		buf_add(&all, ligand->data, ligand->len);
		if (ligand->data[ligand->len - 1] != '\n')
			buf_add_char(&all, '\n');
		if (!memmem(ligand->data, ligand->len, END, strlen(END)))
			buf_add_str(&all, END "\n");
	}
	rc = berth_put(f->ligand, &all, err);
	buf_clear(&all);
	return rc;
}

/* Behind the record at `at`; 0: it does not end. */
static size_t
record_end(const struct buf *text, size_t at)
{
	const char *end = memmem(text->data + at, text->len - at, "\n" END, 1 + strlen(END));
	const char *newline = end
	    ? memchr(end + 1, '\n', text->len - (size_t)(end + 1 - text->data))
	    : NULL;

	return newline ? (size_t)(newline + 1 - text->data) : 0;
}

/* Whose the poses are, by their order and titles. False: nobody can tell. */
static bool
share_out(const struct buf *text, struct dockjob *const *jobs, size_t n, struct share *shares)
{
	size_t at = 0, end, i = 0;

	for (; at < text->len && (end = record_end(text, at)) > 0; at = end) {
		while (i < n && !same_title(&jobs[i]->ligand, text->data + at, end - at))
			i++;
		if (i == n)
			return false;
		if (shares[i].len == 0)
			shares[i].at = at;
		shares[i].len = end - shares[i].at;
	}
	return true;
}

/* Judge what each has. Of a process that failed the last poses may be cut off between two. */
static void
take(struct dockjob *const *jobs, size_t n, const struct dockrun *run, const struct buf *text,
    const struct spoken *spoken, bool well, struct dockend *ends)
{
	struct share *shares = xcalloc(n, sizeof(*shares));
	bool known = share_out(text, jobs, n, shares), last = !well;

	for (size_t i = n; known && i-- > 0 && !proc_caught();) {
		struct spoken part = *spoken;
		struct buf poses = BUF_INIT;

		if (shares[i].len == 0 || last) {
			last = last && shares[i].len == 0;
			continue;
		}
		buf_add(&poses, text->data + shares[i].at, shares[i].len);
		ends[i].record = dockjob_judge_text(jobs[i], run, &poses, &part, &ends[i].verdict);
		buf_clear(&poses);
	}
	free(shares);
}

static void
dock(struct dockjob *const *jobs, size_t n, const struct dockrun *before, struct dockend *ends)
{
	const struct request *first = &jobs[0]->request;
	struct dockrun now;
	const struct dockrun *run = &now;
	struct argv_files files = { .program = before->program,
		.ligand = berth_ligand_name(first),
		.out = berth_poses_name(first) };
	struct berth f = { 0 };
	struct spoken spoken = { .out = BUF_INIT, .errout = BUF_INIT };
	struct verdict verdict = { 0 };
	struct buf text = BUF_INIT;
	char **argv = NULL;
	bool well;

	if (dockrun_now(before, &now, NULL) < 0 || berth_make(&f, run, first, NULL) < 0 ||
	    put_ligands(&f, jobs, n, NULL) < 0 ||
	    !(files.receptor = berth_receptor(&f, jobs[0], NULL)))
		goto out;
	argv = argv_build(first, &run->version, &files);
	well = dockrun_engine(
		   jobs[0], run, &f, argv, first->timeout * (double)n, &spoken, &verdict) == 0;
	docking_cost_share(&spoken.cost, n);
	if (file_read(f.poses, POSES_LIMIT, &text, NULL) == 0)
		take(jobs, n, run, &text, &spoken, well, ends);
out:
	argv_free(argv);
	buf_clear(&text);
	buf_clear(&spoken.out);
	buf_clear(&spoken.errout);
	berth_clear(&f, false);
}

void
docksdf_run(struct dockjob *const *jobs, size_t n, const struct dockrun *run, struct dockend *ends)
{
	if (n > 1)
		dock(jobs, n, run, ends);
	for (size_t i = 0; i < n && !proc_caught(); i++) {
		if (ends[i].record)
			continue;
		ends[i].verdict = (struct verdict){ 0 };
		ends[i].record = dockjob_run(jobs[i], run, &ends[i].verdict);
	}
}
