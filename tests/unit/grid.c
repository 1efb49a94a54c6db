/* SPDX-License-Identifier: MIT */
/*
 * grid: profiles, job scripts, answers of schedulers, and what their words mean.
 *
 * With arguments it is a program for tests with a scheduler that works:
 *
 *	grid [-o NAME=VALUE ...] script PROFILE NAME COUNT FOLDER PROGRAM [ARG ...]
 *	grid [-o NAME=VALUE ...] submit PROFILE NAME COUNT FOLDER PROGRAM [ARG ...]
 *	grid query PROFILE NAME=ID:COUNT ...	a line "ID ELEMENT STATE NODE REASON" for each
 *	grid cancel|hold|release PROFILE ID [ELEMENT ...]
 *	grid limits PROFILE
 *	grid name
 */
#include <unistd.h>

#include "base/err.h"
#include "base/vec.h"
#include "grid/readout.h"
#include "grid/batch.h"
#include "grid/limits.h"
#include "grid/order.h"
#include "grid/profile.h"
#include "grid/query.h"
#include "grid/remote.h"
#include "grid/script.h"
#include "grid/status.h"
#include "grid/xml.h"
#include "tap.h"

/* ---- the program ---- */

static int
complain(const struct err *err)
{
	fprintf(stderr, "grid: %s\n", err->text);
	return err_exit(err->kind);
}

static int
send(struct batch *b, char **argv, bool only_show, struct err *err)
{
	struct batch_job job = {
		.name = argv[0], .elements = atoi(argv[1]), .folder = argv[2], .argv = argv + 3
	};
	char id[BATCH_ID], *script;

	if (only_show) {
		if (!(script = b->ops->show(b, &job, err)))
			return -1;
		fputs(script, stdout);
		free(script);
		return 0;
	}
	if (b->ops->submit(b, &job, id, err) < 0)
		return -1;
	printf("%s\n", id);
	return 0;
}

static void
show_seen(const struct batch_seen *seen, void *ctx)
{
	(void)ctx;
	printf("%s %d %s %s %s\n", seen->id, seen->element, batch_state_name(seen->state),
	    seen->node ? seen->node : "-", seen->reason ? seen->reason : "-");
}

/* "ID:COUNT" */
static int
query(struct batch *b, char **argv, struct err *err)
{
	VEC(struct batch_ref) refs = VEC_INIT;
	int rc;

	for (; *argv; argv++) {
		char *count = strchr(*argv, ':');

		*count++ = '\0';
		vec_add(&refs, ((struct batch_ref){ "", *argv, atoi(count) }));
	}
	rc = b->ops->query(b, refs.at, refs.len, show_seen, NULL, err);
	vec_clear(&refs);
	return rc;
}

static int
order(struct batch *b, const char *verb, char **argv, struct err *err)
{
	struct batch_ref ref = { "", argv[0], 1 };
	VEC(int) elements = VEC_INIT;
	int rc;

	for (char **at = argv + 1; *at; at++)
		vec_add(&elements, atoi(*at));
	if (strcmp(verb, "cancel") == 0)
		rc = b->ops->cancel(b, &ref, elements.at, elements.len, err);
	else
		rc = b->ops->hold(
		    b, &ref, elements.at, elements.len, strcmp(verb, "hold") == 0, err);
	vec_clear(&elements);
	return rc;
}

static int
act(struct batch *b, const char *verb, char **argv, struct err *err)
{
	if (strcmp(verb, "limits") == 0) {
		printf("%d %d\n", b->elements, b->outstanding);
		return 0;
	}
	if (strcmp(verb, "query") == 0)
		return query(b, argv, err);
	if (strcmp(verb, "cancel") == 0 || strcmp(verb, "hold") == 0 ||
	    strcmp(verb, "release") == 0)
		return order(b, verb, argv, err);
	return send(b, argv, strcmp(verb, "script") == 0, err);
}

static int
program(int argc, char **argv)
{
	VEC(char *) options = VEC_INIT;
	struct err err = { 0 };
	struct batch *b;
	int opt, rc = -1;

	while ((opt = getopt(argc, argv, "+o:")) == 'o')
		vec_add(&options, optarg);
	vec_add(&options, NULL);
	argv += optind;
	if (strcmp(argv[0], "name") == 0) {
		char name[BATCH_UUID];

		batch_name(name, NULL);
		puts(name);
		rc = 0;
	} else if ((b = batch_open(argv[1], getenv("DOCKLINE_STATE"), NULL, options.at, &err))) {
		rc = act(b, argv[0], argv + 2, &err);
		fprintf(stderr, "%lu calls\n", b->asked);
		batch_close(b);
	}
	vec_clear(&options);
	return rc < 0 ? complain(&err) : 0;
}

