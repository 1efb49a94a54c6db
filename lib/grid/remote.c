/* SPDX-License-Identifier: MIT */
/* remote: a batch system that is spoken to through the programs of its profile. */
#include "grid/remote.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/vec.h"
#include "grid/batch.h"
#include "grid/cancel.h"
#include "grid/limits.h"
#include "grid/order.h"
#include "grid/outbox.h"
#include "grid/pace.h"
#include "grid/profile.h"
#include "grid/query.h"
#include "grid/rooms.h"
#include "grid/scheduler.h"
#include "grid/script.h"
#include "grid/submit.h"

#define SHELL_PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./=,:@%+"

enum { LOG_MAX = 1 << 24 }; /* bytes of a log that is read */

struct remote {
	struct batch batch;
	struct profile *profile;
	struct scheduler *scheduler;
	struct query *query;
	json_t *said;       /* in the settings */
	json_t *options;    /* said on the command line */
	struct order order; /* what the profile and they say */
	char *folder;       /* spool/ */
};

/* How often programs were run. */
static void
tell_calls(struct remote *r)
{
	json_t *counts = scheduler_counts(r->scheduler), *count;
	const char *name;

	r->batch.asked = 0;
	json_object_foreach(counts, name, count)
		r->batch.asked += (unsigned long)json_integer_value(count);
	json_decref(counts);
}

/* ---- submitting ---- */

static int
write_script(
    const struct remote *r, const struct batch_job *job, struct buf *script, struct err *err)
{
	char *log = xasprintf("%s/%s.out", job->folder, job->name);
	struct order order = r->order;
	int rc;

	order.name = job->name;
	order.folder = job->folder;
	order.log = log;
	order.count = job->elements;
	order.argv = job->argv;
	if (job->need.cpus > 0)
		order.cpus = job->need.cpus;
	if (job->need.gpus > 0)
		order.gpus = job->need.gpus;
	if (job->need.memory > 0)
		order.memory = job->need.memory;
	if (job->need.seconds > 0)
		order.walltime = job->need.seconds;
	rc = script_write(r->profile, &order, script, err);
	free(log);
	return rc;
}

static int
submit(struct batch *b, const struct batch_job *job, char id[BATCH_ID], struct err *err)
{
	struct remote *r = (struct remote *)b;
	struct buf script = BUF_INIT;
	char *its = NULL;
	int rc = write_script(r, job, &script, err);

	if (rc == 0)
		switch (submit_script(r->scheduler, job->name, &script, true, &its, err)) {
		case SUBMIT_DONE:
			snprintf(id, BATCH_ID, "%s", its);
			break;
		case SUBMIT_REFUSED:
			if (err)
				err->kind = ERR_USAGE;
			rc = -1;
			break;
		case SUBMIT_LATER:
			rc = -1;
		}
	tell_calls(r);
	free(its);
	buf_clear(&script);
	return rc;
}

/* The script as what the command reads: what ends it stands in no script of ours. */
static char *
show(struct batch *b, const struct batch_job *job, struct err *err)
{
	const struct remote *r = (const struct remote *)b;
	struct buf script = BUF_INIT, text = BUF_INIT;

	if (write_script(r, job, &script, err) < 0) {
		buf_clear(&script);
		return NULL;
	}
	for (size_t i = 0; r->profile->submit[i]; i++) {
		const char *word = r->profile->submit[i];

		buf_add_str(&text, i ? " " : "");
		if (word[strspn(word, SHELL_PLAIN)])
			script_quote(&text, word);
		else
			buf_add_str(&text, word);
	}
	buf_addf(&text, " <<'END-%s'\n%sEND-%s\n", job->name, buf_str(&script), job->name);
	buf_clear(&script);
	return buf_take(&text);
}

/* ---- asking ---- */

/* An element that failed in the middle: what the log of its job has to say of its memory, NULL:
 * nothing. Logs have no names of elements: those of a job are alike. */
