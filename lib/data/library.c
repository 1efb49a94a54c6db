/* SPDX-License-Identifier: MIT */
/*
 * library: the molecules of one file, one after the other, in constant memory.
 *
 * The window holds bytes not yet given out. It is scanned line by line; a rule
 * per format says after or before which line a molecule ends. `scanned` is
 * where scanning goes on, so that no line is looked at twice. When a text grows
 * too long, its middle is dropped while scanning goes on: its head stays, for
 * the title.
 */
#include "data/library.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "data/lines.h"
#include "data/entry.h"

enum { CHUNK = 64 * 1024, HEAD = 4096, TITLE = 200 };

/* What a line means for the molecule being scanned. */
enum cut {
	CUT_NOT,    /* belongs to it */
	CUT_AFTER,  /* its last line */
	CUT_BEFORE, /* the first line of the next */
	CUT_DROP,   /* belongs to none */
};

struct library {
	library_read_fn *read;
	void *ctx;
	struct buf window;
	size_t at;       /* where the molecule starts */
	size_t scanned;  /* from the start of the window: the next line to look at */
	bool end;        /* there is nothing more to read */
	bool begun;      /* (MOL2, PDBQT) the mark of a molecule was seen in this one */
	bool ended;      /* (PDBQT) TORSDOF was seen */
	size_t tail;     /* (MOL2) comments and blank lines before `scanned` start here; 0: none */
	bool too_long;   /* some of its text was dropped */
	bool mid_line;   /* the start of the line at `scanned` was dropped */
	size_t line;     /* lines before `scanned` */
	size_t first;    /* lines before the molecule */
	struct err late; /* why no more can be read; told when what is there was given out */
	struct entry entry;
};

static enum cut
cut_sdf(struct library *lib, const struct lines *at)
{
	(void)lib;
	return lines_starts(at, "$$$$") ? CUT_AFTER : CUT_NOT;
}

static enum cut
cut_mol2(struct library *lib, const struct lines *at)
{
	bool aside = lines_blank(at) || *at->line == '#';

	if (lines_starts(at, "@<TRIPOS>MOLECULE")) {
		if (lib->begun)
			return CUT_BEFORE;
		lib->begun = true;
	}
	if (!aside || !lib->begun)
		lib->tail = 0;
	else if (lib->tail == 0)
		lib->tail = lib->scanned;
	return CUT_NOT;
}

static enum cut
cut_smi(struct library *lib, const struct lines *at)
{
	if (lines_blank(at) || *at->line == '#')
		return CUT_DROP;
	if (lib->entry.index == 0 && entry_is_smi_header(at->line, at->len))
		return CUT_DROP;
	return CUT_AFTER;
}

static enum cut
cut_pdbqt(struct library *lib, const struct lines *at)
{
	if (entry_is_pdbqt_end(at)) /* of nothing, behind the last ENDMDL */
		return lib->scanned == lib->at ? CUT_DROP : CUT_AFTER;
	if (lib->scanned == lib->at && lines_blank(at))
		return CUT_DROP;
	if (lib->begun && lines_starts(at, "MODEL"))
		return CUT_BEFORE;
	if (lines_starts(at, "BEGIN_RES"))
		lib->ended = false;
	if (lib->ended && !lines_blank(at))
		return CUT_BEFORE;
	lib->begun |= lines_starts(at, "ATOM") || lines_starts(at, "HETATM") ||
	    lines_starts(at, "ROOT") || lines_starts(at, "MODEL");
	lib->ended |= lines_starts(at, "TORSDOF");
	return CUT_NOT;
}

static enum cut (*const rules[FORMAT_COUNT])(struct library *, const struct lines *) = {
	[FORMAT_SDF] = cut_sdf,
	[FORMAT_MOL2] = cut_mol2,
	[FORMAT_SMI] = cut_smi,
	[FORMAT_PDBQT] = cut_pdbqt,
};

/* Move what is still wanted to the start of the window. */
static void
compact(struct library *lib)
{
	if (lib->at == 0)
		return;
	memmove(lib->window.data, lib->window.data + lib->at, lib->window.len - lib->at);
	lib->window.len -= lib->at;
	lib->scanned -= lib->at;
	lib->tail -= lib->tail ? lib->at : 0;
	lib->at = 0;
}

/* Drop what was scanned of a text that is too long, but for its head. */
static void
drop_middle(struct library *lib)
{
	struct buf *w = &lib->window;
	size_t to = lib->at + HEAD;

	if (lib->scanned < to || w->len - lib->scanned > CHUNK) { /* one endless line */
		lib->scanned = w->len;
		lib->mid_line = true;
	}
	memmove(w->data + to, w->data + lib->scanned, w->len - lib->scanned);
	w->len -= lib->scanned - to;
	lib->scanned = to;
	lib->tail = 0;
	lib->too_long = true;
}

/* Read more behind the window. -1 when that failed, now or before. */
static int
fill(struct library *lib)
{
	ssize_t n;

	if (lib->late.kind)
		return -1;
	if (lib->window.len - lib->at > LIBRARY_TEXT_MAX ||
	    (lib->too_long && lib->window.len - lib->at > HEAD + CHUNK))
		drop_middle(lib);
	compact(lib);
	buf_reserve(&lib->window, CHUNK);
	n = lib->read(lib->ctx, lib->window.data + lib->window.len, CHUNK, &lib->late);
	if (n < 0)
		return -1;
	lib->window.len += (size_t)n;
	lib->window.data[lib->window.len] = '\0';
	lib->end = n == 0;
	return 0;
}

