/* SPDX-License-Identifier: MIT */
/* sieve: a line tells what its record tells, and what cannot be told of a line takes the record. */
#include "dock/sieve.h"

#include "base/err.h"
#include "base/json.h"
#include "dock/roll.h"
#include "tap.h"

#define POSES \
	"\"best\":{\"affinity\":{\"value\":-8,\"pose\":2}},\"poses\":[{\"rank\":1,\"affinity\":-" \
	"7," \
	"\"intra\":-1,\"why\":\"a } \\\" {\"},{\"rank\":2,\"affinity\":-8,\"intra\":1}]," \
	"\"mw\":300.5,\"tags\":{\"ic50\":\"7\"},\"ligand\":{\"name\":\"x\",\"parent\":\"px\"," \
	"\"sha256\":\"h1\"},\"inchikey\":\"K1\",\"warnings\":[\"large_box\"],\"label\":" \
	"\"\\u0061b\""

static const char result[] = "{\"type\":\"docking\",\"engine\":\"vina\"," POSES "}";
static const char execution[] =
    "{\"type\":\"execution\",\"mw\":1,\"result\":{\"engine\":\"vina\"," POSES "}}";

static const struct {
	const char *where;
	int line, wanted;
} vectors[] = {
	{ "affinity<-7.5", SIEVE_IN, 1 },
	{ "affinity>-7.5", SIEVE_OUT, 0 },
	{ "intra>0", SIEVE_IN, 1 },
	{ "intra<0", SIEVE_OUT, 0 },
	{ "mw>300", SIEVE_IN, 1 },
	{ "mw<300", SIEVE_OUT, 0 },
	{ "tags.ic50>=7", SIEVE_IN, 1 },
	{ "parent=px", SIEVE_IN, 1 },
	{ "name=px", SIEVE_OUT, 0 },
	{ "engine=vina", SIEVE_IN, 1 },
	{ "nothing=1", SIEVE_OUT, 0 },
	{ "why=1", SIEVE_OUT, 0 },
	{ "label=ab", SIEVE_UNSURE, 1 },
	{ "warnings~large", SIEVE_UNSURE, 1 },
	{ "warnings!~large", SIEVE_UNSURE, 0 },
	{ "strain<9", SIEVE_UNSURE, 0 },
};

/* What the record of a text comes to. */
static int
ask_record(struct sieve *sieve, const char *text)
{
	json_t *record = json_parse(text, strlen(text), NULL);
	json_t *inner = json_object_get(record, "result"), *of = inner ? inner : record;
	int rc = sieve_early(sieve, of) && sieve_result(sieve, of);

	json_decref(record);
	return rc;
}

static void
test_criteria(const char *text)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct sieve *sieve = sieve_new(NULL, false);
		struct err err = { 0 };

		is_int(sieve_add(sieve, vectors[i].where, &err), 0, "%s", vectors[i].where);
		is_int(sieve_line(sieve, text, strlen(text)), vectors[i].line, "the line for '%s'",
		    vectors[i].where);
		is_int(ask_record(sieve, text), vectors[i].wanted, "the record for '%s'",
		    vectors[i].where);
		sieve_free(sieve);
	}
}

static const struct {
	const char *roll; /* a result on it */
	bool there;
	int line;
} rolls[] = {
	{ "{\"inchikey\":\"K1\"}", true, SIEVE_IN },
	{ "{\"inchikey\":\"K1\"}", false, SIEVE_OUT },
	{ "{\"inchikey\":\"K2\",\"ligand\":{\"sha256\":\"h1\"}}", true, SIEVE_IN },
	{ "{\"ligand\":{\"sha256\":\"h1\"}}", true, SIEVE_IN },
	{ "{\"ligand\":{\"sha256\":\"K1\",\"name\":\"x\"}}", true, SIEVE_OUT },
	{ "{\"key\":\"x\"}", false, SIEVE_IN },
};

static void
test_rolls(const char *text)
{
	for (size_t i = 0; i < COUNT(rolls); i++) {
		struct sieve *sieve = sieve_new(NULL, false);
		struct roll *roll = roll_new();
		json_t *value = json_parse(rolls[i].roll, strlen(rolls[i].roll), NULL);

		roll_add(roll, value);
		roll_finish(roll);
		sieve_roll(sieve, roll, rolls[i].there);
		is_int(sieve_line(sieve, text, strlen(text)), rolls[i].line, "the line, %s",
		    rolls[i].roll);
		is_int(ask_record(sieve, text), rolls[i].line == SIEVE_IN, "the record, %s",
		    rolls[i].roll);
		json_decref(value);
		sieve_free(sieve);
	}
}

/* Lines of which nothing can be told. */
static const char *const unsure[] = {
	"{\"type\":\"execution\",\"status\":\"failed\",\"error\":{},\"result\":null}",
	"{\"type\":\"execution\",\"status\":\"queued\"}",
	"{\"type\":\"docking\",\"error\":{\"class\":\"input\"},\"poses\":[]}",
	"{\"type\":\"docking\",\"skipped\":\"x\",\"poses\":[]}",
	"{\"type\":\"ligand\"}",
	"{\"type\":\"docking\",\"chosen\":{\"pose\":1}," POSES "}",
	"{\"type\":\"exe\\u0063ution\"," POSES "}",
	"not JSON",
	"",
};

int
main(void)
{
	struct sieve *sieve = sieve_new(NULL, true);
	struct err err = { 0 };
	json_t *record = json_parse(result, sizeof(result) - 1, NULL);

	test_criteria(result);
	test_criteria(execution);
	test_rolls(result);
	test_rolls(execution);
	is_int(sieve_add(sieve, "intra<0", &err), 0, "any pose");
	is_int(
	    sieve_line(sieve, result, sizeof(result) - 1), SIEVE_UNSURE, "its line is not enough");
	ok(sieve_early(sieve, record) && sieve_result(sieve, record), "one fits");
	is_int(json_integer_value(json_at(record, "/chosen/pose")), 1, "it is chosen");
	json_decref(record);
	sieve_free(sieve);
	sieve = sieve_new(NULL, false);
	sieve_add(sieve, "mw<1", &err);
	for (size_t i = 0; i < COUNT(unsure); i++)
		is_int(
		    sieve_line(sieve, unsure[i], strlen(unsure[i])), SIEVE_UNSURE, "%s", unsure[i]);
	sieve_free(sieve);
	return done_testing();
}
