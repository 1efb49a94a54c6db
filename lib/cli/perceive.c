/* SPDX-License-Identifier: MIT */
/* perceive: the SDF of a PDBQT model whose molecule is not known, as Open Babel perceives it. */
#include "cli/perceive.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/babel.h"

/* Open Babel writes the date into the second line, and into each atom the number of its bonds, so
 * that who reads it takes the hydrogens that PDBQT leaves out for missing, not for implied. */
static void
add_clean(const char *line, const char *end, struct buf *out)
{
	for (int number = 1; line < end; number++) {
		const char *nl = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((nl ? nl + 1 : end) - line), start = out->len;

		if (number == 1)
			buf_add_str(out, "  Dockline\n");
		else
			buf_add(out, line, len);
		/* an atom: a point in columns 6 and 16, the valence in 49-51 */
		if (number > 3 && len > 51 && out->data[start + 5] == '.' &&
		    out->data[start + 15] == '.')
			memcpy(out->data + start + 48, "  0", 3);
		line += len;
	}
}

/* What Open Babel makes of text, below the first line. */
static int
convert(const char *const *args, const char *text, size_t len, const char *title, struct buf *out,
    struct err *err)
{
	struct buf in = BUF_INIT, sdf = BUF_INIT;
	const char *body, *end = NULL;
	int rc;

	buf_add(&in, text, len);
	rc = babel_run("obabel", args, &in, &sdf, err);
	body = strchr(buf_str(&sdf), '\n');
	end = body ? strstr(body, "M  END") : NULL;
	if (rc == 0 && !end)
		rc = err_set(err, ERR_INPUT, "Open Babel cannot read the pose");
	if (rc == 0) {
		buf_addf(out, "%s\n", title);
		add_clean(body + 1, end, out);
		buf_add_str(out, "M  END\n");
	}
	buf_clear(&in);
	buf_clear(&sdf);
	return rc;
}

int
perceive_sdf(const char *model, size_t len, const char *title, struct buf *out, struct err *err)
{
	static const char *const args[] = { "-ipdbqt", "-osdf", NULL };

	return convert(args, model, len, title, out, err);
}

int
perceive_smiles(const char *smiles, struct buf *out, struct err *err)
{
	static const char *const args[] = { "-ismi", "-osdf", NULL };
	struct buf line = BUF_INIT;
	int rc;

	buf_addf(&line, "%s\n", smiles);
	rc = convert(args, line.data, line.len, "", out, err);
	buf_clear(&line);
	return rc;
}

int
perceive_hydrogens(const char *sdf, size_t len, struct buf *out, struct err *err)
{
	static const char *const args[] = { "-isdf", "-osdf", "-h", NULL };
	const char *end = memchr(sdf, '\n', len);
	char *title = xstrndup(sdf, end ? (size_t)(end - sdf) : len);
	int rc = convert(args, sdf, len, title, out, err);

	free(title);
	return rc;
}
