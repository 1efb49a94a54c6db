/* SPDX-License-Identifier: MIT */
/* interpreter: which program runs a script, and which one runs that of Meeko. */
#include "cli/interpreter.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"

enum { LINE = 4096 };

static const char blanks[] = " \t\r\n";

char *
meeko_program(struct err *err)
{
	const char *given = getenv("DOCKLINE_MEEKO");
	const char *name = given && *given ? given : "mk_prepare_ligand.py";
	char *path = path_program(name);

	if (!path)
		err_set(err, ERR_SYSTEM,
		    "cannot prepare with Meeko: no '%s' (pip install meeko; or $DOCKLINE_MEEKO"
		    " names it)",
		    name);
	return path;
}

/* The next word of a line, which is changed; NULL: there is none. */
static char *
next_word(char **line)
{
	char *word = *line + strspn(*line, blanks), *end;
	const char *stop = *word == '"' ? "\"" : blanks;

	word += *word == '"';
	end = word + strcspn(word, stop);
	*line = *end ? end + 1 : end;
	*end = '\0';
	return *word ? word : NULL;
}

char *
script_interpreter(const char *path)
{
	static const char exec[] = "'''exec' ";
	char first[LINE] = "", second[LINE] = "", *at = first + 2, *word;
	FILE *file = fopen(path, "re");
	bool whole;

	if (!file)
		return NULL;
	whole = fgets(first, sizeof(first), file) && fgets(second, sizeof(second), file);
	fclose(file);
	if (!whole || strncmp(first, "#!", 2) != 0)
		return NULL;
	word = next_word(&at);
	if (word && strcmp(path_base(word), "env") == 0)
		word = next_word(&at);
	if (word && strcmp(path_base(word), "sh") == 0) {
		at = second + sizeof(exec) - 1;
		word = strncmp(second, exec, sizeof(exec) - 1) == 0 ? next_word(&at) : NULL;
	}
	return word ? path_program(word) : NULL;
}
