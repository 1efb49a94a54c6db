/* SPDX-License-Identifier: MIT */
/* judge: is this request worth running, and is this output to be believed? */
#include "dock/judge.h"

#include <ctype.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "dock/box.h"
#include "dock/engine.h"
#include "dock/lint.h"
#include "dock/pdbqt.h"
#include "dock/pose.h"
#include "dock/request.h"

#define SIDE_MAX 200.0
#define CENTER_MAX 10000.0
#define REACH 8.0   /* Å between box and receptor, beyond which there is nothing to dock to */
#define OUTSIDE 0.5 /* Å that an atom may stick out of the box */
#define QUOTE 1024  /* bytes of the engine's own words */

/* What is not fit for JSON or a terminal becomes visible; cut between characters. */
static void
set_reason(struct verdict *verdict, const char *text)
{
	struct buf shown = BUF_INIT;
	size_t len;

	utf8_visible(text, strlen(text), UTF8_CONTROLS, &shown);
	len = shown.len;
	if (len >= sizeof(verdict->reason)) {
		len = sizeof(verdict->reason) - 1;
		while (len > 0 && ((unsigned char)shown.data[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(verdict->reason, buf_str(&shown), len);
	verdict->reason[len] = '\0';
	buf_clear(&shown);
}

int
verdict_set(struct verdict *verdict, const char *class, const char *fmt, ...)
{
	static const char *const again[] = { "timeout", "memory", "signal" };
	char text[sizeof(verdict->reason)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	set_reason(verdict, text);
	verdict->class = class;
	verdict->retry = false;
	for (size_t i = 0; i < sizeof(again) / sizeof(*again); i++)
		verdict->retry |= strcmp(class, again[i]) == 0;
	return -1;
}

json_t *
verdict_json(const struct verdict *verdict)
{
	return json_pack("{s:s,s:s,s:b}", "class", verdict->class, "reason", verdict->reason,
	    "retry", verdict->retry);
}

int
judge_box(const struct box *box, struct verdict *verdict)
{
	for (int i = 0; i < 3; i++) {
		double size = box->size[i], center = box->center[i];

		if (!isfinite(center) || fabs(center) > CENTER_MAX)
			return verdict_set(verdict, "input",
			    "box: center of %g is not within %g of the origin", center, CENTER_MAX);
		if (!isfinite(size) || size <= 0)
			return verdict_set(
			    verdict, "input", "box: size of %g is not greater than 0", size);
		if (size > SIDE_MAX)
			return verdict_set(
			    verdict, "input", "box: size of %g is more than %g", size, SIDE_MAX);
	}
	return 0;
}

int
judge_reach(const struct box *box, const struct lint_facts *receptor, struct verdict *verdict)
{
	if (lint_reaches(receptor, box->center, box->size, REACH))
		return 0;
	return verdict_set(
	    verdict, "input", "box: no heavy atom of the receptor is within %g Å of it", REACH);
}

int
judge_still(const struct request *request, const struct pdbqt *ligand, struct verdict *verdict)
{
	size_t out = 0;

	for (size_t i = 0; request->mode == ENGINE_SCORE && i < ligand->atoms; i++)
		out += !ligand->atom[i].hydrogen &&
		    box_distance(&request->box, ligand->atom[i].at) > OUTSIDE;
	if (out == 0)
		return 0;
	return verdict_set(verdict, "input",
	    "box: %zu of %zu heavy atoms of the ligand are outside the box, and it is scored where "
	    "it is",
	    out, ligand->heavy);
}

void
judge_warn_box(const struct box *box, json_t *warnings)
{
	if (box_volume(box) > BOX_LARGE)
		json_array_append_new(warnings, json_string("large_box"));
}

/* What engines say when they fail, and what it means. The first row that is found decides; its line
 * is quoted. */
static const struct {
	const char *says, *class;
} sayings[] = {
	{ "PDBQT parsing error:", "input" },
	{ "Parse error on line", "input" },
	{ "Parse error with molecule", "input" },
	{ "Usage error:", "input" },
	{ "This line is too short", "input" },
	{ "Grid box dimensions must be", "input" },
	{ "outside the grid box", "input" },
	{ "Exhaustiveness must be", "input" },
	{ "Affinity map for atom type", "input" },
	{ "exceed max torsion counts", "input" },        /* Uni-Dock */
	{ "exceed max atom counts", "input" },           /* likewise */
	{ "Error: No map file specified for", "input" }, /* AutoDock-GPU */
	{ "Error: No grid map for ligand", "input" },    /* likewise */
	{ "Error: Ligand includes", "input" },           /* likewise */
	{ "have the same XYZ coordinates", "input" },    /* likewise */
	{ "Error in parse_liganddata", "input" },        /* likewise */
	{ "Error: get_gridinfo failed", "input" },       /* likewise */
	{ "std::bad_alloc", "memory" },
	{ "bad allocation", "memory" },
	{ "insufficient memory", "memory" },
	{ "Cannot allocate memory", "memory" },
	{ "cannot allocate memory", "memory" },
	{ "out of memory", "memory" },
	{ "CUDA_ERROR_OUT_OF_MEMORY", "memory" },
	{ "cudaErrorMemoryAllocation", "memory" },
	{ "Could not open", "engine" },
	{ "could not open", "engine" },
	{ "Invalid format:", "engine" },
	{ "ERROR: Directory", "engine" },
	{ "ERROR processing", "engine" },
	{ "Error: Unknown argument", "engine" }, /* AutoDock-GPU, status 0 */
	{ "Command line parse error", "engine" },
	{ "Configuration file parse error", "engine" },
	{ "An internal error occurred", "engine" },
	{ "An unknown error occurred", "engine" },
};

/* The line with the first saying in text; NULL: none. */
static const char *
recognise(const char *text, size_t len, const char **class)
{
	for (size_t i = 0; i < sizeof(sayings) / sizeof(*sayings); i++) {
		const char *at = memmem(text, len, sayings[i].says, strlen(sayings[i].says));

		if (!at)
			continue;
		*class = sayings[i].class;
		while (at > text && at[-1] != '\n')
			at--;
		return at;
	}
	return NULL;
}

/* Copy text so that it is harmless on a terminal and in JSON: blanks and line ends become one
 * blank, bytes that are not printable ASCII become '?'. At most room - 1 bytes. */
static void
quote(const char *text, size_t len, char *out, size_t room)
{
	size_t n = 0;
	bool gap = false;

	for (size_t i = 0; i < len && n + 2 < room; i++) {
		unsigned char c = (unsigned char)text[i];

		if (isspace(c)) {
			gap = n > 0;
			continue;
		}
		if (gap)
			out[n++] = ' ';
		gap = false;
		out[n++] = c < 0x20 || c > 0x7e ? '?' : (char)c;
	}
	out[n] = '\0';
}

/* Of a saying: its line, and the next when that shows the line that was refused (" > ..."). */
static size_t
saying_length(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	if (!newline)
		return (size_t)(end - at);
	if (end - newline > 2 && newline[1] == ' ' && newline[2] == '>') {
		const char *second = memchr(newline + 1, '\n', (size_t)(end - newline - 1));

		return (size_t)((second ? second : end) - at);
	}
	return (size_t)(newline - at);
}

/* The words that tell what went wrong, and their class. */
static const char *
understand(const struct judge_end *end, char *words, size_t room)
{
	const char *class = "engine", *stop = end->said + end->said_len;
	const char *at = recognise(end->said, end->said_len, &class);

	if (!at && end->out && (at = recognise(end->out, end->out_len, &class)))
		stop = end->out + end->out_len;
	if (at)
		quote(at, saying_length(at, stop), words, room);
	else
		quote(end->said_len > QUOTE ? stop - QUOTE : end->said,
		    end->said_len > QUOTE ? QUOTE : end->said_len, words, room);
	return class;
}

int
judge_end(const struct engine *engine, const struct judge_end *end, struct verdict *verdict)
{
	char words[QUOTE + 1];
	const char *class;

	if (end->timed_out)
		return verdict_set(
		    verdict, "timeout", "%s did not end within %g s", engine->program, end->limit);
	if (end->signal == 0 && end->code == 0)
		return 0;
	class = understand(end, words, sizeof(words));
	if (strcmp(class, "memory") == 0)
		return verdict_set(verdict, class, "%s: %s", engine->program, words);
	if (end->signal)
		return verdict_set(verdict, "signal", "%s ended by signal %d (%s)%s%s",
		    engine->program, end->signal, strsignal(end->signal),
		    *words || end->signal == SIGKILL ? ": " : "",
		    *words || end->signal != SIGKILL ? words : "out of memory?");
	return verdict_set(verdict, class, "%s: %s (exit %d)", engine->program,
	    *words ? words : "no message", end->code);
}

static bool
says(const char *text, size_t len, const char *what)
{
	return memmem(text, len, what, strlen(what)) != NULL;
}

int
judge_empty(const struct request *request, const struct judge_end *end, const char *why,
    struct verdict *verdict)
{
	const char *program = request->engine->program, *class = "engine";
	const char *at = recognise(end->said, end->said_len, &class);
	char words[QUOTE + 1];

	if (at) {
		quote(at, saying_length(at, end->said + end->said_len), words, sizeof(words));
		return verdict_set(verdict, class, "%s: %s", program, words);
	}
	if (says(end->said, end->said_len, "Could not find any conformations"))
		return verdict_set(verdict, "result",
		    "%s found no conformation that lies within the box", program);
	return verdict_set(
	    verdict, "result", "%s ended well, but its poses cannot be read: %s", program, why);
}

void
judge_said(const struct request *request, const char *said, size_t len, json_t *warnings)
{
	if (request_networks(request) && request_whole(request, "no_gpu", 0) == 0 &&
	    says(said, len, "No GPU detected"))
		json_array_append_new(warnings, json_string("no_gpu"));
}

/* How many heavy atoms of an element a pose and the ligand have: as many? */
static bool
same_count(
    const struct pose_atom *atoms, size_t natoms, const struct pdbqt *ligand, const char *element)
{
	size_t is = 0, was = 0;

	for (size_t i = 0; i < natoms; i++)
		is += strcmp(atoms[i].type, element) == 0;
	for (size_t i = 0; i < ligand->atoms; i++)
		was += strcmp(ligand->atom[i].type, element) == 0;
	return is == was;
}

static bool
is_hydrogen(const char *element)
{
	return strcmp(element, "H") == 0 || strcmp(element, "D") == 0;
}

/* Of SDF: hydrogens on carbon are gone, and the order is that of the torsion tree. */
static int
judge_elements(const struct poses *poses, const struct pose *pose, size_t number,
    const struct pdbqt *ligand, struct verdict *verdict)
{
	const struct pose_atom *atoms = poses->atoms.at + pose->first;
	size_t heavy = 0;

	for (size_t i = 0; i < pose->natoms; i++)
		heavy += !is_hydrogen(atoms[i].type);
	if (heavy != ligand->heavy)
		return verdict_set(verdict, "result",
		    "pose %zu has %zu heavy atoms, the ligand %zu", number, heavy, ligand->heavy);
	for (size_t i = 0; i < ligand->atoms; i++) {
		const char *element = ligand->atom[i].type;

		if (!ligand->atom[i].hydrogen && !same_count(atoms, pose->natoms, ligand, element))
			return verdict_set(verdict, "result",
			    "pose %zu has not as many atoms of %s as the ligand", number, element);
	}
	return 0;
}

static int
judge_atoms(const struct poses *poses, const struct pose *pose, size_t number,
    const struct pdbqt *ligand, struct verdict *verdict)
{
	const struct pose_atom *atoms = poses->atoms.at + pose->first;

	if (pose->natoms != ligand->atoms)
		return verdict_set(verdict, "result", "pose %zu has %zu atoms, the ligand %zu",
		    number, pose->natoms, ligand->atoms);
	for (size_t i = 0; i < ligand->atoms; i++)
		if (strcmp(atoms[i].type, ligand->atom[i].type) != 0)
			return verdict_set(verdict, "result",
			    "pose %zu: atom %zu is of type %s, in the ligand of type %s", number,
			    i + 1, atoms[i].type, ligand->atom[i].type);
	return 0;
}

static int
judge_place(const struct request *request, const struct poses *poses, const struct pose *pose,
    size_t number, const struct pdbqt *ligand, struct verdict *verdict)
{
	const struct pose_atom *atoms = poses->atoms.at + pose->first;

	for (size_t i = 0; i < pose->natoms; i++) {
		double outside = box_distance(&request->box, atoms[i].at);
		bool hydrogen = request->sdf ? is_hydrogen(atoms[i].type)
					     : ligand->atom[i].hydrogen;

		if (!hydrogen && !(outside <= OUTSIDE))
			return verdict_set(verdict, "result",
			    "pose %zu: atom %zu lies %.1f Å outside the box", number, i + 1,
			    outside);
	}
	return 0;
}

static double
reported(const struct pose *pose)
{
	return isnan(pose->repaired) ? pose->affinity : pose->repaired;
}

static int
judge_score(const struct engine *engine, double score, size_t number, struct verdict *verdict)
{
	if (isfinite(score) && score >= engine->least && score <= engine->most)
		return 0;
	return verdict_set(verdict, "result", "pose %zu: %s of %g is not between %g and %g", number,
	    engine->score, score, engine->least, engine->most);
}

/* CNNscore is a probability; gnina leaves out what is exactly 0 (its issue 231). None at all means
 * that no network ran. */
static int
judge_networks(const struct request *request, const struct poses *poses, json_t *warnings,
    struct verdict *verdict)
{
	size_t scored = 0, missing = 0;

	if (!request_networks(request))
		return 0;
	for (size_t i = 0; i < poses->len; i++) {
		const struct pose *pose = &poses->at[i];

		if (!isnan(pose->cnn_score) && !(pose->cnn_score >= 0 && pose->cnn_score <= 1))
			return verdict_set(verdict, "result",
			    "pose %zu: CNNscore of %g is not between 0 and 1", i + 1,
			    pose->cnn_score);
		scored += !isnan(pose->cnn_score);
		missing += isnan(pose->cnn_score) || isnan(pose->cnn_affinity);
	}
	if (scored == 0)
		return verdict_set(
		    verdict, "result", "no pose has a CNNscore, though 'cnn_scoring' is not none");
	if (missing > 0)
		json_array_append_new(warnings, json_string("cnn_missing"));
	return 0;
}

/* Somebody else's pose under our name: what is called nothing may be anybody's. */
static int
judge_name(
    const struct pose *pose, size_t number, const struct pdbqt *ligand, struct verdict *verdict)
{
	const char *name = ligand->name;
	size_t len;

	while (isspace((unsigned char)*name))
		name++;
	len = strlen(name);
	while (len > 0 && isspace((unsigned char)name[len - 1]))
		len--;
	if (len >= sizeof(pose->name))
		len = sizeof(pose->name) - 1;
	if (!*pose->name || len == 0 ||
	    (strlen(pose->name) == len && memcmp(pose->name, name, len) == 0))
		return 0;
	return verdict_set(verdict, "result", "pose %zu is called '%s', the ligand '%.*s'", number,
	    pose->name, (int)len, name);
}

int
judge_poses(const struct request *request, const struct poses *poses, const struct pdbqt *ligand,
    json_t *warnings, struct verdict *verdict)
{
	double best = INFINITY;
	bool zero = true;

	for (size_t i = 0; i < poses->len; i++) {
		const struct pose *pose = &poses->at[i];

		if (judge_name(pose, i + 1, ligand, verdict) < 0 ||
		    judge_score(request->engine, reported(pose), i + 1, verdict) < 0 ||
		    (request->sdf ? judge_elements(poses, pose, i + 1, ligand, verdict)
				  : judge_atoms(poses, pose, i + 1, ligand, verdict)) < 0 ||
		    judge_place(request, poses, pose, i + 1, ligand, verdict) < 0)
			return -1;
		zero &= pose->affinity == 0 || pose->inter == 0;
		best = fmin(best, reported(pose));
	}
	if (zero)
		return verdict_set(verdict, "result",
		    "the %s of every pose is exactly 0: the ligand touches nothing",
		    request->engine->score);
	if (best > 0)
		json_array_append_new(warnings, json_string("positive_score"));
	return judge_networks(request, poses, warnings, verdict);
}
