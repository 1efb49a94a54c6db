/* SPDX-License-Identifier: MIT */
/* argv: requests read, and the command lines they become, by version. */
#include "dock/argv.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "dock/engine.h"
#include "dock/request.h"
#include "tap.h"

#define FILES "\"receptor\":\"r.pdbqt\",\"ligand\":\"l.pdbqt\""
#define BOX "\"box\":{\"center\":[1,-2.5,15.19],\"size\":[20,20,22.5]}"

static const struct engine_version v112 = { "1.1.2", 10102 }, v123 = { "1.2.3", 10203 };

static const struct {
	const char *record;
	const struct engine_version *version;
	const char *argv;
} lines[] = {
	{ "{" FILES "," BOX "}", &v123,
	    "vina --receptor r.pdbqt --ligand l.pdbqt --center_x 1 --center_y -2.5 --center_z "
	    "15.19 "
	    "--size_x 20 --size_y 20 --size_z 22.5 --scoring vina --exhaustiveness 8 --max_evals 0 "
	    "--num_modes 9 --min_rmsd 1 --energy_range 3 --spacing 0.375 --seed 42 --cpu 1 "
	    "--out o.pdbqt" },
	{ "{" FILES "," BOX ",\"seed\":7,\"exhaustiveness\":2,\"scoring\":\"vinardo\",\"cpu\":null,"
	  "\"energy_range\":4.5,\"spacing\":0.5,\"max_evals\":100,\"num_modes\":1,\"min_rmsd\":0."
	  "1}",
	    &v123,
	    "vina --receptor r.pdbqt --ligand l.pdbqt --center_x 1 --center_y -2.5 --center_z "
	    "15.19 "
	    "--size_x 20 --size_y 20 --size_z 22.5 --scoring vinardo --exhaustiveness 2 "
	    "--max_evals 100 --num_modes 1 --min_rmsd 0.1 --energy_range 4.5 --spacing 0.5 --seed "
	    "7 "
	    "--cpu 1 --out o.pdbqt" },
	{ "{" FILES "," BOX ",\"maps\":\"/m/rec\",\"scoring\":\"ad4\"}", &v123,
	    "vina --ligand l.pdbqt --scoring ad4 --maps /m/rec --exhaustiveness 8 --max_evals 0 "
	    "--num_modes 9 --min_rmsd 1 --energy_range 3 --spacing 0.375 --seed 42 --cpu 1 "
	    "--out o.pdbqt" },
	{ "{" FILES "," BOX ",\"flex\":\"/f.pdbqt\",\"mode\":\"score_only\"}", &v112,
	    "vina --receptor r.pdbqt --ligand l.pdbqt --center_x 1 --center_y -2.5 --center_z "
	    "15.19 "
	    "--size_x 20 --size_y 20 --size_z 22.5 --score_only --flex /f.pdbqt "
	    "--exhaustiveness 8 --num_modes 9 --energy_range 3 --seed 42 --cpu 1" },
	{ "{" FILES "," BOX ",\"max_evals\":0,\"scoring\":\"vina\",\"min_rmsd\":1}", &v112,
	    "vina --receptor r.pdbqt --ligand l.pdbqt --center_x 1 --center_y -2.5 --center_z "
	    "15.19 "
	    "--size_x 20 --size_y 20 --size_z 22.5 --exhaustiveness 8 --num_modes 9 "
	    "--energy_range 3 --seed 42 --cpu 1 --out o.pdbqt" },
};

/* What may share a process with others, and with which Vina. */
static const struct {
	const char *record;
	const struct engine_version *version;
	bool groups;
} groups[] = {
	{ "{" FILES "," BOX "}", &v123, true },
	{ "{" FILES "," BOX ",\"exhaustiveness\":2,\"group\":true}", &v123, true },
	{ "{" FILES "," BOX ",\"group\":false}", &v123, false },
	{ "{" FILES "," BOX "}", &v112, false },
	{ "{" FILES "," BOX ",\"scoring\":\"vinardo\"}", &v123, false },
	{ "{" FILES "," BOX ",\"maps\":\"/m/rec\"}", &v123, false },
	{ "{" FILES "," BOX ",\"flex\":\"/f.pdbqt\"}", &v123, false },
	{ "{" FILES "," BOX ",\"mode\":\"score_only\"}", &v123, false },
};

static void
test_groups(void)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		json_t *record = json_parse(groups[i].record, strlen(groups[i].record), NULL);
		struct request request;
		struct err err = { 0 };
		int rc = request_read(engine_find("vina"), record, &request, &err);

		ok(rc == 0 && request_groups(&request, groups[i].version) == groups[i].groups,
		    "%s groups: %d %s", groups[i].record, groups[i].groups, err.text);
		json_decref(record);
	}
}

static void
test_batch(void)
{
	static char *const names[] = { "1.pdbqt", "2.pdbqt", NULL };
	static const struct argv_files files = {
		.program = "vina", .receptor = "r.pdbqt", .out = "poses", .batch = names
	};
	json_t *record = json_parse(groups[0].record, strlen(groups[0].record), NULL);
	struct request request;
	char **argv;

	is_int(request_read(engine_find("vina"), record, &request, NULL), 0, "a request");
	argv = argv_build(&request, &v123, &files);
	is_str(argv[3], "--batch", "several ligands");
	is_str(argv[5], "2.pdbqt", "by their names");
	is_str(argv[6], "--center_x", "and then the box");
	for (size_t i = 0; argv[i]; i++)
		if (strcmp(argv[i], "--dir") == 0)
			is_str(argv[i + 1], "poses", "and a folder for the poses");
	argv_free(argv);
	json_decref(record);
}

