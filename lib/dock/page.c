/* SPDX-License-Identifier: MIT */
/* page: pieces of a web page that needs nothing but itself. */
#include "dock/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/num.h"

enum { WIDTH = 560, HEIGHT = 220, MARGIN = 40, BARS = 40, BARS_LEAST = 8 };

static const char style[] =
    "body{font:15px/1.4 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em;"
    "color:#222;background:#fff}"
    "h1{font-size:1.6em}h2{font-size:1.2em;margin-top:2em;border-bottom:1px solid #ccc}"
    "table{border-collapse:collapse;margin:.5em 0}"
    "td,th{padding:.2em .7em;border-bottom:1px solid #e4e4e4;text-align:left;vertical-align:top}"
    "th{background:#f4f4f4}td.n{text-align:right;font-variant-numeric:tabular-nums}"
    "td svg{display:block}code{font-size:.85em;word-break:break-all}"
    "table.ranked td{vertical-align:middle}table.ranked{width:100%}"
    "table.ranked td:last-child{font:.8em monospace;overflow-wrap:anywhere;min-width:14em}"
    ".note{color:#666}.note "
    "code{margin-right:.6em}.view{position:relative;width:560px;height:400px;border:1px solid #ccc}"
    "svg.plot{background:#fafafa;margin:.5em 0}"
    "@media print{body{max-width:none}}";

void
page_text(const char *text, struct buf *out)
{
	for (; text && *text; text++)
		switch (*text) {
		case '<':
			buf_add_str(out, "&lt;");
			break;
		case '>':
			buf_add_str(out, "&gt;");
			break;
		case '&':
			buf_add_str(out, "&amp;");
			break;
		case '"':
			buf_add_str(out, "&quot;");
			break;
		default:
			buf_add_char(out, *text);
		}
}

void
page_begin(const char *title, struct buf *out)
{
	buf_add_str(
	    out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>");
	page_text(title, out);
	buf_addf(out, "</title>\n<style>%s</style></head><body>\n<h1>", style);
	page_text(title, out);
	buf_add_str(out, "</h1>\n");
}

void
page_end(struct buf *out)
{
	buf_add_str(out, "</body></html>\n");
}

void
page_heading(const char *text, struct buf *out)
{
	buf_add_str(out, "<h2>");
	page_text(text, out);
	buf_add_str(out, "</h2>\n");
}

void
page_row_begin(struct buf *out)
{
	buf_add_str(out, "<tr>");
}

void
page_cell(const char *text, bool number, struct buf *out)
{
	buf_add_str(out, number ? "<td class=\"n\">" : "<td>");
	page_text(text, out);
	buf_add_str(out, "</td>");
}

void
page_row_end(struct buf *out)
{
	buf_add_str(out, "</tr>\n");
}

struct counted {
	const char *what;
	json_int_t n;
};

static int
compare_counts(const void *a, const void *b)
{
	const struct counted *one = a, *two = b;
	int order = (two->n > one->n) - (two->n < one->n);

	return order ? order : strcmp(one->what, two->what);
}

void
page_counts(const char *what, const json_t *counts, struct buf *out)
{
	size_t n = 0;
	struct counted *rows = xcalloc(json_object_size(counts) + 1, sizeof(*rows));
	const char *name;
	json_t *value;
	char text[NUM_TEXT];

	json_object_foreach((json_t *)counts, name, value)
		rows[n++] = (struct counted){ name, json_integer_value(value) };
	qsort(rows, n, sizeof(*rows), compare_counts);
	buf_add_str(out, "<table><tr><th>");
	page_text(what, out);
	buf_add_str(out, "</th><th>count</th></tr>\n");
	for (size_t i = 0; i < n; i++) {
		page_row_begin(out);
		page_cell(rows[i].what, false, out);
		page_cell(num_whole(rows[i].n, text), true, out);
		page_row_end(out);
	}
	buf_add_str(out, "</table>\n");
	free(rows);
}

struct range {
	double least, most;
};

static struct range
range_of(const double *values, size_t n)
{
	struct range r = { INFINITY, -INFINITY };

	for (size_t i = 0; i < n; i++) {
		r.least = fmin(r.least, values[i]);
		r.most = fmax(r.most, values[i]);
	}
	if (!(r.most > r.least)) {
		r.least -= 0.5;
		r.most += 0.5;
	}
	return r;
}

/* Where a value lies between the margins, from the left or from below. */
static double
place(struct range r, double value, int length)
{
	return MARGIN + (value - r.least) / (r.most - r.least) * (length - 2 * MARGIN);
}

static void
begin_plot(struct buf *out, int height)
{
	buf_addf(out,
	    "<svg class=\"plot\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
	    "font-size=\"11\" font-family=\"sans-serif\">",
	    WIDTH, height, WIDTH, height);
}

/* The line below, with its ends, and what it measures. */
static void
draw_axis(struct range r, const char *label, int height, struct buf *out)
{
	int y = height - MARGIN;

	buf_addf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#444\"/>", MARGIN, y,
	    WIDTH - MARGIN, y);
	buf_addf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.1f</text>", MARGIN, y + 15,
	    r.least);
	buf_addf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.1f</text>", WIDTH - MARGIN,
	    y + 15, r.most);
	buf_addf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">", WIDTH / 2, y + 28);
	page_text(label, out);
	buf_add_str(out, "</text>");
}

