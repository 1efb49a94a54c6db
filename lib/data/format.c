/* SPDX-License-Identifier: MIT */
/* format: the kinds of molecule files, told by name or by content. */
#include "data/format.h"

#include <string.h>
#include <strings.h>

#include "base/strtab.h"
#include "data/lines.h"
#include "data/entry.h"

static const char *const names[FORMAT_COUNT] = {
	[FORMAT_SDF] = "sdf",
	[FORMAT_MOL2] = "mol2",
	[FORMAT_SMI] = "smi",
	[FORMAT_PDBQT] = "pdbqt",
};

static const struct {
	const char *extension;
	enum format format;
} extensions[] = {
	{ "sdf", FORMAT_SDF },
	{ "sd", FORMAT_SDF },
	{ "mol", FORMAT_SDF },
	{ "mdl", FORMAT_SDF },
	{ "mol2", FORMAT_MOL2 },
	{ "ml2", FORMAT_MOL2 },
	{ "smi", FORMAT_SMI },
	{ "smiles", FORMAT_SMI },
	{ "ism", FORMAT_SMI },
	{ "can", FORMAT_SMI },
	{ "cxsmiles", FORMAT_SMI },
	{ "pdbqt", FORMAT_PDBQT },
};

static const char *const packed[] = { "gz", "zst", "bz2", "xz" };
static const char *const archives[] = { "tar", "tgz", "tbz2", "tbz", "txz", "tzst", "zip", "7z",
	"rar" };

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

const char *
format_name(enum format format)
{
	return names[format] ? names[format] : "";
}

enum format
format_find(const char *word)
{
	int i = strtab_find(names, FORMAT_COUNT, word);

	return i < 0 ? FORMAT_NONE : (enum format)i;
}

char *
format_list(void)
{
	return strtab_list(names + 1, FORMAT_COUNT - 1);
}

/* Is the extension of name[0..len) one of these? */
static bool
extension_is(const char *name, size_t len, const char *extension)
{
	size_t n = strlen(extension);

	return len > n + 1 && name[len - n - 1] == '.' &&
	    strncasecmp(name + len - n, extension, n) == 0;
}

/* The length of name without the extension of a compressed file. */
static size_t
unpacked(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < COUNT(packed); i++)
		if (extension_is(name, len, packed[i]))
			return len - strlen(packed[i]) - 1;
	return len;
}

enum format
format_of_name(const char *name)
{
	size_t len = unpacked(name);

	for (size_t i = 0; i < COUNT(extensions); i++)
		if (extension_is(name, len, extensions[i].extension))
			return extensions[i].format;
	return FORMAT_NONE;
}

bool
format_is_archive(const char *name)
{
	size_t len = unpacked(name);

	for (size_t i = 0; i < COUNT(archives); i++)
		if (extension_is(name, len, archives[i]))
			return true;
	return false;
}

/* A few lines that all are SMILES: one alone may be a word of a text. */
static bool
is_smi(const char *data, size_t len)
{
	enum { ENOUGH = 5 };
	struct lines at = lines_of(data, len);
	struct entry e = { .format = FORMAT_SMI };
	int seen = 0;

	while (seen < ENOUGH && lines_next(&at)) {
		if (lines_blank(&at) || *at.line == '#')
			continue;
		if (seen == 0 && entry_is_smi_header(at.line, at.len))
			continue;
		if (seen > 0 && at.rest == at.end)
			break; /* cut off by the end of the window, perhaps */
		e.text = (struct span){ at.line, at.len };
		if (entry_read(&e) < 0)
			return false;
		seen++;
	}
	return seen > 0;
}

enum format
format_sniff(const char *data, size_t len)
{
	struct lines at = lines_of(data, len);

	while (lines_next(&at)) {
		if (lines_starts(&at, "@<TRIPOS>MOLECULE"))
			return FORMAT_MOL2;
		if (lines_starts(&at, "ROOT") || lines_starts(&at, "TORSDOF"))
			return FORMAT_PDBQT;
		if (lines_starts(&at, "M  END") || lines_starts(&at, "$$$$"))
			return FORMAT_SDF;
		if (at.number == 4 && at.len >= 39 &&
		    (memcmp(at.line + 34, "V2000", 5) == 0 ||
			memcmp(at.line + 34, "V3000", 5) == 0))
			return FORMAT_SDF;
	}
	return is_smi(data, len) ? FORMAT_SMI : FORMAT_NONE;
}
