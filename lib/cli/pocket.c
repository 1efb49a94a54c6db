/* SPDX-License-Identifier: MIT */
/* pocket: what poses touch, and where they clash, for a receptor that is read once. */
#include "cli/pocket.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/source.h"
#include "cli/docked.h"
#include "dock/contacts.h"
#include "dock/pdbqt.h"

#define RECEPTOR_LIMIT ((size_t)256 << 20)

struct pocket {
	struct pdbqt receptor;
};

struct pocket *
pocket_open(const char *path, struct err *err)
{
	struct pocket *p = xcalloc(1, sizeof(*p));
	struct buf text = BUF_INIT;
	int rc = source_read_file(path, RECEPTOR_LIMIT, &text, err);

	if (rc == 0 && (rc = pdbqt_receptor(&p->receptor, buf_str(&text), text.len, err)) < 0)
		err_wrap(err, "%s", path);
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
	free(p);
}

int
pocket_add(struct pocket *p, struct app *app, json_t *result, struct err *err)
{
	json_t *rows = json_object_get(result, "poses");
	struct docked d = DOCKED_INIT;
	int rc;

	d.x.result = result;
	rc = docked_read(app, &d, err);
	for (size_t i = 0; rc == 0 && i < json_array_size(rows) && i < d.poses.len; i++) {
		const struct pose *pose = &d.poses.at[i];

		contacts_add(&p->receptor, d.poses.atoms.at + pose->first, pose->natoms,
		    json_array_get(rows, i));
	}
	docked_clear(&d);
	return rc;
}