static const char *
blame_memory(const struct remote *r, const struct batch_ref *job, int element)
{
	char *note = outbox_note(r->folder, job->name, element);
	char *path = xasprintf("%s/%s.out", r->folder, job->name);
	const char *found = NULL;
	struct buf log = BUF_INIT;

	if (r->profile->memory && access(note, F_OK) == 0 &&
	    file_read(path, LOG_MAX, &log, NULL) == 0)
		for (size_t i = 0; r->profile->memory[i] && !found; i++)
			found = strstr(buf_str(&log), r->profile->memory[i]) ? r->profile->memory[i]
									     : NULL;
	buf_clear(&log);
	free(path);
	free(note);
	return found;
}

/* What is known of an element, where something is. */
static void
tell(const struct remote *r, const struct batch_ref *job, struct batch_seen *seen,
    batch_seen_fn *fn, void *ctx)
{
	struct query_found found;
	const char *memory;
	char *id;

	query_find(r->query, job->id, seen->element, &found);
	if (!*found.word && found.state == BATCH_UNKNOWN)
		return;
	seen->id = id = profile_element(r->profile, job->id, seen->element);
	seen->state = found.state;
	seen->node = *found.node ? found.node : NULL;
	seen->reason = *found.reason ? found.reason : NULL;
	if (found.state == BATCH_FAILED && (memory = blame_memory(r, job, seen->element))) {
		seen->state = BATCH_MEMORY;
		seen->reason = memory;
	}
	if (found.state == BATCH_UNKNOWN || (!seen->reason && batch_state_is_over(found.state)))
		seen->reason = *found.word ? found.word : "missing";
	fn(seen, ctx);
	free(id);
}

static int
query(struct batch *b, const struct batch_ref *jobs, size_t count, batch_seen_fn *fn, void *ctx,
    struct err *err)
{
	struct remote *r = (struct remote *)b;
	VEC(struct query_want) wants = VEC_INIT;
	int rc;

	for (size_t i = 0; i < count; i++)
		if (*jobs[i].id)
			vec_add(&wants, ((struct query_want){ jobs[i].id, jobs[i].elements }));
	rc = query_look(r->query, wants.at, wants.len, err);
	vec_clear(&wants);
	tell_calls(r);
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		for (int k = 0; *jobs[i].id && k < jobs[i].elements; k++) {
			struct batch_seen seen = { .job = i, .element = k };

			tell(r, &jobs[i], &seen, fn, ctx);
		}
	return 0;
}

/* Tell of elements (NULL: all of the job) by a command of the profile. */
static int
order_elements(struct remote *r, char *const *command, const struct batch_ref *job,
    const int *elements, size_t count, struct err *err)
{
	VEC(struct cancel_want) wants = VEC_INIT;
	int failed;

	if (!*job->id)
		return 0;
	if (!elements)
		vec_add(&wants, ((struct cancel_want){ job->id, PROFILE_WHOLE }));
	for (size_t i = 0; elements && i < count; i++)
		vec_add(&wants, ((struct cancel_want){ job->id, elements[i] }));
	failed = cancel_jobs(r->scheduler, command, wants.at, wants.len, err);
	vec_clear(&wants);
	tell_calls(r);
	return failed ? -1 : 0;
}

static int
cancel(struct batch *b, const struct batch_ref *job, const int *elements, size_t count,
    struct err *err)
{
	struct remote *r = (struct remote *)b;

	return order_elements(r, r->profile->cancel, job, elements, count, err);
}

static int
hold(struct batch *b, const struct batch_ref *job, const int *elements, size_t count, bool rest,
    struct err *err)
{
	struct remote *r = (struct remote *)b;
	char *const *command = rest ? r->profile->hold : r->profile->release;

	if (!command)
		return err_set(err, ERR_USAGE, "profile '%s' does not say how elements are %s",
		    r->profile->name, rest ? "held" : "released");
	return order_elements(r, command, job, elements, count, err);
}

/* ---- opening ---- */

static void
remote_close(struct batch *b)
{
	struct remote *r = (struct remote *)b;

	free(r->folder);
	query_free(r->query);
	scheduler_close(r->scheduler);
	rooms_clear(&r->batch.rooms);
	profile_free(r->profile);
	json_decref(r->options);
	json_decref(r->said);
	free(r);
}

