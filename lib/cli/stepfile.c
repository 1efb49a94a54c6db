/* SPDX-License-Identifier: MIT */
/*
 * stepfile: the file of the records of a step, for the expressions of others.
 *
 * A million records take half a minute, in which nobody else could write if a transaction were
 * open, and no heartbeat would be given. So the step that wants the file waits, and the writer
 * writes it between two transactions, as much as it can from one look at what others did to the
 * next. A file is named by its content: another name means that something was run again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/jsonl.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/stage.h"
#include "store/store.h"
#include "task/execution.h"

enum { SLICE = 100000 }; /* microseconds, as long as from one look to the next */

struct stepfile {
	struct stage *of;
	char *dir, *part;
	FILE *out;
	int64_t item; /* up to here it is written */
};

/* ---- beginning ---- */

static struct stepfile *
stepfile_new(const struct conduct *c, struct stage *of)
{
	struct stepfile *f = xcalloc(1, sizeof(*f));

	f->of = of;
	f->item = -1;
	f->dir = xasprintf("%s/runs/%lld", store_dir(c->store), (long long)c->run->id);
	f->part = xasprintf("%s/%s.part", f->dir, of->step->id);
	return f;
}

static void
stepfile_free(struct stepfile *f)
{
	if (f->out) {
		fclose(f->out);
		unlink(f->part);
	}
	free(f->dir);
	free(f->part);
	free(f);
}

static int
create(struct stepfile *f, const struct conduct *c, struct err *err)
{
	char *runs = path_join(store_dir(c->store), "runs");

	mkdir(runs, 0777);
	free(runs);
	mkdir(f->dir, 0777);
	f->out = fopen(f->part, "we");
	return f->out ? 0 : err_sys(err, "cannot create '%s'", f->part);
}

bool
stepfile_all_there(struct conduct *c, const struct stage *s)
{
	for (size_t i = 0; i < s->step->nneeds; i++) {
		const struct need *need = &s->step->needs[i];
		struct stage *other = &c->stages[need->step];

		if (!(need->wants & WANT_FILE) || need->itemwise || other->file)
			continue;
		if (!c->writing)
			c->writing = stepfile_new(c, other);
		return false;
	}
	return true;
}

/* ---- writing ---- */

static int
write_record(struct stepfile *f, struct conduct *c, int64_t execution, struct err *err)
{
	json_t *record;
	int rc = execution_record(c->store, c->app->org, execution, &record, err);

	if (rc <= 0)
		return rc;
	rc = jsonl_write(f->out, record);
	json_decref(record);
	return rc < 0 ? err_sys(err, "cannot write '%s'", f->part) : 0;
}

/* Records, for a while: 1 there are more, 0, -1. */
static int
write_slice(struct stepfile *f, struct conduct *c, struct err *err)
{
	int64_t end = clock_boot() + SLICE, execution;
	int rc;

	do {
		rc = run_next_item(
		    c->store, c->run->id, f->of->place, f->item, &f->item, &execution, err);
		if (rc > 0 && write_record(f, c, execution, err) < 0)
			rc = -1;
	} while (rc > 0 && clock_boot() < end);
	return rc;
}

/* It is whole: it gets its name. */
static int
finish(struct stepfile *f, struct err *err)
{
	char hex[DIGEST_HEX];
	int rc = 0;

	if (fflush(f->out) != 0 || fdatasync(fileno(f->out)) < 0)
		rc = err_sys(err, "cannot write '%s'", f->part);
	if (rc == 0)
		rc = digest_file(f->part, hex, err);
	if (rc < 0)
		return -1;
	f->of->file = xasprintf("%s/%s-%.16s.jsonl", f->dir, f->of->step->id, hex);
	if (rename(f->part, f->of->file) < 0)
		return err_sys(err, "cannot rename '%s'", f->part);
	fclose(f->out);
	f->out = NULL;
	return 0;
}

int
stepfile_write(struct conduct *c, struct err *err)
{
	struct stepfile *f = c->writing;
	int rc;

	if (!f)
		return 0;
	if ((!f->out && create(f, c, err) < 0) || store_read(c->store, err) < 0)
		return -1;
	rc = write_slice(f, c, err);
	store_read_end(c->store);
	if (rc == 0)
		rc = finish(f, err);
	else if (rc > 0)
		return 1;
	stepfile_drop(c);
	return rc < 0 ? -1 : 1;
}

void
stepfile_drop(struct conduct *c)
{
	if (c->writing)
		stepfile_free(c->writing);
	c->writing = NULL;
}
