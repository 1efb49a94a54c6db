/* SPDX-License-Identifier: MIT */
/*
 * pose: any bytes as a pose file; what is read can be repaired and judged, and ends where it says.
 */
#include "dock/pose.h"

#include <jansson.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "dock/box.h"
#include "dock/dlg.h"
#include "dock/engine.h"
#include "dock/judge.h"
#include "dock/pdbqt.h"
#include "dock/repair.h"
#include "dock/request.h"
#include "fuzz.h"

static void
check_poses(struct poses *poses, size_t size)
{
	static const struct engine_version version = { "1.2.3", 10203 };
	const struct box box = { { 11, 90.5, 57.5 }, { 22, 24, 28 } };
	const struct engine *vina = engine_find("vina");
	const struct request request = { .engine = vina, .box = box };
	struct pdbqt_atom atoms[32] = { 0 };
	struct pdbqt ligand = { .atom = atoms };
	struct verdict verdict = { 0 };
	json_t *warnings = json_array();
	size_t end = 0;

	for (size_t i = 0; i < poses->len; i++) {
		const struct pose *p = &poses->at[i];

		MUST(p->end > end && p->end <= size);
		MUST(p->natoms > 0 && p->first + p->natoms <= poses->atoms.len);
		end = p->end;
	}
	for (; ligand.atoms < poses->at[0].natoms && ligand.atoms < 32; ligand.atoms++)
		memcpy(atoms[ligand.atoms].type, poses->atoms.at[ligand.atoms].type, 4);
	if (repair_is_needed(vina, &version, poses))
		repair_apply(poses, NULL);
	if (judge_poses(&request, poses, &ligand, warnings, &verdict) < 0)
		MUST(verdict.class && *verdict.reason);
	json_decref(warnings);
}

/* What a log gives are models, or it is refused and gives nothing. */
static void
check_log(const char *text, size_t size)
{
	struct buf out = BUF_INIT;
	struct err err = { 0 };

	if (dlg_to_pdbqt(text, size, &out, &err) == 0)
		MUST(out.len > 6 && memcmp(out.data, "MODEL ", 6) == 0);
	else
		MUST(out.len == 0 && err.kind == ERR_INPUT && *err.text);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct poses poses = POSES_INIT;
	struct verdict verdict = { 0 };
	struct err err = { 0 };

	if (poses_read((const char *)data, size, &poses, &err) == 0) {
		check_poses(&poses, size);
	} else {
		MUST(err.kind == ERR_INPUT && *err.text);
		verdict_set(&verdict, "result", "%s", err.text);
		MUST(utf8_valid(verdict.reason, strlen(verdict.reason)));
	}
	poses_clear(&poses);
	check_log((const char *)data, size);
	return 0;
}
