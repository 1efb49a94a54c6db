/* SPDX-License-Identifier: MIT */
/* cluster_relay: rounds of clusters, had by programs that do not speak to clusters themselves. */
#include "cli/cluster_relay.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/vec.h"
#include "cli/app.h"
#include "exec/proc.h"
#include "grid/pace.h"
#include "store/store.h"
#include "task/cluster.h"
#include "task/tally.h"

#define PATIENCE 60.0 /* seconds for a round */

char *
cluster_program(struct err *err)
{
	char self[4096], *path;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0) {
		err_sys(err, "cannot find taskwork");
		return NULL;
	}
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	path = path_join(self, "taskwork");
	if (access(path, X_OK) == 0)
		return path;
	err_sys(err, "cannot run '%s'", path);
	free(path);
	return NULL;
}

int
cluster_relay_round(struct app *app, struct store *store, const char *profile,
    char *const *arguments, bool quiet, struct err *err)
{
	char *program = cluster_program(err), *dir = path_absolute(store_dir(store));
	char *first[] = { program, (char *)"-q", (char *)"--on", (char *)profile, (char *)"--once",
		(char *)"--state", dir, (char *)"--org", app->org };
	struct buf said = BUF_INIT;
	VEC(char *) argv = VEC_INIT;
	struct outcome outcome = { 0 };
	int rc = -1;

	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++)
		vec_add(&argv, first[i]);
	for (size_t i = 0; arguments[i]; i++)
		vec_add(&argv, arguments[i]);
	vec_add(&argv, NULL);
	if (program) {
		struct proc_spec spec = { .argv = argv.at, .program = program };

		rc = proc_run(&spec, NULL, NULL, &said, PATIENCE, 1, &outcome, err);
	}
	if (rc == 0) {
		rc = outcome.exited && outcome.code == 0;
		if (rc == 0 && !quiet)
			app_warn(app, "%s: it is asked again later: %s", profile, buf_str(&said));
	}
	buf_clear(&said);
	vec_clear(&argv);
	free(program);
	free(dir);
	return rc;
}

/* Arguments, owned. */
struct words {
	char **at;
	size_t len, room;
};

static void
words_clear(struct words *words)
{
	for (size_t i = 0; i < words->len; i++)
		free(words->at[i]);
	vec_clear(words);
}

/* The options of an array job as arguments: "--chunk-size=20", "--resource=partition=long". */
static void
add_options(struct words *words, const char *text)
{
	json_t *options = json_parse(text, strlen(text), NULL), *option;
	size_t i;

	json_array_foreach(options, i, option) {
		const char *setting = json_string_value(option);
		bool own = setting && strncmp(setting, "chunk-", strlen("chunk-")) == 0;

		if (setting)
			vec_add(words, xasprintf("--%s%s", own ? "" : "resource=", setting));
	}
	json_decref(options);
}

/* While they are had. */
struct rounds {
	struct cluster_relay *relay;
	struct app *app;
	struct store *store;
	struct words seen; /* profiles that had one */
	bool failed;
	double pause; /* seconds to the next */
};

static bool
was_asked(const struct rounds *r, const char *profile)
{
	for (size_t i = 0; i < r->seen.len; i++)
		if (strcmp(r->seen.at[i], profile) == 0)
			return true;
	return false;
}

/* One for a profile; of NULL: nothing is to go there. */
static int
go_round(struct rounds *r, const char *profile, const char *options,
    const struct cluster_wanted *of, struct err *err)
{
	/* processes of this host may be asked any time */
	double pause = strcmp(profile, "local") == 0 ? 1 : pace_seconds();
	struct words words = VEC_INIT;
	int rc;

	if (of) {
		vec_add(&words, xasprintf("--job-of=%lld", (long long)of->execution));
		add_options(&words, options);
	} else {
		vec_add(&words, xstrdup("--no-submit"));
	}
	vec_add(&words, NULL);
	rc = cluster_relay_round(r->app, r->store, profile, words.at, r->relay->failed, err);
	r->failed |= rc == 0;
	r->relay->failed |= rc == 0;
	if (!was_asked(r, profile))
		vec_add(&r->seen, xstrdup(profile));
	if (pause < r->pause)
		r->pause = pause;
	words_clear(&words);
	return rc < 0 ? -1 : 0;
}

/* What waits of a job goes where the rest of it went. */
static int
go_on(struct rounds *r, const struct cluster_wanted *of, struct err *err)
{
	char *profile = NULL, *options = NULL;
	struct account_sums sums;
	int rc = tally_read(r->store, r->app->org, of->job.id, of->job.generation, &sums, err);

	if (rc < 0 || sums.by[ACC_WAITING] == 0)
		return rc < 0 ? -1 : 0;
	rc = cluster_last(r->store, &of->job, &profile, &options, err);
	if (rc > 0)
		rc = go_round(r, profile, options, of, err);
	free(profile);
	free(options);
	return rc < 0 ? -1 : 0;
}

/* Each cluster that has something now, and was not asked. */
static int
go_others(struct rounds *r, struct err *err)
{
	struct cluster_jobs jobs = VEC_INIT;
	int rc = cluster_list(r->store, &jobs, err);

	for (size_t i = 0; i < jobs.len && rc == 0; i++)
		if (!was_asked(r, jobs.at[i].profile))
			rc = go_round(r, jobs.at[i].profile, NULL, NULL, err);
	cluster_jobs_clear(&jobs);
	return rc;
}

int
cluster_relay(struct cluster_relay *relay, struct app *app, struct store *store,
    const struct cluster_wanted *jobs, size_t n, struct err *err)
{
	struct rounds r = { .relay = relay, .app = app, .store = store, .pause = PACE_PAUSE };
	int64_t now = clock_boot(), count, out;
	int rc = cluster_count(store, &count, &out, err);

	if (rc < 0 || store_is_elsewhere(store) ||
	    (now < relay->next && (out >= relay->out || now < relay->earlier)))
		return rc;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = go_on(&r, &jobs[i], err);
	if (rc == 0)
		rc = go_others(&r, err);
	if (r.seen.len > 0) {
		now = clock_boot();
		relay->next = now + (int64_t)(r.pause * 1e6);
		relay->earlier = r.failed ? relay->next : now;
	}
	words_clear(&r.seen);
	return rc < 0 ? -1 : cluster_count(store, &count, &relay->out, err);
}
