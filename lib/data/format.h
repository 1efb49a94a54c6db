/* SPDX-License-Identifier: MIT */
/*
 * format: the kinds of molecule files, told by name or by content.
 *
 * A format is a row of a table; compressed files are seen through to the name
 * below ("x.sdf.gz" is SDF). Extensions are compared without case.
 */
#ifndef DATA_FORMAT_H
#define DATA_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

enum format {
	FORMAT_NONE,
	FORMAT_SDF, /* SDF and molfiles, V2000 and V3000 */
	FORMAT_MOL2,
	FORMAT_SMI,
	FORMAT_PDBQT,
	FORMAT_COUNT,
};

/* The word in records and after --format: "sdf", "mol2", "smi", "pdbqt". "" for FORMAT_NONE. */
const char *format_name(enum format format);

/* The format of such a word, FORMAT_NONE when there is none. */
enum format format_find(const char *word);

/* All words, joined by ", ". The caller frees. */
char *format_list(void);

/* What the file name says, FORMAT_NONE when it says nothing. */
enum format format_of_name(const char *name);

/* Does the name say tar or zip (compressed or not), or an archive that is not read (7z, rar)? */
bool format_is_archive(const char *name);

/* What the first bytes of a file say (64 KiB are plenty), FORMAT_NONE when they say nothing. */
enum format format_sniff(const char *data, size_t len);

#endif
