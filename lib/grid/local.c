/* SPDX-License-Identifier: MIT */
/* local: a batch system of this host alone: every element is a process of its own. */
#include "grid/local.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/num.h"
#include "base/path.h"
#include "base/pidstat.h"
#include "exec/pressure.h"
#include "exec/proc.h"
#include "grid/batch.h"
#include "grid/script.h"

extern char **environ;

struct local {
	struct batch batch;
	char *folder;
};

/* A process that runs an element. */
struct runner {
	int element;
	long pid;
	long long start;
};

static char *
file_of(const struct local *l, const char *job, const char *kind)
{
	return xasprintf("%s/%s.%s", l->folder, job, kind);
}

/* ---- starting ---- */

/* The arguments with the number of the element put in; cmdline_free is not needed: one string is
 * new, the others are borrowed. */
static char **
argv_of(const struct batch_job *job, char number[NUM_TEXT])
{
	size_t n = 0;
	char **argv;

	while (job->argv[n])
		n++;
	argv = xcalloc(n + 1, sizeof(*argv));
	for (size_t i = 0; i < n; i++)
		argv[i] = strcmp(job->argv[i], "{element}") == 0 ? number : job->argv[i];
	return argv;
}

static bool
is_named(const char *entry, const char *name)
{
	size_t len = strlen(name);

	return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

/* Our environment, with what a batch system says to a job. Strings of ours are borrowed: the first
 * two are new. */
static char **
env_of(const struct batch *b, const struct batch_job *job)
{
	double cpus = job->need.cpus > 0 ? job->need.cpus : b->given.cpus;
	double seconds = job->need.seconds > 0 ? job->need.seconds : b->given.seconds;
	size_t n = 0, kept = 0;
	char **env;

	while (environ[n])
		n++;
	env = xcalloc(n + 3, sizeof(*env));
	env[kept++] = xasprintf("NSLOTS=%d", cpus < 1 ? 1 : (int)cpus);
	env[kept++] = seconds > 0
	    ? xasprintf("SLURM_JOB_END_TIME=%lld", (long long)time(NULL) + (long long)seconds)
	    : xstrdup("SLURM_JOB_END_TIME=");
	for (size_t i = 0; i < n; i++)
		if (!is_named(environ[i], "NSLOTS") && !is_named(environ[i], "SLURM_JOB_END_TIME"))
			env[kept++] = environ[i];
	return env;
}

static int
note(const struct local *l, const struct batch_job *job, const struct runner *r, struct err *err)
{
	char *path = file_of(l, job->name, "local"), line[96];
	int n = snprintf(line, sizeof(line), "%d %ld %lld\n", r->element, r->pid, r->start);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int rc = fd < 0 ? err_sys(err, "cannot write '%s'", path)
			: file_write_fd(fd, path, line, (size_t)n, err);

	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

static int
start(struct local *l, const struct batch_job *job, int element, int out, char *const *env,
    struct err *err)
{
	char number[NUM_TEXT];
	char **argv = argv_of(job, num_whole(element, number));
	struct proc_spec spec = { .argv = argv,
		.program = argv[0],
		.env = env,
		.cwd = "/",
		.in = -1,
		.out = out,
		.err = out,
		.detached = true };
	struct runner r = { .element = element, .pid = proc_start(&spec, err) };

	free(argv);
	if (r.pid < 0)
		return -1;
	r.start = pidstat_start((pid_t)r.pid);
	l->batch.asked++;
	return note(l, job, &r, err);
}

/* ---- what was started ---- */

typedef void runner_fn(const struct runner *r, void *ctx);

/* Each process that was started for a job. */
static void
each_runner(const struct local *l, const char *job, runner_fn *fn, void *ctx)
{
	char *path = file_of(l, job, "local"), *rest = NULL;
	struct buf text = BUF_INIT;

	if (file_read(path, 0, &text, NULL) == 0 && text.len > 0)
		for (char *line = strtok_r(text.data, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest)) {
			struct runner r;

			if (sscanf(line, "%d %ld %lld", &r.element, &r.pid, &r.start) == 3)
				fn(&r, ctx);
		}
	buf_clear(&text);
	free(path);
}

/* Does it still run? Where it is a child of ours it is reaped. */
static bool
runs(const struct runner *r)
{
	waitpid((pid_t)r->pid, NULL, WNOHANG);
	return r->start > 0 && pidstat_start((pid_t)r->pid) == r->start;
}

/* Which elements were started, and which of them run. */
struct survey {
	int elements;
	unsigned char *started, *running;
};

static void
survey_one(const struct runner *r, void *ctx)
{
	struct survey *s = ctx;

	if (r->element < 0 || r->element >= s->elements)
		return;
	s->started[r->element] = 1;
	s->running[r->element] |= runs(r);
}

static void
survey_init(struct survey *s, const struct local *l, const char *job, int elements)
{
	*s = (struct survey){ .elements = elements,
		.started = xcalloc((size_t)elements + 1, 1),
		.running = xcalloc((size_t)elements + 1, 1) };
	each_runner(l, job, survey_one, s);
}

static void
survey_clear(struct survey *s)
{
	free(s->started);
	free(s->running);
}

/* ---- the interface ---- */

static int
submit(struct batch *b, const struct batch_job *job, char id[BATCH_ID], struct err *err)
{
	struct local *l = (struct local *)b;
	char *path = file_of(l, job->name, "out");
	int out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), rc = 0;
	char **env = env_of(b, job);
	struct survey s;

	if (out < 0)
		rc = err_sys(err, "cannot write '%s'", path);
	survey_init(&s, l, job->name, job->elements);
	for (int i = 0; i < job->elements && rc == 0; i++)
		if (!s.started[i])
			rc = start(l, job, i, out, env, err);
	snprintf(id, BATCH_ID, "%.8s", job->name);
	survey_clear(&s);
	free(env[0]);
	free(env[1]);
	free(env);
	if (out >= 0)
		close(out);
	free(path);
	return rc;
}

static int
query(struct batch *b, const struct batch_ref *jobs, size_t count, batch_seen_fn *fn, void *ctx,
    struct err *err)
{
	char host[256] = "";

	(void)err;
	gethostname(host, sizeof(host) - 1);
	b->asked++;
	for (size_t i = 0; i < count; i++) {
		struct survey s;

		survey_init(&s, (struct local *)b, jobs[i].name, jobs[i].elements);
		for (int e = 0; e < jobs[i].elements; e++) {
			struct batch_seen seen = { .job = i,
				.element = e,
				.node = host,
				.state = s.running[e] ? BATCH_RUNNING
				    : s.started[e]    ? BATCH_DONE
						      : BATCH_LOST };

			fn(&seen, ctx);
		}
		survey_clear(&s);
	}
	return 0;
}

/* What is to be ended. */
struct ending {
	const int *elements; /* NULL: all */
	size_t count;
};

static void
end_one(const struct runner *r, void *ctx)
{
	const struct ending *e = ctx;
	bool meant = !e->elements;

	for (size_t i = 0; i < e->count && !meant; i++)
		meant = e->elements[i] == r->element;
	if (meant && runs(r))
		kill((pid_t)r->pid, SIGTERM);
}

static int
cancel(struct batch *b, const struct batch_ref *job, const int *elements, size_t count,
    struct err *err)
{
	struct ending e = { elements, elements ? count : 0 };

	(void)err;
	b->asked++;
	each_runner((struct local *)b, job->name, end_one, &e);
	return 0;
}

/* Processes cannot wait: elements run from the beginning. */
static int
hold(struct batch *b, const struct batch_ref *job, const int *elements, size_t count, bool rest,
    struct err *err)
{
	(void)b;
	(void)job;
	(void)elements;
	(void)count;
	(void)rest;
	return err_set(err, ERR_USAGE, "profile 'local' holds nothing back");
}

static char *
show(struct batch *b, const struct batch_job *job, struct err *err)
{
	struct buf text = BUF_INIT;

	(void)b;
	(void)err;
	for (int e = 0; e < job->elements; e++) {
		char number[NUM_TEXT];
		char **argv = argv_of(job, num_whole(e, number));

		for (size_t i = 0; argv[i]; i++) {
			buf_add_str(&text, i ? " " : "");
			script_quote(&text, argv[i]);
		}
		buf_add_char(&text, '\n');
		free(argv);
	}
	return buf_take(&text);
}

static void
close_local(struct batch *b)
{
	struct local *l = (struct local *)b;

	free(l->folder);
	free(l);
}

static const struct batch_ops ops = { submit, query, cancel, hold, show, close_local };

/* ---- opening ---- */

static int
read_option(struct batch *b, const char *option, struct err *err)
{
	const char *value = strchr(option, '=');
	int64_t n;

	if (!value)
		return err_set(err, ERR_USAGE, "'%s' is not KEY=VALUE", option);
	if (is_named(option, "seconds"))
		return num_duration(value + 1, &b->given.seconds, err);
	if (!is_named(option, "cpus") && !is_named(option, "elements"))
		return err_set(err, ERR_USAGE,
		    "profile 'local' has cpus, elements and seconds, found '%s'", option);
	if (num_int(value + 1, 1, 500, &n, err) < 0)
		return err_wrap(err, "%s", option);
	if (is_named(option, "cpus"))
		b->given.cpus = (double)n;
	else
		b->outstanding = b->elements = (int)n;
	return 0;
}

struct batch *
local_open(const char *state, char *const *options, struct err *err)
{
	struct local *l = xcalloc(1, sizeof(*l));
	bool allotted;

	l->batch = (struct batch){ .ops = &ops, .given.cpus = 1, .interval = 0.5 };
	l->batch.elements = l->batch.outstanding = host_cpus("", &allotted);
	l->folder = path_join(state, "spool");
	for (size_t i = 0; options && options[i]; i++)
		if (read_option(&l->batch, options[i], err) < 0) {
			batch_close(&l->batch);
			return NULL;
		}
	return &l->batch;
}
