/* SPDX-License-Identifier: MIT */
/* prep_tools: the programs that preparing a ligand asks, and how one molecule is asked of them. */
#include "dock/prep_tools.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"

#define END "dockline-end"
#define PAD "dockline-pad"

enum form { JSON, SDF, MOL2, SMI, LINE, PDBQT };

/* PH in args stands for the pH. */
#define PH "\1"

static const struct {
	enum form in, out;
	const char *args[TOOL_ARGS];
} rows[TOOLS] = {
	[TOOL_RDKIT] = { JSON, JSON, { NULL } },
	[TOOL_MEEKO] = { JSON, JSON, { NULL } },
	[TOOL_PDBQT] = { SDF, PDBQT, { "-isdf", "-opdbqt", "--partialcharge", "gasteiger" } },
	[TOOL_PLAIN] = { SDF, PDBQT, { "-isdf", "-opdbqt" } },
	[TOOL_KEY] = { SMI, LINE, { "-ismi", "-oinchikey", "-xt", "--append", "MW formula" } },
	[TOOL_STATE] = { SMI, SDF, { "-ismi", "-osdf", "-p", PH } },
	[TOOL_STATE_LOW] = { SMI, SDF, { "-ismi", "-osdf", "-p", PH } },
	[TOOL_STATE_HIGH] = { SMI, SDF, { "-ismi", "-osdf", "-p", PH } },
	[TOOL_MOL2] = { MOL2, SDF, { "-imol2", "-osdf" } },
	[TOOL_SDF] = { SDF, SDF, { "-isdf", "-osdf" } },
	[TOOL_SMILES] = { SMI, LINE, { "-ismi", "-ocan" } },
	[TOOL_SDF_SMILES] = { SDF, LINE, { "-isdf", "-ocan" } },
	[TOOL_STATE_SMILES] = { SMI, LINE, { "-ismi", "-ocan", "-p", PH, "--append", "formula" } },
	[TOOL_HYDROGENS] = { SDF, SDF, { "-isdf", "-osdf", "-r", "-h" } },
	[TOOL_STATE_SDF] = { SDF, SDF, { "-isdf", "-osdf", "-r", "-p", PH } },
	[TOOL_BUILD] = { SMI, SDF, { "-ismi", "-osdf", "--gen3d", "-h" } },
};

const char *
tool_name(enum prep_tool tool)
{
	return tool == TOOL_RDKIT ? "RDKit" : tool == TOOL_MEEKO ? "Meeko" : "Open Babel";
}

void
tool_args(enum prep_tool tool, const char *ph, const char *args[TOOL_ARGS])
{
	size_t n = 0;

	for (; rows[tool].args[n]; n++)
		args[n] = strcmp(rows[tool].args[n], PH) == 0 ? ph : rows[tool].args[n];
	if (n)
		args[n++] = "-e"; /* a bad molecule must not end the run */
	args[n] = NULL;
}

/* The mark molecules: one carbon each. */
static void
add_mark(enum form form, const char *title, struct buf *out)
{
	if (form == SMI)
		buf_addf(out, "C %s\n", title);
	else
		buf_addf(out,
		    "%s\n\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n"
		    "    0.0000    0.0000    0.0000 C   0  0\nM  END\n$$$$\n",
		    title);
}

static const char *
next_line(const char *at, const char *end)
{
	const char *nl = memchr(at, '\n', (size_t)(end - at));

	return nl ? nl + 1 : end;
}

static void
end_line(struct buf *out)
{
	if (out->len && out->data[out->len - 1] != '\n')
		buf_add_char(out, '\n');
}

/* The molecule without its title and without what follows it in the file. */
static void
add_sdf(const char *title, const char *text, size_t len, struct buf *out)
{
	const char *end = text + len, *at = next_line(text, end);

	buf_addf(out, "%s\n", title);
	while (at < end) {
		const char *next = next_line(at, end);

		buf_add(out, at, (size_t)(next - at));
		if (strncmp(at, "M  END", 6) == 0)
			break;
		at = next;
	}
	end_line(out);
	buf_add_str(out, "$$$$\n");
}

static void
add_mol2(const char *title, const char *text, size_t len, struct buf *out)
{
	const char *end = text + len, *head = strstr(text, "@<TRIPOS>MOLECULE");

	if (!head)
		return;
	head = next_line(head, end);
	buf_addf(out, "@<TRIPOS>MOLECULE\n%s\n", title);
	head = next_line(head, end);
	buf_add(out, head, (size_t)(end - head));
	end_line(out);
}

void
tool_request(enum prep_tool tool, const char *title, const char *text, size_t len, struct buf *out)
{
	enum form form = rows[tool].in;

	if (form == SMI) {
		text += strspn(text, " \t\r\n");
		buf_addf(out, "%.*s %s\n", (int)strcspn(text, " \t\r\n"), text, title);
	} else if (form == MOL2) {
		add_mol2(title, text, len, out);
	} else {
		add_sdf(title, text, len, out);
	}
	if (tool_is_single(tool))
		return;
	add_mark(form, END, out);
	add_mark(form, PAD, out);
}

static bool
contains(const char *line, size_t len, const char *word)
{
	return memmem(line, len, word, strlen(word)) != NULL;
}

bool
tool_is_single(enum prep_tool tool)
{
	return rows[tool].in == MOL2;
}

bool
tool_is_last(int tool, const char *line, size_t len, int *seen)
{
	enum form form = rows[tool].out;

	if (form == JSON)
		return true;
	if (!*seen)
		*seen = contains(line, len, END);
	if (!*seen || form == LINE)
		return *seen;
	if (form == SDF)
		return len >= 4 && memcmp(line, "$$$$", 4) == 0;
	return len >= 6 && memcmp(line, "ENDMDL", 6) == 0;
}

/* The first line with word at or after at, NULL when there is none. */
static const char *
find_line(const char *at, const char *end, const char *word)
{
	for (; at < end; at = next_line(at, end))
		if (contains(at, (size_t)(next_line(at, end) - at), word))
			return at;
	return NULL;
}

int
tool_extract(enum prep_tool tool, const char *title, const char *answer, size_t len,
    struct buf *out, struct err *why)
{
	const char *end = answer + len, *at = find_line(answer, end, title), *stop, *nl;

	if (!at)
		return err_set(why, ERR_INPUT, "Open Babel cannot convert it");
	nl = next_line(at, end);
	if (find_line(nl, end, title))
		return err_set(why, ERR_INPUT, "Open Babel made several molecules of it");
	if (rows[tool].out == LINE) {
		const char *here = memmem(at, (size_t)(nl - at), title, strlen(title));

		buf_add(out, at, (size_t)(here - at));
		here += strlen(title);
		buf_add(out, here, (size_t)(nl - here));
		return 0;
	}
	stop = find_line(nl, end, rows[tool].out == SDF ? "M  END" : "ENDMDL");
	if (!stop)
		return err_set(why, ERR_INPUT, "Open Babel's answer is cut off");
	if (rows[tool].out == SDF)
		stop = next_line(stop, end);
	buf_add(out, nl, (size_t)(stop - nl));
	return 0;
}
