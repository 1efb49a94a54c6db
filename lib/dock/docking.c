/* SPDX-License-Identifier: MIT */
/* docking: the record of a docking that went well, as dockline-docking(5) describes it. */
#include "dock/docking.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "dock/engine.h"
#include "dock/pose.h"
#include "dock/request.h"
#include "dock/score.h"
#include "dock/together.h"

static json_t *
string_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *
argv_json(char *const *argv)
{
	json_t *out = json_array();

	for (; *argv; argv++)
		json_array_append_new(out, json_string(*argv));
	return out;
}

json_t *
docking_box(const struct request *request)
{
	json_t *box = request_box(request);
	char *text = json_canonical(box);
	char hex[DIGEST_HEX];

	json_object_set_new(box, "sha256", json_string(digest_bytes(text, strlen(text), hex)));
	free(text);
	return box;
}

/* What is known of the ligand, without its atoms: those stand in files. */
static json_t *
ligand_json(const struct request *request, const char *sha256)
{
	json_t *out;

	if (json_is_array(request->ligand)) {
		out = json_pack("{s:s*}", "name", request->key);
	} else if (json_is_string(request->ligand)) {
		out = json_pack("{s:s*,s:O}", "name", request->key, "path", request->ligand);
	} else {
		out = json_copy((json_t *)request->ligand);
		json_object_del(out, "text");
		json_object_del(out, "object");
	}
	json_object_set_new(out, "format", json_string(request->sdf ? "sdf" : "pdbqt"));
	json_object_set_new(out, "sha256", json_string(sha256));
	return out;
}

/* Every parameter in effect, and the hashes of what they were applied to. */
static json_t *
request_json(const struct docking *d, const json_t *box)
{
	json_t *out = request_params(d->request, d->version);

	json_object_set_new(out, "receptor_sha256", json_string(d->receptor_sha256));
	json_object_set_new(out, "ligand_sha256", json_string(d->ligand_sha256));
	json_object_set(out, "box_sha256", json_object_get(box, "sha256"));
	json_object_update(out, d->hashes);
	return out;
}

static double
reported(const struct pose *pose)
{
	return isnan(pose->repaired) ? pose->affinity : pose->repaired;
}

/* Numbers of a pose beside affinity and affinity_raw, and their units. */
static const struct {
	const char *name, *unit;
	size_t offset;
} numbers[] = {
	{ "rmsd_lb", "Å", offsetof(struct pose, rmsd_lb) },
	{ "rmsd_ub", "Å", offsetof(struct pose, rmsd_ub) },
	{ "cnn_score", "probability", offsetof(struct pose, cnn_score) },
	{ "cnn_affinity", "pK", offsetof(struct pose, cnn_affinity) },
	{ "cnn_vs", "pK", offsetof(struct pose, cnn_vs) },
	{ "cnn_affinity_variance", "pK²", offsetof(struct pose, cnn_variance) },
	{ "rmsd_start", "Å", offsetof(struct pose, rmsd_start) },
	{ "intra", "kcal/mol", offsetof(struct pose, intra) },
};

static double
number_of(const struct pose *pose, size_t i)
{
	return *(const double *)((const char *)pose + numbers[i].offset);
}

/* Affinity by heavy atom, to the third digit. */
static double
efficiency(const struct pose *pose, size_t heavy)
{
	return round(reported(pose) / (double)heavy * 1000) / 1000;
}

static json_t *
pose_json(const struct pose *p, size_t rank, size_t heavy)
{
	json_t *out = json_pack("{s:I,s:f,s:f}", "rank", (json_int_t)rank, "affinity", reported(p),
	    "affinity_raw", p->affinity);

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (isfinite(number_of(p, i)))
			json_object_set_new(out, numbers[i].name, json_real(number_of(p, i)));
	if (heavy > 0)
		json_object_set_new(out, "ligand_efficiency", json_real(efficiency(p, heavy)));
	return out;
}

static json_t *
poses_json(const struct poses *poses, size_t heavy)
{
	json_t *out = json_array();

	for (size_t i = 0; i < poses->len; i++)
		json_array_append_new(out, pose_json(&poses->at[i], i + 1, heavy));
	return out;
}

size_t
docking_keep(const struct docking *d)
{
	size_t keep = (size_t)d->request->keep_poses, best;
	json_t *result;

	if (keep == 0 || keep >= d->poses->len)
		return 0;
	result = json_pack("{s:s, s:o}", "engine", d->request->engine->name, "poses",
	    poses_json(d->poses, d->heavy));
	best = (size_t)score_pose(result, NULL);
	json_decref(result);
	if (best > keep)
		keep = best;
	return keep < d->poses->len ? keep : 0;
}

/* Every score that a pose has, at its best; the first pose of equals. Vina writes the lowest
 * affinity first, gnina the highest CNNscore. */
static json_t *
best_json(json_t *poses)
{
	json_t *result = json_pack("{s:O}", "poses", poses), *out = json_object();
	const struct score *score;
	double value;
	int pose;

	for (size_t i = 0; (score = score_at(i)); i++)
		if (score_get(score, result, &value, &pose))
			json_object_set_new(
			    out, score->name, json_pack("{s:f,s:i}", "value", value, "pose", pose));
	json_decref(result);
	return out;
}

/* The units of what stands in the poses, and of the rest. */
static json_t *
units_json(const struct poses *poses)
{
	json_t *out = json_pack("{s:s,s:s}", "affinity", "kcal/mol", "affinity_raw", "kcal/mol");

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		for (size_t k = 0; k < poses->len; k++)
			if (isfinite(number_of(&poses->at[k], i)))
				json_object_set_new(
				    out, numbers[i].name, json_string(numbers[i].unit));
	json_object_set_new(out, "ligand_efficiency", json_string("kcal/mol"));
	json_object_set_new(out, "box", json_string("Å"));
	json_object_set_new(out, "elapsed", json_string("s"));
	return out;
}

