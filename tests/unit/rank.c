/* SPDX-License-Identifier: MIT */
/* rank: which records are kept, in which order, and which do not belong together. */
#include "dock/rank.h"

#include "base/buf.h"
#include "base/err.h"
#include "tap.h"

/* key, parent, state, affinity */
struct row {
	const char *key, *parent, *state;
	double affinity;
};

static const struct row rows[] = {
	{ "k1", "a", "1", -5 },
	{ "k2", "a", "2", -6 },
	{ "k3", "b", "1", -6 },
	{ "k4", "c", "1", -4 },
	{ "k5", "d", "10", -7 },
	{ "k5", "d", "9", -7 },
};

static const struct vector {
	enum rank_unit unit;
	size_t top;
	double percent;
	const char *want; /* keys and states */
} vectors[] = {
	{ RANK_RECORD, 0, 0, "k5.9 k5.10 k2.2 k3.1 k1.1 k4.1 " },
	{ RANK_RECORD, 2, 0, "k5.9 k5.10 " },
	{ RANK_PARENT, 0, 0, "k5.9 k2.2 k3.1 k4.1 " },
	{ RANK_PARENT, 3, 0, "k5.9 k2.2 k3.1 " },
	{ RANK_PARENT, 99, 0, "k5.9 k2.2 k3.1 k4.1 " },
	{ RANK_PARENT, RANK_IN_MEMORY + 1, 0, "k5.9 k2.2 k3.1 k4.1 " },
	{ RANK_STATE, 5, 0, "k5.9 k5.10 k2.2 k3.1 k1.1 " },
	{ RANK_PARENT, 0, 25, "k5.9 " },
	{ RANK_PARENT, 0, 26, "k5.9 k2.2 " },
	{ RANK_PARENT, 0, 100, "k5.9 k2.2 k3.1 k4.1 " },
	{ RANK_PARENT, 0, 0.001, "k5.9 " },
};

static json_t *
record(const struct row *row)
{
	return json_pack("{s:s,s:s,s:{s:s,s:s,s:s},s:{s:{s:f,s:i}}}", "key", row->key, "engine",
	    "vina", "ligand", "name", row->key, "parent", row->parent, "state", row->state, "best",
	    "affinity", "value", row->affinity, "pose", 1);
}

/* The order that comes out when rows go in from `first` on, in steps of five, round. */
static void
order(const struct vector *v, size_t first, struct buf *text)
{
	struct rank_options options = { .unit = v->unit, .top = v->top, .percent = v->percent };
	struct rank *rank = rank_new(&options);
	struct err err = { 0 };
	size_t n;

	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *r = record(&rows[(first + i * 5) % COUNT(rows)]);

		is_int(rank_add(rank, r, r, &err), 1, "taken %s", err.text);
		json_decref(r);
	}
	n = rank_finish(rank);
	for (size_t i = 0; i < n; i++) {
		json_t *r = rank_record(rank, i, &err);

		buf_addf(text, "%s.%s ", json_string_value(json_object_get(r, "key")),
		    json_string_value(json_object_get(json_object_get(r, "ligand"), "state")));
		json_decref(r);
	}
	rank_free(rank);
}

static void
test_scores(void)
{
	const struct score *affinity = score_find("affinity"), *vs = score_find("cnn_vs");

	ok(score_compare(affinity, -9, -8) < 0, "a lower affinity is better");
	ok(score_compare(vs, 9, 8) < 0, "a higher cnn_vs is better");
	ok(score_compare(vs, 8, 8) == 0, "equal is equal");
	ok(!score_find("minimizedAffinity"), "engines' own names are not ours");
}

int
main(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		for (size_t first = 0; first < COUNT(rows); first++) {
			struct buf text = BUF_INIT;

			order(&vectors[i], first, &text);
			is_str(
			    buf_str(&text), vectors[i].want, "vector %zu from row %zu", i, first);
			buf_clear(&text);
		}
	}
	test_scores();
	return done_testing();
}
