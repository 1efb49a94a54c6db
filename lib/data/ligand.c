/* SPDX-License-Identifier: MIT */
/* ligand: the record of a molecule that was read (dockline-ligand(5)). */
#include "data/ligand.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/utf8.h"
#include "data/entry.h"
#include "data/names.h"

static bool
span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

/* The last data field of this name that says something, or NULL. */
static const struct span *
find_tag(const struct entry *e, const char *name)
{
	for (size_t i = e->tags.len; i-- > 0;)
		if (span_is(e->tags.at[i].name, name) && e->tags.at[i].value.len > 0)
			return &e->tags.at[i].value;
	return NULL;
}

char *
ligand_name(
    const struct ligand_rules *rules, const struct ligand_source *source, const struct entry *e)
{
	const struct span *key = rules->key ? find_tag(e, rules->key) : NULL;
	struct buf name = BUF_INIT;

	if (key)
		names_clean(key->at, key->len, &name);
	if (name.len == 0)
		names_clean(e->title.at, e->title.len, &name);
	if (name.len == 0) {
		names_clean(source->stem, strlen(source->stem), &name);
		if (!e->alone)
			buf_addf(&name, "-%zu", e->index);
	}
	names_take(rules->names, &name);
	return buf_take(&name);
}

static void
warn(json_t **warnings, const char *what)
{
	if (!*warnings)
		*warnings = json_array();
	for (size_t i = 0; i < json_array_size(*warnings); i++)
		if (strcmp(json_string_value(json_array_get(*warnings, i)), what) == 0)
			return;
	json_array_append_new(*warnings, json_string(what));
}

/* The bytes as a JSON string; a warning when some had to be written otherwise. */
static json_t *
text_of(struct span s, json_t **warnings, const char *warning)
{
	struct buf visible = BUF_INIT;
	json_t *text;

	if (s.len == 0)
		return json_stringn_nocheck("", 0);
	if (utf8_valid(s.at, s.len) && !memchr(s.at, '\0', s.len))
		return json_stringn_nocheck(s.at, s.len);
	if (utf8_visible(s.at, s.len, 0, &visible))
		warn(warnings, warning);
	text = json_stringn_nocheck(buf_str(&visible), visible.len);
	buf_clear(&visible);
	return text;
}

/* A value of several lines without the CR of CRLF. */
static json_t *
value_of(struct span s, json_t **warnings)
{
	struct buf plain = BUF_INIT;
	json_t *value;

	if (s.len == 0 || !memmem(s.at, s.len, "\r\n", 2))
		return text_of(s, warnings, "tag_not_utf8");
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != '\r' || i + 1 == s.len || s.at[i + 1] != '\n')
			buf_add_char(&plain, s.at[i]);
	value = text_of((struct span){ plain.data, plain.len }, warnings, "tag_not_utf8");
	buf_clear(&plain);
	return value;
}

static json_t *
tags_of(const struct entry *e, json_t **warnings)
{
	json_t *tags = json_object();

	for (size_t i = 0; i < e->tags.len; i++) {
		json_t *name = text_of(e->tags.at[i].name, warnings, "tag_not_utf8");
		const char *key = json_string_value(name);

		if (json_object_get(tags, key))
			warn(warnings, "tag_repeated");
		json_object_set_new_nocheck(tags, key, value_of(e->tags.at[i].value, warnings));
		json_decref(name);
	}
	return tags;
}

/* The text and its digest: of the bytes that the record holds. */
static void
set_text(json_t *ligand, const struct entry *e, json_t **warnings)
{
	json_t *text = text_of(e->text, warnings, "text_not_utf8");
	char hex[DIGEST_HEX];

	digest_bytes(json_string_value(text), json_string_length(text), hex);
	json_object_set_new_nocheck(ligand, "text", text);
	json_object_set_new_nocheck(ligand, "sha256", json_stringn_nocheck(hex, DIGEST_HEX - 1));
}

static json_t *
ligand_of(const struct entry *e, const char *name, json_t **warnings)
{
	json_t *ligand = json_object();

	json_object_set_new_nocheck(ligand, "name", json_string_nocheck(name));
	json_object_set_new_nocheck(
	    ligand, "original_name", text_of(e->title, warnings, "name_not_utf8"));
	json_object_set_new_nocheck(ligand, "format", json_string_nocheck(format_name(e->format)));
	if (!e->reason[0])
		set_text(ligand, e, warnings);
	return ligand;
}

static json_t *
error_of(const struct entry *e)
{
	struct buf reason = BUF_INIT;
	json_t *error = json_object();

	utf8_visible(e->reason, strlen(e->reason), UTF8_CONTROLS, &reason);
	json_object_set_new_nocheck(error, "class", json_string_nocheck("input"));
	json_object_set_new_nocheck(error, "reason", json_string_nocheck(buf_str(&reason)));
	buf_clear(&reason);
	return error;
}

static json_t *
source_of(const struct ligand_source *source, const struct entry *e)
{
	json_t *object = json_object();

	json_object_set_new(object, "file", json_string(source->file));
	json_object_set_new_nocheck(object, "index", json_integer((json_int_t)e->index));
	if (e->reason[0])
		json_object_set_new_nocheck(object, "line", json_integer((json_int_t)e->bad_line));
	return object;
}

/* What a good molecule's text tells. */
static void
set_found(json_t *record, const struct entry *e, json_t **warnings)
{
	if (e->smiles.len > 0)
		json_object_set_new_nocheck(
		    record, "smiles", text_of(e->smiles, warnings, "text_not_utf8"));
	if (e->heavy_atoms >= 0)
		json_object_set_new_nocheck(record, "heavy_atoms", json_integer(e->heavy_atoms));
	if (e->torsions >= 0)
		json_object_set_new_nocheck(record, "torsions", json_integer(e->torsions));
	if (e->tags.len > 0)
		json_object_set_new_nocheck(record, "tags", tags_of(e, warnings));
	if (e->tag_lines_ignored)
		warn(warnings, "tag_lines_ignored");
}

json_t *
ligand_record(const struct ligand_rules *rules, const struct ligand_source *source,
    const struct entry *e, const char *name)
{
	const struct span *label = rules->label ? NULL : find_tag(e, "label");
	json_t *record = json_object(), *warnings = NULL;

	json_object_set_new_nocheck(record, "type", json_string_nocheck("ligand"));
	json_object_set_new_nocheck(record, "key", json_string_nocheck(name));
	json_object_set_new_nocheck(record, "ligand", ligand_of(e, name, &warnings));
	json_object_set_new_nocheck(record, "source", source_of(source, e));
	if (!e->reason[0])
		set_found(record, e, &warnings);
	if (rules->label)
		json_object_set_new(record, "label", json_string(rules->label));
	else if (label)
		json_object_set_new_nocheck(record, "label", value_of(*label, &warnings));
	if (rules->key && !find_tag(e, rules->key))
		warn(&warnings, "key_missing");
	if (warnings)
		json_object_set_new_nocheck(record, "warnings", warnings);
	if (e->reason[0])
		json_object_set_new_nocheck(record, "error", error_of(e));
	return record;
}