/* ---- the vectors ---- */

static void
test_shipped(void)
{
	json_t *names = profile_names(), *value;
	size_t i;

	is_json(names, "[\"pbs\",\"sge\",\"slurm\"]", "the profiles that are shipped");
	json_array_foreach(names, i, value) {
		struct err err = { 0 };
		struct profile *p = profile_find(json_string_value(value), &err);

		ok(p != NULL, "profile %s: %s", json_string_value(value), err.text);
		if (p)
			is_str(p->name, json_string_value(value), "its name");
		profile_free(p);
	}
	json_decref(names);
}

static void
test_states(void)
{
	static const struct {
		const char *profile, *word;
		enum batch_state state;
	} vectors[] = {
		{ "slurm", "PENDING", BATCH_QUEUED },
		{ "slurm", "CONFIGURING", BATCH_QUEUED },
		{ "slurm", "REQUEUED", BATCH_QUEUED },
		{ "slurm", "REQUEUE_HOLD", BATCH_QUEUED },
		{ "slurm", "SPECIAL_EXIT", BATCH_QUEUED },
		{ "slurm", "RESV_DEL_HOLD", BATCH_QUEUED },
		{ "slurm", "RUNNING", BATCH_RUNNING },
		{ "slurm", "COMPLETING", BATCH_RUNNING },
		{ "slurm", "STAGE_OUT", BATCH_RUNNING },
		{ "slurm", "SIGNALING", BATCH_RUNNING },
		{ "slurm", "RESIZING", BATCH_RUNNING },
		{ "slurm", "SUSPENDED", BATCH_PAUSED },
		{ "slurm", "STOPPED", BATCH_PAUSED },
		{ "slurm", "COMPLETED", BATCH_DONE },
		{ "slurm", "FAILED", BATCH_FAILED },
		{ "slurm", "NODE_FAIL", BATCH_LOST },
		{ "slurm", "BOOT_FAIL", BATCH_LOST },
		{ "slurm", "PREEMPTED", BATCH_LOST },
		{ "slurm", "REVOKED", BATCH_LOST },
		{ "slurm", "LAUNCH_FAILED", BATCH_LOST },
		{ "slurm", "OUT_OF_MEMORY", BATCH_MEMORY },
		{ "slurm", "TIMEOUT", BATCH_TIMEOUT },
		{ "slurm", "DEADLINE", BATCH_TIMEOUT },
		{ "slurm", "CANCELLED", BATCH_CANCELLED },
		{ "slurm", "CANCELLED by 1000", BATCH_CANCELLED },
		{ "slurm", "CANCELLED+", BATCH_CANCELLED },
		{ "slurm", "PUZZLED", BATCH_UNKNOWN },
		{ "slurm", "COMPLETE", BATCH_UNKNOWN },
		{ "slurm", "", BATCH_UNKNOWN },
		{ "slurm", NULL, BATCH_UNKNOWN },
		{ "sge", "qw", BATCH_QUEUED },
		{ "sge", "hqw", BATCH_QUEUED },
		{ "sge", "Rq", BATCH_QUEUED },
		{ "sge", "r", BATCH_RUNNING },
		{ "sge", "t", BATCH_RUNNING },
		{ "sge", "Rr", BATCH_RUNNING },
		{ "sge", "dr", BATCH_RUNNING },
		{ "sge", "T", BATCH_PAUSED },
		{ "sge", "Eqw", BATCH_LOST },
		{ "pbs", "Q", BATCH_QUEUED },
		{ "pbs", "R", BATCH_RUNNING },
		{ "pbs", "F", BATCH_UNKNOWN },
	};

	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct profile *p = profile_find(vectors[i].profile, NULL);

		is_int(status_of(p->states, vectors[i].word), vectors[i].state, "%s: %s",
		    vectors[i].profile, vectors[i].word ? vectors[i].word : "nothing");
		profile_free(p);
	}
	is_str(status_failure(BATCH_MEMORY), "memory", "killed for its memory");
	is_str(status_failure(BATCH_DONE), "lost", "said to be done, and nothing came home");
	is_str(status_failure(BATCH_UNKNOWN), NULL, "unknown is no failure");
	is_str(status_failure(BATCH_CANCELLED), NULL, "cancelled is no failure");
}

