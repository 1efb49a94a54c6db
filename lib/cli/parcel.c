/* SPDX-License-Identifier: MIT */
/* parcel: results as one zip that a colleague can open. */
#include "cli/parcel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/outfile.h"
#include "cli/records.h"
#include "data/pack.h"

struct parcel {
	struct outfile *out;
	FILE *poses, *table;               /* without names: gone with us */
	json_t *first;                     /* the first result */
	json_t *engines;                   /* "vina 1.2.3 (sha256)": how many */
	json_t *receptors, *boxes, *tools; /* hash: how many */
	struct buf receptor;               /* the file; empty: it cannot be had */
	size_t records;
};

struct parcel *
parcel_open(const char *path, bool replace, struct err *err)
{
	struct parcel *p = xcalloc(1, sizeof(*p));

	p->engines = json_object();
	p->receptors = json_object();
	p->tools = json_object();
	p->boxes = json_object();
	p->poses = tmpfile();
	p->table = tmpfile();
	if (!p->poses || !p->table)
		err_sys(err, "cannot make a temporary file");
	else if ((p->out = outfile_open(path, replace, err)))
		return p;
	parcel_close(p, NULL, false, NULL);
	return NULL;
}

static int
grow(FILE *file, const struct buf *text, struct err *err)
{
	if (fwrite(text->data, 1, text->len, file) == text->len)
		return 0;
	return err_sys(err, "cannot write a temporary file");
}

int
parcel_poses(struct parcel *p, const struct buf *sdf, struct err *err)
{
	return grow(p->poses, sdf, err);
}

int
parcel_table(struct parcel *p, const struct buf *csv, struct err *err)
{
	return grow(p->table, csv, err);
}

static void
count(json_t *counts, const char *what)
{
	json_int_t n = json_integer_value(json_object_get(counts, what));

	json_object_set_new(counts, what, json_integer(n + 1));
}

static const char *
text_at(const json_t *result, const char *pointer)
{
	const char *text = json_string_value(json_at(result, pointer));

	return text ? text : "unknown";
}

/* The receptor's file, when it is still the one that was docked to. */
static void
take_receptor(struct parcel *p, struct app *app, const json_t *result)
{
	json_t *entry = json_object_get(result, "receptor"), *file = json_object_get(entry, "file");
	char hex[DIGEST_HEX];
	struct err err = { 0 };

	if (records_file(app, json_is_string(file) ? file : entry, &p->receptor, &err) < 0) {
		app_warn(app, "the receptor is left out: %s", err.text);
		return;
	}
	digest_bytes(p->receptor.data, p->receptor.len, hex);
	if (strcmp(hex, text_at(entry, "/sha256")) == 0)
		return;
	app_warn(app, "the receptor is left out: '%s' is not what was docked to any more",
	    text_at(entry, "/file"));
	buf_reset(&p->receptor);
}

int
parcel_note(struct parcel *p, struct app *app, const json_t *result, struct err *err)
{
	char *engine = xasprintf("%s %s (sha256 %s)", text_at(result, "/engine"),
	    text_at(result, "/version"), text_at(result, "/sha256"));

	const char *tool;
	json_t *version;

	(void)err;
	json_object_foreach(json_at(result, "/prep/versions"), tool, version) {
		const char *text = json_string_value(version);
		char *name = xasprintf("%s%s%s", tool, text ? " " : "", text ? text : "");

		count(p->tools, name);
		free(name);
	}
	if (!p->first) {
		p->first = json_deep_copy(result);
		take_receptor(p, app, result);
	}
	count(p->engines, engine);
	count(p->receptors, text_at(result, "/receptor/sha256"));
	count(p->boxes, text_at(result, "/box/sha256"));
	p->records++;
	free(engine);
	return 0;
}

static void
list_counts(const char *title, json_t *counts, struct buf *out)
{
	const char *what;
	json_t *n;

	buf_addf(out, "%s\n", title);
	json_object_foreach(counts, what, n)
		buf_addf(out, "  %s: %" JSON_INTEGER_FORMAT "\n", what, json_integer_value(n));
}

static void
write_readme(const struct parcel *p, struct buf *out)
{
	buf_addf(out,
	    "%zu docked molecules, made with Dockline " DOCKLINE_VERSION "\n\n"
	    "poses.sdf       a pose of each, with the bonds of the molecule it was made from "
	    "where\n"
	    "                they are known (dock_bond_orders); tags of the molecule, then what "
	    "is\n"
	    "                known of the pose (dock_...)\n"
	    "table.csv       the same numbers as a table; affinities in kcal/mol, lower is "
	    "better;\n"
	    "                cnn scores higher is better\n",
	    p->records);
	if (p->receptor.len > 0)
		buf_add_str(out, "receptor.pdbqt  what they were docked to\n");
	buf_add_str(out, "box.json        where they were searched for, in angstrom\n\n");
	list_counts("Engines, and how many molecules each docked:", p->engines, out);
	if (json_object_size(p->tools) > 0)
		list_counts("What prepared them:", p->tools, out);
	list_counts("Receptors by SHA-256:", p->receptors, out);
	list_counts("Boxes by SHA-256:", p->boxes, out);
	if (json_object_size(p->receptors) > 1 || json_object_size(p->boxes) > 1)
		buf_add_str(out, "receptor.pdbqt and box.json are those of the first molecule.\n");
	buf_add_str(out, "\nParameters of the first molecule:\n  ");
	json_put(json_object_get(p->first, "request"), out);
	buf_add_char(out, '\n');
}

static int
put_zip(void *ctx, const void *data, size_t len, struct err *err)
{
	return outfile_write(ctx, data, len, err);
}

static int
write_members(const struct parcel *p, struct pack *zip, struct err *err)
{
	struct buf readme = BUF_INIT, box = BUF_INIT;
	json_t *record = json_pack("{s:s}", "type", "box");
	int rc;

	json_object_update_missing(record, json_object_get(p->first, "box"));
	json_put(record, &box);
	buf_add_char(&box, '\n');
	write_readme(p, &readme);
	rc = pack_text(zip, "README.txt", readme.data, readme.len, err);
	if (rc == 0)
		rc = pack_file(zip, "poses.sdf", p->poses, err);
	if (rc == 0)
		rc = pack_file(zip, "table.csv", p->table, err);
	if (rc == 0 && p->receptor.len > 0)
		rc = pack_text(zip, "receptor.pdbqt", p->receptor.data, p->receptor.len, err);
	if (rc == 0)
		rc = pack_text(zip, "box.json", box.data, box.len, err);
	json_decref(record);
	buf_clear(&readme);
	buf_clear(&box);
	return rc;
}

static int
write_zip(const struct parcel *p, struct err *err)
{
	struct pack *zip = pack_open(PACK_ZIP, put_zip, p->out, err);
	int rc = zip ? write_members(p, zip, err) : -1;

	return pack_close(zip, rc == 0 ? err : NULL) < 0 ? -1 : rc;
}

int
parcel_close(struct parcel *p, struct app *app, bool keep, struct err *err)
{
	int rc = 0;

	if (!p)
		return 0;
	if (keep && p->records > 0)
		rc = write_zip(p, err);
	else if (keep)
		app_warn(app, "there is nothing to bundle");
	if (outfile_close(p->out, keep && rc == 0 && p->records > 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	if (p->poses)
		fclose(p->poses);
	if (p->table)
		fclose(p->table);
	json_decref(p->first);
	json_decref(p->engines);
	json_decref(p->receptors);
	json_decref(p->tools);
	json_decref(p->boxes);
	buf_clear(&p->receptor);
	free(p);
	return rc;
}
