/* SPDX-License-Identifier: MIT */
/* chemistry: where Open Babel, RDKit and Meeko are, and how they are started. */
#include "cli/chemistry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/vec.h"
#include "cli/babel.h"
#include "cli/interpreter.h"
#include "dock/prep.h"
#include "exec/coproc.h"
#include "exec/proc.h"

#define START_LIMIT 30.0 /* seconds a program may take to say its version */
#define RENEW 2000       /* molecules per process: Open Babel's memory grows */

extern char **environ;

struct tool {
	struct coproc_spec spec;
	const char *argv[TOOL_ARGS + 3];
};

struct chemistry {
	char *obabel, *python, *script; /* python NULL: no RDKit */
	char *obabel_version, *rdkit_version;
	char *meeko, *meeko_script, *meeko_version; /* its Python, NULL: not asked for */
	VEC(char *) env;
	struct tool tools[TOOLS];
};

/* Ours, but for what must be so. */
static void
make_env(struct chemistry *c)
{
	for (char **e = environ; *e; e++)
		if (strncmp(*e, "OMP_NUM_THREADS=", 16) != 0 && strncmp(*e, "LC_ALL=", 7) != 0)
			vec_add(&c->env, *e);
	vec_add(&c->env, (char *)"OMP_NUM_THREADS=1");
	vec_add(&c->env, (char *)"LC_ALL=C.UTF-8");
	vec_add(&c->env, NULL);
}

static int
run(const struct chemistry *c, char *const *argv, const struct buf *input, double limit,
    struct buf *out, struct err *err)
{
	struct proc_spec spec = { .argv = argv, .env = c->env.at, .out = -1, .err = -1 };
	struct outcome outcome;
	char how[64];

	if (proc_run(&spec, input, out, NULL, limit, 1, &outcome, err) < 0)
		return -1;
	if (!outcome.exited || outcome.timed_out || outcome.overflowed)
		return err_set(
		    err, ERR_INPUT, "%s: %s", path_base(argv[0]), proc_describe(&outcome, how));
	return 0;
}

/* "Open Babel 3.1.1 -- Jan  4 2023 -- 09:58:24" */
static int
find_obabel(struct chemistry *c, struct err *err)
{
	struct buf out = BUF_INIT;
	char version[32] = "";
	int rc = -1;

	c->obabel = babel_program("obabel", err);
	if (c->obabel)
		rc = babel_run("obabel", (const char *const[]){ "-V", NULL }, NULL, &out, err);
	if (rc == 0 && sscanf(buf_str(&out), "Open Babel %31s", version) == 1)
		c->obabel_version = xstrdup(version);
	buf_clear(&out);
	return rc;
}

int
chemistry_ask(const struct chemistry *c, const struct buf *request, double limit, struct buf *out,
    struct err *err)
{
	char *argv[] = { c->python, (char *)"-I", c->script, NULL };

	if (!c->python)
		return err_set(err, ERR_SYSTEM,
		    "RDKit is needed for this: install python3-rdkit, or name a"
		    " python that has it in DOCKLINE_PYTHON");
	return run(c, argv, request, limit, out, err);
}

/* What one of our scripts says to hello of itself; NULL: it cannot. The caller frees. */
static char *
say_hello(const struct chemistry *c, char *const *argv, const char *what)
{
	struct buf request = BUF_INIT, out = BUF_INIT;
	const char *version;
	char *text;
	json_t *answer;

	buf_add_str(&request, "{\"op\":\"hello\"}\n");
	run(c, argv, &request, START_LIMIT, &out, NULL);
	answer = json_parse(buf_str(&out), out.len, NULL);
	version = json_string_value(json_object_get(answer, what));
	text = version ? xstrdup(version) : NULL;
	json_decref(answer);
	buf_clear(&request);
	buf_clear(&out);
	return text;
}

/* Does this python have RDKit? Takes python. */
static bool
try_python(struct chemistry *c, char *python)
{
	char *argv[] = { python, (char *)"-I", c->script, NULL };

	if (!python)
		return false;
	c->rdkit_version = say_hello(c, argv, "rdkit");
	c->python = c->rdkit_version ? python : NULL;
	if (!c->python)
		free(python);
	return c->python != NULL;
}

static void
find_rdkit(struct chemistry *c)
{
	const char *given = getenv("DOCKLINE_PYTHON");

	c->script = path_share("convert/rdkit.py");
	if (!c->script)
		return;
	if (given && *given)
		try_python(c, path_program(given));
	else if (!try_python(c, path_program("/usr/bin/python3")))
		try_python(c, path_program("python3"));
}

/* Meeko's Python is that of its program. */
static int
find_meeko(struct chemistry *c, struct err *err)
{
	char *program = meeko_program(err);
	char *argv[3] = { NULL };

	if (!program)
		return -1;
	c->meeko = script_interpreter(program);
	c->meeko_script = path_share("convert/meeko_pdbqt.py");
	argv[0] = c->meeko;
	argv[1] = c->meeko_script;
	if (c->meeko && c->meeko_script)
		c->meeko_version = say_hello(c, argv, "meeko");
	if (!c->meeko_version)
		err_set(
		    err, ERR_SYSTEM, "the Python of '%s' has no Meeko of 0.5 or later", program);
	free(program);
	return c->meeko_version ? 0 : -1;
}

static void
make_tool(struct chemistry *c, enum prep_tool tool, const struct prep_options *options)
{
	const char *ph = tool == TOOL_STATE_LOW ? options->ph_low
	    : tool == TOOL_STATE_HIGH           ? options->ph_high
						: options->ph;
	struct tool *t = &c->tools[tool];

	if (tool == TOOL_RDKIT) {
		t->argv[0] = c->python;
		t->argv[1] = "-I";
		t->argv[2] = c->script;
	} else if (tool == TOOL_MEEKO) {
		t->argv[0] = c->meeko;
		t->argv[1] = c->meeko_script;
	} else {
		t->argv[0] = c->obabel;
		tool_args(tool, ph, t->argv + 1);
	}
	t->spec = (struct coproc_spec){ .argv = (char *const *)(const void *)t->argv,
		.env = c->env.at,
		.last = tool_is_single(tool) ? NULL : tool_is_last,
		.kind = tool,
		.renew = RENEW };
}

struct chemistry *
chemistry_find(struct prep_options *options, struct err *err)
{
	struct chemistry *c = xcalloc(1, sizeof(*c));
	struct err none = { 0 };

	make_env(c);
	if (find_obabel(c, err ? err : &none) < 0 ||
	    (options->meeko && find_meeko(c, err ? err : &none) < 0)) {
		chemistry_free(c);
		return NULL;
	}
	find_rdkit(c);
	for (int t = 0; t < TOOLS; t++)
		make_tool(c, (enum prep_tool)t, options);
	options->rdkit = c->python != NULL;
	options->rdkit_version = c->rdkit_version;
	options->openbabel_version = c->obabel_version;
	options->meeko_version = c->meeko_version;
	return c;
}

void
chemistry_free(struct chemistry *c)
{
	if (!c)
		return;
	free(c->obabel);
	free(c->python);
	free(c->script);
	free(c->obabel_version);
	free(c->rdkit_version);
	free(c->meeko);
	free(c->meeko_script);
	free(c->meeko_version);
	vec_clear(&c->env);
	free(c);
}

const struct coproc_spec *
chemistry_spec(const struct chemistry *c, enum prep_tool tool)
{
	return &c->tools[tool].spec;
}
