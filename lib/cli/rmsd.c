/* SPDX-License-Identifier: MIT */
/* rmsd: how far poses are from a reference of the same molecule. */
#include "cli/rmsd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/num.h"
#include "base/path.h"
#include "base/source.h"
#include "base/vec.h"
#include "cli/babel.h"
#include "cli/records.h"
#include "dock/molecule.h"

#define FILE_LIMIT ((size_t)256 << 20)

struct rmsd {
	char *reference;
	char *dir;    /* a temporary folder for the poses */
	size_t heavy; /* atoms of the reference */
};

/* An absolute path that names a readable file; ERR_INPUT when it does not. */
static char *
reference_path(const char *path, struct err *err)
{
	if (molecule_format(path, err) < 0)
		return NULL;
	if (access(path, R_OK) == 0)
		return path_absolute(path);
	err_sys(err, "cannot open '%s'", path);
	if (err)
		err->kind = ERR_INPUT;
	return NULL;
}

static int
count_heavy(struct rmsd *r, struct err *err)
{
	struct molecule m = MOLECULE_INIT;
	struct buf text = BUF_INIT;
	int rc = source_read_file(r->reference, FILE_LIMIT, &text, err);

	if (rc == 0)
		rc = molecule_read(&m, (enum molecule_format)molecule_format(r->reference, NULL),
		    r->reference, text.data, err);
	r->heavy = molecule_heavy(&m);
	molecule_clear(&m);
	buf_clear(&text);
	return rc;
}

struct rmsd *
rmsd_open(const char *reference, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *program = babel_program("obrms", err);
	struct rmsd *r;

	if (!program)
		return NULL;
	free(program);
	r = xcalloc(1, sizeof(*r));
	r->reference = reference_path(reference, err);
	if (!r->reference || count_heavy(r, err) < 0)
		goto fail;
	r->dir = path_join(tmp && *tmp ? tmp : "/tmp", "dockline.XXXXXX");
	if (mkdtemp(r->dir))
		return r;
	err_sys(err, "cannot make a folder '%s'", r->dir);
	free(r->dir);
	r->dir = NULL;
fail:
	rmsd_close(r);
	return NULL;
}

void
rmsd_close(struct rmsd *r)
{
	if (!r)
		return;
	if (r->dir)
		file_remove_tree(r->dir, NULL);
	free(r->dir);
	free(r->reference);
	free(r);
}

/* obrms is content with laying a part of one molecule on the other: 1 when the poses have as many
 * heavy atoms as the reference, 0 when they are another molecule. */
static int
same_size(const struct rmsd *r, int format, const char *text, struct err *err)
{
	struct molecule m = MOLECULE_INIT;
	int rc = molecule_read(&m, (enum molecule_format)format, "poses", text, err);

	if (rc == 0)
		rc = molecule_heavy(&m) == r->heavy;
	molecule_clear(&m);
	return rc;
}

/* Read "RMSD name:name value", a line for each pose, into the first `kept` poses: those that the
 * file has. */
static int
set_values(char *lines, json_t *poses, size_t kept, struct err *err)
{
	VEC(double) values = VEC_INIT;
	char *line;
	int rc = 1;

	while (rc > 0 && (line = strsep(&lines, "\n"))) {
		char *blank = strrchr(line, ' ');
		double x;

		if (strncmp(line, "RMSD ", 5) != 0 || !blank)
			continue;
		if (num_double(blank + 1, &x, NULL) < 0)
			rc = 0; /* "inf": no way to lay one molecule on the other */
		else
			vec_add(&values, x);
	}
	if (rc > 0 && values.len < kept)
		rc = err_set(err, ERR_INPUT, "obrms read %zu of %zu poses", values.len, kept);
	for (size_t i = 0; rc > 0 && i < kept; i++)
		json_object_set_new(
		    json_array_get(poses, i), "rmsd", json_real(round(values.at[i] * 1000) / 1000));
	vec_clear(&values);
	return rc;
}

/* The RMSD of every pose in text, by way of a file that obrms can read. */
static int
measure(struct rmsd *r, const char *name, const struct buf *text, json_t *poses, size_t kept,
    struct err *err)
{
	struct buf out = BUF_INIT;
	char *path = path_join(r->dir, name);
	const char *const args[] = { "-f", r->reference, path, NULL };
	int rc = file_write(path, text->data, text->len, err);

	if (rc == 0)
		rc = babel_run("obrms", args, NULL, &out, err);
	if (rc == 0)
		rc = set_values(out.data, poses, kept, err);
	buf_clear(&out);
	free(path);
	return rc;
}

int
rmsd_add(struct rmsd *r, struct app *app, json_t *result, struct err *err)
{
	json_t *poses = json_object_get(result, "poses");
	json_t *entry = json_object_get(json_object_get(result, "files"), "poses");
	const char *word = json_string_value(json_object_get(entry, "format"));
	const json_t *models = json_object_get(entry, "models");
	size_t kept = json_array_size(poses);
	struct buf text = BUF_INIT;
	char *name;
	int rc, format;

	if (json_is_integer(models) && (size_t)json_integer_value(models) < kept)
		kept = (size_t)json_integer_value(models);
	if (!json_is_array(poses) || !entry)
		return err_set(err, ERR_INPUT, "no file of poses");
	name = xasprintf("poses.%s", word ? word : "pdbqt");
	format = molecule_format(name, err);
	rc = format < 0 ? -1 : records_file(app, entry, &text, err);
	if (rc == 0)
		rc = same_size(r, format, buf_str(&text), err);
	if (rc > 0)
		rc = measure(r, name, &text, poses, kept, err);
	buf_clear(&text);
	free(name);
	return rc;
}
