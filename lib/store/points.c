/* SPDX-License-Identifier: MIT */
/*
 * points: texts apart from the points in space that stand in them.
 *
 * In the frame COARSE and FINE stand for the next point of three and four
 * decimals, and NEAR, with a byte behind it, for a rounded one: by how much the
 * number of its fine point is off the one behind that of the last. Behind END
 * follow, as store/bits has them, the fine points and then the coarse ones: their
 * count; if there are any, for each axis the least number (zigzag) and how many
 * bits a distance from it takes; then these distances, point by point. After them
 * there is a bit for each number of a rounded point whose fine one ends in 5, in
 * the order of the frame: was it rounded away from 0? Whoever rounded had more
 * decimals, or the double next to these.
 */
#include "store/points.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "store/bits.h"

enum {
	AXES = 3,
	FEW = 4,           /* points: what has fewer stays whole */
	BITS_MAX = 32,     /* of a distance */
	LINK_ZERO = 0x90,  /* the byte behind NEAR for the very next one */
	LINK_LEAST = 0x20, /* lower ones are bytes that stand for something */
	LINK_MOST = 0xff,
};

enum { END = 1, COARSE, FINE, NEAR, MARKS };

struct point {
	int32_t at[AXES]; /* in units of the last decimal */
};

struct points {
	struct point *at;
	size_t len, room;
};

/* Kinds of points, by their byte: fields as "%W.Df" has them. */
static const struct kind {
	int decimals, width;
	int before; /* the '.' */
} kinds[] = { [COARSE] = { 3, 8, 4 }, [FINE] = { 4, 10, 5 } };

/* ---- numbers in text ---- */

/* The number in a field of this kind, if it is as printf would write it. */
static bool
read_field(const char *field, const struct kind *kind, int32_t *number)
{
	int32_t n = 0;
	bool minus;
	int at = 0;

	if (field[kind->before] != '.')
		return false;
	while (field[at] == ' ')
		at++;
	minus = field[at] == '-';
	at += minus;
	if (at >= kind->before || (field[at] == '0' && at + 1 < kind->before))
		return false;
	for (; at < kind->width; at++) {
		if (at == kind->before)
			continue;
		if (field[at] < '0' || field[at] > '9')
			return false;
		n = n * 10 + field[at] - '0';
	}
	*number = minus ? -n : n;
	return !minus || n != 0;
}

static void
write_field(char *field, const struct kind *kind, int32_t number)
{
	uint32_t n = number < 0 ? -(uint32_t)number : (uint32_t)number;
	int at = kind->width;

	while (at > 0 && (n > 0 || at >= kind->before)) {
		at--;
		if (at == kind->before) {
			field[at] = '.';
			continue;
		}
		field[at] = (char)('0' + n % 10);
		n /= 10;
	}
	if (number < 0 && at > 0)
		field[--at] = '-';
	memset(field, ' ', (size_t)at);
}

/* Does a point of this kind begin there? */
static bool
read_point(const char *text, const struct kind *kind, struct point *p)
{
	for (int axis = 0; axis < AXES; axis++)
		if (!read_field(text + axis * kind->width, kind, &p->at[axis]))
			return false;
	return true;
}

/* ---- rounding ---- */

/* Is nobody sure how a number of four decimals is rounded? */
static bool
is_tie(int32_t fine)
{
	return fine % 10 == 5 || fine % 10 == -5;
}

static int32_t
rounded(int32_t fine, bool away)
{
	int32_t rest = fine % 10;

	return fine / 10 + (rest > 5 || (rest == 5 && away)) - (rest < -5 || (rest == -5 && away));
}

static bool
is_rounded(const struct point *coarse, const struct point *fine)
{
	for (int axis = 0; axis < AXES; axis++)
		if (coarse->at[axis] != rounded(fine->at[axis], false) &&
		    coarse->at[axis] != rounded(fine->at[axis], true))
			return false;
	return true;
}

static bool
is_near(const struct points *fine, long i, const struct point *coarse)
{
	return i >= 0 && i < (long)fine->len && is_rounded(coarse, &fine->at[i]);
}

/* Which fine point a coarse one is: one about the expected one, so that a byte tells; -1: none. */
static long
find_near(const struct points *fine, const struct point *coarse, long expected)
{
	for (long off = 0; off <= LINK_MOST - LINK_ZERO && fine->len > 0; off++) {
		if (is_near(fine, expected + off, coarse))
			return expected + off;
		if (is_near(fine, expected - off, coarse))
			return expected - off;
	}
	return -1;
}

/* ---- all points of a kind ---- */

