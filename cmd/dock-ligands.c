/* SPDX-License-Identifier: MIT */
/* dock-ligands: one ligand record per molecule of molecule files. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cli/app.h"
#include "cli/progress.h"
#include "data/entry.h"
#include "data/folder.h"
#include "data/library.h"
#include "data/ligand.h"
#include "data/names.h"
#include "data/unpack.h"

static struct {
	char *format, *key, *label, *limit, *shard, *skip;
} o;

static const struct poptOption options[] = {
	{ "format", 'f', POPT_ARG_STRING, &o.format, 0, "read all as sdf, mol2, smi or pdbqt",
	    "FORMAT" },
	{ "key", 'k', POPT_ARG_STRING, &o.key, 0, "name molecules by this SD data field", "FIELD" },
	{ "label", 'l', POPT_ARG_STRING, &o.label, 0, "set label in every record", "TEXT" },
	{ "limit", 'n', POPT_ARG_STRING, &o.limit, 0, "end after N molecules", "N" },
	{ "shard", 0, POPT_ARG_STRING, &o.shard, 0, "every Nth molecule, from the Ith", "I/N" },
	{ "skip", 's', POPT_ARG_STRING, &o.skip, 0, "pass over the first N molecules", "N" },
	APP_RECORD_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

struct run {
	struct app *app;
	struct progress *progress;
	enum format format;
	struct ligand_rules rules;
	int64_t skip, limit, shard, shards;
	int64_t seen;    /* molecules met so far, in all files */
	int64_t printed; /* records */
	int64_t bad;
};

/* What a file or member is called in messages. */
static const char *
shown(const char *name)
{
	return strcmp(name, "-") == 0 ? "standard input" : name;
}

/* Is the molecule just met in the slice that was asked for? */
static bool
is_wanted(const struct run *run)
{
	int64_t n = run->seen - 1 - run->skip;

	return n >= 0 && n % run->shards == run->shard - 1;
}

static void
tell_bad(struct run *run, const char *file, const struct entry *e)
{
	struct buf reason = BUF_INIT;

	run->bad++;
	utf8_visible(e->reason, strlen(e->reason), UTF8_CONTROLS, &reason);
	progress_hide(run->progress);
	app_warn(run->app, "%s:%zu (line %zu): %s", shown(file), e->index, e->bad_line,
	    buf_str(&reason));
	buf_clear(&reason);
}

/* Name the molecule and print it if it is wanted. 1 when no more are. */
static int
take(struct run *run, const struct ligand_source *source, const struct entry *e)
{
	bool bad = e->reason[0] != '\0';
	char *name;
	json_t *record;

	run->seen++;
	name = ligand_name(&run->rules, source, e);
	if (is_wanted(run)) {
		if (bad)
			tell_bad(run, source->file, e);
		record = ligand_record(&run->rules, source, e, name);
		app_record(run->app, record);
		app_count(run->app, bad);
		json_decref(record);
		run->printed++;
		if (run->printed == run->limit || (bad && run->app->strict))
			run->limit = 0;
	}
	free(name);
	progress_tick(run->progress, run->seen, 0, NULL);
	return run->limit == 0;
}

/* All molecules of one file or member. 1 when no more are wanted, -1 with err. */
static int
read_member(struct run *run, struct unpack *in, const struct unpack_member *member, struct err *err)
{
	struct ligand_source source = { member->name, member->stem };
	struct library *library;
	const struct entry *e;
	enum library_got got;
	size_t count = 0;
	int rc = 0;

	library = library_new(unpack_read, in, member->format, shown(member->name), err);
	if (!library)
		return -1;
	while (rc == 0 && (got = library_next(library, &e, err)) != LIBRARY_END) {
		if (got == LIBRARY_FATAL) {
			if (count > 0)
				err_wrap(err, "after molecule %zu", count);
			rc = -1;
			break;
		}
		count++;
		rc = take(run, &source, e);
	}
	library_free(library);
	if (rc == 0 && count == 0 && strcmp(member->name, "-") == 0)
		app_say(run->app, "no molecules on standard input");
	else if (rc == 0 && count == 0)
		app_fail(run->app, EXIT_INPUT, "no molecules in '%s'", member->name);
	return rc;
}

static void
report(struct run *run, struct err *err)
{
	progress_hide(run->progress);
	app_report(run->app, err);
}

static void
tell_skipped(struct run *run, const struct unpack_member *member)
{
	progress_hide(run->progress);
	if (member->known_kind)
		app_warn(run->app, "'%s' is skipped: %s", member->name, member->reason);
	else
		app_detail(run->app, "'%s' is skipped: %s", member->name, member->reason);
}

/* The end of an archive: were there any molecules in it? */
static void
sum_up(struct run *run, const char *path, size_t members, size_t skipped)
{
	if (members == 0)
		app_fail(run->app, EXIT_INPUT, "no molecule files in '%s'", path);
	else if (skipped > 0)
		app_say(run->app, "%zu members of '%s' were skipped", skipped, path);
}

