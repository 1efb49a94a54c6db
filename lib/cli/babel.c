/* SPDX-License-Identifier: MIT */
/* babel: one run of a program of Open Babel. */
#include "cli/babel.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/vec.h"
#include "exec/proc.h"

enum { SECONDS = 60, GRACE = 2 };

char *
babel_program(const char *name, struct err *err)
{
	char *variable = xasprintf("DOCKLINE_%s", name), *path;
	const char *given;

	for (char *p = variable; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	given = getenv(variable);
	path = path_program(given && *given ? given : name);
	if (!path)
		err_set(err, ERR_SYSTEM, "%s is missing: install openbabel, or name it in %s", name,
		    variable);
	free(variable);
	return path;
}

/* Our environment with one thread for OpenMP. The caller frees the vector. */
static char **
one_thread(void)
{
	VEC(char *) env = VEC_INIT;

	for (char **e = environ; *e; e++)
		if (strncmp(*e, "OMP_NUM_THREADS=", 16) != 0)
			vec_add(&env, *e);
	vec_add(&env, (char *)"OMP_NUM_THREADS=1");
	vec_add(&env, NULL);
	return env.at;
}

int
babel_run(const char *name, const char *const *args, const struct buf *in, struct buf *out,
    struct err *err)
{
	char *path = babel_program(name, err), **env = one_thread(), text[64];
	VEC(char *) argv = VEC_INIT;
	struct outcome outcome;
	int rc = -1;

	vec_add(&argv, path);
	for (; *args; args++)
		vec_add(&argv, (char *)*args);
	vec_add(&argv, NULL);
	if (path) {
		struct proc_spec spec = { .argv = argv.at, .program = path, .env = env };

		rc = proc_run(&spec, in, out, NULL, SECONDS, GRACE, &outcome, err);
		if (rc == 0 && (!outcome.exited || outcome.code != 0))
			rc = err_set(
			    err, ERR_SYSTEM, "%s failed: %s", name, proc_describe(&outcome, text));
	}
	vec_clear(&argv);
	free(env);
	free(path);
	return rc;
}
