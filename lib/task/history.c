/* SPDX-License-Identifier: MIT */
/* history: what executions of tasks have taken. */
#include "task/history.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "store/object.h"
#include "store/stmt.h"

enum { PAUSE = 5000000 }; /* microseconds between writes */

static const char sql_read[] = "SELECT history FROM task_state WHERE task = ?";
static const char sql_write[] = "INSERT INTO task_state (task, history) VALUES (?, ?)"
				" ON CONFLICT (task) DO UPDATE SET history = excluded.history";

struct entry {
	int64_t task;
	struct estimate known; /* as it was read, and ours */
	struct estimate fresh; /* ours, not written yet */
	bool read;
	UT_hash_handle hh;
};

struct history {
	struct entry *entries;
	int64_t written; /* by clock_boot */
	bool fresh;
};

struct history *
history_new(void)
{
	struct history *h = xcalloc(1, sizeof(*h));

	h->written = clock_boot();
	return h;
}

void
history_free(struct history *h)
{
	struct entry *entry, *next;

	if (!h)
		return;
	HASH_ITER(hh, h->entries, entry, next)
	{
		HASH_DEL(h->entries, entry);
		free(entry);
	}
	free(h);
}

static struct entry *
entry_of(struct history *h, int64_t task)
{
	struct entry *entry;

	HASH_FIND(hh, h->entries, &task, sizeof(task), entry);
	if (entry)
		return entry;
	entry = xcalloc(1, sizeof(*entry));
	entry->task = task;
	HASH_ADD(hh, h->entries, task, sizeof(entry->task), entry);
	return entry;
}

void
history_add(struct history *h, int64_t task, double elapsed, double cpu, int64_t memory)
{
	struct entry *entry = entry_of(h, task);

	estimate_add(&entry->fresh, elapsed, cpu, memory);
	estimate_add(&entry->known, elapsed, cpu, memory);
	h->fresh = true;
}

/* What stands in the state. What cannot be read is as good as nothing. */
static int
read_stored(struct store *store, int64_t task, struct estimate *out, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_read, "i", task);
	int rc = row ? stmt_next(row, err) : -1;
	struct buf text = BUF_INIT;
	const void *data;
	json_t *json;
	size_t len;

	*out = (struct estimate){ 0 };
	if (rc <= 0)
		return rc;
	data = stmt_blob(row, 0, &len);
	if (data && object_unpack(data, len, &text, NULL) == 0) {
		json = json_parse(buf_str(&text), text.len, NULL);
		estimate_parse(json, out, NULL);
		json_decref(json);
	}
	buf_clear(&text);
	stmt_end(row);
	return 0;
}

const struct estimate *
history_of(struct history *h, struct store *store, int64_t task, struct err *err)
{
	struct entry *entry = entry_of(h, task);
	struct estimate stored;

	if (entry->read)
		return &entry->known;
	if (read_stored(store, task, &stored, err) < 0)
		return NULL;
	estimate_merge(&entry->known, &stored);
	entry->read = true;
	return &entry->known;
}

bool
history_is_due(const struct history *h, int64_t now)
{
	return h->fresh && now - h->written >= PAUSE;
}

static int
store_estimate(struct store *store, int64_t task, const struct estimate *e, struct err *err)
{
	json_t *json = estimate_json(e);
	struct buf text = BUF_INIT, packed = BUF_INIT;
	int rc;

	json_put(json, &text);
	json_decref(json);
	object_pack(text.data, text.len, &packed);
	rc = stmt_run(store, err, sql_write, "ib", task, packed.data, packed.len);
	buf_clear(&text);
	buf_clear(&packed);
	return rc < 0 ? -1 : 0;
}

int
history_put(struct store *store, int64_t task, const struct estimate *known, struct err *err)
{
	return store_estimate(store, task, known, err);
}

static int
write_entry(struct entry *entry, struct store *store, struct err *err)
{
	if (entry->fresh.elapsed.count == 0)
		return 0;
	if (read_stored(store, entry->task, &entry->known, err) < 0)
		return -1;
	estimate_merge(&entry->known, &entry->fresh);
	entry->fresh = (struct estimate){ 0 };
	entry->read = true;
	return store_estimate(store, entry->task, &entry->known, err);
}

int
history_write(struct history *h, struct store *store, int64_t now, struct err *err)
{
	for (struct entry *entry = h->entries; entry; entry = entry->hh.next)
		if (write_entry(entry, store, err) < 0)
			return -1;
	h->fresh = false;
	h->written = now;
	return 0;
}
