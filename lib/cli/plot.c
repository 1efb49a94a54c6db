/* SPDX-License-Identifier: MIT */
/* plot: points in a field of letters, for a terminal. */
#include "cli/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/num.h"
#include "base/vec.h"

enum { ROWS = 16, WIDTH = 80, NARROWEST = 20, LABEL = 11 };

struct dot {
	double x, y;
	bool marked;
};

struct plot {
	char *up, *right;
	VEC(struct dot) dots;
	double low_x, high_x, low_y, high_y;
	char *low_text, *high_text; /* at the edges; NULL: the numbers */
};

struct plot *
plot_new(const char *up, const char *right)
{
	struct plot *p = xcalloc(1, sizeof(*p));

	p->up = xstrdup(up);
	p->right = xstrdup(right);
	p->low_x = p->low_y = INFINITY;
	p->high_x = p->high_y = -INFINITY;
	return p;
}

void
plot_free(struct plot *p)
{
	if (!p)
		return;
	free(p->up);
	free(p->right);
	free(p->low_text);
	free(p->high_text);
	vec_clear(&p->dots);
	free(p);
}

void
plot_add(struct plot *p, double x, double y, bool marked)
{
	struct dot dot = { x, y, marked };

	if (isnan(x) || isnan(y))
		return;
	vec_add(&p->dots, dot);
	p->low_y = fmin(p->low_y, y);
	p->high_y = fmax(p->high_y, y);
	if (!p->low_text) {
		p->low_x = fmin(p->low_x, x);
		p->high_x = fmax(p->high_x, x);
	}
}

void
plot_edges(struct plot *p, double left, const char *left_text, double right, const char *right_text)
{
	p->low_x = left;
	p->high_x = right;
	p->low_text = xstrdup(left_text);
	p->high_text = xstrdup(right_text);
}

/* Which of n cells a value falls into; the middle where there is only one value. */
static size_t
cell(double value, double low, double high, size_t n)
{
	if (!(high > low))
		return n / 2;
	return (size_t)fmin((value - low) / (high - low) * (double)n, (double)n - 1);
}

static void
put_dot(char *at, bool marked)
{
	if (marked || *at == '*')
		*at = '*';
	else
		*at = *at == ' ' ? '.' : ':';
}

static void
print_row(const struct plot *p, size_t row, const char *field, size_t columns, FILE *out)
{
	char text[NUM_TEXT] = "";

	if (row == 0)
		snprintf(text, sizeof(text), "%.6g", p->high_y);
	else if (row == ROWS - 1)
		snprintf(text, sizeof(text), "%.6g", p->low_y);
	while (columns > 0 && field[columns - 1] == ' ')
		columns--;
	fprintf(out, "%*s |%.*s\n", LABEL, text, (int)columns, field);
}

static void
print_foot(const struct plot *p, size_t columns, FILE *out)
{
	char low[NUM_TEXT], high[NUM_TEXT];
	const char *left = p->low_text ? p->low_text : low;
	const char *right = p->high_text ? p->high_text : high;
	size_t used;

	snprintf(low, sizeof(low), "%.6g", p->low_x);
	snprintf(high, sizeof(high), "%.6g", p->high_x);
	used = strlen(left) + strlen(right) + strlen(p->right);
	fprintf(out, "%*s +", LABEL, "");
	for (size_t i = 0; i < columns; i++)
		fputc('-', out);
	fprintf(out, "\n%*s  %s", LABEL, "", left);
	if (used + 2 > columns) {
		fprintf(out, " %s %s\n", p->right, right);
		return;
	}
	used = columns - used;
	fprintf(
	    out, "%*s%s%*s%s\n", (int)(used / 2), "", p->right, (int)(used - used / 2), "", right);
}

void
plot_print(const struct plot *p, FILE *out, size_t width)
{
	size_t columns = (width ? width : WIDTH) - LABEL - 2;
	char *field;

	if (p->dots.len == 0)
		return;
	if (width && width < NARROWEST + LABEL + 2)
		columns = NARROWEST;
	field = xmalloc(ROWS * columns);
	memset(field, ' ', ROWS * columns);
	for (size_t i = 0; i < p->dots.len; i++) {
		const struct dot *dot = &p->dots.at[i];
		size_t row = ROWS - 1 - cell(dot->y, p->low_y, p->high_y, ROWS);

		put_dot(field + row * columns + cell(dot->x, p->low_x, p->high_x, columns),
		    dot->marked);
	}
	fprintf(out, "%*s\n", LABEL, p->up);
	for (size_t row = 0; row < ROWS; row++)
		print_row(p, row, field + row * columns, columns, out);
	print_foot(p, columns, out);
	free(field);
}
