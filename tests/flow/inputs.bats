# SPDX-License-Identifier: MIT
load ../helper

setup() {
	fresh
	schema='{type: object, properties: {f: {type: string, format: path}, more: {type: array, items: {type: string, format: path}}, n: {type: integer}}}'
	# prints where its file is, whether it can write there, and what is in it
	define look '[sh, -c, "cat >params; [ -w \"$1\" ] && w=true || w=false; jq -n --arg at \"$1\" --rawfile text \"$1\" --argjson w $w \"{at: \\$at, text: \\$text, w: \\$w}\"", sh, "{f}"]'
	define make '[sh, -c, "cd \"$DOCKLINE_WORK\" && echo made >f && echo \"{\\\"files\\\":{\\\"f\\\":{\\\"path\\\":\\\"$PWD/f\\\",\\\"format\\\":\\\"txt\\\"}}}\""]' '  workdir: true'
	echo '{}' | taskrun -q make >made
	object=$(jq -r .result.files.f.object made)
}

define() {
	cat >"$1.yaml" <<-END
		task_id: $1
		interface_spec:
		  openapi: 3.0.3
		  info: {title: t, version: "1"}
		  paths: {/run: {post: {responses: {default: {description: any}}, requestBody: {content: {application/json: {schema: $schema}}}}}}
		service_config:
		  command: $2
		${3-}
	END
	taskreg -q add "$1.yaml" >/dev/null
}

inputs_of() { taskstat artifact "$1" | jq -c 'select(.kind == "input") | [.name, .size, .stored]'; }

@test "inputs: an object in the place of a path is a file before the run" {
	echo "{\"f\":\"object:$object\"}" | taskrun -q look >out
	run_split jq -c '[.status, .result.text, .params.f]' out
	assert_out "[\"completed\",\"made\\n\",\"object:$object\"]"
	at=$(jq -r .result.at out)
	[[ $at == */"$object"/"$object" && ! -e $at ]]
	[[ $(inputs_of 2) == '["f",5,true]' ]]
	run_split taskstat artifact 2 f
	assert_out made
	(($(id -u) == 0)) || [[ $(jq .result.w out) == false ]]
}

@test "inputs: as results have them, with a name, in arrays, for all lines" {
	jq -c '{f: .result.files.f}' made | taskrun -q look >out
	run_split jq -r .result.at out
	assert_out -r "/$object/$object\.txt\$"
	taskrun -q -n --set "f=object:$object/x.pdb" look >out
	run_split jq -r .result.at out
	assert_out -r '/x\.pdb$'
	[[ $(inputs_of 3) == '["f",5,true]' ]]
	echo "{\"more\":[{\"object\":\"$object\"},\"object:$object/b\"],\"f\":\"look.yaml\"}" | taskrun -q look >out
	run_split jq -c '[.status, (.params.more | length)]' out
	assert_out '["completed",2]'
	[[ $(inputs_of 4) == '["more/0",5,true]
["more/1",5,true]' ]]
	jq -r '.params.more | map(split("/")[-1]) | join(" ")' params | grep -q . || true
}

@test "inputs: an object that is not there is told at submission" {
	none=${object//[0-9]/0}
	printf '%s\n' "{\"f\":\"object:$none\"}" '{"f":"object:12"}' "{\"f\":\"object:$object/../x\"}" "{\"f\":\"object:$object\"}" >in
	run_split taskrun -q look in
	assert_status 3
	assert_json '.status == "completed"'
	assert_err -r "in:1: input 'f': there is no such object"
	assert_err -r "in:2: f: 'object:12' is no object"
	assert_err -r "in:3: f: .* is no object"
	run_split taskrun -q -n --set "f=object:$none" look
	assert_status 3
	run_split taskrun -q --atomic look in
	assert_status 3
	assert_out ''
}

@test "inputs: a file can have the name of an object" {
	mkdir object:12
	echo here >object:12/f
	echo '{"f":"./object:12/f"}' | taskrun -q look >out
	run_split jq -r .result.text out
	assert_out -l here
}

@test "inputs: --inputs keeps what lines name, once" {
	echo one >one
	cp one same
	printf '%s\n' '{"f":"one"}' '{"f":"same","n":1}' '{"f":"one","n":2}' | taskrun -q --inputs look >out
	rm one same
	for id in 2 3 4; do
		[[ $(inputs_of $id) == '["f",4,true]' ]]
		[[ $(taskstat artifact $id f) == one ]]
	done
	echo '{"f":"gone"}' >in
	run_split taskrun -q --inputs look in
	assert_status 3
	assert_out ''
	assert_err -r "in:1: f: cannot open '.*gone'"
	echo two >two
	echo '{"f":"two"}' | taskrun -q look >out
	[[ -z $(inputs_of 5) ]]
}

@test "inputs: what an execution was given stays, and goes with it" {
	need sqlite3
	echo "{\"f\":\"object:$object\"}" | taskrun -q --job keep look >out
	old() { sqlite3 "$DOCKLINE_STATE/objects.db" 'UPDATE object SET stored = 1'; }
	old
	taskctl gc --older 0s --job keep --dry-run >out
	run_split jq .objects out
	assert_out 0
	old
	taskctl gc --older 0s >out
	run_split jq -c '[.executions, .objects]' out
	assert_out '[2,1]'
}

@test "inputs: coprocesses get them too" {
	define stream '[jq, -c, --unbuffered, "{id, result: .params.f}"]' '  stream: {window: 4}'
	for i in 1 2 3; do
		echo "{\"f\":\"object:$object\",\"n\":$i}"
	done | taskrun -q -j 1 stream >out
	run_split jq -r .result out
	assert_out -r "/$object/$object"
	((${#lines[@]} == 3))
	[[ -z $(find "$TMPDIR" -name "$object") ]]
}
