/* SPDX-License-Identifier: MIT */
/* scheduler: the programs of a cluster's scheduler, run with care and counted. */
#include "grid/scheduler.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/vec.h"
#include "exec/cmdline.h"
#include "exec/proc.h"
#include "grid/readout.h"
#include "grid/profile.h"
#include "grid/shared.h"

enum {
	GRACE = 5,   /* seconds from TERM to KILL */
	WORDS = 400, /* of what a program says, in messages */
};

extern char **environ;

static const char *const call_names[SCHEDULER_CALLS] = { "submit", "find", "query", "cancel",
	"limits" };

struct scheduler {
	const struct profile *profile;
	struct shared *shared;
	long counts[SCHEDULER_CALLS];
};

/* ---- environment ---- */

/* Does the name of "NAME=value" match "NAME" or "BEGINNING*"? */
static bool
matches(const char *entry, const char *pattern)
{
	size_t len = strlen(pattern);

	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(entry, pattern, len - 1) == 0;
	return strncmp(entry, pattern, len) == 0 && entry[len] == '=';
}

static bool
is_among(const char *entry, const char *const *patterns)
{
	for (size_t i = 0; patterns[i]; i++)
		if (matches(entry, patterns[i]))
			return true;
	return false;
}

/* Ours, without what belongs to the job that we may run in, or would change what a program of the
 * scheduler prints. Strings are borrowed. */
static char **
environment(const struct profile *p)
{
	static const char *const session[] = { "LC_ALL", "LANGUAGE", "TMPDIR", "TMP", "TEMP",
		"DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XDG_SESSION_*", "SSH_*",
		"DBUS_SESSION_BUS_ADDRESS", "TERM", "COLUMNS", "LINES", "OLDPWD",
		"DOCKLINE_CLUSTER*", NULL };
	static char locale[] = "LC_ALL=C";
	VEC(char *) env = VEC_INIT;

	for (size_t i = 0; environ[i]; i++)
		if (!is_among(environ[i], session) &&
		    (!is_among(environ[i], p->unset) || is_among(environ[i], p->keep)))
			vec_add(&env, environ[i]);
	vec_add(&env, locale);
	vec_add(&env, NULL);
	return env.at;
}

/* The name of the shared file: other variables, other cluster. */
static char *
file_name(const struct profile *p)
{
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX], *name;

	for (size_t i = 0; environ[i]; i++)
		if (is_among(environ[i], p->keep))
			buf_addf(&text, "%s\n", environ[i]);
	digest_bytes(buf_str(&text), text.len, hex);
	name = xasprintf("cluster-%s-%.8s.json", p->name, hex);
	buf_clear(&text);
	return name;
}

/* ---- life ---- */

struct scheduler *
scheduler_open(const struct profile *profile, const char *folder)
{
	struct scheduler *s = xcalloc(1, sizeof(*s));
	char *name = file_name(profile);

	s->profile = profile;
	s->shared = shared_open(folder, name);
	free(name);
	return s;
}

void
scheduler_close(struct scheduler *s)
{
	if (!s)
		return;
	shared_close(s->shared);
	free(s);
}

char *
scheduler_folder(const char *state)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *cache = NULL, *folder = NULL;

	if (xdg && *xdg == '/')
		cache = xstrdup(xdg);
	else if (home && *home == '/')
		cache = path_join(home, ".cache");
	if (cache && (mkdir(cache, 0700) == 0 || access(cache, W_OK) == 0))
		folder = path_join(cache, "dockline");
	free(cache);
	return folder ? folder : xstrdup(state);
}

const struct profile *
scheduler_profile(const struct scheduler *s)
{
	return s->profile;
}

struct shared *
scheduler_shared(const struct scheduler *s)
{
	return s->shared;
}

/* ---- running ---- */

static void
count(struct scheduler *s, enum scheduler_call kind)
{
	json_t *file = shared_begin(s->shared), *calls = json_object_get(file, "calls");
	const char *name = call_names[kind];

	s->counts[kind]++;
	if (!calls) {
		calls = json_object();
		json_object_set_new(file, "calls", calls);
	}
	json_object_set_new(
	    calls, name, json_integer(json_integer_value(json_object_get(calls, name)) + 1));
	shared_end(s->shared);
}

static int
run(const struct proc_spec *spec, const struct buf *input, struct scheduler_reply *reply,
    struct err *err)
{
	struct outcome outcome = { .exited = false };
	struct err why = { 0 };
	int rc = proc_run(
	    spec, input, &reply->out, &reply->err, SCHEDULER_LIMIT, GRACE, &outcome, &why);

	if (rc < 0 && why.kind == ERR_USAGE) {
		buf_add_str(&reply->err, why.text);
		return 0;
	}
	if (rc < 0)
		return err_set(err, ERR_SYSTEM, "%s", why.text);
	reply->there = true;
	reply->in_time = !outcome.timed_out;
	reply->code = outcome.exited ? outcome.code : -1;
	reply->elapsed = outcome.elapsed;
	return 0;
}

