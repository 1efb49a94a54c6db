/* SPDX-License-Identifier: MIT */
/* verdict: what an attempt came to, from how its process ended and what it wrote. */
#include "cli/verdict.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/finding.h"
#include "cli/hook.h"
#include "cli/inputs.h"
#include "cli/kept.h"
#include "exec/answer.h"
#include "exec/stream.h"

/* An attempt has ended when it began and as long after as it took: who sets the wall clock does not
 * change how long. */

/* Up to `most` bytes from the end of a file. */
static void
read_tail(int fd, size_t most, struct buf *out)
{
	struct stat st;
	off_t from;
	ssize_t n;

	if (fstat(fd, &st) < 0 || st.st_size == 0)
		return;
	from = st.st_size > (off_t)most ? st.st_size - (off_t)most : 0;
	buf_reserve(out, most);
	n = pread(fd, out->data, most, from);
	if (n > 0)
		out->len = (size_t)n;
	out->data[out->len] = '\0';
}

static bool
is_blank(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (!isspace((unsigned char)text->data[i]))
			return false;
	return true;
}

/* The value on stdout. */
static void
read_result(int fd, const struct task *task, struct finding *v)
{
	struct buf text = BUF_INIT;
	struct err err = { 0 };
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size == 0)
		return;
	buf_reserve(&text, (size_t)st.st_size);
	text.len = 0;
	lseek(fd, 0, SEEK_SET);
	if (file_read_fd(fd, "stdout", 0, &text, &err) == 0 && !is_blank(&text)) {
		v->result = json_parse(text.data, text.len, &err);
		if (!v->result && task->origin == TASK_ADHOC)
			v->result = json_pack(
			    "{s:o}", "stdout", finding_string(text.data, text.len));
		if (!v->result)
			finding_fail(v, FAIL_RESULT, "stdout is not one JSON value: %s", err.text);
	}
	buf_clear(&text);
}

static void
judge_exit(struct finding *v, int code, const char *errout)
{
	const char *last = errout + strlen(errout);

	if (code == 0)
		return;
	while (last > errout && last[-1] == '\n')
		last--;
	while (last > errout && last[-1] != '\n')
		last--;
	finding_fail(v, code >= 64 && code <= 66 ? FAIL_INPUT : FAIL_ENGINE, "exit %d%s%.*s", code,
	    *last ? ": " : "", (int)strcspn(last, "\n"), last);
}

/* What went before the work failed, or was ended: the work was not begun. */
static void
judge_before(
    struct finding *v, const struct slot *slot, const struct outcome *o, const char *errout)
{
	char what[64], text[512];
	bool input = o->exited && o->code >= 64 && o->code <= 66;

	if (slot->timed_out)
		snprintf(what, sizeof(what), "ran longer than %g s", slot->limit);
	else if (slot->out_of_memory)
		snprintf(what, sizeof(what), "used too much memory");
	else if (slot->overflowed)
		snprintf(what, sizeof(what), "wrote more than 64 MiB");
	else
		proc_describe(o, what);
	finding_fail(v, input ? FAIL_INPUT : FAIL_REJECTED, "%s",
	    hook_complain(
		"before", slot->task->rules.hooks.before[0], what, errout, text, sizeof(text)));
}

static void
fail_memory(struct finding *v, const struct slot *slot)
{
	if (slot->room.memory > 0 && slot->used > slot->room.memory)
		finding_fail(v, FAIL_MEMORY, "used %lld MiB of memory, %lld MiB are its limit",
		    (long long)slot->used >> 20, (long long)slot->room.memory >> 20);
	else
		finding_fail(v, FAIL_MEMORY, "killed because the machine ran out of memory");
}

