# SPDX-License-Identifier: MIT
# Parameters and results held against the interface spec of a task.
load ../helper

setup() {
	fresh
	tasks=$data/tasks
}

# a line of params with this shape and the rest of the members
line() { echo "{\"shape\":$1,\"answer\":\"{\\\"area\\\":1}\"${2-}}"; }

@test "spec: a document with references, a body among the components and a base with children" {
	run_split taskreg check -v "$tasks/shapes.yaml"
	assert_status 0
	assert_err "taskreg: task 'shapes' version 1 is good"
}

@test "spec: parameters are held against all of the schema before anything is queued" {
	taskreg add "$tasks/shapes.yaml" >/dev/null
	{
		line '{"kind":"Circle"}' ',"scale":0.15'
		line '{"kind":"Cone"}' ',"labels":["a","bc","bc"]'
		line '{"kind":"Group","parts":[{"kind":"Circle","radius":1},{"kind":"Circle","radius":"x"}]}'
		line '{"kind":"Circle","radius":2}' ',"scale":0.31,"copies":9007199254740994,"pen":{"colour":"red","width":0}'
		line '{"kind":"Group"}' ',"scale":null,"copies":9007199254740993'
	} >in
	run_split taskrun shapes in
	assert_status 3
	assert_json '.key != null and .params.scale == null and .result == {area: 1}'
	assert_out -r '"copies":9007199254740993'
	assert_err "$(cat <<-'END'
		taskrun: in:1: '/shape/radius' must be given (required)
		taskrun: in:2: '/shape/kind' must be one of Shape, Circle, Group, found "Cone" (discriminator); '/labels' must be without equal items, and number 2 equals number 1, found an array of 3 (uniqueItems); '/labels/0' must be at least 2 characters long, found "a" (minLength)
		taskrun: in:3: '/shape/parts/1/radius' must be a number, found "x" (type)
		taskrun: in:4: '/pen/width' must be more than 0, found 0 (minimum); '/pen/colour' must be a text that matches ^#[0-9a-f]{6}$, found "red" (pattern); '/copies' must be at most 9007199254740993, found 9007199254740994 (maximum); '/scale' must be a multiple of 0.05, found 0.31 (multipleOf)
	END
	)"
}

@test "spec: defaults are filled in before anything is queued, also those within" {
	taskreg add "$tasks/shapes.yaml" >/dev/null
	line '{"kind":"Group"}' ',"pen":{"width":2}' | run_split taskrun shapes
	assert_status 0
	assert_json '.params.pen == {width: 2, colour: "#000000"} and .params.copies == 1'
	line '{"kind":"Group"}' >in
	run_split taskrun -j 1 shapes in
	assert_json '.params.pen == {width: 0.5, colour: "#000000"}'
}

@test "spec: a result that is not what the task promises is a failure of class result" {
	taskreg add "$tasks/shapes.yaml" >/dev/null
	run_split taskrun -n --set shape='{"kind":"Group"}' \
		--set answer='{"area":-1,"unit":"km2","at":"soon","more":1}' shapes
	assert_status 1
	assert_json '.status == "failed" and .error.class == "result" and .result == null
		and .error.errors == [
			{pointer: "/area", rule: "minimum", expected: "at least 0", found: "-1"},
			{pointer: "/unit", rule: "enum", expected: "one of \"mm2\", \"m2\"", found: "\"km2\""},
			{pointer: "/at", rule: "format", expected: "a date and time (2026-11-21T12:00:00Z)", found: "\"soon\""},
			{pointer: "/more", rule: "additionalProperties",
				expected: "one of the known names area, secret, unit, at", found: "\"more\""}]'
	run_split taskrun -n --set shape='{"kind":"Group"}' --set answer='' shapes
	assert_status 1
	assert_json '.error.reason == "the result is not what the task promises: it must be an object, found null"'
}

@test "spec: the task files of dockline-task(5) and dockline-service(5) are right" {
	for page in task service; do
		awk '/^task_id:/ { on = 1 } /^(\.Ed|---)/ { if (on) print "---"; on = 0 } on' \
			"$root/man/dockline-$page.5" | sed 's/\\e/\\/g; s/\\&//g' >"$page.yaml"
		run_split taskreg check "$page.yaml"
		assert_err ''
		assert_status 0
		grep -q openapi "$page.yaml"
	done
}