static void
test_limits(void)
{
	static const struct {
		struct limits limits;
		int64_t count;
		double each, seconds;
		int64_t elements, chunk;
	} vectors[] = {
		{ { 1001, 10000, 0, "" }, 1000, 0, 1800, 2000, 50 },
		{ { 1001, 10000, 0, "" }, 1000, 60, 1800, 2000, 30 },
		{ { 1001, 10000, 0, "" }, 1000, 7200, 1800, 2000, 1 },
		{ { 1001, 10000, 0, "" }, 1000000, 60, 1800, 2000, 500 },
		{ { 1001, 10000, 100, "" }, 10000, 0, 1800, 100, 100 },
		{ { 1000, 0, 0, "" }, 10000, 0, 1800, 2000, 50 },
		{ { 1000, 0, 0, "" }, 10000, 1e-9, 1800, 2000, 1000000 },
		{ { 4, 4, 0, "" }, 10, 1800, 1800, 1, 10 },
	};

	for (size_t i = 0; i < COUNT(vectors); i++) {
		is_int(limits_elements(&vectors[i].limits), vectors[i].elements, "elements %zu", i);
		is_int(limits_chunk(&vectors[i].limits, vectors[i].count, vectors[i].each,
			   vectors[i].seconds),
		    vectors[i].chunk, "chunk %zu", i);
	}
}

static void
test_xml(void)
{
	static const struct {
		const char *text, *value;
	} vectors[] = {
		{ "<a/>", "{\"a\":\"\"}" },
		{ "<?xml version='1.0'?>\n<!-- x --><a>b</a>", "{\"a\":\"b\"}" },
		{ "<a><b>1</b><b>2</b><c x='y'/></a>",
		    "{\"a\":{\"b\":[\"1\",\"2\"],\"c\":[{\"@x\":\"y\"}]}}" },
		{ "<a x=\"1 &amp; 2\">t</a>", "{\"a\":{\"@x\":\"1 & 2\",\"\":\"t\"}}" },
		{ "<a>&lt;&#65;&#x42;&gt;&nbsp;&</a>", "{\"a\":\"<AB>&nbsp;&\"}" },
		{ "<a><![CDATA[<b>]]></a>", "{\"a\":\"<b>\"}" },
		{ "<a><b></a>", NULL },
		{ "<a>", NULL },
		{ "<a", NULL },
		{ "<a b></a>", NULL },
		{ "<a b=c></a>", NULL },
		{ "", NULL },
		{ "text", NULL },
		{ "<", NULL },
		{ "<!--", NULL },
	};

	for (size_t i = 0; i < COUNT(vectors); i++) {
		json_t *value = xml_parse(vectors[i].text, strlen(vectors[i].text), NULL);

		is_json(value, vectors[i].value, "xml %s", vectors[i].text);
		json_decref(value);
	}
}

static void
test_readout(void)
{
	static const struct {
		struct profile_ask ask;
		const char *text, *rows;
	} vectors[] = {
		{ { .form = ANSWER_LINES, .separator = "|", .columns = { "job", "word" } },
		    "Welcome to node 3!\n 12|RUNNING \n\n13|\n",
		    "[{\"job\":\"12\",\"word\":\"RUNNING\"},{\"job\":\"13\",\"word\":\"\"}]" },
		{ { .form = ANSWER_LINES, .separator = "|", .columns = { "job", "name" } },
		    "12|a|b", "[{\"job\":\"12\",\"name\":\"a|b\"}]" },
		{ { .form = ANSWER_PAIRS, .separator = "=", .rows = "[{array: .MaxArraySize}]" },
		    "Configuration data\nMaxArraySize            = 1001\nEmpty =\n",
		    "[{\"array\":\"1001\"}]" },
		{ { .form = ANSWER_BLOCKS, .separator = "=", .rows = "map(.taskid)" },
		    "noise x\n=====\ntaskid   1   \nhostname a b\n=====\ntaskid 2\n",
		    "[\"1\",\"2\"]" },
		{ { .form = ANSWER_JSON, .separator = "" }, "Motd\n[{\"a\":1}]", "[{\"a\":1}]" },
		{ { .form = ANSWER_JSON, .separator = "" }, "Motd", NULL },
		{ { .form = ANSWER_JSON, .separator = "", .rows = ".a" }, "{\"a\":1}", NULL },
	};

	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct buf text = BUF_INIT;
		json_t *rows;

		buf_add_str(&text, vectors[i].text);
		rows = readout_rows(&vectors[i].ask, &text, NULL);
		is_json(rows, vectors[i].rows, "answer %zu", i);
		json_decref(rows);
		buf_clear(&text);
	}
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return program(argc, argv);
	setenv("DOCKLINE_SHARE", "share", 0); /* it is run where the project begins */
	test_shipped();
	test_states();
	test_limits();
	test_xml();
	test_readout();
	return done_testing();
}