static const struct batch_ops ops = {
	.submit = submit,
	.query = query,
	.cancel = cancel,
	.hold = hold,
	.show = show,
	.close = remote_close,
};

static int
read_order(struct remote *r, const json_t *order, char *const *options, struct err *err)
{
	r->order.warning = REMOTE_WARNING;
	r->said = json_deep_copy(order);
	r->options = json_object();
	for (size_t i = 0; options && options[i]; i++)
		if (order_set(r->options, options[i], err) < 0)
			return -1;
	if (order_read(&r->order, r->profile->defaults, err) < 0 ||
	    order_read(&r->order, r->said, err) < 0)
		return -1;
	return order_read(&r->order, r->options, err);
}

static int
whole(int64_t n)
{
	return n > INT_MAX ? INT_MAX : (int)n;
}

static int
read_limits(struct remote *r, struct err *err)
{
	struct limits limits;
	int rc = limits_ask(r->scheduler, &limits, err);

	if (rc == 0)
		return err_wrap(err, "there is no %s here", r->profile->description);
	if (rc < 0)
		return -1;
	r->batch.interval = pace_seconds();
	r->batch.elements = whole(limits.array);
	r->batch.outstanding = whole(limits_elements(&limits));
	r->batch.given = (struct batch_need){ .cpus = r->order.cpus,
		.gpus = r->order.gpus,
		.memory = r->order.memory,
		.seconds = r->order.walltime };
	rooms_ask(r->scheduler, r->order.partition, &r->batch.rooms);
	return 0;
}

struct batch *
remote_open(const char *profile, const char *state, const json_t *order, char *const *options,
    struct err *err)
{
	struct remote *r = xcalloc(1, sizeof(*r));
	char *folder = scheduler_folder(state);

	r->batch.ops = &ops;
	r->folder = outbox_path(state);
	r->profile = profile_find(profile, err);
	if (r->profile) {
		r->scheduler = scheduler_open(r->profile, folder);
		r->query = query_new(r->scheduler);
	}
	free(folder);
	if (r->profile && read_order(r, order, options, err) == 0 && read_limits(r, err) == 0) {
		tell_calls(r);
		return &r->batch;
	}
	remote_close(&r->batch);
	return NULL;
}

/* ---- what is here ---- */

static void
describe_limits(struct scheduler *s, const struct limits *limits, json_t *about)
{
	json_object_set_new(about, "cluster", json_string(limits->cluster));
	json_object_set_new(about, "array", json_integer(limits->array));
	json_object_set_new(about, "jobs", json_integer(limits->jobs));
	json_object_set_new(about, "submit", json_integer(limits->submit));
	json_object_set_new(about, "elements", json_integer(limits_elements(limits)));
	json_object_set_new(about, "chunk", json_integer(limits_chunk(limits, 0, 0, 0)));
	json_object_set_new(about, "calls", scheduler_counts_shared(s));
}

/* The cluster of a profile, or NULL where there is none. */
static json_t *
describe(const struct profile *p, const char *folder)
{
	struct scheduler *s = scheduler_open(p, folder);
	struct limits limits;
	struct err why = { 0 };
	int rc = limits_ask(s, &limits, &why);
	json_t *about = NULL;

	if (rc != 0)
		about = json_pack("{s:s, s:s, s:b}", "profile", p->name, "description",
		    p->description, "tested", p->tested);
	if (rc < 0)
		json_object_set_new(about, "error", json_string(why.text));
	else if (rc > 0)
		describe_limits(s, &limits, about);
	scheduler_close(s);
	return about;
}

json_t *
remote_survey(const char *state)
{
	json_t *names = profile_names(), *found = json_array(), *about;
	char *folder = state ? scheduler_folder(state) : NULL;

	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		struct err why = { 0 };
		struct profile *p = profile_find(name, &why);

		if (p)
			about = describe(p, folder);
		else
			about = json_pack("{s:s, s:s}", "profile", name, "error", why.text);
		if (about)
			json_array_append_new(found, about);
		profile_free(p);
	}
	free(folder);
	json_decref(names);
	return found;
}