/* One file with all its members; what cannot be read is reported. 1 when no more are wanted. */
static int
read_file(struct run *run, const char *path)
{
	struct err err = { 0 };
	struct unpack *in = unpack_open(path, run->format, &err);
	const struct unpack_member *member;
	size_t members = 0, skipped = 0;
	enum unpack_got got;
	int rc = 0;

	if (!in)
		report(run, &err);
	while (in && rc != 1 && (got = unpack_next(in, &member, &err)) != UNPACK_END) {
		members += got != UNPACK_SKIPPED;
		skipped += got == UNPACK_SKIPPED;
		rc = got < 0 ? -1 : 0;
		if (got == UNPACK_SKIPPED)
			tell_skipped(run, member);
		else if (got == UNPACK_MEMBER)
			rc = read_member(run, in, member, &err);
		if (rc < 0)
			report(run, &err);
	}
	if (in && rc != 1 && unpack_is_archive(in))
		sum_up(run, shown(path ? path : "-"), members, skipped);
	unpack_close(in);
	return rc == 1;
}

static int
read_folder(struct run *run, const char *path)
{
	struct folder folder = { 0 };
	struct err err = { 0 };
	int rc = 0;

	if (folder_read(path, run->format != FORMAT_NONE, &folder, &err) < 0)
		report(run, &err);
	else if (folder.paths.len == 0)
		app_fail(run->app, EXIT_INPUT, "no molecule files in '%s'", path);
	else if (folder.skipped > 0)
		app_say(run->app, "%zu entries of '%s' are skipped", folder.skipped, path);
	for (size_t i = 0; i < folder.paths.len && rc == 0; i++)
		rc = read_file(run, folder.paths.at[i]);
	folder_clear(&folder);
	return rc;
}

/* The operands, also those behind "--"; standard input when there are none. */
static void
read_all(struct run *run)
{
	struct app *app = run->app;
	size_t count = app->nargs + app->nrest;
	int rc = 0;

	if (count == 0)
		read_file(run, NULL);
	for (size_t i = 0; i < count && rc == 0; i++) {
		const char *path = i < app->nargs ? app->args[i] : app->rest[i - app->nargs];

		rc = folder_is(path) ? read_folder(run, path) : read_file(run, path);
	}
	progress_hide(run->progress);
	if (run->bad > 0)
		app_say(app, "%" PRId64 " of %" PRId64 " molecules %s bad", run->bad, run->printed,
		    run->bad == 1 ? "was" : "were");
}

/* An option's number of at least lo; fallback when it was not given. */
static int64_t
number(struct app *app, const char *option, const char *text, int64_t lo, int64_t fallback)
{
	struct err err = { 0 };
	int64_t n = fallback;

	if (text && num_int(text, lo, INT64_MAX, &n, &err) < 0)
		app_usage(app, "--%s: %s", option, err.text);
	return n;
}

/* "2/5": the second of five. */
static void
set_shard(struct run *run)
{
	char *slash = o.shard ? strchr(o.shard, '/') : NULL;

	run->shard = run->shards = 1;
	if (!o.shard)
		return;
	if (!slash)
		app_usage(run->app, "--shard takes I/N, not '%s'", o.shard);
	*slash = '\0';
	run->shards = number(run->app, "shard", slash + 1, 1, 1);
	run->shard = number(run->app, "shard", o.shard, 1, 1);
	if (run->shard > run->shards)
		app_usage(run->app, "--shard %" PRId64 "/%" PRId64 ": there is no such shard",
		    run->shard, run->shards);
}

static void
set_up(struct run *run)
{
	struct app *app = run->app;

	if (o.format && !(run->format = format_find(o.format)))
		app_usage(app, "--format takes one of %s, not '%s'", format_list(), o.format);
	if (app->nargs + app->nrest == 0 && isatty(STDIN_FILENO))
		app_usage(app, "no files, and standard input is a terminal");
	if (o.label && !utf8_valid(o.label, strlen(o.label)))
		app_usage(app, "--label is not UTF-8");
	run->skip = number(app, "skip", o.skip, 0, 0);
	run->limit = number(app, "limit", o.limit, 1, -1);
	set_shard(run);
	run->rules = (struct ligand_rules){ names_new(), o.key, o.label };
	run->progress = progress_new(app, "molecules");
	progress_give_way(run->progress); /* to who works on them */
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct run run = { 0 };

	run.app = app_start("dock-ligands", "[FILE ...]", options, argc, argv);
	set_up(&run);
	read_all(&run);
	progress_free(run.progress);
	names_free(run.rules.names);
	free(o.format);
	free(o.key);
	free(o.label);
	free(o.limit);
	free(o.shard);
	free(o.skip);
	return app_finish(run.app, 0, &err);
}
