/* SPDX-License-Identifier: MIT */
/*
 * again: a pose of a result as the ligand of another docking.
 */
#ifndef DOCK_AGAIN_H
#define DOCK_AGAIN_H

#include <jansson.h>
#include <stddef.h>

struct exported;

/* A ligand record: key, name, parent and state as the result has them, the text of the pose in the
 * given format ("sdf", "pdbqt"), what else the molecule carried (tags, label, smiles, source ...),
 * and `parent_result`: engine, version, key, pose, its scores and the hash of the file it stood in.
 * With several poses of a result the key ends in "-2" and so on. `input` is passed on only for
 * PDBQT, whose atoms keep their order. The caller's. */
json_t *again_request(
    const struct exported *x, const char *format, const char *text, size_t len, int several);

#endif
