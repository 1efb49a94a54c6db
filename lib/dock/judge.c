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

/* How far a point is outside the box; 0 inside; NAN for a point that is none. */
static double
distance(const struct box *box, const double at[3])
{
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double d = fabs(at[i] - box->center[i]) - box->size[i] / 2;

		if (!(d <= 0))
			sum += d * d;
	}
	return sqrt(sum);
}

int
judge_reach(const struct box *box, const struct lint_facts *receptor, struct verdict *verdict)
{
	if (lint_reaches(receptor, box->center, box->size, REACH))
		return 0;
	return verdict_set(
	    verdict, "input", "box: no heavy atom of the receptor is within %g Å of it", REACH);
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
	{ "This line is too short", "input" },
	{ "Grid box dimensions must be", "input" },
	{ "outside the grid box", "input" },
	{ "Exhaustiveness must be", "input" },
	{ "std::bad_alloc", "memory" },
	{ "bad allocation", "memory" },
	{ "Cannot allocate memory", "memory" },
	{ "cannot allocate memory", "memory" },
	{ "out of memory", "memory" },
	{ "Could not open", "engine" },
	{ "could not open", "engine" },
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
judge_place(const struct poses *poses, const struct pose *pose, size_t number,
    const struct pdbqt *ligand, const struct box *box, struct verdict *verdict)
{
	const struct pose_atom *atoms = poses->atoms.at + pose->first;

	for (size_t i = 0; i < ligand->atoms; i++) {
		double outside = distance(box, atoms[i].at);

		if (!ligand->atom[i].hydrogen && !(outside <= OUTSIDE))
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

int
judge_poses(const struct engine *engine, const struct poses *poses, const struct pdbqt *ligand,
    const struct box *box, json_t *warnings, struct verdict *verdict)
{
	bool zero = true;

	for (size_t i = 0; i < poses->len; i++) {
		const struct pose *pose = &poses->at[i];

		if (judge_score(engine, reported(pose), i + 1, verdict) < 0 ||
		    judge_atoms(poses, pose, i + 1, ligand, verdict) < 0 ||
		    judge_place(poses, pose, i + 1, ligand, box, verdict) < 0)
			return -1;
		zero &= pose->affinity == 0 || pose->inter == 0;
	}
	if (zero)
		return verdict_set(verdict, "result",
		    "the %s of every pose is exactly 0: the ligand touches nothing", engine->score);
	if (reported(&poses->at[0]) > 0)
		json_array_append_new(warnings, json_string("positive_score"));
	return 0;
}
