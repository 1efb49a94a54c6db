/* SPDX-License-Identifier: MIT */
/* lineup: how far the steps of a run are, as a table on the terminal while it is gone through. */
#include "cli/lineup.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"
#include "cli/panel.h"
#include "cli/stage.h"
#include "cli/table.h"
#include "cli/terminal.h"

static void
add_count(struct table *table, int64_t count)
{
	if (count)
		table_addf(table, "%lld", (long long)count);
	else
		table_add(table, "");
}

static void
add_stage(struct table *table, const struct stage *s)
{
	int64_t took = (s->ended ? s->ended : clock_wall()) - s->started;
	char span[NUM_TEXT];

	table_add(table, s->step->id);
	table_add(table, stage_state_name(s->state));
	add_count(table, s->completed);
	add_count(table, s->total);
	add_count(table, s->failed + s->cancelled);
	add_count(table, s->skipped);
	add_count(table, s->open);
	table_add(table, s->started ? num_span((double)took / 1e6, span) : "");
}

/* Where there is no room for all, those that have ended make room for the others. */
static void
add_stages(const struct conduct *c, struct table *table, size_t room)
{
	size_t left_out = c->pipeline->nsteps > room ? c->pipeline->nsteps - room : 0;

	for (size_t i = 0; i < c->pipeline->nsteps; i++) {
		if (left_out > 0 && stage_is_over(&c->stages[i]))
			left_out--;
		else
			add_stage(table, &c->stages[i]);
	}
}

void
lineup_draw(struct conduct *c)
{
	static const char *const heads[] = { "step", "status", ">completed", ">of", ">failed",
		">skipped", ">open", ">time" };
	struct table *table;
	char *text = NULL;
	size_t len;
	FILE *out;

	if (!panel_is_due(c->panel) || !(out = open_memstream(&text, &len)))
		return;
	table = table_new(heads, sizeof(heads) / sizeof(*heads));
	add_stages(c, table, (size_t)terminal_rows() - 2);
	table_print(table, out, (size_t)terminal_columns() - 1);
	table_free(table);
	fclose(out);
	panel_show(c->panel, text);
	free(text);
}
