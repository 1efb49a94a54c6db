/* SPDX-License-Identifier: MIT */
/* pocket: what poses touch, and where they clash, for a receptor that is read once. */
#include "cli/pocket.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/source.h"
#include "base/vec.h"
#include "cli/docked.h"
#include "cli/records.h"
#include "dock/contacts.h"
#include "dock/pdbqt.h"

#define RECEPTOR_LIMIT ((size_t)256 << 20)

struct pocket {
	struct pdbqt receptor;
	bool given; /* it is that of everything */
	char sha256[DIGEST_HEX];
	VEC(const char *) expected;
};

/* Is every residue there that is asked for? */
static int
check_expected(const struct pocket *p, struct err *err)
{
	for (size_t i = 0; i < p->expected.len; i++)
		if (!contacts_there(&p->receptor, p->expected.at[i]))
			return err_set(
			    err, ERR_USAGE, "the receptor has no residue '%s'", p->expected.at[i]);
	return 0;
}

static int
read_receptor(struct pocket *p, const struct buf *text, const char *name, struct err *err)
{
	pdbqt_clear(&p->receptor);
	if (pdbqt_receptor(&p->receptor, buf_str(text), text->len, err) < 0)
		return err_wrap(err, "%s", name);
	return 0;
}

struct pocket *
pocket_open(const char *path, struct err *err)
{
	struct pocket *p = xcalloc(1, sizeof(*p));
	struct buf text = BUF_INIT;
	int rc = 0;

	if (path) {
		p->given = true;
		rc = source_read_file(path, RECEPTOR_LIMIT, &text, err);
		if (rc == 0)
			rc = read_receptor(p, &text, path, err);
	}
	buf_clear(&text);
	if (rc == 0)
		return p;
	pocket_close(p);
	return NULL;
}

void
pocket_close(struct pocket *p)
{
	if (!p)
		return;
	pdbqt_clear(&p->receptor);
	vec_clear(&p->expected);
	free(p);
}

int
pocket_expect(struct pocket *p, const char *residue, struct err *err)
{
	vec_add(&p->expected, residue);
	return p->given ? check_expected(p, err) : 0;
}

/* The receptor of a result, unless it is the one that we have. */
static int
own_receptor(struct pocket *p, struct app *app, const json_t *result, struct err *err)
{
	const json_t *entry = json_object_get(result, "receptor");
	const json_t *file = json_object_get(entry, "file");
	const char *sha256 = json_string_value(json_object_get(entry, "sha256"));
	struct buf text = BUF_INIT;
	struct err why = { 0 };
	bool first = !*p->sha256;
	int rc;

	if (sha256 && strcmp(sha256, p->sha256) == 0)
		return 0;
	rc = records_file(app, json_is_string(file) ? file : entry, &text, &why);
	if (rc == 0)
		digest_bytes(text.data, text.len, p->sha256);
	if (rc == 0 && (!sha256 || strcmp(sha256, p->sha256) != 0))
		rc = err_set(&why, ERR_INPUT, "it is not what was docked to any more");
	if (rc == 0)
		rc = read_receptor(p, &text, "receptor", &why);
	buf_clear(&text);
	if (rc < 0)
		return err_set(err, ERR_USAGE,
		    "the receptor of the poses cannot be had (%s): --receptor names it", why.text);
	return first ? check_expected(p, err) : 0;
}

int
pocket_add(struct pocket *p, struct app *app, const struct docked *d, struct err *err)
{
	json_t *rows = json_object_get(d->x.result, "poses");

	if (!p->given && own_receptor(p, app, d->x.result, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(rows) && i < d->poses.len; i++) {
		const struct pose *pose = &d->poses.at[i];

		contacts_add(&p->receptor, d->poses.atoms.at + pose->first, pose->natoms,
		    json_array_get(rows, i));
	}
	return 0;
}
