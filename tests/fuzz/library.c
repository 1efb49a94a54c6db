/* SPDX-License-Identifier: MIT */
/*
 * library: any bytes as a molecule file of any format; whatever comes out is a record of valid
 * JSON, and texts come in the order of the file.
 */
#include "data/library.h"

#include "base/json.h"
#include "data/entry.h"
#include "data/ligand.h"
#include "data/names.h"
#include "fuzz.h"

struct feed {
	const uint8_t *at;
	size_t left, step;
};

static ssize_t
feed_read(void *ctx, void *data, size_t len, struct err *err)
{
	struct feed *f = ctx;
	size_t n = len < f->step ? len : f->step;

	(void)err;
	if (n > f->left)
		n = f->left;
	memcpy(data, f->at, n);
	f->at += n;
	f->left -= n;
	return (ssize_t)n;
}

/* The text must stand in the input behind all texts before it. */
static void
check_text(const struct entry *e, const uint8_t **after, const uint8_t *end)
{
	const uint8_t *at;

	if (e->text.len == 0)
		return;
	at = memmem(*after, (size_t)(end - *after), e->text.at, e->text.len);
	MUST(at != NULL);
	*after = at + e->text.len;
}

static void
check_record(const struct ligand_rules *rules, const struct entry *e)
{
	static const struct ligand_source source = { "file", "file" };
	char *name = ligand_name(rules, &source, e);
	json_t *record = ligand_record(rules, &source, e, name), *again;
	struct buf text = BUF_INIT;
	struct err err = { 0 };

	json_put(record, &text);
	again = json_parse(buf_str(&text), text.len, &err);
	MUST(again && json_equal(record, again));
	json_decref(again);
	json_decref(record);
	buf_clear(&text);
	free(name);
}

static void
read_as(enum format format, size_t step, const uint8_t *data, size_t size)
{
	struct feed feed = { data, size, step };
	struct err err = { 0 };
	struct library *library = library_new(feed_read, &feed, format, "file", &err);
	struct ligand_rules rules = { names_new(), "ID", NULL };
	const struct entry *e;
	const uint8_t *after = data;

	while (library && library_next(library, &e, &err) != LIBRARY_END) {
		check_text(e, &after, data + size);
		check_record(&rules, e);
	}
	library_free(library);
	names_free(rules.names);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int format = FORMAT_NONE; format < FORMAT_COUNT; format++)
		read_as((enum format)format, format % 2 ? 65536 : 1 + size % 97, data, size);
	return 0;
}