/* Few values in many bars would look like a comb. */
static int
count_bars(size_t n)
{
	double count = 2 * sqrt((double)n);

	return count < BARS_LEAST ? BARS_LEAST : count > BARS ? BARS : (int)count;
}

void
page_histogram(const double *values, size_t n, const char *label, struct buf *out)
{
	struct range r = range_of(values, n);
	size_t bars[BARS] = { 0 }, most = 1;
	int count = count_bars(n);
	double width = (double)(WIDTH - 2 * MARGIN) / count;

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		int bar = (int)((values[i] - r.least) / (r.most - r.least) * count);
		size_t *in = &bars[bar < count ? bar : count - 1];

		if (++*in > most)
			most = *in;
	}
	begin_plot(out, HEIGHT);
	for (int i = 0; i < count; i++) {
		double high = (double)bars[i] / (double)most * (HEIGHT - 2 * MARGIN);

		if (bars[i] > 0)
			buf_addf(out,
			    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
			    "fill=\"#4878a8\"><title>%zu</title></rect>",
			    MARGIN + i * width, HEIGHT - MARGIN - high, width - 1, high, bars[i]);
	}
	buf_addf(out, "<text x=\"4\" y=\"%d\">%zu</text>", MARGIN + 4, most);
	draw_axis(r, label, HEIGHT, out);
	buf_add_str(out, "</svg>\n");
}

void
page_scatter(
    const double *x, const double *y, size_t n, const char *across, const char *up, struct buf *out)
{
	struct range rx = range_of(x, n), ry = range_of(y, n);
	int height = WIDTH * 2 / 3;

	if (n == 0)
		return;
	begin_plot(out, height);
	for (size_t i = 0; i < n; i++)
		buf_addf(out,
		    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\" fill=\"#4878a8\" opacity=\".5\"/>",
		    place(rx, x[i], WIDTH), height - place(ry, y[i], height));
	buf_addf(out, "<text x=\"4\" y=\"%d\">%.1f</text><text x=\"4\" y=\"%d\">%.1f</text>",
	    MARGIN + 4, ry.most, height - MARGIN, ry.least);
	buf_add_str(out, "<text x=\"4\" y=\"14\">");
	page_text(up, out);
	buf_add_str(out, "</text>");
	draw_axis(rx, across, height, out);
	buf_add_str(out, "</svg>\n");
}

void
page_data(const char *id, const json_t *value, struct buf *out)
{
	struct buf text = BUF_INIT;

	json_put(value, &text);
	buf_addf(out, "<script type=\"application/json\" id=\"%s\">", id);
	for (const char *c = buf_str(&text); *c; c++)
		if (*c == '<') /* nothing in it can end the element */
			buf_add_str(out, "\\u003c");
		else
			buf_add_char(out, *c);
	buf_add_str(out, "</script>\n");
	buf_clear(&text);
}