static int
bits_of(uint32_t n)
{
	return n ? 32 - __builtin_clz(n) : 0;
}

/* What all of them have in common on an axis: the least, and how many bits the others take. */
static int
put_axis(struct bits *b, const struct points *p, int axis, uint32_t *least)
{
	int32_t low = p->at[0].at[axis], high = low;
	int width;

	for (size_t i = 1; i < p->len; i++) {
		int32_t n = p->at[i].at[axis];

		low = n < low ? n : low;
		high = n > high ? n : high;
	}
	*least = (uint32_t)low;
	width = bits_of((uint32_t)high - *least);
	bits_put_number(b, low < 0 ? ~(*least << 1) : *least << 1);
	bits_put(b, (uint32_t)width, 8);
	return width;
}

static void
put_points(struct bits *b, const struct points *p)
{
	uint32_t least[AXES];
	int widths[AXES] = { 0 };

	bits_put_number(b, (uint32_t)p->len);
	for (int axis = 0; axis < AXES && p->len > 0; axis++)
		widths[axis] = put_axis(b, p, axis, &least[axis]);
	for (size_t i = 0; i < p->len; i++)
		for (int axis = 0; axis < AXES; axis++)
			bits_put(b, (uint32_t)p->at[i].at[axis] - least[axis], widths[axis]);
}

/* most: no frame of that text has more. */
static void
get_points(struct bits_reader *r, size_t most, struct points *p)
{
	uint32_t count = bits_get_number(r), least[AXES] = { 0 };
	int widths[AXES] = { 0 };

	if (count > most)
		r->damaged = true;
	for (int axis = 0; axis < AXES && count > 0; axis++) {
		uint32_t low = bits_get_number(r);

		least[axis] = low & 1 ? ~(low >> 1) : low >> 1;
		widths[axis] = (int)bits_get(r, 8);
		if (widths[axis] > BITS_MAX)
			r->damaged = true;
	}
	for (uint32_t i = 0; i < count && !r->damaged; i++) {
		struct point point;

		for (int axis = 0; axis < AXES; axis++)
			point.at[axis] = (int32_t)(least[axis] + bits_get(r, widths[axis]));
		vec_add(p, point);
	}
}

/* ---- splitting ---- */

/* A point of a text. */
struct place {
	size_t from; /* where it begins */
	int kind;
	struct point point;
};

/* What is put together while a text is split. */
struct split {
	struct {
		struct place *at;
		size_t len, room;
	} places;                   /* in order */
	struct points fine, coarse; /* coarse: those that are none of the fine */
	struct buf ties;            /* a byte 0 or 1 for each */
	long expected;              /* number of the fine point that the next rounded one may be */
};

static size_t
length_of(int kind)
{
	return (size_t)(AXES * kinds[kind].width);
}

/* The point whose first '.' is at dot and that begins at `from` or later: is there one? */
static bool
find_point(const char *text, size_t len, size_t from, size_t dot, struct place *p)
{
	for (p->kind = COARSE; p->kind <= FINE; p->kind++) {
		size_t before = (size_t)kinds[p->kind].before;

		p->from = dot - before;
		if (dot >= from + before && p->from + length_of(p->kind) <= len &&
		    read_point(text + p->from, &kinds[p->kind], &p->point))
			return true;
	}
	return false;
}

static void
find_points(struct split *s, const char *text, size_t len)
{
	const char *dot = text;
	size_t from = 0;
	struct place p;

	while ((dot = memchr(dot, '.', len - (size_t)(dot - text)))) {
		if (!find_point(text, len, from, (size_t)(dot - text), &p)) {
			dot++;
			continue;
		}
		vec_add(&s->places, p);
		if (p.kind == FINE)
			vec_add(&s->fine, p.point);
		from = p.from + length_of(p.kind);
		dot = text + from;
	}
}

/* Is it a fine one? Then its bytes are in the frame. */
static bool
put_near(struct split *s, const struct point *coarse, struct buf *frame)
{
	long i = find_near(&s->fine, coarse, s->expected);

	if (i < 0)
		return false;
	buf_add_char(frame, NEAR);
	buf_add_char(frame, (char)(LINK_ZERO + (i - s->expected)));
	for (int axis = 0; axis < AXES; axis++) {
		int32_t fine = s->fine.at[i].at[axis];

		if (is_tie(fine))
			buf_add_char(&s->ties, coarse->at[axis] == rounded(fine, true));
	}
	s->expected = i + 1;
	return true;
}

