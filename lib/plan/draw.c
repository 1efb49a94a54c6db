/* SPDX-License-Identifier: MIT */
/* draw: a pipeline as a picture. */
#include "plan/draw.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "plan/pipeline.h"

static const char *
does_what(const struct step *step)
{
	switch (step->kind) {
	case STEP_TASK:
		return step->task;
	case STEP_COMMAND:
		return step->argv[0];
	default:
		return step_kind_name(step->kind);
	}
}

/* ", searching a, b" */
static void
add_search(const struct step *step, struct buf *out)
{
	const json_t *axes = json_object_get(json_object_get(step->json, "optimize"), "axes");
	const char *name, *sep = ", searching ";
	json_t *axis;

	if (!json_is_object(axes))
		buf_add_str(out, ", searching");
	json_object_foreach((json_t *)axes, name, axis) {
		buf_addf(out, "%s%s", sep, name);
		sep = " and ";
	}
}

/* "(each item of prep, when on_failure)" */
static void
add_manner(const struct pipeline *p, const struct step *step, struct buf *out)
{
	size_t mark = out->len;

	if (step->each == EACH_STEP)
		buf_addf(out, ", each of %s", p->steps[step->each_step].id);
	else if (step->each == EACH_TRIALS)
		add_search(step, out);
	else if (step->each != EACH_NONE)
		buf_addf(out, ", each of %s%s", step->each == EACH_LIST ? "a " : "",
		    foreach_name(step->each));
	if (step->max_parallel)
		buf_addf(out, ", %zu at once", step->max_parallel);
	if (step->when != WHEN_SUCCESS)
		buf_addf(out, ", %s", step_when_name(step->when));
	if (step->condition != NO_FORMULA)
		buf_addf(out, ", if %s", formula_text(p->formulas, (size_t)step->condition));
	if (step->approval)
		buf_add_str(out, ", after approval");
	if (out->len > mark) {
		out->data[mark] = ' ';
		out->data[mark + 1] = '(';
		buf_add_char(out, ')');
	}
}

/* ---- tree ---- */

/* The last step in order that it needs: where it stands in the tree. */
static long
parent_of(const struct pipeline *p, size_t n)
{
	const struct step *step = &p->steps[n];

	if (p->has_exit && n + 1 == p->nsteps)
		return NO_STEP;
	if (step->each == EACH_STEP)
		return step->each_step;
	for (size_t i = p->nsteps; i-- > 0;)
		if (step_need(step, p->order[i]))
			return (long)p->order[i];
	return NO_STEP;
}

static void
draw_line(const struct pipeline *p, size_t n, const struct drawn *notes, struct buf *out)
{
	const struct step *step = &p->steps[n];
	long parent = parent_of(p, n);
	const char *sep = "; also after ";

	buf_addf(out, "%s: %s", step->id, does_what(step));
	add_manner(p, step, out);
	for (size_t i = 0; i < step->nneeds && parent != NO_STEP; i++) {
		if ((long)step->needs[i].step == parent || step->needs[i].itemwise)
			continue;
		buf_addf(out, "%s%s", sep, p->steps[step->needs[i].step].id);
		sep = ", ";
	}
	if (notes && notes[n].text)
		buf_addf(out, "  [%s]", notes[n].text);
	buf_add_char(out, '\n');
}

static void
draw_below(const struct pipeline *p, long parent, const char *indent, const struct drawn *notes,
    struct buf *out)
{
	size_t last = p->nsteps;
	struct buf deeper = BUF_INIT;

	for (size_t i = 0; i < p->nsteps; i++)
		if (parent_of(p, i) == parent)
			last = i;
	for (size_t i = 0; i < p->nsteps; i++) {
		if (parent_of(p, i) != parent)
			continue;
		buf_addf(out, "%s%s", indent, i == last ? "└─ " : "├─ ");
		draw_line(p, i, notes, out);
		buf_reset(&deeper);
		buf_addf(&deeper, "%s%s", indent, i == last ? "   " : "│  ");
		draw_below(p, (long)i, buf_str(&deeper), notes, out);
	}
	buf_clear(&deeper);
}

void
draw_tree(const struct pipeline *p, const struct drawn *notes, struct buf *out)
{
	buf_addf(out, "%s %s (%s)\n", p->name, p->version, pipeline_mode_name(p->mode));
	draw_below(p, NO_STEP, "", notes, out);
}

/* ---- graphs ---- */

/* Text within quotes of DOT and Mermaid. */
static void
add_quoted(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"')
			buf_add_str(out, "'");
		else if (*text == '\n')
			buf_add_char(out, ' ');
		else if (*text == '\\')
			buf_add_char(out, '/');
		else
			buf_add_char(out, *text);
	}
}

