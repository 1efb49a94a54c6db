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

#define PATIENCE 60.0 /* seconds for a cluster to answer */

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

/* One round for a profile; name NULL: nothing is to go there. */
static int
go_round(struct cluster_relay *relay, struct app *app, struct store *store, const char *profile,
    const char *options, const char *name, struct err *err)
{
	struct words words = VEC_INIT;
	int rc;

	if (name) {
		vec_add(&words, xasprintf("--job=%s", name));
		add_options(&words, options);
	} else {
		vec_add(&words, xstrdup("--no-submit"));
	}
	vec_add(&words, NULL);
	rc = cluster_relay_round(app, store, profile, words.at, relay->failed, err);
	relay->failed = relay->failed || rc == 0;
	if (rc == 0)
		relay->quiet = clock_boot() + (int64_t)(PATIENCE * 1e6);
	words_clear(&words);
	return rc < 0 ? -1 : 0;
}

/* Each cluster that has something now, but this one. */
static int
go_others(struct cluster_relay *relay, struct app *app, struct store *store, const char *but,
    struct err *err)
{
	struct cluster_jobs jobs = VEC_INIT;
	int rc = cluster_list(store, &jobs, err);

	for (size_t i = 0; i < jobs.len && rc == 0; i++) {
		const char *profile = jobs.at[i].profile;
		bool seen = but && strcmp(profile, but) == 0;

		for (size_t k = 0; k < i && !seen; k++)
			seen = strcmp(profile, jobs.at[k].profile) == 0;
		if (!seen)
			rc = go_round(relay, app, store, profile, NULL, NULL, err);
	}
	cluster_jobs_clear(&jobs);
	return rc;
}

/* Microseconds to the next round: processes of this host may be asked any time. */
static int64_t
pause_of(const char *profile)
{
	return profile && strcmp(profile, "local") == 0 ? 1000000 : (int64_t)(pace_seconds() * 1e6);
}

int
cluster_relay(struct cluster_relay *relay, struct app *app, struct store *store,
    const struct job *job, struct err *err)
{
	char *profile = NULL, *options = NULL, *name = NULL;
	int64_t now = clock_boot();
	int any = cluster_any(store, err), rc;

	if (any < 0 || (any > 0 && now < relay->next) || now < relay->quiet ||
	    store_is_elsewhere(store))
		return any < 0 ? -1 : 0;
	rc = cluster_last(store, job, &profile, &options, &name, err);
	if (rc > 0)
		rc = go_round(relay, app, store, profile, options, name, err);
	if (rc == 0 && any > 0)
		rc = go_others(relay, app, store, profile, err);
	if (rc == 0 && (any > 0 || profile))
		relay->next = clock_boot() + pause_of(profile);
	free(profile);
	free(options);
	free(name);
	return rc;
}
