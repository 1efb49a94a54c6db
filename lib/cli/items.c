/* SPDX-License-Identifier: MIT */
/* items: what a step of a pipeline is run for, one after the other. */
#include "cli/items.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/jsonl.h"
#include "data/library.h"
#include "data/ligand.h"
#include "data/names.h"
#include "data/unpack.h"

struct items {
	enum foreach_kind kind;
	json_t *list;
	size_t at;
	struct jsonl *lines;

	/* molecules */
	struct unpack *unpack;
	const struct unpack_member *member;
	struct library *library;
	struct names *names;
};

/* A file of records already, as dock-ligands and dock-prep write them. */
static bool
holds_records(const char *path)
{
	const char *at = strstr(path, ".jsonl");

	return at && !strchr(at, '/');
}

struct items *
items_open(enum foreach_kind kind, const json_t *source, struct err *err)
{
	const char *path = json_string_value(source);
	struct items *items;

	if (kind == EACH_LIST ? !json_is_array(source) : !path) {
		err_set(err, ERR_INPUT, "must give %s, found %s",
		    kind == EACH_LIST ? "an array" : "the name of a file", json_type_name(source));
		return NULL;
	}
	items = xcalloc(1, sizeof(*items));
	items->kind = kind == EACH_LIGANDS && holds_records(path) ? EACH_LINES : kind;
	if (kind == EACH_LIST) {
		items->list = json_incref((json_t *)source);
	} else if (items->kind == EACH_LIGANDS) {
		items->unpack = unpack_open(path, FORMAT_NONE, err);
		items->names = names_new();
	} else {
		items->lines = jsonl_open(path, err);
	}
	if (items->list || items->unpack || items->lines)
		return items;
	items_close(items);
	return NULL;
}

void
items_close(struct items *items)
{
	if (!items)
		return;
	json_decref(items->list);
	jsonl_close(items->lines);
	library_free(items->library);
	unpack_close(items->unpack);
	names_free(items->names);
	free(items);
}

static enum items_got
next_line(struct items *items, json_t **item, struct err *err)
{
	enum jsonl_got got;
	const char *text;
	size_t len;

	do {
		got = jsonl_next_text(items->lines, &text, &len, err);
	} while (got == JSONL_RECORD && len == 0);
	if (got != JSONL_RECORD)
		return (enum items_got)got;
	if (items->kind == EACH_TEXT) {
		*item = json_stringn(text, len);
		if (!*item)
			err_set(err, ERR_INPUT, "the line is not UTF-8");
	} else {
		*item = json_parse(text, len, err);
	}
	if (*item)
		return ITEMS_ITEM;
	err_wrap(err, "%s:%zu", jsonl_name(items->lines), jsonl_line(items->lines));
	return ITEMS_BAD;
}

/* Go to the next file of an archive, or the first. */
static enum items_got
open_member(struct items *items, struct err *err)
{
	enum unpack_got got;

	library_free(items->library);
	items->library = NULL;
	do {
		got = unpack_next(items->unpack, &items->member, err);
	} while (got == UNPACK_SKIPPED);
	if (got != UNPACK_MEMBER)
		return (enum items_got)got;
	items->library = library_new(
	    unpack_read, items->unpack, items->member->format, items->member->name, err);
	return items->library ? ITEMS_ITEM : ITEMS_BAD;
}

static enum items_got
next_ligand(struct items *items, json_t **item, struct err *err)
{
	struct ligand_rules rules = { .names = items->names };
	const struct entry *molecule;
	enum library_got got = LIBRARY_END;

	while (!items->library ||
	    (got = library_next(items->library, &molecule, err)) == LIBRARY_END) {
		enum items_got opened = open_member(items, err);

		if (opened != ITEMS_ITEM)
			return opened;
	}
	if (got == LIBRARY_FATAL) {
		library_free(items->library);
		items->library = NULL;
		return ITEMS_BAD;
	}
	{
		struct ligand_source source = { items->member->name, items->member->stem };
		char *name = ligand_name(&rules, &source, molecule);

		*item = ligand_record(&rules, &source, molecule, name);
		free(name);
	}
	return ITEMS_ITEM;
}

enum items_got
items_next(struct items *items, json_t **item, struct err *err)
{
	*item = NULL;
	if (items->kind == EACH_LIGANDS)
		return next_ligand(items, item, err);
	if (items->kind != EACH_LIST)
		return next_line(items, item, err);
	if (items->at == json_array_size(items->list))
		return ITEMS_END;
	*item = json_incref(json_array_get(items->list, items->at++));
	return ITEMS_ITEM;
}
