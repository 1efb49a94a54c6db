/* SPDX-License-Identifier: MIT */
/* again: a pose of a result as the ligand of another docking. */
#include "dock/again.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "dock/export.h"

/* What a molecule carries from docking to docking; the rest is of this docking alone. */
static const char *const carried[] = { "source", "smiles", "inchikey", "charge", "heavy_atoms",
	"torsions", "mw", "tags", "label", "prep", "input" };

static json_t *
ligand_json(const struct exported *x, const char *format, const char *text, size_t len)
{
	static const char *const names[] = { "name", "original_name", "parent", "state" };
	const json_t *was = json_object_get(x->result, "ligand");
	json_t *out = json_object(), *value;
	char hex[DIGEST_HEX];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if ((value = json_object_get(was, names[i])))
			json_object_set(out, names[i], value);
	json_object_set_new(out, "format", json_string(format));
	json_object_set_new(out, "text", json_stringn(text, len));
	json_object_set_new(out, "sha256", json_string(digest_bytes(text, len, hex)));
	return out;
}

/* Whose pose it is, with all the numbers it has. */
static json_t *
parent_json(const struct exported *x)
{
	static const char *const names[] = { "engine", "version", "seed" };
	const json_t *file = json_object_get(json_object_get(x->result, "files"), "poses");
	json_t *out = json_pack("{s:s*,s:i}", "key", x->key, "pose", x->pose), *value;
	json_t *row = json_copy((json_t *)export_pose(x->result, x->pose));

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if ((value = json_object_get(x->result, names[i])))
			json_object_set(out, names[i], value);
	if (row) {
		json_object_del(row, "rank");
		json_object_update(out, row);
		json_decref(row);
	}
	if ((value = json_object_get(file, "sha256")))
		json_object_set(out, "sha256", value);
	if ((value = json_object_get(x->result, "parent_result")))
		json_object_set(out, "parent_result", value);
	return out;
}

json_t *
again_request(
    const struct exported *x, const char *format, const char *text, size_t len, int several)
{
	char *key = several ? xasprintf("%s-%d", x->key ? x->key : "", x->pose)
			    : xstrdup(x->key ? x->key : "");
	json_t *out = json_pack("{s:s,s:s,s:o}", "type", "ligand", "key", key, "ligand",
	    ligand_json(x, format, text, len));
	json_t *value;

	for (size_t i = 0; i < sizeof(carried) / sizeof(*carried); i++)
		if ((value = json_object_get(x->result, carried[i])))
			json_object_set(out, carried[i], value);
	if (strcmp(format, "pdbqt") != 0)
		json_object_del(out, "input");
	json_object_set_new(out, "parent_result", parent_json(x));
	free(key);
	return out;
}
