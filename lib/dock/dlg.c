/* SPDX-License-Identifier: MIT */
/*
 * dlg: the log that AutoDock-GPU writes of a ligand, as a file of poses.
 *
 * The words are those of AutoDock-GPU 1.5, host/src/processresult.cpp, and of AutoDock 4.2.6.
 */
#include "dock/dlg.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

#define DOCKED "DOCKED: "
#define ENERGY "USER    Estimated Free Energy of Binding    ="
#define RUNS "Number of runs:"

/* A model: where it stands in the text, first byte and behind the last. */
struct model {
	const char *at, *end;
	double energy;
	bool scored;
	size_t run;
};

struct models {
	struct model *at;
	size_t len, room;
};

/* The line at *at without its end, and *at behind it; 0 behind the last. */
static size_t
next_line(const char **at, const char *end, const char **line)
{
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));

	*line = *at;
	*at = newline ? newline + 1 : end;
	return (size_t)((newline ? newline : end) - *line);
}

static bool
starts(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && memcmp(line, word, n) == 0;
}

/* The number behind a word of a line. False: none. */
static bool
number_behind(const char *line, size_t len, const char *word, double *out)
{
	size_t skip = strlen(word);
	char *text = xstrndup(line + skip, len - skip), *end;

	*out = strtod(text, &end);
	skip = (size_t)(end - text);
	free(text);
	return skip > 0;
}

/* What stands behind "DOCKED: " in a line. */
static int
read_docked(struct models *models, const char *line, size_t len, struct model *now, struct err *err)
{
	if (starts(line, len, "MODEL "))
		*now = (struct model){ .at = line - strlen(DOCKED), .run = models->len };
	if (!now->at)
		return err_set(err, ERR_INPUT, "there is a docked line outside of a model");
	if (starts(line, len, ENERGY))
		now->scored = number_behind(line, len, ENERGY, &now->energy);
	if (!starts(line, len, "ENDMDL"))
		return 0;
	if (!now->scored)
		return err_set(err, ERR_INPUT, "run %zu has no energy", now->run + 1);
	now->end = line + len;
	vec_add(models, *now);
	*now = (struct model){ .at = NULL };
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct model *x = a, *y = b;

	if (x->energy != y->energy)
		return x->energy < y->energy ? -1 : 1;
	return x->run < y->run ? -1 : x->run > y->run;
}

static void
write_model(const struct model *m, struct buf *out)
{
	const char *at = m->at, *line;

	while (at < m->end) {
		size_t len = next_line(&at, m->end, &line), skip = strlen(DOCKED);

		if (!starts(line, len, DOCKED))
			continue;
		buf_add(out, line + skip, len - skip);
		buf_add_char(out, '\n');
	}
}

int
dlg_to_pdbqt(const char *text, size_t len, struct buf *out, struct err *err)
{
	const char *at = text, *end = text + len, *line;
	struct models models = VEC_INIT;
	struct model now = { .at = NULL };
	double runs = 0;
	int rc = 0;

	while (rc == 0 && at < end) {
		size_t n = next_line(&at, end, &line);

		if (starts(line, n, DOCKED))
			rc = read_docked(
			    &models, line + strlen(DOCKED), n - strlen(DOCKED), &now, err);
		else if (starts(line, n, RUNS) && !number_behind(line, n, RUNS, &runs))
			rc = err_set(err, ERR_INPUT, "its number of runs is none");
	}
	if (rc == 0 && models.len == 0)
		rc = err_set(err, ERR_INPUT, "there is no docked model in it");
	if (rc == 0 && (now.at || (double)models.len < runs))
		rc = err_set(err, ERR_INPUT, "it is cut off after run %zu", models.len);
	if (models.len > 0)
		qsort(models.at, models.len, sizeof(*models.at), compare);
	for (size_t i = 0; rc == 0 && i < models.len; i++)
		write_model(&models.at[i], out);
	vec_clear(&models);
	return rc;
}
