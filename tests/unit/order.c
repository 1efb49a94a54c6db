/* SPDX-License-Identifier: MIT */
/* order: what waits goes behind what it waits for, as asked for otherwise; cycles are found. */
#include "task/order.h"

#include "base/alloc.h"
#include "tap.h"

enum { MOST = 16 };

/* Vertices are letters; "b:a" is b, which waits for a. They are wanted as they stand. */
static const struct {
	const char *graph, *order, *cycle;
} vectors[] = {
	{ "", "", NULL },
	{ "a", "a", NULL },
	{ "a b c", "a b c", NULL },
	{ "c b a", "c b a", NULL },
	{ "a b:a c:b", "a b c", NULL },
	{ "a:b b:c c", "c b a", NULL },
	{ "a d:bc b:a c:a", "a b c d", NULL },
	{ "a b:a c:a d:bc e", "a b c d e", NULL },
	{ "e a:e b c:ab d:b", "e a b c d", NULL },
	{ "a:a", NULL, "a" },
	{ "a b:b", NULL, "b" },
	{ "a:b b:a", NULL, "a b" },
	{ "a:b b:c c:a", NULL, "a b c" },
	{ "a b:ad c:b d:c", NULL, "b d c" },
	{ "a b:a c:b d:ce e:d f:e", NULL, "d e" },
	{ "x:a a:b b:c c:a", NULL, "a b c" },
	{ "a:bc b:d c:d d:e e:c", NULL, "d e c" },
};

struct graph {
	uint32_t upon[64], wanted[MOST];
	struct span spans[MOST];
	char names[MOST];
	size_t n;
};

static uint32_t
vertex(struct graph *g, char name)
{
	char *at = memchr(g->names, name, g->n);

	if (at)
		return (uint32_t)(at - g->names);
	g->names[g->n] = name;
	return (uint32_t)g->n++;
}

static void
read_graph(struct graph *g, const char *text)
{
	uint32_t edges = 0, count = 0;

	*g = (struct graph){ 0 };
	while (*text) {
		uint32_t v = vertex(g, *text++);

		g->wanted[count++] = v;
		g->spans[v].first = edges;
		if (*text == ':')
			for (text++; *text && *text != ' '; text++)
				g->upon[edges++] = vertex(g, *text);
		g->spans[v].count = edges - g->spans[v].first;
		text += *text == ' ';
	}
}

static const char *
show(const struct graph *g, const uint32_t *order, size_t n, char *text)
{
	char *p = text;

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*p++ = ' ';
		*p++ = g->names[order[i]];
	}
	*p = '\0';
	return text;
}

/* A chain as long as campaigns are: n waits for n - 1 and so on, asked for from its end. */
static void
test_depth(size_t n, bool closed)
{
	uint32_t *upon = xcalloc(n, sizeof(*upon)), *wanted = xcalloc(n, sizeof(*wanted));
	uint32_t *order = xcalloc(n, sizeof(*order));
	struct span *spans = xcalloc(n, sizeof(*spans));
	size_t cycle, wrong = 0;

	for (size_t i = 0; i < n; i++) {
		wanted[i] = (uint32_t)(n - 1 - i);
		upon[i] = (uint32_t)(i > 0 ? i - 1 : n - 1);
		spans[i] = (struct span){ (uint32_t)i, i > 0 || closed };
	}
	cycle = order_find(spans, upon, wanted, n, order);
	is_int((long long)cycle, closed ? (long long)n : 0, "%zu deep, closed %d", n, closed);
	for (size_t i = 0; i < n; i++)
		wrong += order[i] != (closed ? n - 1 - i : i);
	is_int((long long)wrong, 0, "all in their places");
	free(upon);
	free(wanted);
	free(order);
	free(spans);
}

int
main(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		uint32_t order[MOST];
		char text[64];
		struct graph g;
		size_t cycle;

		read_graph(&g, vectors[i].graph);
		cycle = order_find(g.spans, g.upon, g.wanted, g.n, order);
		if (vectors[i].cycle)
			is_str(show(&g, order, cycle, text), vectors[i].cycle, "cycle of %s",
			    vectors[i].graph);
		else if (is_int((long long)cycle, 0, "no cycle in '%s'", vectors[i].graph))
			is_str(show(&g, order, g.n, text), vectors[i].order, "order of '%s'",
			    vectors[i].graph);
	}
	test_depth(300000, false);
	test_depth(300000, true);
	return done_testing();
}