static void
add_label(const struct pipeline *p, size_t n, const struct drawn *notes, const char *newline,
    struct buf *out)
{
	struct buf manner = BUF_INIT;

	add_manner(p, &p->steps[n], &manner);
	add_quoted(out, p->steps[n].id);
	buf_add_str(out, newline);
	add_quoted(out, does_what(&p->steps[n]));
	add_quoted(out, buf_str(&manner));
	if (notes && notes[n].text) {
		buf_add_str(out, newline);
		add_quoted(out, notes[n].text);
	}
	buf_clear(&manner);
}

static const char *
colour_of(const struct drawn *note)
{
	static const struct {
		const char *status, *colour;
	} colours[] = {
		{ "completed", "#c7e9c0" },
		{ "failed", "#fcbba1" },
		{ "running", "#c6dbef" },
		{ "skipped", "#d9d9d9" },
		{ "cancelled", "#fdd0a2" },
	};

	for (size_t i = 0; note->status && i < sizeof(colours) / sizeof(*colours); i++)
		if (strcmp(colours[i].status, note->status) == 0)
			return colours[i].colour;
	return NULL;
}

void
draw_dot(const struct pipeline *p, const struct drawn *notes, struct buf *out)
{
	buf_addf(out,
	    "digraph \"%s\" {\n\tnode [shape=box, style=\"rounded,filled\","
	    " fillcolor=white];\n",
	    p->name);
	for (size_t i = 0; i < p->nsteps; i++) {
		const char *colour = notes ? colour_of(&notes[i]) : NULL;

		buf_addf(out, "\t\"%s\" [label=\"", p->steps[i].id);
		add_label(p, i, notes, "\\n", out);
		buf_addf(out, colour ? "\", fillcolor=\"%s\"];\n" : "\"];\n", colour);
	}
	for (size_t i = 0; i < p->nsteps; i++)
		for (size_t k = 0; k < p->steps[i].nneeds; k++)
			buf_addf(out, "\t\"%s\" -> \"%s\"%s;\n",
			    p->steps[p->steps[i].needs[k].step].id, p->steps[i].id,
			    p->steps[i].needs[k].itemwise ? " [style=bold]" : "");
	buf_add_str(out, "}\n");
}

void
draw_mermaid(const struct pipeline *p, const struct drawn *notes, struct buf *out)
{
	buf_add_str(out, "flowchart TD\n");
	for (size_t i = 0; i < p->nsteps; i++) {
		buf_addf(out, "\ts%zu[\"", i);
		add_label(p, i, notes, "<br/>", out);
		buf_add_str(out, "\"]\n");
	}
	for (size_t i = 0; i < p->nsteps; i++)
		for (size_t k = 0; k < p->steps[i].nneeds; k++)
			buf_addf(out, "\ts%zu %s s%zu\n", p->steps[i].needs[k].step,
			    p->steps[i].needs[k].itemwise ? "==>" : "-->", i);
	for (size_t i = 0; i < p->nsteps; i++)
		if (notes && colour_of(&notes[i]))
			buf_addf(out, "\tstyle s%zu fill:%s\n", i, colour_of(&notes[i]));
}

/* ---- record ---- */

static json_t *
step_record(const struct pipeline *p, const struct step *step)
{
	json_t *record = json_copy((json_t *)step->json), *after = json_array();

	for (size_t i = 0; i < step->nneeds; i++)
		json_array_append_new(after, json_string(p->steps[step->needs[i].step].id));
	json_object_set_new(record, "id", json_string(step->id));
	json_object_set_new(record, "kind", json_string(step_kind_name(step->kind)));
	json_object_set_new(record, "after", after);
	json_object_set_new(record, "rank", json_integer((json_int_t)step->rank));
	return record;
}

json_t *
draw_record(const struct pipeline *p)
{
	json_t *record = json_pack(
	    "{s:s, s:s, s:s}", "type", "pipeline", "name", p->name, "version", p->version);
	json_t *tags = json_object_get(p->document, "tags"), *steps = json_array();

	if (p->description)
		json_object_set_new(record, "description", json_string(p->description));
	if (tags)
		json_object_set(record, "tags", tags);
	json_object_set_new(record, "template", json_boolean(p->is_template));
	json_object_set_new(record, "mode", json_string(pipeline_mode_name(p->mode)));
	json_object_set(record, "params", json_object_get(p->params, "properties"));
	for (size_t i = 0; i < p->nsteps; i++)
		json_array_append_new(steps, step_record(p, &p->steps[i]));
	json_object_set_new(record, "steps", steps);
	return record;
}
