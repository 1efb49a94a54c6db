/* SPDX-License-Identifier: MIT */
/*
 * judge: is this request worth running, and is this output to be believed?
 *
 * An engine's exit status 0 is not success: Vina ends 0 with an empty file on
 * a full disk, with scores of 0.000 for a box in empty space and of +10^7 for
 * one that is too small. A failure gets a class that a retry rule or a person
 * can act on, and a reason in the engine's own words where it had any.
 */
#ifndef DOCK_JUDGE_H
#define DOCK_JUDGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct box;
struct engine;
struct lint_facts;
struct pdbqt;
struct poses;
struct request;

/* Why not. class NULL: nothing is wrong. Classes: input, engine, result, timeout, memory, signal.
 */
struct verdict {
	const char *class;
	bool retry; /* the same again may go well */
	char reason[1280];
};

/* Set class and reason; whatever bytes it is made of, the reason is UTF-8 without control
 * characters. Returns -1, so that failing is one line. timeout, memory and signal may be tried
 * again. */
int verdict_set(struct verdict *verdict, const char *class, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The error of a record: {"class","reason","retry"}. The caller's. */
json_t *verdict_json(const struct verdict *verdict);

/* The numbers: sizes in (0, 200], the centre within 10,000 Å of the origin, all finite. A NaN must
 * never reach Vina, which then never ends. */
int judge_box(const struct box *box, struct verdict *verdict);

/* At least one heavy atom of the receptor is within 8 Å of the box. */
int judge_reach(const struct box *box, const struct lint_facts *receptor, struct verdict *verdict);

/* What is only scored stays where it is: that must be in the box. */
int judge_still(const struct request *request, const struct pdbqt *ligand, struct verdict *verdict);

/* What is worth a warning beforehand: "large_box" above 27,000 Å³. */
void judge_warn_box(const struct box *box, json_t *warnings);

/* How the process ended: 0 with exit status 0; -1 otherwise, classified by what it said. `said` is
 * its standard error, or output when that is empty; out its standard output, in which words that
 * are known count as well: programs on GPUs complain there. */
struct judge_end {
	int code;       /* exit status */
	int signal;     /* or the signal that ended it, else 0 */
	bool timed_out; /* at our limit */
	double limit;   /* it, in seconds */
	const char *said;
	size_t said_len;
	const char *out; /* may be NULL */
	size_t out_len;
};
int judge_end(const struct engine *engine, const struct judge_end *end, struct verdict *verdict);

/* What an engine that ended with exit status 0 said when it left no poses that can be read; why
 * tells what is wrong with them. A GPU without memory (class memory) and a ligand that was not read
 * (input) are told apart from one that fits nowhere in the box (result). Returns -1. */
int judge_empty(const struct request *request, const struct judge_end *end, const char *why,
    struct verdict *verdict);

/* Warnings that the engine's words give rise to: "no_gpu" when gnina ran its networks on the CPU
 * although nobody asked for that. */
void judge_said(const struct request *request, const char *said, size_t len, json_t *warnings);

/* The poses: finite scores between the engine's `least` and `most` that are not all exactly zero
 * (in all or between ligand and receptor), the name of the ligand where both have one, atoms those
 * of the ligand in number, type and order (of SDF: as many heavy atoms of each element, for smina
 * sorts them), every heavy atom within 0.5 Å of the box, scores of networks where they were asked
 * for. Adds the warnings "positive_score" and "cnn_missing". Call it after the repair. */
int judge_poses(const struct request *request, const struct poses *poses,
    const struct pdbqt *ligand, json_t *warnings, struct verdict *verdict);

#endif
