/* SPDX-License-Identifier: MIT */
/* cmdline: parameters in arguments. */
#include "exec/cmdline.h"

#include "base/err.h"
#include "tap.h"

#define REFUSED "inside the script of a shell is refused"

static const char params[] =
    "{\"s\":\"a b;$(c)'\\\"\",\"n\":3,\"f\":0.5,\"t\":true,\"z\":null,\"o\":{\"k\":[1]},\"e\":\"\","
    "\"a-b\":\"dash\",\"u\":\"\\u00fc\",\"brace\":\"{n}\"}";

static const struct {
	const char *argv[6], *want[6];
	const char *error; /* part of the message, NULL: none */
} rows[] = {
	{ { "echo", "plain" }, { "echo", "plain" }, NULL },
	{ { "echo", "{s}" }, { "echo", "a b;$(c)'\"" }, NULL },
	{ { "{e}", "{n}", "{f}", "{t}", "{z}" }, { "", "3", "0.5", "true", "null" }, NULL },
	{ { "e", "{o}", "{u}", "{a-b}" }, { "e", "{\"k\":[1]}", "\xc3\xbc", "dash" }, NULL },
	{ { "e", "<{n}{n}>", "x{e}y" }, { "e", "<33>", "xy" }, NULL },
	{ { "e", "{}", "{none}", "{ n }", "{{n}}" }, { "e", "{}", "{none}", "{ n }", "{3}" },
	    NULL },
	{ { "e", "{", "}", "}{", "{n" }, { "e", "{", "}", "}{", "{n" }, NULL },
	{ { "jq", "{n: .n}", "{a:{n}}" }, { "jq", "{n: .n}", "{a:3}" }, NULL },
	{ { "e", "{brace}" }, { "e", "{n}" }, NULL },
	{ { "sh", "-c", "echo {n}" }, { NULL }, REFUSED },
	{ { "/bin/bash", "-exc", "{s}" }, { NULL }, REFUSED },
	{ { "env", "A=1", "dash", "-c", "{s}" }, { NULL }, REFUSED },
	{ { "busybox", "sh", "-c", "{s}" }, { NULL }, REFUSED },
	{ { "sh", "-c", "echo $1 {none}", "sh", "{n}" },
	    { "sh", "-c", "echo $1 {none}", "sh", "3" }, NULL },
	{ { "sh", "script.sh", "{n}" }, { "sh", "script.sh", "3" }, NULL },
	{ { "gcc", "-c", "{s}" }, { "gcc", "-c", "a b;$(c)'\"" }, NULL },
	{ { "sh", "--norc", "{n}" }, { "sh", "--norc", "3" }, NULL },
};

static void
check(size_t row, char **got)
{
	const char *const *want = rows[row].want;
	size_t i;

	for (i = 0; i < 6 && want[i]; i++)
		if (!is_str(got[i], want[i], "row %zu argument %zu", row, i) || !got[i])
			return;
	ok(!got[i], "row %zu: no more arguments", row);
}

int
main(void)
{
	json_t *object = json_loads(params, 0, NULL),
	       *nul = json_loads("{\"x\":\"a\\u0000\"}", JSON_ALLOW_NUL, NULL);
	char *bad[] = { "e", "{x}", NULL };
	struct err err = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		char **got;

		err = (struct err){ 0 };
		got = cmdline_expand((char *const *)rows[i].argv, object, &err);
		if (!rows[i].error) {
			if (ok(got != NULL, "row %zu: %s", i, err.text))
				check(i, got);
		} else {
			ok(!got && strstr(err.text, rows[i].error), "row %zu: %s", i, err.text);
			is_int(err.kind, ERR_USAGE, "row %zu is wrong usage", i);
		}
		cmdline_free(got);
	}
	err = (struct err){ 0 };
	ok(!cmdline_expand(bad, nul, &err) && err.kind == ERR_INPUT, "a NUL is bad input");
	cmdline_free(NULL);
	json_decref(object);
	json_decref(nul);
	return done_testing();
}
