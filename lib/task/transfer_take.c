/* SPDX-License-Identifier: MIT */
/* transfer_take: what came home of executions that another state ran. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "store/stmt.h"
#include "task/artifact.h"
#include "task/transfer.h"

static const char sql_lane[] =
    "SELECT lane FROM execution WHERE id = ? AND worker = ? AND attempts = ?";

struct transfer_keep {
	struct buf result, error, metrics;
};

void
transfer_free(struct transfer_keep *keep)
{
	if (!keep)
		return;
	buf_clear(&keep->result);
	buf_clear(&keep->error);
	buf_clear(&keep->metrics);
	free(keep);
}

int
transfer_lane(
    struct store *store, int64_t worker, int64_t id, int attempt, int64_t *lane, struct err *err)
{
	return stmt_number(store, err, lane, sql_lane, "iii", id, worker, (int64_t)attempt);
}

static int64_t
number(const json_t *from, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(from, key));
}

static enum failure
class_of(const json_t *from)
{
	const char *word = json_string_value(json_object_get(from, "class"));
	int class = word ? failure_find(word) : -1;

	return class < 0 ? FAIL_NONE : (enum failure) class;
}

/* What a try tells. Borrowed from it. */
static void
read_try(const json_t *try, struct ending *end)
{
	const json_t *out = json_object_get(try, "stdout"),
		     *errout = json_object_get(try, "stderr");

	end->attempt = (int)number(try, "number");
	end->class = class_of(try);
	end->started = number(try, "started");
	end->ended = number(try, "ended");
	end->exited = json_is_integer(json_object_get(try, "exit_code"));
	end->code = (int)number(try, "exit_code");
	end->signal = (int)number(try, "signal");
	end->reason = json_string_value(json_object_get(try, "reason"));
	end->user_time = json_number_value(json_object_get(try, "user_time"));
	end->system_time = json_number_value(json_object_get(try, "system_time"));
	end->max_rss = number(try, "max_rss");
	end->errout = json_string_value(errout);
	end->errout_len = json_string_length(errout);
	end->out = json_string_value(out);
	end->out_len = json_string_length(out);
}

static const char *
text_of(const json_t *from, const char *key, struct buf *text)
{
	const json_t *value = json_object_get(from, key);

	if (!value)
		return NULL;
	json_put(value, text);
	return text->data;
}

/* Words of what is kept of an execution: inputs never come home. */
static int
kind_of(const char *word)
{
	for (int kind = 0; word && kind < ARTIFACT_KINDS; kind++)
		if (kind != ARTIFACT_INPUT &&
		    strcmp(word, artifact_kind_name((enum artifact_kind)kind)) == 0)
			return kind;
	return -1;
}

static int
link_artifacts(struct store *store, int64_t id, const json_t *execution, struct err *err)
{
	json_t *list = json_object_get(execution, "artifacts"), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		const char *kind = json_string_value(json_array_get(one, 0));
		const char *name = json_string_value(json_array_get(one, 1));
		const char *hex = json_string_value(json_array_get(one, 2));
		struct artifact a = { .size = json_integer_value(json_array_get(one, 3)) };
		int found = kind_of(kind);

		if (found < 0 || !name || !hex || strlen(hex) != DIGEST_HEX - 1)
			return err_set(err, ERR_INPUT, "execution %lld: artifact %zu is none",
			    (long long)id, i);
		a.kind = (enum artifact_kind)found;
		a.name = (char *)name;
		memcpy(a.sha256, hex, DIGEST_HEX);
		if (artifact_put(store, id, &a, err) < 0)
			return -1;
	}
	return 0;
}

/* The tries before the last one, and what is known of that. */
static int
take_tries(struct store *store, int64_t worker, const json_t *execution, struct ending *end,
    struct err *err)
{
	json_t *tries = json_object_get(execution, "tries"), *try;
	size_t i;

	json_array_foreach(tries, i, try) {
		struct ending one = *end;

		read_try(try, &one);
		if (i + 1 < json_array_size(tries)) {
			if (claim_note(store, worker, &one, err) < 0)
				return -1;
			continue;
		}
		*end = one;
	}
	return 0;
}

int
transfer_take(struct store *store, int64_t worker, const struct lane *lane, const json_t *execution,
    struct tally *tally, struct ending *end, struct transfer_keep **keep, struct err *err)
{
	const char *word = json_string_value(json_object_get(execution, "status"));
	int status = word ? state_find(word) : -1, first = (int)number(execution, "attempt"), rc;
	struct transfer_keep *k = *keep = xcalloc(1, sizeof(*k));

	*end = (struct ending){ .id = number(execution, "id"),
		.attempt = first,
		.lane = lane,
		.started = number(execution, "started"),
		.ended = number(execution, "ended"),
		.exited = true };
	if (status < 0 || (!state_is_final((enum status)status) && status != ST_RETRYING))
		return err_set(err, ERR_INPUT, "execution %lld has the status '%s'",
		    (long long)end->id, word ? word : "");
	if (take_tries(store, worker, execution, end, err) < 0)
		return -1;
	end->status = (enum status)status;
	end->class = status == ST_RETRYING ? end->class : class_of(execution);
	end->not_before = number(execution, "not_before");
	end->result = text_of(execution, "result", &k->result);
	end->result_len = k->result.len;
	end->error = text_of(execution, "error", &k->error);
	end->metrics = text_of(execution, "metrics", &k->metrics);
	if (end->ended == 0)
		end->ended = end->started;
	rc = claim_forward(store, worker, end->id, first, end->attempt, err);
	if (rc > 0)
		rc = claim_end(store, worker, end, tally, err);
	if (rc > 0 && link_artifacts(store, end->id, execution, err) < 0)
		return -1;
	return rc;
}
