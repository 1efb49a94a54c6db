/* SPDX-License-Identifier: MIT */
/* depict: molecules drawn in two dimensions by Open Babel, as SVG to stand in a page. */
#include "cli/depict.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "cli/babel.h"

#define PICTURE_LIMIT ((size_t)1 << 20)

/* The element alone, small, and without the id and title that all of them share. */
static char *
clean(const char *text)
{
	const char *begin = strstr(text, "<g transform"), *end = strstr(text, "</svg>");
	const char *last = NULL;
	struct buf out = BUF_INIT;

	for (; end; end = strstr(end + 1, "</svg>"))
		last = end;
	if (!begin || !last || strstr(text, "<script"))
		return NULL;
	buf_add_str(&out, "<svg width=\"140\" height=\"140\" viewBox=\"0 0 100 100\">");
	buf_add(&out, begin, (size_t)(last - begin));
	buf_add_str(&out, "</svg>");
	return buf_take(&out);
}

/* Open Babel numbers the files of a run from 1, those alone that it could read: so each molecule is
 * a run of its own, a few hundredths of a second. */
static int
draw(const char *smiles, const char *path, char **svg, struct err *err)
{
	const char *args[] = { "-ismi", "-osvg", "-O", path, "-xd", "-xC", NULL };
	struct buf in = BUF_INIT, out = BUF_INIT;
	int rc;

	buf_addf(&in, "%.*s\n", (int)strcspn(smiles, " \t\r\n"), smiles);
	unlink(path);
	rc = babel_run("obabel", args, &in, &out, err);
	buf_reset(&out);
	if (rc == 0 && file_read(path, PICTURE_LIMIT, &out, NULL) == 0)
		*svg = clean(buf_str(&out));
	buf_clear(&in);
	buf_clear(&out);
	return rc;
}

int
depict(const char *const *smiles, size_t n, char **svg, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = path_join(tmp && *tmp ? tmp : "/tmp", "dockline.XXXXXX"), *path;
	int rc = 0;

	if (!mkdtemp(dir)) {
		rc = err_sys(err, "cannot make a folder '%s'", dir);
		free(dir);
		return rc;
	}
	path = path_join(dir, "x.svg");
	for (size_t i = 0; i < n; i++) {
		svg[i] = NULL;
		if (rc == 0 && smiles[i])
			rc = draw(smiles[i], path, &svg[i], err);
	}
	file_remove_tree(dir, NULL);
	free(path);
	free(dir);
	return rc;
}