int
scheduler_run(struct scheduler *s, enum scheduler_call kind, char *const *argv,
    const json_t *values, const struct buf *input, struct scheduler_reply *reply, struct err *err)
{
	static const struct buf nothing = { NULL, 0, 0 };
	json_t *none = json_object();
	char **full = cmdline_expand(argv, values ? values : none, err);
	char **env = environment(s->profile);
	struct proc_spec spec = { .argv = full, .env = env };
	int rc = -1;

	*reply = (struct scheduler_reply){ .code = -1 };
	if (full)
		rc = run(&spec, input ? input : &nothing, reply, err);
	if (rc == 0 && reply->there)
		count(s, kind);
	free(env);
	cmdline_free(full);
	json_decref(none);
	return rc;
}

void
scheduler_reply_clear(struct scheduler_reply *reply)
{
	buf_clear(&reply->out);
	buf_clear(&reply->err);
}

/* What it said when it failed. */
static const struct buf *
saying(const struct scheduler_reply *reply)
{
	return reply->err.len > 0 ? &reply->err : &reply->out;
}

bool
scheduler_said(const struct scheduler_reply *reply, const char *const *texts)
{
	for (size_t i = 0; texts[i]; i++)
		if (strstr(buf_str(saying(reply)), texts[i]))
			return true;
	return false;
}

/* The end of a text, its lines joined by "; ". The caller frees. */
static char *
last_words(const char *text)
{
	size_t len = strlen(text), skip = len > WORDS ? len - WORDS : 0;
	const char *line = skip > 0 ? strchr(text + skip, '\n') : text;
	struct buf words = BUF_INIT;

	for (line = line ? line : text + skip; *line; line += len) {
		len = strcspn(line, "\r\n");
		if (len > 0) {
			buf_add_str(&words, words.len > 0 ? "; " : "");
			buf_add(&words, line, len);
		}
		len += line[len] != '\0';
	}
	return buf_take(&words);
}

int
scheduler_failed(char *const *argv, const struct scheduler_reply *reply, struct err *err)
{
	char *words = last_words(buf_str(saying(reply)));

	if (reply->there && !reply->in_time)
		err_set(
		    err, ERR_SYSTEM, "%s: no answer within %d seconds", argv[0], SCHEDULER_LIMIT);
	else if (!*words)
		err_set(err, ERR_SYSTEM, "%s: exit %d, and it says nothing", argv[0], reply->code);
	else
		err_set(err, ERR_SYSTEM, "%s: %s", argv[0], words);
	free(words);
	return -1;
}

/* 1: it answered, 0: nothing of the kind is here, -1. */
static int
judge(const struct profile_ask *ask, const struct scheduler_reply *reply, struct err *err)
{
	if (reply->there && reply->code == 0)
		return 1;
	if (reply->there && reply->code > 0 && scheduler_said(reply, ask->none))
		return 1;
	scheduler_failed(ask->argv, reply, err);
	return !reply->there || (reply->code > 0 && scheduler_said(reply, ask->absent)) ? 0 : -1;
}

int
scheduler_ask(struct scheduler *s, enum scheduler_call kind, const struct profile_ask *ask,
    const json_t *values, json_t *rows, struct err *err)
{
	struct scheduler_reply reply;
	json_t *answer = NULL;
	int rc = scheduler_run(s, kind, ask->argv, values, NULL, &reply, err);

	if (rc == 0)
		rc = judge(ask, &reply, err);
	if (rc > 0 && reply.code == 0) {
		answer = readout_rows(ask, &reply.out, err);
		if (!answer)
			rc = err_wrap(err, "cannot read what %s says", ask->argv[0]);
		else
			json_array_extend(rows, answer);
		json_decref(answer);
	}
	scheduler_reply_clear(&reply);
	return rc;
}

json_t *
scheduler_values(void)
{
	const struct passwd *who = getpwuid(geteuid());
	char number[32];

	snprintf(number, sizeof(number), "%lu", (unsigned long)geteuid());
	return json_pack("{s:s}", "user", who ? who->pw_name : number);
}

json_t *
scheduler_counts(const struct scheduler *s)
{
	json_t *counts = json_object();

	for (int i = 0; i < SCHEDULER_CALLS; i++)
		json_object_set_new(counts, call_names[i], json_integer(s->counts[i]));
	return counts;
}

json_t *
scheduler_counts_shared(const struct scheduler *s)
{
	json_t *calls = json_object_get(shared_look(s->shared), "calls"), *counts = json_object();

	for (int i = 0; i < SCHEDULER_CALLS; i++)
		json_object_set_new(counts, call_names[i],
		    json_integer(json_integer_value(json_object_get(calls, call_names[i]))));
	return counts;
}
