/* SPDX-License-Identifier: MIT */
/* dockgroup: one engine process that docks ligands of one receptor, one after the other. */
#include "cli/dockgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "base/pidstat.h"
#include "cli/berth.h"
#include "cli/dockbatch.h"
#include "cli/dockrun_parts.h"
#include "dock/argv.h"
#include "dock/docking.h"
#include "dock/footprint.h"
#include "exec/proc.h"
#include "exec/procfile.h"

enum {
	NAMES = 250, /* ligands of one process: the grids are then 0.4 % of its work or less */
	AHEAD = 2,   /* it has at a time */
	ENDED = 2,   /* the descriptor that tells the end of the process, behind theirs */
};
_Static_assert(
    AHEAD == ENDED && ENDED + 1 == DOCKGROUP_FDS, "one descriptor for each, and the end");

#define POSES "poses"
#define POSES_LIMIT ((size_t)64 << 20)

struct dockgroup {
	struct berth berth; /* its folder */
	json_t *terms;      /* what its ligands have in common */
	struct dockrun run; /* as it was when the process was started */
	pid_t pid;
	int end;             /* the reading end of its standard error */
	int next;            /* the file of the ligand after those it has, on lease; -1: none */
	int fd[AHEAD];       /* FIFO of each that it has, oldest first */
	int placed, count;   /* ever put there; of these not taken */
	size_t atoms;        /* of the ligand put there last */
	struct buf poses;    /* of the oldest */
	int64_t begun;       /* the oldest, by clock_boot */
	double user, system; /* CPU seconds of all before it */
	struct docking_cost cost; /* of the oldest, when it is docked */
};

static char *
name_of(int number)
{
	return xasprintf("%d.pdbqt", number);
}

/* May it be docked in a process behind a ligand of so many atoms, 0: as the first? */
static bool
fits(const struct dockjob *job, const struct dockrun *run, size_t before)
{
	const struct pdbqt *ligand = &job->facts.pdbqt;

	return request_groups(&job->request, &run->version) &&
	    (run->memory == 0 ||
		footprint_group(&job->request, &run->version, ligand, before) <= run->memory);
}

bool
dockgroup_alike(const struct dockjob *a, const struct dockjob *b, const struct dockrun *run)
{
	return !run->image.image && fits(a, run, 0) && fits(b, run, a->facts.pdbqt.atoms) &&
	    dockbatch_alike(a, b, run);
}

static char *
file_of(const struct dockgroup *g, int number)
{
	char *name = name_of(number), *out = path_join(g->berth.path, name);

	free(name);
	return out;
}

/* Make the file of a ligand that is not known yet: who opens it waits until we let go of it. Where
 * there are no leases there is no such file, and the process ends when it comes there. */
static void
promise(struct dockgroup *g, int number)
{
	char *path = file_of(g, number);

	g->next = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (g->next >= 0 && fcntl(g->next, F_SETLEASE, F_WRLCK) < 0) {
		close(g->next);
		unlink(path);
		g->next = -1;
	}
	free(path);
}

/* The ligand under its name, all at once: into the file that was promised, else by a rename. */
static int
put_ligand(struct dockgroup *g, int number, const struct buf *ligand, struct err *err)
{
	char *part, *whole = file_of(g, number);
	int promised = g->next, rc;

	g->next = -1;
	if (number < NAMES && (number == 1 || promised >= 0))
		promise(g, number + 1);
	if (promised >= 0) {
		rc = file_write_fd(promised, "a ligand", ligand->data, ligand->len, err);
		close(promised);
	} else {
		part = path_join(g->berth.path, "part");
		rc = berth_put(part, ligand, err);
		if (rc == 0 && rename(part, whole) < 0)
			rc = err_sys(err, "cannot rename '%s'", part);
		free(part);
	}
	free(whole);
	return rc;
}

