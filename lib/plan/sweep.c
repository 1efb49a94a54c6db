/* SPDX-License-Identifier: MIT */
/* sweep: what a sweep file says. */
#include "plan/sweep.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/strtab.h"
#include "base/yaml.h"
#include "plan/sweep_axis.h"

/* clang-format off */
#define LIST(names) (names), sizeof(names) / sizeof(*(names))

const char *const sweep_method_names[] = {
	[SWEEP_GRID] = "grid",
	[SWEEP_RANDOM] = "random",
	[SWEEP_LHS] = "lhs",
	[SWEEP_BAYES] = "bayes",
};
/* clang-format on */

static_assert(sizeof(sweep_method_names) / sizeof(*sweep_method_names) == SWEEP_METHODS,
    "a name for every method");

static const char *const members[] = { "name", "description", "method", "axes", "params", "metric",
	"direction", "max_trials", "target", "seed", "pruner" };

/* Those that a study may change. */
static const char *const changeable[] = { "description", "max_trials", "target", "pruner" };

int
sweep_method_find(const char *word)
{
	return strtab_find(sweep_method_names, SWEEP_METHODS, word);
}

bool
sweep_is_name(const char *text)
{
	if (!isalnum((unsigned char)*text) || strlen(text) > SWEEP_NAME_MOST)
		return false;
	for (const char *p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-')
			return false;
	return true;
}

/* ---- members ---- */

/* A member that is an integer in low..high; absent: as it was. */
static void
read_count(struct faults *f, const char *pointer, const json_t *object, const char *key,
    int64_t low, int64_t high, int64_t *out)
{
	const json_t *value = fault_member(f, pointer, object, key, JSON_INTEGER);

	if (!value)
		return;
	*out = json_integer_value(value);
	if (*out < low || *out > high)
		fault(f, pointer, key, "must be in %lld..%lld, found %lld", (long long)low,
		    (long long)high, (long long)*out);
}

static const char *
read_text(struct faults *f, const json_t *d, const char *key, const char *absent)
{
	const json_t *value = fault_member(f, "", d, key, JSON_STRING);

	return value ? json_string_value(value) : absent;
}

static void
read_method(struct sweep *s, int method, struct faults *f)
{
	const char *word = read_text(f, s->definition, "method", "bayes");
	int found = sweep_method_find(word);

	if (found < 0)
		fault(f, "", "method", "must be grid, random, lhs or bayes, found '%.100s'", word);
	if (method < 0)
		method = found;
	s->method = method < 0 ? SWEEP_BAYES : (enum sweep_method)method;
}

static void
read_goal(struct sweep *s, struct faults *f)
{
	const json_t *d = s->definition, *target = json_object_get(d, "target");
	const char *direction = read_text(f, d, "direction", "minimize");

	s->metric = read_text(f, d, "metric", "affinity");
	if (!*s->metric)
		fault(f, "", "metric", "must be the name of a number in the results");
	s->maximize = strcmp(direction, "maximize") == 0;
	if (!s->maximize && strcmp(direction, "minimize") != 0)
		fault(
		    f, "", "direction", "must be minimize or maximize, found '%.100s'", direction);
	s->target = NAN;
	if (json_is_number(target))
		s->target = json_number_value(target);
	else if (target && !json_is_null(target))
		fault(f, "", "target", "must be a number, found %s", json_type_name(target));
}

/* `median`, or {"type": "median", "startup", "warmup"}. */
static void
read_pruner(struct sweep *s, struct faults *f)
{
	static const char *const known[] = { "type", "startup", "warmup" };
	const json_t *pruner = json_object_get(s->definition, "pruner"), *type = pruner;

	s->pruner = (struct sweep_pruner){ .startup = 5 };
	if (!pruner || json_is_null(pruner))
		return;
	s->pruner.on = true;
	if (json_is_object(pruner)) {
		type = json_object_get(pruner, "type");
		fault_unknown(f, "/pruner", pruner, LIST(known));
		read_count(
		    f, "/pruner", pruner, "startup", 1, SWEEP_TRIALS_MOST, &s->pruner.startup);
		read_count(f, "/pruner", pruner, "warmup", 0, INT64_MAX, &s->pruner.warmup);
	}
	if (!json_is_string(type) || strcmp(json_string_value(type), "median") != 0)
		fault(f, "", "pruner", "must be median, or an object with 'type: median'");
}

static void
read_limits(struct sweep *s, struct faults *f)
{
	int64_t seed = SWEEP_SEED;

	s->max_trials = s->method == SWEEP_GRID ? 0 : SWEEP_TRIALS;
	read_count(f, "", s->definition, "max_trials", 1, SWEEP_TRIALS_MOST, &s->max_trials);
	read_count(f, "", s->definition, "seed", 0, INT64_MAX, &seed);
	s->seed = (uint64_t)seed;
}

/* A word means one thing. */
static void
check_words(const struct sweep *s, struct faults *f)
{
	for (size_t i = 0; i < s->axes.len; i++) {
		const char *name = s->axes.at[i].name;

		if (json_object_get(s->params, name))
			fault(f, "/params", name, "is an axis too: it either varies or not");
		if (strcmp(name, s->metric) == 0)
			fault(f, "/axes", name, "is the name of the metric too");
	}
	if (json_object_get(s->params, "key"))
		fault(f, "/params", "key", "is what trials are known by: leave it out");
}

static void
read_space(struct sweep *s, struct faults *f)
{
	const json_t *axes = fault_member(f, "", s->definition, "axes", JSON_OBJECT);

	s->params = fault_member(f, "", s->definition, "params", JSON_OBJECT);
	if (!axes && !json_object_get(s->definition, "axes"))
		fault(f, "", NULL, "lacks 'axes', the parameters to search");
	else if (axes && json_object_size(axes) == 0)
		fault(f, "", "axes", "must hold the parameters to search");
	else if (json_object_size(axes) > SWEEP_AXES_MOST)
		fault(f, "", "axes", "must be at most %d", SWEEP_AXES_MOST);
	else
		sweep_read_axes(axes, s->method == SWEEP_GRID, &s->axes, f);
}

static void
read_name(struct sweep *s, const char *name, struct faults *f)
{
	s->name = xstrdup(read_text(f, s->definition, "name", name));
	if (!sweep_is_name(s->name))
		fault(f, "", "name",
		    "must be up to %d letters, digits, '_' and '-', found '%.100s'",
		    SWEEP_NAME_MOST, s->name);
}

static struct sweep *
read_sweep(json_t *definition, const char *name, int method, struct faults *f)
{
	struct sweep *s = xcalloc(1, sizeof(*s));

	s->definition = json_incref(definition);
	if (!json_is_object(definition)) {
		fault(f, "", NULL, "must be an object with 'axes', found %s",
		    json_type_name(definition));
		return s;
	}
	fault_unknown(f, "", definition, LIST(members));
	read_text(f, definition, "description", NULL);
	read_name(s, name, f);
	read_method(s, method, f);
	read_goal(s, f);
	read_limits(s, f);
	read_pruner(s, f);
	read_space(s, f);
	check_words(s, f);
	return s;
}

/* ---- definitions and files ---- */

int
sweep_lint(json_t *definition, int method, fault_fn *fn, void *ctx)
{
	struct faults f = { fn, ctx, 0 };

	sweep_free(read_sweep(definition, "sweep", method, &f));
	return f.count;
}

struct sweep *
sweep_parse(json_t *definition, const char *name, int method, struct err *err)
{
	struct err first = { 0 };
	struct faults f = { fault_keep_first, &first, 0 };
	struct sweep *s = read_sweep(definition, name, method, &f);

	if (f.count == 0)
		return s;
	sweep_free(s);
	err_set(err, ERR_INPUT, "%s", first.text);
	return NULL;
}

void
sweep_free(struct sweep *sweep)
{
	if (!sweep)
		return;
	axes_clear(&sweep->axes);
	free(sweep->name);
	json_decref(sweep->definition);
	free(sweep);
}

/* A file that is being read. */
struct reading {
	const struct yaml_doc *doc;
	sweep_wrong_fn *wrong;
	void *ctx;
};

static void
place_fault(const char *pointer, const char *what, void *ctx)
{
	struct reading *r = ctx;
	struct err wrong = { 0 };

	if (*pointer)
		yaml_error(r->doc, pointer, &wrong, "'%s' %s", pointer, what);
	else
		yaml_error(r->doc, pointer, &wrong, "it %s", what);
	r->wrong(&wrong, r->ctx);
}

/* The name of a file without what makes it one; a blank or the like becomes '-'. */
static char *
name_of_file(const char *path)
{
	char *name = strcmp(path, "-") == 0 ? xstrdup("sweep") : path_stem(path);

	for (char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			*p = '-';
	return name;
}

static struct sweep *
read_document(
    const struct yaml_docs *docs, const char *path, int method, sweep_wrong_fn *wrong, void *ctx)
{
	struct reading r = { &docs->at[0], wrong, ctx };
	struct sweep *sweep = NULL;
	char *name = name_of_file(path);
	struct faults f = { place_fault, &r, 0 };

	sweep = read_sweep(r.doc->value, name, method, &f);
	free(name);
	if (f.count == 0)
		return sweep;
	sweep_free(sweep);
	return NULL;
}

struct sweep *
sweep_read(const char *path, int method, sweep_wrong_fn *wrong, void *ctx, struct err *err)
{
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct sweep *sweep = NULL;

	if (yaml_read(path, &docs, err) == 0) {
		if (docs.len == 1)
			sweep = read_document(&docs, path, method, wrong, ctx);
		else
			err_set(err, ERR_INPUT, "%s: must hold one sweep, found %zu documents",
			    path, docs.len);
	}
	yaml_docs_clear(&docs);
	return sweep;
}

/* ---- what it means ---- */

static bool
is_equal(const struct sweep *a, const struct sweep *b, const char *key)
{
	const json_t *of_a = json_object_get(a->definition, key);
	const json_t *of_b = json_object_get(b->definition, key);
	struct buf one = BUF_INIT, other = BUF_INIT;
	bool equal;

	if (of_a)
		json_put(of_a, &one);
	if (of_b)
		json_put(of_b, &other);
	equal = strcmp(buf_str(&one), buf_str(&other)) == 0; /* the order of axes counts */
	buf_clear(&one);
	buf_clear(&other);
	return equal;
}

const char *
sweep_difference(const struct sweep *a, const struct sweep *b)
{
	if (a->method != b->method)
		return "method";
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		const char *key = members[i];

		if (strcmp(key, "name") == 0 || strcmp(key, "method") == 0 ||
		    strtab_find(LIST(changeable), key) >= 0)
			continue;
		if (!is_equal(a, b, key))
			return key;
	}
	if (a->method == SWEEP_LHS && a->max_trials != b->max_trials)
		return "max_trials";
	return NULL;
}

json_t *
sweep_params(const struct sweep *sweep, const double *point)
{
	json_t *params = axes_values(&sweep->axes, point);

	if (sweep->params)
		json_fill(params, sweep->params);
	return params;
}

bool
sweep_is_better(const struct sweep *sweep, double a, double b)
{
	if (isnan(a) || isnan(b))
		return !isnan(a) && isnan(b);
	return sweep->maximize ? a > b : a < b;
}