static void
put_frame(struct split *s, const char *text, size_t len, struct buf *frame)
{
	size_t from = 0;

	for (size_t i = 0; i < s->places.len; i++) {
		const struct place *p = &s->places.at[i];

		buf_add(frame, text + from, p->from - from);
		from = p->from + length_of(p->kind);
		if (p->kind == COARSE && put_near(s, &p->point, frame))
			continue;
		buf_add_char(frame, (char)p->kind);
		if (p->kind == COARSE)
			vec_add(&s->coarse, p->point);
	}
	buf_add(frame, text + from, len - from);
}

static void
put_figures(struct split *s, struct buf *out)
{
	struct bits bits = { .to = out };

	put_points(&bits, &s->fine);
	put_points(&bits, &s->coarse);
	for (size_t i = 0; i < s->ties.len; i++)
		bits_put(&bits, (uint32_t)s->ties.data[i], 1);
	bits_end(&bits);
}

static bool
has_marks(const char *text, size_t len)
{
	for (int mark = END; mark < MARKS; mark++)
		if (memchr(text, mark, len))
			return true;
	return false;
}

bool
points_split(const void *data, size_t len, struct buf *split, size_t *frame)
{
	struct split s = { .expected = 0 };
	bool done;

	buf_reset(split);
	find_points(&s, data, len);
	done = s.places.len >= FEW && !has_marks(data, len);
	if (done) {
		put_frame(&s, data, len, split);
		*frame = split->len;
		buf_add_char(split, END);
		put_figures(&s, split);
	}
	vec_clear(&s.places);
	vec_clear(&s.fine);
	vec_clear(&s.coarse);
	buf_clear(&s.ties);
	return done;
}

/* ---- joining ---- */

/* What was read, and how much of it was used. */
struct join {
	struct bits_reader reader; /* of ties */
	struct points fine, coarse;
	size_t fines, coarses;
	long expected; /* as in struct split */
	struct buf *out;
};

static void
print_point(struct join *j, int kind, const struct point *p)
{
	char *to = buf_reserve(j->out, length_of(kind));

	for (int axis = 0; axis < AXES; axis++)
		write_field(to + axis * kinds[kind].width, &kinds[kind], p->at[axis]);
	j->out->len += length_of(kind);
}

static bool
join_next(struct join *j, int kind)
{
	const struct points *from = kind == FINE ? &j->fine : &j->coarse;
	size_t *used = kind == FINE ? &j->fines : &j->coarses;

	if (*used == from->len)
		return false;
	print_point(j, kind, &from->at[(*used)++]);
	return true;
}

static bool
join_near(struct join *j, unsigned char link)
{
	long i = j->expected + link - LINK_ZERO;
	struct point p;

	if (link < LINK_LEAST || i < 0 || i >= (long)j->fine.len)
		return false;
	for (int axis = 0; axis < AXES; axis++) {
		int32_t fine = j->fine.at[i].at[axis];

		p.at[axis] = rounded(fine, is_tie(fine) && bits_get(&j->reader, 1));
	}
	j->expected = i + 1;
	print_point(j, COARSE, &p);
	return !j->reader.damaged;
}

static bool
join_all(struct join *j, const unsigned char *frame, size_t len)
{
	size_t from = 0;
	bool near;

	for (size_t i = 0; i < len; i++) {
		if (frame[i] >= MARKS || frame[i] < END) /* most are: nothing before this */
			continue;
		near = frame[i] == NEAR;
		buf_add(j->out, frame + from, i - from);
		if (near && ++i == len)
			return false;
		if (near ? !join_near(j, frame[i]) : !join_next(j, frame[i]))
			return false;
		from = i + 1;
	}
	buf_add(j->out, frame + from, len - from);
	return j->fines == j->fine.len && j->coarses == j->coarse.len &&
	    j->reader.at == j->reader.end;
}

int
points_join(const void *data, size_t len, struct buf *out, struct err *err)
{
	const unsigned char *frame = data, *end = memchr(data, END, len);
	struct join j = { .out = out };
	bool whole;

	if (!end)
		return err_set(err, ERR_STORE, "a packed text is damaged: its frame has no end");
	j.reader = (struct bits_reader){ .at = end + 1, .end = frame + len };
	get_points(&j.reader, len, &j.fine);
	get_points(&j.reader, len, &j.coarse);
	whole = !j.reader.damaged && join_all(&j, frame, (size_t)(end - frame));
	vec_clear(&j.fine);
	vec_clear(&j.coarse);
	if (!whole)
		return err_set(err, ERR_STORE, "a packed text is damaged: its points do not fit");
	return 0;
}
