/* SPDX-License-Identifier: MIT */
/* programs: what runs the executions of a task. */
#include "cli/programs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/slot_env.h"
#include "task/task.h"

/* The file of an image; NULL: it is no file, but a name, which the definition has. */
static char *
image_file(const char *image)
{
	struct stat st;

	return stat(image, &st) == 0 && S_ISREG(st.st_mode) ? xstrdup(image) : NULL;
}

/* A program, or an image in which it is. */
static char *
named_file(const char *name)
{
	char *path = path_program(name);

	return path || !strchr(name, '/') ? path : image_file(name);
}

static char *
own_program(const struct task *task)
{
	const char *image = task->rules.container.image;
	char *path = image ? image_file(image) : task->remote ? NULL : slot_program(task->argv[0]);

	return path ? path : xstrdup("");
}

char **
programs_find(const struct task *task, struct err *err)
{
	const json_t *names = task->rules.container.image ? NULL : task->rules.cache.programs;
	char **out = xcalloc(json_array_size(names) + 2, sizeof(*out)), *name;
	json_t *entry;
	size_t i;

	out[0] = own_program(task);
	json_array_foreach((json_t *)names, i, entry) {
		name = caching_program(json_string_value(entry));
		out[i + 1] = named_file(name);
		if (!out[i + 1]) {
			err_set(err, ERR_NO, "there is no program '%s', so nothing is", name);
			programs_free(out);
			out = NULL;
		}
		free(name);
		if (!out)
			return NULL;
	}
	return out;
}

void
programs_free(char **programs)
{
	for (size_t i = 0; programs && programs[i]; i++)
		free(programs[i]);
	free(programs);
}
