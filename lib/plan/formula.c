/* SPDX-License-Identifier: MIT */
/*
 * formula: the jq expressions of a pipeline.
 *
 * libjq takes 25 ms to compile anything, so all expressions are arms of one
 * program, chosen by a number in its input. Each stands in brackets of its own,
 * and was seen to be balanced, so that none can reach into another arm.
 */
#include "plan/formula.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/jq.h"
#include "base/json.h"
#include "base/strtab.h"
#include "base/vec.h"

static const char prelude[] =
    ".n as $n | .v | . as $in | def params: $in.params; def steps: $in.steps;"
    " def item: $in.item; def run: $in.run; ";

struct formula {
	char *text, *pointer;
	unsigned roots; /* bit 1 << root: it names it */
	bool path;      /* jq is not needed */
};

struct formulas {
	VEC(struct formula) list;
	struct jq *jq; /* NULL: not compiled, or not needed */
	size_t last;
};

struct formulas *
formulas_new(void)
{
	return xcalloc(1, sizeof(struct formulas));
}

void
formulas_free(struct formulas *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < all->list.len; i++) {
		free(all->list.at[i].text);
		free(all->list.at[i].pointer);
	}
	vec_clear(&all->list);
	jq_free(all->jq);
	free(all);
}

static void
note_root(const struct mention *m, void *ctx)
{
	struct formula *f = ctx;

	f->roots |= 1U << m->root;
}

/* The root that a path begins with, or -1. */
static int
path_root(const char *path)
{
	const char *p = path + (*path == '.');
	size_t len = strcspn(p, ".");

	for (int i = 0; i < ROOT_COUNT; i++)
		if (strlen(root_name((enum root)i)) == len &&
		    !strncmp(root_name((enum root)i), p, len))
			return i;
	return -1;
}

size_t
formula_add(struct formulas *all, const char *text, size_t len, const char *pointer)
{
	struct formula f = { .pointer = xstrdup(pointer) };

	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		len--;
	while (len > 0 && strchr(" \t\r\n", *text)) {
		text++;
		len--;
	}
	f.text = xstrndup(text, len);
	f.path = scan_is_path(f.text, len) && path_root(f.text) >= 0;
	scan_mentions(f.text, len, note_root, &f);
	vec_add(&all->list, f);
	return all->list.len - 1;
}

size_t
formula_count(const struct formulas *all)
{
	return all->list.len;
}

const char *
formula_text(const struct formulas *all, size_t n)
{
	return all->list.at[n].text;
}

const char *
formula_pointer(const struct formulas *all, size_t n)
{
	return all->list.at[n].pointer;
}

bool
formula_names(const struct formulas *all, size_t n, enum root root)
{
	return all->list.at[n].roots & 1U << root;
}

/* ---- compiling ---- */

/* jq's own words, without the program that it quotes; and what was probably meant by a word that it
 * does not know. */
static int
explain(const struct formula *f, const struct err *why, struct err *err)
{
	static const char mark[] = "is not a jq expression: ";
	static const char *const names[] = { "params", "steps", "item", "run" };
	const char *cause = strstr(why->text, mark), *slash, *near = NULL;
	char word[64];

	cause = cause ? cause + strlen(mark) : why->text;
	slash = strstr(cause, "/0 is not defined");
	if (slash && (size_t)(slash - cause) < sizeof(word)) {
		memcpy(word, cause, (size_t)(slash - cause));
		word[slash - cause] = '\0';
		near = strtab_nearest(names, ROOT_COUNT, word);
	}
	if (near)
		return err_set(err, ERR_INPUT,
		    "'%s' is not a jq expression: '%s' is not known, perhaps '%s' is meant",
		    f->text, word, near);
	return err_set(err, ERR_INPUT, "'%s' is not a jq expression: %.*s", f->text,
	    (int)strcspn(cause, ","), cause);
}

/* Which of them is wrong? */
static int
find_wrong(const struct formulas *all, size_t *wrong, struct err *err)
{
	for (size_t i = 0; i < all->list.len; i++) {
		const struct formula *f = &all->list.at[i];
		char *text = xasprintf("%s(%s\n)", prelude, f->text);
		struct err why = { 0 };
		struct jq *jq = f->path ? NULL : jq_new(text, &why);

		free(text);
		jq_free(jq);
		if (why.kind != ERR_NONE) {
			*wrong = i;
			return explain(f, &why, err);
		}
	}
	*wrong = 0;
	return err_set(err, ERR_INPUT, "the expressions are too much for jq");
}

int
formulas_compile(struct formulas *all, size_t *wrong, struct err *err)
{
	struct buf text = BUF_INIT;
	size_t arms = 0;

	buf_add_str(&text, prelude);
	for (size_t i = 0; i < all->list.len; i++) {
		const struct formula *f = &all->list.at[i];
		struct err why = { 0 };

		if (scan_balance(f->text, strlen(f->text), &why) < 0) {
			*wrong = i;
			return err_set(err, ERR_INPUT, "%s", why.text), buf_clear(&text), -1;
		}
		if (!f->path)
			buf_addf(
			    &text, "%s $n == %zu then (%s\n) ", arms++ ? "elif" : "if", i, f->text);
	}
	buf_add_str(&text, "else null end");
	if (arms > 0 && !all->jq)
		all->jq = jq_new(buf_str(&text), NULL);
	buf_clear(&text);
	return arms > 0 && !all->jq ? find_wrong(all, wrong, err) : 0;
}

/* ---- running ---- */

/* Follow a path as jq does. */
static json_t *
follow(const struct formula *f, const struct scope *scope, struct err *err)
{
	json_t *at = scope->root[path_root(f->text)];
	const char *p = f->text + (*f->text == '.');

	for (p += strcspn(p, "."); *p; p += strcspn(p, ".")) {
		char word[256];
		size_t len = strcspn(++p, ".");

		snprintf(word, sizeof(word), "%.*s", (int)len, p);
		if (at && !json_is_object(at) && !json_is_null(at)) {
			err_set(err, ERR_INPUT, "'%s': %s has no member '%s'", f->text,
			    json_type_name(at), word);
			return NULL;
		}
		at = json_object_get(at, word);
	}
	return at ? json_incref(at) : json_null();
}

json_t *
formula_run(struct formulas *all, size_t n, const struct scope *scope, struct err *err)
{
	const struct formula *f = &all->list.at[n];
	json_t *in, *v, *out;

	all->last = n;
	if (f->path)
		return follow(f, scope, err);
	v = json_object();
	for (int i = 0; i < ROOT_COUNT; i++)
		if (f->roots & 1U << i && scope->root[i])
			json_object_set(v, root_name((enum root)i), scope->root[i]);
	in = json_pack("{s:I, s:o}", "n", (json_int_t)n, "v", v);
	out = jq_one(all->jq, in, err);
	json_decref(in);
	if (!out)
		err_wrap(err, "'%s'", f->text);
	return out;
}

size_t
formula_last(const struct formulas *all)
{
	return all->last;
}
