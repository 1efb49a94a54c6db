/* SPDX-License-Identifier: MIT */
/* ferry: what a pipeline sends to a cluster goes there and comes home while it is gone through. */
#include "cli/ferry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/app.h"
#include "cli/cluster.h"
#include "cli/session.h"
#include "exec/proc.h"
#include "store/store.h"

/* The child is told to stop when we are not there any more. */
static void
enter_child(struct ferry *f, pid_t parent)
{
	f->child = 0;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		raise(SIGTERM);
}

int
ferry_begin(struct ferry *f, struct err *err)
{
	pid_t parent = getpid();
	int ends[2];

	fflush(stdout);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	f->child = fork();
	if (f->child < 0) {
		close(ends[0]);
		close(ends[1]);
		return err_sys(err, "cannot start a process");
	}
	if (f->child == 0) {
		close(ends[0]);
		f->fd = ends[1];
		enter_child(f, parent);
	} else {
		close(ends[1]);
		f->fd = ends[0];
	}
	return 0;
}

/* Wait, until the child has ended (1), or it is time for another round. */
static int
rest(const struct ferry *f, double seconds)
{
	struct pollfd fd = { .fd = f->fd, .events = POLLIN };

	return poll(&fd, 1, (int)(seconds * 1000) + 1) > 0;
}

/* Rounds; one that fails is no reason to leave the child alone: 0, or -1 and why when it is over.
 */
static int
rounds(struct ferry *f, struct cluster *cluster, struct err *err)
{
	int rc = 0, passed = 0;

	do {
		if (rc == 0 && cluster_round(cluster, err) < 0) {
			rc = -1;
			kill(f->child, SIGTERM);
		}
		if (proc_caught() && !passed++)
			kill(f->child, proc_caught());
	} while (!rest(f, cluster_pause(cluster)));
	return rc;
}

static int
wait_for_child(struct ferry *f, struct app *app, int *signal)
{
	int status;

	while (waitpid(f->child, &status, 0) < 0 && errno == EINTR)
		;
	close(f->fd);
	*signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (WIFEXITED(status))
		app_status(app, WEXITSTATUS(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
say_what_stays(struct app *app, const struct cluster *cluster, const char *job, const char *profile)
{
	long long out = (long long)cluster_out(cluster);

	if (out > 0)
		app_say(app, "%lld element%s out: pipeline resume %s --on %s goes on with %s", out,
		    out == 1 ? " is" : "s are", job, profile, out == 1 ? "it" : "them");
	app_detail(app, "the cluster was called %lu times", cluster_calls(cluster));
}

int
ferry_run(struct ferry *f, struct app *app, const char *job, const struct cluster_plan *plan,
    int *signal, struct err *err)
{
	struct cluster_plan own = *plan;
	struct cluster *cluster = NULL;
	struct err late = { 0 };
	struct store *store;
	int rc = -1;

	proc_catch();
	store = session_open(app, false, err);
	if (store && session_job(app, store, job, 0, &own.job, err) == 0)
		cluster = cluster_open(app, store, &own, err);
	if (cluster)
		rc = rounds(f, cluster, err);
	else
		kill(f->child, SIGTERM);
	wait_for_child(f, app, signal);
	/* what was cancelled last is ended there, too */
	cluster_leave_rest(cluster);
	if (cluster && rc == 0 && cluster_round(cluster, &late) < 0) {
		*err = late;
		rc = -1;
	}
	if (cluster)
		say_what_stays(app, cluster, job, plan->profile);
	cluster_close(cluster);
	store_close(store);
	return rc;
}