static bool
all_blank(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n'))
		i++;
	return i == len;
}

/* Pass over a byte order mark, settle the format. */
static int
sniff(struct library *lib, enum format format, const char *name, struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf";

	while (!lib->end && lib->window.len < (format ? sizeof(mark) : CHUNK))
		if (fill(lib) < 0)
			break;
	if (lib->window.len >= 3 && memcmp(lib->window.data, mark, 3) == 0)
		lib->at = lib->scanned = 3;
	if (!format)
		format = format_sniff(lib->window.data + lib->at, lib->window.len - lib->at);
	lib->entry.format = format;
	if (format)
		return 0;
	if (lib->late.kind) {
		*err = lib->late;
		return -1;
	}
	if (all_blank(lib->window.data + lib->at, lib->window.len - lib->at))
		return 0;
	return err_set(err, ERR_INPUT, "cannot tell the format of '%s': give --format", name);
}

struct library *
library_new(library_read_fn *read, void *ctx, enum format format, const char *name, struct err *err)
{
	struct library *lib = xcalloc(1, sizeof(*lib));

	lib->read = read;
	lib->ctx = ctx;
	if (sniff(lib, format, name, err) == 0)
		return lib;
	library_free(lib);
	return NULL;
}

void
library_free(struct library *lib)
{
	if (!lib)
		return;
	buf_clear(&lib->window);
	entry_clear(&lib->entry);
	free(lib);
}

/* The line at `scanned`, when all of it is in the window or nothing comes after it. */
static bool
whole_line(const struct library *lib, struct lines *at)
{
	*at = lines_of(lib->window.data + lib->scanned, lib->window.len - lib->scanned);
	return lines_next(at) && (lib->end || at->rest[-1] == '\n');
}

/* What the line at `scanned` means. */
static enum cut
judge(struct library *lib, const struct lines *at)
{
	if (!lib->mid_line)
		return rules[lib->entry.format](lib, at);
	lib->mid_line = false;
	return lib->entry.format == FORMAT_SMI ? CUT_AFTER : CUT_NOT;
}

/* Look at whole lines until the molecule ends. Its end in the window, 0 when it is not there. */
static size_t
scan(struct library *lib)
{
	struct lines at;

	while (whole_line(lib, &at)) {
		size_t next = (size_t)(at.rest - lib->window.data);
		enum cut cut = judge(lib, &at);

		if (cut == CUT_BEFORE)
			return lib->tail ? lib->tail : lib->scanned;
		lib->scanned = next;
		lib->line++;
		if (cut == CUT_AFTER)
			return next;
		if (cut == CUT_DROP) {
			lib->at = next;
			lib->first = lib->line;
		}
	}
	return 0;
}

/* Find the end of the next molecule, reading as needed. 1, 0 at the end of all, -1 when there is
 * no reading on. */
static int
find(struct library *lib, size_t *end)
{
	lib->begun = lib->ended = lib->too_long = lib->mid_line = false;
	lib->tail = 0;
	lib->scanned = lib->at;
	lib->line = lib->first;
	while ((*end = scan(lib)) == 0) {
		if (!lib->end) {
			if (fill(lib) < 0)
				return -1;
			continue;
		}
		*end = lib->window.len;
		return !all_blank(lib->window.data + lib->at, *end - lib->at);
	}
	return 1;
}

/* Does anything come after the molecule that ends here? */
static bool
is_followed(struct library *lib, size_t *end)
{
	size_t size = *end - lib->at;

	while (all_blank(lib->window.data + *end, lib->window.len - *end)) {
		if (lib->end)
			return false;
		if (lib->too_long || lib->window.len - lib->at > LIBRARY_TEXT_MAX)
			break; /* who knows */
		if (fill(lib) < 0)
			break;
		*end = lib->at + size;
	}
	return true;
}

/* How many lines the text has. */
static size_t
count_lines(const char *text, size_t len)
{
	size_t n = 0;

	for (const char *p = text, *end = text + len; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		n++;
	return n;
}

/* Set up the molecule that ends at `end`, and stand behind it. */
static enum library_got
take(struct library *lib, size_t end)
{
	struct entry *e = &lib->entry;
	size_t dropped = lib->too_long ? lib->at + HEAD : end;
	int rc;

	e->text = (struct span){ lib->window.data + lib->at, dropped - lib->at };
	e->line = lib->first + 1;
	rc = entry_read(e);
	if (lib->too_long && e->title.len > TITLE)
		e->title.len = TITLE;
	if (lib->too_long)
		rc = entry_bad(e, 1, "the text is longer than %d MiB", LIBRARY_TEXT_MAX >> 20);
	lib->first = lib->line - count_lines(lib->window.data + end, lib->scanned - end);
	lib->at = end;
	return rc < 0 ? LIBRARY_BAD : LIBRARY_MOLECULE;
}

enum library_got
library_next(struct library *lib, const struct entry **molecule, struct err *err)
{
	struct entry *e = &lib->entry;
	size_t end;
	int rc = e->format ? find(lib, &end) : 0;

	if (rc == 0)
		return LIBRARY_END;
	if (rc < 0) {
		*err = lib->late;
		return LIBRARY_FATAL;
	}
	e->alone = e->index == 0 && !is_followed(lib, &end);
	e->index++;
	*molecule = e;
	return take(lib, end);
}
