/* SPDX-License-Identifier: MIT */
/* tag: what tells from outside whose a process is. */
#include "exec/tag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/num.h"
#include "base/pidstat.h"

static const char worker_name[] = "DOCKLINE_WORKER=";

enum { ENVIRON_MAX = 8 << 20, PLACE_TEXT = 100 };

/* Where pids and start times mean what they mean to us: the boot and the PID namespace. */
static int
read_place(char place[PLACE_TEXT])
{
	struct buf boot = BUF_INIT;
	char link[64];
	ssize_t len = readlink("/proc/self/ns/pid", link, sizeof(link) - 1);
	int rc = -1;

	if (len > 0 && file_read("/proc/sys/kernel/random/boot_id", 4096, &boot, NULL) == 0) {
		link[len] = '\0';
		snprintf(place, PLACE_TEXT, "%.*s/%.32s", (int)strcspn(boot.data, "\n"), boot.data,
		    link + strcspn(link, "["));
		rc = 0;
	}
	buf_clear(&boot);
	return rc;
}

char *
tag_make(char text[TAG_TEXT])
{
	char place[PLACE_TEXT];
	int64_t start = pidstat_start(getpid());

	*text = '\0';
	if (start && read_place(place) == 0)
		snprintf(text, TAG_TEXT, "%s%s/%d/%lld", worker_name, place, (int)getpid(),
		    (long long)start);
	return text;
}

/* "PLACE/PID/START" */
static int
read_worker(const char *value, struct tag *out)
{
	char place[PLACE_TEXT], *end;
	size_t len;

	if (read_place(place) < 0)
		return -1;
	len = strlen(place);
	if (strncmp(value, place, len) != 0 || value[len] != '/')
		return -1;
	out->worker = (pid_t)strtol(value + len + 1, &end, 10);
	if (out->worker <= 0 || *end != '/')
		return -1;
	out->start = strtoll(end + 1, &end, 10);
	return out->start > 0 && *end == '\0' ? 0 : -1;
}

/* The value of a variable in "NAME=VALUE\0NAME=VALUE\0", NULL: it is not there. The last one
 * counts: it was added by the worker nearest to the process. */
static const char *
find(const struct buf *vars, const char *name)
{
	const char *found = NULL;
	size_t len = strlen(name);

	for (size_t at = 0; at < vars->len; at += strlen(vars->data + at) + 1)
		if (strncmp(vars->data + at, name, len) == 0)
			found = vars->data + at + len;
	return found;
}

static int64_t
find_number(const struct buf *vars, const char *name)
{
	const char *value = find(vars, name);
	int64_t n;

	return value && num_int(value, 0, INT64_MAX, &n, NULL) == 0 ? n : 0;
}

/* Batch systems look after their own jobs. */
static bool
is_other_job(const struct buf *vars)
{
	static const char *const names[] = {
		"SLURM_JOB_ID=", "PBS_JOBID=", "LSB_JOBID=", "JOB_ID="
	};
	char name[32];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *theirs = find(vars, names[i]), *ours;

		snprintf(name, sizeof(name), "%.*s", (int)strlen(names[i]) - 1, names[i]);
		ours = getenv(name);
		if (theirs && (!ours || strcmp(theirs, ours) != 0))
			return true;
	}
	return false;
}

int
tag_read(pid_t pid, struct tag *out)
{
	struct buf vars = BUF_INIT;
	const char *worker = NULL;
	char path[64];
	int rc = -1;

	*out = (struct tag){ 0 };
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	if (file_read(path, ENVIRON_MAX, &vars, NULL) == 0)
		worker = find(&vars, worker_name);
	if (worker && read_worker(worker, out) == 0) {
		out->execution = find_number(&vars, "DOCKLINE_EXECUTION=");
		out->attempt = (int)find_number(
		    &vars, out->execution ? "DOCKLINE_ATTEMPT=" : "DOCKLINE_COPROCESS=");
		out->other_job = is_other_job(&vars);
		rc = 0;
	}
	buf_clear(&vars);
	return rc;
}

bool
tag_is_orphan(const struct tag *tag)
{
	return pidstat_start(tag->worker) != tag->start;
}
