/* SPDX-License-Identifier: MIT */
/* dockopen: the engine program is found, asked for its version and hashed (cli/dockrun.h). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/path.h"
#include "base/utf8.h"
#include "cli/app.h"
#include "cli/dockrun.h"
#include "exec/proc.h"

#define VERSION_LIMIT 20.0 /* seconds for --version */
#define PULL_LIMIT 1800.0  /* the same where an image may have to be fetched first */

static int
find_program(struct dockrun *run, const char *name, struct err *err)
{
	const struct engine *e = run->engine;
	const char *given = name ? name : getenv(e->variable);

	if (!given || !*given)
		given = e->program;
	run->program = path_program(given);
	if (run->program && *run->program != '/') {
		char *relative = run->program; /* it runs in another folder */

		run->program = path_absolute(relative);
		free(relative);
	}
	if (run->program && !utf8_valid(run->program, strlen(run->program)))
		return err_set(err, ERR_SYSTEM, "the path of '%s' is not UTF-8", e->program);
	if (run->program)
		return 0;
	return err_set(err, ERR_SYSTEM,
	    "cannot run '%s': no such program (%s%s; or --engine or $%s names it)", given,
	    e->package ? "Debian package " : "Debian has no package", e->package ? e->package : "",
	    e->variable);
}

static int
ask_version(struct dockrun *run, struct err *err)
{
	char ask[] = "--version";
	char *argv[] = { run->program, run->engine->ask ? (char *)run->engine->ask : ask, NULL };
	struct proc_spec spec = { .argv = argv, .program = run->program };
	struct buf out = BUF_INIT;
	struct outcome outcome;
	int rc = dockimage_run(&run->image, &spec, NULL, NULL, &out, NULL,
	    run->image.image ? PULL_LIMIT : VERSION_LIMIT, 1, &outcome, err);

	if (rc == 0)
		rc = engine_version_read(run->engine, buf_str(&out), &run->version, err);
	if (rc < 0) {
		err_wrap(err, "%s", run->program);
		if (err)
			err->kind = ERR_SYSTEM;
	}
	buf_clear(&out);
	return rc;
}

/* An engine in an image is not looked for here. */
static int
open_image(struct dockrun *run, const struct dockrun_choice *choice, struct err *err)
{
	const char *name = choice->program ? choice->program : run->engine->program;

	if (dockimage_open(&run->image, choice->image, choice->runtime, err) < 0)
		return -1;
	run->program = xstrdup(name);
	if (ask_version(run, err) < 0)
		return -1;
	return dockimage_digest(&run->image, name, run->sha256, err);
}

/* The hash of the program, and of what file it is. */
static int
identify(struct dockrun *run, struct err *err)
{
	if (stat(run->program, &run->file) < 0)
		return err_sys(err, "cannot look at '%s'", run->program);
	return digest_file(run->program, run->sha256, err);
}

int
dockrun_open(struct dockrun *run, struct app *app, const struct engine *engine,
    const struct dockrun_choice *choice, struct err *err)
{
	const char *work = getenv("DOCKLINE_WORK"), *execution = getenv("DOCKLINE_EXECUTION");
	const char *memory = getenv("DOCKLINE_MEMORY");

	*run = (struct dockrun){ .app = app, .engine = engine };
	run->work = work && *work ? work : NULL;
	run->task = execution && *execution;
	if (memory && num_int(memory, 0, INT64_MAX, &run->memory, NULL) < 0)
		run->memory = 0;
	gethostname(run->host, sizeof(run->host) - 1);
	if (choice->image)
		return open_image(run, choice, err);
	if (find_program(run, choice->program, err) < 0 || identify(run, err) < 0)
		return -1;
	return ask_version(run, err);
}

/* The same file, with the same content as far as its times tell? */
static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

bool
dockrun_is_same(const struct dockrun *run)
{
	struct stat st;

	return run->image.image || (stat(run->program, &st) == 0 && same_file(&st, &run->file));
}

int
dockrun_now(const struct dockrun *run, struct dockrun *now, struct err *err)
{
	*now = *run;
	if (dockrun_is_same(run))
		return 0;
	if (identify(now, err) < 0 || ask_version(now, err) < 0)
		return -1;
	app_detail(run->app, "%s is another program than before: %s (%.12s)", run->program,
	    now->version.text, now->sha256);
	return 0;
}

void
dockrun_close(struct dockrun *run)
{
	dockimage_close(&run->image);
	free(run->program);
}