static void
test_lines(void)
{
	static const struct argv_files files = { "vina", "r.pdbqt", "l.pdbqt", "o.pdbqt", NULL,
		NULL };

	for (size_t i = 0; i < COUNT(lines); i++) {
		json_t *record = json_parse(lines[i].record, strlen(lines[i].record), NULL);
		struct request request;
		struct err err = { 0 };
		struct buf text = BUF_INIT;
		char **argv;

		ok(request_read(engine_find("vina"), record, &request, &err) == 0 &&
			request_fits(&request, lines[i].version, &err) == 0,
		    "read %zu %s", i, err.text);
		argv = argv_build(&request, lines[i].version, &files);
		for (char **arg = argv; *arg; arg++)
			buf_addf(&text, "%s%s", arg == argv ? "" : " ", *arg);
		is_str(text.data, lines[i].argv, "line %zu", i);
		argv_free(argv);
		buf_clear(&text);
		json_decref(record);
	}
}

static const struct {
	const char *record, *error;
} refused[] = {
	{ "{\"receptor\":\"r\"," BOX "}", "there is no 'ligand'" },
	{ "{\"ligand\":\"l\"," BOX "}", "there is no 'receptor'" },
	{ "{\"receptor\":5,\"ligand\":\"l\"," BOX "}",
	    "'receptor' must be a path or an object, found integer" },
	{ "{" FILES "}", "there is no 'box' (see dock-box)" },
	{ "{\"receptor\":\"r\",\"ligand\":{\"format\":\"smiles\",\"text\":\"C\"}," BOX "}",
	    "ligand: the format is 'smiles', not pdbqt (see dock-prep)" },
	{ "{" FILES "," BOX ",\"seed\":0}", "'seed' must be in 1..2147483647, found 0" },
	{ "{" FILES "," BOX ",\"seed\":1.5}", "'seed' must be an integer, found number" },
	{ "{" FILES "," BOX ",\"exhaustiveness\":\"8\"}",
	    "'exhaustiveness' must be an integer, found string" },
	{ "{" FILES "," BOX ",\"energy_range\":-1}",
	    "'energy_range' must be in 0..1000, found -1" },
	{ "{" FILES "," BOX ",\"scoring\":\"ad4\"}", "'scoring' ad4 needs 'maps' (of autogrid4)" },
	{ "{" FILES "," BOX ",\"scoring\":\"dkoes_fast\"}",
	    "'scoring' must be one of vina, vinardo, ad4" },
	{ "{" FILES "," BOX ",\"maps\":\"m\",\"flex\":\"f.pdbqt\"}",
	    "'flex' and 'maps' exclude each other" },
	{ "{" FILES "," BOX ",\"no_gpu\":true}", "vina has no 'no_gpu' (gnina has)" },
	{ "{" FILES "," BOX ",\"repair\":\"no\"}",
	    "'repair' must be yes, raw or refuse, found 'no'" },
	{ "{" FILES "," BOX ",\"keep_poses\":-1}", "'keep_poses' must be in 0..100000" },
	{ "{" FILES "," BOX ",\"timeout\":-1}", "'timeout' must be in 0..31536000 seconds" },
	{ "{" FILES "," BOX ",\"flexres\":\"A:1\"}", "'flexres' is not offered" },
	{ "{" FILES "," BOX ",\"score_only\":true}",
	    "'score_only' is not offered as a member: see 'mode'" },
	{ "{" FILES "," BOX ",\"mode\":\"minimize\"}",
	    "'mode' must be one of dock, local_only, score_only, found 'minimize'" },
};

static void
test_refused(void)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		json_t *record = json_parse(refused[i].record, strlen(refused[i].record), NULL);
		struct request request;
		struct err err = { 0 };

		is_int(request_read(engine_find("vina"), record, &request, &err), -1, "%s",
		    refused[i].record);
		is_str(err.text, refused[i].error, "says why");
		json_decref(record);
	}
}

static void
test_missing_feature(void)
{
	static const char text[] = "{" FILES "," BOX ",\"spacing\":0.5}";
	json_t *record = json_parse(text, sizeof(text) - 1, NULL);
	struct request request;
	struct err err = { 0 };

	ok(request_read(engine_find("vina"), record, &request, NULL) == 0, "spacing is read");
	is_int(request_fits(&request, &v112, &err), -1, "1.1.2 has none");
	is_str(err.text, "vina 1.1.2 has no 'spacing'", "says so");
	json_decref(record);
}

static const struct {
	const char *says, *text;
	int number;
} versions[] = {
	{ "AutoDock Vina v1.2.3\n", "1.2.3", 10203 },
	{ "AutoDock Vina 1.1.2 (May 11, 2011)\n", "1.1.2", 10102 },
	{ "AutoDock Vina v1.2.5-14-gabc\n", "1.2.5-14-gabc", 10205 },
	{ "AutoDock Vina v1.3\n", "1.3", 10300 },
	{ "vina: command not found\n", NULL, 0 },
	{ "AutoDock Vina unknown\n", NULL, 0 },
	{ "", NULL, 0 },
};

static void
test_versions(void)
{
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct engine_version v;
		struct err err = { 0 };
		int rc = engine_version_read(engine_find("vina"), versions[i].says, &v, &err);

		is_int(rc, versions[i].text ? 0 : -1, "version %zu", i);
		if (rc == 0) {
			is_str(v.text, versions[i].text, "its text");
			is_int(v.number, versions[i].number, "its number");
		}
	}
	ok(!engine_find("dock6"), "an engine that nobody knows");
}

int
main(void)
{
	test_lines();
	test_groups();
	test_batch();
	test_refused();
	test_missing_feature();
	test_versions();
	return done_testing();
}
