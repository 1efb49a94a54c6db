/* SPDX-License-Identifier: MIT */
/* receipt: the record of an execution that was just submitted. */
#include "task/receipt.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "store/stmt.h"
#include "task/lane.h"

static const char sql_lane[] =
    "SELECT t.name, t.version, j.name, l.queue, l.priority, l.tags, l.metadata"
    " FROM lane l JOIN task t ON t.id = l.task JOIN job j ON j.id = l.job WHERE l.id = ?";

/* The text of a column, NULL when it is NULL or says nothing but `usual`. The caller frees. */
static char *
unusual(struct stmt *stmt, int column, const char *usual)
{
	const char *text = stmt_text(stmt, column);

	return text && strcmp(text, usual) != 0 ? xstrdup(text) : NULL;
}

int
receipt_init(
    struct receipt *receipt, struct store *store, const char *org, int64_t lane, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_lane, "i", lane);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return rc < 0 ? -1 : err_set(err, ERR_STORE, "no lane %lld", (long long)lane);
	*receipt = (struct receipt){ .lane = lane,
		.org = xstrdup(org),
		.task = xstrdup(stmt_text(stmt, 0)),
		.version = xstrdup(stmt_text(stmt, 1)),
		.job = stmt_is_null(stmt, 2) ? NULL : xstrdup(stmt_text(stmt, 2)),
		.queue = unusual(stmt, 3, QUEUE_DEFAULT),
		.priority = (int)stmt_int(stmt, 4),
		.tags = unusual(stmt, 5, "[]"),
		.metadata = unusual(stmt, 6, "{}") };
	stmt_end(stmt);
	return 0;
}

void
receipt_clear(struct receipt *receipt)
{
	free(receipt->org);
	free(receipt->task);
	free(receipt->version);
	free(receipt->job);
	free(receipt->queue);
	free(receipt->tags);
	free(receipt->metadata);
	buf_clear(&receipt->middle);
	*receipt = (struct receipt){ 0 };
}

bool
receipt_is_whole(const struct submission *sub)
{
	return sub->status != ST_COMPLETED;
}

static void
put_lane(const struct receipt *receipt, struct buf *out)
{
	if (receipt->queue)
		json_add_string(out, "queue", receipt->queue);
	if (receipt->priority != 0)
		json_add_int(out, "priority", receipt->priority);
	if (receipt->tags)
		json_add_json(out, "tags", receipt->tags, strlen(receipt->tags));
	if (receipt->metadata)
		json_add_json(out, "metadata", receipt->metadata, strlen(receipt->metadata));
}

/* What stands between key and params: mostly the same in all records of a lane. Made as an object,
 * of which the braces are left out. */
static void
make_middle(struct receipt *receipt, const struct submission *sub)
{
	struct buf *out = &receipt->middle;

	if (out->len && receipt->status == sub->status &&
	    receipt->generation == sub->job.generation)
		return;
	buf_reset(out);
	json_begin(out);
	json_add_string(out, "task", receipt->task);
	json_add_string(out, "version", receipt->version);
	json_add_string(out, "job", receipt->job);
	if (sub->job.generation > 1)
		json_add_int(out, "generation", sub->job.generation);
	json_add_string(out, "org", receipt->org);
	json_add_string(out, "status", state_name(sub->status));
	put_lane(receipt, out);
	receipt->status = sub->status;
	receipt->generation = sub->job.generation;
}

/* Keys in the order of dockline-execution(5), as execution_record has them. */
void
receipt_put(struct receipt *receipt, const struct submission *sub, const struct standing *standing,
    struct buf *out)
{
	char created[CLOCK_TEXT], due[CLOCK_TEXT];

	clock_format(standing->created, created);
	make_middle(receipt, sub);
	json_begin(out);
	json_add_string(out, "type", "execution");
	json_add_int(out, "id", standing->id);
	json_add_string(out, "key", sub->key);
	buf_add_char(out, ',');
	buf_add(out, receipt->middle.data + 1, receipt->middle.len - 1);
	if (sub->awaits > 0)
		json_add_int(out, "awaits", sub->awaits);
	json_add_json(out, "params", sub->params, sub->params_len);
	json_add_string(out, "result", NULL);
	if (sub->error)
		json_add_json(out, "error", sub->error, strlen(sub->error));
	json_add_int(out, "attempts", 0);
	json_add_string(out, "created", created);
	if (sub->not_before)
		json_add_string(out, "not_before", clock_format(sub->not_before, due));
	json_add_string(out, "started", NULL);
	json_add_string(out, "ended", state_is_final(sub->status) ? created : NULL);
	json_end(out);
}
