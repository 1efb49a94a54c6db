/* SPDX-License-Identifier: MIT */
/* export: results as the files that other programs read: CSV rows, PDBQT models, SD tags. */
#include "dock/export.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/num.h"
#include "dock/called.h"
#include "dock/score.h"

/* What is known of a pose, by one name in CSV heads and another as an SD tag. */
static const struct field {
	const char *head, *tag;
	const char *at; /* JSON pointer in the result, or in the pose */
	bool of_pose;
	bool extra; /* a column only where the first result has it */
} fields[] = {
	{ "rank", "dock_rank", NULL, false, false },
	{ "key", "dock_key", NULL, false, false },
	{ "name", "dock_name", "/ligand/name", false, false },
	{ "pose", "dock_pose", NULL, false, false },
	{ "affinity (kcal/mol)", "dock_affinity", "/affinity", true, false },
	{ "affinity_raw (kcal/mol)", "dock_affinity_raw", "/affinity_raw", true, false },
	{ "repaired", "dock_repaired", "/repaired", false, false },
	{ "engine", "dock_engine", "/engine", false, false },
	{ "version", "dock_version", "/version", false, false },
	{ "seed", "dock_seed", "/seed", false, false },
	{ "n_poses", "dock_n_poses", NULL, false, false },
	{ "smiles", "dock_smiles", "/smiles", false, false },
	{ "receptor_sha256", "dock_receptor_sha256", "/receptor/sha256", false, false },
	{ "warnings", "dock_warnings", "/warnings", false, false },
	{ "cnn_score", "dock_cnn_score", "/cnn_score", true, true },
	{ "cnn_affinity (pK)", "dock_cnn_affinity", "/cnn_affinity", true, true },
	{ "cnn_vs (pK)", "dock_cnn_vs", "/cnn_vs", true, true },
	{ "rmsd (angstrom)", "dock_rmsd", "/rmsd", true, true },
	{ "ligand_efficiency (kcal/mol)", "dock_ligand_efficiency", "/ligand_efficiency", true,
	    true },
	{ "strain (kcal/mol)", "dock_strain", "/strain", true, true },
	{ "clashes", "dock_clashes", "/clashes", true, true },
	{ "contacts", "dock_contacts", "/contacts", true, true },
	{ "outside (angstrom)", "dock_outside", "/outside", true, true },
};

static_assert(sizeof(fields) / sizeof(*fields) <= 32, "a bit for every column");

int
export_best(const json_t *result)
{
	return score_pose(result, NULL);
}

const char *
export_title(const struct exported *x)
{
	const json_t *ligand = x->part ? x->part : json_object_get(x->result, "ligand");
	const char *name = json_string_value(json_object_get(ligand, "original_name"));

	if (!name)
		name = json_string_value(json_object_get(ligand, "name"));
	return name ? name : x->key ? x->key : "";
}

const json_t *
export_pose(const json_t *result, int pose)
{
	return score_row(result, pose);
}

json_t *
export_tags(const char *list)
{
	char *copy = xstrdup(list), *rest = copy, *item;
	json_t *tags = json_array();

	while ((item = strsep(&rest, ",")))
		if (*item)
			json_array_append_new(tags, json_string(item));
	free(copy);
	return tags;
}

/* A value as text: strings plain, lists joined by blanks, numbers as short as they read back. */
static void
put_value(const json_t *value, struct buf *out)
{
	size_t i;
	json_t *item;

	if (!value || json_is_null(value))
		return;
	if (json_is_string(value))
		buf_add_str(out, json_string_value(value));
	else if (!json_is_array(value))
		json_put(value, out);
	else
		json_array_foreach((json_t *)value, i, item) {
			if (i > 0)
				buf_add_char(out, ' ');
			put_value(item, out);
		}
}

/* The value of a field that has a place. */
static const json_t *
field_value(const struct field *field, const struct exported *x)
{
	if (field->of_pose)
		return json_at(export_pose(x->result, x->pose), field->at);
	if (x->part && strcmp(field->at, "/ligand/name") == 0)
		return json_object_get(x->part, "name");
	if (x->part && strcmp(field->at, "/smiles") == 0)
		return json_object_get(x->part, "smiles");
	return json_at(x->result, field->at);
}

static void
put_field(const struct field *field, const struct exported *x, struct buf *out)
{
	if (field->at)
		put_value(field_value(field, x), out);
	else if (strcmp(field->head, "rank") == 0)
		buf_addf(out, "%zu", x->place);
	else if (strcmp(field->head, "key") == 0)
		buf_add_str(out, x->key ? x->key : "");
	else if (strcmp(field->head, "pose") == 0)
		buf_addf(out, "%d", x->pose);
	else
		buf_addf(out, "%zu", json_array_size(json_object_get(x->result, "poses")));
}

