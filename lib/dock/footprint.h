/* SPDX-License-Identifier: MIT */
/*
 * footprint: the memory that an engine takes for a docking, known before it is begun.
 *
 * AutoDock Vina 1.2 tabulates the energy of every pair of atoms of what moves, up to 20 Å at 32
 * points for each square of an angstrom, three doubles a point (precalculate.h): n (n + 1) / 2
 * tables of 0.3 MB, of which there are two sets while the second is made. So a ligand of 39 atoms,
 * polar hydrogens and all, takes 0.6 GB, one of 81 takes 2 GB, and what a task sets aside for
 * the usual one is not enough. In a process of --batch the tables of the ligand before are there
 * as well, and the grids are those of all types. Peaks of Vina 1.2.3 in MiB, and what is reckoned
 * here:
 *
 *	atoms	box	alone		first of --batch	behind one of 49
 *	6	20 Å	325	333	367	366
 *	14	30 Å	381	372	480	455
 *	39	20 Å	557	562	644	652	1003	1011
 *	39	30 Å	587	578	701	741
 *	49	20 Å	724	734	905	913	1264	1272
 *	81	20 Å	1953	1962	2133	2141
 */
#ifndef DOCK_FOOTPRINT_H
#define DOCK_FOOTPRINT_H

#include <stddef.h>
#include <stdint.h>

struct engine;
struct engine_version;
struct pdbqt;
struct request;

/* Bytes of the usual docking, as the shipped tasks have it; 0: not known. */
int64_t footprint_usual(const struct engine *engine, const struct engine_version *version);

/* Bytes that a process of the engine takes for this ligand, alone in it; 0: not
 * known (an engine whose memory does not depend on it, or nobody measured). */
int64_t footprint_alone(const struct request *request, const struct engine_version *version,
    const struct pdbqt *ligand);

/* The same in a process of several: behind a ligand of `before` atoms, 0: it is the first. */
int64_t footprint_group(const struct request *request, const struct engine_version *version,
    const struct pdbqt *ligand, size_t before);

#endif