static void
judge(struct finding *v, const struct slot *slot, const struct task *task, const struct outcome *o,
    const char *errout)
{
	char text[64];

	v->exit_code = o->exited ? o->code : -1;
	if (slot->before) {
		judge_before(v, slot, o, errout);
		return;
	}
	if (slot->timed_out) {
		finding_fail(v, FAIL_TIMEOUT, "ran longer than %g s", slot->limit);
		return;
	}
	if (slot->out_of_memory) {
		fail_memory(v, slot);
		return;
	}
	if (slot->overflowed) {
		finding_fail(v, FAIL_RESULT, "wrote more than 64 MiB to stdout or stderr");
		return;
	}
	read_result(slot->out.fd, task, v);
	if (finding_take_error(v))
		return;
	if (!o->exited)
		finding_fail(v, FAIL_SIGNAL, "%s%s", proc_describe(o, text),
		    o->signal == SIGKILL ? ": out of memory?" : "");
	else if (o->code != 0 || !v->reason)
		judge_exit(v, o->code, errout);
}

/* What it wrote to stdout, where that is no result. */
static void
keep_output(const struct slot *slot, struct ended *e)
{
	struct buf out = BUF_INIT;

	read_tail(slot->out.fd, ATTEMPT_INLINE, &out);
	if (out.len == ATTEMPT_INLINE)
		kept_log(&e->kept, ATTEMPT_STDOUT, e->end.attempt, slot->out.fd, slot->log_cap);
	e->end.out_len = out.len;
	e->end.out = e->out = buf_take(&out);
}

/* And to stderr, of which the end was read. */
static void
keep_errout(const struct slot *slot, struct ended *e, struct buf *errout)
{
	if (errout->len == ATTEMPT_INLINE)
		kept_log(&e->kept, ATTEMPT_STDERR, e->end.attempt, slot->err.fd, slot->log_cap);
	e->end.errout_len = errout->len;
	e->end.errout = e->errout = buf_take(errout);
}

/* The work is done. */
static void
drop_work(struct work *work)
{
	inputs_remove(work);
	work_free(work);
}

struct ended *
verdict_of(struct slot *slot, const struct outcome *outcome)
{
	const struct task *task = slot->task;
	struct ended *e = finding_ending(
	    slot->work, slot->started, slot->started + clock_boot() - slot->begun);
	struct finding v = { 0 };
	struct buf errout = BUF_INIT;
	struct ending *end = &e->end;
	struct err why = { 0 };

	end->progressed = slot->progressed;
	end->exited = outcome->exited;
	end->code = outcome->code;
	end->signal = outcome->signal;
	end->user_time = outcome->user;
	end->system_time = outcome->system;
	end->max_rss = outcome->max_rss;
	read_tail(slot->err.fd, ATTEMPT_INLINE, &errout);
	judge(&v, slot, task, outcome, buf_str(&errout));
	if (slot->cancelled && v.class == FAIL_NONE) /* it ended as asked, and that is no result */
		finding_fail(&v, FAIL_SIGNAL, "cancelled");
	finding_check(&v, task);
	if (v.class == FAIL_NONE && kept_files(&e->kept, v.result, slot->dir, &why) < 0)
		finding_fail(&v, FAIL_RESULT, "%s", why.text);
	e->interrupted = slot->interrupted && !slot->cancelled && v.class != FAIL_NONE;
	finding_conclude(&v, e, task, &errout);
	if (slot->cancelled)
		finding_cancelled(e);
	keep_errout(slot, e, &errout);
	if (v.class != FAIL_NONE)
		keep_output(slot, e);
	finding_clear(&v);
	drop_work(slot->work);
	slot->work = NULL;
	slot->pid = 0;
	slot->before = false;
	contain_clean(slot, !outcome->exited);
	slot_drop_folder(slot);
	return e;
}

/* What ended at a coprocess. */
static struct ended *
ended_of(const struct work *work)
{
	return finding_ending(work, work->begun, work->begun + clock_boot() - work->since);
}

/* What it took, if the coprocess says so. */
static void
take_resources(struct ending *end, const json_t *message)
{
	const json_t *said = json_object_get(message, "resources");

	end->user_time = fmax(json_number_value(json_object_get(said, "user_time")), 0);
	end->system_time = fmax(json_number_value(json_object_get(said, "system_time")), 0);
	end->max_rss = json_integer_value(json_object_get(said, "max_rss"));
	if (end->max_rss < 0)
		end->max_rss = 0;
}