/* What the request carried beside what this docking is made of: names, tags, labels, provenance of
 * the ligand. Its warnings come before ours. */
static void
pass_on(const struct docking *d, json_t *out)
{
	static const char *const used[] = { "type", "mode", "repair", "keep_poses", "timeout",
		"group", "resources", "replicas" };
	json_t *rest = json_copy((json_t *)d->record), *before;

	for (size_t i = 0; i < sizeof(used) / sizeof(*used); i++)
		json_object_del(rest, used[i]);
	for (size_t i = 0; i < d->request->engine->nparams; i++)
		json_object_del(rest, d->request->engine->params[i].name);
	before = json_object_get(rest, "warnings");
	if (json_is_array(before)) {
		before = json_copy(before);
		json_array_extend(before, d->warnings);
		json_object_set_new(out, "warnings", before);
	}
	json_fill(out, rest);
	json_decref(rest);
}

/* What was asked for and went another way: a parameter that this version does not have, whose value
 * is what it does anyway (else the request was refused), and the GPU. NULL: nothing. */
static json_t *
translated_json(const struct docking *d)
{
	json_t *out = NULL;

	for (size_t i = 0; i < d->request->engine->nparams; i++) {
		const struct engine_param *p = &d->request->engine->params[i];
		bool has = engine_has(p, d->version);

		if (!d->request->given[i] || (has && (*p->flag || p->kind != ENGINE_INT)))
			continue;
		if (!out)
			out = json_object();
		json_object_set_new(
		    out, p->name, json_string(has ? "CUDA_VISIBLE_DEVICES" : "always so"));
	}
	return out;
}

static json_t *
thousandths(double seconds)
{
	return json_real(round(seconds * 1000) / 1000);
}

void
docking_cost_share(struct docking_cost *cost, size_t n)
{
	cost->elapsed /= (double)n;
	cost->user /= (double)n;
	cost->system /= (double)n;
	cost->together = n;
}

json_t *
docking_resources(const struct docking_cost *cost)
{
	bool known = cost->user + cost->system > 0;
	json_t *out = json_object();

	if (known)
		json_object_set_new(out, "user_time", thousandths(cost->user));
	if (known)
		json_object_set_new(out, "system_time", thousandths(cost->system));
	if (cost->max_rss > 0)
		json_object_set_new(out, "max_rss", json_integer(cost->max_rss));
	if (cost->place > 0)
		json_object_set_new(out, "place", json_integer(cost->place));
	if (cost->together > 0)
		json_object_set_new(out, "together", json_integer((json_int_t)cost->together));
	if (json_object_size(out) > 0)
		return out;
	json_decref(out);
	return NULL;
}

json_t *
docking_record(const struct docking *d)
{
	const struct request *r = d->request;
	json_t *box = docking_box(r), *request = request_json(d, box);
	json_t *poses = poses_json(d->poses, d->heavy), *translated = translated_json(d);
	json_t *resources;
	json_t *out = json_pack("{s:s,s:s*,s:s,s:s,s:s,s:o,s:O?}", "type", "docking", "key", r->key,
	    "engine", r->engine->name, "version", d->version->text, "sha256", d->program_sha256,
	    "argv", argv_json(d->argv), "seed", json_object_get(request, "seed"));

	json_object_set_new(out, "receptor",
	    json_pack("{s:o,s:s}", "file", string_or_null(d->receptor_file), "sha256",
		d->receptor_sha256));
	json_object_set_new(out, "box", box);
	json_object_set_new(out, "ligand", ligand_json(r, d->ligand_sha256));
	if (d->nparts > 0)
		json_object_set_new(out, "ligands", together_json(d->parts, d->nparts));
	json_object_set_new(out, "request", request);
	if (translated)
		json_object_set_new(out, "translated", translated);
	json_object_set_new(out, "best", best_json(poses));
	json_object_set_new(out, "poses", poses);
	json_object_set_new(out, "units", units_json(d->poses));
	json_object_set(out, "files", d->files);
	json_object_set(out, "warnings", d->warnings);
	json_object_set_new(out, "repaired", json_boolean(d->repaired));
	json_object_set_new(
	    out, "unbound_energy", json_string(d->unbound_wrong ? "wrong" : "right"));
	json_object_set_new(out, "elapsed", thousandths(d->cost.elapsed));
	resources = docking_resources(&d->cost);
	if (resources)
		json_object_set_new(out, "resources", resources);
	json_object_set_new(out, "host", json_string(d->host));
	pass_on(d, out);
	return out;
}

json_t *
docking_failure(const json_t *record, const char *key, const json_t *error)
{
	json_t *rest = json_copy((json_t *)record), *ligand = json_object_get(record, "ligand");
	json_t *out = json_pack("{s:s,s:s*}", "type", "docking", "key", key);

	if (json_is_object(ligand)) {
		ligand = json_copy(ligand);
		json_object_del(ligand, "text");
		json_object_set_new(out, "ligand", ligand);
	}
	if (json_is_array(ligand)) {
		json_object_set_new(out, "ligand", json_pack("{s:s*}", "name", key));
		json_object_del(rest, "ligand");
	}
	json_object_set(out, "error", (json_t *)error);
	json_object_del(rest, "input");
	json_fill(out, rest);
	json_decref(rest);
	return out;
}
