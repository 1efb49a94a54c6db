/* SPDX-License-Identifier: MIT */
/* cmdline: argument vectors with parameters put in. */
#include "exec/cmdline.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/strtab.h"

/* Is the argument at i the script of "sh -c"? */
static bool
is_script(char *const *argv, size_t i)
{
	static const char *const shells[] = { "sh", "bash", "dash", "zsh", "ksh", "mksh", "fish",
		"csh", "tcsh", "busybox" };
	size_t first = 0;

	if (i == 0 || argv[i - 1][0] != '-' || argv[i - 1][1] == '-' ||
	    argv[i - 1][strlen(argv[i - 1]) - 1] != 'c')
		return false;
	while (first < i &&
	    strtab_find(shells, sizeof(shells) / sizeof(*shells), path_base(argv[first])) < 0)
		first++; /* also behind env, nice, timeout ... */
	return first < i;
}

static int
put_value(struct buf *text, const char *name, const json_t *value, struct err *err)
{
	if (!json_is_string(value)) {
		json_put(value, text);
		return 0;
	}
	if (strlen(json_string_value(value)) != json_string_length(value))
		return err_set(
		    err, ERR_INPUT, "'%s' cannot be an argument: it contains a NUL", name);
	buf_add(text, json_string_value(value), json_string_length(value));
	return 0;
}

/* The parameter that "{name}" at open stands for, or NULL; *close is its brace. */
static json_t *
parameter_at(const char *open, const json_t *params, char **name, const char **close)
{
	json_t *value;

	*close = strpbrk(open + 1, "{}");
	if (!*close || **close != '}')
		return NULL;
	*name = xstrndup(open + 1, (size_t)(*close - open - 1));
	value = json_object_get(params, *name);
	if (!value)
		free(*name);
	return value;
}

/* One argument with its parameters put in; NULL on error. */
static char *
expand(const char *arg, const json_t *params, bool script, struct err *err)
{
	struct buf text = BUF_INIT;
	const char *p = arg, *open, *close;
	char *name;

	while ((open = strchr(p, '{'))) {
		json_t *value = parameter_at(open, params, &name, &close);
		int rc;

		buf_add(&text, p, (size_t)(open - p) + (value ? 0 : 1));
		p = open + 1;
		if (!value)
			continue;
		if (script)
			rc = err_set(err, ERR_USAGE,
			    "'{%s}' inside the script of a shell is refused:"
			    " write \"$1\" there and pass {%s} behind the script",
			    name, name);
		else
			rc = put_value(&text, name, value, err);
		free(name);
		if (rc < 0) {
			buf_clear(&text);
			return NULL;
		}
		p = close + 1;
	}
	buf_add_str(&text, p);
	return buf_take(&text);
}

char **
cmdline_expand(char *const *argv, const json_t *params, struct err *err)
{
	size_t n = 0;
	char **out;

	while (argv[n])
		n++;
	out = xcalloc(n + 1, sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		out[i] = expand(argv[i], params, is_script(argv, i), err);
		if (!out[i]) {
			cmdline_free(out);
			return NULL;
		}
	}
	return out;
}

void
cmdline_free(char **argv)
{
	for (size_t i = 0; argv && argv[i]; i++)
		free(argv[i]);
	free(argv);
}