/* Where its poses are to go is there before the ligand. */
static int
place(struct dockgroup *g, int number, const struct buf *ligand, struct err *err)
{
	char *fifo = xasprintf("%s/" POSES "/%d_out.pdbqt", g->berth.path, number);
	int *fd = &g->fd[g->count], rc = -1;

	if (mkfifo(fifo, 0600) < 0)
		err_sys(err, "cannot make a FIFO");
	else if ((*fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) < 0)
		err_sys(err, "cannot open a FIFO");
	else
		rc = put_ligand(g, number, ligand, err);
	if (rc < 0 && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	free(fifo);
	return rc;
}

int
dockgroup_put(struct dockgroup *g, struct dockjob *job, struct err *err)
{
	if (place(g, g->placed + 1, &job->ligand, err) < 0)
		return -1;
	g->placed++;
	g->atoms = job->facts.pdbqt.atoms;
	if (g->count++ == 0)
		g->begun = clock_boot();
	return 0;
}

/* Its folder, with one for the poses, and what the engine is to call the receptor. */
static const char *
make_folder(
    struct dockgroup *g, const struct dockrun *run, const struct dockjob *job, struct err *err)
{
	const char *receptor = NULL;
	char *poses;

	if (berth_make(&g->berth, run, &job->request, err) < 0)
		return NULL;
	poses = path_join(g->berth.path, POSES);
	if (mkdir(poses, 0777) < 0)
		err_sys(err, "cannot make the folder of poses");
	else
		receptor = berth_receptor(&g->berth, job, err);
	free(poses);
	return receptor;
}

static int
start(struct dockgroup *g, const struct dockrun *run, const struct dockjob *job,
    const char *receptor, struct err *err)
{
	char *names[NAMES + 1] = { NULL };
	struct argv_files files = {
		.program = run->program, .receptor = receptor, .batch = names, .out = POSES
	};
	struct proc_spec spec = { .program = run->program, .cwd = g->berth.path, .out = -1 };
	int ends[2];
	char **argv;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	for (int i = 0; i < NAMES; i++)
		names[i] = name_of(i + 1);
	argv = argv_build(&job->request, &run->version, &files);
	for (int i = 0; i < NAMES; i++)
		free(names[i]);
	spec.argv = argv;
	spec.err = ends[1];
	g->end = ends[0];
	fcntl(g->end, F_SETFL, O_NONBLOCK);
	g->pid = proc_start(&spec, err);
	close(ends[1]);
	argv_free(argv);
	return g->pid < 0 ? -1 : 0;
}

struct dockgroup *
dockgroup_new(const struct dockrun *run, struct dockjob *job, struct err *err)
{
	struct dockgroup *g = xcalloc(1, sizeof(*g));
	const char *receptor = NULL;

	g->terms = dockbatch_terms(job, run);
	g->pid = g->end = g->next = -1;
	signal(SIGIO, SIG_IGN); /* somebody waits for our lease */
	for (int i = 0; i < AHEAD; i++)
		g->fd[i] = -1;
	if (dockrun_now(run, &g->run, err) == 0)
		receptor = make_folder(g, &g->run, job, err);
	if (receptor && dockgroup_put(g, job, err) == 0 &&
	    start(g, &g->run, job, receptor, err) == 0)
		return g;
	dockgroup_free(g);
	return NULL;
}

/* Wait for a process that has ended, or is about to. */
static void
reap(struct dockgroup *g, struct outcome *outcome)
{
	siginfo_t info;

	while (proc_reap(g->pid, outcome) == 0)
		while (waitid(P_PID, (id_t)g->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
			;
	g->pid = -1;
}

void
dockgroup_free(struct dockgroup *g)
{
	struct outcome outcome;

	if (!g)
		return;
	if (g->pid > 0) {
		proc_signal(g->pid, SIGKILL);
		reap(g, &outcome);
	}
	for (int i = 0; i < AHEAD; i++)
		if (g->fd[i] >= 0)
			close(g->fd[i]);
	if (g->next >= 0)
		close(g->next);
	if (g->end >= 0)
		close(g->end);
	json_decref(g->terms);
	berth_clear(&g->berth, false);
	buf_clear(&g->poses);
	free(g);
}

int
dockgroup_count(const struct dockgroup *g)
{
	return g->count;
}

bool
dockgroup_takes(const struct dockgroup *g, const struct dockjob *job)
{
	json_t *terms;
	bool alike;

	if (g->pid < 0 || (g->count == 0 && g->next < 0) || g->count == AHEAD ||
	    g->placed == NAMES || !fits(job, &g->run, g->atoms) || !dockrun_is_same(&g->run))
		return false;
	terms = dockbatch_terms(job, &g->run);
	alike = json_equal(terms, g->terms);
	json_decref(terms);
	return alike;
}

void
dockgroup_fds(const struct dockgroup *g, struct pollfd fds[DOCKGROUP_FDS])
{
	for (int i = 0; i < AHEAD; i++)
		fds[i] = (struct pollfd){ .fd = g->fd[i], .events = POLLIN };
	fds[ENDED] = (struct pollfd){ .fd = g->end, .events = POLLIN };
}

/* Read what there is; true: the engine has closed it. */
static bool
read_poses(struct dockgroup *g)
{
	ssize_t n;

	do {
		char *room = buf_reserve(&g->poses, 65536);

		n = read(g->fd[0], room, 65536);
		if (n > 0)
			g->poses.len += (size_t)n;
	} while ((n > 0 && g->poses.len < POSES_LIMIT) || (n < 0 && errno == EINTR));
	return n == 0;
}

/* What it says there is not kept: who fails is docked again. True: it has ended. */
static bool
has_ended(const struct dockgroup *g)
{
	char said[4096];
	ssize_t n;

	do
		n = read(g->end, said, sizeof(said));
	while (n > 0 || (n < 0 && errno == EINTR));
	return n == 0;
}

/* Has it come to the ligand that is not known yet? */
static bool
is_ahead(const struct dockgroup *g)
{
	return g->next >= 0 && fcntl(g->next, F_GETLEASE) != F_WRLCK;
}

/* Is there, or was there, something of the oldest? */
static bool
is_written(const struct dockgroup *g)
{
	struct pollfd fd = { .fd = g->fd[0], .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

/* What the oldest took, which is docked now. The outcome is that of a process that has ended. */
static void
count_cost(struct dockgroup *g, const struct outcome *outcome)
{
	double user = outcome->user, system = outcome->system, tick = (double)sysconf(_SC_CLK_TCK);
	int64_t now = clock_boot(), most = outcome->max_rss;
	struct pidstat stat;
	char path[64];

	if (g->pid > 0 && pidstat_read(g->pid, &stat) == 0) {
		user = (double)stat.user / tick;
		system = (double)stat.system / tick;
		snprintf(path, sizeof(path), "/proc/%d/status", (int)g->pid);
		most = procfile_number(path, "VmHWM:") * 1024;
	}
	g->cost = (struct docking_cost){ .elapsed = (double)(now - g->begun) / 1e6,
		.user = fmax(user - g->user, 0),
		.system = fmax(system - g->system, 0),
		.max_rss = most,
		.place = g->placed - g->count + 1 };
	g->begun = now;
	g->user = user;
	g->system = system;
}

enum dockgroup_news
dockgroup_ready(struct dockgroup *g, const struct pollfd fds[DOCKGROUP_FDS])
{
	struct outcome outcome = { .exited = true };
	bool ahead = is_ahead(g); /* what it wrote before is there by now */
	bool done = g->count > 0 && is_written(g) && read_poses(g);
	bool ended = g->pid > 0 && has_ended(g);

	if (ended)
		reap(g, &outcome);
	if (done && outcome.exited) {
		count_cost(g, &outcome);
		return DOCKGROUP_DONE;
	}
	if (g->pid < 0 || g->poses.len >= POSES_LIMIT)
		return DOCKGROUP_ENDED;
	/* it passed over the oldest: a later Vina does with what it cannot read */
	if (g->count > 0 && (ahead || (fds[1].revents && !fds[0].revents)))
		return DOCKGROUP_ENDED;
	return DOCKGROUP_NOTHING;
}

void
dockgroup_take(struct dockgroup *g, struct buf *poses, struct docking_cost *cost)
{
	*poses = g->poses;
	*cost = g->cost;
	g->poses = (struct buf)BUF_INIT;
	close(g->fd[0]);
	memmove(g->fd, g->fd + 1, (AHEAD - 1) * sizeof(*g->fd));
	g->fd[AHEAD - 1] = -1;
	g->count--;
}

bool
dockgroup_has_ended(const struct dockgroup *g)
{
	return g->pid < 0;
}

int64_t
dockgroup_begun(const struct dockgroup *g)
{
	return g->begun;
}

const struct dockrun *
dockgroup_run(const struct dockgroup *g)
{
	return &g->run;
}
