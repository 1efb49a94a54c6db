/* SPDX-License-Identifier: MIT */
/* perceive: the SDF of a PDBQT model whose molecule is not known, as Open Babel perceives it. */
#include "cli/perceive.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/babel.h"

int
perceive_sdf(const char *model, size_t len, const char *title, struct buf *out, struct err *err)
{
	static const char *const args[] = { "-ipdbqt", "-osdf", NULL };
	struct buf in = BUF_INIT, sdf = BUF_INIT;
	const char *body, *end = NULL;
	int rc;

	buf_add(&in, model, len);
	rc = babel_run("obabel", args, &in, &sdf, err);
	body = strchr(buf_str(&sdf), '\n');
	end = body ? strstr(body, "M  END") : NULL;
	if (rc == 0 && !end)
		rc = err_set(err, ERR_INPUT, "Open Babel cannot read the pose");
	if (rc == 0) {
		buf_add_str(out, title);
		buf_add(out, body, (size_t)(end - body));
		buf_add_str(out, "M  END\n");
	}
	buf_clear(&in);
	buf_clear(&sdf);
	return rc;
}
