/* SPDX-License-Identifier: MIT */
/* scan: where expressions end, what they name, whether jq is needed for them. */
#include "plan/scan.h"

#include "base/err.h"
#include "tap.h"

static const struct {
	const char *text;
	long len; /* -1: it has no end */
} ends[] = {
	{ "a}} b", 1 },
	{ "{a:{b:1}}}}", 9 },
	{ "\"}}\" }}", 5 },
	{ "\"\\(\"}}\")\" }}", 10 },
	{ "\"\\\"}}\" }}", 7 },
	{ "[1, {a: 2}] | .[0] }} }}", 19 },
	{ "# }}\n1}}", 6 },
	{ "a }", -1 },
	{ "(a }}", -1 },
	{ "a) }}", -1 },
	{ "[1}} ", -1 },
	{ "\"a }}", -1 },
	{ "\"\\(a }}", -1 },
	{ "", -1 },
};

/* "params.a.b" as it is named; "?" in front where it may be something else. */
static const struct {
	const char *text, *named;
} names[] = {
	{ "params.a", "params.a" },
	{ ".params.a", "params.a" },
	{ "params", "params" },
	{ "params[\"a-b\"].c", "params.a-b.c" },
	{ "steps.one.results[0].x", "steps.one.results" },
	{ "item.a + params.n * run.id", "item.a params.n run.id" },
	{ ". | .params.x", "?params.x" },
	{ "map(.item)", "?item" },
	{ "{params: 1, item}", "item" },
	{ "{a: params.b}", "params.b" },
	{ "$params.x", "" },
	{ ".a.params.x", "" },
	{ ".a[\"x\"].params", "" },
	{ "\"params.x\"", "" },
	{ "\"\\(params.x) item\" + steps.b.status", "params.x steps.b.status" },
	{ "\"\\(\"\\(item)\" + \"steps\")\"", "item" },
	{ "myparams.x + items", "" },
	{ "1 # params.x\n+ item", "item" },
	{ "[.steps.a.result]", "?steps.a.result" },
};

static const struct {
	const char *text;
	bool path;
} paths[] = {
	{ "params.a", true },
	{ ".params.a", true },
	{ "item", true },
	{ "steps.a.result.b_2", true },
	{ "", false },
	{ ".", false },
	{ "params.", false },
	{ "params..a", false },
	{ "params.a[0]", false },
	{ "params.a + 1", false },
	{ "params.2a", false },
	{ "a b", false },
};

static void
note(const struct mention *m, void *ctx)
{
	struct buf *out = ctx;

	buf_addf(out, "%s%s%s", out->len ? " " : "", m->sure ? "" : "?", root_name(m->root));
	if (m->name)
		buf_addf(out, ".%.*s", (int)m->name_len, m->name);
	if (m->member)
		buf_addf(out, ".%.*s", (int)m->member_len, m->member);
}

int
main(void)
{
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct err err = { 0 };
		long len = scan_expression(ends[i].text, &err);

		is_int(len, ends[i].len, "the end of '%s'", ends[i].text);
		ok((len < 0) == (err.kind == ERR_INPUT), "and whether that is an error");
	}
	for (size_t i = 0; i < COUNT(names); i++) {
		struct buf out = BUF_INIT;

		scan_mentions(names[i].text, strlen(names[i].text), note, &out);
		is_str(buf_str(&out), names[i].named, "what '%s' names", names[i].text);
		buf_clear(&out);
	}
	for (size_t i = 0; i < COUNT(paths); i++)
		is_int(scan_is_path(paths[i].text, strlen(paths[i].text)), paths[i].path,
		    "whether '%s' is a path", paths[i].text);
	return done_testing();
}
