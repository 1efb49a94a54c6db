/* SPDX-License-Identifier: MIT */
/* validate: how many docking requests a second are held against the schema of dock-vina, and how
 * many are parsed. usage: validate [TASK.yaml [SECONDS]] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "task/schema.h"
#include "task/task.h"

enum { BATCH = 1000 };

/* Twenty fields, a box of two triples among them. */
static const char request[] =
    "{\"key\":\"ZINC000000000001\",\"receptor\":\"/data/rec.pdbqt\","
    "\"ligand\":\"/data/lig.pdbqt\",\"box\":{\"center\":[11.25,-3.5,22.75],"
    "\"size\":[20,22.5,24]},\"padding\":4,\"exhaustiveness\":8,\"seed\":42,\"num_modes\":9,"
    "\"energy_range\":3,\"min_rmsd\":1.0,\"spacing\":0.375,\"max_evals\":0,"
    "\"scoring\":\"vina\",\"cpu\":1,\"repair\":\"yes\",\"keep_poses\":3,\"timeout\":0,"
    "\"note\":\"first pass\",\"tags\":[\"a\",\"b\"],\"priority\":1}";

static int
keep(struct task *task, void *ctx, struct err *err)
{
	struct task **kept = ctx;

	if (!*kept)
		*kept = task_parse(task->definition, err);
	return *kept ? 0 : -1;
}

static void
check(const struct schema *schema, json_t *value)
{
	if (schema_check(schema, value, NULL, NULL) != 0)
		BUG("the request is wrong");
}

static void
parse(const struct schema *schema, json_t *value)
{
	(void)schema;
	(void)value;
	json_decref(json_parse(request, strlen(request), NULL));
}

static const struct {
	const char *name;
	void (*run)(const struct schema *schema, json_t *value);
} deeds[] = { { "check", check }, { "defaults", schema_fill_defaults }, { "parse", parse } };

/* How many a second. */
static double
rate(const struct schema *schema, json_t *value, double seconds, size_t deed)
{
	int64_t begin = clock_boot(), end = begin + (int64_t)(seconds * 1e6), now;
	long count = 0;

	do {
		for (int i = 0; i < BATCH; i++)
			deeds[deed].run(schema, value);
		count += BATCH;
	} while ((now = clock_boot()) < end);
	return (double)count / ((double)(now - begin) / 1e6);
}

int
main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "share/tasks/dock-vina.yaml";
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 0.5;
	json_t *value = json_parse(request, strlen(request), NULL);
	struct task *task = NULL;
	struct err err = { 0 };

	if (task_read_file(path, keep, NULL, &task, &err) < 0) {
		fprintf(stderr, "validate: %s\n", err.text);
		return EXIT_INPUT;
	}
	if (json_object_size(value) != 20)
		BUG("not 20 fields");
	for (size_t i = 0; i < sizeof(deeds) / sizeof(*deeds); i++)
		printf("%s %.0f\n", deeds[i].name, rate(task->params, value, seconds, i));
	json_decref(value);
	task_free(task);
	return 0;
}
