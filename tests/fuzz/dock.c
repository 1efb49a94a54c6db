/* SPDX-License-Identifier: MIT */
/* dock: any bytes as a ligand, a receptor, a molecule or poses; numbers that come out are sane. */
#include <math.h>

#include "dock/lint.h"
#include "dock/molecule.h"
#include "dock/pdbqt.h"
#include "dock/pose.h"
#include "fuzz.h"

static void
read_molecules(const char *text)
{
	for (int format = 0; format < MOLECULE_FORMATS; format++) {
		struct molecule m = MOLECULE_INIT;
		struct err err = { 0 };

		if (molecule_read(&m, (enum molecule_format)format, "fuzz", text, &err) < 0)
			MUST(err.kind == ERR_INPUT && err.text[0]);
		for (size_t i = 0; i < m.atoms.len; i++)
			for (int axis = 0; axis < 3; axis++)
				MUST(isfinite(m.atoms.at[i].at[axis]));
		molecule_clear(&m);
	}
}

static void
lint(const char *text, size_t len)
{
	struct lint_facts facts = { 0 };
	struct err err = { 0 };

	if (lint_ligand(text, len, NULL, &facts, &err) < 0)
		MUST(err.kind == ERR_INPUT && err.text[0]);
	else
		MUST(facts.pdbqt.atoms > 0 && isfinite(facts.centroid[0]));
	lint_clear(&facts);
	if (lint_receptor(text, len, &facts, &err) == 0)
		MUST(facts.pdbqt.atoms > 0 && facts.low[2] <= facts.high[2]);
	lint_clear(&facts);
}

static void
read_poses(const char *text, size_t len)
{
	struct poses poses = POSES_INIT;
	struct err err = { 0 };

	if (poses_read(text, len, &poses, &err) < 0)
		MUST(err.kind == ERR_INPUT && err.text[0]);
	else
		MUST(poses.len > 0 && poses.at[poses.len - 1].end <= len);
	poses_clear(&poses);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);

	read_molecules(text);
	free(text);
	/* these take a length: no byte behind it may be looked at */
	lint((const char *)data, size);
	read_poses((const char *)data, size);
	return 0;
}