/* A cell, in quotes where it holds a comma, a quote or a line end. */
static void
put_cell(const char *text, bool first, struct buf *out)
{
	if (!first)
		buf_add_char(out, ',');
	if (!strpbrk(text, ",\"\r\n")) {
		buf_add_str(out, text);
		return;
	}
	buf_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

unsigned
export_columns(const json_t *result)
{
	const json_t *row = export_pose(result, export_best(result));
	unsigned columns = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (!fields[i].extra || json_at(row, fields[i].at))
			columns |= 1U << i;
	return columns;
}

void
export_csv_head(unsigned columns, const json_t *tags, struct buf *out)
{
	size_t i;
	json_t *tag;

	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (columns & 1U << i)
			put_cell(fields[i].head, i == 0, out);
	json_array_foreach((json_t *)tags, i, tag)
		put_cell(json_string_value(tag), false, out);
	buf_add_char(out, '\n');
}

void
export_csv(const struct exported *x, unsigned columns, const json_t *tags, struct buf *out)
{
	const json_t *own = json_object_get(x->result, "tags");
	struct buf text = BUF_INIT;
	size_t i;
	json_t *tag;

	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (!(columns & 1U << i))
			continue;
		buf_reset(&text);
		put_field(&fields[i], x, &text);
		put_cell(buf_str(&text), i == 0, out);
	}
	json_array_foreach((json_t *)tags, i, tag) {
		buf_reset(&text);
		put_value(json_object_get(own, json_string_value(tag)), &text);
		put_cell(buf_str(&text), false, out);
	}
	buf_add_char(out, '\n');
	buf_clear(&text);
}

void
export_named(const struct exported *x, const char *text, size_t len, struct buf *out)
{
	static const char mark[] = "REMARK  Name = ";
	const char *name = json_string_value(json_at(x->result, "/ligand/name"));
	const char *end = text + len, *at = NULL, *line;

	if (json_is_object(json_object_get(x->result, "cached")) &&
	    !json_object_get(x->result, "ligands"))
		at = memmem(text, len, mark, strlen(mark));
	line = at ? at + strlen(mark) : text;
	buf_add(out, text, (size_t)(line - text));
	if (at) {
		called_line(name ? name : export_title(x), out);
		at = memchr(line, '\n', (size_t)(end - line));
		line = at ? at : end;
	}
	buf_add(out, line, (size_t)(end - line));
}

void
export_pdbqt(const struct exported *x, const char *model, size_t len, struct buf *out)
{
	const char *result = memmem(model, len, "REMARK VINA RESULT", 18);
	const char *end = result ? memchr(result, '\n', len - (size_t)(result - model)) : NULL;
	const json_t *row = export_pose(x->result, x->pose);
	bool repaired = json_is_true(json_object_get(x->result, "repaired"));
	size_t before = end ? (size_t)(end - model) + 1 : 0;

	buf_add(out, model, before);
	buf_addf(out, "REMARK DOCKLINE AFFINITY: %.3f kcal/mol%s\n",
	    json_number_value(json_object_get(row, "affinity")),
	    repaired ? " (repaired: the engine took a wrong unbound energy)" : "");
	export_named(x, model + before, len - before, out);
	if (len > 0 && model[len - 1] != '\n')
		buf_add_char(out, '\n');
}

/* The text of a tag: no empty line, which would end it, and nothing that looks like the next one.
 */
static void
put_tag_text(const char *text, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\r\n");

		if (len == 0 || *text == '>' || strncmp(text, "$$$$", 4) == 0)
			buf_add_char(out, ' ');
		buf_add(out, text, len);
		buf_add_char(out, '\n');
		text += len;
		text += strncmp(text, "\r\n", 2) == 0 ? 2 : *text != '\0';
	}
	buf_add_char(out, '\n');
}

static void
put_tag(const char *name, const char *text, struct buf *out)
{
	if (!*text)
		return;
	buf_add_str(out, ">  <");
	for (; *name; name++)
		buf_add_char(out, strchr("<>\r\n", *name) ? '_' : *name);
	buf_add_str(out, ">\n");
	put_tag_text(text, out);
}

void
export_sd_tags(const struct exported *x, const char *bonds, struct buf *out)
{
	struct buf text = BUF_INIT;
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(x->part ? x->part : x->result, "tags"), name, value) {
		buf_reset(&text);
		put_value(value, &text);
		put_tag(name, buf_str(&text), out);
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		buf_reset(&text);
		put_field(&fields[i], x, &text);
		put_tag(fields[i].tag, buf_str(&text), out);
	}
	if (x->part) {
		buf_reset(&text);
		buf_addf(&text, "%zu of %zu", x->number,
		    json_array_size(json_object_get(x->result, "ligands")));
		put_tag("dock_ligand", buf_str(&text), out);
	}
	put_tag("dock_unit", "kcal/mol", out);
	put_tag("dock_bond_orders", bonds, out);
	buf_add_str(out, "$$$$\n");
	buf_clear(&text);
}
