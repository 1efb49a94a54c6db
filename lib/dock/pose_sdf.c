/* SPDX-License-Identifier: MIT */
/* pose_sdf: docked poses, read from the SDF file that smina and gnina write. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/err.h"
#include "dock/pose.h"
#include "dock/pose_parts.h"

/* An atom of a V2000 block: coordinates in columns 1-30, the element in 32-34. */
static int
read_sdf_atom(const struct line *line, struct poses *out, struct err *err)
{
	struct pose_atom atom = { .type = "" };
	size_t n = 0;

	if (line->len < 34)
		return line_bad(line, "too short for an atom", err);
	for (size_t i = 0; i < 3; i++)
		if (field_number(line->at + 10 * i, 10, &atom.at[i]) < 0)
			return line_bad(line, "not a coordinate", err);
	for (size_t i = 31; i < 34 && n + 1 < sizeof(atom.type); i++)
		if (!isspace((unsigned char)line->at[i]))
			atom.type[n++] = line->at[i];
	vec_add(&out->atoms, atom);
	return 0;
}

/* The three lines above the counts, the counts and the atoms. The first line has been read. */
static int
read_sdf_atoms(struct reader *r, struct poses *out, struct pose *pose, struct err *err)
{
	double count = 0;

	for (int i = 0; i < 3; i++)
		if (!reader_next(r))
			return err_set(err, ERR_INPUT, "record %zu is cut off", out->len + 1);
	if (r->line.len < 39 || memcmp(r->line.at + 34, "V2000", 5) != 0 ||
	    field_number(r->line.at, 3, &count) < 0 || !(count > 0))
		return line_bad(&r->line, "not the counts of atoms and bonds", err);
	for (; pose->natoms < (size_t)count; pose->natoms++) {
		if (!reader_next(r))
			return err_set(err, ERR_INPUT, "record %zu is cut off", out->len + 1);
		if (read_sdf_atom(&r->line, out, err) < 0)
			return -1;
	}
	return 0;
}

/* "> <CNNscore>" or ">  <CNNscore>": a tag of ours has its number on the next line. *scored counts
 * affinities. */
static int
read_sdf_tag(struct reader *r, struct pose *pose, size_t *scored, struct err *err)
{
	const char *name = memchr(r->line.at, '<', r->line.len), *end;
	struct pose none = pose_none();
	double value;
	size_t len;

	if (!name)
		return 0;
	name++;
	end = memchr(name, '>', (size_t)(r->line.at + r->line.len - name));
	len = end ? (size_t)(end - name) : 0;
	if (pose_set(&none, name, len, 0) == 0)
		return 0;
	if (!reader_next(r) || field_number(r->line.at, r->line.len, &value) < 0)
		return line_bad(&r->line, "not a number", err);
	*scored += !isnan(none.affinity);
	return pose_set(pose, name, len, value);
}

static int
read_record(struct reader *r, const char *start, struct poses *out, struct err *err)
{
	struct pose pose = pose_none();
	size_t number = out->len + 1, scored = 0;

	pose.first = out->atoms.len;
	pose_name(&pose, r->line.at, r->line.len);
	if (read_sdf_atoms(r, out, &pose, err) < 0)
		return -1;
	do {
		if (!reader_next(r))
			return err_set(err, ERR_INPUT, "record %zu is cut off", number);
		if (line_starts(&r->line, ">") && read_sdf_tag(r, &pose, &scored, err) < 0)
			return -1;
	} while (!line_starts(&r->line, "$$$$"));
	if (scored == 0)
		return err_set(err, ERR_INPUT, "record %zu has no minimizedAffinity", number);
	pose.roots = 1;
	pose.end = (size_t)(r->at - start);
	pose_complete(&pose);
	vec_add(out, pose);
	return 0;
}

int
poses_read_sdf(const char *text, size_t len, struct poses *out, struct err *err)
{
	struct reader r = { .at = text, .end = text + len };

	while (reader_next(&r))
		if (read_record(&r, text, out, err) < 0)
			return -1;
	if (out->len == 0)
		return err_set(err, ERR_INPUT, "there is no record in it");
	return 0;
}
