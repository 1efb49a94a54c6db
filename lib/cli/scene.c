/* SPDX-License-Identifier: MIT */
/* scene: poses in their receptor, in three dimensions, for a web page. */
#include "cli/scene.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/docked.h"
#include "cli/records.h"
#include "dock/page.h"

#define SCRIPT_LIMIT ((size_t)8 << 20)

static const char viewer[] =
    "<script>(function(){"
    "var d=JSON.parse(document.getElementById('scene-data').textContent);"
    "var s=document.getElementById('scene-pose');"
    "var v=$3Dmol.createViewer('scene',{backgroundColor:'white'});"
    "d.poses.forEach(function(p,i){var o=document.createElement('option');o.value=i;"
    "o.textContent=(i+1)+' '+p.name;s.appendChild(o);});"
    "function show(){v.removeAllModels();" /* addModels returns all that are there */
    "var m=v.addModels(d.poses[s.value].sdf,'sdf').slice();"
    "m.forEach(function(l){l.setStyle({},{stick:{colorscheme:'greenCarbon'}});});"
    "if(d.receptor)v.addModel(d.receptor,'pdbqt').setStyle({},{cartoon:{color:'#bbb',opacity:0.6},"
    "line:{colorscheme:'whiteCarbon'}});"
    "v.zoomTo({model:m});v.render();}"
    "s.onchange=show;s.value=0;show();document.body.dataset.scene='shown';})();</script>\n";

/* 3Dmol.js into the page, so that nothing in it ends its element. 0: it is not there. */
static int
add_library(struct buf *out)
{
	char *path = path_share("report/3Dmol-min.js");
	struct buf text = BUF_INIT;
	int rc = path ? file_read(path, SCRIPT_LIMIT, &text, NULL) : -1;

	free(path);
	if (rc == 0) {
		const char *at = buf_str(&text), *end;

		buf_add_str(out, "<script>");
		while ((end = strcasestr(at, "</script"))) {
			buf_add(out, at, (size_t)(end - at));
			buf_add_str(out, "<\\/script");
			at = end + 8;
		}
		buf_add_str(out, at);
		buf_add_str(out, "</script>\n");
	}
	buf_clear(&text);
	return rc == 0;
}

/* A record of SDF. */
static int
add_molecule(const struct docked *d, size_t pose, struct buf *sdf, struct err *err)
{
	if (!docked_sdf(d, pose, sdf, err))
		return -1;
	buf_add_str(sdf, "$$$$\n");
	return 0;
}

/* A pose, with all ligands that were docked together. */
static int
add_pose(struct docked *d, size_t pose, struct buf *sdf, struct err *err)
{
	int rc = docked_parts(d) == 0 ? add_molecule(d, pose, sdf, err) : 0;

	for (size_t i = 0; i < docked_parts(d) && rc == 0; i++) {
		docked_part(d, i);
		rc = add_molecule(d, pose, sdf, err);
	}
	docked_all(d);
	return rc;
}

/* {"name", "sdf"} of the best pose of a record, or NULL with err. */
static json_t *
pose_json(struct app *app, json_t *record, struct err *err)
{
	json_t *result = records_result(record), *out = NULL;
	struct docked d = DOCKED_INIT;
	struct buf sdf = BUF_INIT;
	size_t best;

	d.x.result = result;
	d.x.key = json_string_value(json_object_get(record, "key"));
	best = (size_t)export_best(result) - 1;
	if (docked_read(app, &d, err) == 0 && best >= d.poses.len)
		err_set(err, ERR_INPUT, "its best pose was not kept");
	else if (d.poses.len > best && add_pose(&d, best, &sdf, err) == 0)
		out = json_pack("{s:s,s:s}", "name", export_title(&d.x), "sdf", buf_str(&sdf));
	docked_clear(&d);
	buf_clear(&sdf);
	return out;
}

static json_t *
receptor_json(struct app *app, json_t *record)
{
	json_t *entry = json_at(records_result(record), "/receptor/file"), *out;
	struct buf text = BUF_INIT;
	struct err err = { 0 };

	if (records_file(app, entry, &text, &err) < 0)
		app_warn(app, "the receptor is not shown: %s", err.text);
	out = text.len > 0 ? json_stringn(text.data, text.len) : NULL;
	buf_clear(&text);
	return out ? out : json_null();
}

int
scene_write(struct app *app, json_t *const *records, size_t n, struct buf *out, struct err *err)
{
	json_t *poses = json_array(), *scene;

	(void)err;
	page_heading("Poses in the receptor", out);
	for (size_t i = 0; i < n; i++) {
		struct err why = { 0 };
		json_t *pose = pose_json(app, records[i], &why);

		if (pose)
			json_array_append_new(poses, pose);
		else
			app_warn(app, "a pose is not shown: %s", why.text);
	}
	if (json_array_size(poses) == 0) {
		buf_add_str(out, "<p class=\"note\">No pose could be read.</p>\n");
		json_decref(poses);
		return 0;
	}
	if (!add_library(out)) {
		buf_add_str(out,
		    "<p class=\"note\">3Dmol.js was not there when this page was made "
		    "(<code>make report-assets</code> fetches it), so poses are not shown.</p>\n");
		json_decref(poses);
		return 0;
	}
	scene = json_pack("{s:o,s:o}", "receptor", receptor_json(app, records[0]), "poses", poses);
	buf_add_str(out,
	    "<p><select id=\"scene-pose\"></select></p><div class=\"view\" id=\"scene\"></div>\n");
	page_data("scene-data", scene, out);
	buf_add_str(out, viewer);
	json_decref(scene);
	return 0;
}
