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
#include "base/json.h"
#include "base/vec.h"
#include "cli/babel.h"
#include "cli/docked.h"
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

/* Some results, their poses in one text. */
struct batch {
	const struct docked *const *docked;
	size_t n, total; /* results, poses */
	const char *name;
	struct buf text;
};

/* The models of a result as a file that holds nothing else. */
static void
add_models(const struct docked *d, struct buf *out)
{
	for (size_t i = 0; i < d->poses.len; i++) {
		size_t len;
		const char *model = docked_model(d, i, &len);
		bool bare = !d->sdf && !(len > 6 && memcmp(model, "MODEL ", 6) == 0);

		if (bare)
			buf_add_str(out, "MODEL 1\n");
		if (d->sdf)
			buf_add(out, model, len);
		else
			docked_ligand(d, i, out);
		if (bare)
			buf_add_str(out, "ENDMDL\n");
	}
}

/* obrms is content with laying a part of one molecule on the other: 1 when the poses have as many
 * heavy atoms as the reference, 0 when they are another molecule. */
static int
same_size(const struct rmsd *r, const struct docked *d, struct err *err)
{
	enum molecule_format format = d->sdf ? MOLECULE_SDF : MOLECULE_PDBQT;
	struct molecule m = MOLECULE_INIT;
	struct buf text = BUF_INIT;
	int rc;

	add_models(d, &text);
	rc = molecule_read(&m, format, "poses", buf_str(&text), err);
	if (rc == 0)
		rc = molecule_heavy(&m) == r->heavy;
	molecule_clear(&m);
	buf_clear(&text);
	return rc;
}

/* Values into the poses of a result: 1; none of them when there is no way to lay one molecule on
 * the other, which obrms calls infinite: 0. */
static int
set_values(const struct docked *d, const double *values)
{
	json_t *rows = json_object_get(d->x.result, "poses");

	for (size_t i = 0; i < d->poses.len; i++)
		if (!isfinite(values[i]))
			return 0;
	for (size_t i = 0; i < d->poses.len && i < json_array_size(rows); i++)
		json_object_set_new(
		    json_array_get(rows, i), "rmsd", json_real(round(values[i] * 1000) / 1000));
	return 1;
}

/* "RMSD name:name value", a line for each pose, as many as asked for at most; how many there are.
 */
static size_t
read_values(char *lines, double *values, size_t n)
{
	size_t read = 0;
	char *line;

	while (read < n && (line = strsep(&lines, "\n"))) {
		char *blank = strrchr(line, ' ');

		if (strncmp(line, "RMSD ", 5) != 0 || !blank)
			continue;
		if (num_double(blank + 1, &values[read], NULL) < 0)
			values[read] = INFINITY;
		read++;
	}
	return read;
}

/* The RMSD of every pose, by way of a file that obrms can read: how many it told of. */
static int
measure(struct rmsd *r, const struct batch *b, double *values, struct err *err)
{
	struct buf out = BUF_INIT;
	char *path = path_join(r->dir, b->name);
	const char *const args[] = { "-f", r->reference, path, NULL };
	int rc = file_write(path, b->text.data, b->text.len, err);

	if (rc == 0)
		rc = babel_run("obrms", args, NULL, &out, err);
	if (rc == 0)
		rc = (int)read_values((char *)buf_str(&out), values, b->total);
	buf_clear(&out);
	free(path);
	return rc;
}

static int measure_batch(
    struct rmsd *r, const struct docked *const *docked, size_t n, size_t *same, struct err *err);

/* When obrms passed one over, nobody knows which: halves of the batch tell. */
static int
halve(struct rmsd *r, const struct batch *b, size_t read, size_t *same, struct err *err)
{
	size_t half = b->n / 2;

	if (half == 0)
		return err_set(err, ERR_INPUT, "obrms read %zu of %zu poses", read, b->total);
	if (measure_batch(r, b->docked, half, same, err) < 0)
		return -1;
	return measure_batch(r, b->docked + half, b->n - half, same, err);
}

static int
measure_batch(
    struct rmsd *r, const struct docked *const *docked, size_t n, size_t *same, struct err *err)
{
	struct batch b = { .docked = docked, .n = n, .text = BUF_INIT };
	double *values, *at;
	int rc;

	b.name = docked[0]->sdf ? "poses.sdf" : "poses.pdbqt";
	for (size_t i = 0; i < n; i++) {
		add_models(docked[i], &b.text);
		b.total += docked[i]->poses.len;
	}
	at = values = xcalloc(b.total, sizeof(*values));
	rc = measure(r, &b, values, err);
	if (rc >= 0 && (size_t)rc < b.total) {
		rc = halve(r, &b, (size_t)rc, same, err);
	} else if (rc >= 0) {
		for (size_t i = 0; i < n; at += docked[i++]->poses.len)
			*same += (size_t)set_values(docked[i], at);
		rc = 0;
	}
	free(values);
	buf_clear(&b.text);
	return rc;
}

int
rmsd_some(struct rmsd *r, const struct docked *docked, size_t n, size_t *same, struct err *err)
{
	VEC(const struct docked *) batch = VEC_INIT;
	int rc = 0;

	for (int sdf = 0; rc == 0 && sdf < 2; sdf++) {
		batch.len = 0;
		for (size_t i = 0; rc >= 0 && i < n; i++) {
			if (!docked[i].x.result || docked[i].sdf != sdf || docked[i].poses.len == 0)
				continue;
			rc = same_size(r, &docked[i], err);
			if (rc > 0)
				vec_add(&batch, &docked[i]);
		}
		if (rc >= 0)
			rc = batch.len > 0 ? measure_batch(r, batch.at, batch.len, same, err) : 0;
	}
	vec_clear(&batch);
	return rc;
}
