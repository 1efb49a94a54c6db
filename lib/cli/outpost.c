/* SPDX-License-Identifier: MIT */
/* outpost: an element of an array job on a compute node. */
#include "cli/outpost.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/file.h"
#include "base/num.h"
#include "base/path.h"
#include "cli/outpost_parts.h"
#include "cli/worker.h"
#include "exec/pressure.h"
#include "grid/chunk.h"
#include "grid/frames.h"
#include "store/store.h"

#define OWN_MEMORY (INT64_C(64) << 20) /* of the allotted memory, ours */
#define MARGIN_MIN 1.0
#define MARGIN_MAX 90.0 /* seconds for ending what runs and handing back what is done */

/* ---- where it runs ---- */

static int
make_folder(struct element *e, struct err *err)
{
	const char *names[] = { "SLURM_TMPDIR", "TMPDIR" };
	const char *base = "/tmp";

	for (size_t i = 2; i-- > 0;) {
		const char *value = getenv(names[i]);

		if (value && *value == '/' && access(value, W_OK) == 0)
			base = value;
	}
	e->dir = xasprintf("%s/dockline-XXXXXX", base);
	if (mkdtemp(e->dir)) {
		e->state = path_join(e->dir, "state");
		return 0;
	}
	err_sys(err, "cannot create a folder in '%s'", base);
	free(e->dir);
	e->dir = NULL;
	return -1;
}

/* Our own programs come first, then those of the node, then those of whoever submitted it. */
static void
set_path(const char *theirs)
{
	const char *ours = getenv("PATH");
	char self[4096], *path;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return;
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	path = xasprintf("%s:%s:%s", self, ours ? ours : "/usr/bin:/bin", theirs ? theirs : "");
	setenv("PATH", path, 1);
	free(path);
}

static void
set_environment(const struct element *e)
{
	json_t *theirs = json_object_get(e->header, "environment"), *value;
	const char *name;

	json_object_foreach(theirs, name, value)
		if (strcmp(name, "PATH") != 0 && json_is_string(value))
			setenv(name, json_string_value(value), 0);
	set_path(json_string_value(json_object_get(theirs, "PATH")));
	setenv("TMPDIR", e->dir, 1);
	setenv("DOCKLINE_STATE", e->state, 1);
	unsetenv("DOCKLINE_CONFIG");
}

/* ---- the wall-time ---- */

/* Seconds that are left, 0: nobody said. */
static double
time_left(const struct outpost *o)
{
	const char *said = getenv("DOCKLINE_CLUSTER_ENDS"),
		   *end = said && *said ? said : getenv("SLURM_JOB_END_TIME");
	int64_t wall;

	if (o->shift.seconds > 0)
		return o->shift.seconds;
	if (!end || num_int(end, 1, INT64_MAX / 2, &wall, NULL) < 0)
		return 0;
	wall -= (int64_t)time(NULL);
	return wall > 1 ? (double)wall : 1;
}

static double
margin_of(double left)
{
	double margin = left / 10;

	if (margin < MARGIN_MIN)
		margin = MARGIN_MIN < left / 2 ? MARGIN_MIN : left / 2;
	return margin > MARGIN_MAX ? MARGIN_MAX : margin;
}

/* Begin nothing that would end later, and end what runs then. */
static void
watch_clock(const struct outpost *o, struct shift *shift)
{
	double left = time_left(o), until = left - margin_of(left);
	struct itimerval alarm = { .it_value = { (time_t)until,
				       (suseconds_t)((until - (double)(time_t)until) * 1e6) } };

	if (left <= 0)
		return;
	shift->seconds = until;
	setitimer(ITIMER_REAL, &alarm, NULL);
}

/* ---- running ---- */

/* All that the batch system allotted; at least as much as one execution of any of them takes. */
static void
set_room(const struct element *e, struct shift *shift)
{
	int64_t memory = host_free_memory(""), mebibytes;
	const char *allotment = getenv("DOCKLINE_CLUSTER_MEMORY");
	bool allotted;

	if (shift->jobs == 0)
		shift->jobs = host_cpus("", &allotted);
	if (shift->jobs < e->cpus)
		shift->jobs = e->cpus;
	if (shift->memory > 0)
		return;
	if (allotment && num_int(allotment, 1, INT64_MAX >> 21, &mebibytes, NULL) == 0 &&
	    (memory < 0 || mebibytes << 20 < memory))
		shift->memory = memory = mebibytes << 20 > OWN_MEMORY
		    ? (mebibytes << 20) - OWN_MEMORY
		    : 0;
	if (memory >= 0 && memory < e->memory)
		shift->memory = e->memory;
}

static int
work(struct element *e, const struct outpost *o, struct err *err)
{
	struct shift shift = o->shift;
	int signal = 0, rc;

	shift.away = true;
	shift.note = e->note;
	set_room(e, &shift);
	watch_clock(o, &shift);
	rc = shift_run(e->app, &shift, &signal, err);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	e->told = signal && signal != SIGALRM;
	return rc;
}

/* Everything but the folder. */
static int
run(struct element *e, const struct outpost *o, struct err *err)
{
	struct err late = { 0 };
	char *folder = path_absolute(e->path);
	int rc;

	*strrchr(folder, '/') = '\0';
	e->note = outbox_note(folder, e->name, e->number);
	free(folder);
	set_environment(e);
	free(e->app->state);
	e->app->state = xstrdup(e->state);
	if (element_enter(e, err) < 0)
		return -1;
	rc = e->entered > 0 ? work(e, o, err) : 0;
	/* whatever it was, what is done is done */
	if (element_hand_back(e, &late) == 0) {
		unlink(e->note);
	} else if (rc == 0) {
		*err = late;
		rc = -1;
	}
	return rc;
}

int
outpost_run(struct app *app, const struct outpost *o, struct err *err)
{
	struct element e = { .app = app, .path = o->chunk, .number = o->element };
	int rc = -1;

	worker_block_signals();
	if (!outbox_is_chunk(o->chunk, e.name))
		return err_set(err, ERR_USAGE, "'%s' is not named as a package is", o->chunk);
	e.chunk = frames_open(o->chunk, err);
	if (e.chunk)
		e.header = chunk_open(e.chunk, CHUNK_PACKAGE, e.name, err);
	if (!e.chunk || !e.header) {
		err_wrap(err, "package '%s'", o->chunk);
	} else {
		free(app->org);
		app->org = xstrdup(json_string_value(json_object_get(e.header, "org")));
		if (make_folder(&e, err) == 0)
			rc = run(&e, o, err);
	}
	if (e.dir)
		file_remove_tree(e.dir, NULL);
	element_clear(&e);
	return rc;
}