struct ended *
verdict_of_answer(struct work *work, struct slot *slot, const struct answer *answer)
{
	struct ended *e = ended_of(work);
	struct buf errout = BUF_INIT;
	struct finding v = { .exit_code = -1 };
	struct err why = { 0 };

	take_resources(&e->end, answer->message);
	v.result = json_incref(answer->result ? answer->result : answer->message);
	if (answer->fault)
		finding_fail(&v, FAIL_RESULT, "%s", answer->fault);
	else if (!answer->result && !finding_take_error(&v))
		finding_fail(&v, FAIL_RESULT, "the answer is neither a result nor an error");
	finding_check(&v, slot->task);
	if (v.class == FAIL_NONE && kept_files(&e->kept, v.result, slot->dir, &why) < 0)
		finding_fail(&v, FAIL_RESULT, "%s", why.text);
	if (v.class != FAIL_NONE)
		read_tail(slot->err.fd, ATTEMPT_INLINE, &errout);
	finding_conclude(&v, e, slot->task, &errout);
	if (work->cancelled && v.class != FAIL_NONE)
		finding_cancelled(e);
	e->end.errout_len = errout.len;
	e->end.errout = e->errout = buf_take(&errout);
	finding_clear(&v);
	drop_work(work);
	return e;
}

struct ended *
verdict_of_call(struct work *work, const struct call_end *call)
{
	size_t len = call->log_len < ATTEMPT_INLINE ? call->log_len : ATTEMPT_INLINE;
	struct ended *e = ended_of(work);
	struct finding v = { .exit_code = -1, .result = json_incref(call->result) };
	struct buf log = BUF_INIT;

	if (call->class != FAIL_NONE)
		finding_fail(&v, call->class, "%s", call->reason);
	if (!finding_take_error(&v))
		finding_check(&v, work->lane->task);
	if (v.class != FAIL_NONE && call->log)
		buf_add(&log, call->log, len);
	finding_conclude(&v, e, work->lane->task, &log);
	if (e->end.status == ST_RETRYING && e->end.not_before < clock_wall() + call->wait)
		e->end.not_before = clock_wall() + call->wait;
	e->end.progressed = call->progressed;
	e->end.errout_len = log.len;
	e->end.errout = e->errout = buf_take(&log);
	finding_clear(&v);
	drop_work(work);
	return e;
}

struct ended *
verdict_of_death(struct work *work, struct slot *slot)
{
	const struct outcome *outcome = stream_outcome(slot->stream);
	struct ended *e = ended_of(work);
	struct buf errout = BUF_INIT;
	struct finding v = { .exit_code = -1 };

	if (slot->out_of_memory)
		fail_memory(&v, slot);
	else if (stream_end(slot->stream) == STREAM_LATE)
		finding_fail(&v, FAIL_TIMEOUT, "%s", stream_why(slot->stream));
	else if (stream_end(slot->stream) == STREAM_WRONG)
		finding_fail(&v, FAIL_RESULT, "%s", stream_why(slot->stream));
	else
		finding_fail(&v, outcome->exited ? FAIL_ENGINE : FAIL_SIGNAL,
		    "the coprocess died of it: %s", stream_why(slot->stream));
	e->end.exited = outcome->exited;
	e->end.code = outcome->code;
	e->end.signal = outcome->signal;
	e->end.max_rss = outcome->max_rss;
	read_tail(slot->err.fd, ATTEMPT_INLINE, &errout);
	finding_conclude(&v, e, slot->task, &errout);
	keep_errout(slot, e, &errout);
	drop_work(work);
	return e;
}

struct ended *
verdict_unstarted(struct work *work, const struct err *why)
{
	int64_t now = clock_wall();
	struct ended *e = finding_ending(work, now, now);
	struct finding v = { .exit_code = EXIT_GIVE_UP };
	struct buf none = BUF_INIT;

	if (why) {
		finding_fail(
		    &v, why->kind == ERR_INPUT ? FAIL_INPUT : FAIL_REJECTED, "%s", why->text);
		finding_conclude(&v, e, work->lane->task, &none);
	} else {
		finding_cancelled(e);
	}
	drop_work(work);
	return e;
}

void
ended_free(struct ended *e)
{
	if (!e)
		return;
	kept_free(e->kept);
	free(e->result);
	free(e->error);
	free(e->metrics);
	free(e->reason);
	free(e->errout);
	free(e->out);
	free(e);
}
